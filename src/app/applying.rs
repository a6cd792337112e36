//! Carrying a plan out: refuse what is stale, keep what was there, write, read back, compare.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use serde::Serialize;
use tokio::sync::Mutex;

use super::blobs::VaultBlobs;
use super::checking::{self, Check};
use super::connections;
use super::context::App;
use super::deletions;
use super::downloads::Attachments;
use super::error::{Error, ErrorKind};
use super::planning::{self, SavedPlan};
use super::progress::{News, Progress};
use super::runs::{self, VaultJournal};
use super::scan::{self, Scan};
use super::{snapshots, turns};
use crate::apply::promise::Promised;
use crate::apply::{self, Cause, Clearance, Event, Gate, Outcome, Run, StepState, Verdict, stale};
use crate::model::coverage::Missing;
use crate::model::{Kind, NativeId, Record, RecordKey, ops};
use crate::plan::types::{Mode, RestorePlan, Target};
use crate::platforms::connector::Connector;
use crate::platforms::platform::Platform;
use crate::snapshot::manifest::Manifest;
use crate::snapshot::{Reader, lineage};

/// What came of a run.
#[derive(Debug, Serialize)]
pub struct Applied {
    /// The run's id.
    pub run: String,
    /// Id of the plan that it carries out.
    pub plan: String,
    /// The snapshot of what was there before.
    pub safety: Option<String>,
    /// The connection that was written to.
    pub connection: String,
    /// The numbers.
    pub outcome: Outcome,
    /// What failed or was skipped, and why.
    pub troubles: Vec<String>,
    /// The same by reason.
    pub causes: Vec<Cause>,
    /// What reading the account back showed; nothing when the run was interrupted.
    pub check: Option<Check>,
}

impl Applied {
    /// Whether everything happened and is as promised.
    pub fn is_complete(&self) -> bool {
        self.outcome.verdict == Verdict::Complete
            && self.check.as_ref().is_some_and(|check| check.differences.is_empty())
    }
}

/// Carries out the plan whose id begins with `plan`.
pub async fn apply(
    app: &App,
    plan: &str,
    allow_delete: bool,
    progress: &dyn Progress,
) -> Result<Applied, Error> {
    let _session = app.vault.session();
    let saved = planning::find(app, plan)?;
    admissible(&saved, allow_delete)?;
    planning::source_is_there(app, &saved)?;
    turns::may_begin(app, &saved)?;
    let connection = &saved.plan.header.connection;
    let (platform, connector) = connections::connect(app, connection, false)?;
    let connector: Arc<dyn Connector> = Arc::from(connector);

    progress.tell(News::Phase { what: "Reading the live account again".to_owned(), total: None });
    // Where something is deleted or written over, files are kept with their bytes, so that it can be taken back.
    let mut with_bytes = deletions::containers(&deletions::deleted(&saved.plan.steps));
    with_bytes.extend(deletions::written_over(&saved.plan.steps));
    let wanted = |id: &NativeId| {
        let attachments = if with_bytes.contains(id) { Attachments::All } else { Attachments::None };
        saved.plan.header.live_scope.contains(id).then_some(attachments)
    };
    let there = saved.plan.witnesses.iter().filter(|witness| witness.fingerprint.is_some());
    let relied_on = there.map(|witness| witness.key.clone()).collect();
    let scan =
        scan::scan(app, &connector, connection, &wanted, &relied_on, &BTreeSet::new(), progress).await?;
    unchanged(app, platform, &saved.plan, &scan)?;
    complete(&with_bytes, &scan)?;

    let run = app.fresh_id()?;
    let safety = scan.into_safety_snapshot(app, platform, connection, &run, connector.usage())?;
    carry_out(app, platform, &connector, &saved, run, Some(safety.to_string()), &[], progress).await
}

/// Finishes an interrupted run.
pub async fn resume(app: &App, run: &str, progress: &dyn Progress) -> Result<Applied, Error> {
    let _session = app.vault.session();
    let record = runs::find(app, run)?;
    if record.outcome().is_some_and(|outcome| outcome.verdict == Verdict::Complete) {
        return Err(Error::usage(format!("run {} is complete; there is nothing to resume", record.id)));
    }
    let saved = planning::by_hash(app, &record.plan)?;
    planning::source_is_there(app, &saved)?;
    turns::may_resume(app, &record, &saved.plan)?;
    let (platform, connector) = connections::connect(app, &saved.plan.header.connection, false)?;
    let connector: Arc<dyn Connector> = Arc::from(connector);
    carry_out(app, platform, &connector, &saved, record.id, record.safety, &record.events, progress).await
}

/// Refuses to take away what could not be kept first: without it there would be no way back.
fn complete(touched: &BTreeSet<NativeId>, scan: &Scan) -> Result<(), Error> {
    let lost = |missing: &&Missing| missing.key.as_ref().is_none_or(|key| touched.contains(&key.container));
    let lost: Vec<&Missing> = scan.missing.iter().filter(lost).collect();
    if touched.is_empty() || lost.is_empty() {
        return Ok(());
    }
    let mut error =
        Error::failed("the plan takes things away that cannot all be kept before, so nothing was written");
    for missing in lost.iter().take(10) {
        error = error.hint(format!("{}: {}", missing.what, missing.why));
    }
    Err(error.hint("Try again later, or select with `--only` what takes nothing away."))
}

fn admissible(saved: &SavedPlan, allow_delete: bool) -> Result<(), Error> {
    let deletions = saved.plan.deletions().count();
    if saved.plan.steps.is_empty() {
        return Err(Error::usage(format!(
            "plan {} writes nothing; there is nothing to apply",
            saved.short()
        )));
    }
    if deletions > 0 && !allow_delete {
        return Err(Error::usage(format!(
            "plan {} removes things from the live account ({deletions} of its steps do)",
            saved.short()
        ))
        .hint(format!("If that is what you want: boardvault apply {} --allow-delete", saved.short())));
    }
    Ok(())
}

/// Refuses a plan whose target has changed underneath it in anything that it touches.
fn unchanged(app: &App, platform: &Platform, plan: &RestorePlan, scan: &Scan) -> Result<(), Error> {
    let reader = Reader::new(app.chunks(), scan.tree);
    let current = |key: &RecordKey| {
        let record = reader.get(key).ok().flatten()?;
        let spec = platform.dialect.spec(record.key.kind)?;
        Some(ops::fingerprint(spec, &record.native))
    };
    let changed = stale::check(&plan.witnesses, current);
    let added = deletions::not_shown(plan, &reader, platform.dialect)?;
    let count = changed.len() + added.len();
    if count == 0 {
        return Ok(());
    }
    let name = |key: &RecordKey| match reader.get(key) {
        Ok(Some(record)) => snapshots::title(platform.dialect, &record),
        _ => key.id.to_string(),
    };
    let mut error = Error {
        kind: ErrorKind::Stale,
        ..Error::failed(format!(
            "the live account has changed since the plan was made, in {} that it touches",
            if count == 1 { "one thing".to_owned() } else { format!("{count} things") }
        ))
    };
    let noun = |kind: Kind| platform.dialect.spec(kind).map_or(kind.name(), |spec| spec.noun);
    for change in changed.iter().take(10) {
        let what = match (change.was, change.is) {
            (Some(_), None) => "is gone",
            (None, Some(_)) => "is there again",
            _ => "was changed",
        };
        error = error.detail(format!("{} \"{}\" {what}", noun(change.key.kind), name(&change.key)));
    }
    for record in added.iter().take(10) {
        let title = snapshots::title(platform.dialect, record);
        error = error.detail(format!("{} \"{title}\" is new and would be deleted", noun(record.key.kind)));
    }
    Err(error.hint("Make a new plan: `boardvault plan` with the same arguments."))
}

#[expect(clippy::too_many_arguments, reason = "what a run needs, from apply and from resume alike")]
async fn carry_out(
    app: &App,
    platform: &'static Platform,
    connector: &Arc<dyn Connector>,
    saved: &SavedPlan,
    run: String,
    safety: Option<String>,
    previous: &[Event],
    progress: &dyn Progress,
) -> Result<Applied, Error> {
    let plan = &saved.plan;
    let known = KnownBefore::load(app, platform, safety.as_deref())?;
    let checker =
        Checker { app, platform, connector: connector.clone(), plan, known: &known, found: Mutex::default() };
    let deletes = !deletions::deleted(&plan.steps).is_empty();
    // A run that deletes first has just been compared with the live account, unless it is taken up again.
    let is_fresh = plan.header.mode == Mode::DeleteBeforeLiteral && previous.is_empty();
    let mut journal = VaultJournal { vault: app.vault.clone(), run: run.clone() };
    let mut events = previous.to_vec();
    progress.tell(News::Phase { what: "Writing".to_owned(), total: Some(plan.steps.len() as u64) });
    let mut watch = |event: &Event| {
        if let Event::Done { step, .. } | Event::Failed { step, .. } | Event::Skipped { step, .. } = event {
            progress.tell(News::Advance(1));
            if let Some(step) = plan.steps.iter().find(|candidate| candidate.id == *step) {
                progress.tell(News::Now(step.path.last().cloned().unwrap_or_default()));
            }
        }
        events.push(event.clone());
    };
    let work = Run {
        name: &run,
        safety: safety.as_deref(),
        plan,
        dialect: platform.dialect,
        connector: connector.as_ref(),
        blobs: &VaultBlobs::new(app.chunks()),
        known: &|kind: Kind, container: Option<&NativeId>, parent: Option<&NativeId>| {
            known.ids(kind, container, parent)
        },
        clock: &app.clock,
        gate: (deletes && !is_fresh).then_some(&checker as &dyn Gate),
    };
    let outcome =
        apply::run(&work, previous, &mut journal, &mut watch, &app.stop).await.map_err(|error| {
            Error::failed(error.to_string()).hint(format!("When that is mended: boardvault resume {run}"))
        })?;
    let state = apply::Progress::replay(&events);
    let check = if outcome.verdict == Verdict::Interrupted {
        None
    } else {
        Some(checker.check(&state, progress).await?)
    };
    Ok(Applied {
        plan: saved.id.clone(),
        safety,
        connection: plan.header.connection.clone(),
        troubles: troubles(plan, &state),
        causes: apply::causes(&plan.steps, &state),
        outcome,
        check,
        run,
    })
}

fn troubles(plan: &RestorePlan, state: &apply::Progress) -> Vec<String> {
    let tell = |step: &crate::plan::types::Step| {
        let what = format!("{} {}", step.noun, step.path.join(" / "));
        match state.state(&step.id) {
            StepState::Failed(why) => Some(format!("{what}: {why}")),
            StepState::Skipped(why) => Some(format!("{what}: not tried: {why}")),
            StepState::Unsure => Some(format!("{what}: no answer came; resuming looks it up")),
            StepState::Todo | StepState::Done(_) => None,
        }
    };
    plan.steps.iter().filter_map(tell).collect()
}

/// Reads the account back and compares it with what the plan promised; also the gate before a deletion.
struct Checker<'a> {
    app: &'a App,
    platform: &'static Platform,
    connector: Arc<dyn Connector>,
    plan: &'a RestorePlan,
    known: &'a KnownBefore,
    found: Mutex<()>,
}

impl Checker<'_> {
    /// After the run: whether all that was done is as promised.
    async fn check(&self, state: &apply::Progress, progress: &dyn Progress) -> Result<Check, Error> {
        progress.tell(News::Phase { what: "Reading back".to_owned(), total: None });
        let promised = apply::promise::promised(self.plan, self.platform.dialect, state);
        let live = self.read(&promised.containers(), &promised, progress).await?;
        checking::compare(&live, self.platform.dialect, &promised)
    }

    /// Before deletions: what speaks against them.
    async fn objections(&self, state: &apply::Progress) -> Result<Vec<String>, Error> {
        let dialect = self.platform.dialect;
        let mut touched = deletions::containers(&deletions::deleted(&self.plan.steps));
        let promised = match self.plan.header.mode {
            Mode::DeleteBefore => apply::promise::promised(self.plan, dialect, state),
            _ => Promised::default(),
        };
        touched.extend(promised.containers());
        let live = self.read(&touched, &promised, &super::progress::Silent).await?;
        let check = checking::compare(&live, dialect, &promised)?;
        let mut objections: Vec<String> = check
            .differences
            .iter()
            .map(|difference| format!("the new one is not as it should be: {difference}"))
            .collect();
        let Some((safety, _)) = &self.known.before else {
            objections.push("there is no safety snapshot".to_owned());
            return Ok(objections);
        };
        let not_kept = deletions::not_kept(self.plan, state, &live, safety, dialect)?;
        objections.extend(not_kept.into_iter().map(|what| format!("{what} since the run began")));
        Ok(objections)
    }

    async fn read(
        &self,
        containers: &BTreeSet<NativeId>,
        promised: &Promised,
        progress: &dyn Progress,
    ) -> Result<Reader, Error> {
        // One reading at a time: a gate that is asked twice must not read twice at once.
        let _one = self.found.lock().await;
        let wanted = |id: &NativeId| containers.contains(id).then_some(Attachments::None);
        let connection = &self.plan.header.connection;
        // What is only shown in these containers belongs to where the plan has found it.
        let found = self.plan.bindings.iter().filter_map(|binding| match &binding.target {
            Target::Live(key) => Some(key),
            Target::Created(_) => None,
        });
        let sought = promised.records.keys().chain(found).cloned().collect();
        let scan =
            scan::scan(self.app, &self.connector, connection, &wanted, &sought, &BTreeSet::new(), progress)
                .await?;
        Ok(Reader::new(self.app.chunks(), scan.tree))
    }
}

#[async_trait]
impl Gate for Checker<'_> {
    async fn may_delete(&self, state: &apply::Progress) -> Clearance {
        match self.objections(state).await {
            Ok(objections) if objections.is_empty() => Clearance::Delete,
            Ok(objections) => Clearance::Keep(objections.join("; ")),
            Err(error) => Clearance::AskAgain(error.to_string()),
        }
    }
}

/// What was on the account before the run began, from its safety snapshot.
struct KnownBefore {
    platform: &'static Platform,
    before: Option<(Reader, Manifest)>,
}

impl KnownBefore {
    fn load(app: &App, platform: &'static Platform, safety: Option<&str>) -> Result<Self, Error> {
        let before = match safety {
            Some(id) => {
                let listed = snapshots::by_id(app, id)?;
                Some((Reader::new(app.chunks(), listed.manifest.tree), listed.manifest))
            }
            None => None,
        };
        Ok(Self { platform, before })
    }

    fn ids(&self, kind: Kind, container: Option<&NativeId>, parent: Option<&NativeId>) -> Vec<NativeId> {
        let Some((reader, manifest)) = &self.before else { return Vec::new() };
        match (kind, container) {
            (Kind::Container, _) => manifest.containers.iter().map(|entry| entry.id.clone()).collect(),
            (_, None) => reader.container_ids().unwrap_or_default(),
            (_, Some(container)) => {
                let below = |record: &Record| {
                    let own = lineage::parent(self.platform.dialect, record)
                        .filter(|key| key.kind != Kind::Container);
                    parent.is_none() || own.is_none_or(|own| Some(&own.id) == parent)
                };
                let records = reader.container_kind(container, kind).filter_map(Result::ok);
                records.filter(below).map(|record| record.key.id).collect()
            }
        }
    }
}

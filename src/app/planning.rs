//! Working out restores and undos, and keeping the plans.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::comparing;
use super::connections;
use super::context::{App, entry, long_enough};
use super::downloads::Attachments;
use super::error::{Error, ErrorKind};
use super::following::{Search, Written, leading_to_what_goes, note_unread};
use super::progress::{News, Progress};
use super::runs;
use super::scan::{self, Scan};
use super::snapshots;
use super::sought::Sought;
use super::undone;
use crate::base::canon;
use crate::base::clock::Timestamp;
use crate::base::hash::Hash;
use crate::model::origins::OriginMap;
use crate::model::pairs::Comparison;
use crate::model::{Kind, NativeId, RecordKey};
use crate::plan::People;
use crate::plan::input::{PlanInput, Selection, UndoScope};
use crate::plan::types::{Mode, PlanHeader, RestorePlan};
use crate::platforms::connector::Connector;
use crate::platforms::platform::Platform;
use crate::snapshot::{self, Reader};
use crate::store::chunks::{ChunkKind, Chunks};

/// Version of the plan document's shape.
const FORMAT: u32 = 1;

/// What is asked of the planner.
#[derive(Debug, Clone)]
pub struct PlanRequest {
    /// The snapshot, as it was typed; a path in it is a selection.
    pub snapshot: String,
    /// How to treat what is there.
    pub mode: Mode,
    /// Paths of what is wanted; none: everything.
    pub only: Vec<String>,
}

/// A plan that is kept in the vault.
#[derive(Debug, Clone)]
pub struct SavedPlan {
    /// Its id: 64 hexadecimal digits.
    pub id: String,
    /// The plan.
    pub plan: RestorePlan,
    /// When the snapshot was taken that it restores.
    pub snapshot_taken: Option<Timestamp>,
}

impl SavedPlan {
    /// The beginning of the id: what people see and type.
    pub fn short(&self) -> String {
        self.id.chars().take(12).collect()
    }
}

/// The log's line about a plan; the document is a chunk.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PlanLine {
    /// The plan's hash, which is its id.
    pub hash: Hash,
    /// The chunk that holds the document.
    pub chunk: Hash,
    /// The connection whose account it writes to.
    pub connection: String,
}

/// Works out a restore. Writes nothing to the account.
pub async fn plan(app: &App, request: &PlanRequest, progress: &dyn Progress) -> Result<SavedPlan, Error> {
    let opened = snapshots::open(app, &request.snapshot)?;
    let (selection, only) = opened.selection(&request.only)?;
    let connection = opened.manifest.connection.clone();
    let (platform, connector) = connections::connect(app, &connection, true)?;
    let connector: Arc<dyn Connector> = Arc::from(connector);
    let origins = runs::origins(app, &connection)?;

    let desired = opened.containers_of(&selection);
    let looked_at = desired.union(&opened.pointed_into(&desired)?).cloned().collect();
    let scope = with_aliases(&looked_at, Kind::Container, &origins);
    let sought = match request.mode {
        Mode::Merge | Mode::Undo => {
            let none = BTreeSet::new();
            Sought::of(connector.as_ref(), &opened.reader, &looked_at, &origins, &none)?
        }
        // These make everything anew.
        Mode::Copy | Mode::DeleteBefore | Mode::DeleteBeforeLiteral => Sought::default(),
    };
    let mut read = scope.clone();
    if matches!(request.mode, Mode::DeleteBefore | Mode::DeleteBeforeLiteral) {
        let following = opened.leading_to(|target| desired.contains(&target.container))?;
        read.extend(with_aliases(&following, Kind::Container, &origins));
    }
    let mut scan =
        read_live(app, &connector, &connection, &read, &BTreeSet::new(), &sought, progress).await?;

    let around = opened.places_of(&selection)?;
    let kinds = Kind::ALL.iter().filter(|kind| kind.stands_alone() && **kind != Kind::Container);
    let places: BTreeSet<NativeId> = kinds.flat_map(|kind| with_aliases(&around, *kind, &origins)).collect();
    let compared: Vec<NativeId> = scope.iter().chain(&places).cloned().collect();
    let (desired_tree, dialect) = (&opened.manifest.tree, platform.dialect);
    let compare = |scan: &Scan| -> Result<Comparison, Error> {
        let mut comparison =
            snapshot::compare_to_restore(&app.chunks(), desired_tree, &scan.tree, &compared, dialect)?;
        match (request.mode, &selection) {
            (Mode::Merge, Selection::Everything) => {}
            (Mode::Merge, Selection::Only(selected)) => {
                comparing::add_selected(&mut comparison, &opened.reader, selected)?;
            }
            _ => {
                comparing::add_equal_records(&mut comparison, &opened.reader, desired.iter().chain(&around))?;
            }
        }
        Ok(comparison)
    };
    let header = |scan: &Scan, scope: BTreeSet<NativeId>| PlanHeader {
        format: FORMAT,
        connection: connection.clone(),
        platform: platform.id.to_owned(),
        snapshot: opened.id.to_string(),
        desired_root: opened.manifest.tree.root,
        live_root: scan.tree.root,
        live_scope: scope.into_iter().collect(),
        mode: request.mode,
        only: only.clone(),
        made_at: app.clock.now().to_string(),
        undoes: None,
    };
    let task =
        Task { app, platform, selection: &selection, origins: &origins, undo: None, taken: opened.taken() };
    let mut made = task.plan(compare(&scan)?, &scan, &BTreeSet::new(), header(&scan, scope.clone()))?;

    let written = Written::by(&made);
    let following = if written.made.is_empty() {
        BTreeSet::new()
    } else {
        opened.leading_to(|target| written.made.contains(target))?
    };
    let mut following = with_aliases(&following, Kind::Container, &origins);
    following.extend(leading_to_what_goes(app, &made, &scan, dialect)?);
    if !following.is_subset(&read) {
        let further = following.difference(&read).cloned().collect();
        read.extend(following.iter().cloned());
        scan = read_live(app, &connector, &connection, &read, &further, &sought, progress).await?;
    }
    let live = Reader::new(app.chunks(), scan.tree);
    let search =
        Search { dialect, backup: &opened.reader, live: &live, origins: &origins, written: &written };
    let followers = search.run(&following)?;
    let keys = followers.keys();
    if !keys.is_empty() {
        let mut comparison = compare(&scan)?;
        followers.add_to(&mut comparison);
        let scope = scope.iter().chain(keys.iter().map(|key| &key.container)).cloned().collect();
        made = task.plan(comparison, &scan, &keys, header(&scan, scope))?;
    }
    if matches!(request.mode, Mode::DeleteBefore | Mode::DeleteBeforeLiteral) {
        opened.note_shared(&mut made, &desired)?;
    }
    opened.note_lists(&mut made)?;
    note_unread(&mut made, &scan, dialect);
    opened.name_far(&mut made)?;
    save(app, made)
}

/// Works out the way back of a run. Writes nothing to the account.
pub async fn undo(app: &App, run: &str, progress: &dyn Progress) -> Result<SavedPlan, Error> {
    let _session = app.vault.session();
    let run = runs::find(app, run)?;
    let done = by_hash(app, &run.plan)?.plan;
    let safety = run
        .safety
        .as_deref()
        .ok_or_else(|| Error::failed(format!("run {} kept no safety snapshot", run.id)))?;
    let before = snapshots::by_id(app, safety)?;
    let connection = done.header.connection.clone();
    let (platform, connector) = connections::connect(app, &connection, true)?;
    let connector: Arc<dyn Connector> = Arc::from(connector);

    let undone = undone::scope(&run, &done.steps)?;
    let touched = undone.created.iter().chain(undone.changed.keys()).chain(&undone.removed);
    // What the run brought from elsewhere goes back to there.
    let touched = touched.chain(done.steps.iter().filter_map(undone::changed));
    let touched: BTreeSet<NativeId> = touched.map(|key| key.container.clone()).collect();
    let origins = runs::origins(app, &connection)?;
    let pointed_into = snapshots::open(app, safety)?.pointed_into(&touched)?;
    let scope = with_aliases(&touched.union(&pointed_into).cloned().collect(), Kind::Container, &origins);
    let reader = Reader::new(app.chunks(), before.manifest.tree);
    let sought = Sought::of(connector.as_ref(), &reader, &touched, &origins, &undone.created)?;
    let none = BTreeSet::new();
    let scan = read_live(app, &connector, &connection, &scope, &none, &sought, progress).await?;
    let compared: Vec<NativeId> = touched.iter().cloned().collect();
    let mut comparison = snapshot::compare(
        &app.chunks(),
        &before.manifest.tree,
        &scan.tree,
        Some(&compared),
        platform.dialect,
    )?;
    let lost: BTreeSet<NativeId> = undone
        .removed
        .iter()
        .filter(|key| key.kind == Kind::Container)
        .map(|key| key.container.clone())
        .collect();
    comparing::add_equal_records(&mut comparison, &reader, lost.iter())?;
    let header = PlanHeader {
        format: FORMAT,
        connection: connection.clone(),
        platform: platform.id.to_owned(),
        snapshot: safety.to_owned(),
        desired_root: before.manifest.tree.root,
        live_root: scan.tree.root,
        live_scope: scope.into_iter().collect(),
        mode: Mode::Undo,
        only: Vec::new(),
        made_at: app.clock.now().to_string(),
        undoes: Some(run.id.clone()),
    };
    let task = Task {
        app,
        platform,
        selection: &Selection::Everything,
        origins: &origins,
        undo: Some(&undone),
        taken: snapshots::time(before.manifest.finished_at),
    };
    let mut made = task.plan(comparison, &scan, &BTreeSet::new(), header)?;
    snapshots::open(app, safety)?.name_far(&mut made)?;
    // Its safety snapshot holds what the run was about to touch, and not what leads there.
    if let Ok(restored) = snapshots::open(app, &done.header.snapshot) {
        restored.note_broken(&mut made, &scan, &origins)?;
        restored.note_lists(&mut made)?;
        restored.name_far(&mut made)?;
    }
    save(app, made)
}

/// The plan whose id begins so.
pub fn find(app: &App, prefix: &str) -> Result<SavedPlan, Error> {
    long_enough(prefix)?;
    let fitting: Vec<PlanLine> =
        list(app)?.into_iter().filter(|line| line.hash.to_string().starts_with(prefix)).collect();
    match fitting.as_slice() {
        [line] => load(app, line),
        [] => Err(Error::failed(format!("there is no plan `{prefix}`"))
            .hint("`boardvault plan SNAPSHOT` makes one and prints its id.")),
        several => Err(Error::usage(format!("`{prefix}` is the beginning of {} plans", several.len()))
            .hint("Give more of the id.")),
    }
}

/// The plan with this hash.
pub fn by_hash(app: &App, hash: &Hash) -> Result<SavedPlan, Error> {
    find(app, &hash.to_string())
}

/// All plans, oldest first, each once.
pub(super) fn list(app: &App) -> Result<Vec<PlanLine>, Error> {
    let mut seen = BTreeSet::new();
    let lines = app.entries_json::<PlanLine>(entry::PLAN)?.into_iter().map(|(_, line)| line);
    Ok(lines.filter(|line| seen.insert(line.hash)).collect())
}

/// The chunks that hold the plans.
pub(super) fn documents(app: &App) -> Result<Vec<Hash>, Error> {
    Ok(list(app)?.into_iter().map(|line| line.chunk).collect())
}

/// Refuses a plan that restores what is no longer there.
pub(super) fn source_is_there(app: &App, saved: &SavedPlan) -> Result<(), Error> {
    let what = format!("plan {} cannot be carried out", saved.short());
    snapshots::by_id(app, &saved.plan.header.snapshot).map(drop).map_err(|error| {
        error.while_doing(&what).hint("Make a new plan, from a snapshot that `boardvault snapshots` lists.")
    })
}

fn load(app: &App, line: &PlanLine) -> Result<SavedPlan, Error> {
    let bytes = app.vault.get(ChunkKind::Document, &line.chunk)?;
    let plan: RestorePlan = serde_json::from_slice(&bytes).map_err(|error| Error {
        kind: ErrorKind::Damage,
        ..Error::failed(format!("plan {} cannot be read: {error}", line.hash.short()))
            .hint("Make it again: `boardvault plan`.")
    })?;
    if plan.hash() != line.hash {
        return Err(Error {
            kind: ErrorKind::Damage,
            ..Error::failed(format!("plan {} is not what was saved", line.hash.short()))
        }
        .hint("Make it again: `boardvault plan`."));
    }
    Ok(with_time(app, plan))
}

fn save(app: &App, plan: RestorePlan) -> Result<SavedPlan, Error> {
    let value = serde_json::to_value(&plan).map_err(|error| Error::failed(error.to_string()))?;
    let chunk = app.vault.put(ChunkKind::Document, &canon::to_bytes(&value))?;
    let line = PlanLine { hash: plan.hash(), chunk, connection: plan.header.connection.clone() };
    app.append_json(entry::PLAN, &line)?;
    Ok(with_time(app, plan))
}

fn with_time(app: &App, plan: RestorePlan) -> SavedPlan {
    let snapshot_taken = snapshots::by_id(app, &plan.header.snapshot)
        .ok()
        .map(|found| snapshots::time(found.manifest.finished_at));
    SavedPlan { id: plan.hash().to_string(), snapshot_taken, plan }
}

async fn read_live(
    app: &App,
    connector: &Arc<dyn Connector>,
    connection: &str,
    scope: &BTreeSet<NativeId>,
    dispensable: &BTreeSet<NativeId>,
    sought: &Sought,
    progress: &dyn Progress,
) -> Result<Scan, Error> {
    progress
        .tell(News::Phase { what: "Reading the live account".to_owned(), total: Some(scope.len() as u64) });
    let wanted = |id: &NativeId| scope.contains(id).then_some(Attachments::None);
    scan::scan(app, connector, connection, &wanted, sought, dispensable, progress).await
}

/// The containers themselves, and those that earlier restores made of them.
fn with_aliases(ids: &BTreeSet<NativeId>, kind: Kind, origins: &OriginMap) -> BTreeSet<NativeId> {
    let key = |id: &NativeId| RecordKey::new(id.clone(), kind, id.clone());
    ids.iter()
        .flat_map(|id| {
            origins.aliases(&key(id)).map(|alias| alias.id.clone()).chain([id.clone()]).collect::<Vec<_>>()
        })
        .collect()
}

/// What a plan is asked for, whatever the live account is like.
struct Task<'a> {
    app: &'a App,
    platform: &'static Platform,
    selection: &'a Selection,
    origins: &'a OriginMap,
    undo: Option<&'a UndoScope>,
    /// When the snapshot was taken.
    taken: Timestamp,
}

impl Task<'_> {
    fn plan(
        &self,
        mut comparison: Comparison,
        scan: &Scan,
        followers: &BTreeSet<RecordKey>,
        header: PlanHeader,
    ) -> Result<RestorePlan, Error> {
        let (app, dialect) = (self.app, self.platform.dialect);
        comparing::add_refuge(app, &mut comparison, &header, scan)?;
        let account = connections::get(app, &header.connection)?.identity.id;
        let people = People::of(dialect, &scan.discovery.records);
        let input = PlanInput {
            compare: &comparison,
            dialect,
            selection: self.selection,
            grants: &scan.discovery.grants,
            origins: self.origins,
            followers,
            people: &people,
            crowded: &comparing::crowded(app, dialect, &comparison, &header)?,
            shared: &scan.discovery.shared,
            hidden: &scan.hidden,
            account: &account,
            taken_on: &self.taken.strftime("%Y-%m-%d").to_string(),
            undo: self.undo,
            pace: (self.platform.pace.requests, self.platform.pace.per),
            header,
        };
        crate::plan::plan(&input).map_err(|error| Error::usage(error.to_string()))
    }
}

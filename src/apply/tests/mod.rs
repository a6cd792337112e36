//! A small restore, carried out under every fault.

mod crashes;
mod endings;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::watch;

use super::fake::{Death, Faults, Hashes, MemJournal, NoBlobs, State, Thing, World};
use super::*;
use crate::base::clock::{Clock, ManualClock, Timestamp};
use crate::base::hash::Hash;
use crate::model::{Kind, NativeId, RecordKey};
use crate::plan::types::{
    Action, Binding, FieldChange, Mode, PlanHeader, Reason, RestorePlan, Step, StepId, Target,
    Verdict as PlanVerdict,
};

/// Records that are there before: a neighbour that equals one of the comments to be made, one to be renamed
/// and one to be deleted.
fn world(faults: Faults) -> World {
    let world = World::default();
    let thing = |kind, fields: Value| Thing {
        kind,
        container: Some("live".into()),
        parent: None,
        fields: fields.as_object().unwrap().clone(),
    };
    let mut state = world.state();
    state.faults = faults;
    state.things.insert("live".into(), Thing { container: None, ..thing(Kind::Container, json!({})) });
    state.things.insert("renamed".into(), thing(Kind::Item, json!({"name": "wrong"})));
    state.things.insert("doomed".into(), thing(Kind::Item, json!({"name": "later"})));
    state.things.insert("twin".into(), thing(Kind::Label, json!({"name": "red"})));
    drop(state);
    world
}

fn id(name: &str) -> StepId {
    StepId(name.to_owned())
}

fn made(step: &str) -> Target {
    Target::Created(id(step))
}

fn key(kind: Kind, name: &str) -> RecordKey {
    RecordKey::new("old", kind, name)
}

/// A step named like its subject that writes `fields` and needs `after`.
fn step(wave: u32, action: Action, kind: Kind, name: &str, fields: Value, after: &[&str]) -> Step {
    let Value::Object(fields) = fields else { panic!("fields are an object") };
    let changes = fields.into_iter().map(|(path, to)| FieldChange {
        refers_to: (path == "labels").then_some(Kind::Label),
        links: path == "text",
        ..FieldChange::plain(&path, to)
    });
    Step {
        id: id(name),
        path: vec!["Roadmap".into(), name.into()],
        noun: kind.name().into(),
        container: Some(made("board")),
        changes: changes.collect(),
        after: after.iter().map(|name| id(name)).collect(),
        wave,
        ..Step::bare(action, key(kind, name), Reason::Missing)
    }
}

fn live(name: &str) -> Target {
    Target::Live(RecordKey::new("live", Kind::Item, name))
}

fn plan() -> RestorePlan {
    use Action::{Create, Delete, Update};
    use Kind::{Comment, Container, FieldValue, Item, Label, Member};
    let on_a = |step: Step| Step { parent: Some(made("a")), ..step };
    let steps = vec![
        Step { container: None, ..step(0, Create, Container, "board", json!({"name": "Roadmap"}), &[]) },
        step(1, Create, Member, "anna", json!({"role": "admin"}), &["board"]),
        Step {
            container: Some(Target::Live(RecordKey::new("live", Container, "live"))),
            ..step(2, Create, Label, "red", json!({"name": "red"}), &[])
        },
        step(
            3,
            Create,
            Item,
            "a",
            json!({"labels": ["red", "kept"], "text": "see #tb, #other"}),
            &["board", "red"],
        ),
        step(4, Create, Item, "b", json!({"text": "part of #ta"}), &["a"]),
        step(4, Create, Item, "b-too", json!({"text": "beside #tb"}), &["board"]),
        on_a(step(5, Create, FieldValue, "a:f1", json!({"v.number": 1}), &["a"])),
        on_a(step(5, Create, FieldValue, "a:f2", json!({"v.number": 2}), &["a"])),
        on_a(step(6, Create, Comment, "c1", json!({"text": "+1"}), &["a"])),
        on_a(step(6, Create, Comment, "c2", json!({"text": "+1"}), &["a"])),
        Step {
            target: Some(made("a")),
            ..step(7, Update, Item, "a-text", json!({"text": "see #tb, #other"}), &["a", "b"])
        },
        Step {
            target: Some(live("renamed")),
            ..step(8, Update, Item, "rename", json!({"name": "right"}), &[])
        },
        Step { target: Some(live("doomed")), ..step(9, Delete, Item, "doomed", json!({}), &["board"]) },
    ];
    let bind = |kind, name: &str, link: Option<&str>| Binding {
        source: key(kind, name),
        target: made(name),
        link: link.map(str::to_owned),
    };
    RestorePlan {
        header: PlanHeader {
            format: 1,
            connection: "acme".into(),
            platform: "hashes".into(),
            snapshot: "s".into(),
            desired_root: Hash::default(),
            live_root: Hash::default(),
            live_scope: vec![],
            mode: Mode::Merge,
            only: vec![],
            made_at: "2026-11-21T10:00:00Z".into(),
            undoes: None,
        },
        steps,
        blocked: vec![],
        losses: vec![],
        kind_losses: vec![],
        bindings: vec![bind(Label, "red", None), bind(Item, "a", Some("ta")), bind(Item, "b", Some("tb"))],
        witnesses: vec![],
        kept: 0,
        equal: 0,
        requests: 10,
        min_seconds: 1,
        verdict: PlanVerdict::Applyable,
    }
}

fn clock() -> Arc<dyn Clock> {
    Arc::new(ManualClock::new(Timestamp::UNIX_EPOCH))
}

/// One process that works on the run, with this plan.
async fn process_with(
    plan: &RestorePlan,
    world: &World,
    journal: &mut MemJournal,
    gate: Option<&dyn Gate>,
) -> Result<Outcome, ApplyError> {
    let run = Run {
        name: "run-1",
        safety: Some("safety"),
        plan,
        dialect: &Hashes,
        connector: world,
        blobs: &NoBlobs,
        known: &|kind: Kind, container: Option<&NativeId>, _: Option<&NativeId>| {
            let labels = kind == Kind::Label && container == Some(&"live".into());
            if labels { vec![NativeId::from("twin")] } else { vec![] }
        },
        clock: &clock(),
        gate,
    };
    let previous = journal.events.clone();
    super::run(&run, &previous, journal, &mut |_| (), &watch::channel(false).1).await
}

async fn process(world: &World, journal: &mut MemJournal) -> Result<Outcome, ApplyError> {
    process_with(&plan(), world, journal, None).await
}

/// Processes one after the other until the run is finished; the first ones die as given.
async fn until_finished(world: &World, deaths: &[Death]) -> (Outcome, MemJournal) {
    let mut journal = MemJournal::default();
    let mut deaths = deaths.iter();
    for _ in 0..20 {
        journal.death = deaths.next().copied();
        match process(world, &mut journal).await {
            Ok(outcome) if outcome.verdict != Verdict::Interrupted => {
                let new: Vec<_> = made_by(&journal).map(|made| &made.origin.new).collect();
                assert_eq!(BTreeSet::from_iter(&new).len(), new.len(), "one record stands for two");
                return (outcome, journal);
            }
            Ok(_) | Err(ApplyError::Journal(_)) => world.state().faults.look_ups_fail = false,
            Err(error) => panic!("{error}"),
        }
    }
    panic!("the run does not end");
}

fn made_by(journal: &MemJournal) -> impl Iterator<Item = &Made> {
    journal.events.iter().filter_map(|event| match event {
        Event::Done { made, .. } => made.as_ref(),
        _ => None,
    })
}

fn faults(change: impl FnOnce(&mut Faults)) -> Faults {
    let mut faults = Faults::default();
    change(&mut faults);
    faults
}

fn lose(answers: impl IntoIterator<Item = u64>) -> Faults {
    faults(|faults| faults.answer_lost = answers.into_iter().collect())
}

/// The same things under the same ids: nothing missing, nothing twice.
fn assert_same_world(world: &World, undisturbed: &State, case: &dyn std::fmt::Debug) {
    assert_eq!(world.state().things, undisturbed.things, "{case:?}");
}

async fn undisturbed() -> (World, MemJournal) {
    let world = world(Faults::default());
    let (outcome, journal) = until_finished(&world, &[]).await;
    assert_eq!((outcome.verdict, outcome.done), (Verdict::Complete, 13));
    (world, journal)
}

fn fields(world: &World, id: &str) -> Value {
    Value::Object(world.state().things[&NativeId::from(id)].fields.clone())
}

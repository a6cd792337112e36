//! A small restore, carried out under every fault.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::fake::{Death, Faults, Hashes, MemJournal, NoBlobs, State, Thing, World};
use super::*;
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
        refers_to: match path.as_str() {
            "labels" => Some(Kind::Label),
            _ => None,
        },
        links: path == "text",
        path,
        from: None,
        to,
    });
    Step {
        id: id(name),
        action,
        subject: key(kind, name),
        path: vec!["Roadmap".into(), name.into()],
        noun: kind.name().into(),
        reason: Reason::Missing,
        target: None,
        container: Some(made("board")),
        parent: None,
        changes: changes.collect(),
        blob: None,
        after: after.iter().map(|name| id(name)).collect(),
        wave,
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

#[tokio::test]
async fn ids_and_links_of_the_snapshot_become_live_ones() {
    let (world, journal) = undisturbed().await;
    let events = Progress::replay(&journal.events);
    let made = |name: &str| events.receipt(&id(name)).unwrap().key.id.0.clone();
    let (a, b) = (made("a"), made("b"));
    assert_eq!(
        fields(&world, &a),
        json!({"labels": [made("red"), "kept"], "text": format!("see #L{b}, #other")}),
        "an id without binding stays; links lead forward to what comes later; others stay"
    );
    assert_eq!(fields(&world, &b), json!({"text": format!("part of #L{a}")}), "links lead backward");
    assert_eq!(
        fields(&world, &made("b-too")),
        json!({"text": "beside #tb"}),
        "what travels in the same wave is not known for sure"
    );
    assert_eq!(fields(&world, &format!("{a}:f2")), json!({"v": {"number": 2}}), "composed of live ids");
    assert_eq!(fields(&world, "anna"), json!({"role": "admin"}), "a person's id is the same everywhere");
    assert_eq!(fields(&world, "renamed"), json!({"name": "right"}));
    assert!(!world.state().things.contains_key(&NativeId::from("doomed")));
    assert_eq!(world.state().waves, [1, 1, 1, 1, 2, 2, 2, 1, 1, 1], "a wave travels together");
}

#[tokio::test]
async fn a_process_that_dies_after_any_record_is_resumed_to_the_same_world() {
    let (undisturbed, whole) = undisturbed().await;
    for records in 0..=whole.events.len() {
        for at_once in [true, false] {
            let world = world(Faults::default());
            let death = Death { records, at_once };
            let (outcome, _) = until_finished(&world, &[death]).await;
            assert_eq!(outcome.verdict, Verdict::Complete);
            assert_same_world(&world, &undisturbed.state(), &death);
        }
    }
}

#[tokio::test]
async fn an_answer_lost_after_any_write_is_looked_up_and_nothing_is_made_twice() {
    let (undisturbed, _) = undisturbed().await;
    for nth in 1..=undisturbed.writes() {
        for faults in [lose([nth]), faults(|faults| faults.request_lost = BTreeSet::from([nth]))] {
            let world = world(faults.clone());
            let (outcome, _) = until_finished(&world, &[]).await;
            assert_eq!(outcome.verdict, Verdict::Complete);
            assert_same_world(&world, &undisturbed.state(), &faults);
        }
    }
}

#[tokio::test]
async fn a_death_together_with_a_lost_answer_ends_in_the_same_world() {
    let (undisturbed, whole) = undisturbed().await;
    for records in 0..=whole.events.len() {
        for nth in 1..=undisturbed.writes() {
            for look_ups_fail in [false, true] {
                let world = world(Faults { look_ups_fail, ..lose([nth]) });
                let death = Death { records, at_once: false };
                let (outcome, _) = until_finished(&world, &[death]).await;
                assert_eq!(outcome.verdict, Verdict::Complete);
                assert_same_world(&world, &undisturbed.state(), &(death, nth, look_ups_fail));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_series_of_deaths_and_lost_messages_ends_in_the_same_world(
        deaths in prop::collection::vec((0_usize..20, any::<bool>()), 0..6),
        answer_lost in prop::collection::btree_set(1_u64..30, 0..6),
        request_lost in prop::collection::btree_set(1_u64..30, 0..2),
    ) {
        let deaths: Vec<Death> =
            deaths.into_iter().map(|(records, at_once)| Death { records, at_once }).collect();
        let faults = Faults { answer_lost, request_lost, ..Faults::default() };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let (undisturbed, _) = undisturbed().await;
            let world = world(faults.clone());
            let _ = until_finished(&world, &deaths).await;
            // A change whose answer is lost three times in a row is given up as failed, though it happened.
            assert_same_world(&world, &undisturbed.state(), &(deaths, faults));
        });
    }
}

#[tokio::test]
async fn a_complete_run_is_left_alone() {
    let (world, mut journal) = undisturbed().await;
    let (writes, events) = (world.writes(), journal.events.clone());
    let outcome = process(&world, &mut journal).await.unwrap();
    assert_eq!(outcome.verdict, Verdict::Complete);
    assert_eq!((world.writes(), journal.events), (writes, events));
}

#[tokio::test]
async fn a_run_is_not_resumed_with_another_plan() {
    let (world, mut journal) = undisturbed().await;
    journal.events.pop();
    let other = RestorePlan { kept: 1, ..plan() };
    let error = process_with(&other, &world, &mut journal, None).await.unwrap_err();
    assert!(matches!(error, ApplyError::OtherPlan { .. }), "{error}");
}

#[tokio::test]
async fn a_refused_step_fails_and_what_needs_it_is_skipped_by_name() {
    let world = world(faults(|faults| faults.refused = BTreeSet::from([3])));
    let (outcome, journal) = until_finished(&world, &[]).await;
    let progress = Progress::replay(&journal.events);
    assert_eq!(outcome.verdict, Verdict::Partial);
    assert_eq!((outcome.done, outcome.failed, outcome.skipped), (5, 1, 7));
    assert_eq!(progress.state(&id("red")), &StepState::Failed("too many labels".into()));
    let StepState::Skipped(cause) = progress.state(&id("c1")) else { panic!("a comment without its item") };
    assert_eq!(
        cause,
        "it needs item Roadmap / a, which is not done: it needs label Roadmap / red, which is not done: too \
         many labels"
    );
}

#[tokio::test]
async fn without_a_valid_credential_or_a_network_the_run_stops_and_is_finished_later() {
    let (undisturbed, _) = undisturbed().await;
    for nth in 1..=undisturbed.writes() {
        let at = BTreeSet::from([nth]);
        for (faults, why) in [
            (Faults { unauthorised: at.clone(), ..Faults::default() }, "the token was revoked"),
            (Faults { unavailable: at.clone(), ..Faults::default() }, "no route to host"),
        ] {
            let world = world(faults);
            let mut journal = MemJournal::default();
            let stopped = process(&world, &mut journal).await.unwrap();
            assert_eq!((stopped.verdict, stopped.failed, stopped.unsure), (Verdict::Interrupted, 0, 0));
            assert_eq!(stopped.interrupted.as_deref(), Some(why));
            assert_eq!(process(&world, &mut journal).await.unwrap().verdict, Verdict::Complete);
            assert_same_world(&world, &undisturbed.state(), &nth);
        }
    }
}

#[tokio::test]
async fn a_look_up_that_fails_leaves_the_step_unsure_and_the_run_resumable() {
    let world = world(Faults { look_ups_fail: true, ..lose([4]) });
    let mut journal = MemJournal::default();
    let outcome = process(&world, &mut journal).await.unwrap();
    assert_eq!((outcome.verdict, outcome.done, outcome.unsure), (Verdict::Interrupted, 3, 1));
    assert_eq!(outcome.left, 9);
    assert!(outcome.interrupted.unwrap().contains("item Roadmap / a"));
}

#[tokio::test]
async fn a_write_that_is_never_answered_is_given_up() {
    let world = world(faults(|faults| faults.request_lost = (3..6).collect()));
    let (outcome, journal) = until_finished(&world, &[]).await;
    assert_eq!((outcome.verdict, outcome.failed), (Verdict::Partial, 1));
    let progress = Progress::replay(&journal.events);
    assert_eq!(progress.attempts(&id("red")), 3);
    let StepState::Failed(message) = progress.state(&id("red")) else { panic!("it never happened") };
    assert!(message.contains("write 5 timed out"), "{message}");
}

#[tokio::test]
async fn what_failed_is_tried_again_on_resume_with_all_that_needs_it() {
    let (undisturbed, _) = undisturbed().await;
    for nth in 1..=undisturbed.writes() {
        let world = world(faults(|faults| faults.refused = BTreeSet::from([nth])));
        let mut journal = MemJournal::default();
        assert_eq!(process(&world, &mut journal).await.unwrap().verdict, Verdict::Partial);
        assert_eq!(process(&world, &mut journal).await.unwrap().verdict, Verdict::Complete);
        assert_same_world(&world, &undisturbed.state(), &nth);
    }
}

#[tokio::test]
async fn a_request_to_stop_is_heeded_before_the_next_wave() {
    let (undisturbed, _) = undisturbed().await;
    let world = world(Faults::default());
    let mut journal = MemJournal::default();
    let (ask, stop) = watch::channel(false);
    let plan = plan();
    let run = Run {
        name: "run-1",
        safety: None,
        plan: &plan,
        dialect: &Hashes,
        connector: &world,
        blobs: &NoBlobs,
        known: &|_: Kind, _: Option<&NativeId>, _: Option<&NativeId>| vec![],
        gate: None,
    };
    let mut after_the_label = |event: &Event| {
        if matches!(event, Event::Done { step, .. } if *step == id("red")) {
            ask.send_replace(true);
        }
    };
    let outcome = super::run(&run, &[], &mut journal, &mut after_the_label, &stop).await.unwrap();
    assert_eq!((outcome.verdict, outcome.done, outcome.left), (Verdict::Interrupted, 3, 10));
    assert_eq!(world.writes(), 3);
    assert_eq!(process(&world, &mut journal).await.unwrap().verdict, Verdict::Complete);
    assert_same_world(&world, &undisturbed.state(), &"stopped");
}

#[tokio::test]
async fn each_creation_says_what_was_made_of_what_and_whether_it_is_a_copy() {
    for (mode, expected) in [(Mode::Merge, Relation::Restored), (Mode::Copy, Relation::Copied)] {
        let mut plan = plan();
        plan.header.mode = mode;
        let (world, mut journal) = (world(Faults::default()), MemJournal::default());
        process_with(&plan, &world, &mut journal, None).await.unwrap();
        let made: Vec<&Made> = made_by(&journal).collect();
        assert_eq!(made.len(), 10, "changes and deletions make nothing");
        assert!(made.iter().all(|made| made.relation == expected));
        let item = made.iter().find(|made| made.origin.old == key(Kind::Item, "a")).unwrap();
        let new = item.origin.new.id.0.clone();
        assert_eq!(item.origin.links, Some(("ta".into(), format!("L{new}"))));
    }
}

struct Answers(Clearance);

#[async_trait::async_trait]
impl Gate for Answers {
    async fn may_delete(&self, progress: &Progress) -> Clearance {
        assert!(progress.receipt(&id("rename")).is_some(), "all else is done when the gate is asked");
        self.0.clone()
    }
}

#[tokio::test]
async fn the_old_one_is_deleted_only_when_the_gate_says_so() {
    let mut plan = plan();
    plan.header.mode = Mode::DeleteBefore;
    let table = [
        (Clearance::Delete, Verdict::Complete, false),
        (Clearance::Keep("a comment is missing".into()), Verdict::Partial, true),
        (Clearance::AskAgain("the network is down".into()), Verdict::Interrupted, true),
    ];
    for (answer, verdict, stays) in table {
        let (world, mut journal) = (world(Faults::default()), MemJournal::default());
        let gate = Answers(answer);
        let outcome = process_with(&plan, &world, &mut journal, Some(&gate)).await.unwrap();
        assert_eq!(outcome.verdict, verdict);
        assert_eq!(world.state().things.contains_key(&NativeId::from("doomed")), stays);
    }
}

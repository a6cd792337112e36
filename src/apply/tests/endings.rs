//! What is written, and the ways in which a run can end.

use std::collections::BTreeSet;

use serde_json::json;

use super::*;

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
async fn a_run_sends_the_writes_of_its_plan_and_no_other() {
    let (world, _) = undisturbed().await;
    assert_eq!(world.writes(), plan().steps.len() as u64);
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
    let cause = |name: &str| match progress.state(&id(name)) {
        StepState::Skipped(cause) => cause.clone(),
        state => panic!("{name} without what it needs: {state:?}"),
    };
    assert_eq!(cause("a"), "it needs label Roadmap / red, which is not done: too many labels");
    assert_eq!(cause("c1"), "it needs item Roadmap / a, which was not tried either");
    let causes = causes(&plan().steps, &progress);
    assert_eq!(causes.len(), 1, "{causes:#?}");
    assert_eq!(
        (causes[0].tried.as_slice(), causes[0].why.as_str()),
        (&["label Roadmap / red".to_owned()][..], "too many labels")
    );
    assert_eq!(causes[0].untried.len(), 7, "also what needs what was not tried");
}

#[tokio::test]
async fn a_refused_membership_takes_only_the_mention_of_the_person_along() {
    let mut plan = plan();
    let item = plan.steps.iter_mut().find(|step| step.id == id("b")).unwrap();
    item.changes.push(FieldChange {
        path: "members".into(),
        to: json!(["anna", "bert"]),
        refers_to: None,
        joins: BTreeMap::from([("anna".into(), id("anna"))]),
        ..item.changes[0].clone()
    });
    for (refused, members) in
        [(BTreeSet::new(), json!(["anna", "bert"])), (BTreeSet::from([2]), json!(["bert"]))]
    {
        let world = world(Faults { refused: refused.clone(), ..Faults::default() });
        let mut journal = MemJournal::default();
        let outcome = process_with(&plan, &world, &mut journal, None).await.unwrap();
        assert_eq!((outcome.failed, outcome.skipped), (refused.len() as u64, 0));
        let made = Progress::replay(&journal.events).receipt(&id("b")).unwrap().key.id.0.clone();
        assert_eq!(fields(&world, &made)["members"], members);
    }
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
async fn what_does_not_show_at_once_is_looked_for_again_and_not_made_twice() {
    let (undisturbed, _) = undisturbed().await;
    for nth in 1..=undisturbed.writes() {
        let world = world(faults(|faults| {
            faults.answer_lost = BTreeSet::from([nth]);
            faults.blind_look_ups = 2;
        }));
        let mut journal = MemJournal::default();
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
        clock: &clock(),
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

#[test]
fn a_run_can_travel_between_threads() {
    fn travels<T: Send>(_: &T) {}
    let (world, mut journal) = (world(Faults::default()), MemJournal::default());
    travels(&process(&world, &mut journal));
}

//! Containers that may not be put where they were.

use serde_json::json;

use crate::model::grants::{Grant, Grants, Rule, Verb};
use crate::model::origins::OriginMap;
use crate::model::{Kind, RecordKey};
use crate::plan::testing::{Account, Request, World, check, check_order, edit, request, world};
use crate::plan::types::{Action, Mode, Verdict};

/// A board in a workspace, and the account's own workspace.
const DESIRED: &str = "
    workspace h Mine
    workspace w Acme
      board b Roadmap
        list l Doing";

const WITHOUT_THE_BOARD: &str = "workspace h Mine\nworkspace w Acme";

fn rule(kind: Kind, grant: Grant) -> Rule {
    Rule { kind: Some(kind), verb: Some(Verb::Create), grant }
}

fn denied() -> Grant {
    Grant::Denied("viewers may not".into())
}

/// An account that may create boards in no workspace but its own, and there as `in_refuge` says.
fn viewer(mode: Mode, in_refuge: Grant) -> Request {
    let mut request = request(mode);
    request.grants = Grants {
        account: vec![rule(Kind::Workspace, denied())],
        containers: [
            ("w".into(), vec![rule(Kind::Container, denied())]),
            ("h".into(), vec![rule(Kind::Container, in_refuge)]),
        ]
        .into(),
        refuge: Some("h".into()),
        ..Grants::default()
    };
    request
}

fn board() -> RecordKey {
    RecordKey::new("b", Kind::Container, "b")
}

#[test]
fn a_missing_one_is_made_in_the_own_workspace_and_the_plan_says_so() {
    let plan = viewer(Mode::Merge, Grant::Allowed).plan(&world(DESIRED), &world(WITHOUT_THE_BOARD));
    check(
        &plan,
        r#"
        0 create board (missing) Mine/Roadmap name="Roadmap" up="h"
        1 create list (missing) Mine/Roadmap/Doing name="Doing" after 0
        lost b/container/b#up: other-place
        "#,
    );
    assert_eq!(plan.verdict, Verdict::Applyable);
    assert_eq!(plan.steps[0].changes[1].names["h"], "Mine");
}

#[test]
fn it_is_found_there_and_stays_until_it_may_move() {
    let desired = world(DESIRED);
    let mut account = Account::new(world(WITHOUT_THE_BOARD));
    let mut viewer = viewer(Mode::Merge, Grant::Allowed);
    account.apply(&viewer.plan(&desired, &account.live));
    viewer.origins = account.origins.iter().cloned().collect::<OriginMap>();
    let again = viewer.plan(&desired, &account.live);
    check(&again, "lost b/container/b#up: other-place");
    assert_eq!(again.verdict, Verdict::NothingToDo);
    let mut admin = request(Mode::Merge);
    admin.origins = viewer.origins;
    check(&admin.plan(&desired, &account.live), r#"0 update board (differs) Acme/Roadmap up="w""#);
}

#[test]
fn all_else_of_one_that_stays_is_changed_back() {
    let desired = world(DESIRED);
    let mut live = desired.clone();
    edit(&mut live, &board(), "up", json!("h"));
    edit(&mut live, &board(), "name", json!("???"));
    check(
        &viewer(Mode::Merge, Grant::Allowed).plan(&desired, &live),
        r#"
        0 update board (differs) Acme/Roadmap name="Roadmap"
        lost b/container/b#up: other-place
        "#,
    );
}

#[test]
fn a_workspace_that_is_gone_and_not_made_is_missed_only_by_who_asked_for_it() {
    let (desired, live) = (world(DESIRED), world("workspace h Mine"));
    let made = r#"
        0 create board (missing) Mine/Roadmap name="Roadmap" up="h"
        1 create list (missing) Mine/Roadmap/Doing name="Doing" after 0"#;
    let lost = "lost b/container/b#up: other-place";
    let asked = viewer(Mode::Merge, Grant::Allowed).plan(&desired, &live);
    check(&asked, &format!("{made}\nblocked Create Acme: viewers may not\n{lost}"));
    let only = viewer(Mode::Merge, Grant::Allowed).only(&["b/board/b"]).plan(&desired, &live);
    check(&only, &format!("{made}\n{lost}"));
}

#[test]
fn what_the_own_workspace_does_not_take_either_is_blocked() {
    let live = world(WITHOUT_THE_BOARD);
    let expected = r#"
        blocked Create Acme/Roadmap: viewers may not
        blocked Create Acme/Roadmap/Doing: it needs the board "Acme / Roadmap", which cannot be created: viewers may not"#;
    check(&viewer(Mode::Merge, denied()).plan(&world(DESIRED), &live), expected);
    let mut none = viewer(Mode::Merge, Grant::Allowed);
    none.grants.refuge = None;
    check(&none.plan(&world(DESIRED), &live), expected);
}

#[test]
fn a_copy_is_made_in_the_own_workspace() {
    let desired = world(DESIRED);
    check(
        &viewer(Mode::Copy, Grant::Allowed).only(&["b/board/b"]).plan(&desired, &desired),
        r#"
        0 create board (copied) Mine/Roadmap name="Roadmap (restored 2026-11-21)" up="h"
        1 create list (copied) Mine/Roadmap/Doing name="Doing" after 0
        lost b/container/b#up: other-place
        "#,
    );
}

#[test]
fn one_that_is_there_is_not_replaced_by_one_in_the_own_workspace_and_the_way_out_is_named() {
    let desired = world(DESIRED);
    let why = "viewers may not; made elsewhere it would be lost to all who have it through the workspace, so it is not \
        replaced: copy it with `--mode copy`, or get the right to create in the workspace";
    for mode in [Mode::DeleteBefore, Mode::DeleteBeforeLiteral] {
        check(
            &viewer(mode, Grant::Allowed).plan(&desired, &desired),
            &format!(
                r#"
                blocked Create Acme/Roadmap: {why}
                blocked Delete Acme/Roadmap: it stays because 2 of the things in its replacement cannot be created
                blocked Create Acme/Roadmap/Doing: it needs the board "Acme / Roadmap", which cannot be created: {why}
                "#
            ),
        );
    }
}

#[test]
fn one_that_lies_in_the_own_workspace_already_is_replaced_there() {
    let desired = world(DESIRED);
    let mut live = desired.clone();
    edit(&mut live, &board(), "up", json!("h"));
    let plan = viewer(Mode::DeleteBefore, Grant::Unknown).plan(&desired, &live);
    check(
        &plan,
        r#"
        0 create board (replaced) Mine/Roadmap name="Roadmap" up="h"
        1 create list (replaced) Mine/Roadmap/Doing name="Doing" after 0
        2 delete board (replaced) Mine/Roadmap after 0,1
        lost b/container/b#up: other-place
        "#,
    );
    check_order(&plan);
}

#[test]
fn it_is_not_deleted_first_there_unless_it_is_sure_to_come_back() {
    let desired = world(DESIRED);
    let mut live = desired.clone();
    edit(&mut live, &board(), "up", json!("h"));
    let first = |in_refuge| {
        let plan = viewer(Mode::DeleteBeforeLiteral, in_refuge).plan(&desired, &live);
        plan.steps.first().map(|step| step.action)
    };
    assert_eq!(first(Grant::Allowed), Some(Action::Delete));
    assert_eq!(first(Grant::Unknown), None);
    let plan = viewer(Mode::DeleteBeforeLiteral, Grant::Unknown).plan(&desired, &live);
    assert!(
        plan.blocked.iter().any(|blocked| blocked.why.contains("--mode delete-before`")),
        "{:?}",
        plan.blocked
    );
}

#[test]
fn one_that_is_gone_is_made_in_the_own_workspace_in_every_mode() {
    for mode in [Mode::DeleteBefore, Mode::DeleteBeforeLiteral] {
        let plan = viewer(mode, Grant::Unknown).plan(&world(DESIRED), &world(WITHOUT_THE_BOARD));
        assert_eq!((plan.verdict, plan.steps.len()), (Verdict::Applyable, 2), "{mode:?}");
    }
}

#[test]
fn an_undo_removes_it_from_there() {
    let before: World = world(WITHOUT_THE_BOARD);
    let mut account = Account::new(before.clone());
    account.apply(&viewer(Mode::Merge, Grant::Allowed).plan(&world(DESIRED), &before));
    let mut undo = viewer(Mode::Undo, Grant::Allowed);
    undo.undo = Some(account.done.clone());
    let plan = undo.plan(&before, &account.live);
    check(&plan, "0 delete board (created-by-run) Mine/Roadmap\nlost new1/member/me: goes-along");
}

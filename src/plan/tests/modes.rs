use serde_json::json;

use super::BOARD;
use crate::model::loss::{Loss, LossCause};
use crate::model::origins::OriginMap;
use crate::model::{Kind, RecordKey};
use crate::plan::input::PlanError;
use crate::plan::testing::account::remove;
use crate::plan::testing::{Account, World, check, check_order, edit, request, world};
use crate::plan::types::{Mode, RestorePlan, Verdict};

fn item(id: &str) -> RecordKey {
    RecordKey::new("b", Kind::Item, id)
}

/// Why a field of a record does not come back.
fn lost(plan: &RestorePlan, key: &RecordKey, field: &str) -> Option<LossCause> {
    let of = |loss: &&Loss| loss.key == *key && loss.field.as_deref() == Some(field);
    plan.losses.iter().find(of).map(|loss| loss.cause)
}

fn without(world: &World, key: &RecordKey) -> World {
    let mut world = world.clone();
    remove(&mut world, key);
    world
}

#[test]
fn a_record_that_the_backup_has_in_no_place_stays_where_the_platform_has_put_it() {
    let live = world("board b B\n list l L\n  card c C");
    let mut desired = live.clone();
    edit(&mut desired, &item("c"), "up", json!(null));
    let plan = request(Mode::Merge).plan(&desired, &live);
    assert_eq!((plan.verdict, plan.steps), (Verdict::NothingToDo, vec![]));
}

#[test]
fn merge_leaves_an_equal_world_alone() {
    let desired = world(BOARD);
    let plan = request(Mode::Merge).plan(&desired, &desired);
    assert_eq!((plan.verdict, plan.equal), (Verdict::NothingToDo, desired.len() as u64));
}

#[test]
fn merge_creates_what_is_missing_and_says_what_each_step_needs() {
    let desired = world(BOARD);
    let plan = request(Mode::Merge).plan(&desired, &without(&desired, &item("c1")));
    check_order(&plan);
    check(
        &plan,
        r#"
        0 create card (missing) Acme/Roadmap/Doing/Login up="l" name="Login" desc="see #c2" labels=["red"] members=["ann"]
        1 create value (missing) Acme/Roadmap/Doing/Login/x field="f" value="x" option="o" after 0
        2 create file (missing) Acme/Roadmap/Doing/Login/plan.pdf name="plan.pdf" after 0
        3 create comment (missing) Acme/Roadmap/Doing/Login/hello text="[by ann]\n\nhello" after 0
        "#,
    );
}

#[test]
fn what_a_new_record_refers_to_must_still_be_there_when_the_plan_is_carried_out() {
    let desired = world(BOARD);
    let plan = request(Mode::Merge).plan(&desired, &without(&desired, &item("c1")));
    let witnessed = |kind: Kind, id: &str| {
        let key = RecordKey::new("b", kind, id);
        plan.witnesses.iter().any(|witness| witness.key == key && witness.fingerprint.is_some())
    };
    assert!(
        witnessed(Kind::Label, "red") && witnessed(Kind::FieldDef, "f") && witnessed(Kind::FieldOption, "o")
    );
}

#[test]
fn merge_writes_back_only_the_fields_that_differ_and_keeps_what_is_newer() {
    let desired = world(BOARD);
    let mut live = desired.clone();
    edit(&mut live, &item("c1"), "name", json!("Log in"));
    edit(&mut live, &item("c1"), "viewed", json!(7));
    edit(&mut live, &item("c2"), "viewed", json!(7));
    live.extend(
        world("board b X\n list l X\n  card c9 Newer").into_iter().filter(|(key, _)| key.id.0 == "c9"),
    );
    let plan = request(Mode::Merge).plan(&desired, &live);
    check(&plan, r#"0 update card (differs) Acme/Roadmap/Doing/Login name="Login""#);
    assert_eq!((plan.kept, plan.equal), (1, desired.len() as u64 - 1));
    assert_eq!(plan.witnesses.iter().filter(|witness| witness.key == item("c1")).count(), 1);
}

#[test]
fn what_is_written_as_one_document_is_written_whole() {
    let mut desired = world(BOARD);
    edit(&mut desired, &item("c1"), "frame", json!({"colour": "red", "width": 2}));
    let mut live = desired.clone();
    edit(&mut live, &item("c1"), "frame", json!({"colour": "blue", "width": 2}));
    let plan = request(Mode::Merge).plan(&desired, &live);
    check(&plan, r#"0 update card (differs) Acme/Roadmap/Doing/Login frame.colour="red" frame.width=2"#);
}

#[test]
fn a_copy_goes_without_what_no_two_records_share() {
    let mut desired = world(BOARD);
    edit(&mut desired, &item("c2"), "address", json!("logout"));
    let plan = request(Mode::Copy).only(&["b/card/c2"]).plan(&desired, &desired);
    let writes =
        |path: &str| plan.steps.iter().any(|step| step.changes.iter().any(|change| change.path == path));
    assert!(writes("name") && !writes("address"));
    assert_eq!(lost(&plan, &item("c2"), "address"), Some(LossCause::NativeId), "{:?}", plan.losses);
}

#[test]
fn the_name_of_a_copy_is_cut_where_the_platform_has_no_room_for_the_addition() {
    let named = |name: &str| {
        let mut desired = world("board b B");
        edit(&mut desired, &RecordKey::new("b", Kind::Container, "b"), "name", json!(name));
        let plan = request(Mode::Copy).plan(&desired, &desired);
        plan.steps[0].changes.iter().find(|change| change.path == "name").unwrap().to.clone()
    };
    assert_eq!(named("Board 78"), "Board 78 (restored 2026-11-21)");
    assert_eq!(named("Board 789"), "Board 7… (restored 2026-11-21)");
}

#[test]
fn a_comment_without_room_for_a_line_about_its_author_comes_back_whole() {
    let comment = RecordKey::new("b", Kind::Comment, "k1");
    let mut desired = world(BOARD);
    let long = "x".repeat(40);
    edit(&mut desired, &comment, "text", json!(long));
    let plan = request(Mode::Merge).plan(&desired, &without(&desired, &comment));
    assert_eq!(plan.steps[0].changes[0].to, json!(long));
    assert_eq!(lost(&plan, &comment, "text"), Some(LossCause::CommentAuthor), "{:?}", plan.losses);
}

#[test]
fn a_text_that_links_to_something_made_later_is_completed_at_the_end() {
    let desired = world(BOARD);
    let live = without(&without(&desired, &item("c1")), &item("c2"));
    let plan = request(Mode::Merge).plan(&desired, &live);
    check_order(&plan);
    check(
        &plan,
        r#"
        0 create card (missing) Acme/Roadmap/Doing/Login up="l" name="Login" desc="see #c2"~ labels=["red"] members=["ann"]
        1 create card (missing) Acme/Roadmap/Doing/Logout up="l" name="Logout"
        2 create value (missing) Acme/Roadmap/Doing/Login/x field="f" value="x" option="o" after 0
        3 create file (missing) Acme/Roadmap/Doing/Login/plan.pdf name="plan.pdf" after 0
        4 create comment (missing) Acme/Roadmap/Doing/Login/hello text="[by ann]\n\nhello" after 0
        5 update card (completes) Acme/Roadmap/Doing/Login desc="see #c2"~ after 0,1
        "#,
    );
    let mut account = Account::new(live);
    account.apply(&plan);
    let login = account.live.values().find(|record| record.native["name"] == "Login").unwrap();
    assert_eq!(login.native["desc"], "see #new2");
}

#[test]
fn late_fields_wait_until_everything_else_stands() {
    let desired = world(
        "board b B
           list l Old closed=true
             card c Done closed=true template=true cover=a size=normal
               file a pic.png",
    );
    let plan = request(Mode::Merge).plan(&desired, &World::new());
    check_order(&plan);
    check(
        &plan,
        r#"
        0 create board (missing) B name="B"
        1 create list (missing) B/Old name="Old" after 0
        2 create card (missing) B/Old/Done up="l" name="Done" after 0,1
        3 update card (completes) B/Old/Done template=true after 0,1,2
        4 create file (missing) B/Old/Done/pic.png name="pic.png" after 0,2
        5 update card (completes) B/Old/Done cover="a" closed=true after 0,1,2,4
        6 update list (completes) B/Old closed=true after 0,1
        "#,
    );
}

#[test]
fn what_was_put_away_comes_back_before_things_are_put_into_it() {
    let desired = world("board b B\n list l L\n  card c C");
    let live = world("board b B closed=true\n list l L closed=true");
    let plan = request(Mode::Merge).plan(&desired, &live);
    check(
        &plan,
        r#"
        0 update board (differs) B closed=null
        1 update list (differs) B/L closed=null
        2 create card (missing) B/L/C up="l" name="C"
        "#,
    );
}

#[test]
fn a_label_made_again_by_hand_is_taken_for_the_old_one() {
    let desired = world(BOARD);
    let mut live = world(&BOARD.replace("label red Red color=red", "label red2 Red color=blue"));
    edit(&mut live, &item("c1"), "labels", json!(["red2"]));
    let plan = request(Mode::Merge).plan(&desired, &live);
    check(&plan, r#"0 update label (differs) Acme/Roadmap/Red color="red""#);
    assert_eq!(plan.bindings, [], "the card already has the label");
}

#[test]
fn a_copy_is_whole_and_says_that_it_is_one() {
    let desired = world(BOARD);
    let plan = request(Mode::Copy).only(&["b/board/b"]).plan(&desired, &desired);
    check_order(&plan);
    check(
        &plan,
        r#"
        0 create board (copied) Acme/Roadmap name="Roadmap (restored 2026-11-21)" up="w"
        1 create member (copied) Acme/Roadmap/normal role="normal" after 0
        2 create label (copied) Acme/Roadmap/Red name="Red" color="red" after 0
        3 create field (copied) Acme/Roadmap/Effort name="Effort" after 0
        4 create option (copied) Acme/Roadmap/Effort/Small name="Small" after 0,3
        5 create list (copied) Acme/Roadmap/Doing name="Doing" pos=1 after 0
        6 create card (copied) Acme/Roadmap/Doing/Login up="l" name="Login" desc="see #c2"~ labels=["red"] members=["ann"]+ after 0,2,5
        7 create card (copied) Acme/Roadmap/Doing/Logout up="l" name="Logout" after 0,5
        8 create value (copied) Acme/Roadmap/Doing/Login/x field="f" value="x" option="o" after 0,3,4,6
        9 create file (copied) Acme/Roadmap/Doing/Login/plan.pdf name="plan.pdf" after 0,6
        10 create comment (copied) Acme/Roadmap/Doing/Login/hello text="[by ann]\n\nhello" after 0,6
        11 update card (completes) Acme/Roadmap/Doing/Login desc="see #c2"~ after 0,5,6,7
        "#,
    );
}

#[test]
fn a_copied_card_stands_next_to_the_old_one_and_shares_its_labels() {
    let desired = world(BOARD);
    let plan = request(Mode::Copy).only(&["b/card/c2"]).plan(&desired, &desired);
    check(
        &plan,
        r#"0 create card (copied) Acme/Roadmap/Doing/Logout up="l" name="Logout (restored 2026-11-21)""#,
    );
}

const SMALL: &str = "board b B\n list l L\n  card c C";

#[test]
fn delete_before_builds_first_and_deletes_last() {
    let live = world("board b B2\n list l L\n  card c9 Newer");
    let plan = request(Mode::DeleteBefore).plan(&world(SMALL), &live);
    check_order(&plan);
    check(
        &plan,
        r#"
        0 create board (replaced) B name="B"
        1 create list (replaced) B/L name="L" after 0
        2 create card (replaced) B/L/C up="l" name="C" after 0,1
        3 delete board (replaced) B2 after 0,1,2
        lost b/item/c9: goes-along
        "#,
    );
    assert_eq!(plan.witnesses.iter().filter(|witness| witness.fingerprint.is_some()).count(), live.len());
}

#[test]
fn literally_the_old_one_goes_first() {
    let plan = request(Mode::DeleteBeforeLiteral).plan(&world(SMALL), &world(SMALL));
    check(
        &plan,
        r#"
        0 delete board (replaced) B
        1 create board (replaced) B name="B" after 0
        2 create list (replaced) B/L name="L" after 1
        3 create card (replaced) B/L/C up="l" name="C" after 1,2
        "#,
    );
}

#[test]
fn a_replaced_card_is_built_in_its_old_list() {
    let plan = request(Mode::DeleteBefore).only(&["b/card/c"]).plan(&world(SMALL), &world(SMALL));
    check(
        &plan,
        r#"
        0 create card (replaced) B/L/C up="l" name="C"
        1 delete card (replaced) B/L/C after 0
        "#,
    );
}

#[test]
fn parts_that_cannot_be_replaced_or_copied_by_themselves_are_refused() {
    let world = world(SMALL);
    let ask =
        |mode, node| request(mode).only(&[node]).try_plan(&super::super::testing::compare(&world, &world));
    assert_eq!(ask(Mode::DeleteBefore, "b/list/l"), Err(PlanError::NotReplaceable("list".into())));
    assert!(matches!(ask(Mode::DeleteBefore, "b/card/c#due"), Err(PlanError::NotReplaceable(_))));
    assert!(matches!(ask(Mode::Copy, "b/card/c#due"), Err(PlanError::NotCopyable(_))));
    assert!(matches!(ask(Mode::Merge, "b/card/zz"), Err(PlanError::Unknown(_))));
    assert_eq!(ask(Mode::Undo, "b/card/c"), Err(PlanError::NothingToUndo));
}

#[test]
fn undo_takes_back_what_the_run_did_and_nothing_else() {
    let backup = world(BOARD);
    let mut before = without(&backup, &item("c1"));
    edit(&mut before, &item("c2"), "name", json!("Bye"));
    let mut account = Account::new(before.clone());
    account.apply(&request(Mode::Merge).plan(&backup, &before));
    // Since then somebody else changed another field, and commented on the restored card.
    edit(&mut account.live, &item("c2"), "due", json!("tomorrow"));
    let restored = account.live.values().find(|record| record.native["name"] == "Login").unwrap();
    let text = format!("board b X\n list l X\n  card {} X\n   comment k9 thanks author=bob", restored.key.id);
    account.live.extend(world(&text).into_iter().filter(|(key, _)| key.kind == Kind::Comment));
    let mut undo = request(Mode::Undo);
    undo.undo = Some(account.done.clone());
    undo.origins = account.origins.iter().cloned().collect::<OriginMap>();
    let plan = undo.plan(&before, &account.live);
    check(
        &plan,
        r#"
        0 update card (differs) Acme/Roadmap/Doing/Bye name="Bye"
        1 delete card (createdbyrun) Acme/Roadmap/Doing/Login
        lost b/comment/k9: goes-along
        "#
        .replace("createdbyrun", "created-by-run")
        .as_str(),
    );
}

#[test]
fn undo_of_a_delete_before_brings_the_old_board_back() {
    let before = world("board b B\n list l L\n  card c C");
    let mut account = Account::new(before.clone());
    account.apply(&request(Mode::DeleteBefore).plan(&before, &before));
    let mut undo = request(Mode::Undo);
    undo.undo = Some(account.done.clone());
    undo.origins = account.origins.iter().cloned().collect::<OriginMap>();
    let plan = undo.plan(&before, &account.live);
    check(
        &plan,
        r#"
        0 create board (missing) B name="B"
        1 create list (missing) B/L name="L" after 0
        2 create card (missing) B/L/C up="l" name="C" after 0,1
        3 delete board (created-by-run) B
        lost new1/member/me: goes-along
        "#,
    );
}

#[test]
fn a_created_list_that_can_only_be_archived_is_emptied_first() {
    let before = world("board b B");
    let mut account = Account::new(before.clone());
    account.apply(&request(Mode::Merge).plan(&world(SMALL), &before));
    let mut undo = request(Mode::Undo);
    undo.undo = Some(account.done.clone());
    check(
        &undo.plan(&before, &account.live),
        r"
        0 delete card (created-by-run) B/L/C
        1 archive list (created-by-run) B/L closed=true
        ",
    );
}

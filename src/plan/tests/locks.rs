//! What is locked for the account is blocked, and all around it goes on.

use serde_json::json;

use crate::model::{Kind, RecordKey};
use crate::plan::testing::{Account, Request, check, edit, request, world};
use crate::plan::types::Mode;

/// A board with a locked field and a locked card, each with values.
const BOARD: &str = "
    board b B
      field f Free
      field x Fixed locked=true
      list l L
        card c Open
          value c:f 1 field=f
          value c:x 2 field=x
        card d Shut locked=true
          value d:f 3 field=f
          comment k hi author=me";

/// An account that may do everything but what locks keep from it.
fn editor(mode: Mode) -> Request {
    let mut request = request(mode);
    request.grants.locks.insert("b".into(), "needs an admin".to_owned());
    request
}

#[test]
fn what_is_locked_is_not_changed_and_neither_is_its_content() {
    let damaged = BOARD
        .replace("card d Shut", "card d ???")
        .replace("value c:f 1", "value c:f 7")
        .replace("value c:x 2", "value c:x 7")
        .replace("          value d:f 3 field=f\n", "")
        .replace("comment k hi", "comment k ???");
    check(
        &editor(Mode::Merge).plan(&world(BOARD), &world(&damaged)),
        r#"
        0 update value (differs) B/L/Open/1 value="1"
        1 update comment (differs) B/L/Shut/hi text="hi"
        blocked Update B/L/Shut: the card "???" is locked, and that needs an admin
        blocked Update B/L/Open/2: the field "Fixed" is locked, and that needs an admin
        blocked Create B/L/Shut/3: the card "???" is locked, and that needs an admin
        "#,
    );
}

#[test]
fn locks_are_neither_set_nor_lifted() {
    let other_way = BOARD.replace("Open", "Open locked=true").replace("Shut locked=true", "Shut");
    check(
        &editor(Mode::Merge).plan(&world(BOARD), &world(&other_way)),
        r#"
        blocked Update B/L/Open: the card "Open" is locked, and that needs an admin
        blocked Update B/L/Shut: locking it needs an admin
        "#,
    );
}

#[test]
fn a_new_record_stays_unlocked_and_is_filled_but_for_what_is_locked_in_it() {
    let live = world("board b B\n field f Free\n field x Fixed locked=true\n list l L");
    check(
        &editor(Mode::Merge).plan(&world(BOARD), &live),
        r#"
        0 create card (missing) B/L/Open up="l" name="Open"
        1 create card (missing) B/L/Shut up="l" name="Shut"
        2 create value (missing) B/L/Open/1 field="f" value="1" after 0
        3 create value (missing) B/L/Shut/3 field="f" value="3" after 1
        4 create comment (missing) B/L/Shut/hi text="[by me]\n\nhi" after 1
        blocked Update B/L/Shut: locking it needs an admin
        blocked Create B/L/Open/2: the field "Fixed" is locked, and that needs an admin
        "#,
    );
}

#[test]
fn a_new_record_comes_without_what_stands_in_something_locked() {
    let text = "board b B\n field f Main main=true locked=true\n field g Other\n list l L\n  card c Open code=7\n   value c:f 7 field=f";
    let without = |text: &str| world(text.split("\n  card").next().unwrap());
    let live = without(text);
    check(
        &editor(Mode::Merge).plan(&world(text), &live),
        r#"
        0 create card (missing) B/L/Open up="l" name="Open"
        blocked Create B/L/Open/7: the field "Main" is locked, and that needs an admin
        "#,
    );
    let elsewhere = text.replace("Main main=true", "Main").replace("Other", "Other main=true");
    check(
        &editor(Mode::Merge).plan(&world(&elsewhere), &without(&elsewhere)),
        r#"
        0 create card (missing) B/L/Open up="l" name="Open" code=7
        blocked Create B/L/Open/7: the field "Main" is locked, and that needs an admin
        "#,
    );
}

#[test]
fn in_a_new_container_nothing_is_locked_for_who_made_it() {
    let plan = editor(Mode::Copy).only(&["b/board/b"]).plan(&world(BOARD), &world(BOARD));
    assert!(plan.blocked.is_empty(), "{:#?}", plan.blocked);
    let locks = plan.steps.iter().filter(|step| step.changes.iter().any(|change| change.path == "locked"));
    assert_eq!(locks.count(), 2);
}

#[test]
fn an_undo_leaves_what_was_locked_since() {
    let before = world("board b B\n list l L");
    let mut account = Account::new(before.clone());
    let after = world("board b B\n list l L\n  card c C\n  card d D");
    account.apply(&request(Mode::Merge).plan(&after, &before));
    let card = account.live.values_mut().find(|record| record.native["name"] == "D").unwrap();
    card.native["locked"] = true.into();
    let mut undo = editor(Mode::Undo);
    undo.undo = Some(account.done.clone());
    check(
        &undo.plan(&before, &account.live),
        r#"
        0 delete card (created-by-run) B/L/C
        blocked Delete B/L/D: the card "D" is locked, and that needs an admin
        "#,
    );
}

#[test]
fn an_order_is_restored_unless_something_locked_would_have_to_move() {
    let text = "board b B\n list l L\n  card c C\n   checklist h H\n    line x x\n    line y y\n    line z z locked=true";
    let of = |order: &[&str]| {
        let mut world = world(text);
        edit(&mut world, &RecordKey::new("b", Kind::Checklist, "h"), "lines", json!(order));
        world
    };
    let plan = |live: &[&str]| editor(Mode::Merge).plan(&of(&["x", "y", "z"]), &of(live));
    check(&plan(&["y", "x", "z"]), r#"0 update checklist (differs) B/L/C/H lines=["x","y","z"]"#);
    check(
        &plan(&["z", "x", "y"]),
        r#"blocked Update B/L/C/H: the line "z" is locked, and that needs an admin"#,
    );
}

#[test]
fn a_locked_one_that_would_have_to_move_behind_new_ones_blocks_the_order() {
    let text = "board b B\n list l L\n  card c C\n   checklist h H lines=x,y,z,\n    line x x\n    line y y\n    line z z locked=true";
    let live = world(&text.replace("lines=x,y,z,", "lines=z,").replace("    line x x\n    line y y\n", ""));
    check(
        &editor(Mode::Merge).plan(&world(text), &live),
        r#"
        0 create line (missing) B/L/C/H/x name="x"
        1 create line (missing) B/L/C/H/y name="y"
        blocked Update B/L/C/H: the line "z" is locked, and that needs an admin
        "#,
    );
}

use serde_json::json;

use super::BOARD;
use crate::base::hash::Hash;
use crate::model::grants::{Grant, Rule, Verb};
use crate::model::loss::LossCause;
use crate::model::{Blob, BlobRef, Kind, RecordKey};
use crate::plan::testing::{ME, World, check, edit, own_member, request, world};
use crate::plan::types::{Mode, Verdict};

fn denied(kind: Kind, verb: Verb) -> Rule {
    Rule { kind: Some(kind), verb: Some(verb), grant: Grant::Denied("observers may not".into()) }
}

#[test]
fn a_denied_creation_blocks_what_hangs_on_it_and_is_named_there() {
    let desired = world("board b B\n label x X\n list l L\n  card c C labels=x,\n   comment k hi author=ann");
    let live = world("board b B\n list l L");
    let mut request = request(Mode::Merge);
    request.grants.containers.insert("b".into(), vec![denied(Kind::Item, Verb::Create)]);
    let plan = request.plan(&desired, &live);
    check(
        &plan,
        r#"
        0 create label (missing) B/X name="X"
        blocked Create B/L/C: observers may not
        blocked Create B/L/C/hi: it needs the card "B / L / C", which cannot be created: observers may not
        "#,
    );
    assert_eq!(plan.verdict, Verdict::Partial);
}

#[test]
fn a_label_that_may_not_be_made_is_left_out_of_its_cards() {
    let desired = world("board b B\n label x X\n list l L\n  card c C labels=x,");
    let live = world("board b B\n list l L");
    let mut request = request(Mode::Merge);
    request.grants.containers.insert("b".into(), vec![denied(Kind::Label, Verb::Create)]);
    check(
        &request.plan(&desired, &live),
        r#"
        0 create card (missing) B/L/C up="l" name="C"
        blocked Create B/X: observers may not
        lost b/item/c#labels: not-writable
        "#,
    );
}

#[test]
fn the_old_board_stays_when_the_new_one_cannot_be_whole() {
    let board = world("board b B\n list l L");
    let mut request = request(Mode::DeleteBefore);
    request.grants.account.push(denied(Kind::Section, Verb::Create));
    check(
        &request.plan(&board, &board),
        r#"
        0 create board (replaced) B name="B"
        blocked Delete B: it stays because 1 of the things in its replacement cannot be created
        blocked Create B/L: observers may not
        "#,
    );
}

#[test]
fn people_who_are_gone_are_left_out_and_named() {
    let desired = world("board b B\n list l L\n  card c C members=ann,bob,carl,me,");
    let mut live = world("board b B\n list l L");
    live.insert(RecordKey::new("b", Kind::Member, "ann"), {
        let mut member = own_member("b");
        member.key.id = "ann".into();
        member
    });
    let mut request = request(Mode::Merge);
    request.people.there.insert("bob".into());
    check(
        &request.plan(&desired, &live),
        r#"
        0 create card (missing) B/L/C up="l" name="C" members=["ann","bob","me"]
        lost b/item/c#members: person-missing
        "#,
    );
}

#[test]
fn bytes_that_were_not_backed_up_give_no_step() {
    let desired = world("board b B\n list l L\n  card c C cover=a\n   file a big.iso bytes=missing");
    let live = world("board b B\n list l L");
    check(
        &request(Mode::Merge).plan(&desired, &live),
        r#"
        0 create card (missing) B/L/C up="l" name="C"
        lost b/item/c#cover: not-writable
        lost b/attachment/a: bytes-missing
        "#,
    );
}

#[test]
fn who_is_deactivated_gets_neither_a_membership_nor_a_card() {
    let desired =
        world("board b B\n member ann normal\n member bob normal\n list l L\n  card c C members=ann,bob,");
    let mut request = request(Mode::Merge);
    request.people.departed.insert("bob".into());
    let expected = r#"
        0 create card (missing) B/L/C up="l" name="C" members=["ann"]
        lost b/item/c#members: person-missing
        "#;
    // Also where the old membership still stands.
    let mut live = desired.clone();
    live.retain(|key, _| key.kind != Kind::Item);
    check(&request.plan(&desired, &live), expected);
    let none = World::new();
    check(
        &request.plan(&desired, &none),
        r#"
        0 create board (missing) B name="B"
        1 create member (missing) B/normal role="normal" after 0
        2 create list (missing) B/L name="L" after 0
        3 create card (missing) B/L/C up="l" name="C" members=["ann"]+ after 0,2
        lost b/member/bob: person-missing
        lost b/item/c#members: person-missing
        "#,
    );
}

#[test]
fn what_the_platform_takes_no_more_of_is_no_step_and_stops_no_removal() {
    let mut board = world("board b B\n member ann normal\n list l L\n  card c C\n   file f big.iso bytes=x");
    board.get_mut(&RecordKey::new("b", Kind::Attachment, "f")).unwrap().blob =
        Blob::Stored(BlobRef { id: Hash::default(), len: 11 });
    edit(&mut board, &RecordKey::new("b", Kind::Member, "ann"), "role", json!(null));
    check(
        &request(Mode::DeleteBefore).plan(&board, &board),
        r#"
        0 create board (replaced) B name="B"
        1 create list (replaced) B/L name="L" after 0
        2 create card (replaced) B/L/C up="l" name="C" after 0,1
        3 delete board (replaced) B after 0,1,2
        lost b/member/ann: person-missing
        lost b/attachment/f: limit
        "#,
    );
}

#[test]
fn an_item_that_is_everywhere_already_is_not_shown_once_more() {
    let board = world("board b B\n list l L\n  place b:x X item=x\n  place b:y Y item=y");
    let mut request = request(Mode::Copy);
    request.crowded.insert("x".into());
    let plan = request.plan(&board, &board);
    let lost: Vec<_> = plan.losses.iter().map(|loss| (loss.key.id.as_str(), loss.cause)).collect();
    assert_eq!(lost, [("b:x", LossCause::Limit)], "{:#?}", plan.steps);
    request.mode = Mode::Merge;
    assert!(request.plan(&board, &world("board b B\n list l L")).losses.is_empty(), "there was room for it");
}

#[test]
fn a_text_that_has_become_too_long_is_not_written_back() {
    let desired = world(&format!("board b B\n list l L\n  card c C due=1 desc={}", "x".repeat(101)));
    let live = world("board b B\n list l L\n  card c C due=2 desc=short");
    check(
        &request(Mode::Merge).plan(&desired, &live),
        r"
        0 update card (differs) B/L/C due=1
        lost b/item/c#desc: limit
        ",
    );
}

#[test]
fn the_own_membership_is_given_by_the_platform() {
    let desired = world(&format!("board b B\n member {ME} normal"));
    let plan = request(Mode::Merge).plan(&desired, &World::new());
    check(&plan, &format!("0 create board (missing) B name=\"B\"\nlost b/member/{ME}: membership"));
}

#[test]
fn differences_that_nobody_can_write_are_losses() {
    let desired = world(BOARD);
    let mut live = desired.clone();
    edit(&mut live, &RecordKey::new("b", Kind::Comment, "k1"), "text", json!("changed"));
    edit(&mut live, &RecordKey::new("b", Kind::Attachment, "a1"), "name", json!("changed"));
    edit(&mut live, &RecordKey::new("b", Kind::Item, "c2"), "votes", json!(3));
    let plan = request(Mode::Merge).plan(&desired, &live);
    check(
        &plan,
        "lost b/item/c2#votes: votes
         lost b/attachment/a1#name: not-changeable
         lost b/comment/k1#text: foreign-comment",
    );
    assert_eq!(plan.verdict, Verdict::NothingToDo);
}

#[test]
fn an_own_comment_gets_its_text_back_without_an_attribution() {
    let desired = world(&BOARD.replace("author=ann", "author=me"));
    let mut live = desired.clone();
    edit(&mut live, &RecordKey::new("b", Kind::Comment, "k1"), "text", json!("changed"));
    let plan = request(Mode::Merge).plan(&desired, &live);
    check(&plan, r#"0 update comment (differs) Acme/Roadmap/Doing/Login/hello text="hello""#);
}

#[test]
fn a_comment_that_would_become_too_long_is_restored_without_its_attribution() {
    let long = "x".repeat(35);
    for (text, expected) in [(long.as_str(), long.clone()), ("short", "[by ann]\n\nshort".to_owned())] {
        let mut desired = world(BOARD);
        let key = RecordKey::new("b", Kind::Comment, "k1");
        let mut live = desired.clone();
        edit(&mut desired, &key, "text", json!(text));
        live.remove(&key);
        let plan = request(Mode::Merge).plan(&desired, &live);
        let change = plan.steps[0].changes.iter().find(|change| change.path == "text").unwrap();
        assert_eq!(change.to, json!(expected));
    }
}

#[test]
fn inventory_gives_no_steps_and_is_named_when_it_is_lost() {
    let desired = world("board b B\n extension e Calendar");
    let plan = request(Mode::Merge).plan(&desired, &world("board b B"));
    check(&plan, "lost b/extension/e: extension");
    let again = request(Mode::Merge).plan(&desired, &world("board b B\n extension e2 Calendar"));
    check(&again, "");
}

#[test]
fn a_card_that_moved_to_another_board_is_moved_back() {
    let desired = world("board b B\n list l L\n  card c C\nboard d D\n list m M");
    let live = world("board b B\n list l L\nboard d D\n list m M\n  card c C");
    check(&request(Mode::Merge).plan(&desired, &live), r#"0 update card (differs) B/L/C up="l""#);
}

#[test]
fn values_of_one_card_travel_together() {
    let desired = world(
        "board b B
           field f F
           field g G
           list l L
             card c C
               value c:f 1 field=f
               value c:g 2 field=g
             card d D
               value d:f 3 field=f",
    );
    let live = world("board b B\n field f F\n field g G\n list l L\n  card c C\n  card d D");
    let plan = request(Mode::Merge).plan(&desired, &live);
    assert_eq!(plan.steps.iter().map(|step| step.wave).collect::<Vec<_>>(), [1, 1, 2]);
    assert_eq!(plan.requests, 2);
}

#[test]
fn the_time_that_is_told_counts_uploads_as_the_platform_does() {
    let live = world("board b B\n list l L\n  card c C");
    let seconds = |bytes: &str| {
        let files = ["a", "b", "c", "d"].map(|id| format!("\n   file {id} {id} bytes={bytes}")).concat();
        let desired = world(&format!("board b B\n list l L\n  card c C{files}"));
        let plan = request(Mode::Merge).plan(&desired, &live);
        (plan.requests, plan.min_seconds)
    };
    assert_eq!(seconds("here"), (4, 10), "as 120 of the 100 that ten seconds allow");
}

#[test]
fn who_may_not_change_a_thing_may_still_put_in_order_what_hangs_on_it() {
    let text = |name: &str| {
        format!("board b B\n list l L\n  card c C\n   checklist h {name}\n    line x x\n    line y y")
    };
    let of = |name: &str, order: &[&str]| {
        let mut world = world(&text(name));
        edit(&mut world, &RecordKey::new("b", Kind::Checklist, "h"), "lines", json!(order));
        world
    };
    let (desired, live) = (of("Steps", &["x", "y"]), of("???", &["y", "x"]));
    let plan = |kind| {
        let mut request = request(Mode::Merge);
        request.grants.containers.insert("b".into(), vec![denied(kind, Verb::Update)]);
        request.plan(&desired, &live)
    };
    check(
        &plan(Kind::Checklist),
        r#"
        0 update checklist (differs) B/L/C/Steps lines=["x","y"]
        blocked Update B/L/C/Steps: observers may not
        "#,
    );
    check(
        &plan(Kind::ChecklistItem),
        r#"
        0 update checklist (differs) B/L/C/Steps name="Steps"
        blocked Update B/L/C/Steps: observers may not
        "#,
    );
}

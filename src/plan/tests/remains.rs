//! Items that live on although their container is gone: their records are there, and that of the container is not.

use std::collections::BTreeSet;

use serde_json::json;

use crate::model::grants::{Grant, Grants, Rule, Verb};
use crate::model::{Kind, RecordKey};
use crate::plan::input::UndoScope;
use crate::plan::testing::account::remove;
use crate::plan::testing::{World, check, check_order, edit, request, world};
use crate::plan::types::{Mode, Verdict};

const BOARD: &str = "
    workspace w Acme
      board b Roadmap
        list l Doing
          card c Login
            comment k hello
          card d Logout
";

fn key(container: &str, kind: Kind, id: &str) -> RecordKey {
    RecordKey::new(container, kind, id)
}

/// The card that is left of the board.
fn left() -> World {
    let mut left = world(BOARD);
    for (kind, id) in [(Kind::Container, "b"), (Kind::Section, "l"), (Kind::Item, "d")] {
        remove(&mut left, &key("b", kind, id));
    }
    left.extend(world(BOARD).into_iter().filter(|(key, _)| ["c", "k"].contains(&key.id.as_str())));
    edit(&mut left, &key("b", Kind::Item, "c"), "up", json!(null));
    edit(&mut left, &key("b", Kind::Item, "c"), "lost", json!(true));
    left
}

#[test]
fn what_lives_on_is_put_into_the_new_container_and_only_the_rest_is_made() {
    let plan = request(Mode::Merge).plan(&world(BOARD), &left());
    check_order(&plan);
    check(
        &plan,
        r#"
        0 create board (missing) Acme/Roadmap name="Roadmap" up="w"
        1 create list (missing) Acme/Roadmap/Doing name="Doing" after 0
        2 create card (missing) Acme/Roadmap/Doing/Logout up="l" name="Logout" after 0,1
        3 update card (differs) Acme/Roadmap/Doing/Login up="l" lost=null after 0,1
        "#,
    );
}

#[test]
fn what_lives_on_brings_the_container_back_that_it_is_wanted_in() {
    let plan = request(Mode::Merge).only(&["b/card/c"]).plan(&world(BOARD), &left());
    let made: Vec<&str> = plan.steps.iter().map(|step| step.subject.id.as_str()).collect();
    assert_eq!(made, ["b", "l", "c"], "{plan:#?}");
}

#[test]
fn without_the_right_to_make_the_container_nothing_is_put_into_it() {
    let mut request = request(Mode::Merge);
    let denied =
        |kind| Rule { kind: Some(kind), verb: Some(Verb::Create), grant: Grant::Denied("guest".into()) };
    request.grants =
        Grants { containers: [("w".into(), vec![denied(Kind::Container)])].into(), ..Grants::default() };
    let plan = request.plan(&world(BOARD), &left());
    assert_eq!((plan.verdict, plan.steps.len()), (Verdict::Blocked, 0), "{plan:#?}");
    let card = plan.blocked.iter().find(|blocked| blocked.subject.id.as_str() == "c").unwrap();
    assert!(card.why.contains("Roadmap") && card.why.contains("guest"), "{card:?}");
}

#[test]
fn an_undo_takes_it_off_the_new_container_before_that_is_deleted() {
    let text = BOARD.replace("board b", "board n").replace("list l", "list m").replace("card d", "card e");
    let live = world(&text);
    let created = [("n", Kind::Container), ("m", Kind::Section), ("e", Kind::Item)];
    let created: BTreeSet<RecordKey> = created.into_iter().map(|(id, kind)| key("n", kind, id)).collect();
    let changed = [(key("n", Kind::Item, "c"), ["up".to_owned(), "lost".to_owned()].into())].into();
    let mut undo = request(Mode::Undo);
    undo.undo = Some(UndoScope { created, changed, removed: BTreeSet::new() });
    let plan = undo.plan(&left(), &live);
    check_order(&plan);
    check(
        &plan,
        r"
        0 update card (differs) Login up=null lost=true
        1 delete board (created-by-run) Acme/Roadmap
        ",
    );
}

use serde_json::json;

use super::BOARD;
use crate::model::{Kind, RecordKey};
use crate::plan::summary::summary;
use crate::plan::testing::{World, check, check_order, compare, edit, request, world};
use crate::plan::types::Mode;

#[test]
fn a_selected_card_brings_what_it_needs_and_nothing_else() {
    let plan = request(Mode::Merge).only(&["b/card/c1"]).plan(&world(BOARD), &World::new());
    check_order(&plan);
    check(
        &plan,
        r#"
        0 create workspace (needed) Acme name="Acme"
        1 create board (needed) Acme/Roadmap name="Roadmap" up="w" after 0
        2 create member (needed) Acme/Roadmap/normal role="normal" after 1
        3 create label (needed) Acme/Roadmap/Red name="Red" color="red" after 1
        4 create field (needed) Acme/Roadmap/Effort name="Effort" after 1
        5 create option (needed) Acme/Roadmap/Effort/Small name="Small" after 1,4
        6 create list (needed) Acme/Roadmap/Doing name="Doing" pos=1 after 1
        7 create card (missing) Acme/Roadmap/Doing/Login up="l" name="Login" desc="see #c2" labels=["red"] members=["ann"]+ after 1,3,6
        8 create value (missing) Acme/Roadmap/Doing/Login/x field="f" value="x" option="o" after 1,4,5,7
        9 create file (missing) Acme/Roadmap/Doing/Login/plan.pdf name="plan.pdf" after 1,7
        10 create comment (missing) Acme/Roadmap/Doing/Login/hello text="[by ann]\n\nhello" after 1,7
        "#,
    );
    assert_eq!(summary(&plan).needed, 7);
}

#[test]
fn a_selected_field_is_the_only_thing_written() {
    let mut live = world(BOARD);
    let card = RecordKey::new("b", Kind::Item, "c1");
    edit(&mut live, &card, "due", json!("never"));
    edit(&mut live, &card, "name", json!("other"));
    edit(&mut live, &RecordKey::new("b", Kind::Comment, "k1"), "text", json!("other"));
    let plan = request(Mode::Merge).only(&["b/card/c1#due"]).plan(&world(BOARD), &live);
    check(&plan, "0 update card (differs) Acme/Roadmap/Doing/Login due=null");
}

#[test]
fn a_selected_list_brings_its_cards_but_not_its_neighbours() {
    let desired = world("board b B\n list l1 One\n  card c1 A\n list l2 Two\n  card c2 B");
    let live = world("board b B");
    let plan = request(Mode::Merge).only(&["b/list/l1"]).plan(&desired, &live);
    check(
        &plan,
        r#"
        0 create list (missing) B/One name="One"
        1 create card (missing) B/One/A up="l1" name="A" after 0
        "#,
    );
}

#[test]
fn an_update_brings_the_label_that_it_needs() {
    let mut live = world(BOARD);
    live.remove(&RecordKey::new("b", Kind::Label, "red"));
    edit(&mut live, &RecordKey::new("b", Kind::Item, "c1"), "labels", json!([]));
    let plan = request(Mode::Merge).only(&["b/card/c1"]).plan(&world(BOARD), &live);
    check(
        &plan,
        r#"
        0 create label (needed) Acme/Roadmap/Red name="Red" color="red"
        1 update card (differs) Acme/Roadmap/Doing/Login labels=["red"] after 0
        "#,
    );
}

#[test]
fn what_leads_to_a_board_that_is_made_anew_follows_it_if_it_is_selected() {
    let desired = world("board b B\n list l L\n  card c C page=d\nboard d D");
    let live = world("board b B\n list l L\n  card c C page=d");
    let mut comparison = compare(&desired, &live);
    let card = RecordKey::new("b", Kind::Item, "c");
    comparison.pairs.push(comparison.context.remove(&card).unwrap());
    check(
        &request(Mode::Merge).try_plan(&comparison).unwrap(),
        r#"
        0 create board (missing) D name="D"
        1 update card (differs) B/L/C page="d" after 0
        "#,
    );
    let only = |node| request(Mode::Merge).only(&[node]).try_plan(&comparison).unwrap();
    check(&only("b/board/b"), "");
    check(&only("d/board/d"), r#"0 create board (missing) D name="D""#);
}

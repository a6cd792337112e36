//! Records that nobody selected and that lead to something that is made anew.

use crate::model::grants::{Grant, Grants, Rule, Verb};
use crate::model::origins::{Origin, OriginMap};
use crate::model::{Kind, RecordKey};
use crate::plan::testing::account::remove;
use crate::plan::testing::{Request, World, check, check_order, request, world};
use crate::plan::types::Mode;

/// A card of another board leads to the board.
const BOARDS: &str = "
    workspace w Acme
      board b Roadmap
        list l Doing
      board s Plans
        list m Later
          card d See page=b
";

fn follower() -> RecordKey {
    RecordKey::new("s", Kind::Item, "d")
}

fn replacing(mode: Mode) -> Request {
    let mut request = request(mode).only(&["b/board/b"]);
    request.followers = [follower()].into();
    request
}

#[test]
fn what_leads_to_a_container_that_is_replaced_follows_before_the_old_one_goes() {
    let plan = replacing(Mode::DeleteBefore).plan(&world(BOARDS), &world(BOARDS));
    check_order(&plan);
    check(
        &plan,
        r#"
        0 create board (replaced) Acme/Roadmap name="Roadmap" up="w"
        1 create list (replaced) Acme/Roadmap/Doing name="Doing" after 0
        2 update card (follows) Acme/Plans/Later/See page="b" after 0
        3 delete board (replaced) Acme/Roadmap after 0,1,2
        "#,
    );
}

#[test]
fn it_follows_what_is_made_because_it_is_missing() {
    let mut live = world(BOARDS);
    live.retain(|key, _| key.container.as_str() != "b");
    let plan = replacing(Mode::Merge).plan(&world(BOARDS), &live);
    check_order(&plan);
    check(
        &plan,
        r#"
        0 create board (missing) Acme/Roadmap name="Roadmap" up="w"
        1 create list (missing) Acme/Roadmap/Doing name="Doing" after 0
        2 update card (follows) Acme/Plans/Later/See page="b" after 0
        "#,
    );
}

#[test]
fn it_stays_where_the_old_one_stays() {
    for mode in [Mode::Merge, Mode::Copy] {
        let plan = replacing(mode).plan(&world(BOARDS), &world(BOARDS));
        assert!(plan.steps.iter().all(|step| step.subject != follower()), "{mode:?}");
        assert_eq!(plan.losses.iter().filter(|loss| loss.key == follower()).count(), 0, "{mode:?}");
    }
}

#[test]
fn it_stays_where_the_old_one_cannot_be_replaced() {
    let mut request = replacing(Mode::DeleteBefore);
    let denied = Rule { kind: None, verb: Some(Verb::Delete), grant: Grant::Denied("guest".into()) };
    request.grants = Grants { containers: [("b".into(), vec![denied])].into(), ..Grants::default() };
    let plan = request.plan(&world(BOARDS), &world(BOARDS));
    assert!(plan.steps.iter().all(|step| step.subject != follower()), "{:#?}", plan.steps);
}

#[test]
fn what_goes_itself_does_not_follow() {
    let mut request = request(Mode::DeleteBefore).only(&["b/board/b", "s/board/s"]);
    request.followers = [follower()].into();
    let mut backup = world(BOARDS);
    remove(&mut backup, &follower());
    let with_follower = |mut side: World| {
        side.extend(world(BOARDS).into_iter().filter(|(key, _)| *key == follower()));
        side
    };
    let plan = request.plan(&backup, &with_follower(backup.clone()));
    assert!(plan.steps.iter().all(|step| step.subject != follower()), "{:#?}", plan.steps);
}

#[test]
fn without_the_right_to_change_it_the_link_is_lost_and_nothing_is_held_up() {
    let mut request = replacing(Mode::DeleteBefore);
    let denied = Rule { kind: Some(Kind::Item), verb: None, grant: Grant::Denied("a viewer".into()) };
    request.grants = Grants { containers: [("s".into(), vec![denied])].into(), ..Grants::default() };
    let plan = request.plan(&world(BOARDS), &world(BOARDS));
    check(
        &plan,
        r#"
        0 create board (replaced) Acme/Roadmap name="Roadmap" up="w"
        1 create list (replaced) Acme/Roadmap/Doing name="Doing" after 0
        2 delete board (replaced) Acme/Roadmap after 0,1
        lost s/item/d#page: broken
        "#,
    );
    assert_eq!(plan.losses[0].why.as_deref(), Some("a viewer"));
}

/// A card uses a card of another board, by a range that has a name.
const RANGES: &str = "
    workspace w Acme
      board b Roadmap
        list l Doing
          card c Login
      board s Plans
        range r Logins board=b card=c
        list m Later
          card d Sum formula={Logins}
";

fn range() -> RecordKey {
    RecordKey::new("s", Kind::ContainerLink, "r")
}

/// The live account after the board was deleted by hand.
fn without_the_board() -> World {
    let mut live = world(RANGES);
    live.retain(|key, _| key.container.as_str() != "b");
    let native = live.get_mut(&range()).unwrap().native.as_object_mut().unwrap();
    native.retain(|name, _| name == "name" || name == "up");
    native.insert("gone".into(), "b".into());
    live
}

#[test]
fn what_cannot_be_changed_is_made_again_under_another_name_which_the_texts_use() {
    let mut request = replacing(Mode::DeleteBefore);
    request.followers.insert(range());
    let plan = request.plan(&world(RANGES), &world(RANGES));
    check_order(&plan);
    check(
        &plan,
        r#"
        0 create board (replaced) Acme/Roadmap name="Roadmap" up="w"
        1 create list (replaced) Acme/Roadmap/Doing name="Doing" after 0
        2 create card (replaced) Acme/Roadmap/Doing/Login up="l" name="Login" after 0,1
        3 create range (follows) Acme/Plans/Logins 2 name="Logins 2" board="b" card="c" after 0,2
        4 update card (follows) Acme/Plans/Later/Sum formula="{Logins 2}" after 3
        5 delete board (replaced) Acme/Roadmap after 0,1,2,3,4
        "#,
    );
}

#[test]
fn a_range_that_no_text_may_name_is_not_made_again() {
    let mut request = replacing(Mode::DeleteBefore);
    request.followers.insert(range());
    let denied = Rule { kind: Some(Kind::Item), verb: None, grant: Grant::Denied("a viewer".into()) };
    request.grants = Grants { containers: [("s".into(), vec![denied])].into(), ..Grants::default() };
    let plan = request.plan(&world(RANGES), &world(RANGES));
    assert!(plan.steps.iter().all(|step| step.subject.container.as_str() == "b"), "{:#?}", plan.steps);
    let lost: Vec<_> = plan.losses.iter().map(|loss| (&loss.key, loss.why.as_deref())).collect();
    assert_eq!(lost, [(&range(), Some("a viewer"))]);
}

#[test]
fn a_range_that_broke_comes_back_with_what_it_leads_to() {
    let plan = request(Mode::Merge).plan(&world(RANGES), &without_the_board());
    let steps = plan.steps.iter().filter(|step| step.subject.container.as_str() == "s");
    let steps: Vec<_> = steps.map(|step| (step.subject.id.as_str(), step.changes[0].to.as_str())).collect();
    assert_eq!(
        steps,
        [("r", Some("Logins 2"))],
        "the text is the same on both sides, which the comparison knows"
    );
    let mut changed = without_the_board();
    changed.get_mut(&follower()).unwrap().native["formula"] = "{Logins} + 1".into();
    let plan = request(Mode::Merge).plan(&world(RANGES), &changed);
    let text = plan.steps.iter().find(|step| step.subject == follower()).unwrap();
    assert_eq!(text.changes[0].to, "{Logins 2}");
}

#[test]
fn where_what_it_leads_to_stays_away_a_broken_range_and_its_name_stay() {
    let plan = request(Mode::Merge).only(&["s/board/s"]).plan(&world(RANGES), &without_the_board());
    assert_eq!(plan.steps, [], "{:#?}", plan.steps);
}

#[test]
fn a_text_that_names_the_one_made_before_is_as_it_should_be() {
    let mut live = without_the_board();
    let again = RANGES.replace("board b", "board n").replace("list l", "list o").replace("card c", "card p");
    let again = again.replace("range r Logins board=b card=c", "range q Logins_2 board=n card=p");
    live.extend(world(&again.replace("{Logins}", "{Logins_2}")));
    live.insert(range(), without_the_board().remove(&range()).unwrap());
    let made = [("b", "n", Kind::Container), ("l", "o", Kind::Section), ("c", "p", Kind::Item)];
    let origin = |old, new| Origin { old, new, links: None };
    let made =
        made.map(|(old, new, kind)| origin(RecordKey::new("b", kind, old), RecordKey::new("n", kind, new)));
    let mut settled = request(Mode::Merge);
    settled.origins = made.into_iter().collect::<OriginMap>();
    settled.origins.add(&origin(range(), RecordKey::new("s", Kind::ContainerLink, "q")));
    let plan = settled.plan(&world(RANGES), &live);
    check(&plan, "");
}

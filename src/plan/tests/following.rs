//! Records that nobody selected and that lead to something that is made anew.

use crate::model::grants::{Grant, Grants, Rule, Verb};
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

use crate::model::origins::Origin;
use crate::model::{Kind, RecordKey};
use crate::plan::testing::{request, world};
use crate::plan::types::Mode;

#[test]
fn what_is_there_and_hidden_is_not_made_again_nor_anything_on_it() {
    let desired = world("board b B\n list l L\n  card c C\n   comment k hi author=ann\n  card d D");
    let live = world("board b B\n list l L");
    let mut request = request(Mode::Merge);
    request.hidden.insert(RecordKey::new("b", Kind::Item, "c"));
    let plan = request.plan(&desired, &live);
    let made: Vec<&str> = plan.steps.iter().map(|step| step.subject.id.as_str()).collect();
    assert_eq!(made, ["d"]);
    let blocked: Vec<&str> = plan.blocked.iter().map(|blocked| blocked.why.as_str()).collect();
    let [card, comment] = blocked[..] else { panic!("{blocked:?}") };
    assert!(card.starts_with("there, but the account may not read it"), "{card}");
    assert!(comment.starts_with("it needs the card") && comment.ends_with(card), "{comment}");
}

#[test]
fn what_an_earlier_restore_made_and_is_hidden_now_is_not_made_again() {
    let desired = world("board b B\n list l L\n  card c C");
    let live = world("board b B\n list l L");
    let mut request = request(Mode::Merge);
    let (old, new) = (RecordKey::new("b", Kind::Item, "c"), RecordKey::new("b", Kind::Item, "c2"));
    request.origins = [Origin { old, new: new.clone(), links: None }].into_iter().collect();
    request.hidden.insert(new);
    let plan = request.plan(&desired, &live);
    assert_eq!((plan.steps.len(), plan.blocked.len()), (0, 1), "{:#?}", plan.steps);
}

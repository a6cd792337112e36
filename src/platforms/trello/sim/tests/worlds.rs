use super::*;

fn people(desk: &mut Desk, what: &str, seed: u64, count: usize) -> Vec<String> {
    desk.trello.people(&PeopleOrder { what: what.to_owned(), seed, count }).unwrap()
}

#[test]
fn the_same_seed_makes_the_same_world_and_another_one_another() {
    let state = |seed| Desk::seeded("tiny", seed).trello.state();
    assert_eq!(state(1), state(1));
    assert_ne!(state(1), state(2));
}

#[test]
fn an_unknown_world_is_refused_with_the_names_of_the_others() {
    let error = crate::platforms::trello::sim::worlds::build("huge", 1, String::new()).map(|_| ()).unwrap_err();
    for name in ["huge", "tiny", "typical", "nasty", "large:N", "board-1000"] {
        assert!(error.contains(name), "{error}");
    }
}

#[test]
fn every_world_can_be_built_and_ids_are_younger_than_what_they_belong_to() {
    for world in ["tiny", "typical", "nasty", "large:25"] {
        let desk = Desk::new(world);
        for kind in [state::CARD, state::LIST, state::LABEL, state::CUSTOM_FIELD, state::ATTACHMENT] {
            for entity in desk.trello.state.world.all(kind) {
                let id = text(entity, "id");
                assert!(crate::sim::object_ids::is_object_id(id), "{world}: {id}");
                let board = text(entity, if kind == state::CUSTOM_FIELD { "idModel" } else { "idBoard" });
                assert!(board < id, "{world}: {kind} {id} is older than its board {board}");
            }
        }
        assert!(desk.trello.state.world.all(state::CARD).count() >= 12, "{world}");
    }
}

#[test]
fn the_world_for_costs_has_exactly_what_it_promises() {
    let desk = Desk::new("board-1000");
    let count = |kind| desk.trello.state.world.all(kind).count();
    assert_eq!((count(state::CARD), count(state::ACTION), count(state::ATTACHMENT)), (1_000, 2_000, 100));
}

#[test]
fn people_do_the_same_for_the_same_seed() {
    for what in ["days-work", "disaster", "random-damage"] {
        let (mut one, mut two) = (Desk::new("tiny"), Desk::new("tiny"));
        let before = one.trello.state();
        assert_eq!(people(&mut one, what, 5, 20), people(&mut two, what, 5, 20));
        assert_eq!(one.trello.state(), two.trello.state());
        assert_ne!(one.trello.state(), before, "{what} changed nothing");
    }
}

#[test]
fn a_disaster_takes_cards_labels_checklists_and_a_member() {
    let mut desk = Desk::new("typical");
    let count = |desk: &Desk, kind| desk.trello.state.world.all(kind).count();
    let kinds = [state::CARD, state::LABEL, state::CHECKLIST, state::ATTACHMENT, state::MEMBERSHIP];
    let before = kinds.map(|kind| count(&desk, kind));
    let told = people(&mut desk, "disaster", 1, 0);
    for (kind, before) in kinds.into_iter().zip(before) {
        assert!(count(&desk, kind) < before, "{kind}: {told:?}");
    }
}

#[test]
fn damage_does_as_much_as_was_ordered() {
    let mut desk = Desk::new("tiny");
    assert_eq!(people(&mut desk, "random-damage", 3, 60).len(), 60);
}

#[test]
fn what_people_cannot_do_is_said() {
    let order = PeopleOrder { what: "holiday".to_owned(), seed: 1, count: 0 };
    assert!(Desk::new("tiny").trello.people(&order).unwrap_err().contains("holiday"));
}

use super::*;

fn people(desk: &mut Desk, what: &str, seed: u64, count: usize) -> Vec<String> {
    desk.asana.people(&PeopleOrder { what: what.to_owned(), seed, count }).unwrap()
}

fn count(desk: &Desk, kind: crate::sim::world::Kind) -> usize {
    desk.asana.state.world.all(kind).count()
}

#[test]
fn the_same_seed_makes_the_same_world_and_another_one_another() {
    let state = |seed| Desk::seeded("tiny", seed).asana.state();
    assert_eq!(state(1), state(1));
    assert_ne!(state(1), state(2));
}

#[test]
fn an_unknown_world_is_refused_with_the_names_of_the_others() {
    let clock = Arc::new(ManualClock::new(Timestamp::UNIX_EPOCH));
    let (origin, storage_origin) = (String::new(), String::new());
    let settings = SandboxSettings { origin, storage_origin, world: "huge".to_owned(), seed: 1, clock };
    let error = open(&settings).map(|_| ()).unwrap_err();
    for name in ["huge", "tiny", "typical", "nasty", "large:N", "cost-1000"] {
        assert!(error.contains(name), "{error}");
    }
}

#[test]
fn every_world_can_be_built_and_gids_are_younger_than_what_they_belong_to() {
    for world in ["tiny", "typical", "nasty", "large:25"] {
        let desk = Desk::new(world);
        assert!(count(&desk, state::TASK) >= 12, "{world}");
        for section in desk.asana.state.world.all(state::SECTION) {
            assert!(text(section, "project") < text(section, "id"), "{world}");
        }
        for story in desk.asana.state.world.all(state::STORY) {
            assert!(text(story, "target") < text(story, "id"), "{world}");
        }
    }
}

#[test]
fn the_tiny_world_has_everything_at_least_once() {
    let desk = Desk::new("tiny");
    for kind in [
        state::WORKSPACE,
        state::TEAM,
        state::PROJECT,
        state::SECTION,
        state::STORY,
        state::ATTACHMENT,
        state::CUSTOM_FIELD,
        state::SETTING,
        state::TAG,
        state::STATUS_UPDATE,
        state::PROJECT_BRIEF,
        state::PROJECT_TEMPLATE,
        state::TASK_TEMPLATE,
        state::PORTFOLIO,
        state::GOAL,
        state::MEMBERSHIP,
        state::TEAM_MEMBERSHIP,
        state::WORKSPACE_MEMBERSHIP,
        state::USER_TASK_LIST,
    ] {
        assert!(count(&desk, kind) > 0, "{kind}");
    }
    let has = |fits: &dyn Fn(&Value) -> bool| desk.asana.state.world.all(state::TASK).any(fits);
    assert!(has(&|task| task["resource_subtype"] == "milestone"));
    assert!(has(&|task| task["resource_subtype"] == "approval"));
    assert!(has(&|task| !state::ids(task, "dependencies").is_empty()));
    assert!(has(&|task| state::items(task, "_memberships").len() == 2));
    let tops = desk.asana.state.world.all(state::TASK).filter(|task| task["parent"].is_null()).count();
    assert!((10..=14).contains(&tops), "{tops}");
}

#[test]
fn the_typical_world_has_four_hundred_tasks_and_eighty_uploads() {
    let desk = Desk::new("typical");
    let tops = desk.asana.state.world.all(state::TASK).filter(|task| task["parent"].is_null()).count();
    assert!((400..=410).contains(&tops), "{tops}");
    assert!((70..=95).contains(&count(&desk, state::ATTACHMENT)));
}

#[test]
fn the_world_for_costs_has_exactly_what_it_promises() {
    let desk = Desk::new("cost-1000");
    let project = desk.project("Project 1");
    assert_eq!(desk.asana.state.tasks_of(&project).len(), 1_000);
    let comments =
        desk.asana.state.world.all(state::STORY).filter(|story| story["type"] == "comment").count();
    assert_eq!((comments, count(&desk, state::ATTACHMENT)), (2_000, 100));
}

#[test]
fn people_do_the_same_for_the_same_seed() {
    for what in ["days-work", "disaster", "random-damage"] {
        let (mut one, mut two) = (Desk::new("tiny"), Desk::new("tiny"));
        let before = one.asana.state();
        assert_eq!(people(&mut one, what, 5, 20), people(&mut two, what, 5, 20));
        assert_eq!(one.asana.state(), two.asana.state());
        assert_ne!(one.asana.state(), before, "{what} changed nothing");
    }
}

#[test]
fn a_disaster_takes_tasks_comments_files_a_field_a_section_and_a_member() {
    let mut desk = Desk::new("typical");
    let kinds =
        [state::TASK, state::STORY, state::ATTACHMENT, state::SETTING, state::SECTION, state::MEMBERSHIP];
    let before = kinds.map(|kind| count(&desk, kind));
    let told = people(&mut desk, "disaster", 1, 0);
    for (kind, before) in kinds.into_iter().zip(before) {
        assert!(kind == state::STORY || count(&desk, kind) < before, "{kind}: {told:?}");
    }
    assert!(told.iter().any(|sentence| sentence.contains("comments)")), "{told:?}");
}

#[test]
fn most_damage_finds_something_to_do() {
    let mut desk = Desk::new("typical");
    let told = people(&mut desk, "random-damage", 3, 100);
    let idle = told.iter().filter(|sentence| sentence.ends_with("found nothing.")).count();
    assert!(told.len() == 100 && idle < 35, "{idle} of {}: {told:#?}", told.len());
}

#[test]
fn an_unknown_order_is_refused() {
    let mut desk = Desk::new("tiny");
    let order = PeopleOrder { what: "dance".to_owned(), seed: 0, count: 0 };
    assert!(desk.asana.people(&order).unwrap_err().contains("dance"));
}

use super::*;

fn people(desk: &mut Desk, what: &str, seed: u64, count: usize) -> Vec<String> {
    desk.smartsheet.people(&PeopleOrder { what: what.to_owned(), seed, count }).unwrap()
}

#[test]
fn the_same_seed_makes_the_same_world_and_another_one_another() {
    let state = |seed| Desk::seeded("tiny", seed).smartsheet.state();
    assert_eq!(state(1), state(1));
    assert_ne!(state(1), state(2));
}

#[test]
fn an_unknown_world_is_refused_with_the_names_of_the_others() {
    let error = crate::platforms::smartsheet::sim::worlds::build("huge", 1).map(|_| ()).unwrap_err();
    for name in ["huge", "tiny", "typical", "nasty", "large:N", "cost-1000"] {
        assert!(error.contains(name), "{error}");
    }
}

#[test]
fn every_world_is_read_whole_by_its_first_account() {
    for world in ["tiny", "typical", "nasty", "large:25"] {
        let mut desk = Desk::new(world);
        let sheets = desk.get("/sheets?includeAll=true&include=sheetVersion")["data"].clone();
        for sheet in sheets.as_array().unwrap() {
            let id = &sheet["id"];
            assert!(
                id.as_u64().is_some_and(|id| id > 1_000_000_000_000_000),
                "{world}: ids have 16 digits: {id}"
            );
            let whole = desk
                .get(&format!("/sheets/{id}?level=2&include=objectValue,discussions,attachments,writerInfo"));
            assert_eq!(whole["totalRowCount"], len(&whole["rows"]), "{world}");
            for column in whole["columns"].as_array().unwrap() {
                assert!(text(column, "title").chars().count() <= 50);
            }
        }
        assert!(len(&sheets) > 0);
    }
}

#[test]
fn the_typical_world_has_some_hundred_rows_in_six_sheets() {
    let desk = Desk::new("typical");
    let count = |kind| desk.smartsheet.state.world.all(kind).count();
    let files = count(ATTACHMENT);
    assert_eq!((count(state::SHEET), count(state::ROW)), (6, 396));
    assert!((70..=120).contains(&files), "{files}");
}

#[test]
fn the_world_for_costs_has_exactly_what_it_promises() {
    let desk = Desk::new("cost-1000");
    let count = |kind| desk.smartsheet.state.world.all(kind).count();
    let found = (count(state::SHEET), count(state::ROW), count(state::COMMENT), count(ATTACHMENT));
    assert_eq!(found, (1, 1_000, 2_000, 100));
}

#[test]
fn people_do_the_same_for_the_same_seed() {
    for what in ["days-work", "disaster", "random-damage"] {
        let (mut one, mut two) = (Desk::new("tiny"), Desk::new("tiny"));
        let before = one.smartsheet.state();
        assert_eq!(people(&mut one, what, 5, 20), people(&mut two, what, 5, 20));
        assert_eq!(one.smartsheet.state(), two.smartsheet.state());
        assert_ne!(one.smartsheet.state(), before, "{what} changed nothing");
    }
}

#[test]
fn a_disaster_takes_rows_comments_files_a_column_a_sheet_and_a_share() {
    let mut desk = Desk::new("typical");
    let columns = |desk: &Desk| -> usize {
        desk.smartsheet
            .state
            .world
            .all(state::SHEET)
            .map(|sheet| state::items(sheet, "columns").len())
            .max()
            .unwrap()
    };
    let kinds = [state::ROW, state::COMMENT, ATTACHMENT, state::SHEET, state::SHARE];
    let count = |desk: &Desk| kinds.map(|kind| desk.smartsheet.state.world.all(kind).count());
    let (before, columns_before) = (count(&desk), columns(&desk));
    let told = people(&mut desk, "disaster", 1, 0);
    for ((kind, before), after) in kinds.iter().zip(before).zip(count(&desk)) {
        assert!(after < before, "{kind}: {told:?}");
    }
    assert!(columns(&desk) <= columns_before && told.len() >= 10, "{told:?}");
    assert!(told.iter().any(|sentence| sentence.contains("deleted the column")), "{told:?}");
}

#[test]
fn damage_does_as_much_as_was_ordered_and_stays_readable() {
    for seed in 0..3 {
        let mut desk = Desk::new("nasty");
        assert_eq!(people(&mut desk, "random-damage", seed, 40).len(), 40);
        for sheet in desk.get("/sheets?includeAll=true")["data"].as_array().unwrap().clone() {
            let whole = desk.get(&format!("/sheets/{}?level=2", sheet["id"]));
            assert_eq!(whole["totalRowCount"], len(&whole["rows"]), "seed {seed}");
        }
    }
}

#[test]
fn a_day_s_work_is_a_few_percent() {
    let mut desk = Desk::new("typical");
    let told = people(&mut desk, "days-work", 1, 0);
    assert!((3..=12).contains(&told.len()), "{told:?}");
}

#[test]
fn what_people_cannot_do_is_said() {
    let order = PeopleOrder { what: "holiday".to_owned(), seed: 1, count: 0 };
    assert!(Desk::new("tiny").smartsheet.people(&order).unwrap_err().contains("holiday"));
}

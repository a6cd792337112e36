use std::sync::Arc;

use super::*;
use crate::prolly::testing::MemoryChunks;
use serde_json::json;

use crate::snapshot::testing::{Boards, account, reader, record, write};

fn select(text: &str) -> Result<Selection, String> {
    let chunks = Arc::new(MemoryChunks::default());
    let manifest = write(&chunks, None, &account());
    resolve(&reader(&chunks, &manifest), &Boards, text).map_err(|error| error.to_string())
}

fn id(key: Option<&RecordKey>) -> Option<&str> {
    key.map(|key| key.id.as_str())
}

#[test]
fn items_below_items_can_be_selected() {
    let chunks = Arc::new(MemoryChunks::default());
    let mut records = account();
    records.push(record("b1", Kind::Item, "c4", json!({"name": "Ask Ada", "idList": "l1", "idAbove": "c1"})));
    let manifest = write(&chunks, None, &records);
    let select = |text| resolve(&reader(&chunks, &manifest), &Boards, text);
    assert_eq!(id(select("Acme/Roadmap/Doing/Fix login/Ask Ada").unwrap().record()), Some("c4"));
    assert!(select("Acme/Roadmap/Doing/Ask Ada").is_err(), "it is not on the list itself");
}

#[test]
fn every_level_can_be_selected() {
    let workspace = select("Acme").unwrap();
    assert_eq!(workspace.containers.iter().map(|key| key.id.as_str()).collect::<Vec<_>>(), ["b1", "b2"]);
    for (path, deepest) in [
        ("Acme", "w1"),
        ("Acme/Roadmap", "b1"),
        ("Acme/Roadmap/Doing", "l1"),
        ("Acme/Roadmap/Done \\/ shipped", "l2"),
        ("Acme/Roadmap/Doing/Fix login", "c1"),
        ("id:w1/id:b1/id:l1/id:c2", "c2"),
        ("-/Private", "b3"),
    ] {
        let selection = select(path).unwrap();
        assert_eq!(id(selection.record()), Some(deepest), "{path}");
    }
    assert_eq!(select("-").unwrap().containers.len(), 1);
}

#[test]
fn case_matters_only_where_it_decides() {
    assert_eq!(id(select("acme/ROADMAP/doing").unwrap().record()), Some("l1"));
    assert_eq!(id(select("Acme/Roadmap 2").unwrap().record()), Some("b2"));
}

#[test]
fn fields_are_found_by_path_or_by_the_name_of_a_custom_field() {
    let item = "Acme/Roadmap/Doing/Fix login";
    let due = select(&format!("{item}#due")).unwrap();
    assert_eq!(due.field, Some(SelectedField::Native("due".to_owned())));
    let Some(SelectedField::Custom { definition, values }) =
        select(&format!("{item}#priority")).unwrap().field
    else {
        panic!("Priority is a custom field");
    };
    assert_eq!((definition.id.as_str(), values.len()), ("f1", 1));
    let error = select(&format!("{item}#duee")).unwrap_err();
    assert!(error.contains("no field `duee`") && error.ends_with("there is: due"), "{error}");
}

#[test]
fn an_unknown_name_is_named_with_what_is_near() {
    let error = select("Acme/Raodmap").unwrap_err();
    assert!(error.contains("no board `Raodmap` in `Acme`") && error.contains("Roadmap"), "{error}");
    assert!(select("Nobody").unwrap_err().contains("there is: Acme"));
}

#[test]
fn an_ambiguous_name_lists_ids() {
    let error = select("Acme/Roadmap/Doing/Write docs").unwrap_err();
    assert!(error.contains("id:c2 (Write docs)") && error.contains("id:c3"), "{error}");
}

#[test]
fn a_path_may_begin_with_a_container_whose_name_stands_alone() {
    for (path, deepest) in [
        ("Roadmap", "b1"),
        ("roadmap", "b1"),
        ("Private", "b3"),
        ("id:b2", "b2"),
        ("Roadmap/Doing", "l1"),
        ("Roadmap/Doing/Fix login", "c1"),
    ] {
        let selection = select(path).unwrap();
        assert_eq!(id(selection.record()), Some(deepest), "{path}");
        let container = selection.container.clone().unwrap();
        assert_eq!(selection.containers, std::slice::from_ref(&container), "{path}");
        assert_eq!(
            id(selection.workspace.as_ref()),
            (container.id.as_str() != "b3").then_some("w1"),
            "{path}"
        );
    }
    assert!(select("Doing").unwrap_err().contains("no workspace or board `Doing` in the snapshot"));
}

#[test]
fn of_several_containers_of_one_name_the_whole_paths_are_named() {
    let chunks = Arc::new(MemoryChunks::default());
    let mut records = account();
    for (id, name, workspace) in
        [("b5", "Private", "w1"), ("b6", "Twin/1", "w1"), ("b7", "Twin/1", "w1"), ("b8", "Acme", "w1")]
    {
        let native = json!({"name": name, "idOrganization": workspace});
        records.push(record(id, Kind::Container, id, native));
    }
    let manifest = write(&chunks, None, &records);
    let select = |text| resolve(&reader(&chunks, &manifest), &Boards, text);
    let error = select("private").unwrap_err().to_string();
    assert!(error.ends_with("write one of these instead: -/Private, Acme/Private"), "{error}");
    let error = select("Twin\\/1").unwrap_err().to_string();
    assert!(error.ends_with("instead: Acme/id:b6 (Twin/1), Acme/id:b7 (Twin/1)"), "{error}");
    assert_eq!(id(select("Acme").unwrap().record()), Some("w1"), "a workspace goes before its namesake");
}

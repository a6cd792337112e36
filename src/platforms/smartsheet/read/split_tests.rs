use super::*;
use crate::platforms::smartsheet::spec::KINDS;

fn answers() -> Answers {
    let sheet = json!({
        "id": "s", "name": "Plan", "version": 7, "totalRowCount": 3, "unknown": {"kept": [1]}, "dependenciesEnabled": true,
        "projectSettings": {"lengthOfDay": 8}, "workspace": {"id": "w", "name": "told elsewhere"},
        "columns": [
            {"id": "c1", "index": 0, "title": "Task", "type": "TEXT_NUMBER", "primary": true},
            {"id": "c2", "index": 1, "title": "Due", "type": "DATE"},
            {"id": "c3", "index": 2, "title": "Made", "type": "DATETIME", "systemColumnType": "CREATED_DATE"},
            {"id": "c4", "index": 3, "title": "Mark", "type": "TEXT_NUMBER"}],
        "rows": [
            {"id": "r1", "rowNumber": 1, "version": 7, "expanded": false, "locked": true, "cells": [
                {"columnId": "c1", "value": "Build", "displayValue": "Build"},
                {"columnId": "c2", "value": "2026-11-21"},
                {"columnId": "c3", "value": "2026-01-01T00:00:00Z"},
                {"columnId": "c4", "value": "Logo", "image": {"id": "i1", "altText": "Logo"}}],
             "attachments": [{"id": "a1", "attachmentType": "FILE", "sizeInKb": 2, "name": "x.png", "url": "https://signed"}],
             "discussions": [{"id": "d1"}]},
            {"id": "r2", "rowNumber": 2, "parentId": "r1", "cells": [{"columnId": "c1", "value": "Roof"}]},
            {"id": "r3", "rowNumber": 3, "siblingId": "r1", "cells": []}],
        "attachments": [{"id": "a2", "attachmentType": "LINK", "name": "page", "url": "https://example.org"}],
        "crossSheetReferences": [{"id": "x1", "name": "Range", "sourceSheetId": "s2"}],
        "filters": [{"id": "f1", "name": "Open"}],
    });
    let discussion = json!({"id": "d1", "parentType": "ROW", "parentId": "r1", "commentCount": 2, "comments": [
        {"id": "m2", "text": "yes", "createdAt": "2026-01-02T00:00:00Z", "createdBy": {"email": "ada@x.org"}},
        {"id": "m1", "text": "ready?", "createdAt": "2026-01-01T00:00:00Z", "createdBy": {"email": "ben@x.org", "name": "Ben"},
            "attachments": [{"id": "e1", "attachmentType": "FILE", "name": "y.txt"}]}]});
    Answers {
        discussions_promised: None,
        sheet,
        discussions: vec![discussion],
        shares: vec![
            json!({"id": "SH1", "type": "USER", "userId": "u1", "email": "ben@x.org", "accessLevel": "OWNER", "scope": "ITEM"}),
            json!({"id": "SH2", "type": "GROUP", "groupId": "g1", "name": "Crew", "accessLevel": "EDITOR", "scope": "ITEM"}),
            json!({"id": "SH3", "type": "USER", "userId": "u2", "accessLevel": "ADMIN", "scope": "WORKSPACE"})],
        summary: vec![json!({"id": "q1", "title": "Total", "formula": "=1", "objectValue": 1})],
        publish: Some(json!({"icalEnabled": true})),
        inventory: vec![json!({"id": "i1", "name": "Tell me", "resourceType": "automation rule"})],
        proofs: vec![],
        missing: vec![],
    }
}

fn split() -> Splitter {
    let mut splitter = Splitter::new("s".into(), "me", "ada@x.org");
    let place = Place { workspace: "w".to_owned(), folder: Some("f".to_owned()) };
    splitter.split(answers(), &place);
    splitter
}

fn native(splitter: &Splitter, kind: Kind, id: &str) -> Value {
    let key = RecordKey::new("s", kind, id);
    splitter.found.iter().find(|(record, _)| record.key == key).unwrap_or_else(|| panic!("{key}")).0.native.clone()
}

#[test]
fn every_kind_of_a_sheet_gets_its_own_records() {
    let splitter = split();
    for spec in KINDS.iter().filter(|spec| spec.kind.rank() >= Kind::Container.rank()) {
        let count = match spec.kind {
            Kind::FieldDef | Kind::FieldValue => 4,
            Kind::Item => 3,
            Kind::Member | Kind::Attachment | Kind::Inventory => 2,
            _ => 1,
        };
        assert_eq!(splitter.count(spec.kind), count, "{}", spec.noun);
    }
    assert!(splitter.missing.is_empty());
}

#[test]
fn parents_name_the_order_of_what_hangs_on_them() {
    let splitter = split();
    let sheet = native(&splitter, Kind::Container, "s");
    assert_eq!(sheet["columns"], json!(["c1", "c2", "c3", "c4"]));
    assert_eq!(sheet["rows"], json!(["r1", "r3"]));
    assert_eq!((&sheet["workspace"], &sheet["folder"]), (&json!("w"), &json!("f")));
    assert_eq!(sheet["unknown"], json!({"kept": [1]}));
    assert_eq!(sheet["publish"], json!({"icalEnabled": true}));
    assert_eq!(native(&splitter, Kind::Item, "r1")["rows"], json!(["r2"]));
}

#[test]
fn a_row_keeps_what_is_its_own_and_loses_what_counts_other_rows() {
    let row = native(&split(), Kind::Item, "r1");
    assert_eq!((&row["title"], &row["primary"], &row["collapsed"]), (&json!("Build"), &json!("Build"), &json!(true)));
    assert_eq!(row["cells"], json!([{"columnId": "c3", "value": "2026-01-01T00:00:00Z"}]));
    for counter in COUNTERS {
        assert!(row.get(counter).is_none(), "{counter}");
    }
}

#[test]
fn a_cell_is_known_by_its_row_and_column() {
    let cell = native(&split(), Kind::FieldValue, "r1:c2");
    assert_eq!(cell, json!({"rowId": "r1", "columnId": "c2", "value": "2026-11-21"}));
}

#[test]
fn an_image_knows_its_row_and_its_column() {
    let image = native(&split(), Kind::Image, "i1");
    assert_eq!(image, json!({"id": "i1", "altText": "Logo", "rowId": "r1", "columnId": "c4"}));
}

#[test]
fn an_image_in_a_field_of_the_summary_knows_the_field_and_takes_the_place_of_its_value() {
    let mut answers = answers();
    let image = json!({"id": "i2", "altText": "Sign"});
    answers.summary.push(json!({"id": "q2", "title": "Logo", "objectValue": "Sign", "image": image}));
    let mut splitter = Splitter::new("s".into(), "me", "ada@x.org");
    splitter.split(answers, &Place { workspace: "w".to_owned(), folder: None });
    let field = native(&splitter, Kind::SummaryField, "q2");
    assert_eq!(field, json!({"id": "q2", "title": "Logo", "result": "Sign", "image": "i2"}));
    assert_eq!(native(&splitter, Kind::Image, "i2"), json!({"id": "i2", "altText": "Sign", "fieldId": "q2"}));
    let is_promised = |(record, bytes): &&Found| record.key.kind == Kind::Image && bytes.is_some();
    assert_eq!(splitter.found.iter().filter(is_promised).count(), 2);
}

#[test]
fn an_image_that_stands_in_a_second_cell_as_well_is_named_as_missing_there() {
    let mut answers = answers();
    let cell = json!({"columnId": "c4", "value": "Logo", "image": {"id": "i1", "altText": "Logo"}});
    answers.sheet["rows"][1]["cells"].as_array_mut().unwrap().push(cell);
    let mut splitter = Splitter::new("s".into(), "me", "ada@x.org");
    splitter.split(answers, &Place { workspace: "w".to_owned(), folder: None });
    assert_eq!(native(&splitter, Kind::Image, "i1")["rowId"], "r1");
    let [missing] = splitter.missing.as_slice() else { panic!("{:?}", splitter.missing) };
    assert_eq!(missing.key, Some(RecordKey::new("s", Kind::FieldValue, "r2:c4")));
    assert!(missing.what.contains("Logo"), "{}", missing.what);
}

#[test]
fn a_file_has_bytes_and_no_address_and_a_link_the_other_way_round() {
    let splitter = split();
    let file = native(&splitter, Kind::Attachment, "a1");
    assert!(file.get("url").is_none() && file["rowId"] == "r1");
    assert_eq!(native(&splitter, Kind::Attachment, "a2")["url"], "https://example.org");
    let bytes = splitter.found.iter().filter(|(_, bytes)| bytes.is_some()).map(|(record, _)| record.key.id.as_str());
    assert_eq!(bytes.collect::<Vec<_>>(), ["i1", "a1", "e1"]);
}

#[test]
fn the_oldest_comment_opens_a_discussion() {
    let splitter = split();
    let discussion = native(&splitter, Kind::Discussion, "d1");
    assert_eq!((&discussion["text"], &discussion["commentId"], &discussion["rowId"]), (&json!("ready?"), &json!("m1"), &json!("r1")));
    assert_eq!(discussion["authorId"], "ben@x.org", "somebody else's");
    let reply = native(&splitter, Kind::Comment, "m2");
    assert_eq!((&reply["discussionId"], &reply["authorId"]), (&json!("d1"), &json!("me")));
    assert_eq!(native(&splitter, Kind::Enclosure, "e1")["discussionId"], "d1");
}

#[test]
fn shares_are_known_by_person_or_group_and_rights_from_the_workspace_are_not_the_sheet_s() {
    let splitter = split();
    let owner = native(&splitter, Kind::Member, "u1");
    assert_eq!((&owner["accessLevel"], &owner["owner"]), (&json!("ADMIN"), &json!(true)));
    assert_eq!(native(&splitter, Kind::Member, "g1")["accessLevel"], "EDITOR");
}

#[test]
fn results_are_no_values_and_project_settings_stand_alone() {
    let splitter = split();
    let field = native(&splitter, Kind::SummaryField, "q1");
    assert!(field.get("objectValue").is_none() && field["result"] == 1);
    let project = native(&splitter, Kind::Extension, "dependencies");
    assert_eq!(project["projectSettings"], json!({"lengthOfDay": 8}));
}

#[test]
fn a_thing_without_an_id_is_named_as_missing() {
    let mut splitter = Splitter::new("s".into(), "me", "ada@x.org");
    splitter.add(Kind::FieldDef, object(json!({"title": "Lost"})));
    assert!(splitter.found.is_empty() && splitter.missing[0].what.contains("Lost"));
}

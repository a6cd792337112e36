use super::*;

fn found<'a>(splitter: &'a Splitter, kind: Kind, id: &str) -> &'a Found {
    let key = RecordKey::new("1", kind, id);
    splitter.found.iter().find(|(record, _)| record.key == key).unwrap()
}

fn native(splitter: &Splitter, kind: Kind, id: &str) -> Value {
    found(splitter, kind, id).0.native.clone()
}

fn task() -> Value {
    json!({
        "gid": "10", "name": "Fix", "html_notes": "<body>x</body>", "unknown": {"kept": [1]},
        "assignee": {"gid": "5", "name": "Ada"}, "parent": null,
        "memberships": [{"project": {"gid": "1"}, "section": {"gid": "2"}}],
        "tags": [{"gid": "t1", "name": "Bug", "color": "red", "notes": ""}],
        "followers": [{"gid": "5", "name": "Ada"}, {"gid": "6"}], "dependencies": [{"gid": "11"}],
        "likes": [{"gid": "like1", "user": {"gid": "6"}}],
        "custom_fields": [
            {"gid": "f1", "name": "Size", "resource_subtype": "enum", "enum_value": {"gid": "o1", "name": "S"}},
            {"gid": "f2", "name": "Empty", "resource_subtype": "text", "text_value": "", "multi_enum_values": []},
            {"gid": "f3", "name": "Many", "resource_subtype": "multi_enum",
                "multi_enum_values": [{"gid": "o2"}, {"gid": "o3"}]},
            {"gid": "f4", "name": "Sum", "representation_type": "formula", "number_value": 3, "display_value": "3"},
            {"gid": "f5", "name": "Zero", "resource_subtype": "number", "number_value": 0},
        ],
    })
}

#[test]
fn a_project_and_its_fields_become_records_and_computed_fields_uses_or_inventory() {
    let mut splitter = Splitter::new("1".into());
    let settings = json!([
        {"gid": "s1", "is_important": true, "custom_field": {"gid": "f1", "name": "Size",
            "enum_options": [{"gid": "o1", "name": "S"}, {"gid": "o2", "name": "M"}]}},
        {"gid": "s2", "is_important": false, "custom_field": {"gid": "f4", "representation_type": "formula"}},
        {"gid": "s3", "is_important": true, "custom_field": {"gid": "f5", "name": "Number",
            "representation_type": "custom_id", "is_global_to_workspace": true}},
    ]);
    let project = json!({"gid": "1", "name": "P", "followers": [{"gid": "5"}], "custom_field_settings": settings});
    splitter.project(project, &[json!({"gid": "2"}), json!({"gid": "3"})]);
    assert_eq!(
        native(&splitter, Kind::Container, "1"),
        json!({"gid": "1", "name": "P", "followers": ["5"], "sections": ["2", "3"],
            "custom_field_settings": ["f1", "f4", "1:f5"]})
    );
    let field = native(&splitter, Kind::FieldDef, "f1");
    assert_eq!((&field["is_important"], &field["options"]), (&json!(true), &json!(["o1", "o2"])));
    assert_eq!(native(&splitter, Kind::FieldOption, "o2")["custom_field"], "f1");
    assert_eq!(splitter.count(Kind::FieldDef), 1);
    assert_eq!(native(&splitter, Kind::Inventory, "f4")["is_important"], false);
    let used = native(&splitter, Kind::FieldUse, "1:f5");
    assert_eq!((&used["definition"], &used["is_important"]), (&json!("f5"), &json!(true)));
}

#[test]
fn a_task_s_parts_become_records_and_its_lists_lists_of_gids() {
    let mut splitter = Splitter::new("1".into());
    splitter.task(task(), Some("2"), &["12".to_owned()]);
    let item = native(&splitter, Kind::Item, "10");
    assert_eq!(
        item,
        json!({
            "gid": "10", "name": "Fix", "html_notes": "<body>x</body>", "unknown": {"kept": [1]},
            "assignee": {"gid": "5", "name": "Ada"}, "parent": null, "section": "2", "subtasks": ["12"],
            "tags": ["t1"], "followers": ["5", "6"], "dependencies": ["11"], "likes": ["6"],
            "custom_fields": [{"gid": "f4", "name": "Sum", "representation_type": "formula", "number_value": 3,
                "display_value": "3"}],
        })
    );
    assert_eq!(native(&splitter, Kind::Label, "t1")["color"], "red");
    assert_eq!(splitter.count(Kind::FieldValue), 3, "neither empty values nor computed ones");
    assert_eq!(native(&splitter, Kind::FieldValue, "10:f1")["enum_value"]["gid"], "o1");
    let many = native(&splitter, Kind::FieldValue, "10:f3");
    assert_eq!((&many["multi_enum_values"], &many["task"]), (&json!(["o2", "o3"]), &json!("10")));
    assert_eq!(native(&splitter, Kind::FieldValue, "10:f5")["number_value"], 0);
}

#[test]
fn a_place_keeps_the_whole_task_and_names_it() {
    let mut splitter = Splitter::new("1".into());
    splitter.placement(&task(), Some("2"));
    let place = native(&splitter, Kind::Placement, "1:10");
    assert_eq!((&place["item"], &place["section"], &place["name"]), (&json!("10"), &json!("2"), &json!("Fix")));
    assert_eq!(place["custom_fields"].as_array().unwrap().len(), 5);
    assert_eq!(splitter.count(Kind::FieldValue), 0);
}

#[test]
fn only_what_people_wrote_is_a_comment() {
    let mut splitter = Splitter::new("1".into());
    let stories = vec![
        json!({"gid": "s1", "type": "system", "resource_subtype": "assigned"}),
        json!({"gid": "s2", "type": "comment", "resource_subtype": "comment_added", "html_text": "<body>hi</body>"}),
    ];
    splitter.stories("10", stories);
    assert_eq!(splitter.count(Kind::Comment), 1);
    assert_eq!(native(&splitter, Kind::Comment, "s2")["task"], "10");
}

#[test]
fn uploads_promise_bytes_and_links_keep_their_address() {
    let mut splitter = Splitter::new("1".into());
    let on = |kind: &str, gid: &str| json!({"gid": gid, "resource_type": kind});
    splitter.attachment(json!({"gid": "a1", "resource_subtype": "asana", "size": 7, "view_url": "https://x/signed",
        "parent": on("task", "10")}));
    splitter.attachment(json!({"gid": "a2", "resource_subtype": "gdrive", "view_url": "https://drive/x",
        "parent": on("project_brief", "b1")}));
    splitter.attachment(json!({"gid": "a3", "resource_subtype": "external", "view_url": "https://e",
        "parent": on("project", "1")}));
    assert_eq!(found(&splitter, Kind::Attachment, "a1").1, Some(ExpectedBytes { len: Some(7) }));
    let upload = native(&splitter, Kind::Attachment, "a1");
    assert_eq!((upload.get("view_url"), upload.get("url"), &upload["task"]), (None, None, &json!("10")));
    let link = native(&splitter, Kind::Attachment, "a2");
    assert_eq!((&link["url"], &link["brief"]), (&json!("https://drive/x"), &json!("b1")));
    assert_eq!(found(&splitter, Kind::Attachment, "a2").1, None);
    let of_project = native(&splitter, Kind::Attachment, "a3");
    assert!(of_project.get("task").is_none() && of_project.get("brief").is_none());
}

#[test]
fn members_are_known_by_the_person_or_the_team() {
    let mut splitter = Splitter::new("1".into());
    splitter.membership(json!({"gid": "m1", "member": {"gid": "5", "resource_type": "user"}, "access_level": "admin"}));
    splitter.membership(json!({"gid": "m2", "member": {"gid": "70", "resource_type": "team"}}));
    splitter.membership(json!({"gid": "m3", "member": null}));
    assert_eq!(native(&splitter, Kind::Member, "5").get("team"), None);
    assert_eq!(native(&splitter, Kind::Member, "70")["team"], "70");
    assert_eq!(splitter.missing.len(), 1, "a member without a person is told of");
}

#[test]
fn what_comes_twice_is_kept_once() {
    let mut splitter = Splitter::new("1".into());
    for _ in 0..2 {
        splitter.task(task(), Some("2"), &[]);
    }
    assert_eq!((splitter.count(Kind::Item), splitter.count(Kind::Label)), (1, 1));
}

#[test]
fn the_values_of_a_project_are_records_on_the_project() {
    let mut splitter = Splitter::new("1".into());
    let project = json!({
        "gid": "1", "name": "P", "custom_field_settings": [], "custom_fields": [
            {"gid": "f1", "name": "Phase", "resource_subtype": "text", "text_value": "two"},
            {"gid": "f2", "name": "Empty", "resource_subtype": "text", "text_value": null},
            {"gid": "f3", "name": "Sum", "representation_type": "formula", "number_value": 3, "display_value": "3"},
        ],
    });
    splitter.project(project, &[]);
    assert_eq!(splitter.count(Kind::FieldValue), 1, "neither empty values nor computed ones");
    let value = native(&splitter, Kind::FieldValue, "1:f1");
    assert_eq!((&value["project"], &value["custom_field"], &value["text_value"]), (&json!("1"), &json!("f1"), &json!("two")));
    assert_eq!(native(&splitter, Kind::Container, "1")["custom_fields"][0]["display_value"], "3");
}

#[test]
fn types_of_tasks_and_their_statuses_are_inventory_and_a_task_says_its_type_once() {
    let mut splitter = Splitter::new("1".into());
    splitter.custom_type(json!({"gid": "7", "name": "Bug", "status_options": [{"gid": "8", "name": "New"}]}));
    let typed = json!({"gid": "10", "resource_subtype": "custom", "custom_type": {"gid": "7"},
        "custom_type_status_option": {"gid": "8"}});
    splitter.task(typed, Some("2"), &[]);
    assert_eq!(native(&splitter, Kind::Inventory, "7")["status_options"], json!(["8"]));
    assert_eq!(native(&splitter, Kind::Inventory, "8")["custom_type"], "7");
    let task = native(&splitter, Kind::Item, "10");
    assert_eq!((&task["resource_subtype"], &task["custom_type"]["gid"]), (&json!("default_task"), &json!("7")));
}

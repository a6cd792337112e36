use super::*;

/// The gids of the fields of the roadmap by name.
fn fields(desk: &mut Desk) -> BTreeMap<String, String> {
    let path =
        format!("/projects/{}/custom_field_settings?opt_fields=custom_field.name", desk.project("Roadmap"));
    let settings = desk.get(&path);
    let field = |setting: &Value| {
        (text(&setting["custom_field"], "name").to_owned(), text(&setting["custom_field"], "gid").to_owned())
    };
    settings.as_array().unwrap().iter().map(field).collect()
}

#[test]
fn values_are_checked_by_the_type_of_their_field() {
    let mut desk = Desk::new("tiny");
    let fields = fields(&mut desk);
    let (task, other) = (desk.task("Tell the users"), desk.task("Old idea"));
    let user = desk.user("Ben");
    let options = desk.get(&format!("/custom_fields/{}", fields["Priority"]))["enum_options"].clone();
    let (high, low) = (options[0]["gid"].clone(), options[1]["gid"].clone());
    desk.send("PUT", &format!("/enum_options/{}", low.as_str().unwrap()), json!({"enabled": false}));
    for (field, value, fits) in [
        ("Owner", json!("x".repeat(1_024)), true),
        ("Owner", json!("x".repeat(1_025)), false),
        ("Owner", json!(5), false),
        ("Owner", Value::Null, true),
        ("Effort", json!(-0.5), true),
        ("Effort", json!("5"), false),
        ("Priority", high.clone(), true),
        ("Priority", low, false),
        ("Priority", json!("High"), false),
        ("Priority", json!([high]), false),
        ("Areas", json!([]), true),
        ("Areas", json!("5"), false),
        ("Review", json!({"date": "2026-12-01"}), true),
        ("Review", json!({"date_time": "2026-12-01T10:00:00Z"}), true),
        ("Review", json!("2026-12-01"), false),
        ("Review", json!({"date": "soon"}), false),
        ("Reviewers", json!([user]), true),
        ("Reviewers", json!(["5"]), false),
        ("Related", json!([other]), true),
        ("Related", json!([user]), false),
        ("Number", json!("ACME-5"), false),
    ] {
        let data = json!({"custom_fields": {fields[field].as_str(): value}});
        let (status, message) = desk.refused(ADA, "PUT", &format!("/tasks/{task}"), data);
        assert_eq!(status, if fits { 200 } else { 400 }, "{field} {value}: {message}");
    }
    let foreign = desk.task("Cactus");
    let data = json!({"custom_fields": {fields["Effort"].as_str(): 1}});
    let (status, message) = desk.refused(ADA, "PUT", &format!("/tasks/{foreign}"), data);
    assert_eq!(
        (status, message),
        (400, format!("Custom field with ID {} is not on given object", fields["Effort"]))
    );
}

#[test]
fn values_are_shown_by_type_and_as_text() {
    let mut desk = Desk::new("tiny");
    let task = desk.get(&format!("/tasks/{}?opt_fields=custom_fields", desk.task("Fix login")));
    let shown: BTreeMap<&str, &Value> =
        task["custom_fields"].as_array().unwrap().iter().map(|field| (text(field, "name"), field)).collect();
    assert_eq!(
        (&shown["Effort"]["number_value"], &shown["Effort"]["display_value"]),
        (&json!(3.5), &json!("3.5"))
    );
    assert_eq!(shown["Cost"]["display_value"], "1200.50");
    assert_eq!(shown["Priority"]["enum_value"]["name"], "High");
    assert_eq!(shown["Areas"]["display_value"], "App, Web");
    assert_eq!(shown["Review"]["date_value"]["date"], "2026-12-02");
    assert_eq!(shown["Reviewers"]["display_value"], "Ada Byron, Cleo Martín");
    assert!(shown["Priority"]["enum_options"].is_array(), "fields come with all their options");
}

#[test]
fn names_of_global_fields_are_unique_and_local_ones_belong_to_their_project() {
    let mut desk = Desk::new("tiny");
    let organization = desk.organization();
    let twin = json!({"workspace": organization, "name": "priority", "resource_subtype": "text"});
    assert_eq!(desk.refused(ADA, "POST", "/custom_fields", twin).0, 400);
    let (roadmap, garden) = (desk.project("Roadmap"), desk.project("Office garden"));
    let local = fields(&mut desk)["Cost"].clone();
    let path = format!("/projects/{garden}/addCustomFieldSetting");
    assert_eq!(desk.refused(ADA, "POST", &path, json!({"custom_field": local})).0, 400);
    let global = fields(&mut desk)["Effort"].clone();
    desk.send("POST", &path, json!({"custom_field": global}));
    assert_eq!(desk.refused(ADA, "POST", &path, json!({"custom_field": global})).0, 400, "once is enough");
    let listed = names(&desk.get(&format!("/workspaces/{organization}/custom_fields")));
    assert!(listed.contains(&"Effort".to_owned()) && !listed.contains(&"Cost".to_owned()));
    let same = json!({"custom_field": {"name": "Cost", "resource_subtype": "number"}});
    desk.send("POST", &format!("/projects/{roadmap}/addCustomFieldSetting"), same);
}

#[test]
fn a_field_has_at_most_five_hundred_options() {
    let mut desk = Desk::new("nasty");
    let field = desk.find(state::CUSTOM_FIELD, "Five hundred");
    let path = format!("/custom_fields/{field}/enum_options");
    assert_eq!(desk.refused(ADA, "POST", &path, json!({"name": "one more"})).0, 400);
    let choice = desk.find(state::CUSTOM_FIELD, "Choice 🎯");
    let path = format!("/custom_fields/{choice}/enum_options");
    let first = desk.get(&format!("/custom_fields/{choice}"))["enum_options"][0]["gid"].clone();
    let option = desk.send("POST", &path, json!({"name": "new", "insert_before": first}));
    assert_eq!(desk.get(&format!("/custom_fields/{choice}"))["enum_options"][0]["gid"], option["gid"]);
    let at_end = json!({"enum_option": first, "before_enum_option": null});
    desk.send("POST", &format!("{path}/insert"), at_end);
    let options = desk.get(&format!("/custom_fields/{choice}"))["enum_options"].clone();
    assert_eq!(options.as_array().unwrap().last().unwrap()["gid"], first);
}

#[test]
fn what_a_field_is_and_what_computes_cannot_be_changed() {
    let mut desk = Desk::new("nasty");
    let choice = desk.find(state::CUSTOM_FIELD, "Choice 🎯");
    for data in [
        json!({"resource_subtype": "text"}),
        json!({"enum_options": []}),
        json!({"is_global_to_workspace": true}),
    ] {
        assert_eq!(desk.refused(ADA, "PUT", &format!("/custom_fields/{choice}"), data).0, 400);
    }
    let computed = desk.find(state::CUSTOM_FIELD, "Computed");
    assert_eq!(desk.refused(ADA, "PUT", &format!("/custom_fields/{computed}"), json!({"name": "x"})).0, 403);
    let locked = desk.find(state::CUSTOM_FIELD, "Locked");
    assert_eq!(desk.refused(BEN, "PUT", &format!("/custom_fields/{locked}"), json!({"name": "x"})).0, 403);
    assert_eq!(desk.answer(ADA, "PUT", &format!("/custom_fields/{locked}"), json!({"name": "x"})).0, 200);
}

#[test]
fn numbers_have_a_precision_and_currencies_a_code() {
    let mut desk = Desk::new("tiny");
    let organization = desk.organization();
    for (more, fits) in [
        (json!({"precision": 6}), true),
        (json!({"precision": 7}), false),
        (json!({"format": "currency"}), false),
        (json!({"format": "currency", "currency_code": "EUR"}), true),
        (json!({"format": "loud"}), false),
    ] {
        let mut data = more;
        data["workspace"] = organization.as_str().into();
        data["name"] = format!("n {data}").into();
        data["resource_subtype"] = "number".into();
        let (status, message) = desk.refused(ADA, "POST", "/custom_fields", data.clone());
        assert_eq!(status, if fits { 201 } else { 400 }, "{data}: {message}");
    }
}

#[test]
fn a_deleted_field_takes_its_values_along() {
    let mut desk = Desk::new("tiny");
    let effort = fields(&mut desk)["Effort"].clone();
    desk.send("DELETE", &format!("/custom_fields/{effort}"), Value::Null);
    assert!(!fields(&mut desk).contains_key("Effort"));
    let values = desk.asana.state.world.all(state::TASK).any(|task| task["_values"].get(&effort).is_some());
    assert!(!values);
}

#[test]
fn a_project_itself_takes_values_of_its_portfolio_s_fields_and_of_no_others() {
    let mut desk = Desk::new("tiny");
    let fields = fields(&mut desk);
    let path = format!("/projects/{}", desk.project("Roadmap"));
    let set = |field: &str, value: Value| json!({"custom_fields": {fields[field].as_str(): value}});
    desk.send("PUT", &path, set("Owner", json!("Ben")));
    let (status, message) = desk.refused(ADA, "PUT", &path, set("Effort", json!(1)));
    assert!(status == 400 && message.contains("is not on given object"), "{message}");
    let shown = desk.get(&format!("{path}?opt_fields=custom_fields.name,custom_fields.display_value"));
    let shown: Vec<(&str, &str)> = shown["custom_fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|field| (text(field, "name"), text(field, "display_value")))
        .collect();
    assert_eq!(shown, [("Priority", "High"), ("Owner", "Ben")]);
}

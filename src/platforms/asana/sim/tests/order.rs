use super::*;

/// The names of the tasks in a section, in order.
fn order(desk: &mut Desk, section: &str) -> Vec<String> {
    names(&desk.get(&format!("/sections/{section}/tasks?opt_fields=name")))
}

/// A project with one section and the tasks a, b and c in it.
fn three(desk: &mut Desk) -> (String, String, [String; 3]) {
    let data = json!({"workspace": desk.organization(), "name": "Order"});
    let project = text(&desk.send("POST", "/projects", data), "gid").to_owned();
    let section = text(&desk.get(&format!("/projects/{project}/sections"))[0], "gid").to_owned();
    let tasks = ["a", "b", "c"].map(|name| {
        let task = desk.send("POST", "/tasks", json!({"name": name, "workspace": desk.organization()}));
        let task = text(&task, "gid").to_owned();
        desk.send("POST", &format!("/tasks/{task}/addProject"), json!({"project": project}));
        task
    });
    assert_eq!(order(desk, &section), ["a", "b", "c"], "without a place a task goes to the end");
    (project, section, tasks)
}

#[test]
fn a_task_that_is_added_to_a_section_comes_to_the_top() {
    let mut desk = Desk::new("tiny");
    let (_, section, [a, b, c]) = three(&mut desk);
    let path = format!("/sections/{section}/addTask");
    desk.send("POST", &path, json!({"task": c}));
    assert_eq!(order(&mut desk, &section), ["c", "a", "b"]);
    desk.send("POST", &path, json!({"task": c, "insert_after": a}));
    assert_eq!(order(&mut desk, &section), ["a", "c", "b"]);
    desk.send("POST", &path, json!({"task": b, "insert_before": c}));
    assert_eq!(order(&mut desk, &section), ["a", "b", "c"]);
}

#[test]
fn a_new_task_comes_to_the_top_of_its_section() {
    let mut desk = Desk::new("tiny");
    let (project, section, _) = three(&mut desk);
    desk.send(
        "POST",
        "/tasks",
        json!({"name": "new", "memberships": [{"project": project, "section": section}]}),
    );
    assert_eq!(order(&mut desk, &section)[0], "new");
}

#[test]
fn add_project_places_by_section_and_neighbour() {
    let mut desk = Desk::new("tiny");
    let (project, section, [a, b, c]) = three(&mut desk);
    let other = desk.send("POST", &format!("/projects/{project}/sections"), json!({"name": "Other"}));
    let other = text(&other, "gid").to_owned();
    for (task, place, here, there) in [
        (&a, json!({"section": other}), vec!["b", "c"], vec!["a"]),
        (&b, json!({"section": other, "insert_after": null}), vec!["c"], vec!["b", "a"]),
        (&c, json!({"section": other, "insert_before": null}), vec![], vec!["b", "a", "c"]),
        (&c, json!({"section": other, "insert_after": b}), vec![], vec!["b", "c", "a"]),
        (&a, json!({"insert_before": b}), vec![], vec!["a", "b", "c"]),
        (&a, json!({"section": section}), vec!["a"], vec!["b", "c"]),
    ] {
        let mut data = place;
        data["project"] = project.as_str().into();
        desk.send("POST", &format!("/tasks/{task}/addProject"), data);
        assert_eq!(
            (order(&mut desk, &section), order(&mut desk, &other)),
            (here.into_iter().map(str::to_owned).collect(), there.into_iter().map(str::to_owned).collect(),)
        );
    }
    let wrong = json!({"project": project, "section": section, "insert_after": b});
    assert_eq!(
        desk.refused(ADA, "POST", &format!("/tasks/{a}/addProject"), wrong).0,
        400,
        "b is in the other section"
    );
    let both = json!({"project": project, "insert_after": b, "insert_before": c});
    assert_eq!(desk.refused(ADA, "POST", &format!("/tasks/{a}/addProject"), both).0, 400);
}

#[test]
fn sections_are_placed_and_moved_beside_others() {
    let mut desk = Desk::new("tiny");
    let (project, first, _) = three(&mut desk);
    let path = format!("/projects/{project}/sections");
    let last = text(&desk.send("POST", &path, json!({"name": "last"})), "gid").to_owned();
    desk.send("POST", &path, json!({"name": "middle", "insert_before": last}));
    let sections = |desk: &mut Desk| names(&desk.get(&path));
    assert_eq!(sections(&mut desk), ["Untitled section", "middle", "last"]);
    desk.send("POST", &format!("{path}/insert"), json!({"section": last, "before_section": first}));
    assert_eq!(sections(&mut desk), ["last", "Untitled section", "middle"]);
    for data in [
        json!({"section": last}),
        json!({"section": last, "after_section": last}),
        json!({"section": last, "before_section": first, "after_section": first}),
        json!({"section": desk.section("Doing"), "after_section": first}),
    ] {
        assert_eq!(desk.refused(ADA, "POST", &format!("{path}/insert"), data.clone()).0, 400, "{data}");
    }
}

#[test]
fn sections_with_tasks_and_last_sections_stay() {
    let mut desk = Desk::new("tiny");
    let (project, section, tasks) = three(&mut desk);
    assert_eq!(desk.refused(ADA, "DELETE", &format!("/sections/{section}"), Value::Null).0, 400);
    for task in tasks {
        desk.send("DELETE", &format!("/tasks/{task}"), Value::Null);
    }
    assert_eq!(
        desk.refused(ADA, "DELETE", &format!("/sections/{section}"), Value::Null).0,
        400,
        "the last one"
    );
    desk.send("POST", &format!("/projects/{project}/sections"), json!({"name": "Other"}));
    desk.send("DELETE", &format!("/sections/{section}"), Value::Null);
}

#[test]
fn subtasks_have_an_order_and_no_circles() {
    let mut desk = Desk::new("tiny");
    let (_, _, [a, b, c]) = three(&mut desk);
    desk.send("POST", &format!("/tasks/{b}/setParent"), json!({"parent": a}));
    desk.send("POST", &format!("/tasks/{c}/setParent"), json!({"parent": a, "insert_before": b}));
    let below = |desk: &mut Desk| names(&desk.get(&format!("/tasks/{a}/subtasks")));
    assert_eq!(below(&mut desk), ["c", "b"]);
    desk.send("POST", &format!("/tasks/{c}/setParent"), json!({"parent": a, "insert_after": b}));
    assert_eq!(below(&mut desk), ["b", "c"]);
    assert_eq!(desk.refused(ADA, "POST", &format!("/tasks/{a}/setParent"), json!({"parent": b})).0, 400);
    assert_eq!(desk.refused(ADA, "POST", &format!("/tasks/{a}/setParent"), json!({})).0, 400);
    desk.send("POST", &format!("/tasks/{b}/setParent"), json!({"parent": null}));
    assert_eq!(below(&mut desk), ["c"]);
}

#[test]
fn fields_of_a_project_have_an_order() {
    let mut desk = Desk::new("tiny");
    let (project, _, _) = three(&mut desk);
    let path = format!("/projects/{project}/addCustomFieldSetting");
    let field = |name: &str| json!({"name": name, "resource_subtype": "text"});
    let last = desk.send("POST", &path, json!({"custom_field": field("last")}));
    desk.send("POST", &path, json!({"custom_field": field("first"), "insert_before": last["gid"]}));
    let settings =
        desk.get(&format!("/projects/{project}/custom_field_settings?opt_fields=custom_field.name"));
    let shown: Vec<&str> =
        settings.as_array().unwrap().iter().map(|s| text(&s["custom_field"], "name")).collect();
    assert_eq!(shown, ["first", "last"]);
}

use super::*;

#[test]
fn lists_are_compact_and_single_records_full() {
    let mut desk = Desk::new("tiny");
    let (project, task) = (desk.project("Roadmap"), desk.task("Fix login"));
    let listed = desk.get(&format!("/projects/{project}/tasks"));
    let names: Vec<&String> = listed[0].as_object().unwrap().keys().collect();
    assert_eq!(names, ["gid", "name", "resource_subtype", "resource_type"]);
    let full = desk.get(&format!("/tasks/{task}"));
    assert!(full.get("notes").is_some() && full.get("html_notes").is_none(), "rich text is opt-in");
    assert!(full.get("num_subtasks").is_none() && full.get("dependencies").is_none());
    assert_eq!(full["assignee"]["name"], "Ben Okafor");
}

#[test]
fn what_is_not_asked_for_is_not_there() {
    let mut desk = Desk::new("tiny");
    let task = desk.task("Fix login");
    let fields = "name,assignee,followers.name,memberships.section.name,custom_fields.display_value";
    let shown = desk.get(&format!("/tasks/{task}?opt_fields={fields}"));
    let ben = desk.user("Ben");
    assert_eq!(
        shown["assignee"],
        json!({"gid": ben, "resource_type": "user"}),
        "a bare reference has no name"
    );
    assert_eq!(shown["followers"][1], json!({"gid": ben, "name": "Ben Okafor"}));
    assert_eq!(shown["memberships"][0]["section"]["name"], "Doing");
    assert!(shown["memberships"][0].get("project").is_none());
    assert_eq!(shown["custom_fields"][0].as_object().unwrap().len(), 2);
    assert_eq!(shown.as_object().unwrap().len(), 6);
    assert_eq!(desk.unknown(), json!({}));
}

#[test]
fn unknown_parameters_and_fields_are_ignored_and_counted() {
    let mut desk = Desk::new("tiny");
    let task = desk.task("Fix login");
    desk.get(&format!("/tasks/{task}?opt_fields=name,colour,assignee.nick&colour=red"));
    assert_eq!(desk.unknown(), json!({"colour": 1, "task.colour": 1, "user.nick": 1}));
}

/// Everything in a list, page by page.
fn pages(desk: &mut Desk, path: &str, limit: usize) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let mut next = format!("{path}?limit={limit}");
    loop {
        let page = desk.whole(&next);
        found.push(gids(&page["data"]));
        match page["next_page"].get("offset") {
            Some(offset) => next = format!("{path}?limit={limit}&offset={}", offset.as_str().unwrap()),
            None => return found,
        }
    }
}

#[test]
fn pages_end_exactly_where_the_list_ends() {
    let mut desk = Desk::new("nasty");
    for (name, sizes) in [
        ("Empty", &[0][..]),
        ("A page less one", &[99]),
        ("Exactly a page", &[100]),
        ("A page and one", &[100, 1]),
    ] {
        let path = format!("/projects/{}/tasks", desk.project(name));
        let found = pages(&mut desk, &path, 100);
        assert_eq!(found.iter().map(Vec::len).collect::<Vec<_>>(), sizes, "{name}");
        let whole = desk.whole(&path);
        assert_eq!(found.concat(), gids(&whole["data"]));
        assert!(whole.get("next_page").is_none(), "only asked for in pages it has a next page");
    }
}

#[test]
fn a_page_has_between_one_and_a_hundred_entries() {
    let mut desk = Desk::new("tiny");
    let path = format!("/projects/{}/tasks", desk.project("Roadmap"));
    for limit in ["0", "101", "-1", "many"] {
        let (status, message) = desk.refused(ADA, "GET", &format!("{path}?limit={limit}"), Value::Null);
        assert_eq!((status, message.as_str()), (400, "limit: Must be between 1 and 100"));
    }
}

#[test]
fn offsets_are_given_out_belong_to_one_list_and_expire() {
    let mut desk = Desk::new("nasty");
    let path = format!("/projects/{}/tasks", desk.project("A page and one"));
    let page = desk.whole(&format!("{path}?limit=100"));
    let offset = text(&page["next_page"], "offset").to_owned();
    assert!(text(&page["next_page"], "uri").starts_with("http://127.0.0.1:1/api/1.0/projects/"));
    let other = format!("/projects/{}/tasks", desk.project("Exactly a page"));
    let invalid = (400, "offset: Your pagination token is invalid.".to_owned());
    assert_eq!(desk.refused(ADA, "GET", &format!("{other}?limit=100&offset={offset}"), Value::Null), invalid);
    assert_eq!(desk.refused(ADA, "GET", &format!("{path}?limit=100&offset=100"), Value::Null), invalid);
    assert_eq!(desk.refused(ADA, "GET", &format!("{path}?limit=100&offset="), Value::Null), invalid);
    desk.clock.advance(Duration::from_mins(14));
    assert_eq!(desk.get(&format!("{path}?limit=100&offset={offset}")).as_array().unwrap().len(), 1);
    desk.clock.advance(Duration::from_mins(1));
    let expired = (400, "offset: Your pagination token has expired.".to_owned());
    assert_eq!(desk.refused(ADA, "GET", &format!("{path}?limit=100&offset={offset}"), Value::Null), expired);
}

#[test]
fn a_page_goes_on_behind_its_last_entry_when_the_list_changed_meanwhile() {
    let mut desk = Desk::new("nasty");
    let path = format!("/projects/{}/tasks", desk.project("A page and one"));
    let all = gids(&desk.get(&path));
    let page = desk.whole(&format!("{path}?limit=10"));
    desk.send("DELETE", &format!("/tasks/{}", all[0]), Value::Null);
    let offset = text(&page["next_page"], "offset");
    let second = desk.get(&format!("{path}?limit=10&offset={offset}"));
    assert_eq!(gids(&second), all[10..20]);
}

#[test]
fn a_list_that_is_too_long_is_cut_with_a_refusal() {
    let mut desk = Desk::new("nasty");
    let path = format!("/projects/{}/tasks", desk.project("Too many tasks"));
    let mut next = format!("{path}?limit=100");
    for _ in 0..3 {
        let page = desk.whole(&next);
        next = format!("{path}?limit=100&offset={}", text(&page["next_page"], "offset"));
    }
    let (status, message) = desk.refused(ADA, "GET", &next, Value::Null);
    assert!(status == 400 && message.contains("truncated"), "{message}");
    let section = desk.section("Three");
    assert_eq!(pages(&mut desk, &format!("/sections/{section}/tasks"), 100).concat().len(), 76);
}

#[test]
fn more_than_a_thousand_entries_have_to_be_asked_for_in_pages() {
    let mut desk = Desk::new("large:1001");
    // Two projects: none of them is too large, the organization is not listed by tasks.
    desk.asana.state.rules.longest_list = usize::MAX;
    let project = desk.project("Project 1");
    assert_eq!(desk.get(&format!("/projects/{project}/tasks")).as_array().unwrap().len(), 1_000);
    let place = json!([{"project": project, "section": desk.section("Done")}]);
    desk.send("POST", "/tasks", json!({"name": "one more", "memberships": place}));
    let (status, message) = desk.refused(ADA, "GET", &format!("/projects/{project}/tasks"), Value::Null);
    assert!(status == 400 && message.starts_with("The result is too large."), "{message}");
}

#[test]
fn subtasks_are_not_in_lists_of_projects() {
    let mut desk = Desk::new("tiny");
    let (project, task) = (desk.project("Roadmap"), desk.task("Fix login"));
    let listed = names(&desk.get(&format!("/projects/{project}/tasks?opt_fields=name")));
    assert!(!listed.contains(&"Reproduce".to_owned()));
    let below = desk.get(&format!("/tasks/{task}/subtasks?opt_fields=name,num_subtasks,parent"));
    assert_eq!(names(&below), ["Reproduce", "Repair"]);
    assert_eq!(below[0]["num_subtasks"], 1);
    let counts = desk.get(&format!("/projects/{project}/task_counts?opt_fields=num_tasks,num_milestones"));
    assert_eq!(counts, json!({"num_tasks": listed.len(), "num_milestones": 1}));
}

#[test]
fn tasks_are_filtered_by_time() {
    let mut desk = Desk::new("tiny");
    let project = desk.project("Roadmap");
    let all = desk.get(&format!("/tasks?project={project}")).as_array().unwrap().len();
    let open = desk.get(&format!("/tasks?project={project}&completed_since=now"));
    assert_eq!(
        open.as_array().unwrap().len(),
        all - 2,
        "one task is completed, and one approval has a verdict"
    );
    let task = desk.task("Fix login");
    desk.send("PUT", &format!("/tasks/{task}"), json!({"name": "Changed"}));
    let changed = desk.get(&format!("/tasks?project={project}&modified_since=2026-11-21T10:00:00Z"));
    assert_eq!(gids(&changed), [task]);
    let (status, message) = desk.refused(ADA, "GET", "/tasks", Value::Null);
    assert!(status == 400 && message.starts_with("Must specify exactly one of project"));
}

#[test]
fn archived_projects_are_listed_unless_told_otherwise() {
    let mut desk = Desk::new("tiny");
    let path = format!("/workspaces/{}/projects", desk.organization());
    assert!(names(&desk.get(&path)).contains(&"Old plans".to_owned()));
    assert_eq!(names(&desk.get(&format!("{path}?archived=true"))), ["Old plans"]);
    assert!(!names(&desk.get(&format!("{path}?archived=false"))).contains(&"Old plans".to_owned()));
    let team = desk.find(state::TEAM, "Product");
    assert_eq!(names(&desk.get(&format!("/teams/{team}/projects"))), ["Roadmap"]);
    let memberships = desk.get(&format!("/memberships?member={team}&resource_subtype=project_membership"));
    assert_eq!(memberships[0]["parent"]["name"], "Roadmap");
}

#[test]
fn stories_come_oldest_first_with_comments_and_history() {
    let mut desk = Desk::new("tiny");
    let path = format!(
        "/tasks/{}/stories?opt_fields=type,resource_subtype,created_at,html_text,is_pinned",
        desk.task("Fix login")
    );
    let stories = desk.get(&path);
    let stories = stories.as_array().unwrap();
    assert!(stories.is_sorted_by_key(|story| text(story, "created_at")));
    let kinds: Vec<&str> = stories.iter().map(|story| text(story, "resource_subtype")).collect();
    assert!(
        kinds.contains(&"comment_added")
            && kinds.contains(&"attachment_added")
            && kinds.contains(&"name_changed")
    );
    let pinned = stories.iter().find(|story| story["is_pinned"] == true).unwrap();
    assert!(text(pinned, "html_text").contains("@Ben Okafor</a>"), "{pinned}");
}

#[test]
fn bytes_lie_in_the_storage_for_two_minutes_and_want_no_credential() {
    let mut desk = Desk::new("tiny");
    let files = desk.get(&format!(
        "/attachments?parent={}&opt_fields=name,host,size,download_url",
        desk.task("Fix login")
    ));
    let files = files.as_array().unwrap();
    let trace = files.iter().find(|file| file["name"] == "trace.log").unwrap();
    assert_eq!(trace["size"], 2_048);
    let external = files.iter().find(|file| file["host"] == "external").unwrap();
    assert!(external.get("size").is_none() && external["download_url"] == "https://acme.example/plan");
    let address = url::Url::parse(text(trace, "download_url")).unwrap();
    assert_eq!(address.host_str(), Some("localhost"));
    let mut request = Request {
        method: "GET".to_owned(),
        path: address.path().to_owned(),
        params: Params::from_query(address.query().unwrap()),
        ..Request::default()
    };
    let bytes = desk.asana.answer(&request);
    assert_eq!((bytes.status, bytes.body.len()), (200, 2_048));
    request.headers.insert("authorization", "Bearer x".parse().unwrap());
    assert_eq!(desk.asana.answer(&request).status, 400);
    request.headers.clear();
    desk.clock.advance(Duration::from_secs(121));
    assert_eq!(desk.asana.answer(&request).status, 403, "addresses expire");
}

#[test]
fn some_hosts_give_no_address_for_downloads() {
    let mut desk = Desk::new("nasty");
    let path =
        format!("/attachments?parent={}&limit=100&opt_fields=host,download_url", desk.task("All hosts"));
    let files = desk.get(&path);
    for file in files.as_array().unwrap() {
        let none = ["vimeo", "box"].contains(&text(file, "host"));
        assert_eq!(file["download_url"].is_null(), none, "{file}");
    }
}

#[test]
fn whoever_left_or_was_deleted_shows_as_such() {
    let mut desk = Desk::new("nasty");
    let task =
        desk.get(&format!("/tasks/{}?opt_fields=followers.name,followers.email", desk.task("Hal's task")));
    assert_eq!(task["followers"][1]["name"], "Ida Elsewhere");
    assert!(task["followers"][1].get("email").is_none(), "who is in no workspace of ours has no address");
    let task = desk
        .get(&format!("/tasks/{}?opt_fields=followers,likes.user", desk.task("Followed by a deleted user")));
    assert_eq!((&task["followers"][0], &task["likes"][0]["user"]), (&Value::Null, &Value::Null));
    let task = desk.get(&format!("/tasks/{}?opt_fields=created_by", desk.task("Nobody made this")));
    assert_eq!(task["created_by"], Value::Null);
}

#[test]
fn a_search_is_late_and_has_no_pages() {
    let mut desk = Desk::new("tiny");
    let organization = desk.organization();
    let path = format!("/workspaces/{organization}/tasks/search");
    let project = desk.project("Roadmap");
    let found = desk.get(&format!("{path}?projects.any={project}&has_attachment=true&limit=100"));
    assert_eq!(names(&found), ["Fix login"]);
    let task = desk.task("Tell the users");
    desk.send("PUT", &format!("/tasks/{task}"), json!({"name": "Findable"}));
    assert!(names(&desk.get(&format!("{path}?text=findable"))).is_empty());
    desk.clock.advance(Duration::from_secs(10));
    assert_eq!(names(&desk.get(&format!("{path}?text=findable"))), ["Findable"]);
    assert_eq!(desk.refused(ADA, "GET", &format!("{path}?offset=x"), Value::Null).0, 400);
}

#[test]
fn a_batch_keeps_the_order_and_fails_action_by_action() {
    let mut desk = Desk::new("tiny");
    let task = desk.task("Fix login");
    let actions = json!([
        {"method": "get", "relative_path": format!("/tasks/{task}?opt_fields=name")},
        {"method": "get", "relative_path": "/tasks/1"},
        {"method": "get", "relative_path": format!("/tasks/{task}/stories"), "options": {"limit": 1, "fields": ["type"]}},
        {"method": "post", "relative_path": format!("/tasks/{task}/stories"), "data": {"text": "hi"}},
        {"method": "post", "relative_path": "/batch", "data": {"actions": []}},
        {"method": "post", "relative_path": "/attachments", "data": {}},
    ]);
    let answers = desk.send("POST", "/batch", json!({"actions": actions}));
    assert_eq!(answers[0]["body"]["data"], json!({"gid": task, "name": "Fix login"}));
    assert_eq!(answers[2]["body"]["data"].as_array().unwrap().len(), 1);
    assert!(answers[2]["body"]["next_page"]["offset"].is_string());
    let statuses: Vec<u64> =
        answers.as_array().unwrap().iter().map(|a| a["status_code"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [200, 404, 200, 201, 400, 400]);
    for actions in [vec![], vec![json!({"method": "get", "relative_path": "/users/me"}); 11]] {
        assert_eq!(desk.refused(ADA, "POST", "/batch", json!({"actions": actions})).0, 400);
    }
    assert_eq!(desk.unknown(), json!({}));
}

#[test]
fn events_begin_with_a_refusal_and_bubble_up() {
    let mut desk = Desk::new("tiny");
    let project = desk.project("Roadmap");
    let path = format!("/events?resource={project}");
    let (status, body) = desk.answer(ADA, "GET", &path, Value::Null);
    assert_eq!(status, 412);
    let sync = text(&body, "sync").to_owned();
    let deep = desk.task("On an old telephone");
    desk.send("POST", &format!("/tasks/{deep}/stories"), json!({"text": "ring"}));
    let garden = desk.task("Ficus");
    desk.send("PUT", &format!("/tasks/{garden}"), json!({"name": "elsewhere"}));
    let events = desk.whole(&format!("{path}&sync={sync}"));
    assert_eq!(events["has_more"], false);
    let events = events["data"].as_array().unwrap();
    assert_eq!(events.len(), 1, "a comment on a subtask of a subtask, and nothing of other projects");
    assert_eq!(
        (&events[0]["resource"]["resource_type"], &events[0]["action"]),
        (&json!("story"), &json!("added"))
    );
    assert_eq!(events[0]["parent"]["gid"], deep.as_str());
    assert_eq!(events[0]["user"]["name"], "Ada Byron");
}

#[test]
fn a_token_leads_to_a_hundred_events_and_dies_after_a_day() {
    let mut desk = Desk::new("tiny");
    let (project, task) = (desk.project("Roadmap"), desk.task("Fix login"));
    let path = format!("/events?resource={project}");
    let first = text(&desk.answer(ADA, "GET", &path, Value::Null).1, "sync").to_owned();
    for n in 0..101 {
        desk.send("PUT", &format!("/tasks/{task}"), json!({"name": format!("Name {n}")}));
    }
    // A changed name is an event, and so is nothing else about it.
    let page = desk.whole(&format!("{path}&sync={first}"));
    assert_eq!((page["data"].as_array().unwrap().len(), &page["has_more"]), (100, &json!(true)));
    let second = text(&page, "sync").to_owned();
    let page = desk.whole(&format!("{path}&sync={second}"));
    assert_eq!((page["data"].as_array().unwrap().len(), &page["has_more"]), (1, &json!(false)));
    let other = format!("/events?resource={}&sync={second}", desk.project("Office garden"));
    assert_eq!(desk.answer(ADA, "GET", &other, Value::Null).0, 412, "tokens belong to one resource");
    desk.clock.advance(Duration::from_hours(24));
    let (status, body) = desk.answer(ADA, "GET", &format!("{path}&sync={second}"), Value::Null);
    assert_eq!((status, body["sync"].is_string()), (412, true));
}

#[test]
fn some_events_get_lost_in_the_nasty_world() {
    let mut desk = Desk::new("nasty");
    let (project, task) = (desk.project("Deep"), desk.task("Broad"));
    let path = format!("/events?resource={project}");
    let sync = text(&desk.answer(ADA, "GET", &path, Value::Null).1, "sync").to_owned();
    for n in 0..80 {
        desk.send("PUT", &format!("/tasks/{task}"), json!({"name": format!("Name {n}")}));
    }
    assert_eq!(desk.whole(&format!("{path}&sync={sync}"))["data"].as_array().unwrap().len(), 78);
}

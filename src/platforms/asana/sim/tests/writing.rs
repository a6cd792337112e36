use super::*;

#[test]
fn a_new_record_answers_201_and_where_it_is() {
    let mut desk = Desk::new("tiny");
    let (organization, project) = (desk.organization(), desk.project("Roadmap"));
    for (path, collection, data) in [
        ("/projects".to_owned(), "projects", json!({"workspace": organization, "name": "n"})),
        ("/tasks".to_owned(), "tasks", json!({"projects": [project], "name": "n"})),
        (format!("/projects/{project}/sections"), "sections", json!({"name": "n"})),
        (format!("/tasks/{}/stories", desk.task("Fix login")), "stories", json!({"text": "n"})),
        ("/tags".to_owned(), "tags", json!({"workspace": organization, "name": "n"})),
    ] {
        let reply = desk.ask(ADA, "POST", &path, data);
        let body: Value = serde_json::from_slice(&reply.body).unwrap();
        let place = format!("http://127.0.0.1:1/api/1.0/{collection}/{}", text(&body["data"], "gid"));
        assert_eq!(reply.status, 201, "{body}");
        assert!(reply.headers.contains(&("location".to_owned(), place)), "{:?}", reply.headers);
    }
}

#[test]
fn the_server_decides_ids_times_and_authors() {
    let mut desk = Desk::new("tiny");
    let project = desk.project("Roadmap");
    let (_, body) = desk.answer(
        CLEO,
        "POST",
        "/tasks?opt_fields=created_by.name,created_at,completed_by.name,completed_at,followers.name",
        json!({
            "projects": [project], "name": "n", "completed": true,
        }),
    );
    let task = &body["data"];
    assert_eq!(
        (&task["created_by"]["name"], &task["completed_by"]["name"]),
        (&json!("Cleo Martín"), &json!("Cleo Martín"))
    );
    assert_eq!(
        (&task["created_at"], &task["completed_at"]),
        (&json!("2026-11-21T10:00:01.000Z"), &json!("2026-11-21T10:00:01.000Z"))
    );
    let comment = desk.send("POST", &format!("/tasks/{}/stories", text(task, "gid")), json!({"text": "hi"}));
    assert_eq!(
        (&comment["created_by"]["name"], &comment["created_at"]),
        (&json!("Ada Byron"), &json!("2026-11-21T10:00:02.000Z"))
    );
}

/// Whether a request moves `modified_at` of a task.
fn moves(desk: &mut Desk, task: &str, method: &str, path: &str, data: Value) -> bool {
    let read = format!("/tasks/{task}?opt_fields=modified_at");
    let before = desk.get(&read);
    desk.send(method, path, data);
    before != desk.get(&read)
}

#[test]
fn modified_at_moves_on_with_what_the_reference_names_and_with_nothing_else() {
    let mut desk = Desk::new("tiny");
    let task = desk.task("Fix login");
    let (project, done) = (desk.project("Roadmap"), desk.section("Done"));
    let path = format!("/tasks/{task}");
    for (field, value, expected) in [
        ("name", json!("new"), true),
        ("name", json!("new"), false),
        ("html_notes", json!("<body>new</body>"), true),
        ("assignee", Value::Null, true),
        ("due_on", json!("2026-12-05"), true),
        ("completed", json!(true), true),
        ("liked", json!(true), false),
    ] {
        assert_eq!(moves(&mut desk, &task, "PUT", &path, json!({field: value})), expected, "{field}");
    }
    let comment = json!({"text": "x"});
    assert!(moves(&mut desk, &task, "POST", &format!("{path}/stories"), comment));
    assert!(!moves(&mut desk, &task, "POST", &format!("/sections/{done}/addTask"), json!({"task": task})));
    assert!(!moves(&mut desk, &task, "POST", &format!("{path}/removeProject"), json!({"project": project})));
    let flo = desk.user("Flo");
    assert!(!moves(&mut desk, &task, "POST", &format!("{path}/addFollowers"), json!({"followers": [flo]})));
}

#[test]
fn a_project_knows_nothing_of_changes_of_its_tasks() {
    let mut desk = Desk::new("tiny");
    let read = format!("/projects/{}?opt_fields=modified_at", desk.project("Roadmap"));
    let before = desk.get(&read);
    desk.send("PUT", &format!("/tasks/{}", desk.task("Fix login")), json!({"name": "new"}));
    assert_eq!(before, desk.get(&read));
}

#[test]
fn an_upload_comes_back_byte_by_byte_and_leaves_a_story() {
    let mut desk = Desk::new("tiny");
    let task = desk.task("Old idea");
    let reply = desk.upload(&task, "r%C3%A9sum%C3%A9.pdf", b"bytes");
    assert_eq!(reply.status, 200);
    let files = desk.get(&format!("/attachments?parent={task}&opt_fields=name,size,download_url"));
    assert_eq!((&files[0]["name"], &files[0]["size"]), (&json!("résumé.pdf"), &json!(5)));
    let address = url::Url::parse(text(&files[0], "download_url")).unwrap();
    let request = Request {
        method: "GET".to_owned(),
        path: address.path().to_owned(),
        params: Params::from_query(address.query().unwrap()),
        ..Request::default()
    };
    assert_eq!(desk.asana.answer(&request).body, b"bytes");
    let stories = desk.get(&format!("/tasks/{task}/stories"));
    assert!(stories.as_array().unwrap().iter().any(|story| story["resource_subtype"] == "attachment_added"));
}

#[test]
fn an_upload_has_at_most_a_hundred_megabytes() {
    let mut desk = Desk::new("tiny");
    assert_eq!(desk.asana.state.rules.upload, 100 << 20);
    desk.asana.state.rules.upload = 4;
    let task = desk.task("Old idea");
    assert_eq!(desk.upload(&task, "a", b"1234").status, 200);
    assert_eq!(desk.upload(&task, "b", b"12345").status, 413);
}

#[test]
fn an_external_id_finds_its_task_again_and_is_used_once() {
    let mut desk = Desk::new("tiny");
    let organization = desk.organization();
    let data = json!({"workspace": organization, "name": "n", "external": {"gid": "source:5", "data": "x"}});
    let (status, body) = desk.answer(APP, "POST", "/tasks", data.clone());
    assert_eq!((status, &body["data"]["external"]["gid"]), (201, &json!("source:5")));
    let (status, found) =
        desk.answer(APP, "GET", "/tasks/external:source:5?opt_fields=external", Value::Null);
    assert_eq!(
        (status, &found["data"]["gid"], &found["data"]["external"]["data"]),
        (200, &body["data"]["gid"], &json!("x"))
    );
    let (status, message) = desk.refused(APP, "POST", "/tasks", data.clone());
    assert!(status == 400 && message.contains("already used"), "{message}");
    assert_eq!(desk.refused(ADA, "POST", "/tasks", data).0, 403, "personal tokens have no external ids");
    assert_eq!(desk.refused(ADA, "GET", "/tasks/external:source:5", Value::Null).0, 403);
    assert_eq!(desk.refused(APP, "GET", "/tasks/external:source:6", Value::Null).0, 404);
    let own = desk.get(&format!("/tasks/{}", text(&body["data"], "gid")));
    assert!(own.get("external").is_none(), "what an app keeps is the app's");
    let change = json!({"external": {"gid": "source:7"}});
    let path = format!("/tasks/{}", text(&body["data"], "gid"));
    assert_eq!(desk.answer(APP, "PUT", &path, change).0, 200);
    assert_eq!(desk.answer(APP, "GET", "/tasks/external:source:7", Value::Null).0, 200);
}

#[test]
fn deleting_takes_along_what_hangs_on_it() {
    let mut desk = Desk::new("tiny");
    let (task, below) = (desk.task("Fix login"), desk.task("Reproduce"));
    let release = desk.task("Release 2.0");
    desk.send("DELETE", &format!("/tasks/{task}"), Value::Null);
    assert_eq!(desk.refused(ADA, "GET", &format!("/tasks/{below}"), Value::Null).0, 404);
    assert_eq!(desk.get(&format!("/tasks/{release}/dependencies")), json!([]));
    let project = desk.project("Roadmap");
    desk.send("DELETE", &format!("/projects/{project}"), Value::Null);
    assert_eq!(desk.refused(ADA, "GET", &format!("/tasks/{release}"), Value::Null).0, 404);
}

#[test]
fn a_task_in_two_projects_outlives_one_of_them() {
    let mut desk = Desk::new("tiny");
    let task = desk.task("Fix login");
    desk.send("DELETE", &format!("/projects/{}", desk.project("Roadmap")), Value::Null);
    let left = desk.get(&format!("/tasks/{task}?opt_fields=projects.name"));
    assert_eq!(names(&left["projects"]), ["Office garden"]);
}

#[test]
fn a_task_that_somebody_has_outlives_its_project_with_what_is_below_it() {
    let mut desk = Desk::new("tiny");
    let (project, garden) = (desk.project("Roadmap"), desk.project("Office garden"));
    let (task, idea, beta) = (desk.task("Fix login"), desk.task("Old idea"), desk.task("Ship the beta"));
    desk.send("POST", &format!("/tasks/{task}/removeProject"), json!({ "project": garden }));
    for name in ["only below", "elsewhere as well"] {
        let below = json!({"name": name, "assignee": "me"});
        desk.send("POST", &format!("/tasks/{beta}/subtasks"), below);
    }
    let (gone, shared) = (desk.task("only below"), desk.task("elsewhere as well"));
    desk.send("POST", &format!("/tasks/{shared}/addProject"), json!({ "project": garden }));
    desk.send("DELETE", &format!("/projects/{project}"), Value::Null);
    for left in [&task, &idea] {
        let left = desk.get(&format!("/tasks/{left}?opt_fields=projects,assignee"));
        assert!(left["projects"] == json!([]) && !left["assignee"].is_null(), "{left}");
    }
    assert_eq!(names(&desk.get(&format!("/tasks/{task}/subtasks"))), ["Reproduce", "Repair"]);
    for gone in [&beta, &gone] {
        assert_eq!(desk.refused(ADA, "GET", &format!("/tasks/{gone}"), Value::Null).0, 404);
    }
    let shared = desk.get(&format!("/tasks/{shared}?opt_fields=projects.name,parent"));
    assert_eq!((names(&shared["projects"]), &shared["parent"]), (vec!["Office garden".to_owned()], &Value::Null));
}

#[test]
fn approvals_are_done_when_there_is_a_verdict() {
    let mut desk = Desk::new("tiny");
    let path = format!("/tasks/{}?opt_fields=approval_status,completed", desk.task("Approve the budget"));
    for (data, verdict, completed) in [
        (json!({"approval_status": "pending"}), "pending", false),
        (json!({"approval_status": "rejected"}), "rejected", true),
        (json!({"completed": false}), "pending", false),
        (json!({"completed": true}), "approved", true),
    ] {
        let shown = desk.send("PUT", &path, data);
        assert_eq!((&shown["approval_status"], &shown["completed"]), (&json!(verdict), &json!(completed)));
    }
    let other = format!("/tasks/{}", desk.task("Old idea"));
    assert_eq!(desk.refused(ADA, "PUT", &other, json!({"approval_status": "approved"})).0, 400);
}

#[test]
fn a_status_update_that_says_complete_completes_the_project() {
    let mut desk = Desk::new("tiny");
    let project = desk.project("Office garden");
    let path = format!("/projects/{project}?opt_fields=completed,current_status_update.title");
    for (status, completed) in [("complete", true), ("on_track", false)] {
        desk.send(
            "POST",
            "/status_updates",
            json!({"parent": project, "title": status, "text": "x", "status_type": status}),
        );
        let shown = desk.get(&path);
        assert_eq!(
            (&shown["completed"], &shown["current_status_update"]["title"]),
            (&json!(completed), &json!(status))
        );
    }
}

#[test]
fn a_team_in_a_new_project_works_and_is_told_to_be_deprecated() {
    let mut desk = Desk::new("tiny");
    let team = desk.find(state::TEAM, "Product");
    let data = json!({"workspace": desk.organization(), "name": "n", "team": team});
    let reply = desk.ask(ADA, "POST", "/projects", data);
    assert!(reply.status == 201 && reply.headers.iter().any(|(name, _)| name == "asana-change"));
    let body: Value = serde_json::from_slice(&reply.body).unwrap();
    let path = format!("/memberships?parent={}", text(&body["data"], "gid"));
    let teams: Vec<Value> =
        desk.get(&path).as_array().unwrap().iter().map(|m| m["member"]["resource_type"].clone()).collect();
    assert_eq!(teams, ["user", "team"]);
}

#[test]
fn memberships_are_made_changed_and_taken_back_but_an_admin_stays() {
    let mut desk = Desk::new("tiny");
    let (project, flo) = (desk.project("Office garden"), desk.user("Flo"));
    let made = desk.send(
        "POST",
        "/memberships",
        json!({"parent": project, "member": flo, "access_level": "viewer"}),
    );
    let path = format!("/memberships/{}", text(&made, "gid"));
    assert_eq!(desk.refused(FLO, "PUT", &path, json!({"access_level": "admin"})).0, 403);
    assert_eq!(desk.send("PUT", &path, json!({"access_level": "editor"}))["access_level"], "editor");
    desk.send("DELETE", &path, Value::Null);
    let data = json!({"workspace": desk.organization(), "name": "alone", "privacy_setting": "private"});
    let alone = desk.send("POST", "/projects", data);
    let own = desk.get(&format!("/memberships?parent={}", text(&alone, "gid")));
    assert_eq!(
        desk.refused(ADA, "DELETE", &format!("/memberships/{}", text(&own[0], "gid")), Value::Null).0,
        400
    );
}

#[test]
fn an_invited_address_becomes_a_member_or_a_guest() {
    let mut desk = Desk::new("tiny");
    let organization = desk.organization();
    for (email, guest) in [("new@acme.example", false), ("new@elsewhere.example", true)] {
        let user = desk.send("POST", &format!("/workspaces/{organization}/addUser"), json!({"user": email}));
        let path = format!(
            "/workspaces/{organization}/workspace_memberships?user={}&opt_fields=is_guest,is_active",
            text(&user, "gid")
        );
        let membership = desk.get(&path);
        assert_eq!((&membership[0]["is_guest"], &membership[0]["is_active"]), (&json!(guest), &json!(true)));
    }
}

#[test]
fn only_the_author_changes_a_comment() {
    let mut desk = Desk::new("tiny");
    let task = desk.task("Fix login");
    let story = desk.send("POST", &format!("/tasks/{task}/stories"), json!({"text": "mine"}));
    let path = format!("/stories/{}", text(&story, "gid"));
    assert_eq!(desk.refused(BEN, "PUT", &path, json!({"text": "theirs"})).0, 403);
    assert_eq!(desk.refused(BEN, "DELETE", &path, Value::Null).0, 403);
    assert_eq!(desk.answer(BEN, "PUT", &path, json!({"is_pinned": true})).0, 200);
    let changed = desk.send("PUT", &path, json!({"html_text": "<body><s>mine</s></body>"}));
    assert_eq!(
        (&changed["text"], &changed["is_edited"], &changed["is_pinned"]),
        (&json!("mine"), &json!(true), &json!(true))
    );
    desk.send("DELETE", &path, Value::Null);
}

#[test]
fn the_work_of_a_lost_answer_is_done() {
    // The engine drops answers after the work; here it is shown that the work is what a request does at once.
    let mut desk = Desk::new("tiny");
    let before = desk.asana.state();
    desk.ask(ADA, "POST", "/tags", json!({"workspace": desk.organization(), "name": "n"}));
    assert_ne!(desk.asana.state(), before);
    let before = desk.asana.state();
    desk.ask(ADA, "POST", "/tags", json!({"workspace": desk.organization(), "name": ""}));
    assert_eq!(desk.asana.state(), before, "a refused request changes nothing");
}

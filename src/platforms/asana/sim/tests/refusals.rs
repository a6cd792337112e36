use super::*;

#[test]
fn paths_and_ids_that_are_not_there() {
    let mut desk = Desk::new("tiny");
    refuses(
        &mut desk,
        vec![
            ("GET", "/nothing".to_owned(), Value::Null, 404, "No matching route for request"),
            ("PATCH", "/tasks/5".to_owned(), Value::Null, 404, "No matching route for request"),
            ("GET", "/tasks/5".to_owned(), Value::Null, 404, "task: Unknown object: 5"),
            ("GET", "/projects/abc".to_owned(), Value::Null, 400, "project: Not a recognized ID: abc"),
            ("GET", "/sections/5".to_owned(), Value::Null, 404, "section: Unknown object: 5"),
            ("GET", "/users/5".to_owned(), Value::Null, 404, "user: Unknown object: 5"),
            ("DELETE", "/tags/5".to_owned(), Value::Null, 404, "tag: Unknown object: 5"),
        ],
    );
}

#[test]
fn bodies_have_their_envelope() {
    let mut desk = Desk::new("tiny");
    let mut request = desk.request(ADA, "POST", "/tags");
    request.params.extend([("name".to_owned(), json!("x"))]);
    let reply = desk.asana.answer(&request);
    assert!(
        reply.status == 400
            && String::from_utf8(reply.body).unwrap().contains("Unrecognized request field name")
    );
    assert_eq!(desk.refused(ADA, "POST", "/tags", json!([])).0, 400);
    let mut request = desk.request(ADA, "PUT", &format!("/tasks/{}", desk.task("Old idea")));
    request.params.extend([
        ("data".to_owned(), json!({"name": "x"})),
        ("options".to_owned(), json!({"fields": ["name"]})),
    ]);
    let body: Value = serde_json::from_slice(&desk.asana.answer(&request).body).unwrap();
    assert_eq!(body["data"].as_object().unwrap().len(), 2, "options are as good as a query");
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn everything_else_is_refused_for_what_it_cannot_be() {
    let mut desk = Desk::new("tiny");
    let organization = desk.organization();
    let (project, task) = (desk.project("Roadmap"), desk.task("Fix login"));
    let home = desk.find(state::WORKSPACE, "Eve's workspace");
    let (flo, team) = (desk.user("Flo"), desk.find(state::TEAM, "Product"));
    let system = desk.get(&format!("/tasks/{task}/stories"));
    let system =
        system.as_array().unwrap().iter().find(|story| story["resource_subtype"] == "name_changed").unwrap();
    let stories = format!("/tasks/{task}/stories");
    refuses(
        &mut desk,
        vec![
            ("POST", "/projects".to_owned(), json!({"name": "n"}), 400, "workspace: Missing input"),
            ("POST", "/projects".to_owned(), json!({"workspace": organization}), 400, "name: Missing input"),
            (
                "POST",
                "/projects".to_owned(),
                json!({"workspace": organization, "name": " "}),
                400,
                "name: Missing input",
            ),
            (
                "POST",
                "/projects".to_owned(),
                json!({"workspace": home, "name": "n"}),
                403,
                "You do not have access to this workspace.",
            ),
            (
                "POST",
                "/projects".to_owned(),
                json!({"workspace": organization, "name": "n", "color": "mauve"}),
                400,
                "color",
            ),
            (
                "POST",
                "/projects".to_owned(),
                json!({"workspace": organization, "name": "n", "start_on": "2026-01-01"}),
                400,
                "start_on",
            ),
            (
                "PUT",
                format!("/projects/{project}"),
                json!({"completed": true}),
                400,
                "completed: Cannot write this property",
            ),
            (
                "PUT",
                format!("/projects/{project}"),
                json!({"html_notes": "<body><table/></body>"}),
                400,
                "xml is invalid",
            ),
            (
                "POST",
                "/memberships".to_owned(),
                json!({"parent": project, "member": flo, "access_level": "owner"}),
                400,
                "access_level",
            ),
            ("POST", "/memberships".to_owned(), json!({"parent": project}), 400, "member: Missing input"),
            ("POST", format!("/projects/{project}/sections"), json!({}), 400, "name: Missing input"),
            (
                "POST",
                format!("/projects/{project}/sections"),
                json!({"name": "n", "insert_after": "5"}),
                400,
                "Unknown object: 5",
            ),
            ("POST", stories.clone(), json!({}), 400, "text: Missing input"),
            ("POST", stories.clone(), json!({"text": "  "}), 400, "text: Missing input"),
            (
                "POST",
                stories.clone(),
                json!({"text": "a", "html_text": "<body>a</body>"}),
                400,
                "only provide one",
            ),
            (
                "POST",
                stories.clone(),
                json!({"html_text": "<body><h1>a</h1></body>"}),
                400,
                "html_text: xml is invalid",
            ),
            (
                "POST",
                stories,
                json!({"text": "a", "created_at": "2020-01-01T00:00:00Z"}),
                400,
                "Cannot write this property",
            ),
            (
                "PUT",
                format!("/stories/{}", text(system, "gid")),
                json!({"text": "x"}),
                403,
                "You do not have access to this story.",
            ),
            (
                "PUT",
                format!("/stories/{}", text(system, "gid")),
                json!({"is_pinned": true}),
                400,
                "is_pinned",
            ),
            ("POST", "/attachments".to_owned(), json!({"parent": task}), 400, "file: Missing input"),
            (
                "POST",
                "/attachments".to_owned(),
                json!({"parent": task, "resource_subtype": "gdrive", "url": "https://x", "name": "n"}),
                400,
                "Cannot attach files from this service",
            ),
            (
                "POST",
                "/attachments".to_owned(),
                json!({"parent": task, "resource_subtype": "external", "url": "x", "name": "n"}),
                400,
                "url",
            ),
            (
                "POST",
                "/attachments".to_owned(),
                json!({"parent": task, "resource_subtype": "external", "url": "https://x"}),
                400,
                "name: Missing input",
            ),
            (
                "POST",
                "/status_updates".to_owned(),
                json!({"parent": project, "text": "x"}),
                400,
                "status_type: Missing input",
            ),
            (
                "POST",
                "/status_updates".to_owned(),
                json!({"parent": project, "status_type": "on_track"}),
                400,
                "text: Missing input",
            ),
            (
                "POST",
                format!("/projects/{project}/project_briefs"),
                json!({"title": "second"}),
                400,
                "already has a brief",
            ),
            (
                "POST",
                "/tags".to_owned(),
                json!({"workspace": organization, "name": ""}),
                400,
                "name: Missing input",
            ),
            (
                "POST",
                "/teams".to_owned(),
                json!({"organization": home, "name": "n"}),
                403,
                "You do not have access to this workspace.",
            ),
            (
                "GET",
                format!("/workspaces/{organization}/events"),
                Value::Null,
                403,
                "You do not have access to this workspace.",
            ),
            ("DELETE", format!("/teams/{team}"), Value::Null, 404, "No matching route"),
        ],
    );
    assert_eq!(
        desk.refused(EVE, "GET", &format!("/workspaces/{home}/teams"), Value::Null).0,
        400,
        "no organization, no teams"
    );
}

#[test]
fn the_same_name_is_fine_for_everything_but_global_fields() {
    let mut desk = Desk::new("tiny");
    let organization = desk.organization();
    for _ in 0..2 {
        desk.send("POST", "/tags", json!({"workspace": organization, "name": "twin"}));
        desk.send("POST", "/projects", json!({"workspace": organization, "name": "twin"}));
        desk.send("POST", "/tasks", json!({"workspace": organization, "name": "twin"}));
    }
}

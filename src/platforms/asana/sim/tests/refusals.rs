use super::*;

/// Every one of these is refused with this status and a message that has these words; none changes the world.
fn refuses(desk: &mut Desk, cases: Vec<(&str, String, Value, u16, &str)>) {
    let before = desk.asana.state();
    for (method, path, data, status, words) in cases {
        let (answered, message) = desk.refused(ADA, method, &path, data.clone());
        assert_eq!(answered, status, "{method} {path} {data}: {message}");
        assert!(message.contains(words), "{method} {path} {data}: {message}");
    }
    assert_eq!(desk.asana.state(), before, "a refused request changes nothing");
}

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
fn tasks_are_refused_for_what_they_cannot_be() {
    let mut desk = Desk::new("tiny");
    let organization = desk.organization();
    let (project, garden) = (desk.project("Roadmap"), desk.project("Office garden"));
    let (doing, eve, old) = (desk.section("Doing"), desk.user("Eve"), desk.task("Old idea"));
    let path = || "/tasks".to_owned();
    let with = |field: &str, value: Value| {
        let mut data = json!({"workspace": organization, "name": "n"});
        data[field] = value;
        data
    };
    refuses(
        &mut desk,
        vec![
            (
                "POST",
                path(),
                json!({"name": "n"}),
                400,
                "You should specify one of workspace, parent, projects",
            ),
            (
                "POST",
                path(),
                with("created_at", json!("2020-01-01T00:00:00Z")),
                400,
                "created_at: Cannot write this property",
            ),
            ("POST", path(), with("likes", json!([])), 400, "likes: Cannot write this property"),
            (
                "POST",
                path(),
                with("dependencies", json!([])),
                400,
                "dependencies: Cannot write this property",
            ),
            ("POST", path(), with("projects", json!(["5"])), 400, "projects: [0]: Unknown object: 5"),
            (
                "POST",
                path(),
                with("projects", json!([5])),
                400,
                "projects: [0]: Not a valid GID type: number",
            ),
            (
                "POST",
                path(),
                with("memberships", json!([{"section": doing}])),
                400,
                "memberships: [0]: project: Missing required field",
            ),
            (
                "POST",
                path(),
                with("memberships", json!([{"project": garden, "section": doing}])),
                400,
                "is not in the project",
            ),
            ("POST", path(), with("assignee", json!(eve)), 400, "assignee: Not a user in Organization"),
            (
                "POST",
                path(),
                with("assignee", json!("nobody@x.example")),
                400,
                "assignee: Not a user in Organization",
            ),
            ("POST", path(), with("followers", json!([eve])), 400, "followers: Not a user in Organization"),
            ("POST", path(), with("tags", json!(["5"])), 400, "tags: [0]: Unknown object: 5"),
            ("POST", path(), with("parent", json!("5")), 400, "parent: Unknown object: 5"),
            ("POST", path(), with("due_on", json!("tomorrow")), 400, "ISO-8601"),
            ("POST", path(), with("due_at", json!("2026-12-01")), 400, "due_at"),
            ("POST", path(), with("start_on", json!("2026-12-01")), 400, "start date without a due date"),
            ("POST", path(), with("completed", json!("true")), 400, "completed"),
            ("POST", path(), with("resource_subtype", json!("section")), 400, "resource_subtype"),
            ("POST", path(), with("name", json!("x".repeat(1_025))), 400, "name: Text is too long"),
            (
                "POST",
                path(),
                with("html_notes", json!("<body>a & b</body>")),
                400,
                "html_notes: xml is invalid",
            ),
            (
                "POST",
                path(),
                with("html_notes", json!("<body><p>x</p></body>")),
                400,
                "html_notes: xml is invalid",
            ),
            (
                "POST",
                path(),
                with("html_notes", json!(format!("<body>{}</body>", "x".repeat(65_536)))),
                400,
                "too long",
            ),
            ("POST", path(), with("custom_fields", json!("x")), 400, "Value is not a JSON object"),
            (
                "POST",
                path(),
                json!({"workspace": organization, "notes": "a", "html_notes": "<body/>"}),
                400,
                "only provide one",
            ),
            (
                "POST",
                path(),
                json!({"workspace": organization, "due_on": "2026-12-01", "due_at": "2026-12-01T10:00:00Z"}),
                400,
                "You may only provide one of due_on or due_at!",
            ),
            (
                "POST",
                path(),
                json!({"workspace": organization, "due_on": "2026-12-01", "start_on": "2026-12-02"}),
                400,
                "must not be after",
            ),
            (
                "PUT",
                format!("/tasks/{old}"),
                json!({"projects": [project]}),
                400,
                "projects: Cannot write this property",
            ),
        ],
    );
}

#[test]
fn relations_are_refused_where_they_cannot_be() {
    let mut desk = Desk::new("nasty");
    let (everywhere, last) = (desk.task("In twenty projects"), desk.task("After thirty others"));
    let (one, deep) = (desk.task("One"), desk.project("Deep"));
    let deep_section =
        state::ids(desk.asana.state.world.get(state::PROJECT, &deep).unwrap(), "_sections")[0].clone();
    refuses(
        &mut desk,
        vec![
            (
                "POST",
                format!("/tasks/{everywhere}/addProject"),
                json!({"project": deep}),
                400,
                "at most 20 projects",
            ),
            (
                "POST",
                format!("/sections/{deep_section}/addTask"),
                json!({"task": everywhere}),
                400,
                "at most 20 projects",
            ),
            (
                "POST",
                format!("/tasks/{last}/addDependencies"),
                json!({"dependencies": [one]}),
                400,
                "at most 30",
            ),
            ("POST", format!("/tasks/{last}/addDependents"), json!({"dependents": [one]}), 400, "at most 30"),
            ("POST", format!("/tasks/{one}/addDependents"), json!({"dependents": [last]}), 400, "at most 30"),
            (
                "POST",
                format!("/tasks/{one}/addDependencies"),
                json!({"dependencies": [one]}),
                400,
                "cannot depend on itself",
            ),
            ("POST", format!("/tasks/{one}/addDependencies"), json!({}), 400, "dependencies: Missing input"),
            ("POST", format!("/tasks/{one}/addTag"), json!({"tag": "5"}), 400, "tag: Unknown object: 5"),
            (
                "POST",
                format!("/tasks/{one}/removeProject"),
                json!({"project": deep}),
                400,
                "project: Unknown object",
            ),
            (
                "POST",
                format!("/tasks/{one}/addProject"),
                json!({"project": "5"}),
                400,
                "project: Unknown object: 5",
            ),
        ],
    );
}

#[test]
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

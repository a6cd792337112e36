use super::*;

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
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

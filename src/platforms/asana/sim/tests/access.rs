use super::*;
use crate::platforms::asana::sim::access::Level;

#[test]
fn what_each_account_may_do_with_a_public_project() {
    let mut desk = Desk::new("tiny");
    let (project, task) = (desk.project("Roadmap"), desk.task("Fix login"));
    for (account, reads, comments, edits, administers) in [
        (ADA, true, true, true, true),
        (BEN, true, true, true, true),
        (CLEO, true, true, true, false),
        // The project gives everybody the right to comment.
        (FLO, true, true, false, false),
        (GUS, true, true, true, false),
        (DAN, true, false, false, false),
        (EVE, false, false, false, false),
        (APP, true, true, true, true),
    ] {
        for (allowed, method, path, data) in [
            (reads, "GET", format!("/projects/{project}"), Value::Null),
            (reads, "GET", format!("/tasks/{task}/stories"), Value::Null),
            (comments, "POST", format!("/tasks/{task}/stories"), json!({"text": "hi"})),
            (edits, "PUT", format!("/tasks/{task}"), json!({"notes": "new"})),
            (edits, "POST", format!("/projects/{project}/sections"), json!({"name": "new"})),
            (
                edits,
                "POST",
                "/attachments".to_owned(),
                json!({
                    "parent": task, "resource_subtype": "external", "name": "n", "url": "https://x.example",
                }),
            ),
        ] {
            let (status, message) = desk.refused(account, method, &path, data);
            assert_eq!(status < 300, allowed, "{account} {method} {path}: {status} {message}");
            assert!(allowed || status == 403, "{account} {method} {path}: {status} {message}");
        }
        let level = desk
            .asana
            .state
            .world
            .get(state::PROJECT, &project)
            .map(|project| desk.asana.state.project_level(project, &desk.asana.people[account].id));
        assert_eq!(level == Some(Level::Admin), administers, "{account}");
    }
}

#[test]
fn who_follows_a_task_may_comment_on_it_and_who_is_assigned_may_edit_it() {
    let mut desk = Desk::new("tiny");
    let (path, flo) = (format!("/tasks/{}", desk.task("Ficus")), desk.user("Flo"));
    assert_eq!(desk.refused(FLO, "GET", &path, Value::Null).0, 403);
    desk.send("POST", &format!("{path}/addFollowers"), json!({"followers": [flo]}));
    assert_eq!(desk.answer(FLO, "POST", &format!("{path}/stories"), json!({"text": "x"})).0, 201);
    assert_eq!(desk.refused(FLO, "PUT", &path, json!({"notes": "x"})).0, 403);
    desk.send("PUT", &path, json!({"assignee": flo}));
    assert_eq!(desk.answer(FLO, "PUT", &path, json!({"notes": "x"})).0, 200);
}

#[test]
fn private_projects_are_for_their_members() {
    let mut desk = Desk::new("tiny");
    let garden = desk.project("Office garden");
    let listed = format!("/workspaces/{}/projects", desk.organization());
    for (account, sees) in [(ADA, true), (BEN, true), (CLEO, true), (FLO, false), (GUS, false), (DAN, false)]
    {
        let (status, message) = desk.refused(account, "GET", &format!("/projects/{garden}"), Value::Null);
        assert_eq!(status, if sees { 200 } else { 403 }, "{account}");
        assert!(sees || message == "You do not have access to this project.");
        let (_, body) = desk.answer(account, "GET", &listed, Value::Null);
        assert_eq!(gids(&body["data"]).contains(&garden), sees, "{account}");
    }
}

#[test]
fn what_is_hidden_shows_nowhere_in_what_is_seen() {
    let mut desk = Desk::new("nasty");
    let task = desk.get(&format!(
        "/tasks/{}?opt_fields=memberships.project.name,projects.name",
        desk.task("Also in Ben's secret")
    ));
    assert_eq!(names(&task["projects"]), ["Half hidden"]);
    assert_eq!(task["memberships"].as_array().unwrap().len(), 1);
    let orphan = desk.get(&format!("/tasks/{}?opt_fields=parent", desk.task("Orphan")));
    assert_eq!(orphan["parent"], Value::Null);
    let secret = desk.project("Ben's secret");
    assert_eq!(desk.refused(ADA, "GET", &format!("/projects/{secret}"), Value::Null).0, 403);
    let teams = desk.get(&format!("/workspaces/{}/teams", desk.organization()));
    assert!(!names(&teams).contains(&"Secret lab".to_owned()));
}

#[test]
fn an_administrator_of_the_organization_is_what_a_private_project_says() {
    let mut desk = Desk::new("nasty");
    for (name, comments) in [("Ada may only look", false), ("Ada may only comment", true)] {
        let path = format!("/tasks/{}", desk.task(&format!("{name}: task")));
        assert_eq!(desk.answer(ADA, "GET", &path, Value::Null).0, 200);
        assert_eq!(desk.refused(ADA, "PUT", &path, json!({"name": "x"})).0, 403);
        let said = desk.answer(ADA, "POST", &format!("{path}/stories"), json!({"text": "x"})).0;
        assert_eq!(said == 201, comments, "{name}");
    }
}

#[test]
fn guests_and_lookers_make_nothing_new() {
    let mut desk = Desk::new("tiny");
    let organization = desk.organization();
    for (path, data) in [
        ("/projects".to_owned(), json!({"workspace": organization, "name": "n"})),
        ("/teams".to_owned(), json!({"organization": organization, "name": "n"})),
        ("/tags".to_owned(), json!({"workspace": organization, "name": "n"})),
        (
            "/custom_fields".to_owned(),
            json!({"workspace": organization, "name": "n", "resource_subtype": "text"}),
        ),
        (format!("/workspaces/{organization}/addUser"), json!({"user": "new@acme.example"})),
    ] {
        for account in [GUS, DAN] {
            assert_eq!(desk.refused(account, "POST", &path, data.clone()).0, 403, "{account} {path}");
        }
        assert!(desk.answer(CLEO, "POST", &path, data.clone()).0 < 300, "{path}");
    }
}

#[test]
fn a_guest_sees_only_whom_they_work_with() {
    let mut desk = Desk::new("tiny");
    let path = format!("/users?workspace={}&limit=100", desk.organization());
    let (_, body) = desk.answer(GUS, "GET", &path, Value::Null);
    assert_eq!(names(&body["data"]), ["Ada Byron", "Ben Okafor", "Cleo Martín", "Gus Guest"]);
    assert_eq!(desk.get(&path).as_array().unwrap().len(), 6);
    let path =
        format!("/workspaces/{}/workspace_memberships?opt_fields=is_guest,user.name", desk.organization());
    let (_, body) = desk.answer(GUS, "GET", &path, Value::Null);
    assert_eq!(body["data"].as_array().unwrap().len(), 1);
    assert_eq!(body["data"][0]["is_guest"], true);
}

#[test]
fn a_free_workspace_lacks_what_is_paid_for() {
    let mut desk = Desk::new("tiny");
    let home = desk.find(state::WORKSPACE, "Eve's workspace");
    let (garden, tulips) = (desk.project("Garden"), desk.task("Plant tulips"));
    for (method, path, data) in [
        ("GET", format!("/workspaces/{home}/custom_fields?limit=1"), Value::Null),
        ("GET", format!("/workspaces/{home}/tasks/search?text=x"), Value::Null),
        ("GET", format!("/portfolios?workspace={home}&owner=me"), Value::Null),
        ("GET", format!("/goals?workspace={home}"), Value::Null),
        (
            "POST",
            "/custom_fields".to_owned(),
            json!({"workspace": home, "name": "n", "resource_subtype": "text"}),
        ),
        ("POST", format!("/projects/{garden}/addCustomFieldSetting"), json!({"custom_field": "5"})),
        (
            "POST",
            "/projects".to_owned(),
            json!({"workspace": home, "name": "n", "privacy_setting": "private"}),
        ),
        ("POST", format!("/tasks/{tulips}/addDependencies"), json!({"dependencies": [tulips]})),
        ("POST", format!("/projects/{garden}/project_briefs"), json!({"title": "n"})),
        ("PUT", format!("/tasks/{tulips}"), json!({"custom_fields": {"5": "x"}})),
    ] {
        assert_eq!(desk.refused(EVE, method, &path, data).0, 402, "{method} {path}");
    }
    assert_eq!(desk.answer(EVE, "POST", "/projects", json!({"workspace": home, "name": "n"})).0, 201);
}

#[test]
fn only_who_is_in_a_team_lets_others_in() {
    let mut desk = Desk::new("nasty");
    let flo = desk.user("Flo");
    let open = desk.find(state::TEAM, "Nästy & Söns <b>");
    let closed = desk.find(state::TEAM, "Only admins decide");
    let flos = json!({"user": flo});
    assert_eq!(desk.refused(FLO, "POST", &format!("/teams/{open}/addUser"), flos.clone()).0, 403);
    assert_eq!(desk.refused(CLEO, "POST", &format!("/teams/{closed}/addUser"), flos.clone()).0, 403);
    assert_eq!(desk.answer(CLEO, "POST", &format!("/teams/{open}/addUser"), flos.clone()).0, 200);
    assert_eq!(desk.send("POST", &format!("/teams/{closed}/addUser"), flos)["user"]["gid"], flo.as_str());
}

#[test]
fn sharing_and_fields_may_be_for_admins_of_the_project() {
    let mut desk = Desk::new("nasty");
    let project = desk.project("Only admins share");
    let flo = desk.user("Flo");
    let share = json!({"parent": project, "member": flo, "access_level": "viewer"});
    let field = json!({"custom_field": {"name": "n", "resource_subtype": "text"}});
    let add = format!("/projects/{project}/addCustomFieldSetting");
    assert_eq!(desk.refused(ADA, "POST", "/memberships", share.clone()).0, 403);
    assert_eq!(desk.refused(ADA, "POST", &add, field.clone()).0, 403);
    assert_eq!(
        desk.answer(ADA, "PUT", &format!("/tasks/{}", desk.task("Edited by many")), json!({"notes": "x"})).0,
        200
    );
    assert_eq!(desk.answer(BEN, "POST", "/memberships", share).0, 201);
    assert_eq!(desk.answer(BEN, "POST", &add, field).0, 200);
}

#[test]
fn a_token_is_needed_and_must_be_good() {
    let mut desk = Desk::new("tiny");
    for token in ["", "Bearer ", "Bearer wrong", "Basic abc"] {
        let mut request = desk.request(ADA, "GET", "/users/me");
        request.headers.insert("authorization", token.parse().unwrap());
        let reply = desk.asana.answer(&request);
        let body: Value = serde_json::from_slice(&reply.body).unwrap();
        assert_eq!((reply.status, text(&body["errors"][0], "message")), (401, "Not Authorized"));
    }
}

#[test]
fn a_job_is_seen_by_who_started_it() {
    let mut desk = Desk::new("tiny");
    let project = desk.project("Roadmap");
    let job = desk.send("POST", &format!("/projects/{project}/duplicate"), json!({"name": "Copy"}));
    let path = format!("/jobs/{}", text(&job, "gid"));
    assert_eq!(desk.get(&path)["status"], "succeeded");
    assert_eq!(desk.refused(BEN, "GET", &path, Value::Null).0, 403);
}

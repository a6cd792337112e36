//! The nasty world, as far as it is about people: who left, who is nobody, and what Ada may not do.

use serde_json::{Value, json};

use super::super::state::{
    MEMBERSHIP, PROJECT, Place, STORY, TASK, TASK_TEMPLATE, TEAM, USER, WORKSPACE_MEMBERSHIP,
};
use super::builder::Builder;

pub(super) fn fill(build: &mut Builder) {
    fill_hidden(build);
    fill_departed(build);
    fill_closed_circles(build);
}

/// Projects that Ada cannot see, or only look at.
fn fill_hidden(build: &mut Builder) {
    let cast = build.cast.clone();
    let organization = build.organization.clone();
    let mut of_ben = |name: &str| {
        let data = json!({"workspace": organization, "name": name, "privacy_setting": "private"});
        let project = build.ask(&cast.ben, "POST", "/projects", data);
        let project = project["gid"].as_str().unwrap_or_default().to_owned();
        let task = build.ask(
            &cast.ben,
            "POST",
            "/tasks",
            json!({"projects": [project], "name": format!("{name}: task")}),
        );
        (project, task["gid"].as_str().unwrap_or_default().to_owned())
    };
    let (secret, _) = of_ben("Ben's secret");
    let (watched, _) = of_ben("Ada may only look");
    let (discussed, _) = of_ben("Ada may only comment");
    build.state.new_membership(&watched, USER, &cast.ada, "viewer");
    build.state.new_membership(&discussed, USER, &cast.ada, "commenter");
    // Half of where this task is, and what is above that one, is hidden.
    let (shown, sections) = build.project("Half hidden", json!({}), &[]);
    let section = sections.first().cloned().unwrap_or_default();
    let task = build.task((&shown, &section), "Also in Ben's secret", json!({}));
    let hidden_section =
        build.state.ids_in(PROJECT, &secret, "_sections").first().cloned().unwrap_or_default();
    build.state.enter_section(&task, &secret, &hidden_section, &Place::Top);
    let hidden_task = build.state.tasks_of(&secret).last().cloned().unwrap_or_default();
    let below =
        build.ask(&cast.ben, "POST", &format!("/tasks/{hidden_task}/subtasks"), json!({"name": "Orphan"}));
    let below = below["gid"].as_str().unwrap_or_default().to_owned();
    build.state.enter_section(&below, &shown, &section, &Place::Bottom);
    let team =
        build.ask(&cast.ben, "POST", "/teams", json!({"organization": organization, "name": "Secret lab"}));
    debug_assert!(team["gid"].is_string(), "teams are secret unless they say otherwise");
}

/// People who left, and records whose author is nobody any more.
fn fill_departed(build: &mut Builder) {
    let organization = build.organization.clone();
    let gone = build.state.new_user("Hal Gone", "hal@acme.example");
    let membership = build.state.join_workspace(&organization, &gone, "member");
    let stranger = build.state.new_user("Ida Elsewhere", "ida@elsewhere.example");
    let (project, sections) = build.project("After Hal", json!({"owner": null}), &[]);
    let section = sections.first().cloned().unwrap_or_default();
    build.state.new_membership(&project, USER, &gone, "editor");
    let task = build.task((&project, &section), "Hal's task", json!({"assignee": gone}));
    build.comment(&gone, &task, "I am leaving.");
    build.force(TASK, &task, "followers", json!([gone, stranger]));
    build.force(WORKSPACE_MEMBERSHIP, &membership, "is_active", false.into());
    let nobody = build.task((&project, &section), "Nobody made this", json!({}));
    let comment = build.comment(&gone, &nobody, "Nobody said this.");
    build.force(TASK, &nobody, "created_by", Value::Null);
    build.force(STORY, &comment, "created_by", Value::Null);
    // A user that is deleted: the record is gone, the ids that lead to it are not.
    let deleted = build.state.new_user("Jo Deleted", "jo@acme.example");
    let left = build.task((&project, &section), "Followed by a deleted user", json!({}));
    build.force(TASK, &left, "followers", json!([deleted, build.cast.ada]));
    build.force(TASK, &left, "_likes", json!([deleted]));
    build.state.world.remove(USER, &deleted);
}

/// Teams and projects in which only admins may do things.
fn fill_closed_circles(build: &mut Builder) {
    let ben = build.cast.ben.clone();
    let closed = build.team("Only admins decide", "request_to_join");
    build.force(TEAM, &closed, "member_invite_management_access_level", "only_team_admins".into());
    let (project, sections) = build.project("Only admins share", json!({}), &[]);
    for field in ["minimum_access_level_for_sharing", "minimum_access_level_for_customization"] {
        build.force(PROJECT, &project, field, "admin".into());
    }
    let own = build.state.world.of(&project, MEMBERSHIP).find(|m| m["member"] == build.cast.ada.as_str());
    let own = own.and_then(|membership| membership["id"].as_str()).unwrap_or_default().to_owned();
    build.force(MEMBERSHIP, &own, "access_level", "editor".into());
    let section = sections.first().cloned().unwrap_or_default();
    build.task((&project, &section), "Edited by many", json!({}));
    build.state.new_membership(&project, TEAM, &closed, "viewer");
    let (done, _) = build.project("Completed", json!({"color": "none", "icon": null}), &["Done"]);
    build.ask(
        &ben,
        "POST",
        "/status_updates",
        json!({
            "parent": done, "title": "", "text": "All of it.\n\nThanks <3", "status_type": "complete",
        }),
    );
    let (archived, sections) = build.project("Archived with tasks", json!({}), &[]);
    let section = sections.first().cloned().unwrap_or_default();
    let task = build.task((&archived, &section), "Forgotten", json!({"completed": true}));
    build.comment(&ben, &task, "Later.");
    build.change(&format!("/projects/{archived}"), json!({"archived": true}));
    build.state.new_task_template(&ben, &archived, "Template <i>");
    debug_assert_eq!(build.state.world.count_of(&archived, TASK_TEMPLATE), 1);
}

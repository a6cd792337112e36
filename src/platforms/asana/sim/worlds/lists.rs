//! Worlds in which one list of the API has a given number of entries.

use serde_json::json;

use super::super::state::{PROJECT, PROJECT_BRIEF, STORY, TASK, USER, WORKSPACE_MEMBERSHIP};
use super::builder::Builder;
use crate::sim::world::Kind;

/// Lists of more pages are not given where they have to be asked for in parts.
const MOST_PAGES: usize = 3;
/// Tasks that nothing happens to, so that it is dearer to read all than what events name.
const QUIET: usize = 12;
/// So many tasks of an import are made at the same moment.
const IMPORTED_AT_ONCE: usize = 7;

/// An organization in which the list of this name has so many entries.
pub(super) fn fill(build: &mut Builder, list: &str, entries: usize) -> Result<(), String> {
    let known = of_organization(build, list, entries)
        || of_project(build, list, entries)
        || of_tasks(build, list, entries);
    if known { Ok(()) } else { Err(format!("there is no list `{list}`")) }
}

/// The lists that hang on the organization or on a team.
fn of_organization(build: &mut Builder, list: &str, entries: usize) -> bool {
    let (ada, organization) = (build.cast.ada.clone(), build.organization.clone());
    let names = (0..entries).map(|n| format!("Entry {n}"));
    match list {
        "members of the workspace" => {
            let cast = build.state.world.count_of(&organization, WORKSPACE_MEMBERSHIP);
            for user in people(build, entries.saturating_sub(cast)) {
                build.state.join_workspace(&organization, &user, "member");
            }
        }
        "teams" => {
            names.for_each(|name| drop(build.state.new_team(&organization, &name, "public")));
        }
        "members of a team" => {
            let team = build.state.new_team(&organization, "Team", "public");
            for user in people(build, entries) {
                build.state.join_team(&team, &user, false);
            }
        }
        "projects" => drop(projects(build, entries)),
        "projects of a team" => {
            let longest = limit(build);
            for (team, count) in [("Team", entries), ("Other team", longest)] {
                let team = build.state.new_team(&organization, team, "public");
                for project in projects(build, count) {
                    build.force(PROJECT, &project, "team", team.as_str().into());
                }
            }
            // Of no team, so that there is one too many even beside an empty team.
            projects(build, 1);
        }
        "items of a portfolio" => {
            let items = projects(build, entries);
            let items: Vec<&str> = items.iter().map(String::as_str).collect();
            build.state.new_portfolio(&ada, &organization, "Portfolio", &items);
        }
        "portfolios" => {
            names.for_each(|name| drop(build.state.new_portfolio(&ada, &organization, &name, &[])));
        }
        "goals" => names.for_each(|name| drop(build.state.new_goal(&ada, &organization, &name))),
        "project templates" => {
            let team = build.state.new_team(&organization, "Team", "public");
            names.for_each(|name| drop(build.state.new_project_template(&ada, &team, &name)));
        }
        _ => return false,
    }
    true
}

/// The lists that hang on a project.
fn of_project(build: &mut Builder, list: &str, entries: usize) -> bool {
    let ada = build.cast.ada.clone();
    let names = (0..entries).map(|n| format!("Entry {n}"));
    let project = |build: &mut Builder| projects(build, 1).remove(0);
    match list {
        "sections" => {
            let project = project(build);
            names.skip(1).for_each(|name| drop(build.state.new_section(&project, &name)));
        }
        "members of a project" => {
            let project = project(build);
            for user in people(build, entries.saturating_sub(1)) {
                build.state.new_membership(&project, USER, &user, "editor");
            }
        }
        "status updates" => {
            let project = project(build);
            names.for_each(|name| {
                drop(build.state.new_status(&ada, &project, &name, "<body>As planned.</body>", "on_track"));
            });
        }
        "task templates" => {
            let project = project(build);
            names.for_each(|name| drop(build.state.new_task_template(&ada, &project, &name)));
        }
        "files of a project" => {
            let project = project(build);
            links(build, (PROJECT, &project), entries);
        }
        "files of a brief" => {
            let project = project(build);
            let brief = build.state.new_brief(&project, "Brief", "<body></body>");
            links(build, (PROJECT_BRIEF, &brief), entries);
        }
        _ => return false,
    }
    true
}

/// The lists of tasks, and those that hang on a task.
fn of_tasks(build: &mut Builder, list: &str, entries: usize) -> bool {
    let (ada, cleo) = (build.cast.ada.clone(), build.cast.cleo.clone());
    let (project, sections) = build.project("Project", json!({}), &["One", "Two", "Three"]);
    let [one, two, three] = [0, 1, 2].map(|at| sections.get(at).cloned().unwrap_or_default());
    match list {
        "tasks" => tasks(build, (&project, &one), entries),
        "tasks of a section" => {
            let longest = limit(build);
            for (section, count) in [(&one, entries), (&two, longest), (&three, 1)] {
                tasks(build, (&project, section), count);
            }
        }
        "tasks in no project" => {
            let own = json!({"workspace": build.organization, "assignee": ada});
            for n in 0..entries {
                let mut task = own.clone();
                task["name"] = format!("Task {n}").into();
                build.make("/tasks", task);
            }
        }
        "subtasks" => {
            let parent = build.plain_task((&project, &one), "Parent");
            for n in 0..entries {
                build.subtask(&parent, &format!("Subtask {n}"), json!({}));
            }
        }
        // So many things can happen to subtasks, which no list of changes shows.
        "events" => {
            for n in 0..entries + QUIET {
                let parent = build.plain_task((&project, &one), &format!("Task {n}"));
                build.subtask(&parent, &format!("Subtask {n}"), json!({}));
            }
        }
        "comments" => {
            let task = build.plain_task((&project, &one), "Discussed");
            for n in 0..entries {
                build.comment(&cleo, &task, &format!("Comment {n}"));
            }
        }
        "files of a task" => {
            let task = build.plain_task((&project, &one), "Documented");
            links(build, (TASK, &task), entries);
        }
        "tasks that the search knows to have files" => {
            for n in 0..entries {
                // Duplicated tasks: made together, with the file and without the line of history about it.
                build.pass(u64::from(n % IMPORTED_AT_ONCE == 0));
                let task = build.plain_task((&project, &one), &format!("Duplicate {n}"));
                build.state.new_link(&ada, (TASK, &task), "Plan", "external", "https://plan.example");
                for story in build.state.world.ids_of(&task, STORY) {
                    build.state.world.remove(STORY, &story);
                }
            }
        }
        _ => return false,
    }
    true
}

/// Lets lists be cut, and says behind how many entries.
fn limit(build: &mut Builder) -> usize {
    build.state.rules.longest_list = MOST_PAGES * build.state.rules.longest_page;
    build.state.rules.longest_list
}

fn people(build: &mut Builder, count: usize) -> Vec<String> {
    let person = |n| build.state.new_user(&format!("Person {n}"), &format!("person{n}@acme.example"));
    (0..count).map(person).collect()
}

fn projects(build: &mut Builder, count: usize) -> Vec<String> {
    let (ada, organization) = (build.cast.ada.clone(), build.organization.clone());
    (0..count).map(|n| build.state.new_project(&ada, &organization, &format!("Project {n}"))).collect()
}

fn tasks(build: &mut Builder, section: (&str, &str), count: usize) {
    for n in 0..count {
        build.plain_task(section, &format!("Task {n}"));
    }
}

fn links(build: &mut Builder, parent: (Kind, &str), count: usize) {
    let ada = build.cast.ada.clone();
    for n in 0..count {
        build.state.new_link(&ada, parent, &format!("Link {n}"), "external", "https://file.example");
    }
}

//! The typical world: two teams, six projects, some 400 tasks, some 80 uploads.

use serde_json::{Value, json};

use super::super::state::TEAM;
use super::builder::Builder;

const VERBS: &[&str] =
    &["Write", "Check", "Plan", "Repair", "Send", "Order", "Translate", "Measure", "Call about"];
const THINGS: &[&str] = &[
    "the invoice",
    "the landing page",
    "the pump",
    "the contract",
    "release notes",
    "the backup",
    "tickets",
    "the map",
];
const WORDS: &[&str] =
    &["Agreed.", "Waiting for an answer.", "Done in part.", "Who can take this?", "See the file."];
/// Tasks in one project, without subtasks.
const TASKS: usize = 67;

/// What every project uses.
struct Shared {
    priority: String,
    options: Vec<String>,
    hours: String,
    tags: Vec<String>,
}

pub(super) fn fill(build: &mut Builder) {
    let product = build.team("Northwind product", "public");
    let office = build.team("Northwind office", "request_to_join");
    let levels = json!([
        {"name": "High", "color": "red"}, {"name": "Middle", "color": "yellow"}, {"name": "Low", "color": "blue"},
    ]);
    let priority = build.field("Priority", "enum", json!({"enum_options": levels}));
    let hours = build.field("Hours", "number", json!({"precision": 1}));
    let mut tags = Vec::new();
    for colour in ["green", "red", "orange", "purple", "blue", "teal"] {
        let (name, colour) = (format!("{colour} things"), format!("dark-{colour}"));
        tags.push(
            build.make("/tags", json!({"workspace": build.organization, "name": name, "color": colour})),
        );
    }
    let options = build.options(&priority);
    let shared = Shared { priority, options, hours, tags };
    for (team, name, privacy) in [
        (&product, "Roadmap", "public_to_workspace"),
        (&product, "Sprint", "public_to_workspace"),
        (&product, "Bugs", "public_to_workspace"),
        (&office, "Hiring", "private"),
        (&office, "Purchasing", "public_to_workspace"),
        (&office, "Events", "public_to_workspace"),
    ] {
        fill_project(build, team, name, privacy, &shared);
    }
}

fn fill_project(build: &mut Builder, team: &str, name: &str, privacy: &str, shared: &Shared) {
    let names = ["Inbox", "Next", "Doing", "Waiting", "Done"];
    let data = json!({"privacy_setting": privacy, "notes": format!("Everything about {name}.")});
    let (project, sections) = build.project(name, data, &names);
    build.state.new_membership(&project, TEAM, team, "editor");
    for field in [&shared.priority, &shared.hours] {
        build.put_field(&project, &field.as_str().into());
    }
    build.make(
        "/status_updates",
        json!({
            "parent": project, "title": "This week", "text": "As planned.", "status_type": "on_track",
        }),
    );
    let mut before: Option<String> = None;
    for number in 0..TASKS {
        let section = build.random.choice(&sections).cloned().unwrap_or_default();
        let task = fill_task(build, (&project, &section), number, shared);
        match before.filter(|_| number % 13 == 0) {
            Some(before) => {
                build.make(&format!("/tasks/{task}/addDependencies"), json!({"dependencies": [before]}));
            }
            None if number % 7 == 0 => {
                for step in ["look", "do", "tell"] {
                    build.subtask(&task, step, json!({"completed": step == "look"}));
                }
            }
            None => {}
        }
        before = Some(task);
    }
}

fn fill_task(build: &mut Builder, section: (&str, &str), number: usize, shared: &Shared) -> String {
    build.pass(600);
    let cast = build.cast.clone();
    let [verb, thing] = [VERBS, THINGS].map(|words| build.random.choice(words).copied().unwrap_or_default());
    let tag = build.random.choice(&shared.tags).cloned().unwrap_or_default();
    let member = build.random.choice([&cast.ada, &cast.ben, &cast.cleo]).cloned().unwrap_or_default();
    let option = build.random.choice(&shared.options).cloned().unwrap_or_default();
    let half_hours = f64::from(build.random.u8(1..40)) / 2.0;
    let day = build.random.u8(1..29);
    let due = if number.is_multiple_of(3) { format!("2026-12-{day:02}").into() } else { Value::Null };
    let task = build.task(
        section,
        &format!("{verb} {thing} ({number})"),
        json!({
            "html_notes": format!("<body>{verb} {thing} as we said.<ol><li>look</li><li>do</li></ol></body>"),
            "tags": [tag], "assignee": member, "due_on": due, "completed": number.is_multiple_of(11),
            "custom_fields": {shared.priority.as_str(): option, shared.hours.as_str(): half_hours},
        }),
    );
    for _ in 0..build.random.usize(0..4) {
        let words = build.random.choice(WORDS).copied().unwrap_or_default();
        build.comment(&member, &task, words);
    }
    if number.is_multiple_of(5) {
        let len = build.random.usize(500..40_000);
        build.upload_to_task(&member, &task, &format!("file {number}.bin"), len);
    }
    task
}

//! The tiny world: one organization, three projects, about twelve tasks, everything of every kind at least
//! once.

use serde_json::json;

use super::super::state::{CUSTOM_FIELD, PORTFOLIO, PROJECT, PROJECT_BRIEF, STORY, TASK, TEAM, USER};
use super::builder::Builder;

pub(super) fn fill(build: &mut Builder) {
    let product = build.team("Product", "public");
    build.change(
        &format!("/teams/{product}"),
        json!({
            "html_description": "<body>Everything that Acme <strong>makes</strong>.</body>",
        }),
    );
    let office = build.team("Office", "request_to_join");
    let (roadmap, sections) = build.project(
        "Roadmap",
        json!({
            "html_notes": "<body>What we do <em>next</em>.</body>", "color": "light-green", "icon": "rocket",
            "due_on": "2026-12-31", "start_on": "2026-01-01", "default_access_level": "commenter",
        }),
        &["Doing", "Done"],
    );
    build.state.new_membership(&roadmap, TEAM, &product, "editor");
    let gus = build.cast.gus.clone();
    build.state.new_membership(&roadmap, USER, &gus, "editor");
    let fields = fill_fields(build, &roadmap);
    let login = fill_doing(build, &roadmap, &sections, &fields);
    fill_done(build, &roadmap, &sections, &login);
    fill_garden(build, &office, &login);
    fill_old_plans(build);
    fill_about(build, &product, &roadmap, &fields);
}

/// The gids of the fields and, for fields with options, of the first one.
struct Fields {
    priority: String,
    high: String,
    effort: String,
    owner: String,
    review: String,
    reviewers: String,
    areas: String,
    area_options: Vec<String>,
    related: String,
    local: String,
    number: String,
}

fn fill_fields(build: &mut Builder, project: &str) -> Fields {
    let options = json!([{"name": "High", "color": "red"}, {"name": "Low", "color": "blue"}]);
    let priority = build.field("Priority", "enum", json!({"enum_options": options}));
    let effort = build.field("Effort", "number", json!({"precision": 1, "description": "In hours."}));
    let owner = build.field("Owner", "text", json!({}));
    let review = build.field("Review", "date", json!({}));
    let reviewers = build.field("Reviewers", "people", json!({}));
    let areas = json!([{"name": "App", "color": "green"}, {"name": "Web", "color": "aqua"}]);
    let areas = build.field("Areas", "multi_enum", json!({"enum_options": areas}));
    let related = build.field("Related", "reference", json!({"input_restrictions": ["task"]}));
    let number = build.field("Number", "text", json!({}));
    for (field, value) in [("representation_type", json!("custom_id")), ("id_prefix", json!("ACME"))] {
        build.force(CUSTOM_FIELD, &number, field, value);
    }
    for field in [&priority, &effort, &owner, &review, &reviewers, &areas, &related, &number] {
        build.put_field(project, &field.as_str().into());
    }
    let local = build.put_field(project, &json!({
        "name": "Cost", "resource_subtype": "number", "precision": 2, "format": "currency", "currency_code": "EUR",
    }));
    let high = build.options(&priority).first().cloned().unwrap_or_default();
    let area_options = build.options(&areas);
    Fields { priority, high, effort, owner, review, reviewers, areas, area_options, related, local, number }
}

fn fill_doing(build: &mut Builder, project: &str, sections: &[String], fields: &Fields) -> String {
    let cast = build.cast.clone();
    let doing = (project, sections.first().map(String::as_str).unwrap_or_default());
    let ready =
        build.make("/tags", json!({"workspace": build.organization, "name": "ready", "color": "dark-green"}));
    let blocked = build.make("/tags", json!({"workspace": build.organization, "name": "blocked"}));
    let release = build.task(
        doing,
        "Release 2.0",
        json!({
            "resource_subtype": "milestone", "due_at": "2026-12-24T12:00:00Z", "tags": [ready],
        }),
    );
    let login = build.task(doing, "Fix login", json!({
        "html_notes": "<body>Users of the old app cannot log in.<ul><li>see the log</li><li>ask Ben</li></ul></body>",
        "assignee": cast.ben, "due_on": "2026-12-01", "start_on": "2026-11-20", "followers": [cast.cleo],
        "tags": [ready, blocked], "custom_fields": {
            fields.priority.as_str(): fields.high,
            fields.effort.as_str(): 3.5,
            fields.owner.as_str(): "Ben & Cleo",
            fields.review.as_str(): {"date_time": "2026-12-02T09:00:00Z"},
            fields.reviewers.as_str(): [cast.ada, cast.cleo],
            fields.areas.as_str(): fields.area_options,
            fields.related.as_str(): [release],
            fields.local.as_str(): 1_200.5,
        },
    }));
    build.force(TASK, &login, "_likes", json!([cast.cleo]));
    let mut values =
        build.state.world.get(TASK, &login).map(|task| task["_values"].clone()).unwrap_or_default();
    values[fields.number.as_str()] = "ACME-1".into();
    build.force(TASK, &login, "_values", values);
    build.make(&format!("/tasks/{release}/addDependencies"), json!({"dependencies": [login]}));
    let reproduce = build.subtask(&login, "Reproduce", json!({"completed": true, "assignee": cast.cleo}));
    build.subtask(&login, "Repair", json!({"html_notes": "<body>On the server.</body>"}));
    let deep = build.subtask(&reproduce, "On an old telephone", json!({"due_on": "2026-11-25"}));
    build.comment(&cast.cleo, &deep, "Done with mine.");
    build.upload_to_task(&cast.ben, &login, "trace.log", 2_048);
    build.upload_to_task(&cast.cleo, &login, "screen shot.png", 300 * 1_024);
    build.state.new_link(&cast.ben, (TASK, &login), "The plan", "external", "https://acme.example/plan");
    build.state.new_link(&cast.ben, (TASK, &login), "Figures", "gdrive", "https://drive.example/figures");
    build.comment(&cast.ben, &login, "I can reproduce this on <strong>two</strong> machines.");
    let mention = format!("<a data-asana-gid=\"{}\"/> so can I \u{1f389}", cast.ben);
    let ask = json!({"html_text": format!("<body>{mention}</body>"), "is_pinned": true});
    let answer = build.ask(&cast.cleo, "POST", &format!("/tasks/{login}/stories"), ask);
    let answer = answer["gid"].as_str().unwrap_or_default().to_owned();
    build.force(STORY, &answer, "_likes", json!([cast.ben]));
    build.state.history_line(
        &cast.ben,
        &login,
        "name_changed",
        "changed the name",
        &json!({
            "old_name": "Fix the login", "new_name": "Fix login",
        }),
    );
    build.task(
        doing,
        "Approve the budget",
        json!({
            "resource_subtype": "approval", "assignee": cast.ada, "approval_status": "changes_requested",
        }),
    );
    login
}

fn fill_done(build: &mut Builder, project: &str, sections: &[String], login: &str) {
    let cast = build.cast.clone();
    let done = (project, sections.get(1).map(String::as_str).unwrap_or_default());
    let shipped = build.task(done, "Ship the beta", json!({"completed": true, "due_on": "2026-10-01"}));
    let sticker = json!({"text": "Shipped.", "sticker_name": "party_popper"});
    build.ask(&cast.ben, "POST", &format!("/tasks/{shipped}/stories"), sticker);
    build.task(done, "Old idea", json!({"assignee": cast.gus}));
    let dashes = build.task(done, "Later:", json!({}));
    build.force(TASK, &dashes, "is_rendered_as_separator", true.into());
    let link = format!("<body>After <a data-asana-gid=\"{login}\"/>.</body>");
    build.task(done, "Tell the users", json!({"html_notes": link}));
}

/// A private project; one of its tasks is on the roadmap, too.
fn fill_garden(build: &mut Builder, team: &str, login: &str) {
    let cast = build.cast.clone();
    let (garden, sections) =
        build.project("Office garden", json!({"privacy_setting": "private"}), &["Plants", "Chores"]);
    build.state.new_membership(&garden, TEAM, team, "editor");
    let [plants, chores] = [0, 1].map(|at| sections.get(at).cloned().unwrap_or_default());
    let ficus = build.task((&garden, &plants), "Ficus", json!({}));
    build.upload_to_task(&cast.cleo, &ficus, "ficus.jpg", 12_000);
    build.task((&garden, &plants), "Cactus", json!({"notes": "Water it never."}));
    let water = build.task((&garden, &chores), "Water the plants", json!({"due_on": "2026-11-30"}));
    build.comment(&cast.ben, &water, "Not before Monday.");
    build.make(&format!("/tasks/{login}/addProject"), json!({"project": garden, "section": chores}));
}

fn fill_old_plans(build: &mut Builder) {
    let (old, sections) = build.project("Old plans", json!({"color": "dark-red"}), &[]);
    let first = sections.first().cloned().unwrap_or_default();
    build.task((&old, &first), "Build a rocket", json!({}));
    build.change(&format!("/projects/{old}"), json!({"archived": true}));
}

/// What is said about the roadmap, and what can only be listed.
fn fill_about(build: &mut Builder, team: &str, roadmap: &str, fields: &Fields) {
    let cast = build.cast.clone();
    for (title, html, status) in [
        ("October", "<body>We are <strong>late</strong>.</body>", "at_risk"),
        ("November", "<body>Better.<ul><li>login</li></ul></body>", "on_track"),
    ] {
        build.make(
            "/status_updates",
            json!({
                "parent": roadmap, "title": title, "html_text": html, "status_type": status,
            }),
        );
    }
    let brief = build.state.new_brief(roadmap, "Why", "<body><h1>Why</h1>Because.</body>");
    build.upload(&cast.ada, (PROJECT_BRIEF, &brief), "why.png", 900);
    build.upload(&cast.ada, (PROJECT, roadmap), "plan.pdf", 5_000);
    let organization = build.organization.clone();
    build.state.new_project_template(&cast.ada, team, "Release");
    build.state.new_task_template(&cast.ben, roadmap, "Bug");
    let portfolio = build.state.new_portfolio(&cast.ada, &organization, "Everything", &[roadmap]);
    build.force(PORTFOLIO, &portfolio, "_fields", json!([fields.priority, fields.owner]));
    let values = json!({fields.priority.as_str(): fields.high, fields.owner.as_str(): "Ada"});
    build.ask(&cast.ada, "PUT", &format!("/projects/{roadmap}"), json!({"custom_fields": values}));
    build.state.new_goal(&cast.ada, &organization, "Ship twice a year");
}

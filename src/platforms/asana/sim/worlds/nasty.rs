//! The nasty world: what real accounts have and nobody thinks of.

use serde_json::{Value, json};

use super::super::rich_text;
use super::super::state::{CUSTOM_FIELD, CUSTOM_TYPE, PROJECT, STORY, TASK, TEAM};
use super::builder::Builder;

/// Lists are not given beyond so many entries: the largest project has to be read section by section.
const LONGEST_LIST: usize = 300;
/// Every so many events, one is lost.
const LOSES_EVERY: usize = 40;
/// Names that are hard to store, show or compare.
const NAMES: &[&str] = &[
    "שלום עולם – مرحبا بالعالم",
    "👩‍👩‍👧‍👦 family 🏳️‍🌈 𝒻𝒶𝓃𝒸𝓎",
    "Cafe\u{301}",
    "Caf\u{e9}",
    "a/b#c:d\\e \"quoted\" 'single' `tick`",
    "two\nlines\tand a tab",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "{{constructor}} ${jndi:ldap://x} %s %n %2F",
    "=HYPERLINK(\"https://evil.example\")",
    "../../etc/passwd",
    "   spaces around   ",
    "\u{202e}txt.exe",
    "bell \u{7} escape \u{1b}[31m",
    "null",
    "Zürich ẞ İ ﬃ \u{200b}zero width",
];
const FILES: &[&str] = &[
    "../../x",
    "CON",
    "a\\b",
    "nul.txt",
    "dots...",
    "emoji 😀.png",
    "quote\".txt",
    "e\u{301}.txt",
    "100%25.txt",
];
/// Rich text with everything that may be in it.
const RICH: &str = "<body><h1>Head &amp; <em>line</em></h1><hr/><ol><li>one<ul><li>two</li></ul></li></ol>\
    <blockquote>quoted</blockquote><pre>  code &lt;b&gt;\n\tindented</pre><s>gone</s> <u>under</u> <code>x</code>\
    <a href=\"https://x.example/?a=1&amp;b=%20\">link</a>\n\n&#128512; &quot;</body>";

pub(super) fn fill(build: &mut Builder) {
    build.state.rules.longest_list = LONGEST_LIST;
    build.state.rules.loses_every = Some(LOSES_EVERY);
    let open = build.team("Nästy & Söns <b>", "public");
    let names = fill_names(build);
    build.state.new_membership(&names, TEAM, &open, "editor");
    fill_duplicates(build);
    fill_fields(build);
    fill_attachments(build);
    fill_pages(build);
    fill_depth(build);
    fill_connections(build);
    super::nasty_people::fill(build);
}

/// Tasks of the organization's own types.
fn fill_types(build: &mut Builder, place: (&str, &str)) {
    let statuses = [("Reported", false), ("In repair <b>", false), ("Gone", true)];
    let bug = build.state.new_custom_type(place.0, "Bug 🐞", &statuses);
    let statuses = build.state.ids_in(CUSTOM_TYPE, &bug, "status_options");
    for (name, status) in ["A bug", "A bug in repair", "A bug that is gone"].into_iter().zip(statuses) {
        let task = build.task(place, name, json!({}));
        let fields = json!({"resource_subtype": "custom", "custom_type": bug, "custom_type_status_option": status});
        build.change(&format!("/tasks/{task}"), fields);
    }
}

fn fill_names(build: &mut Builder) -> String {
    let cast = build.cast.clone();
    let (project, sections) =
        build.project("Names / # : \\ \"quotes\"", json!({}), &["list / one\n<b>", "שלום"]);
    let section = sections.first().cloned().unwrap_or_default();
    for (name, file) in NAMES.iter().zip(FILES.iter().cycle()) {
        let task = build.task((&project, &section), name, json!({"notes": name}));
        let html = rich_text::from_plain(name);
        build.state.new_comment(&cast.ben, &task, &html);
        build.upload_to_task(&cast.cleo, &task, file, 64);
        build.subtask(&task, name, json!({}));
        build.make("/tags", json!({"workspace": build.organization, "name": name, "color": null}));
    }
    build.task((&project, &section), "", json!({"notes": "A task without a name."}));
    build.subtask(&build.state.tasks_of(&project).first().cloned().unwrap_or_default(), "", json!({}));
    let long = "ä€𝄞 ".repeat(5_400);
    let task = build.task((&project, &section), &"long ".repeat(204), json!({"notes": long}));
    build.state.new_comment(&cast.ada, &task, &rich_text::from_plain(&long));
    let rich = build.task((&project, &section), "Rich", json!({"html_notes": RICH}));
    build.comment(&cast.cleo, &rich, "<a data-asana-gid=\"999\">Private Link</a> and &lt;b&gt;");
    project
}

fn fill_duplicates(build: &mut Builder) {
    let cast = build.cast.clone();
    let tags: Vec<String> = (0..2)
        .map(|_| {
            build.make("/tags", json!({"workspace": build.organization, "name": "twin", "color": "dark-red"}))
        })
        .collect();
    for _ in 0..2 {
        let (project, sections) = build.project("Same project", json!({}), &["Same", "Same", "Same"]);
        for (section, tag) in sections.iter().zip(tags.iter().cycle()) {
            for _ in 0..2 {
                let task = build.task((&project, section), "Same task", json!({"tags": [tag]}));
                build.subtask(&task, "same", json!({}));
                build.subtask(&task, "same", json!({"completed": true}));
                build.comment(&cast.ben, &task, "+1");
                build.comment(&cast.ben, &task, "+1");
                build.upload_to_task(&cast.ben, &task, "same.bin", 100);
                build.upload_to_task(&cast.ben, &task, "same.bin", 100);
            }
        }
        for _ in 0..2 {
            let field = json!({"name": "Same field", "resource_subtype": "number", "precision": 6});
            build.put_field(&project, &field);
        }
    }
}

/// Every type of field with its extreme values, options that are switched off and fields that compute.
fn fill_fields(build: &mut Builder) {
    let (project, sections) = build.project("Odd fields", json!({}), &[]);
    let section = sections.first().cloned().unwrap_or_default();
    let options = json!([
        {"name": "A", "color": "red"}, {"name": "A", "color": "red"}, {"name": "😀/", "color": "none"},
        {"name": "off", "color": "blue", "enabled": false},
    ]);
    let choice = build.put_field(
        &project,
        &json!({
            "name": "Choice 🎯", "resource_subtype": "enum", "enum_options": options,
        }),
    );
    let many: Vec<Value> = (0..500).map(|n| json!({"name": format!("option {n}")})).collect();
    let several = build.put_field(
        &project,
        &json!({
            "name": "Five hundred", "resource_subtype": "multi_enum", "enum_options": many,
        }),
    );
    let mut definition = |name: &str, kind: &str, more: Value| {
        let mut field = more;
        field["name"] = name.into();
        field["resource_subtype"] = kind.into();
        build.put_field(&project, &field)
    };
    let text = definition("<b>Text</b>", "text", json!({}));
    let day = definition("Day", "date", json!({}));
    let percent = definition("%", "number", json!({"precision": 2, "format": "percentage"}));
    let gold = definition(
        "Gold",
        "number",
        json!({
            "precision": 0, "format": "custom", "custom_label": "gold pieces", "custom_label_position": "suffix",
        }),
    );
    let people = definition("People", "people", json!({}));
    let computed = definition("Computed", "number", json!({"precision": 1}));
    let locked = definition("Locked", "text", json!({}));
    let off = build.options(&choice).last().cloned();
    let every_tenth: Vec<String> = build.options(&several).into_iter().step_by(10).collect();
    let task = build.task(
        (&project, &section),
        "Full",
        json!({"custom_fields": {
            text.as_str(): "שלום\n\"quoted\"".repeat(64), day.as_str(): {"date": "9999-12-31"},
            percent.as_str(): -0.125, gold.as_str(): 1e15, people.as_str(): [build.cast.gus],
            several.as_str(): every_tenth, computed.as_str(): 1.5, locked.as_str(): "kept",
        }}),
    );
    // A value may stay after its option was switched off.
    let mut values =
        build.state.world.get(TASK, &task).map(|task| task["_values"].clone()).unwrap_or_default();
    values[choice.as_str()] = json!(off);
    build.force(TASK, &task, "_values", values);
    build.force(CUSTOM_FIELD, &computed, "representation_type", "formula".into());
    build.force(CUSTOM_FIELD, &computed, "is_formula_field", true.into());
    build.force(CUSTOM_FIELD, &locked, "is_value_read_only", true.into());
    build.task((&project, &section), "Empty", json!({}));
    fill_types(build, (&project, &section));
    build.task(
        (&project, &section),
        "Dates",
        json!({
            "due_at": "1999-12-31T23:59:59.999Z", "start_at": "1999-12-31T00:00:00Z",
        }),
    );
}

/// Files of every host; some cannot be fetched.
fn fill_attachments(build: &mut Builder) {
    let cast = build.cast.clone();
    let (project, sections) = build.project("Files", json!({}), &[]);
    let section = sections.first().cloned().unwrap_or_default();
    let task = build.task((&project, &section), "All hosts", json!({}));
    for host in ["dropbox", "gdrive", "onedrive", "box", "vimeo", "external"] {
        let url = format!("https://{host}.example/a%20b?c=d&e");
        build.state.new_link(&cast.ben, (TASK, &task), &format!("On {host}"), host, &url);
    }
    build.upload_to_task(&cast.ben, &task, "empty.txt", 0);
    build.upload(&cast.ada, (PROJECT, &project), "of the project.pdf", 3_000);
    for n in 0..101 {
        build.upload_to_task(&cast.ben, &task, &format!("{n}.bin"), 10);
    }
}

/// Lists that are as long as a page, and one more; and one that is too long for its project.
fn fill_pages(build: &mut Builder) {
    build.project("Empty", json!({}), &[]);
    for (name, tasks) in [("A page less one", 99), ("Exactly a page", 100), ("A page and one", 101)] {
        let (project, sections) = build.project(name, json!({}), &[]);
        let section = sections.first().cloned().unwrap_or_default();
        for n in 0..tasks {
            build.plain_task((&project, &section), &format!("Task {n}"));
        }
    }
    let (project, sections) = build.project("Too many tasks", json!({}), &["One", "Two", "Three", "Four"]);
    for section in &sections {
        for n in 0..=LONGEST_LIST / 4 {
            build.plain_task((&project, section), &format!("Task {n}"));
        }
    }
    let (project, sections) = build.project("Much discussed", json!({}), &[]);
    let section = sections.first().cloned().unwrap_or_default();
    let ben = build.cast.ben.clone();
    for comments in [100, 101, 250] {
        let task = build.task((&project, &section), &format!("{comments} comments"), json!({}));
        for n in 0..comments {
            // Ten comments in a second: pages must not be cut by time.
            if n % 10 == 0 {
                build.pass(1);
            }
            build.state.new_comment(&ben, &task, &format!("<body>comment {n}</body>"));
        }
    }
}

fn fill_depth(build: &mut Builder) {
    let (project, sections) = build.project("Deep", json!({}), &[]);
    let section = sections.first().cloned().unwrap_or_default();
    let mut task = build.task((&project, &section), "Level 0", json!({}));
    for level in 1..=12 {
        task = build.subtask(&task, &format!("Level {level}"), json!({"notes": "Deeper."}));
    }
    let broad = build.task((&project, &section), "Broad", json!({}));
    for n in 0..101 {
        build.subtask(&broad, &format!("Subtask {n}"), json!({}));
    }
    let elsewhere = build.subtask(&broad, "A subtask in a project of its own", json!({}));
    build.make(&format!("/tasks/{elsewhere}/addProject"), json!({"project": project}));
}

/// As many projects and dependencies as a task can have, and circles of links.
fn fill_connections(build: &mut Builder) {
    let (project, sections) = build.project("Connected", json!({}), &["Here", "There"]);
    let here = sections.first().cloned().unwrap_or_default();
    let everywhere = build.task((&project, &here), "In twenty projects", json!({}));
    for n in 2..=20 {
        let (other, _) = build.project(&format!("Shared {n}"), json!({}), &[]);
        build.make(&format!("/tasks/{everywhere}/addProject"), json!({"project": other}));
    }
    let others: Vec<String> =
        (0..30).map(|n| build.plain_task((&project, &here), &format!("First {n}"))).collect();
    let last = build.task((&project, &here), "After thirty others", json!({}));
    build.make(&format!("/tasks/{last}/addDependencies"), json!({"dependencies": others}));
    let [one, two] = ["One", "Two"].map(|name| build.task((&project, &here), name, json!({})));
    for (task, other) in [(&one, &two), (&two, &one)] {
        let html = format!("<body>See <a data-asana-gid=\"{other}\"/>.</body>");
        build.change(&format!("/tasks/{task}"), json!({"html_notes": html}));
        build.make(&format!("/tasks/{task}/addDependencies"), json!({"dependencies": [other]}));
    }
    let ada = build.cast.ada.clone();
    let mine = json!({"workspace": build.organization, "name": "In no project", "assignee": ada});
    build.make("/tasks", mine);
    let cleo = build.cast.cleo.clone();
    let pinned = build.comment(&cleo, &everywhere, "Everywhere.");
    build.force(STORY, &pinned, "is_pinned", true.into());
}

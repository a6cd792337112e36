//! The nasty world: what real accounts have and nobody thinks of.

use serde_json::{Value, json};

use super::super::access::{Level, home};
use super::super::attachments::Target;
use super::super::state::{COMMENT, ROW, SHARE, SHEET, TEMPLATE, USER, WORKSPACE};
use super::builder::{Builder, Grid};
use super::nasty_images;
use crate::sim::world::text;

/// Names that are hard to store, show or compare.
const NAMES: &[&str] = &[
    "שלום עולם – مرحبا بالعالم",
    "👩‍👩‍👧‍👦 family 🏳️‍🌈 𝒻𝒶𝓃𝒸𝓎",
    "Cafe\u{301}",
    "Caf\u{e9}",
    "a/b#c:d\\e \"quoted\" 'single' `tick`",
    "two\nlines\tand a tab",
    "<script>alert(1)</script><img src=x onerror=x>",
    "{{constructor}} ${jndi:ldap://x} %s %n",
    "'=HYPERLINK(\"https://evil.example\")",
    "../../etc/passwd",
    "   spaces around   ",
    "\u{202e}txt.exe",
    "bell \u{7} escape \u{1b}[31m",
    "null",
    "Zürich ẞ İ ﬃ \u{200b}zero width",
    "0012",
    "1e3",
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
    "a;b&c=d?e#f+g.txt",
    "{broken}.json",
];
/// The longest name of a sheet and title of a column.
const LONGEST: usize = 50;

pub(super) fn fill(build: &mut Builder) {
    build.state.rules.short_pages = true;
    let workspace = build.workspace("Nästy & Söns <b> \"quoted\"");
    fill_people(build, &workspace);
    fill_names(build, &workspace);
    fill_types(build, &workspace);
    fill_locks(build, &workspace);
    nasty_images::fill(build, &workspace);
    fill_tree(build, &workspace);
    fill_links(build, &workspace);
    fill_project(build, &workspace);
    for (name, discussions) in [("Exactly a page", 100), ("A page and one", 101)] {
        fill_page(build, &workspace, name, discussions);
    }
    fill_rights(build, &workspace);
}

/// Who was removed, who was only invited, who has no name, and groups without anybody.
fn fill_people(build: &mut Builder, workspace: &str) {
    let ada = build.cast.ada.clone();
    let sheet = build.sheet(
        &ada,
        &format!("workspaces/{workspace}"),
        "Those who left",
        &[
            json!({"title": "Owner", "type": "CONTACT_LIST"}),
            json!({"title": "Made by", "type": "CONTACT_LIST", "systemColumnType": "CREATED_BY"}),
        ],
    );
    let gone =
        build.make("/users", json!({"email": "gone@acme.example", "firstName": "Gone", "lastName": "Girl"}));
    let rows = build.rows(&ada, &sheet, None, &[
        json!({"Task": "made by somebody who left", "Owner": "gone@acme.example"}),
        json!({"Task": "a contact without an account", "Owner": "nobody@else.example"}),
        json!({"Task": "a contact without an address", "Owner": {"objectValue": {"objectType": "CONTACT", "name": "Just A Name"}}}),
    ]);
    if let [row, ..] = rows.as_slice() {
        build.force(ROW, row, |row| row["_createdBy"] = gone.as_str().into());
        let (talk, _) = build.discuss(&gone, &sheet.id, Some(row), "I will be gone soon.");
        let anonymous = build.comment(&ada, &sheet.id, &talk, "Written by nobody that is known.");
        build.force(COMMENT, &anonymous, |comment| comment["_createdBy"] = "0".into());
    }
    build.ask(&ada, "DELETE", &format!("/users/{gone}"), Value::Null);
    let guest = build.state.new_guest("pending@else.example");
    build.state.share(SHEET, &sheet.id, "USER", &guest, Level::Viewer);
    build.make("/groups", json!({"name": "Empty <group>", "description": ""}));
    let everybody = build.make(
        "/groups",
        json!({"name": "שלום 👋", "members": [
            {"email": "ben@acme.example"}, {"email": "dan@acme.example"}, {"email": "eve@acme.example"},
        ]}),
    );
    build.state.share(SHEET, &sheet.id, "GROUP", &everybody, Level::EditorShare);
    for number in 0..110 {
        build
            .make("/users", json!({"email": format!("extra{number:03}@acme.example"), "firstName": "Extra"}));
    }
}

fn fill_names(build: &mut Builder, workspace: &str) {
    let cast = build.cast.clone();
    let container = format!("workspaces/{workspace}");
    let plain: Vec<Value> = NAMES.iter().map(|name| json!({"title": name, "type": "TEXT_NUMBER"})).collect();
    let names = build.sheet(&cast.ada, &container, "Names / # : \\ \"quotes\" <b>", &plain);
    let rows: Vec<Value> = NAMES.iter().map(|name| json!({"Task": name, *name: name})).collect();
    let rows = build.rows(&cast.ben, &names, None, &rows);
    for ((row, name), file) in rows.iter().zip(NAMES).zip(FILES.iter().cycle()) {
        build.discuss(&cast.cleo, &names.id, Some(row), name);
        let to = Target { sheet: &names.id, kind: "ROW", id: row };
        build.upload(&cast.cleo, &to, file, "application/octet-stream", 64);
    }
    // Nothing but its title tells these apart, and these not even that.
    for _ in 0..2 {
        let twin = build.sheet(&cast.ada, &container, "Twin", &[]);
        let same = [json!({"Task": "same"}), json!({"Task": "same"})];
        let rows = build.rows(&cast.ada, &twin, None, &same);
        for row in &rows {
            build.discuss(&cast.ada, &twin.id, Some(row), "same words");
            build.discuss(&cast.ada, &twin.id, Some(row), "same words");
        }
    }
    let long = "L".repeat(LONGEST);
    let longest = build.sheet(
        &cast.ada,
        &container,
        &long,
        &[json!({"title": "T".repeat(LONGEST), "type": "TEXT_NUMBER"})],
    );
    let text = "ä€𝄞 ".repeat(1_000);
    let rows = build.rows(
        &cast.ada,
        &longest,
        None,
        &[json!({"Task": text}), json!({"Task": format!("{text}beyond")})],
    );
    if let [row, ..] = rows.as_slice() {
        build.discuss(&cast.ada, &longest.id, Some(row), &text);
        build.upload(&cast.ada, &Target { sheet: &longest.id, kind: "ROW", id: row }, "empty.bin", "", 0);
    }
    build.sheet(&cast.ada, &container, "No rows at all", &[]);
}

/// Every type with values that do not fit it, that are nothing, or that look like something else.
fn fill_types(build: &mut Builder, workspace: &str) {
    let ada = build.cast.ada.clone();
    let sheet = build.sheet(&ada, &format!("workspaces/{workspace}"), "Types", &[
        json!({"title": "List", "type": "PICKLIST", "options": ["", "a, b", "a", "b", "=1+1"]}),
        json!({"title": "Lists", "type": "MULTI_PICKLIST", "options": ["a, b", "a", "b", "emoji 😀"]}),
        json!({"title": "Person", "type": "CONTACT_LIST"}),
        json!({"title": "People", "type": "MULTI_CONTACT_LIST"}),
        json!({"title": "Day", "type": "DATE"}),
        json!({"title": "Check", "type": "CHECKBOX"}),
        json!({"title": "Moons", "type": "PICKLIST", "symbol": "HARVEY_BALLS"}),
        json!({"title": "Number", "type": "TEXT_NUMBER", "systemColumnType": "AUTO_NUMBER",
            "autoNumberFormat": {"prefix": "N{YY}-", "suffix": "/x", "fill": "0000", "startingNumber": 9_998}}),
        json!({"title": "Changed", "type": "DATETIME", "systemColumnType": "MODIFIED_DATE"}),
    ]);
    let many = |values: &[&str]| json!({"objectValue": {"objectType": "MULTI_PICKLIST", "values": values}});
    let loose = |value: &str| json!({"value": value, "strict": false});
    let rows = build.rows(&ada, &sheet, None, &[
        json!({}),
        json!({"Task": "fits", "List": "a, b", "Lists": many(&["a, b"]), "Day": "2024-02-29", "Check": true, "Moons": "Half"}),
        json!({"Task": "two that look like one", "Lists": many(&["a", "b"])}),
        json!({"Task": "fits nothing", "List": loose("zebra"), "Person": loose("just text"), "Day": loose("someday"),
            "Check": loose("maybe"), "Moons": loose("Gibbous")}),
        json!({"Task": 0, "Check": false}),
        json!({"Task": -1.25e-7}),
        json!({"Task": 9_007_199_254_740_991_i64}),
        json!({"Task": "", "List": ""}),
        json!({"Task": {"formula": "=NOSUCHFUNCTION("}}),
        json!({"Task": {"formula": "=SUM({No such reference})"}}),
        json!({"Task": {"value": "", "hyperlink": {"url": "javascript:alert(1)"}}}),
        json!({"Task": {"value": "a sheet", "hyperlink": {"sheetId": sheet.id}}}),
        json!({"Task": "people", "People": {"objectValue": {"objectType": "MULTI_CONTACT", "values": [
            {"email": "ada@acme.example", "name": "Another, Name"}, {"name": "No address"},
            {"email": "gone@acme.example"},
        ]}}}),
    ]);
    // A blank row, and one that was filled and emptied again: its cells exist and hold nothing.
    if let Some(row) = rows.get(2) {
        build.cells(&ada, &sheet, row, &json!({"Lists": {"value": null}, "Task": "emptied"}));
    }
}

fn fill_locks(build: &mut Builder, workspace: &str) {
    let cast = build.cast.clone();
    let sheet = build.sheet(
        &cast.ada,
        &format!("workspaces/{workspace}"),
        "Locks",
        &[
            json!({"title": "Locked", "type": "TEXT_NUMBER"}),
            json!({"title": "Hidden", "type": "TEXT_NUMBER"}),
            json!({"title": "Calculated", "type": "TEXT_NUMBER"}),
        ],
    );
    let column = |title: &str| format!("/sheets/{}/columns/{}", sheet.id, sheet.column(title));
    build.change(&column("Locked"), json!({"locked": true}));
    build.change(&column("Hidden"), json!({"hidden": true}));
    build.change(&column("Calculated"), json!({"formula": "=Task@row", "locked": true, "hidden": true}));
    let rows = build.rows(
        &cast.ada,
        &sheet,
        None,
        &[
            json!({"Task": "free", "Locked": "by the column"}),
            json!({"Task": "locked", "Hidden": "by nobody seen"}),
        ],
    );
    if let Some(row) = rows.get(1) {
        build.force(ROW, row, |row| row["locked"] = true.into());
    }
    build.force(SHEET, &sheet.id, |sheet| {
        sheet["effectiveAttachmentOptions"] = json!(["LINK", "GOOGLE_DRIVE"]);
    });
    if let Some(row) = rows.first() {
        build.ask(
            &cast.ben,
            "POST",
            &format!("/sheets/{}/rows/{row}/attachments", sheet.id),
            json!({
                "name": "", "url": "https://drive.google.com/x?y=z#w", "attachmentType": "GOOGLE_DRIVE",
            }),
        );
    }
}

/// Rows below rows, folders in folders, and blank rows between.
fn fill_tree(build: &mut Builder, workspace: &str) {
    let ada = build.cast.ada.clone();
    let mut folder = workspace.to_owned();
    for depth in 1..=12 {
        folder = build.folder(&folder, &format!("Depth {depth}"));
        build.folder(&folder, "Empty");
        build.folder(&folder, "Empty");
    }
    let sheet = build.sheet(&ada, &format!("folders/{folder}"), "Deep", &[]);
    let mut parent = None;
    for depth in 1..=15 {
        let below = parent.clone();
        let rows = [json!({"Task": format!("depth {depth}")}), json!({}), json!({"Task": "beside"})];
        parent = build.rows(&ada, &sheet, below.as_deref(), &rows).into_iter().next();
    }
    if let Some(row) = &parent {
        build.force(ROW, row, |row| row["expanded"] = false.into());
    }
}

/// Links and references that work, that are broken, and that nobody used yet.
fn fill_links(build: &mut Builder, workspace: &str) {
    let ada = build.cast.ada.clone();
    let container = format!("workspaces/{workspace}");
    let [from, to, doomed] =
        ["Link source", "Link target", "Doomed"].map(|name| build.sheet(&ada, &container, name, &[]));
    let [source, lost] =
        [&from, &doomed].map(|grid| build.rows(&ada, grid, None, &[json!({"Task": "shown elsewhere"})]));
    let target = build.rows(
        &ada,
        &to,
        None,
        &[json!({"Task": "old"}), json!({"Task": "old"}), json!({"Task": "old"})],
    );
    for ((grid, row), target) in
        [(&from, &source), (&from, &source), (&doomed, &lost)].into_iter().zip(&target)
    {
        let row = row.first().cloned().unwrap_or_default();
        build.cells(&ada, &to, target, &json!({"Task": {
            "value": null, "linkInFromCell": {"sheetId": grid.id, "rowId": row, "columnId": grid.column("Task")},
        }}));
    }
    for (name, grid) in [("Used {not}", &from), ("Unused", &from), ("Broken", &doomed)] {
        let name = name.replace(" {not}", "");
        build.make(&format!("/sheets/{}/crosssheetreferences", to.id), json!({
            "name": name, "sourceSheetId": grid.id, "startColumnId": grid.column("Task"), "endColumnId": grid.column("Task"),
        }));
    }
    build.rows(
        &ada,
        &to,
        None,
        &[json!({"Task": {"formula": "=COUNT({Used})"}}), json!({"Task": {"formula": "=COUNT({Broken})"}})],
    );
    build.ask(&ada, "DELETE", &format!("/sheets/{}", doomed.id), Value::Null);
}

fn fill_project(build: &mut Builder, workspace: &str) {
    let ada = build.cast.ada.clone();
    let template = build.project(TEMPLATE, workspace, "Project template");
    let id = build
        .make(&format!("/workspaces/{workspace}/sheets"), json!({"name": "Project", "fromId": template}));
    let project = build.grid(&id);
    let rows = build.rows(
        &ada,
        &project,
        None,
        &[
            json!({"Task": "first", "Start": "2026-12-07T08:00:00", "Duration": "0d"}),
            json!({"Task": "second", "Duration": "1.5d"}),
            json!({"Task": "third", "Duration": "2w"}),
        ],
    );
    if let [first, second, third, ..] = rows.as_slice() {
        for (row, predecessors) in [
            (
                second,
                json!([{"rowId": first, "type": "FS", "lag": {"objectType": "DURATION", "days": 1.0, "negative": true}}]),
            ),
            (
                third,
                json!([{"rowId": first, "type": "SS"}, {"rowId": second, "type": "FF", "lag": {"objectType": "DURATION", "days": 2.0}}]),
            ),
        ] {
            let list = json!({"objectType": "PREDECESSOR_LIST", "predecessors": predecessors});
            build.cells(&ada, &project, row, &json!({"Predecessors": {"objectValue": list}}));
        }
    }
}

/// So many discussions and attachments as fill a page exactly, and one more.
fn fill_page(build: &mut Builder, workspace: &str, name: &str, count: usize) {
    let cast = build.cast.clone();
    let sheet: Grid = build.sheet(&cast.ada, &format!("workspaces/{workspace}"), name, &[]);
    let rows: Vec<Value> = (0..count).map(|number| json!({"Task": number})).collect();
    for (number, row) in build.rows(&cast.ada, &sheet, None, &rows).iter().enumerate() {
        build.discuss(&cast.ben, &sheet.id, Some(row), &format!("Comment {number}"));
        build.upload(&cast.cleo, &Target { sheet: &sheet.id, kind: "ROW", id: row }, "a.bin", "", 16);
    }
}

/// Sheets on which Ada has every level, and things that she cannot see at all.
fn fill_rights(build: &mut Builder, workspace: &str) {
    let cast = build.cast.clone();
    for (name, level) in [
        ("Ada may only look", Level::Viewer),
        ("Ada may comment", Level::Commenter),
        ("Ada may edit", Level::Editor),
        ("Ada may edit and share", Level::EditorShare),
        ("Ada administers", Level::Admin),
    ] {
        let sheet = build.sheet(&cast.ben, "", name, &[]);
        build.rows(&cast.ben, &sheet, None, &[json!({"Task": "Do not touch"})]);
        build.state.share(SHEET, &sheet.id, "USER", &cast.ada, level);
    }
    let secret = build.sheet(&cast.ben, "", "Ben's secret", &[]);
    build.rows(&cast.ben, &secret, None, &[json!({"Task": "secret"})]);
    let other = build.state.new_workspace(&cast.ben, "Ben's workspace");
    build.state.share(WORKSPACE, &other, "USER", &cast.ada, Level::Viewer);
    build.sheet(&cast.ben, &format!("workspaces/{other}"), "Only to be read", &[]);
    let hidden = build.state.new_workspace(&cast.ben, "Ben's hidden workspace");
    let single = build.sheet(&cast.ben, &format!("workspaces/{hidden}"), "Seen without its workspace", &[]);
    build.state.share(SHEET, &single.id, "USER", &cast.ada, Level::Editor);
    let lost = build.folder(&home(&cast.ada), "");
    build.sheet(&cast.ada, &format!("folders/{lost}"), "In a folder without a name", &[]);
    // The owner of this one is nobody any more.
    let orphan = build.sheet(&cast.ada, &format!("workspaces/{workspace}"), "Orphan", &[]);
    let owner = build.state.world.of(&orphan.id, SHARE).next().map(|share| text(share, "id").to_owned());
    build.force(SHARE, &owner.unwrap_or_default(), |share| share["userId"] = "0".into());
    build.force(USER, &cast.finn, |finn| finn["lastName"] = "".into());
}

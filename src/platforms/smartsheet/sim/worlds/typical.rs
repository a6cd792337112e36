//! The typical world: two workspaces, six sheets, some 400 rows, some 80 files.

use serde_json::{Value, json};

use super::super::attachments::Target;
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
/// Rows in one sheet, in groups of so many below a heading.
const ROWS: usize = 66;
const GROUP: usize = 11;

pub(super) fn fill(build: &mut Builder) {
    let product = build.workspace("Northwind product");
    let office = build.workspace("Northwind office");
    let releases = build.folder(&product, "Releases");
    build.make("/groups", json!({"name": "Product", "members": [{"email": "ben@acme.example"}, {"email": "cleo@acme.example"}]}));
    for (container, name) in [
        (format!("workspaces/{product}"), "Roadmap"),
        (format!("folders/{releases}"), "Release 2.0"),
        (format!("folders/{releases}"), "Release 2.1"),
        (format!("workspaces/{office}"), "Hiring"),
        (format!("workspaces/{office}"), "Purchasing"),
        (format!("workspaces/{office}"), "Events"),
    ] {
        fill_sheet(build, &container, name);
    }
}

fn fill_sheet(build: &mut Builder, container: &str, name: &str) {
    let cast = build.cast.clone();
    let sheet = build.sheet(
        &cast.ada,
        container,
        name,
        &[
            json!({"title": "Status", "type": "PICKLIST", "options": ["Open", "Doing", "Done"]}),
            json!({"title": "Owner", "type": "CONTACT_LIST"}),
            json!({"title": "Due", "type": "DATE"}),
            json!({"title": "Hours", "type": "TEXT_NUMBER"}),
            json!({"title": "Ready", "type": "CHECKBOX"}),
        ],
    );
    for group in 0..ROWS / GROUP {
        build.pass(3_600);
        let heading = build.rows(&cast.ada, &sheet, None, &[json!({"Task": format!("Part {}", group + 1)})]);
        let rows: Vec<Value> = (1..GROUP).map(|_| some_row(build)).collect();
        let rows = build.rows(&cast.ben, &sheet, heading.first().map(String::as_str), &rows);
        for (number, row) in rows.iter().enumerate() {
            let author = build.random.choice([&cast.ada, &cast.ben, &cast.cleo]).cloned().unwrap_or_default();
            if build.random.u8(..) < 130 {
                let [words, more] = [0, 1].map(|_| build.random.choice(WORDS).copied().unwrap_or_default());
                let (talk, _) = build.discuss(&author, &sheet.id, Some(row), words);
                build.comment(&cast.cleo, &sheet.id, &talk, more);
            }
            if number % 5 == 0 || number == 3 {
                let len = build.random.usize(500..40_000);
                let to = Target { sheet: &sheet.id, kind: "ROW", id: row };
                build.upload(
                    &author,
                    &to,
                    &format!("file {group}-{number}.bin"),
                    "application/octet-stream",
                    len,
                );
            }
        }
        if let Some(heading) = heading.first() {
            build.cells(&cast.ada, &sheet, heading, &json!({"Hours": {"formula": "=SUM(CHILDREN())"}}));
        }
    }
    build.ask(
        &cast.ada,
        "POST",
        &format!("/sheets/{}/summary/fields", sheet.id),
        json!([
            {"title": "Hours", "type": "TEXT_NUMBER", "formula": "=SUM(Hours:Hours)"},
        ]),
    );
}

fn some_row(build: &mut Builder) -> Value {
    let [verb, thing] = [VERBS, THINGS].map(|words| build.random.choice(words).copied().unwrap_or_default());
    let owner = build.random.choice(["ada", "ben", "cleo"]).unwrap_or("ada");
    let day = build.random.u8(1..29);
    let mut row = json!({
        "Task": format!("{verb} {thing}"), "Status": build.random.choice(["Open", "Doing", "Done"]),
        "Owner": format!("{owner}@acme.example"), "Hours": f64::from(build.random.u8(1..40)) / 2.0,
        "Ready": build.random.bool(),
    });
    if day.is_multiple_of(3) {
        row["Due"] = format!("2026-12-{day:02}").into();
    }
    row
}

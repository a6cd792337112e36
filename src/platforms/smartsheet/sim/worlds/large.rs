//! Worlds of many rows.

use serde_json::{Value, json};

use super::super::attachments::Target;
use super::builder::Builder;

/// Rows in one sheet.
const PER_SHEET: usize = 1_000;
/// Rows in one request.
const PER_REQUEST: usize = 500;

/// `rows` rows in sheets of a thousand, two comments each, every tenth with a file.
pub(super) fn fill(build: &mut Builder, rows: usize) {
    let workspace = build.workspace("Large");
    for sheet in 0..rows.div_ceil(PER_SHEET) {
        let here = PER_SHEET.min(rows - sheet * PER_SHEET);
        fill_sheet(build, &workspace, &format!("Sheet {}", sheet + 1), here);
    }
}

/// One sheet with exactly 1,000 rows, 2,000 comments and 100 files.
pub(super) fn fill_cost(build: &mut Builder) {
    fill(build, PER_SHEET);
}

fn fill_sheet(build: &mut Builder, workspace: &str, name: &str, count: usize) {
    let cast = build.cast.clone();
    let sheet = build.sheet(
        &cast.ada,
        &format!("workspaces/{workspace}"),
        name,
        &[
            json!({"title": "Status", "type": "PICKLIST", "options": ["Open", "Done"]}),
            json!({"title": "Owner", "type": "CONTACT_LIST"}),
            json!({"title": "Hours", "type": "TEXT_NUMBER"}),
        ],
    );
    let row = |number: usize| {
        let status = if number.is_multiple_of(3) { "Done" } else { "Open" };
        json!({"Task": format!("{name}, row {number}"), "Status": status, "Owner": "ben@acme.example", "Hours": number})
    };
    let rows: Vec<Value> = (1..=count).map(row).collect();
    let mut ids = Vec::new();
    for some in rows.chunks(PER_REQUEST) {
        ids.extend(build.rows(&cast.ada, &sheet, None, some));
    }
    for (number, row) in (1..).zip(&ids) {
        let (talk, _) = build.discuss(&cast.ben, &sheet.id, Some(row), &format!("Row {number} looks good."));
        build.comment(&cast.cleo, &sheet.id, &talk, &format!("Row {number} needs another look."));
        if number % 10 == 0 {
            let len = build.random.usize(10 * 1_024..=60 * 1_024);
            let to = Target { sheet: &sheet.id, kind: "ROW", id: row };
            build.upload(&cast.ben, &to, &format!("file-{number}.bin"), "application/octet-stream", len);
        }
    }
}

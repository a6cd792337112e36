//! Images of the nasty world.

use serde_json::json;

use super::super::state::{ROW, SHEET, items};
use super::builder::{Builder, Grid};
use crate::sim::blob::Blob;
use crate::sim::world::text;

/// A format: bold.
const BOLD: &str = ",,1,,,,,,,,,,,,,,";

/// Images without a text, without a byte, in a primary cell above other rows, in a locked column, in a cell with a
/// format, in a cell with a link, and in fields of the summary; and one twice.
pub(super) fn fill(build: &mut Builder, workspace: &str) {
    let ada = build.cast.ada.clone();
    let columns = [json!({"title": "Image", "type": "TEXT_NUMBER"}), json!({"title": "Locked", "type": "DATE"})];
    let sheet = build.sheet(&ada, &format!("workspaces/{workspace}"), "Images", &columns);
    build.change(&format!("/sheets/{}/columns/{}", sheet.id, sheet.column("Locked")), json!({"locked": true}));
    let bold = json!({"value": "gives way", "format": BOLD});
    let rows = [json!({"Task": "above"}), json!({"Image": bold}), json!({"Task": "twice"}), json!({"Task": "leads"})];
    let rows = build.rows(&ada, &sheet, None, &rows);
    let [above, bold, twice, leads] = rows.as_slice() else { return };
    build.rows(&ada, &sheet, Some(above), &[json!({"Task": "below an image"})]);
    for (row, column, text, seed, len) in [
        (above, "Task", "👩‍👩‍👧‍👦 \"quoted\" a=b&c", 1, 300),
        (above, "Locked", "x".repeat(300).as_str(), 2, 0),
        (bold, "Image", "", 3, 70_000),
        (twice, "Image", "same", 4, 90),
        (twice, "Locked", "same", 4, 90),
        (leads, "Image", "leads somewhere", 5, 40),
    ] {
        build.state.set_image(row, sheet.column(column), text, Blob::Grown { seed, len });
    }
    let column = sheet.column("Image");
    let address = json!({"url": "https://example.org/a?b=c#d"});
    build.force(ROW, leads, |row| row["cells"][column]["hyperlink"] = address);
    fill_summary(build, &sheet);
}

fn fill_summary(build: &mut Builder, sheet: &Grid) {
    let ada = build.cast.ada.clone();
    let fields = json!([
        {"title": "Logo", "type": "TEXT_NUMBER", "objectValue": "gives way"},
        {"title": "Seal", "type": "DATE", "locked": true},
        {"title": "Sign", "type": "TEXT_NUMBER", "format": BOLD},
    ]);
    build.ask(&ada, "POST", &format!("/sheets/{}/summary/fields", sheet.id), fields);
    let fields = build.state.world.get(SHEET, &sheet.id).map(|sheet| items(sheet, "summaryFields").to_vec());
    let images = [("\"a\" & b", 6, 70_000), ("", 7, 0), ("same", 4, 90)];
    for (field, (alt, seed, len)) in fields.unwrap_or_default().iter().zip(images) {
        build.state.set_summary_image(&sheet.id, text(field, "id"), alt, Blob::Grown { seed, len });
    }
}

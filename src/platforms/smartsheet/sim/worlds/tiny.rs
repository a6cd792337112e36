//! The tiny world: one workspace, a handful of sheets, twelve rows that matter, everything of every kind at
//! least once.

use serde_json::{Value, json};

use super::super::access::{Level, home};
use super::super::attachments::Target;
use crate::sim::blob::Blob;
use super::super::state::{
    FILTER, PROOF, REPORT, ROW, RULE, SENT_REQUEST, SHEET, SIGHT, TEMPLATE, UPDATE_REQUEST, USER,
};
use super::builder::{Builder, Grid};
use crate::sim::world::text;

/// Bold, and a yellow background: where formats stand in the list of formats.
const FORMAT: &str = ",,1,,,,,,,6,,,,,,,";

pub(super) fn fill(build: &mut Builder) {
    let cast = build.cast.clone();
    let workspace = build.workspace("Acme");
    let planning = build.folder(&workspace, "Planning");
    build.folder(&planning, "Archive");
    let crew = build.make("/groups", json!({
        "name": "Crew", "description": "Who builds things", "members": [{"email": "ben@acme.example"}, {"email": "cleo@acme.example"}],
    }));
    let budget = fill_budget(build, &format!("folders/{planning}"));
    build.state.share(SHEET, &budget.id, "GROUP", &crew, Level::Viewer);
    let launch = fill_launch(build, &format!("workspaces/{workspace}"), &budget);
    fill_inventory(build, &workspace, &launch);
    fill_project(build, &workspace, &planning);
    let notes = build.sheet(&cast.ben, "", "Ben's notes", &[]);
    build.rows(&cast.ben, &notes, None, &[json!({"Task": "Buy soil"}), json!({})]);
    build.state.share(SHEET, &notes.id, "USER", &cast.ada, Level::Editor);
    let drawer = build.state.new_folder(&home(&cast.ada), "Drawer");
    let private = build.sheet(&cast.ada, &format!("folders/{drawer}"), "Passwords of plants", &[]);
    build.rows(&cast.ada, &private, None, &[json!({"Task": "Ficus"})]);
    fill_poster(build, &launch);
    fill_profile(build);
}

fn fill_budget(build: &mut Builder, container: &str) -> Grid {
    let cast = build.cast.clone();
    let budget =
        build.sheet(&cast.ben, container, "Budget", &[json!({"title": "Amount", "type": "TEXT_NUMBER"})]);
    build.rows(
        &cast.ben,
        &budget,
        None,
        &[json!({"Task": "Posters", "Amount": 1200}), json!({"Task": "Party", "Amount": 800.5})],
    );
    budget
}

fn fill_launch(build: &mut Builder, container: &str, budget: &Grid) -> Grid {
    let cast = build.cast.clone();
    let launch = build.sheet(&cast.ada, container, "Launch plan", &[
        json!({"title": "Status", "type": "PICKLIST", "options": ["Open", "Doing", "Done"]}),
        json!({"title": "Priority", "type": "PICKLIST", "symbol": "RYG"}),
        json!({"title": "Due", "type": "DATE", "width": 90}),
        json!({"title": "Star", "type": "CHECKBOX", "symbol": "STAR"}),
        json!({"title": "Owner", "type": "CONTACT_LIST", "contactOptions": [{"name": "Ben Okafor", "email": "ben@acme.example"}]}),
        json!({"title": "Team", "type": "MULTI_CONTACT_LIST"}),
        json!({"title": "Labels", "type": "MULTI_PICKLIST", "options": ["red", "green", "blue"]}),
        json!({"title": "Cost", "type": "TEXT_NUMBER"}),
        json!({"title": "Link", "type": "TEXT_NUMBER"}),
        json!({"title": "Number", "type": "TEXT_NUMBER", "systemColumnType": "AUTO_NUMBER",
            "autoNumberFormat": {"prefix": "L-", "fill": "000", "startingNumber": 1}}),
        json!({"title": "Made", "type": "DATETIME", "systemColumnType": "CREATED_DATE"}),
        json!({"title": "Made by", "type": "CONTACT_LIST", "systemColumnType": "CREATED_BY"}),
        json!({"title": "Changed", "type": "DATETIME", "systemColumnType": "MODIFIED_DATE"}),
        json!({"title": "Changed by", "type": "CONTACT_LIST", "systemColumnType": "MODIFIED_BY"}),
    ]);
    let columns = |title: &str| format!("/sheets/{}/columns/{}", launch.id, launch.column(title));
    build.change(
        &columns("Status"),
        json!({"validation": true, "description": "Where it stands", "format": FORMAT}),
    );
    build.change(&columns("Cost"), json!({"locked": true}));
    build
        .change(&columns("Link"), json!({"hidden": true, "formula": "=[Task]@row + \" / \" + [Status]@row"}));
    let path = format!("/sheets/{}/crosssheetreferences", launch.id);
    build.make(
        &path,
        json!({
            "name": "All amounts", "sourceSheetId": budget.id,
            "startColumnId": budget.column("Amount"), "endColumnId": budget.column("Amount"),
        }),
    );
    let top = build.rows(&cast.ben, &launch, None, &[
        json!({"Task": "Prepare", "Status": "Doing"}),
        json!({"Task": "Launch", "Status": "Open", "Due": "2026-12-01", "Star": true, "Labels": labels(&["red"])}),
    ]);
    let [prepare, launching] = [0, 1].map(|at| top.get(at).cloned().unwrap_or_default());
    let steps = build.rows(&cast.cleo, &launch, Some(&prepare), &[
        json!({"Task": "Print posters", "Status": "Done", "Owner": "ben@acme.example", "Priority": "Green",
            "Team": {"objectValue": {"objectType": "MULTI_CONTACT", "values": [
                {"objectType": "CONTACT", "email": "ben@acme.example"}, {"objectType": "CONTACT", "email": "guest@else.example", "name": "A guest"}]}},
            "Labels": labels(&["green", "blue"])}),
        json!({"Task": {"value": "Rent the hall", "hyperlink": {"url": "https://hall.example"}, "format": FORMAT}, "Status": "Doing"}),
    ]);
    let hall = steps.get(1).cloned().unwrap_or_default();
    build.rows(
        &cast.cleo,
        &launch,
        Some(&hall),
        &[json!({"Task": "Sign the contract", "Due": "2026-11-27"})],
    );
    build.cells(&cast.ada, &launch, &launching, &json!({"Cost": {"formula": "=SUM({All amounts})"}}));
    build.cells(&cast.ada, &launch, &prepare, &json!({"Cost": {"formula": "=SUM(CHILDREN())"}}));
    link(build, &launch, &hall, budget);
    build.state.set_image(
        &launching,
        launch.column("Priority"),
        "logo.png",
        Blob::Grown { seed: 7, len: 900 },
    );
    build.force(ROW, &launching, |row| {
        row["locked"] = true.into();
        row["conditionalFormat"] = FORMAT.into();
    });
    fill_talk(build, &launch, &hall);
    build.ask(&cast.ada, "POST", &format!("/sheets/{}/summary/fields", launch.id), json!([
        {"title": "Sponsor", "type": "CONTACT_LIST", "objectValue": {"objectType": "CONTACT", "email": "ada@acme.example"}},
        {"title": "Total", "type": "TEXT_NUMBER", "formula": "=SUM(Cost:Cost)"},
        {"title": "Motto", "type": "TEXT_NUMBER", "objectValue": "Go", "locked": true},
    ]));
    build.change(
        &format!("/sheets/{}/publish", launch.id),
        json!({"readOnlyFullEnabled": true, "readOnlyFullAccessibleBy": "ORG"}),
    );
    launch
}

fn labels(values: &[&str]) -> Value {
    json!({"objectValue": {"objectType": "MULTI_PICKLIST", "values": values}})
}

/// The cost of the hall is linked in from the budget.
fn link(build: &mut Builder, launch: &Grid, hall: &str, budget: &Grid) {
    let ada = build.cast.ada.clone();
    let row = build.state.order.get(&budget.id).and_then(|rows| rows.first()).cloned().unwrap_or_default();
    build.cells(&ada, launch, hall, &json!({"Cost": {
        "value": null, "linkInFromCell": {"sheetId": budget.id, "rowId": row, "columnId": budget.column("Amount")},
    }}));
}

fn fill_talk(build: &mut Builder, launch: &Grid, hall: &str) {
    let cast = build.cast.clone();
    let sheet = launch.id.as_str();
    let (talk, _) = build.discuss(&cast.cleo, sheet, Some(hall), "Is the hall free in December?");
    let answer = build.comment(&cast.dan, sheet, &talk, "Yes, see the offer.");
    build.discuss(&cast.ben, sheet, None, "Please keep this sheet up to date.");
    let row = Target { sheet, kind: "ROW", id: hall };
    build.upload(&cast.cleo, &row, "contract.pdf", "application/pdf", 48_000);
    build.upload(&cast.dan, &Target { sheet, kind: "COMMENT", id: &answer }, "offer.txt", "text/plain", 700);
    build.upload(&cast.ada, &Target { sheet, kind: "SHEET", id: sheet }, "plan.png", "image/png", 12_000);
    build.ask(
        &cast.ben,
        "POST",
        &format!("/sheets/{sheet}/rows/{hall}/attachments"),
        json!({
            "name": "The hall", "url": "https://hall.example/map", "attachmentType": "LINK",
        }),
    );
}

fn fill_inventory(build: &mut Builder, workspace: &str, launch: &Grid) {
    let ada = build.cast.ada.clone();
    let by = json!({"name": "Ada Byron", "email": "ada@acme.example"});
    for (name, steps) in [("Tell Ben", false), ("Ask for approval", true)] {
        build.place(RULE, &launch.id, json!({
            "name": name, "enabled": true, "userCanModify": true, "_steps": steps, "createdBy": by, "modifiedBy": by,
            "action": {"type": "NOTIFICATION_ACTION", "frequency": "IMMEDIATELY", "notifyAllSharedUsers": false,
                "recipients": [{"email": "ben@acme.example"}], "includedColumnIds": [launch.column("Task")]},
        }));
    }
    build.place(
        FILTER,
        &launch.id,
        json!({
            "name": "Only open", "filterType": "SHARED", "version": 1,
            "query": {"operator": "AND", "includeParent": false, "criteria": [
                {"columnId": launch.column("Status"), "operator": "EQUAL", "values": ["Open"]},
            ]},
        }),
    );
    let first = build.state.order.get(&launch.id).and_then(|rows| rows.first()).cloned().unwrap_or_default();
    build.place(UPDATE_REQUEST, &launch.id, json!({
        "sendTo": [{"email": "ben@acme.example"}], "subject": "Please update", "message": "It is due.", "ccMe": false,
        "columnIds": [launch.column("Status")], "rowIds": [first], "includeAttachments": false,
        "includeDiscussions": true, "sentBy": by,
        "schedule": {"type": "WEEKLY", "repeatEvery": 1, "startAt": "2026-01-05T08:00:00Z", "dayDescriptors": ["MONDAY"]},
    }));
    build.place(PROOF, &launch.id, json!({
        "name": "Print posters", "proofType": "IMAGE", "version": 2, "isCompleted": false, "lastUpdatedBy": by,
        "lastUpdatedAt": "2025-01-07T08:00:00Z", "proofRequestUrl": "https://app.smartsheet.com/proofs/1",
        "_actions": [
            {"user": {"name": "Ben Okafor", "email": "ben@acme.example"}, "actionStatus": "APPROVED"},
            {"user": {"name": "Cleo Martín", "email": "cleo@acme.example"}, "actionStatus": "PENDING"},
        ],
    }));
    let report = build.place(REPORT, workspace, json!({
        "name": "Open tasks", "_parent": workspace, "source": null, "_publish": {},
        "_scope": [{"assetType": "sheet", "assetId": launch.id}],
        "_definition": {"filters": {"operator": "AND", "criteria": [
            {"column": {"title": "Status", "type": "PICKLIST"}, "operator": "NOT_EQUAL", "values": ["Done"]}]},
            "groupingCriteria": [], "summarizingCriteria": [], "sortingCriteria": []},
        "_columns": [{"id": launch.column("Task"), "title": "Task", "type": "TEXT_NUMBER", "primary": true, "index": 0}],
    }));
    build.state.own(REPORT, &report, &ada);
    let sight = build.place(SIGHT, workspace, json!({
        "name": "Overview", "_parent": workspace, "source": null, "_publish": {},
        "widgets": [{"id": "1", "type": "RICHTEXT", "title": "Overview", "xPosition": 0, "yPosition": 0, "width": 6,
            "height": 1, "version": 1, "viewMode": 1, "contents": {"type": "RICHTEXT", "htmlContent": "<p>Overview</p>"}}],
    }));
    build.state.own(SIGHT, &sight, &ada);
}

/// What hangs on the proof of the poster, whose second version it is, and the update request that was sent.
fn fill_poster(build: &mut Builder, launch: &Grid) {
    let cast = build.cast.clone();
    let sheet = launch.id.as_str();
    let id = |build: &Builder, kind| {
        let first = build.state.listed(sheet, kind).first().map(|one| text(one, "id").to_owned());
        first.unwrap_or_default()
    };
    let proof = id(build, PROOF);
    let newest = build.state.new_id();
    build.force(PROOF, &proof, |poster| {
        poster["_versions"] = json!([{
            "id": poster["id"], "originalId": poster["id"], "name": poster["name"], "proofType": "IMAGE", "version": 1,
            "isCompleted": true, "lastUpdatedAt": "2025-01-06T09:30:00Z", "lastUpdatedBy": poster["lastUpdatedBy"],
            "proofRequestUrl": poster["proofRequestUrl"],
        }]);
        poster["_newest"] = newest.into();
    });
    let on_proof = Target { sheet, kind: "PROOF", id: &proof };
    build.upload(&cast.cleo, &on_proof, "poster.png", "image/png", 20_000);
    let (_, comment) = build.state.new_proof_discussion(&cast.ben, sheet, &proof, "The date is too small.");
    let on_comment = Target { sheet, kind: "COMMENT", id: &comment };
    build.upload(&cast.ben, &on_comment, "larger date.txt", "text/plain", 300);
    let request = id(build, UPDATE_REQUEST);
    build.place(SENT_REQUEST, sheet, json!({
        "updateRequestId": request, "sentTo": {"email": "ben@acme.example"}, "subject": "Please update",
        "message": "It is due.", "sentAt": "2026-01-05T08:00:00Z", "status": "PENDING",
        "sentBy": {"name": "Ada Byron", "email": "ada@acme.example"},
    }));
}

/// What Ben has written about himself.
fn fill_profile(build: &mut Builder) {
    let (ben, alternate) = (build.cast.ben.clone(), build.state.new_id());
    build.force(USER, &ben, |ben| {
        ben["_profile"] = json!({
            "company": "Acme", "department": "Design", "title": "Head of design", "workPhone": "+44 20 7946 0018",
            "mobilePhone": "+44 7700 900118", "timeZone": "Europe/London", "locale": "en_GB",
            "alternateEmails": [{"id": alternate, "email": "ben@else.example", "confirmed": true}],
            "profileImage": {"imageId": "u!1!Bj4Y2kqR", "width": "1050", "height": "1050"},
        });
    });
}

/// A template and a sheet made from it: there is no other way to a project sheet.
fn fill_project(build: &mut Builder, workspace: &str, folder: &str) {
    let ada = build.cast.ada.clone();
    let template = build.project(TEMPLATE, folder, "Project template");
    let body = json!({"name": "Moving house", "fromId": template});
    let id = build.make(&format!("/workspaces/{workspace}/sheets"), body);
    let project = build.grid(&id);
    let rows = build.rows(
        &ada,
        &project,
        None,
        &[
            json!({"Task": "Pack", "Start": "2026-12-07T08:00:00", "Duration": "3d"}),
            json!({"Task": "Drive", "Duration": "1d"}),
        ],
    );
    if let [pack, drive, ..] = rows.as_slice() {
        build.cells(
            &ada,
            &project,
            drive,
            &json!({"Predecessors": {"objectValue": {
                "objectType": "PREDECESSOR_LIST", "predecessors": [{"rowId": pack, "type": "FS"}],
            }}}),
        );
    }
}

//! Images in Smartsheet's cells and summary fields: their bytes are read, and restored where they stood.

use boardvault::app::backup::Options;
use boardvault::app::downloads::Attachments;
use boardvault::apply::Relation;
use boardvault::model::loss::{Loss, LossCause};
use boardvault::model::{Blob, Kind, Record};
use boardvault::plan::types::{FieldChange, Mode, Verdict};
use serde_json::{Value, json};

use crate::common::scene::{Scene, inside};
use crate::common::{Desk, FULL, USUAL};

/// Who may change everything.
const ADMIN: &str = "system admin";

/// A place in the launch plan in which an image stands.
struct Spot {
    scene: Scene,
    sheet: String,
    at: At,
}

#[derive(Clone)]
enum At {
    Cell { row: String, column: String },
    Field(String),
}

impl Spot {
    /// A cell of the last row, and a field of the summary.
    async fn both() -> [Self; 2] {
        [Self::cell(USUAL).await, Self::field(USUAL).await]
    }

    /// The cell, after a backup of this much.
    async fn cell(options: Options) -> Self {
        let desk = Desk::on("smartsheet", "tiny", 1).await;
        let state = desk.world.state().await;
        let has_image =
            |row: &&Value| row["cells"].as_object().unwrap().values().any(|cell| !cell["image"].is_null());
        let row = state["row"].as_array().unwrap().iter().find(has_image).unwrap();
        let cells = row["cells"].as_object().unwrap();
        let column = cells.iter().find(|(_, cell)| !cell["image"].is_null()).unwrap().0.clone();
        let [sheet, row] = ["_sheet", "id"].map(|name| row[name].as_str().unwrap().to_owned());
        Self { scene: Scene::kept(desk, options).await, sheet, at: At::Cell { row, column } }
    }

    /// The field, after a backup of this much.
    async fn field(options: Options) -> Self {
        let desk = Desk::on("smartsheet", "tiny", 1).await;
        let sheet = desk.world.named("sheet", "Launch plan").await;
        let motto = sheet["summaryFields"].as_array().unwrap().iter().find(|field| field["title"] == "Motto");
        let [sheet, field] = [&sheet, motto.unwrap()].map(|named| named["id"].as_str().unwrap().to_owned());
        let at = At::Field(field);
        desk.world
            .upload(ADMIN, &format!("{}?altText=logo.png", route(&sheet, &at)), "logo.png", b"logo")
            .await;
        Self { scene: Scene::kept(desk, options).await, sheet, at }
    }

    /// The cell or field as it is now.
    async fn now(&self) -> Value {
        let state = self.scene.desk.world.state().await;
        let named =
            |list: &Value, id: &str| list.as_array().unwrap().iter().find(|one| one["id"] == id).cloned();
        match &self.at {
            At::Cell { row, column } => named(&state["row"], row).unwrap()["cells"][column].clone(),
            At::Field(field) => {
                named(&named(&state["sheet"], &self.sheet).unwrap()["summaryFields"], field).unwrap()
            }
        }
    }

    async fn write(&self, value: &str) {
        let number = |id: &str| json!(id.parse::<u64>().unwrap());
        let (path, body) = match &self.at {
            At::Cell { row, column } => {
                let cell = json!({"columnId": number(column), "value": value, "strict": false});
                ("rows", json!([{"id": number(row), "cells": [cell]}]))
            }
            At::Field(field) => ("summary/fields", json!([{"id": number(field), "objectValue": value}])),
        };
        self.scene.desk.world.call(ADMIN, "PUT", &format!("/sheets/{}/{path}", self.sheet), body).await;
    }

    async fn upload(&self, text: &str) {
        let path = format!("{}?altText={text}", route(&self.sheet, &self.at));
        self.scene.desk.world.upload(ADMIN, &path, "other.png", b"another image").await;
    }

    /// Backs the account up as it is now; gives the snapshot.
    async fn backup(&self) -> String {
        self.scene.desk.backup(FULL).await.id.to_string()
    }

    async fn undo(&self, run: &str) {
        let back = self.scene.desk.undo(run).await;
        self.scene.desk.apply(&back).await;
    }

    /// Checks that the image with this text is there.
    async fn shows(&self, image: &str) {
        assert_eq!(self.now().await["image"]["altText"], image);
    }

    /// Checks that there is no image any more.
    async fn shows_none(&self) {
        let now = self.now().await;
        assert!(now["image"].is_null(), "{now}");
    }

    /// Checks that this text is there and no image.
    async fn says(&self, text: &str) {
        let now = self.now().await;
        assert!(now["displayValue"] == text && now["image"].is_null(), "{now}");
    }

    /// Merges the backup, and checks that everything is as it was; gives the run.
    async fn merge(&self) -> String {
        let Self { scene, .. } = self;
        let plan = scene.desk.plan(&scene.snapshot(), Mode::Merge, &[]).await;
        let applied = scene.desk.apply(&plan).await;
        let found = scene.now().await;
        scene.compare(&scene.wanted, &found, &plan.plan, Relation::Restored).assert_same("merge");
        scene.desk.assert_settled(&scene.snapshot()).await;
        applied.run
    }
}

/// Where images are uploaded to.
fn route(sheet: &str, at: &At) -> String {
    match at {
        At::Cell { row, column } => format!("/sheets/{sheet}/rows/{row}/columns/{column}/cellimages"),
        At::Field(field) => format!("/sheets/{sheet}/summary/fields/{field}/images"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bytes_of_images_are_in_the_backup_and_each_knows_where_it_stands() {
    for (spot, len) in Spot::both().await.into_iter().zip([900, 4]) {
        let (native, names) = match &spot.at {
            At::Cell { row, column } => (json!([row, column]), ["rowId", "columnId"].as_slice()),
            At::Field(field) => (json!([field]), ["fieldId"].as_slice()),
        };
        let stands = |image: &&Record| {
            names.iter().map(|name| image.native[*name].clone()).collect::<Value>() == native
        };
        let images = spot.scene.wanted.values().filter(|record| record.key.kind == Kind::Image);
        let images: Vec<_> = images.filter(stands).collect();
        let [image] = images.as_slice() else { panic!("{images:?}") };
        assert!(matches!(&image.blob, Blob::Stored(blob) if blob.len == len), "{:?}", image.blob);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_images_come_back_with_a_sheet_that_was_deleted() {
    let scene = Scene::before(Desk::on("smartsheet", "nasty", 1).await).await;
    let sheet = scene.container("Images");
    scene.desk.world.call(ADMIN, "DELETE", &format!("/sheets/{sheet}"), Value::Null).await;
    let path = scene.path("Nästy & Söns <b> \"quoted\"/Images");
    let plan = scene.desk.plan(&path, Mode::Merge, &[]).await;
    let uploads = plan.plan.steps.iter().filter(|step| step.subject.kind == Kind::Image);
    assert_eq!(uploads.count(), 9);
    scene.desk.apply(&plan).await;
    let (wanted, found) = (inside(&scene.wanted, &sheet), scene.now().await);
    scene.compare(&wanted, &found, &plan.plan, Relation::Restored).assert_same("merge");
    assert!(scene.desk.plan(&path, Mode::Merge, &[]).await.plan.steps.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn where_an_image_leads_is_a_named_loss_and_its_link_is_never_written_over_it() {
    let scene = Scene::before(Desk::on("smartsheet", "nasty", 1).await).await;
    let sheet = scene.container("Images");
    let state = scene.desk.world.state().await;
    let linked =
        |row: &&Value| row["cells"].as_object().unwrap().values().any(|cell| cell["hyperlink"].is_object());
    let row =
        state["row"].as_array().unwrap().iter().find(|row| row["_sheet"] == sheet.as_str() && linked(row));
    let row = row.unwrap()["id"].as_str().unwrap();
    scene.desk.world.call(ADMIN, "DELETE", &format!("/sheets/{sheet}/rows?ids={row}"), Value::Null).await;
    let plan = scene.desk.plan(&scene.snapshot(), Mode::Merge, &[]).await;
    let lost = plan.plan.losses.iter().filter(|loss| loss.field.as_deref() == Some("imageLink"));
    let lost: Vec<_> = lost.map(|loss| (loss.key.kind, loss.cause)).collect();
    assert_eq!(lost, [(Kind::FieldValue, LossCause::NotWritable)]);
    let changes = plan.plan.steps.iter().flat_map(|step| &step.changes);
    let links: Vec<&FieldChange> = changes.filter(|change| change.path.contains("ink")).collect();
    assert!(links.is_empty(), "{links:?}");
    scene.desk.apply(&plan).await;
    scene.compare(&scene.wanted, &scene.now().await, &plan.plan, Relation::Restored).assert_same("merge");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_comes_back_where_it_was_taken_out_and_goes_with_the_undo() {
    for spot in Spot::both().await {
        spot.write("").await;
        let run = spot.merge().await;
        spot.shows("logo.png").await;
        spot.undo(&run).await;
        spot.shows_none().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_takes_the_place_of_a_text_and_gives_it_back_with_the_undo() {
    for spot in Spot::both().await {
        spot.write("Green").await;
        let run = spot.merge().await;
        spot.shows("logo.png").await;
        spot.undo(&run).await;
        spot.says("Green").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_takes_the_place_of_another_and_gives_it_back_with_the_undo() {
    for spot in Spot::both().await {
        spot.upload("other").await;
        let run = spot.merge().await;
        spot.shows("logo.png").await;
        spot.undo(&run).await;
        spot.shows("other").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_takes_the_place_of_an_image_and_gives_it_back_with_the_undo() {
    for spot in Spot::both().await {
        spot.write("Green").await;
        let text = spot.backup().await;
        spot.upload("other").await;
        let run = spot.scene.desk.merge(&text).await.run;
        spot.says("Green").await;
        spot.undo(&run).await;
        spot.shows("other").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_put_over_a_restored_text_is_shown_and_kept_when_an_undo_ends_it() {
    for spot in Spot::both().await {
        spot.write("Green").await;
        let desk = &spot.scene.desk;
        let text = spot.backup().await;
        spot.write("Red").await;
        let run = spot.scene.desk.merge(&text).await.run;
        spot.upload("other").await;
        let back = desk.undo(&run).await;
        let ends =
            |change: &FieldChange| change.path == "image" && change.from.is_some() && change.to.is_null();
        assert!(back.plan.steps.iter().any(|step| step.changes.iter().any(ends)), "{:#?}", back.plan.steps);
        let undone = desk.apply(&back).await;
        spot.says("Red").await;
        spot.undo(&undone.run).await;
        spot.shows("other").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_without_bytes_in_the_backup_leaves_what_is_there_as_it_is() {
    let options = Options { attachments: Attachments::None, full: false };
    for (spot, kind) in
        [(Spot::cell(options).await, Kind::FieldValue), (Spot::field(options).await, Kind::SummaryField)]
    {
        spot.write("Green").await;
        let plan = spot.scene.desk.plan(&spot.scene.snapshot(), Mode::Merge, &[]).await;
        assert_eq!(plan.plan.verdict, Verdict::NothingToDo, "{:#?}", plan.plan.steps);
        let is_named = |loss: &Loss| loss.key.kind == kind && loss.cause == LossCause::BytesMissing;
        assert!(plan.plan.losses.iter().any(is_named), "{:#?}", plan.plan.losses);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_makes_no_second_image() {
    for spot in Spot::both().await {
        spot.write("").await;
        let world = &spot.scene.desk.world;
        let path = format!("/2.0{}", route(&spot.sheet, &spot.at));
        world.fault(json!({"kind": "drop_after", "method": "POST", "path": path, "times": 1})).await;
        world.forget_log().await;
        spot.merge().await;
        let log = world.log().await;
        assert_eq!(log.iter().filter(|call| call.path == path).count(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_in_a_field_comes_back_with_the_field_and_with_a_copy() {
    let spot = Spot::field(USUAL).await;
    let At::Field(field) = &spot.at else { panic!("a field") };
    let path = format!("/sheets/{}/summary/fields?ids={field}", spot.sheet);
    spot.scene.desk.world.call(ADMIN, "DELETE", &path, Value::Null).await;
    spot.merge().await;
    let plan = spot.scene.desk.plan(&spot.scene.path("Acme/Launch plan"), Mode::Copy, &[]).await;
    spot.scene.desk.apply(&plan).await;
    let state = spot.scene.desk.world.state().await;
    let fields =
        state["sheet"].as_array().unwrap().iter().filter_map(|sheet| sheet["summaryFields"].as_array());
    let shown = fields.flatten().filter(|field| field["image"]["altText"] == "logo.png");
    assert_eq!(shown.count(), 2);
}

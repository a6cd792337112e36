//! Images in Smartsheet's cells: their bytes are read, and restored where they stood.

use boardvault::app::backup::Options;
use boardvault::app::downloads::Attachments;
use boardvault::apply::Relation;
use boardvault::model::loss::{Loss, LossCause};
use boardvault::model::{Blob, Kind};
use boardvault::plan::types::{FieldChange, Mode, Verdict};
use serde_json::{Value, json};

use crate::common::scene::{Scene, inside};
use crate::common::{Desk, USUAL};

/// Who may change everything.
const ADMIN: &str = "system admin";

/// The launch plan, whose last row has an image in one of its cells.
struct Cell {
    scene: Scene,
    sheet: String,
    row: String,
    column: String,
}

impl Cell {
    async fn new() -> Self {
        Self::kept(USUAL).await
    }

    /// After a backup of this much.
    async fn kept(options: Options) -> Self {
        let scene = Scene::kept(Desk::on("smartsheet", "tiny", 1).await, options).await;
        let state = scene.desk.world.state().await;
        let has_image =
            |row: &&Value| row["cells"].as_object().unwrap().values().any(|cell| !cell["image"].is_null());
        let row = state["row"].as_array().unwrap().iter().find(has_image).unwrap();
        let cells = row["cells"].as_object().unwrap();
        let column = cells.iter().find(|(_, cell)| !cell["image"].is_null()).unwrap().0.clone();
        let [sheet, row] = ["_sheet", "id"].map(|name| row[name].as_str().unwrap().to_owned());
        Self { scene, sheet, row, column }
    }

    /// The cell as it is now.
    async fn now(&self) -> Value {
        let state = self.scene.desk.world.state().await;
        let row = state["row"].as_array().unwrap().iter().find(|row| row["id"] == self.row.as_str());
        row.unwrap()["cells"][&self.column].clone()
    }

    async fn write(&self, value: &str) {
        let number = |id: &str| json!(id.parse::<u64>().unwrap());
        let cell = json!({"columnId": number(&self.column), "value": value, "strict": false});
        let body = json!([{"id": number(&self.row), "cells": [cell]}]);
        let path = format!("/sheets/{}/rows", self.sheet);
        self.scene.desk.world.call(ADMIN, "PUT", &path, body).await;
    }

    async fn upload(&self, text: &str) {
        let Self { sheet, row, column, .. } = self;
        let path = format!("/sheets/{sheet}/rows/{row}/columns/{column}/cellimages?altText={text}");
        self.scene.desk.world.upload(ADMIN, &path, "other.png", b"another image").await;
    }

    /// Backs the account up as it is now; gives the snapshot.
    async fn backup(&self) -> String {
        self.scene.desk.backup(USUAL).await.id.to_string()
    }

    async fn undo(&self, run: &str) {
        let back = self.scene.desk.undo(run).await;
        self.scene.desk.apply(&back).await;
    }

    /// Checks that the cell has the image with this text.
    async fn shows(&self, image: &str) {
        assert_eq!(self.now().await["image"]["altText"], image);
    }

    /// Checks that the cell has this text and no image.
    async fn says(&self, text: &str) {
        let now = self.now().await;
        assert!(now["value"] == text && now["image"].is_null(), "{now}");
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

#[tokio::test(flavor = "multi_thread")]
async fn the_bytes_of_an_image_are_in_the_backup() {
    let cell = Cell::new().await;
    let images: Vec<_> = cell.scene.wanted.values().filter(|record| record.key.kind == Kind::Image).collect();
    let [image] = images.as_slice() else { panic!("{images:?}") };
    assert!(matches!(&image.blob, Blob::Stored(blob) if blob.len == 900), "{:?}", image.blob);
    assert_eq!(image.native["columnId"], cell.column.as_str());
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_images_come_back_with_a_sheet_that_was_deleted() {
    let scene = Scene::before(Desk::on("smartsheet", "nasty", 1).await).await;
    let sheet = scene.container("Images");
    scene.desk.world.call(ADMIN, "DELETE", &format!("/sheets/{sheet}"), Value::Null).await;
    let path = scene.path("Nästy & Söns <b> \"quoted\"/Images");
    let plan = scene.desk.plan(&path, Mode::Merge, &[]).await;
    let uploads = plan.plan.steps.iter().filter(|step| step.subject.kind == Kind::Image);
    assert_eq!(uploads.count(), 5);
    scene.desk.apply(&plan).await;
    let (wanted, found) = (inside(&scene.wanted, &sheet), scene.now().await);
    scene.compare(&wanted, &found, &plan.plan, Relation::Restored).assert_same("merge");
    assert!(scene.desk.plan(&path, Mode::Merge, &[]).await.plan.steps.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_comes_back_into_a_cell_that_was_emptied_and_goes_with_the_undo() {
    let cell = Cell::new().await;
    cell.write("").await;
    let run = cell.merge().await;
    cell.shows("logo.png").await;
    cell.undo(&run).await;
    assert!(cell.now().await["image"].is_null(), "{}", cell.now().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_takes_the_place_of_a_text_and_gives_it_back_with_the_undo() {
    let cell = Cell::new().await;
    cell.write("Green").await;
    let run = cell.merge().await;
    cell.shows("logo.png").await;
    cell.undo(&run).await;
    cell.says("Green").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_takes_the_place_of_another_and_gives_it_back_with_the_undo() {
    let cell = Cell::new().await;
    cell.upload("other").await;
    let run = cell.merge().await;
    cell.shows("logo.png").await;
    cell.undo(&run).await;
    cell.shows("other").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_takes_the_place_of_an_image_and_gives_it_back_with_the_undo() {
    let cell = Cell::new().await;
    cell.write("Green").await;
    let text = cell.backup().await;
    cell.upload("other").await;
    let run = cell.scene.desk.merge(&text).await.run;
    cell.says("Green").await;
    cell.undo(&run).await;
    cell.shows("other").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_put_over_a_restored_text_is_shown_and_kept_when_an_undo_ends_it() {
    let cell = Cell::new().await;
    cell.write("Green").await;
    let desk = &cell.scene.desk;
    let text = cell.backup().await;
    cell.write("Red").await;
    let run = cell.scene.desk.merge(&text).await.run;
    cell.upload("other").await;
    let back = desk.undo(&run).await;
    let ends = |change: &FieldChange| change.path == "image" && change.from.is_some() && change.to.is_null();
    assert!(back.plan.steps.iter().any(|step| step.changes.iter().any(ends)), "{:#?}", back.plan.steps);
    let undone = desk.apply(&back).await;
    cell.says("Red").await;
    cell.undo(&undone.run).await;
    cell.shows("other").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_without_bytes_in_the_backup_leaves_the_cell_as_it_is() {
    let cell = Cell::kept(Options { attachments: Attachments::None, full: false }).await;
    cell.write("Green").await;
    let plan = cell.scene.desk.plan(&cell.scene.snapshot(), Mode::Merge, &[]).await;
    assert_eq!(plan.plan.verdict, Verdict::NothingToDo, "{:#?}", plan.plan.steps);
    let is_named = |loss: &Loss| loss.key.kind == Kind::FieldValue && loss.cause == LossCause::BytesMissing;
    assert!(plan.plan.losses.iter().any(is_named), "{:#?}", plan.plan.losses);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_makes_no_second_image() {
    let cell = Cell::new().await;
    cell.write("").await;
    let Cell { scene, sheet, row, column } = &cell;
    let path = format!("/2.0/sheets/{sheet}/rows/{row}/columns/{column}/cellimages");
    let fault = json!({"kind": "drop_after", "method": "POST", "path": path, "times": 1});
    scene.desk.world.fault(fault).await;
    scene.desk.world.forget_log().await;
    cell.merge().await;
    let log = scene.desk.world.log().await;
    assert_eq!(log.iter().filter(|call| call.path == path).count(), 1);
}

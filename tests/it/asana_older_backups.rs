//! Backups of Asana as earlier versions of the program wrote them.

use std::collections::BTreeMap;

use boardvault::app::context::entry;
use boardvault::model::{Kind, NativeId, Record};
use boardvault::plan::types::Mode;
use boardvault::snapshot::SnapshotWriter;
use boardvault::snapshot::manifest::Manifest;
use serde_json::{Value, json};

use crate::common::compare::side;
use crate::common::{Desk, USUAL};

/// A backup in which tasks of an organization's own types say so by their subtype, and no types are described.
async fn with_subtypes(desk: &Desk) -> String {
    let report = desk.backup(USUAL).await;
    let is_type = |record: &Record| {
        let said = |name: &str| record.native.get(name).is_some_and(|value| !value.is_null());
        record.key.kind == Kind::Inventory && (said("status_options") || said("custom_type"))
    };
    let mut containers: BTreeMap<NativeId, Vec<Record>> = BTreeMap::new();
    for (key, mut record) in side(desk.app(), report.id).into_iter().filter(|(_, record)| !is_type(record)) {
        if key.kind == Kind::Item && !record.native["custom_type"].is_null() {
            record.native["resource_subtype"] = json!("custom");
        }
        containers.entry(key.container.clone()).or_default().push(record);
    }
    let pages = desk.app().pages("asana").unwrap();
    let writer = SnapshotWriter::new(pages, Some(&report.manifest)).unwrap();
    for (id, mut records) in containers {
        records.sort_by(|one, other| one.key.cmp(&other.key));
        writer.replace_container(id, records.iter()).unwrap();
    }
    let written = writer.finish().unwrap();
    let manifest = Manifest {
        number: report.manifest.number + 1,
        parent: Some(report.id),
        tree: written.tree,
        counts: written.counts,
        ..report.manifest.clone()
    };
    desk.app().vault.append(entry::MANIFEST, &manifest.encode().unwrap()).unwrap();
    manifest.id().unwrap().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_of_own_types_that_an_older_backup_holds_are_as_wanted_and_come_back() {
    let desk = Desk::on("asana", "nasty", 1).await;
    let before = with_subtypes(&desk).await;
    assert!(desk.plan(&before, Mode::Merge, &[]).await.plan.steps.is_empty(), "nothing has changed");
    let task = desk.world.id("task", "A bug in repair").await;
    desk.ask("DELETE", &format!("/tasks/{task}"), Value::Null).await;
    desk.merge(&before).await;
    assert_ne!(desk.world.id("task", "A bug in repair").await, task);
    desk.assert_settled(&before).await;
}

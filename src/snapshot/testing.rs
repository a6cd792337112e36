//! A small platform and a small account for the tests of this module.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::manifest::{Bytes, ContainerEntry, LeftOut, Purpose, Status};
use super::{Manifest, Reader, SnapshotId, SnapshotWriter};
use crate::base::hash::Hash;
use crate::model::coverage::{Count, Missing, Usage};
use crate::model::dialect::{Dialect, TextLink};
use crate::model::spec::{BatchRules, Field, IdPolicy, KindSpec, Parent, Role, Verbs};
use crate::model::{Blob, Kind, Record, RecordKey};
use crate::prolly::Tree;
use crate::prolly::testing::MemoryChunks;

/// A platform with boards, lists, cards and what hangs on them.
pub(crate) struct Boards;

const fn spec(
    kind: Kind,
    noun: &'static str,
    parent: Parent,
    title: &'static str,
    fields: &'static [Field],
) -> KindSpec {
    KindSpec {
        kind,
        noun,
        plural: noun,
        parent,
        title,
        verbs: Verbs::ALL,
        ids: IdPolicy::Server,
        batch: BatchRules::SINGLE,
        natural_key: &[],
        fields,
        losses: &[],
    }
}

static KINDS: &[KindSpec] = &[
    spec(Kind::Workspace, "workspace", Parent::Root, "displayName", &[]),
    spec(
        Kind::Container,
        "board",
        Parent::Root,
        "name",
        &[Field::new("idOrganization", Role::Reference(Kind::Workspace))],
    ),
    spec(Kind::Label, "label", Parent::Container, "name", &[]),
    spec(Kind::FieldDef, "custom field", Parent::Container, "name", &[]),
    spec(Kind::Section, "list", Parent::Container, "name", &[]),
    spec(
        Kind::Item,
        "card",
        Parent::At(&[(Kind::Item, "idAbove"), (Kind::Section, "idList")]),
        "name",
        &[
            Field::new("name", Role::Writable),
            Field::new("due", Role::Writable),
            Field::new("cover", Role::Reference(Kind::Attachment)),
        ],
    ),
    spec(
        Kind::FieldValue,
        "field value",
        Parent::At(&[(Kind::Item, "idModel")]),
        "",
        &[Field::new("idCustomField", Role::Reference(Kind::FieldDef))],
    ),
    spec(Kind::Attachment, "attachment", Parent::At(&[(Kind::Item, "idCard")]), "name", &[]),
];

impl Dialect for Boards {
    fn kinds(&self) -> &'static [KindSpec] {
        KINDS
    }
    fn link_token(&self, _record: &Record) -> Option<String> {
        None
    }
    fn text_links(&self, _text: &str) -> Vec<TextLink> {
        Vec::new()
    }
    fn attribution(&self, _comment: &Record) -> Option<String> {
        None
    }
}

pub(crate) fn record(container: &str, kind: Kind, id: &str, native: Value) -> Record {
    Record { key: RecordKey::new(container, kind, id), native, blob: Blob::None }
}

/// A workspace `Acme` with the boards `Roadmap` and `roadmap 2`, and a board outside of any workspace.
pub(crate) fn account() -> Vec<Record> {
    let mut records = vec![
        record("w1", Kind::Workspace, "w1", json!({"displayName": "Acme"})),
        record("b1", Kind::Container, "b1", json!({"name": "Roadmap", "idOrganization": "w1"})),
        record("b1", Kind::Label, "g1", json!({"name": "urgent"})),
        record("b1", Kind::FieldDef, "f1", json!({"name": "Priority"})),
        record("b1", Kind::Section, "l1", json!({"name": "Doing"})),
        record("b1", Kind::Section, "l2", json!({"name": "Done / shipped"})),
        record("b1", Kind::Item, "c1", json!({"name": "Fix login", "idList": "l1", "due": "2026-01-01"})),
        record("b1", Kind::Item, "c2", json!({"name": "Write docs", "idList": "l1"})),
        record("b1", Kind::Item, "c3", json!({"name": "Write docs", "idList": "l1"})),
        record("b1", Kind::FieldValue, "c1-f1", json!({"idModel": "c1", "idCustomField": "f1", "value": 3})),
        record("b2", Kind::Container, "b2", json!({"name": "roadmap 2", "idOrganization": "w1"})),
        record("b3", Kind::Container, "b3", json!({"name": "Private", "idOrganization": null})),
    ];
    let filler = |n: u32| {
        record("b2", Kind::Item, &format!("x{n:05}"), json!({"name": format!("card {n}"), "idList": "l9"}))
    };
    records.extend((0..3_000).map(filler));
    records
}

/// Writes records upon `base` (every container that occurs is replaced) and gives a manifest for the result.
pub(crate) fn write(chunks: &Arc<MemoryChunks>, base: Option<&Manifest>, records: &[Record]) -> Manifest {
    let writer = SnapshotWriter::new(Arc::<MemoryChunks>::clone(chunks), base).unwrap();
    let mut containers: BTreeMap<_, Vec<&Record>> = BTreeMap::new();
    for record in records {
        containers.entry(record.key.container.clone()).or_default().push(record);
    }
    for (id, records) in containers {
        writer.replace_container(id, records).unwrap();
    }
    let written = writer.finish().unwrap();
    let mut manifest = Manifest { tree: written.tree, counts: written.counts, ..manifest("work", 1, 0) };
    manifest.bytes.records_plain = written.records_plain;
    manifest.bytes.blobs_plain = written.blobs_plain;
    manifest
}

pub(crate) fn reader(chunks: &Arc<MemoryChunks>, manifest: &Manifest) -> Reader {
    Reader::new(Arc::<MemoryChunks>::clone(chunks), manifest.tree)
}

/// A manifest with something in every field.
pub(crate) fn manifest(connection: &str, number: u64, finished_at: i64) -> Manifest {
    Manifest {
        number,
        platform: "trello".to_owned(),
        connection: connection.to_owned(),
        purpose: Purpose::Backup,
        parent: Some(SnapshotId(Hash([1; 32]))),
        tree: Tree { root: Hash([2; 32]), count: 7, height: 1 },
        started_at: finished_at - 500,
        finished_at,
        status: Status::Partial,
        counts: BTreeMap::from([(Kind::Item, 5)]),
        coverage: vec![Count { kind: Kind::Item, expected: Some(6), got: 5 }],
        missing: vec![Missing {
            key: Some(RecordKey::new("b1", Kind::Item, "c9")),
            what: "card".to_owned(),
            why: "not readable".to_owned(),
        }],
        vanished: vec!["Old board".to_owned()],
        containers: vec![ContainerEntry {
            id: "b1".into(),
            name: "Roadmap".to_owned(),
            workspace: Some(("w1".into(), "Acme".to_owned())),
            closed: false,
            version: Some("v1".to_owned()),
            records: 7,
            carried_from: None,
        }],
        bytes: Bytes { records_plain: 100, blobs_plain: 200, stored: 50 },
        usage: Usage { requests: 6, ..Usage::default() },
        full_pass: true,
        left_out: LeftOut { max_attachment: Some(1 << 20), ..LeftOut::default() },
    }
}

//! How long it takes to plan a restore of 20,000 records.

use std::collections::{BTreeMap, BTreeSet};
use std::hint::black_box;
use std::time::Duration;

use boardvault::base::hash::Hash;
use boardvault::model::dialect::{Dialect, TextLink};
use boardvault::model::grants::Grants;
use boardvault::model::loss::LossCause;
use boardvault::model::origins::OriginMap;
use boardvault::model::pairs::{Comparison, Pair};
use boardvault::model::spec::{BatchRules, Codec, Field, IdPolicy, KindSpec, Parent, Role, Verbs};
use boardvault::model::{Blob, Kind, Record, RecordKey};
use boardvault::plan::People;
use boardvault::plan::types::{Mode, PlanHeader};
use boardvault::plan::{PlanInput, Selection, plan};
use criterion::{Criterion, criterion_group, criterion_main};
use serde_json::{Map, Value, json};

const CARDS: u32 = 10_000;

const fn table(kind: Kind, parent: Parent, fields: &'static [Field]) -> KindSpec {
    KindSpec {
        kind,
        noun: "record",
        plural: "records",
        parent,
        title: "name",
        verbs: Verbs::ALL,
        ids: IdPolicy::Server,
        batch: BatchRules::SINGLE,
        natural_key: &[],
        fields,
        losses: &[LossCause::NativeId],
    }
}

struct Boards;

impl Dialect for Boards {
    fn kinds(&self) -> &'static [KindSpec] {
        const NAME: Field = Field::new("name", Role::Writable);
        static KINDS: &[KindSpec] = &[
            table(Kind::Container, Parent::Root, &[NAME]),
            table(Kind::Label, Parent::Container, &[NAME]),
            table(Kind::Section, Parent::Container, &[NAME]),
            table(
                Kind::Item,
                Parent::At(&[(Kind::Section, "idList")]),
                &[
                    NAME,
                    Field::new("idList", Role::Reference(Kind::Section)),
                    Field::new("idLabels", Role::References(Kind::Label)),
                    Field::new("desc", Role::Writable).codec(Codec::Links),
                ],
            ),
            table(
                Kind::Comment,
                Parent::At(&[(Kind::Item, "idCard")]),
                &[Field::new("text", Role::Writable).codec(Codec::Attributed)],
            ),
        ];
        KINDS
    }
    fn link_token(&self, record: &Record) -> Option<String> {
        (record.key.kind == Kind::Item).then(|| record.key.id.0.clone())
    }
    fn text_links(&self, text: &str) -> Vec<TextLink> {
        let at = text.find('#').map(|at| at + 1);
        at.map(|at| TextLink { range: at..text.len(), token: text[at..].to_owned() }).into_iter().collect()
    }
    fn attribution(&self, _: &Record) -> Option<String> {
        Some("By somebody".to_owned())
    }
}

/// A board of ten lists and labels, with a comment on each card.
fn board() -> Vec<Record> {
    let record = |kind, id: String, native: Value| Record {
        key: RecordKey::new("b", kind, id),
        native,
        blob: Blob::None,
    };
    let mut records = vec![record(Kind::Container, "b".into(), json!({"name": "Board"}))];
    for at in 0..10 {
        records.push(record(Kind::Label, format!("label{at}"), json!({"name": at.to_string()})));
        records.push(record(Kind::Section, format!("list{at}"), json!({"name": at.to_string()})));
    }
    for at in 0..CARDS {
        let list = at % 10;
        let native = json!({
            "name": format!("Card {at}"), "idList": format!("list{list}"), "idLabels": [format!("label{list}")],
            "desc": format!("follows #card{}", at.saturating_sub(1)),
        });
        records.push(record(Kind::Item, format!("card{at}"), native));
        let native = json!({"idCard": format!("card{at}"), "text": "A few words about it."});
        records.push(record(Kind::Comment, format!("comment{at}"), native));
    }
    records
}

fn merge(compare: &Comparison) -> usize {
    let input = PlanInput {
        compare,
        dialect: &Boards,
        selection: &Selection::Everything,
        grants: &Grants::default(),
        origins: &OriginMap::default(),
        followers: &BTreeSet::new(),
        people: &People::default(),
        crowded: &BTreeSet::new(),
        shared: &[],
        hidden: &BTreeSet::new(),
        account: &"me".into(),
        taken_on: "2026-11-21",
        undo: None,
        pace: (100, Duration::from_secs(10)),
        header: PlanHeader {
            format: 1,
            connection: String::new(),
            platform: String::new(),
            snapshot: String::new(),
            desired_root: Hash::default(),
            live_root: Hash::default(),
            live_scope: Vec::new(),
            mode: Mode::Merge,
            only: Vec::new(),
            made_at: String::new(),
            undoes: None,
        },
    };
    plan(&input).map_or(0, |plan| plan.steps.len())
}

fn one_percent_differs(records: &[Record]) -> Comparison {
    let mut comparison = Comparison::default();
    for (at, record) in records.iter().enumerate() {
        let mut pair = Pair { desired: Some(record.clone()), live: Some(record.clone()) };
        if at % 100 == 50 {
            if let Some(live) = &mut pair.live {
                let changed =
                    Map::from_iter([("name".into(), "changed".into()), ("text".into(), "changed".into())]);
                live.native.as_object_mut().into_iter().for_each(|native| native.extend(changed.clone()));
            }
            comparison.pairs.push(pair);
        } else {
            comparison.equal += 1;
            comparison.context.insert(record.key.clone(), pair);
        }
    }
    comparison
}

fn all_is_missing(records: &[Record]) -> Comparison {
    let pairs = records.iter().map(|record| Pair { desired: Some(record.clone()), live: None }).collect();
    Comparison { pairs, equal: 0, context: BTreeMap::new() }
}

fn benches(criterion: &mut Criterion) {
    let records = board();
    let mut group = criterion.benchmark_group("plan 20,000 records");
    group.sample_size(10);
    let differing = one_percent_differs(&records);
    group.bench_function("1 % differs", |bench| bench.iter(|| merge(black_box(&differing))));
    let missing = all_is_missing(&records);
    group.bench_function("all is missing", |bench| bench.iter(|| merge(black_box(&missing))));
    group.finish();
}

criterion_group!(plans, benches);
criterion_main!(plans);

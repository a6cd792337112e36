//! A backup of a world, and what became of the world since.

use std::collections::BTreeSet;

use boardvault::app::backup::{Options, Report};
use boardvault::apply::Relation;
use boardvault::model::{Kind, NativeId, RecordKey, ops};
use boardvault::plan::types::RestorePlan;

use super::compare::{self, Compared, Comparison, Losses, Side};
use super::{Desk, FULL, TRELLO, USUAL};

/// A vault with a backup of a world, and what became of the world since.
pub(crate) struct Scene {
    pub(crate) desk: Desk,
    pub(crate) before: Report,
    pub(crate) wanted: Side,
    pub(crate) damaged: Side,
}

impl Scene {
    pub(crate) async fn new(world: &str, seed: u64, damage: (&str, usize)) -> Self {
        Self::on(TRELLO, world, seed, damage).await
    }

    pub(crate) async fn on(platform: &str, world: &str, seed: u64, damage: (&str, usize)) -> Self {
        Self::after(Desk::on(platform, world, seed).await, seed, damage).await
    }

    /// A backup of what is connected, and then this damage.
    pub(crate) async fn after(desk: Desk, seed: u64, damage: (&str, usize)) -> Self {
        let mut scene = Self::before(desk).await;
        scene.desk.world.people(damage.0, seed, damage.1).await;
        scene.damaged = scene.now().await;
        scene
    }

    /// A backup of a Trello account, and nothing has happened since.
    pub(crate) async fn of(world: &str, seed: u64) -> Self {
        Self::before(Desk::new(world, seed).await).await
    }

    /// A backup of what is connected, and nothing has happened since.
    pub(crate) async fn before(desk: Desk) -> Self {
        Self::kept(desk, USUAL).await
    }

    /// A backup of this much of what is connected, and nothing has happened since.
    pub(crate) async fn kept(desk: Desk, options: Options) -> Self {
        let before = desk.backup(options).await;
        let wanted = compare::side(desk.app(), before.id);
        Self { damaged: wanted.clone(), wanted, before, desk }
    }

    pub(crate) fn snapshot(&self) -> String {
        self.before.id.to_string()
    }

    pub(crate) fn path(&self, path: &str) -> String {
        format!("{}:{path}", self.snapshot())
    }

    pub(crate) async fn now(&self) -> Side {
        compare::side(self.desk.app(), self.desk.backup(FULL).await.id)
    }

    pub(crate) fn compare(
        &self,
        wanted: &Side,
        found: &Side,
        plan: &RestorePlan,
        relation: Relation,
    ) -> Compared {
        let origins = &compare::made(self.desk.app(), relation);
        Comparison {
            dialect: self.desk.world.platform.dialect,
            wanted,
            found,
            origins,
            losses: &Losses::of(plan),
            same_ids: relation == Relation::Restored,
        }
        .run()
    }

    pub(crate) fn container(&self, name: &str) -> NativeId {
        self.before.manifest.containers.iter().find(|entry| entry.name == name).unwrap().id.clone()
    }

    /// The records of the backup that the path selects: the thing itself and all that hangs on it.
    pub(crate) fn selected(&self, path: &str) -> BTreeSet<RecordKey> {
        let titles: Vec<&str> = path.split('#').next().unwrap().split('/').skip(1).collect();
        let board = self.container(titles[0]);
        let mut keys: BTreeSet<RecordKey> = BTreeSet::new();
        let records = inside(&self.wanted, &board);
        for record in records.values() {
            let is = |kind, title: Option<&&str>| {
                record.key.kind == kind && title == ops::get_text(&record.native, "name").as_ref()
            };
            let root = match titles.len() {
                1 => is(Kind::Container, titles.first()),
                2 => is(Kind::Section, titles.get(1)),
                _ => is(Kind::Item, titles.get(2)),
            };
            if root
                || compare::above(self.desk.world.platform.dialect, record)
                    .is_some_and(|above| keys.contains(&above))
            {
                keys.insert(record.key.clone());
            }
        }
        assert!(!keys.is_empty(), "{path} selects nothing");
        if path.contains('#') {
            keys.retain(|key| key.kind == Kind::Item);
        }
        keys
    }
}

/// The records of one container.
pub(crate) fn inside(side: &Side, container: &NativeId) -> Side {
    side.iter()
        .filter(|(key, _)| key.container == *container)
        .map(|(key, record)| (key.clone(), record.clone()))
        .collect()
}

pub(crate) fn without(side: &Side, container: &NativeId) -> Side {
    side.iter()
        .filter(|(key, _)| key.container != *container)
        .map(|(key, record)| (key.clone(), record.clone()))
        .collect()
}

//! Backup, damage, restore, backup: the two backups differ in nothing but the closed list.

use boardvault::apply::Relation;
use boardvault::plan::types::Mode;

use crate::common::compare::{self, Comparison, Losses};
use crate::common::{Desk, FULL, USUAL};

async fn merge_restores(world: &str, seed: u64, damage: (&str, usize)) {
    let desk = Desk::new(world, seed).await;
    let before = desk.backup(USUAL).await;
    desk.world.people(damage.0, seed, damage.1).await;
    let damaged = desk.backup(FULL).await;
    let plan = desk.plan(&before.id.to_string(), Mode::Merge, &[]).await;
    desk.apply(&plan).await;
    let after = desk.backup(FULL).await;

    let (wanted, found) = (compare::side(desk.app(), before.id), compare::side(desk.app(), after.id));
    let damaged = compare::side(desk.app(), damaged.id);
    let compared = Comparison {
        wanted: &wanted,
        found: &found,
        origins: &compare::made(desk.app(), Relation::Restored),
        losses: &Losses::of(&plan.plan),
        same_ids: true,
    }
    .run();
    compared.assert_same();
    let strange: Vec<_> = compared.extra(&found).into_iter().filter(|key| !damaged.contains_key(key)).collect();
    assert!(strange.is_empty(), "these were made for nothing: {strange:?}");
    let again = desk.plan(&before.id.to_string(), Mode::Merge, &[]).await;
    assert!(again.plan.steps.is_empty(), "a second merge plans {:#?}", again.plan.steps);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_brings_back_what_a_disaster_took() {
    merge_restores("tiny", 1, ("disaster", 0)).await;
}

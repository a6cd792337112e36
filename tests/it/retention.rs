//! Forgetting snapshots and giving their space back, beside backups and after them.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use boardvault::app::context::{App, entry};
use boardvault::app::progress::{News, Progress, Silent};
use boardvault::app::pruning::{self, Options, Pruned};
use boardvault::app::{backup, keeping, retention, snapshots, upkeep};
use boardvault::model::Blob;
use boardvault::plan::types::Mode;
use boardvault::snapshot::retention::Policy;
use jiff::SignedDuration;
use serde_json::Value;

use crate::common::compare;
use crate::common::{CONNECTION, Desk, FULL, USUAL};

const NOW: Options = Options { grace: SignedDuration::ZERO, cycles: 0, dry_run: false };

fn prune(app: &App) -> Pruned {
    pruning::prune(app, NOW, &Silent).unwrap()
}

/// Everything that is listed can be read, and nothing is wrong in any file.
#[track_caller]
fn assert_sound(app: &App) {
    let verified = upkeep::verify(app, true, &Silent).unwrap();
    assert_eq!(verified.damages, Vec::<String>::new());
}

/// Does something at one of the steps of a use case, counted from 1.
struct At<'a> {
    step: u64,
    told: AtomicU64,
    act: Mutex<Option<Box<dyn FnOnce() + Send + 'a>>>,
}

impl<'a> At<'a> {
    fn step(step: u64, act: impl FnOnce() + Send + 'a) -> Self {
        Self { step, told: AtomicU64::new(0), act: Mutex::new(Some(Box::new(act))) }
    }

    fn steps(&self) -> u64 {
        self.told.load(Ordering::SeqCst)
    }
}

impl Progress for At<'_> {
    fn tell(&self, _: News) {
        if self.told.fetch_add(1, Ordering::SeqCst) + 1 == self.step
            && let Some(act) = self.act.lock().unwrap().take()
        {
            act();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prune_at_any_step_of_a_backup_takes_nothing_that_the_backup_needs() {
    let mut step = 1;
    loop {
        let mut desk = Desk::new("tiny", 5).await;
        let first = desk.backup(USUAL).await;
        desk.world.people("disaster", 5, 5).await;
        let second = desk.backup(USUAL).await;
        keeping::forget(desk.app(), &first.id.to_string()).unwrap();
        // What only the first one needed is needed again in the midst of it.
        let app = desk.app();
        let progress = At::step(step, || {
            prune(app);
            prune(app);
        });
        let third = backup::backup(app, CONNECTION, FULL, &progress).await.unwrap();
        let steps = progress.steps();
        drop(progress);
        assert_sound(desk.app());
        prune(desk.app());
        let wanted = [second.id, third.id].map(|id| compare::side(desk.app(), id));
        desk.reopen();
        assert_sound(desk.app());
        assert_eq!([second.id, third.id].map(|id| compare::side(desk.app(), id)), wanted);
        if step >= steps {
            return;
        }
        step += 1;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_parent_of_a_running_backup_may_be_forgotten_meanwhile() {
    let mut desk = Desk::new("tiny", 5).await;
    let parent = desk.backup(USUAL).await;
    desk.backup(USUAL).await;
    desk.world.people("days-work", 5, 5).await;
    let app = desk.app();
    let newest = snapshots::catalog(app).unwrap().latest(CONNECTION).unwrap().id;
    let forget_and_prune = || {
        keeping::forget(app, &parent.id.to_string()).unwrap();
        prune(app);
        prune(app);
    };
    let progress = At::step(2, forget_and_prune);
    let third = backup::backup(app, CONNECTION, USUAL, &progress).await.unwrap();
    drop(progress);
    keeping::forget(app, &newest.to_string()).unwrap();
    prune(desk.app());
    desk.reopen();
    assert_sound(desk.app());
    assert!(!compare::side(desk.app(), third.id).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_stopped_backup_has_downloaded_stays_for_the_next_one() {
    let mut desk = Desk::new("typical", 1).await;
    let app = desk.app();
    let stop = At::step(4, || {
        desk.stop.send_replace(true);
    });
    let stopped = backup::backup(app, CONNECTION, USUAL, &stop).await.unwrap();
    drop(stop);
    desk.reopen();
    let noted: usize = desk
        .app()
        .vault
        .entries(entry::DOWNLOADS)
        .unwrap()
        .iter()
        .map(|noted| {
            serde_json::from_slice::<Value>(&noted.payload).unwrap()["stored"].as_array().unwrap().len()
        })
        .sum();
    keeping::forget(desk.app(), &stopped.id.to_string()).unwrap();
    prune(desk.app());
    let report = desk.backup(USUAL).await;
    prune(desk.app());
    desk.reopen();
    assert_sound(desk.app());
    let stored = compare::side(desk.app(), report.id);
    let files = stored.values().filter(|record| matches!(record.blob, Blob::Stored(_))).count() as u64;
    assert!(noted > 0, "nothing was stored before the stop");
    assert_eq!(report.manifest.usage.downloads, files - noted as u64, "what is noted is not fetched again");
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_thin_out_what_is_old_and_leave_what_is_protected() {
    let mut desk = Desk::new("tiny", 7).await;
    let mut ids = Vec::new();
    for _ in 0..8 {
        desk.world.people("days-work", 7, 1).await;
        ids.push(desk.backup(USUAL).await.id);
        desk.world.clock.advance(Duration::from_hours(1));
    }
    desk.reopen_after(Duration::from_hours(24 * 40));
    let app = desk.app();
    let policy = || Policy::new(vec!["30:3/day".parse().unwrap()]).unwrap();
    keeping::pin(app, &ids[0].to_string(), Some("the first".to_owned())).unwrap();
    keeping::hold(app, &ids[1].to_string(), "audit".to_owned(), None).unwrap();

    let preview = retention::preview(app, Some(&policy())).unwrap();
    let goes: Vec<_> = preview.snapshots.iter().filter(|line| line.goes).map(|line| line.id).collect();
    // Without the two and the last complete one five are left: parts of two, two and one.
    assert_eq!(goes, [ids[2], ids[4]]);
    assert!(preview.bytes_back > 0, "{preview:?}");
    assert!(retention::apply(app).unwrap().forgotten.is_empty(), "no rules are set");

    retention::set(app, None, Some(policy())).unwrap();
    assert_eq!(retention::apply(app).unwrap().forgotten.len(), 2);
    let after = retention::preview(app, None).unwrap();
    assert_eq!((after.going, after.bytes_unused), (0, preview.bytes_unused + preview.bytes_back));
    prune(app);
    desk.reopen();
    assert_sound(desk.app());
    let error = snapshots::open(desk.app(), &ids[2].to_string()).err().unwrap().to_string();
    assert!(error.contains("was forgotten on"), "{error}");
    assert_eq!(desk.backup(USUAL).await.manifest.number, 9);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_can_have_rules_of_its_own() {
    let mut desk = Desk::new("tiny", 7).await;
    for _ in 0..2 {
        desk.backup(USUAL).await;
    }
    desk.reopen_after(Duration::from_hours(24 * 40));
    let app = desk.app();
    let rules = |text: &str| Some(Policy::new(vec![text.parse().unwrap()]).unwrap());
    retention::set(app, None, rules("30:0/day")).unwrap();
    retention::set(app, Some(CONNECTION.to_owned()), rules("30:5/day")).unwrap();
    assert_eq!(retention::preview(app, None).unwrap().going, 0);
    retention::set(app, Some(CONNECTION.to_owned()), None).unwrap();
    assert_eq!(retention::preview(app, None).unwrap().going, 1, "never the last complete one");
    assert!(retention::set(app, Some("nobody".to_owned()), None).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_cannot_be_right_forgets_nothing() {
    let mut desk = Desk::new("tiny", 7).await;
    for _ in 0..2 {
        desk.backup(USUAL).await;
    }
    desk.reopen_after(Duration::from_hours(24 * 80 * 365));
    let app = desk.app();
    retention::set(app, None, Some(Policy::new(vec!["30:0/day".parse().unwrap()]).unwrap())).unwrap();
    let preview = retention::preview(app, None).unwrap();
    assert!(preview.clock.is_some_and(|doubt| doubt.contains("2106")));
    let error = retention::apply(app).unwrap_err();
    assert!(error.message.contains("nothing was forgotten"), "{error:?}");
    assert_eq!(snapshots::catalog(app).unwrap().newest_first().count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_needed_is_not_forgotten_by_hand_either() {
    let mut desk = Desk::new("tiny", 7).await;
    let first = desk.backup(USUAL).await.id.to_string();
    let refused = |desk: &Desk, id: &str, why: &str| {
        let error = keeping::forget(desk.app(), id).unwrap_err();
        assert!(error.message.contains(why), "{error:?}");
        assert!(!error.hints.is_empty());
    };
    refused(&desk, &first, "last complete");
    let second = desk.backup(USUAL).await.id.to_string();
    keeping::pin(desk.app(), &first, None).unwrap();
    refused(&desk, &first, "pinned");
    keeping::unpin(desk.app(), &first).unwrap();
    let today = "2026-11-21".parse().unwrap();
    keeping::hold(desk.app(), &first, "audit".to_owned(), Some(today)).unwrap();
    refused(&desk, &first, "held: audit");

    // A run that died needs what it restores and what was there before.
    desk.world.people("disaster", 7, 5).await;
    let third = desk.backup(USUAL).await.id.to_string();
    let plan = desk.plan(&second, Mode::Merge, &[]).await;
    desk.disk.die_after(3);
    desk.try_apply(&plan).await.unwrap_err();
    desk.reopen();
    refused(&desk, &second, "has not ended");
    let safety = snapshots::catalog(desk.app()).unwrap().newest_first().next().unwrap().id.to_string();
    refused(&desk, &safety, "has not ended");

    desk.world.clock.advance(Duration::from_hours(24));
    keeping::forget(desk.app(), &first).unwrap();
    refused(&desk, &third, "last complete");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_whose_snapshot_was_forgotten_says_so_and_writes_nothing() {
    let desk = Desk::new("tiny", 7).await;
    let first = desk.backup(USUAL).await.id.to_string();
    desk.world.people("disaster", 7, 5).await;
    desk.backup(USUAL).await;
    let plan = desk.plan(&first, Mode::Merge, &[]).await;
    keeping::forget(desk.app(), &first).unwrap();
    prune(desk.app());
    desk.world.forget_log().await;
    let error = desk.try_apply(&plan).await.unwrap_err();
    assert!(error.message.contains("was forgotten on"), "{error:?}");
    assert!(desk.world.log().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prune_stops_at_what_it_does_not_know() {
    let desk = Desk::new("tiny", 7).await;
    desk.backup(USUAL).await;
    desk.app().vault.append(200, b"by a newer program").unwrap();
    let error = pruning::prune(desk.app(), NOW, &Silent).unwrap_err();
    assert!(error.message.contains("kind 200"), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_snapshot_stops_the_prune_until_it_is_forgotten() {
    let mut desk = Desk::new("tiny", 7).await;
    let first = desk.backup(USUAL).await;
    desk.world.people("disaster", 7, 5).await;
    desk.backup(USUAL).await;
    let root = first.manifest.tree.root;
    let packs = desk.vault_dir().join("packs");
    let mut damaged = BTreeMap::new();
    for entry in std::fs::read_dir(packs).unwrap() {
        let path = entry.unwrap().path();
        let mut bytes = std::fs::read(&path).unwrap();
        if let Some(at) = bytes.windows(32).position(|window| window == root.0) {
            bytes[at + 60] ^= 1;
            std::fs::write(&path, &bytes).unwrap();
            damaged.insert(path, bytes);
        }
    }
    assert_eq!(damaged.len(), 1);
    let error = pruning::prune(desk.app(), NOW, &Silent).unwrap_err();
    assert!(error.message.contains(&first.id.short()), "{error:?}");
    for (path, bytes) in damaged {
        assert_eq!(std::fs::read(path).unwrap(), bytes, "nothing was changed");
    }
    desk.reopen();
}

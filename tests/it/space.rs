//! After snapshots were forgotten, a vault is about as small as one that never had them.

use std::collections::BTreeMap;
use std::sync::Arc;

use boardvault::app::context::{App, Seams, Unlock, entry};
use boardvault::app::keeping;
use boardvault::app::progress::Silent;
use boardvault::app::pruning::{self, Options};
use boardvault::app::upkeep;
use boardvault::base::ids::{Random, SeededRandom};
use boardvault::model::{Blob, BlobRef, Kind, NativeId, Record, RecordKey};
use boardvault::snapshot::Manifest;
use boardvault::snapshot::{BlobWriter, SnapshotId, SnapshotWriter};
use boardvault::store::chunks::Chunks;
use jiff::SignedDuration;
use serde_json::json;
use tokio::sync::watch;

use crate::common::manifests;
use crate::common::many;

const BOARDS: usize = 10;

/// An account whose people edit, add and remove cards and files.
struct Account {
    random: SeededRandom,
    cards: BTreeMap<(usize, u64), (u64, Option<u64>)>,
    next: u64,
}

impl Account {
    fn new(cards: u64) -> Self {
        let mut account = Self { random: SeededRandom::new(1), cards: BTreeMap::new(), next: 0 };
        (0..cards).for_each(|_| account.add());
        account
    }

    fn draw(&self, below: u64) -> u64 {
        let mut bytes = [0; 8];
        self.random.fill(&mut bytes).unwrap();
        u64::from_le_bytes(bytes) % below
    }

    fn add(&mut self) {
        let board = usize::try_from(self.draw(BOARDS as u64)).unwrap();
        let file = (self.draw(200) == 0).then(|| self.draw(u64::MAX));
        self.cards.insert((board, self.next), (self.draw(u64::MAX), file));
        self.next += 1;
    }

    /// One to five percent of the cards change.
    fn day(&mut self) {
        let count = self.cards.len() as u64;
        let changes = count * (1 + self.draw(5)) / 100;
        for _ in 0..changes {
            let at = usize::try_from(self.draw(self.cards.len() as u64)).unwrap();
            let key = *self.cards.keys().nth(at).unwrap();
            match self.draw(10) {
                0 => drop(self.cards.remove(&key)),
                1 => self.add(),
                2 if self.draw(10) == 0 => {
                    let file = self.draw(u64::MAX);
                    self.cards.get_mut(&key).unwrap().1 = Some(file);
                }
                _ => {
                    let text = self.draw(u64::MAX);
                    self.cards.get_mut(&key).unwrap().0 = text;
                }
            }
        }
    }
}

/// Prose of sorts, as it follows from `seed`.
fn text(seed: u64) -> String {
    const WORDS: [&str; 16] = [
        "review", "login", "board", "release", "the", "for", "customer", "again", "before", "draft",
        "invoice", "with", "check", "and", "meeting", "server",
    ];
    let hash = blake3::hash(&seed.to_le_bytes());
    let words = hash.as_bytes().iter().map(|byte| WORDS[usize::from(byte % 16)]);
    words.take(8 + usize::try_from(seed % 24).unwrap()).collect::<Vec<_>>().join(" ")
}

fn record(board: usize, card: u64, seed: u64, blob: Blob) -> Record {
    let kind = if matches!(blob, Blob::None) { Kind::Item } else { Kind::Attachment };
    let native = json!({
        "id": format!("{card:024x}"), "name": text(seed), "desc": text(seed / 3), "idList": format!("{:024x}", seed % 5),
        "due": null, "closed": false, "pos": card * 1024, "dateLastActivity": format!("2026-11-{:02}T10:00:00.000Z", 1 + seed % 28),
        "badges": {"comments": seed % 7, "attachments": 0, "votes": 0}, "subscribed": false, "idMembers": [],
    });
    Record {
        key: RecordKey::new(format!("b{board:03}").as_str(), kind, format!("{card:024x}").as_str()),
        native,
        blob,
    }
}

/// A vault to which states of accounts are backed up.
struct Vault {
    _folder: tempfile::TempDir,
    app: App,
    last: Option<Manifest>,
    files: BTreeMap<u64, BlobRef>,
    ids: Vec<SnapshotId>,
}

impl Vault {
    fn new() -> Self {
        let memory = std::path::Path::new("/dev/shm");
        let folder =
            if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap();
        let (_, stop) = watch::channel(false);
        let key = Unlock::KeyFile(folder.path().join("key"));
        let (app, _) = App::create(&folder.path().join("vault"), &key, Seams::real(stop)).unwrap();
        Self { _folder: folder, app, last: None, files: BTreeMap::new(), ids: Vec::new() }
    }

    fn file(&mut self, seed: u64) -> BlobRef {
        if let Some(known) = self.files.get(&seed) {
            return *known;
        }
        let mut bytes = vec![0; usize::try_from(2_000 + seed % 30_000).unwrap()];
        blake3::Hasher::new().update(&seed.to_le_bytes()).finalize_xof().fill(&mut bytes);
        let mut writer = BlobWriter::new(self.app.chunks());
        writer.write(&bytes).unwrap();
        let blob = writer.finish().unwrap();
        self.files.insert(seed, blob);
        blob
    }

    fn backup(&mut self, account: &Account, day: u64) {
        let _session = self.app.vault.session();
        let pages: Arc<dyn Chunks> = self.app.pages("trello").unwrap();
        let writer = SnapshotWriter::new(pages, self.last.as_ref()).unwrap();
        for board in 0..BOARDS {
            let mut records = Vec::new();
            for ((_, card), (seed, file)) in account.cards.range((board, 0)..(board + 1, 0)) {
                records.push(record(board, *card, *seed, Blob::None));
                if let Some(file) = file {
                    let blob = Blob::Stored(self.file(*file));
                    records.push(record(board, *card, *file, blob));
                }
            }
            writer.replace_container(NativeId::from(format!("b{board:03}").as_str()), &records).unwrap();
        }
        let written = writer.finish().unwrap();
        self.app.vault.sync().unwrap();
        let at = 1_790_000_000_000 + i64::try_from(day).unwrap() * 86_400_000;
        let manifest =
            Manifest { number: day, started_at: at, finished_at: at, ..manifests::complete(written, None) };
        self.app.vault.append(entry::MANIFEST, &manifest.encode().unwrap()).unwrap();
        self.ids.push(manifest.id().unwrap());
        self.last = Some(manifest);
    }

    fn bytes(&self) -> u64 {
        self.app.vault.stats().unwrap().bytes
    }
}

/// Backs up day after day, forgets those that `goes` names, prunes, and compares with a vault that only had the others.
#[track_caller]
fn compare(goes: impl Fn(u64, u64) -> bool) {
    let (cards, days) = if many() { (20_000, 40) } else { (1_500, 16) };
    let mut account = Account::new(cards);
    let (mut churned, mut fresh) = (Vault::new(), Vault::new());
    for day in 1..=days {
        account.day();
        churned.backup(&account, day);
        if !goes(day, days) {
            fresh.backup(&account, day);
        }
    }
    let before = churned.bytes();
    for (_, id) in (1..).zip(&churned.ids).filter(|(day, _)| goes(*day, days)) {
        keeping::forget(&churned.app, &id.to_string()).unwrap();
    }
    let now = Options { grace: SignedDuration::ZERO, cycles: 0, dry_run: false };
    pruning::prune(&churned.app, now, &Silent).unwrap();
    let (after, fresh_bytes) = (churned.bytes(), fresh.bytes());
    eprintln!("{before} bytes, {after} after pruning, {fresh_bytes} when it is new");
    assert!(after * 100 <= fresh_bytes * 110, "{after} bytes, and {fresh_bytes} when it is new");
    let verified = upkeep::verify(&churned.app, true, &Silent).unwrap();
    assert_eq!((verified.damages, verified.snapshots), (Vec::new(), fresh.ids.len() as u64));
}

#[test]
fn after_all_but_the_last_snapshot_were_forgotten_it_is_as_small_too() {
    compare(|day, days| day < days);
}

#[test]
fn after_every_second_snapshot_was_forgotten_the_vault_is_as_small_as_without_them() {
    compare(|day, _| day % 2 == 1);
}

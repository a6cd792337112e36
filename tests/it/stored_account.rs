//! A stored vault with something of everything that the format describes. An independent reader reads it (see
//! `docs/reader`), and this build writes it again byte for byte.
//!
//! `BOARDVAULT_BLESS=1` writes it anew. The only good reasons within a format are a new encoding of chunks that earlier
//! programs of the format cannot have written, and pages that say the same in other words.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::common::manifests;
use boardvault::app::context::{App, Seams, Unlock, entry};
use boardvault::app::progress::Silent;
use boardvault::app::pruning::{self, Options};
use boardvault::app::{keeping, keys, upkeep};
use boardvault::base::clock::{Clock, ManualClock};
use boardvault::base::ids::SeededRandom;
use boardvault::model::{Blob, BlobRef, Kind, Record, RecordKey};
use boardvault::snapshot::manifest::ContainerEntry;
use boardvault::snapshot::{BlobWriter, Manifest, SnapshotId, SnapshotWriter};
use boardvault::store::fs::RealFs;
use jiff::SignedDuration;
use serde_json::json;
use tokio::sync::watch;

const HOUR: Duration = Duration::from_hours(1);
/// Leaves of so many bytes teach a vault its vocabulary.
const LESSON: usize = 4 << 20;
/// Every pack that nothing needs is doomed by one prune and removed by the next.
const AT_ONCE: Options = Options { grace: SignedDuration::ZERO, cycles: 1, dry_run: false };

const SENTENCE: &str =
    "The report says what was done, what is left, and who does it. Ärger gehört nicht hinein.\n";

struct Account {
    app: App,
    clock: Arc<ManualClock>,
    last: Option<(SnapshotId, Manifest)>,
}

fn seams(clock: Arc<ManualClock>, seed: u64) -> Seams {
    let stop = watch::channel(false).1;
    Seams { fs: Arc::new(RealFs), clock, random: Arc::new(SeededRandom::new(seed)), stop }
}

fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::new("2026-11-21T10:00:00Z".parse().unwrap()))
}

/// Cards that say much the same, as the cards of a board do; from `turn` on some are due at another time.
fn cards(board: &str, count: usize, turn: usize) -> Vec<Record> {
    let card = |n: usize| {
        let due = if n.is_multiple_of(40) { turn } else { 0 };
        let native = json!({
            "id": format!("{n:08x}"),
            "name": format!("Write report {}", n % 7),
            "desc": SENTENCE.repeat(n % 3),
            "due": format!("2026-12-{:02}", 1 + due),
            "idMembers": [format!("member {}", n % 5)],
        });
        Record { key: RecordKey::new(board, Kind::Item, format!("{n:08x}")), native, blob: Blob::None }
    };
    (0..count).map(card).collect()
}

impl Account {
    fn create(dir: &Path, key: &Unlock) -> Self {
        let clock = clock();
        let (app, _) = App::create(dir, key, seams(clock.clone(), 1)).unwrap();
        app.vault.limit_packs(20_000);
        let identity = json!({"id": "m1", "username": "ada", "name": "Ada Byron"});
        let added = json!({"Added": {
            "name": "acme", "platform": "trello", "base_url": "http://127.0.0.1:4000/1",
            "identity": identity, "credentials": {"key": "k", "token": "t"},
        }});
        app.vault.append(entry::CONNECTION, added.to_string().as_bytes()).unwrap();
        Self { app, clock, last: None }
    }

    /// Stores an attachment, and the note that it is there.
    fn attach(&self) -> Record {
        let mut writer = BlobWriter::new(self.app.chunks());
        for line in 0..150_000 {
            writer.write(format!("measured: {}\n", line / 100).as_bytes()).unwrap();
        }
        let blob: BlobRef = writer.finish().unwrap();
        let key = RecordKey::new("b1", Kind::Attachment, "a1");
        let ledger = json!({"connection": "acme", "stored": [[key, blob]]});
        self.app.vault.append(entry::DOWNLOADS, ledger.to_string().as_bytes()).unwrap();
        Record { key, native: json!({"name": "log.txt"}), blob: Blob::Stored(blob) }
    }

    fn backup(&mut self, boards: &[(&str, &[Record])]) -> SnapshotId {
        let started_at = self.clock.now().as_millisecond();
        self.clock.advance(HOUR);
        let base = self.last.as_ref();
        let writer = SnapshotWriter::new(self.app.pages("trello").unwrap(), base.map(|(_, it)| it)).unwrap();
        for (id, records) in boards {
            writer.replace_container((*id).into(), *records).unwrap();
        }
        let written = writer.finish().unwrap();
        let containers = boards.iter().filter(|(_, records)| !records.is_empty()).map(|(id, records)| {
            let workspace = Some(("w1".into(), "Acme".to_owned()));
            let (name, records) = (format!("Board {id}"), records.len() as u64);
            let version = Some("1".to_owned());
            ContainerEntry {
                id: (*id).into(),
                name,
                workspace,
                closed: false,
                version,
                records,
                carried_from: None,
            }
        });
        let manifest = Manifest {
            connection: "acme".to_owned(),
            started_at,
            finished_at: self.clock.now().as_millisecond(),
            containers: containers.collect(),
            ..manifests::complete(written, base.map(|(_, base)| base))
        };
        let id = manifest.id().unwrap();
        self.app.vault.append(entry::MANIFEST, &manifest.encode().unwrap()).unwrap();
        self.last = Some((id, manifest));
        id
    }
}

/// Writes the vault. Everything in it follows from the seed.
fn write(dir: &Path, key: &Unlock) {
    let mut account = Account::create(dir, key);
    let lesson = cards("b0", LESSON / 150, 0);
    let first = account.backup(&[("b0", &lesson)]);
    let attachment = account.attach();
    let mut boards = Vec::new();
    for turn in 0..4 {
        if turn == 2 {
            keys::rotate(&account.app, key).unwrap();
        }
        let mut records = cards("b1", 900, turn);
        records.push(attachment.clone());
        boards.push(account.backup(&[("b0", &[]), ("b1", &records)]));
    }
    let app = &account.app;
    keeping::pin(app, &boards[1].to_string(), Some("before the move".to_owned())).unwrap();
    keeping::hold(app, &boards[2].to_string(), "audit".to_owned(), Some("2027-01-31".parse().unwrap()))
        .unwrap();
    keeping::forget(app, &first.to_string()).unwrap();
    pruning::prune(app, AT_ONCE, &Silent).unwrap();
    keeping::forget(app, &boards[0].to_string()).unwrap();
    pruning::prune(app, AT_ONCE, &Silent).unwrap();
}

fn stored() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/account-v2")
}

/// The key file, the vault file, the log and the packs below `dir`.
fn described(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut paths: Vec<PathBuf> =
        ["key", "vault/vault.a", "vault/vault.b", "vault/catalogue.log"].map(PathBuf::from).into();
    let packs = std::fs::read_dir(dir.join("vault/packs")).unwrap();
    paths.extend(packs.map(|pack| Path::new("vault/packs").join(pack.unwrap().file_name())));
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), std::fs::read(dir.join(path)).unwrap())).collect()
}

fn write_into(dir: &Path, files: &[(PathBuf, Vec<u8>)]) {
    for (path, bytes) in files {
        let to = dir.join(path);
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::write(to, bytes).unwrap();
    }
}

#[test]
fn this_build_writes_the_stored_account_byte_for_byte() {
    let place = tempfile::tempdir().unwrap();
    let key = Unlock::KeyFile(place.path().join("key"));
    // Several threads would store the nodes of a tree in another order each time.
    let one_thread = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    one_thread.install(|| write(&place.path().join("vault"), &key));
    let written = described(place.path());
    if std::env::var_os("BOARDVAULT_BLESS").is_some() {
        let _ = std::fs::remove_dir_all(stored());
        write_into(&stored(), &written);
    }
    let names = |files: &[(PathBuf, Vec<u8>)]| files.iter().map(|(path, _)| path.clone()).collect::<Vec<_>>();
    let there = described(&stored());
    assert_eq!(names(&written), names(&there));
    for ((path, written), (_, there)) in written.iter().zip(&there) {
        assert!(written == there, "{} is not as it is stored", path.display());
    }
}

#[test]
fn the_stored_account_opens_and_is_sound() {
    let place = tempfile::tempdir().unwrap();
    write_into(place.path(), &described(&stored()));
    let key = place.path().join("key");
    std::fs::set_permissions(&key, Permissions::from_mode(0o600)).unwrap();
    let (app, _) = App::open(&place.path().join("vault"), &Unlock::KeyFile(key), seams(clock(), 2)).unwrap();
    let verified = upkeep::verify(&app, true, &Silent).unwrap();
    assert_eq!((verified.damages, verified.snapshots, verified.packs), (Vec::new(), 3, 3));
}

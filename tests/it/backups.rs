//! Backups of accounts, networks and disks that are not as they should be.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use boardvault::app::backup::{Options, Report, backup};
use boardvault::app::context::{App, entry};
use boardvault::app::downloads::Attachments;
use boardvault::app::error::ErrorKind;
use boardvault::app::progress::{News, Progress, Silent};
use boardvault::app::upkeep;
use boardvault::model::{Blob, Kind};
use boardvault::plan::types::{Mode, Verdict};
use boardvault::snapshot::manifest::Status;
use serde_json::json;

use crate::common::compare::{self, Side};
use crate::common::{CONNECTION, Desk, FULL, USUAL};

fn side(desk: &Desk, report: &Report) -> Side {
    compare::side(desk.app(), report.id)
}

/// How many records of a kind a board has, by the board's name.
fn count(desk: &Desk, report: &Report, board: &str, kind: Kind) -> usize {
    let board = &report.manifest.containers.iter().find(|entry| entry.name == board).unwrap().id;
    side(desk, report).keys().filter(|key| key.container == *board && key.kind == kind).count()
}

#[track_caller]
fn assert_complete(report: &Report) {
    assert_eq!(report.manifest.status, Status::Complete, "{:#?}", report.manifest.missing);
}

/// Fails unless the backup names this as missing, and why.
#[track_caller]
fn assert_names(report: &Report, what: &str, why: &str) {
    assert_eq!(report.manifest.status, Status::Partial);
    let found = report
        .manifest
        .missing
        .iter()
        .any(|missing| missing.what.contains(what) && missing.why.contains(why));
    assert!(found, "{what}: {why} is not in {:#?}", report.manifest.missing);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_that_are_exactly_full_and_boards_that_are_refused_whole_are_read_to_the_end() {
    let desk = Desk::new("nasty", 1).await;
    let report = desk.backup(USUAL).await;
    assert_eq!(count(&desk, &report, "Exactly a page", Kind::Comment), 1_000);
    assert_eq!(count(&desk, &report, "A page and one", Kind::Comment), 1_001);
    assert_eq!(count(&desk, &report, "Many cards", Kind::Item), 180);
    for line in &report.manifest.coverage {
        assert!(line.expected.is_none_or(|expected| expected == line.got), "{line:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn boards_that_the_account_cannot_see_are_named_as_far_as_is_known() {
    for (role, unseen) in [("workspace admin", 1), ("board admin", 0), ("member", 2)] {
        let desk = Desk::of(role, "nasty", 1).await;
        let report = desk.backup(Options { attachments: Attachments::None, full: false }).await;
        let hidden = |text: &str| text.contains("a board of workspace Nästy");
        let missing = report.manifest.missing.iter().filter(|missing| hidden(&missing.what));
        assert_eq!(missing.count(), unseen, "{role}: {:#?}", report.manifest.missing);
        let seen = report.manifest.containers.iter().any(|entry| entry.name == "Ben's secret");
        assert_eq!(seen, role == "board admin", "{role}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_board_that_goes_between_listing_and_reading_is_named_and_stays_as_it_was() {
    let desk = Desk::new("tiny", 1).await;
    let first = desk.backup(USUAL).await;
    let roadmap = desk.world.id("board", "Roadmap").await;
    let fault = json!({
        "kind": "status", "path": format!("/1/boards/{roadmap}*"), "every": true, "status": 404,
        "body": "The requested resource was not found.",
    });
    desk.world.fault(fault).await;
    let second = desk.backup(FULL).await;
    assert_names(&second, "Roadmap", "not found");
    let entry = second.manifest.containers.iter().find(|entry| entry.name == "Roadmap").unwrap();
    assert_eq!(entry.carried_from, Some(first.id));
    assert_eq!(side(&desk, &first), side(&desk, &second));

    desk.world.no_faults().await;
    let third = desk.backup(USUAL).await;
    assert_complete(&third);
    assert!(third.manifest.containers.iter().all(|entry| entry.carried_from.is_none()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_revoked_in_mid_backup_is_told_and_harms_nothing() {
    let desk = Desk::new("typical", 1).await;
    let first = desk.backup(USUAL).await;
    let fault = json!({
        "kind": "status", "path": "/1/boards/*", "nth": 2, "every": true, "status": 401, "body": "invalid token",
    });
    desk.world.fault(fault).await;
    let second = desk.backup(FULL).await;
    assert_names(&second, "", "invalid token");
    assert_eq!(side(&desk, &first), side(&desk, &second));
    desk.world.no_faults().await;
    assert_complete(&desk.backup(USUAL).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_that_is_no_good_from_the_start_says_what_to_do() {
    let desk = Desk::new("tiny", 1).await;
    desk.world.fault(json!({"kind": "status", "every": true, "status": 401, "body": "invalid token"})).await;
    let error = desk.try_backup(USUAL).await.unwrap_err();
    assert!(error.to_string().contains("invalid token"), "{error}");
    assert!(error.hints.iter().any(|hint| hint.contains("connection reconnect work")), "{:?}", error.hints);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_minute_of_too_many_requests_is_waited_out() {
    let desk = Desk::new("tiny", 1).await;
    let before = desk.world.clock_seconds();
    desk.world.fault(json!({"kind": "rate_limit", "path": "/1/boards/*", "times": 7})).await;
    let report = desk.backup(USUAL).await;
    assert_complete(&report);
    assert!(desk.world.clock_seconds() - before >= 30, "nobody waited");
    assert!(report.manifest.usage.retries >= 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_answer_is_asked_for_again_and_named_when_it_stays_broken() {
    for (fault, why) in [
        ("cut", "broke off"),
        ("garbage", "cut off"),
        ("html", "a web page (text/html) instead of JSON"),
        ("drop_before", "connection closed"),
    ] {
        let desk = Desk::new("tiny", 1).await;
        let roadmap = desk.world.id("board", "Roadmap").await;
        let path = format!("/1/boards/{roadmap}*");
        if fault == "cut" || fault == "drop_before" {
            desk.world.fault(json!({"kind": fault, "path": path, "times": 2, "at_byte": 100})).await;
            assert_complete(&desk.backup(USUAL).await);
        }
        desk.world.fault(json!({"kind": fault, "path": path, "every": true, "at_byte": 100})).await;
        let report = desk.backup(FULL).await;
        assert_names(&report, "Roadmap", why);
        assert!(count(&desk, &report, "Office garden", Kind::Item) > 0, "{fault} spoilt the other board");
        desk.world.no_faults().await;
        assert_complete(&desk.backup(USUAL).await);
    }
}

/// Attachments of a snapshot: name and what is known of the bytes.
fn files(desk: &Desk, report: &Report) -> BTreeMap<String, Blob> {
    let uploads = side(desk, report).into_values().filter(|record| record.key.kind == Kind::Attachment);
    uploads
        .filter(|record| record.blob != Blob::None)
        .map(|record| (record.native["name"].as_str().unwrap().to_owned(), record.blob))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_does_not_come_as_promised_is_named_and_fetched_next_time() {
    for (fault, why) in [
        ("wrong_size", "4095 bytes came instead of the 4096"),
        ("html", "text/html came in place of"),
        ("status", "403"),
    ] {
        let desk = Desk::new("tiny", 1).await;
        let id = desk.world.id("attachment", "logo.png").await;
        desk.world
            .fault(json!({"kind": fault, "path": format!("/storage/{id}"), "every": true, "status": 403}))
            .await;
        let report = desk.backup(USUAL).await;
        assert_names(&report, "logo.png", why);
        let files = files(&desk, &report);
        assert!(matches!(files["logo.png"], Blob::Missing(_)), "{fault}: {files:?}");
        assert_eq!(
            files.values().filter(|blob| matches!(blob, Blob::Missing(_))).count(),
            1,
            "{fault}: {files:?}"
        );

        desk.world.no_faults().await;
        desk.world.forget_log().await;
        let healed = desk.backup(USUAL).await;
        assert_complete(&healed);
        let fetched = desk.world.log().await.iter().filter(|call| call.is_storage()).count();
        assert_eq!(fetched, 1, "{fault}: only the missing one is fetched");
    }
}

/// Asks to stop when a phase has told so much.
struct StopAfter<'a> {
    desk: &'a Desk,
    news: std::sync::atomic::AtomicI64,
}

impl Progress for StopAfter<'_> {
    fn tell(&self, news: News) {
        if matches!(news, News::Now(_)) && self.news.fetch_sub(1, std::sync::atomic::Ordering::SeqCst) == 1 {
            self.desk.stop.send_replace(true);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_backup_ends_clean_and_no_attachment_is_fetched_twice() {
    let mut most = 0;
    for boards in 1..=4 {
        let mut desk = Desk::new("typical", 1).await;
        desk.world.forget_log().await;
        let stop = StopAfter { desk: &desk, news: boards.into() };
        let stopped = backup(desk.app(), CONNECTION, USUAL, &stop).await;
        if let Ok(report) = &stopped {
            assert_names(report, "", "stopped");
        }
        desk.reopen();
        let stored = stored(&desk, stopped.ok());
        desk.world.forget_log().await;
        let report = desk.backup(USUAL).await;
        assert_complete(&report);
        assert!(files(&desk, &report).values().all(|blob| matches!(blob, Blob::Stored(_))));
        let log = desk.world.log().await;
        let fetched = log.iter().filter_map(|call| call.path.strip_prefix("/storage/"));
        let twice: Vec<&str> = fetched.filter(|id| stored.contains(*id)).collect();
        assert!(
            twice.is_empty(),
            "stopped after {boards}: {twice:?} are in the vault and were fetched again"
        );
        most = most.max(stored.len());
    }
    assert!(most > 10, "nothing was stored before any stop");
}

/// The attachments whose bytes a stopped backup has left in the vault.
fn stored(desk: &Desk, report: Option<Report>) -> BTreeSet<String> {
    let mut stored = BTreeSet::new();
    for record in report.map(|report| side(desk, &report)).unwrap_or_default().into_values() {
        if matches!(record.blob, Blob::Stored(_)) {
            stored.insert(record.key.id.0);
        }
    }
    for noted in desk.app().vault.entries(entry::DOWNLOADS).unwrap() {
        let ledger: serde_json::Value = serde_json::from_slice(&noted.payload).unwrap();
        stored.extend(
            ledger["stored"]
                .as_array()
                .unwrap()
                .iter()
                .map(|pair| pair[0]["id"].as_str().unwrap().to_owned()),
        );
    }
    stored
}

#[tokio::test(flavor = "multi_thread")]
async fn attachments_left_out_by_choice_are_recorded_and_can_be_fetched_later() {
    let desk = Desk::new("tiny", 1).await;
    desk.world.forget_log().await;
    let none = desk.backup(Options { attachments: Attachments::None, full: false }).await;
    assert_complete(&none);
    assert!(none.manifest.left_out.no_attachments && none.manifest.left_out.attachments == 4);
    assert!(!desk.world.log().await.iter().any(crate::common::Call::is_download));

    let small = desk.backup(Options { attachments: Attachments::UpTo(5_000), full: false }).await;
    assert_eq!(
        (small.manifest.left_out.max_attachment, small.manifest.left_out.attachments),
        (Some(5_000), 2)
    );
    let stored = |report: &Report| {
        files(&desk, report).values().filter(|blob| matches!(blob, Blob::Stored(_))).count()
    };
    assert_eq!(stored(&small), 2);

    let all = desk.backup(USUAL).await;
    assert_eq!((stored(&all), all.manifest.left_out.attachments), (4, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_named_and_harms_nothing_that_was_there() {
    let mut desk = Desk::new("tiny", 1).await;
    let first = desk.backup(USUAL).await;
    let before = side(&desk, &first);
    desk.world.people("days-work", 1, 0).await;
    desk.disk.fill();
    let error = desk.try_backup(USUAL).await.unwrap_err();
    let told = format!("{error} {:?}", error.hints);
    assert!(told.contains("disk is full") || told.contains("no storage space"), "{told}");

    desk.reopen();
    assert_eq!(side(&desk, &first), before);
    assert_complete(&desk.backup(USUAL).await);
    let verified = upkeep::verify(desk.app(), true, &Silent).unwrap();
    assert!(verified.damages.is_empty(), "{:?}", verified.damages);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_whose_target_has_changed_is_refused_and_says_what_changed() {
    let desk = Desk::new("tiny", 1).await;
    let before = desk.backup(USUAL).await;
    let card = desk.world.id("card", "Cactus").await;
    desk.world.call("workspace admin", "PUT", &format!("/cards/{card}"), json!({"name": "Kaktus"})).await;
    let plan = desk.plan(&before.id.to_string(), Mode::Merge, &[]).await;
    desk.world.call("workspace admin", "PUT", &format!("/cards/{card}"), json!({"name": "Cactaceae"})).await;
    desk.world.forget_log().await;
    let error = desk.try_apply(&plan).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Stale, "{error}");
    assert!(error.details.iter().any(|detail| detail.contains("Cactaceae")), "{:?}", error.details);
    assert!(desk.world.log().await.iter().all(|call| call.method == "GET"), "something was written");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_account_may_not_do_is_blocked_in_the_plan() {
    let desk = Desk::of("observer", "tiny", 1).await;
    let before = desk.backup(USUAL).await;
    desk.world.people("disaster", 1, 0).await;
    desk.world.forget_log().await;
    let plan = desk.plan(&before.id.to_string(), Mode::Merge, &["Acme/Roadmap"]).await.plan;
    assert_eq!(plan.verdict, Verdict::Blocked);
    assert!(plan.steps.is_empty() && !plan.blocked.is_empty(), "{:#?}", plan.steps);
    assert!(plan.blocked.iter().all(|blocked| !blocked.why.is_empty()));
    assert!(desk.world.log().await.iter().all(|call| call.method == "GET"), "something was tried");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_and_nothing_of_a_board_can_be_read_in_the_vault_folder() {
    let desk = Desk::new("tiny", 1).await;
    let before = desk.backup(USUAL).await;
    desk.world.people("disaster", 1, 0).await;
    let plan = desk.plan(&before.id.to_string(), Mode::Merge, &[]).await;
    desk.apply(&plan).await;
    let credentials = desk.world.account("workspace admin");
    let (key, token) = (&credentials["key"], &credentials["token"]);
    let board = desk.world.id("board", "Roadmap").await;
    let words = [
        key,
        token,
        "Roadmap",
        "Fix login",
        "Ada",
        "127.0.0.1",
        &desk.world.sandbox.origin,
        &board,
        CONNECTION,
        "trello",
    ];
    let mut seen = 0;
    let mut found = Vec::new();
    search(&desk.vault_dir(), &mut |path, bytes| {
        seen += 1;
        found.extend(
            words
                .iter()
                .filter(|word| contains(bytes, word.as_bytes()))
                .map(|word| format!("{word} in {}", path.display())),
        );
    });
    assert!(seen >= 4, "only {seen} files were searched");
    assert!(found.is_empty(), "{found:?}");
}

fn contains(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}

fn search(folder: &Path, look: &mut dyn FnMut(&Path, &[u8])) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            search(&path, look);
        } else {
            look(&path, &std::fs::read(&path).unwrap());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vault_that_is_in_use_is_not_opened_twice() {
    let desk = Desk::new("tiny", 1).await;
    let (dir, key, seams) = (desk.vault_dir(), desk.key(), desk.seams());
    let Err(error) = App::open(&dir, &key, seams) else { panic!("two have it open") };
    assert!(error.to_string().contains(&format!("(process {}", std::process::id())), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_that_is_not_there_is_refused_with_what_to_do() {
    let desk = Desk::new("tiny", 1).await;
    let error = desk.try_plan("work@latest", Mode::Merge, &[]).await.unwrap_err();
    assert!(error.to_string().contains("take one with `boardvault backup"), "{error}");
    desk.backup(USUAL).await;
    for name in ["0000", "home@latest", "work@2020-01-01"] {
        let error = desk.try_plan(name, Mode::Merge, &[]).await.unwrap_err();
        let wanted = name.split('@').next().unwrap();
        assert!(error.to_string().contains(wanted), "{name}: {error}");
    }
}

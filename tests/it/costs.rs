//! What a backup asks of the platform: as few requests as promised, counted by the platform itself.

use boardvault::app::backup::Report;
use boardvault::plan::types::Mode;
use boardvault::snapshot::Changes;
use boardvault::snapshot::manifest::Status;

use crate::common::{Call, Desk, FULL, USUAL};

/// What a backup has asked for.
struct Cost {
    json: u64,
    downloads: u64,
    report: Report,
}

async fn cost(desk: &Desk) -> Cost {
    desk.world.forget_log().await;
    let report = desk.backup(USUAL).await;
    let log = desk.world.log().await;
    let (files, json): (Vec<&Call>, Vec<&Call>) =
        log.iter().partition(|call| call.is_download() || call.is_storage());
    let downloads = files.iter().filter(|call| call.is_storage()).count() as u64;
    assert!(log.iter().all(|call| call.status < 400), "{log:?}");
    let usage = report.manifest.usage;
    assert_eq!(
        (usage.requests, usage.downloads),
        (json.len() as u64, downloads),
        "the manifest tells another story: {json:#?}"
    );
    Cost { json: json.len() as u64, downloads, report }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_board_costs_what_is_promised() {
    let desk = Desk::new("board-1000", 1).await;
    let first = cost(&desk).await;
    assert_eq!(first.report.manifest.status, Status::Complete, "{:?}", first.report.manifest.missing);

    let unchanged = cost(&desk).await;
    assert_eq!((unchanged.report.read, unchanged.report.changes), (0, Changes::default()));
    let discovery = unchanged.json;
    assert!(discovery <= 4, "{discovery} requests to find out that nothing has changed");
    assert_eq!(unchanged.downloads, 0);
    assert!(first.json - discovery <= 6, "{} requests for the board", first.json - discovery);
    assert_eq!(first.downloads, 100);

    desk.world.people("random-damage", 1, 10).await;
    let changed = cost(&desk).await;
    assert_eq!(changed.report.read, 1);
    assert_ne!(changed.report.changes, Changes::default());
    assert!(
        changed.json - discovery <= 4,
        "{} requests for a board with ten changes",
        changed.json - discovery
    );
    assert!(changed.downloads <= 10, "{} downloads for ten changes", changed.downloads);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_request_is_ever_refused_for_coming_too_fast() {
    let desk = Desk::new("large:1500", 1).await;
    desk.world.forget_log().await;
    let before = desk.backup(USUAL).await;
    desk.world.people("disaster", 1, 0).await;
    let plan = desk.plan(&before.id.to_string(), Mode::Merge, &[]).await;
    desk.apply(&plan).await;
    desk.backup(FULL).await;
    let log = desk.world.log().await;
    assert!(log.len() > 600, "{} requests prove little", log.len());
    let refused: Vec<&Call> = log.iter().filter(|call| call.status == 429).collect();
    assert!(refused.is_empty(), "{refused:?}");
}

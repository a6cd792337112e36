//! Smartsheet against its sandbox: what a backup holds and what it costs.

use boardvault::snapshot::manifest::Status;

use crate::common::{Desk, FULL, USUAL};

const SMARTSHEET: &str = "smartsheet";

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_every_world_is_complete() {
    for world in ["tiny", "typical", "nasty"] {
        let report = Desk::on(SMARTSHEET, world, 1).await.backup(USUAL).await;
        assert_eq!(report.manifest.status, Status::Complete, "{world}: {:#?}", report.manifest.missing);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_sheet_costs_what_it_must_and_an_unchanged_one_nothing() {
    let desk = Desk::on(SMARTSHEET, "large:1000", 1).await;
    desk.world.forget_log().await;
    desk.backup(FULL).await;
    let log = desk.world.log().await;
    let of_sheets = |path: &str| path.contains("/sheets/") || path.contains("/shares");
    let api = log.iter().filter(|call| !call.is_storage() && of_sheets(&call.path)).count();
    let files = log.iter().filter(|call| call.is_storage()).count();
    assert!(api <= files + 8, "{api} calls for {files} files");
    desk.world.forget_log().await;
    desk.backup(USUAL).await;
    let log = desk.world.log().await;
    let again: Vec<&str> =
        log.iter().map(|call| call.path.as_str()).filter(|path| path.contains("/sheets/")).collect();
    assert!(again.is_empty(), "an unchanged sheet was read again: {again:?}");
}

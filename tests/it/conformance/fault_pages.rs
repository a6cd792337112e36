//! What goes wrong with the further pages of a list: each list of every platform, with one page and one entry more.

use boardvault::snapshot::manifest::Status;
use serde_json::Value;

use super::fault_table::{ROWS, Strikes};
use super::form;
use super::paging::{LISTS, List};
use crate::common::compare;
use crate::common::{Desk, FULL, USUAL, many};

/// How often pages are spoilt in a row.
const TIMES: [u64; 2] = [1, 1_000_000];

/// What is wrong with a backup where this happens to the last page of the list.
async fn backup_lacks(list: &List, script: &str, times: u64) -> Option<String> {
    let world = list.world(list.page + 1);
    let desk = Desk::on(list.platform, &world, 1).await;
    desk.world.forget_log().await;
    let reference = desk.backup(USUAL).await;
    let log = desk.world.log().await;
    let is_page = |path: &str| form(path, "*").ends_with(list.route);
    // The first page may come with those of other lists.
    let pages = log.iter().filter(|call| call.method == "GET" && is_page(&call.path)).count();
    let mut fault: Value = serde_json::from_str(script).unwrap();
    fault["method"] = "GET".into();
    fault["path"] = format!("*{}", list.route.replace('*', "{}")).into();
    fault["nth"] = pages.max(1).into();
    fault["times"] = times.into();
    let about = format!("{}, {}: {fault}", list.platform, list.name);
    let desk = Desk::on(list.platform, &world, 1).await;
    desk.world.fault(fault).await;
    let spoilt = desk.try_backup(USUAL).await;
    let report = spoilt.ok()?;
    if report.manifest.status != reference.manifest.status {
        return report.manifest.missing.is_empty().then(|| format!("{about}: partial without a reason"));
    }
    desk.world.no_faults().await;
    let [wanted, stored] = [desk.backup(FULL).await.id, report.id].map(|id| compare::side(desk.app(), id));
    let same_gaps = report.manifest.missing == reference.manifest.missing;
    let says_whole = report.manifest.status == Status::Complete || same_gaps;
    let is_same = stored == wanted || !says_whole;
    (!is_same).then(|| {
        let gone = wanted.keys().filter(|key| !stored.contains_key(key)).count();
        format!("{about}: {gone} of {} records are missing, and the backup does not say so", wanted.len())
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_called_complete_is_complete_whatever_became_of_its_pages() {
    let scripts: Vec<&'static str> = ROWS
        .iter()
        .flat_map(|row| row.scripts)
        .filter(|(how, _)| *how == Strikes::FurtherPage)
        .map(|(_, script)| *script)
        .collect();
    let cases: Vec<(&str, u64)> =
        scripts.iter().flat_map(|script| TIMES.map(|times| (*script, times))).collect();
    let mut wrong = Vec::new();
    for (turn, list) in LISTS.iter().enumerate() {
        let picked = if many() { 0..cases.len() } else { turn % cases.len()..turn % cases.len() + 1 };
        for (script, times) in &cases[picked] {
            wrong.extend(backup_lacks(list, script, *times).await);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

//! Lists of Smartsheet that have fewer entries than they say, for good: a backup keeps what came and names the rest, and
//! no plan takes what does not show for gone.

use boardvault::model::Kind;
use boardvault::plan::types::{Mode, Verdict};
use boardvault::snapshot::manifest::Status;
use serde_json::json;

use crate::common::compare;
use crate::common::{Desk, FULL, USUAL};

/// A list of which one entry never comes: its name in the sandbox, its route, how a backup calls it, and whether a plan
/// would make again what is missing from it.
struct Short {
    list: &'static str,
    route: &'static str,
    named: &'static str,
    is_written: bool,
}

const fn short(list: &'static str, route: &'static str, named: &'static str, is_written: bool) -> Short {
    Short { list, route, named, is_written }
}

const LISTS: &[Short] = &[
    short("sheets", "*/sheets", "sheets of the account", true),
    short("folders of the home", "*/home/folders", "folders of the Sheets folder", true),
    short("users", "*/users", "users of the account", true),
    short("groups", "*/groups", "groups of the account", true),
    short("discussions", "*/sheets/{}/discussions", "the sheet's discussions", true),
    short("reports", "*/reports", "reports", false),
    short("automation rules", "*/sheets/{}/automationrules", "the sheet's automation rules", false),
    short("proofs", "*/sheets/{}/proofs", "the sheet's proofs", false),
    short(
        "files of a proof",
        "*/sheets/{}/proofs/{}/attachments",
        "the sheet's files of the proof Proof",
        false,
    ),
    short("update requests", "*/sheets/{}/updaterequests", "the sheet's update requests", false),
    short(
        "sent update requests",
        "*/sheets/{}/sentupdaterequests",
        "the sheet's sent update requests",
        false,
    ),
];

/// From now on one entry of the list at this route never comes.
async fn shorten(desk: &Desk, route: &str) {
    let fault = json!({"kind": "one_missing", "method": "GET", "path": route, "nth": 1, "times": 1_000_000});
    desk.world.fault(fault).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_names_the_list_that_is_short_and_takes_nothing_for_gone() {
    for Short { list, route, named, is_written } in LISTS {
        let desk = Desk::on("smartsheet", &format!("list:{list}:3:10"), 1).await;
        let whole = desk.backup(USUAL).await;
        let wanted = compare::side(desk.app(), whole.id);
        assert_eq!(whole.manifest.status, Status::Complete, "{list}");

        shorten(&desk, route).await;
        let partial = desk.backup(FULL).await.manifest;
        assert_eq!(partial.status, Status::Partial, "{list}");
        let missing = partial.missing.iter().find(|missing| missing.what == *named);
        let missing = missing.unwrap_or_else(|| panic!("{named} in {:#?}", partial.missing));
        assert!(missing.why.contains("entries of"), "{missing:?}");
        assert!(partial.vanished.is_empty(), "{list}: {:?}", partial.vanished);
        assert_eq!(partial.containers.len(), whole.manifest.containers.len(), "{list}");

        let plan = desk.try_plan(&whole.id.to_string(), Mode::Merge, &[]).await;
        match plan {
            Ok(plan) => {
                assert!(!is_written, "{list}");
                assert_eq!(plan.plan.verdict, Verdict::NothingToDo, "{list}: {:#?}", plan.plan.steps);
            }
            Err(refused) => assert!(*is_written && refused.message.contains(" came"), "{list}: {refused:?}"),
        }

        desk.world.no_faults().await;
        let again = desk.backup(USUAL).await;
        assert_eq!(again.manifest.status, Status::Complete, "{list}: {:#?}", again.manifest.missing);
        assert!(compare::side(desk.app(), again.id) == wanted, "{list}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_short_list_does_not_show_keeps_its_last_state() {
    for (list, route, kind) in [
        ("sheets", "*/sheets", Kind::Container),
        ("groups", "*/groups", Kind::Group),
        ("folders of the home", "*/home/folders", Kind::Folder),
    ] {
        let desk = Desk::on("smartsheet", &format!("list:{list}:3:10"), 1).await;
        desk.backup(USUAL).await;
        shorten(&desk, route).await;
        for _ in 0..2 {
            let partial = desk.backup(USUAL).await;
            let held = compare::side(desk.app(), partial.id);
            assert_eq!(held.keys().filter(|key| key.kind == kind).count(), 3, "{list}");
            let carried =
                partial.manifest.containers.iter().filter(|entry| entry.carried_from.is_some()).count();
            assert_eq!(carried, usize::from(kind == Kind::Container), "{list}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sheet_whose_folder_does_not_show_is_not_taken_out_of_it() {
    let desk = Desk::on("smartsheet", "list:folders of the home:3:10", 1).await;
    let folder = desk.world.id("folder", "Entry 2").await;
    let column = json!({"title": "Task", "type": "TEXT_NUMBER", "primary": true});
    let path = format!("/folders/{folder}/sheets");
    desk.ask("POST", &path, json!({"name": "Plan", "columns": [column]})).await;
    let whole = desk.backup(USUAL).await;
    shorten(&desk, "*/home/folders").await;
    let partial = desk.backup(FULL).await;
    assert!(
        partial.manifest.missing.iter().any(|missing| missing.what == "\"Plan\""),
        "{:#?}",
        partial.manifest
    );
    assert_eq!(compare::side(desk.app(), partial.id), compare::side(desk.app(), whole.id));
    desk.world.no_faults().await;
    desk.assert_settled(&partial.id.to_string()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lay_in_a_workspace_that_is_gone_is_gone_although_the_list_of_sheets_is_short() {
    let desk = Desk::on("smartsheet", "tiny", 1).await;
    let whole = desk.backup(USUAL).await;
    shorten(&desk, "*/sheets").await;
    let workspace = desk.world.id("workspace", "Acme").await;
    desk.world
        .call("system admin", "DELETE", &format!("/workspaces/{workspace}"), serde_json::Value::Null)
        .await;
    let partial = desk.backup(USUAL).await.manifest;
    let in_it = |entry: &&boardvault::snapshot::manifest::ContainerEntry| {
        entry.workspace.as_ref().is_some_and(|(id, _)| id.as_str() == workspace)
    };
    assert!(whole.manifest.containers.iter().any(|entry| in_it(&entry)));
    assert!(!partial.containers.iter().any(|entry| in_it(&entry)), "{:#?}", partial.containers);
    assert_eq!(partial.status, Status::Partial);
}

#[tokio::test(flavor = "multi_thread")]
async fn discussions_that_the_sheet_shows_and_their_list_does_not_are_named_and_not_made_again() {
    let desk = Desk::on("smartsheet", "list:discussions:3:10", 1).await;
    let whole = desk.backup(USUAL).await;
    let sheet = &whole.manifest.containers[0].id;
    let path = format!("/sheets/{sheet}/discussions?includeAll=true&include=comments,attachments");
    let mut short = desk.ask("GET", &path, serde_json::Value::Null).await;
    short["data"].as_array_mut().unwrap().pop();
    short["totalCount"] = json!(2);
    let fault = json!({"kind": "status", "status": 200, "body": short.to_string(), "method": "GET",
        "path": "*/sheets/{}/discussions", "times": 1_000_000});
    desk.world.fault(fault).await;
    let partial = desk.backup(FULL).await.manifest;
    assert_eq!(partial.status, Status::Partial);
    assert!(partial.missing.iter().any(|missing| missing.why == "only 2 of 3 came"), "{:?}", partial.missing);
    let refused = desk.try_plan(&whole.id.to_string(), Mode::Merge, &[]).await.unwrap_err();
    assert!(refused.message.contains("2 of 3 came"), "{refused:?}");
}

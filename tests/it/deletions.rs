//! Nothing is deleted that the plan did not show and that no snapshot holds, and no plan is carried out twice.

use boardvault::app::error::ErrorKind;
use boardvault::app::runs;
use boardvault::apply::Verdict;
use boardvault::plan::types::Mode;
use serde_json::json;

use crate::common::{Desk, USUAL, World};

const ROLE: &str = "workspace admin";

/// Somebody comments on a card.
async fn comment(world: &World, card: &str, text: &str) {
    world.call(ROLE, "POST", &format!("/cards/{card}/actions/comments"), json!({ "text": text })).await;
}

async fn any_card(world: &World, board: &str) -> String {
    let board = world.id("board", board).await;
    let state = world.state().await;
    let card = state["card"].as_array().unwrap().iter().find(|card| card["idBoard"] == board).unwrap();
    card["id"].as_str().unwrap().to_owned()
}

async fn is_there(world: &World, text: &str) -> bool {
    world.state().await.to_string().contains(text)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_after_the_plan_is_not_deleted_with_the_board() {
    for mode in [Mode::DeleteBefore, Mode::DeleteBeforeLiteral] {
        let desk = Desk::new("tiny", 1).await;
        let before = desk.backup(USUAL).await;
        let plan = desk.plan(&format!("{}:Acme/Roadmap", before.id), mode, &[]).await;
        comment(&desk.world, &any_card(&desk.world, "Roadmap").await, "written after the plan").await;

        let error = desk.try_apply(&plan).await.unwrap_err();

        assert_eq!(error.kind, ErrorKind::Stale, "{mode:?}: {error}");
        assert!(error.details.iter().any(|detail| detail.contains("written after the plan")), "{error:?}");
        assert!(is_there(&desk.world, "written after the plan").await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_after_an_interruption_is_not_deleted_on_resuming() {
    for edit in [false, true] {
        let desk = Desk::new("tiny", 1).await;
        let before = desk.backup(USUAL).await;
        let plan = desk.plan(&format!("{}:Acme/Roadmap", before.id), Mode::DeleteBefore, &[]).await;
        let card = any_card(&desk.world, "Roadmap").await;
        let revoked = json!({"kind": "status", "status": 401, "body": "invalid token", "method": "DELETE"});
        desk.world.fault(revoked).await;
        let first = desk.try_apply(&plan).await.unwrap();
        assert_eq!(first.outcome.verdict, Verdict::Interrupted);
        desk.world.no_faults().await;
        if edit {
            desk.world.call(ROLE, "PUT", &format!("/cards/{card}"), json!({"desc": "made meanwhile"})).await;
        } else {
            comment(&desk.world, &card, "made meanwhile").await;
        }

        let resumed = desk.resume(&first.run).await.unwrap();

        assert_eq!(resumed.outcome.verdict, Verdict::Partial, "{:?}", resumed.troubles);
        assert!(
            resumed.troubles.iter().any(|trouble| trouble.contains("since the run began")),
            "{resumed:?}"
        );
        assert!(is_there(&desk.world, "made meanwhile").await, "the old board holds the only copy");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_not_carried_out_twice() {
    let desk = Desk::new("tiny", 1).await;
    let before = desk.backup(USUAL).await;
    let card = any_card(&desk.world, "Roadmap").await;
    desk.world.call(ROLE, "DELETE", &format!("/cards/{card}"), json!({})).await;
    let plan = desk.plan(&before.id.to_string(), Mode::Merge, &[]).await;
    desk.apply(&plan).await;
    let sizes = desk.world.sizes().await;

    let error = desk.try_apply(&plan).await.unwrap_err();

    assert_eq!(error.kind, ErrorKind::Stale, "{error}");
    assert_eq!(desk.world.sizes().await, sizes);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_whose_run_was_broken_off_is_resumed_and_not_begun_again() {
    let desk = Desk::new("tiny", 1).await;
    let before = desk.backup(USUAL).await;
    let plan = desk.plan(&format!("{}:Acme/Roadmap", before.id), Mode::Copy, &[]).await;
    let revoked =
        json!({"kind": "status", "status": 401, "body": "invalid token", "method": "POST", "nth": 9});
    desk.world.fault(revoked).await;
    desk.try_apply(&plan).await.unwrap();
    desk.world.no_faults().await;

    let error = desk.try_apply(&plan).await.unwrap_err();

    let runs = runs::list(desk.app()).unwrap();
    assert_eq!(runs.len(), 1);
    assert!(error.hints.iter().any(|hint| hint.contains(&format!("resume {}", runs[0].id))), "{error:?}");
}

/// A restore of a deleted card that ended after the server had made the card and before it answered.
async fn broken_off_in_a_write() -> (Desk, String) {
    let mut desk = Desk::new("tiny", 1).await;
    let before = desk.backup(USUAL).await.id.to_string();
    let card = any_card(&desk.world, "Roadmap").await;
    desk.world.call(ROLE, "DELETE", &format!("/cards/{card}"), json!({})).await;
    let plan = desk.plan(&before, Mode::Merge, &[]).await;
    desk.world.fault(json!({"kind": "drop_after", "method": "POST", "path": "/1/cards"})).await;
    // The look-up after the lost answer fails as well.
    desk.world
        .fault(json!({"kind": "status", "status": 401, "body": "invalid token", "path": "/1/lists/*"}))
        .await;
    let first = desk.try_apply(&plan).await.unwrap();
    assert_eq!(first.outcome.unsure, 1, "{first:?}");
    desk.world.no_faults().await;
    desk.reopen();
    (desk, before)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_broke_off_in_a_write_comes_before_new_ones() {
    let (desk, before) = broken_off_in_a_write().await;
    let sizes = desk.world.sizes().await;
    let plan = desk.plan(&before, Mode::Merge, &[]).await;

    let error = desk.try_apply(&plan).await.unwrap_err();

    assert_eq!(error.kind, ErrorKind::Stale, "{error}");
    assert_eq!(desk.world.sizes().await, sizes, "the card would be there twice");
    let run = runs::list(desk.app()).unwrap()[0].id.clone();
    desk.resume(&run).await.unwrap();
    assert!(desk.plan(&before, Mode::Merge, &[]).await.plan.steps.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_not_taken_up_after_a_later_one() {
    let desk = Desk::new("tiny", 1).await;
    let before = desk.backup(USUAL).await.id.to_string();
    let card = any_card(&desk.world, "Roadmap").await;
    desk.world.call(ROLE, "DELETE", &format!("/cards/{card}"), json!({})).await;
    let plan = desk.plan(&before, Mode::Merge, &[]).await;
    let revoked = json!({"kind": "status", "status": 401, "body": "invalid token", "method": "POST"});
    desk.world.fault(revoked).await;
    let first = desk.try_apply(&plan).await.unwrap();
    assert_eq!(first.outcome.verdict, Verdict::Interrupted);
    desk.world.no_faults().await;
    comment(&desk.world, &any_card(&desk.world, "Office garden").await, "time goes by").await;
    desk.apply(&desk.plan(&before, Mode::Merge, &[]).await).await;
    let sizes = desk.world.sizes().await;

    let error = desk.resume(&first.run).await.unwrap_err();

    assert_eq!(error.kind, ErrorKind::Stale, "{error}");
    assert_eq!(desk.world.sizes().await, sizes, "the card would be there twice");
}

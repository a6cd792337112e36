//! What is Asana's own: what a backup costs by quota and round trips, and what changes between two of them.

use std::time::Duration;

use boardvault::model::Kind;
use boardvault::plan::types::{Mode, Verdict};
use boardvault::snapshot::manifest::Status;
use boardvault::snapshot::{Changes, SnapshotId};
use serde_json::{Value, json};

use crate::common::compare::{Side, side};
use crate::common::{Call, Desk, FULL, USUAL, many};

const ASANA: &str = "asana";

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_complete_and_the_same_twice() {
    for world in ["tiny", "typical"] {
        let desk = Desk::on(ASANA, world, 1).await;
        let first = desk.backup(USUAL).await;
        assert_eq!(first.manifest.status, Status::Complete, "{world}: {:?}", first.manifest.missing);
        for count in &first.manifest.coverage {
            assert!(count.expected.is_none_or(|expected| expected == count.got), "{world}: {count:?}");
        }
        // The next process knows nothing of what this one has used of the quota.
        desk.world.clock.advance(Duration::from_mins(1));
        let again = desk.backup(FULL).await;
        assert_eq!(again.changes, Changes::default(), "{world}");
        let log = desk.world.log().await;
        // What the plan does not include is refused; nothing else may be.
        let bad: Vec<&Call> = log.iter().filter(|call| call.status >= 400 && call.status != 402).collect();
        assert!(bad.is_empty(), "{world}: {bad:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn there_is_nothing_to_do_right_after_a_backup() {
    for world in ["tiny", "typical", "nasty"] {
        let desk = Desk::on(ASANA, world, 1).await;
        let backup = desk.backup(USUAL).await;
        let plan = desk.plan(&backup.id.to_string(), Mode::Merge, &[]).await;
        assert_eq!(plan.plan.verdict, Verdict::NothingToDo, "{world}: {:#?}", plan.plan.steps);
    }
}

/// Asks the sandbox as the account of the connection.
async fn ask(desk: &Desk, method: &str, path: &str, data: Value) -> Value {
    let world = &desk.world;
    world.clock.advance(Duration::from_mins(1));
    let request = reqwest::Client::builder().no_proxy().build().unwrap();
    let address = format!("{}{path}", world.sandbox.base_url);
    let request = request.request(method.parse().unwrap(), address);
    let request = request.bearer_auth(&world.sandbox.accounts[0].credentials["token"]);
    let answer = request.json(&json!({"data": data})).send().await.unwrap();
    let (status, text) = (answer.status(), answer.text().await.unwrap());
    assert!(status.is_success(), "{method} {path}: {text}");
    serde_json::from_str::<Value>(&text).unwrap()["data"].take()
}

/// Takes all collaborators off a task.
async fn leave_alone(desk: &Desk, task: &str) {
    let followers = desk.world.named("task", task).await["followers"].take();
    let id = desk.world.id("task", task).await;
    ask(desk, "POST", &format!("/tasks/{id}/removeFollowers"), json!({"followers": followers})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_restored_has_no_more_collaborators_than_before() {
    let desk = Desk::on(ASANA, "tiny", 1).await;
    let (gone, commented) =
        (desk.world.id("task", "Tell the users").await, desk.world.id("task", "Ship the beta").await);
    let text = json!({"html_text": "<body>mine</body>"});
    let comment = ask(&desk, "POST", &format!("/tasks/{commented}/stories"), text).await["gid"].take();
    leave_alone(&desk, "Tell the users").await;
    leave_alone(&desk, "Ship the beta").await;
    let backup = desk.backup(USUAL).await.id.to_string();
    ask(&desk, "DELETE", &format!("/tasks/{gone}"), json!({})).await;
    ask(&desk, "DELETE", &format!("/stories/{}", comment.as_str().unwrap()), json!({})).await;
    desk.apply(&desk.plan(&backup, Mode::Merge, &[]).await).await;
    for name in ["Tell the users", "Ship the beta"] {
        assert_eq!(desk.world.named("task", name).await["followers"], json!([]), "{name}");
    }
    let again = desk.plan(&backup, Mode::Merge, &[]).await;
    assert!(again.plan.steps.is_empty(), "{:#?}", again.plan.steps);
}

/// Round trips and questions of one backup: what it asks for in a batch counts one by one on the quota.
struct Cost {
    round_trips: u64,
    downloads: u64,
    read: u64,
}

async fn cost(desk: &Desk) -> Cost {
    desk.world.forget_log().await;
    let report = desk.backup(USUAL).await;
    let usage = report.manifest.usage;
    Cost { round_trips: usage.requests, downloads: usage.downloads, read: report.read }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_of_a_thousand_tasks_costs_what_is_promised() {
    let desk = Desk::on(ASANA, "cost-1000", 1).await;
    let first = cost(&desk).await;
    // A download has its address asked for, which is a round trip of its own.
    assert!(first.round_trips <= 140 + first.downloads, "{} round trips at first", first.round_trips);

    let unchanged = cost(&desk).await;
    assert_eq!((unchanged.read, unchanged.downloads), (0, 0));
    assert!(
        unchanged.round_trips <= 6,
        "{} round trips to see that nothing has changed",
        unchanged.round_trips
    );

    desk.world.people("random-damage", 1, 10).await;
    let changed = cost(&desk).await;
    assert_eq!(changed.read, 1);
    let more = changed.round_trips - unchanged.round_trips - changed.downloads;
    assert!(more <= 20, "{more} round trips more for ten changes");
}

/// What a backup counts on the quota: each question, also those that travel together.
async fn units(desk: &Desk) -> usize {
    desk.world.forget_log().await;
    desk.backup(USUAL).await;
    let units = |call: &Call| match &call.body {
        Some(body) if call.path.ends_with("/batch") => {
            let body: Value = serde_json::from_str(body).unwrap();
            body["data"]["actions"].as_array().unwrap().len()
        }
        _ => usize::from(call.path.starts_with("/api/")),
    };
    desk.world.log().await.iter().map(units).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_costs_what_it_touches_and_not_the_whole_project() {
    let desk = Desk::on(ASANA, "cost-1000", 1).await;
    assert!(units(&desk).await > 1_000);
    let unchanged = units(&desk).await;
    let task = desk.world.id("task", "Project 1, task 500").await;

    ask(&desk, "PUT", &format!("/tasks/{task}"), json!({"name": "another name"})).await;
    let renamed = units(&desk).await - unchanged;
    assert!(renamed <= 10, "{renamed} units for a new name");

    let section = desk.world.id("section", "Inbox").await;
    ask(&desk, "POST", &format!("/sections/{section}/addTask"), json!({"task": task})).await;
    let moved = units(&desk).await - unchanged;
    assert!(moved <= 15, "{moved} units for a move");

    desk.world.people("random-damage", 1, 10).await;
    let damaged = units(&desk).await - unchanged;
    assert!(damaged <= 40, "{damaged} units for ten changes");

    let renewed = side(desk.app(), desk.backup(USUAL).await.id);
    let whole = side(desk.app(), desk.backup(FULL).await.id);
    assert_eq!(renewed, whole);
}

/// A snapshot's records, without the order in sections: a move inside of one is told by no event.
fn unordered(desk: &Desk, id: SnapshotId) -> Side {
    let mut side = side(desk.app(), id);
    for record in side.values_mut().filter(|record| record.key.kind == Kind::Section) {
        if let Some(ids) = record.native["items"].as_array_mut() {
            ids.sort_by_key(ToString::to_string);
        }
    }
    side
}

#[tokio::test(flavor = "multi_thread")]
async fn reading_what_changed_finds_what_reading_everything_finds() {
    for seed in 0..if many() { 20 } else { 1 } {
        let desk = Desk::on(ASANA, "typical", seed).await;
        desk.backup(USUAL).await;
        for round in 0..6 {
            let told = desk.world.people("random-damage", seed * 10 + round, 2).await;
            let renewed = unordered(&desk, desk.backup(USUAL).await.id);
            let whole = unordered(&desk, desk.backup(FULL).await.id);
            for (key, record) in &whole {
                assert_eq!(renewed.get(key), Some(record), "seed {seed}, round {round}, {told:?}: {key}");
            }
            assert_eq!(renewed.len(), whole.len(), "seed {seed}, round {round}");
        }
    }
}

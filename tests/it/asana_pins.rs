//! Pinned comments: the text is the author's, the pin is not.

use boardvault::model::Kind;
use boardvault::model::loss::LossCause;
use boardvault::plan::types::Mode;
use serde_json::{Value, json};

use crate::common::{Desk, USUAL};

const OTHER: &str = "member, admin of projects";

#[tokio::test(flavor = "multi_thread")]
async fn the_pin_of_somebody_else_s_comment_comes_back_and_its_text_is_named_as_lost() {
    let desk = Desk::on("asana", "tiny", 1).await;
    let task = desk.world.id("task", "Ship the beta").await;
    let said = json!({"data": {"text": "As it was.", "is_pinned": true}});
    let story = desk.world.call(OTHER, "POST", &format!("/tasks/{task}/stories"), said).await;
    let story = format!("/stories/{}", story["data"]["gid"].as_str().unwrap());
    let backup = desk.backup(USUAL).await.id.to_string();
    let edited = json!({"data": {"text": "As it is.", "is_pinned": false}});
    desk.world.call(OTHER, "PUT", &story, edited).await;

    let plan = desk.plan(&backup, Mode::Merge, &[]).await;
    let changes: Vec<&str> =
        plan.plan.steps.iter().flat_map(|s| &s.changes).map(|c| c.path.as_str()).collect();
    assert_eq!(changes, ["is_pinned"]);
    let lost = plan.plan.losses.iter().filter(|loss| loss.key.kind == Kind::Comment);
    let lost: Vec<_> = lost.map(|loss| (loss.field.as_deref(), loss.cause)).collect();
    assert_eq!(lost, [(Some("html_text"), LossCause::ForeignComment)]);
    desk.apply(&plan).await;
    let live = desk.ask("GET", &story, Value::Null).await;
    assert_eq!((&live["data"]["is_pinned"], &live["data"]["text"]), (&json!(true), &json!("As it is.")));
}

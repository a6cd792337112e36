//! What is Asana's own: quota, sync tokens, and a whole account there and back.

use boardvault::plan::types::{Mode, Verdict};
use boardvault::snapshot::Changes;
use boardvault::snapshot::manifest::Status;

use crate::common::scene::Scene;
use crate::common::{Call, Desk, FULL, USUAL};

const ASANA: &str = "asana";

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_complete_and_the_next_one_finds_nothing_new() {
    for (world, status) in [("tiny", Status::Complete), ("typical", Status::Complete)] {
        let desk = Desk::on(ASANA, world, 1).await;
        let first = desk.backup(USUAL).await;
        assert_eq!(first.manifest.status, status, "{world}: {:?}", first.manifest.missing);
        let log = desk.world.log().await;
        let bad: Vec<&Call> = log.iter().filter(|call| call.status >= 400 && call.status != 402).collect();
        assert!(bad.is_empty(), "{world}: {bad:?}");
        let again = desk.backup(FULL).await;
        assert_eq!(again.changes, Changes::default(), "{world}");
        let state = desk.world.state().await;
        println!("{world} {:?} {}", first.manifest.usage, state["unknown_parameters"]);
        for count in &first.manifest.coverage {
            println!("  {:?} {:?} {}", count.kind, count.expected, count.got);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_to_do_right_after_a_backup() {
    for world in ["tiny", "typical", "nasty"] {
        let desk = Desk::on(ASANA, world, 1).await;
        let backup = desk.backup(USUAL).await;
        let plan = desk.plan(&backup.id.to_string(), Mode::Merge, &[]).await;
        assert_eq!(plan.plan.verdict, Verdict::NothingToDo, "{world}: {:#?}", plan.plan.steps);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn there_and_back() {
    let scene = Scene::on(ASANA, "tiny", 1, ("disaster", 0)).await;
    let plan = scene.desk.plan(&scene.snapshot(), Mode::Merge, &[]).await;
    for blocked in &plan.plan.blocked {
        println!("blocked {:?} {:?} {}", blocked.path, blocked.action, blocked.why);
    }
    scene.desk.apply(&plan).await;
    let found = scene.now().await;
    let compared = scene.compare(&scene.wanted, &found, &plan.plan, boardvault::apply::Relation::Restored);
    compared.assert_same("asana tiny");
}

#[tokio::test(flavor = "multi_thread")]
async fn debugging() {
    let desk = Desk::on(ASANA, "tiny", 5).await;
    desk.backup(USUAL).await;
    for told in desk.world.people("random-damage", 5, 30).await {
        println!("TOLD {told}");
    }
    let scene = Scene::on(ASANA, "tiny", 5, ("random-damage", 30)).await;
    for (at, side) in [&scene.wanted, &scene.damaged].into_iter().enumerate() {
        for (key, record) in side.iter() {
            if key.id.as_str().ends_with("000062") || key.id.as_str().ends_with("0048") {
                println!(
                    "REC {at} {key} {} {} {}",
                    record.native["parent"], record.native["section"], record.native["reference_value"]
                );
            }
        }
    }
    let plan = scene.desk.plan(&scene.snapshot(), Mode::Merge, &[]).await;
    for step in &plan.plan.steps {
        println!(
            "STEP {:?} {} {:?} {:?}",
            step.action,
            step.subject,
            step.path,
            step.changes.iter().map(|c| format!("{}={}", c.path, c.to)).collect::<Vec<_>>()
        );
    }
    println!("{:?}", plan.plan.bindings);
    scene.desk.apply(&plan).await;
    for (key, record) in scene.now().await.iter() {
        if key.id.as_str().ends_with("000062")
            || key.id.as_str().ends_with("130")
            || key.id.as_str().ends_with("0048")
        {
            println!(
                "REC {key} {} {} {} {}",
                record.native["name"],
                record.native["parent"],
                record.native["section"],
                record.native["reference_value"]
            );
        }
    }
}

//! Smartsheet against its sandbox: what a backup holds and what it costs.

use boardvault::snapshot::manifest::Status;

use crate::common::{Desk, FULL, USUAL, compare};

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_every_small_world_is_complete() {
    for world in ["tiny", "nasty"] {
        let desk = Desk::on("smartsheet", world, 1).await;
        let report = desk.backup(USUAL).await;
        assert_eq!(report.manifest.status, Status::Complete, "{world}: {:#?}", report.manifest.missing);
        let calls = desk.world.log().await;
        for call in &calls {
            println!("{} {} {}", call.method, call.path, call.status);
        }
        let side = compare::side(desk.app(), report.id);
        for (key, record) in &side {
            println!("{key} {}", record.native);
        }
        let _ = FULL;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn show_plan() {
    let scene = crate::common::scene::Scene::on("smartsheet", "tiny", 1, ("disaster", 0)).await;
    let plan = scene.desk.plan(&scene.snapshot(), boardvault::plan::types::Mode::Merge, &[]).await;
    for step in &plan.plan.steps {
        println!(
            "{} {:?} {} {:?}",
            step.wave,
            step.action,
            step.path.join(" / "),
            step.changes.iter().map(|c| format!("{}={}", c.path, c.to)).collect::<Vec<_>>()
        );
    }
    println!("{:#?} {:#?}", plan.plan.blocked, plan.plan.losses);
    println!("=== copy");
    let plan =
        scene.desk.plan(&scene.path("Acme/Launch plan"), boardvault::plan::types::Mode::Copy, &[]).await;
    for step in &plan.plan.steps {
        println!(
            "{} {:?} {} {:?}",
            step.wave,
            step.action,
            step.path.join(" / "),
            step.changes.iter().map(|c| format!("{}={}", c.path, c.to)).collect::<Vec<_>>()
        );
    }
    println!("{:#?} {:#?} {:#?}", plan.plan.blocked, plan.plan.losses, plan.plan.bindings);
}

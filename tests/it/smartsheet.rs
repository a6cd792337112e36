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
    use boardvault::model::Kind;
    let scene = crate::common::scene::Scene::on("smartsheet", "nasty", 3, ("disaster", 0)).await;
    let sheet = "3326767066164371";
    let show = |side: &compare::Side, what: &str| {
        let root =
            side.values().find(|r| r.key.kind == Kind::Container && r.key.id.as_str() == sheet).unwrap();
        println!("{what}: {}", root.native["rows"]);
        for r in side.values().filter(|r| r.key.kind == Kind::Item && r.key.container.as_str() == sheet) {
            println!(
                "   {} {} parent {} rows {}",
                r.key.id, r.native["title"], r.native["parentId"], r.native["rows"]
            );
        }
    };
    show(&scene.wanted, "wanted");
    show(&scene.damaged, "damaged");
    let plan = scene.desk.plan(&scene.snapshot(), boardvault::plan::types::Mode::Merge, &[]).await;
    for step in plan.plan.steps.iter().filter(|s| {
        s.subject.container.as_str() == sheet && matches!(s.subject.kind, Kind::Item | Kind::Container)
    }) {
        println!(
            "{} {:?} {} {} {:?}",
            step.wave,
            step.action,
            step.path.join(" / "),
            step.subject.id,
            step.changes.iter().map(|c| format!("{}={}", c.path, c.to)).collect::<Vec<_>>()
        );
    }
    let applied = scene.desk.try_apply(&plan).await.unwrap();
    println!("{applied:#?}");
    show(&scene.now().await, "found");
    for call in scene.desk.world.log().await.iter().filter(|c| c.path.contains(sheet)) {
        println!("{} {} {}", call.method, call.path, call.status);
    }
}

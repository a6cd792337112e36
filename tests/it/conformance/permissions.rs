//! draft
use std::collections::{BTreeMap, BTreeSet};

use boardvault::app::connections;
use boardvault::model::grants::Grant;
use boardvault::plan::types::Mode;
use boardvault::platforms::connector::Purpose;

use crate::common::{CONNECTION, Desk, USUAL};

struct Role {
    platform: &'static str,
    account: &'static str,
    world: &'static str,
}

const fn role(platform: &'static str, account: &'static str, world: &'static str) -> Role {
    Role { platform, account, world }
}

const ROLES: &[Role] = &[
    role("trello", "outsider", "tiny:member"),
    role("asana", "member, editor of projects", "tiny"),
    role("asana", "member without a part in any project", "tiny:editor"),
    role("asana", "member without a part in any project", "tiny:commenter"),
    role("asana", "member without a part in any project", "tiny:viewer"),
    role("asana", "member without a part in any project", "tiny"),
    role("asana", "guest", "tiny"),
    role("asana", "admin of a free workspace", "tiny"),
    role("smartsheet", "system admin", "tiny"),
    role("smartsheet", "licensed member", "tiny"),
    role("smartsheet", "editor", "tiny:ADMIN"),
    role("smartsheet", "editor", "tiny:EDITOR_SHARE"),
    role("smartsheet", "editor", "tiny:EDITOR"),
    role("smartsheet", "editor", "tiny:COMMENTER"),
    role("smartsheet", "editor", "tiny:VIEWER"),
    role("smartsheet", "editor", "tiny"),
];

async fn marks(desk: &Desk, purpose: Purpose) -> (String, Vec<String>) {
    match connections::check(desk.app(), CONNECTION, purpose).await {
        Ok(lines) => (
            lines
                .iter()
                .map(|line| match line.met {
                    Grant::Allowed => '+',
                    Grant::Denied(_) => '-',
                    Grant::Unknown => '?',
                })
                .collect(),
            lines.iter().map(|l| l.requirement.clone()).collect(),
        ),
        Err(e) => (format!("ERR {e}"), vec![]),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn draft() {
    for role in ROLES {
        let start = std::time::Instant::now();
        println!("=== {} / {} / {}", role.platform, role.account, role.world);
        let container = super::SUBJECTS.iter().find(|s| s.platform == role.platform).unwrap().container;
        for (mode, path) in [(Mode::Merge, ""), (Mode::Copy, container), (Mode::DeleteBefore, container)] {
            let desk = Desk::with(role.platform, Some(role.account), role.world, 1).await;
            let report = match desk.try_backup(USUAL).await {
                Ok(report) => report,
                Err(e) => {
                    println!("  backup: {e}");
                    break;
                }
            };
            if mode == Mode::Merge {
                let names: Vec<_> = report.manifest.containers.iter().map(|c| c.name.as_str()).collect();
                println!("  holds {names:?}");
                for m in &report.manifest.missing {
                    println!("  missing {} | {}", m.what, m.why);
                }
                for p in [Purpose::Backup, Purpose::Restore] {
                    let (m, l) = marks(&desk, p).await;
                    println!("  {p:?} {m}");
                    if role.account == "workspace admin" || role.account == "organization admin" || role.account == "system admin" {
                        println!("  {l:#?}");
                    }
                }
            }
            for line in desk.world.people("disaster", 1, 0).await { if mode == Mode::Merge && desk.world.sandbox.accounts[0].role == role.account { println!("    {line}"); } }
            let snapshot = if path.is_empty() { report.id.to_string() } else { format!("{}:{path}", report.id) };
            let plan = match desk.try_plan(&snapshot, mode, &[]).await {
                Ok(plan) => plan,
                Err(e) => {
                    println!("  {mode:?} plan: {e}");
                    continue;
                }
            };
            let mut blocked: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
            for b in &plan.plan.blocked {
                blocked.entry(format!("{:?} {}", b.action, b.subject.kind)).or_default().insert(format!("{} ({})", b.path.join("/"), b.why));
            }
            let mut steps: BTreeMap<String, usize> = BTreeMap::new();
            for s in &plan.plan.steps {
                *steps.entry(format!("{:?} {}", s.action, s.subject.kind)).or_default() += 1;
            }
            println!("  {mode:?} steps {steps:?}");
            for (k, v) in &blocked {
                println!("     blocked {k}: {} e.g. {}", v.len(), v.iter().next().unwrap());
            }
            if plan.plan.steps.is_empty() {
                continue;
            }
            desk.world.forget_log().await;
            match desk.try_apply(&plan).await {
                Ok(applied) => {
                    if !applied.is_complete() {
                        println!("  !!! NOT COMPLETE {:?} {:?}", applied.outcome, applied.troubles);
                        println!("  !!! {:?}", applied.check);
                    }
                }
                Err(e) => println!("  !!! apply {e}"),
            }
            for c in desk.world.log().await {
                if c.status >= 400 {
                    println!("  !!! {} {} {}", c.status, c.method, c.path);
                }
            }
        }
        println!("  TIME {:?}", start.elapsed());
    }
}

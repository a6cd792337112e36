//! What each role sees, is told and may do: one row a role in the table, the same test over all rows.
//!
//! A plan blocks what the role may not do and tries nothing else that is refused: the sandbox's log of the run holds
//! no refused write, but for the few that no platform tells beforehand, and those rows say so.

use std::collections::BTreeSet;

use boardvault::app::applying::Applied;
use boardvault::app::backup::Report;
use boardvault::app::connections;
use boardvault::model::grants::Grant;
use boardvault::plan::types::{Action, Mode, RestorePlan};
use boardvault::platforms::connector::Purpose;

use super::SUBJECTS;
use super::roles::{LINES, ROLES, Role};
use crate::common::{CONNECTION, Desk, USUAL, World};

/// What one role comes to.
#[derive(Debug, PartialEq)]
struct Found {
    holds: String,
    missing: Vec<String>,
    backup: String,
    restore: String,
    merge: String,
    replace: String,
    refused: String,
}

impl Found {
    async fn of(role: &Role) -> Self {
        let desk = Desk::with(role.platform, Some(role.account), role.world, 1).await;
        let report = desk.backup(USUAL).await;
        let mut holds: Vec<&str> =
            report.manifest.containers.iter().map(|container| container.name.as_str()).collect();
        holds.sort_unstable();
        let missing = report.manifest.missing.iter().map(|missing| missing.what.clone());
        let mut found = Self {
            holds: holds.join(", "),
            missing: missing.collect(),
            backup: check(&desk, role.platform, Purpose::Backup).await,
            restore: check(&desk, role.platform, Purpose::Restore).await,
            merge: String::new(),
            replace: String::new(),
            refused: String::new(),
        };
        desk.world.people("disaster", 1, 0).await;
        desk.world.forget_log().await;
        let snapshot = report.id.to_string();
        let mut refused = BTreeSet::new();
        found.merge = restored(&desk, &snapshot, Mode::Merge, &mut refused).await;
        found.replace = match path_of_the_damaged(role, &report) {
            Some(path) => {
                restored(&desk, &format!("{snapshot}:{path}"), Mode::DeleteBefore, &mut refused).await
            }
            None => "unseen".to_owned(),
        };
        found.refused = refused.into_iter().collect::<Vec<_>>().join(", ");
        found
    }
}

/// The path of the container that the disaster damages, under whatever workspace the account sees it in.
fn path_of_the_damaged(role: &Role, report: &Report) -> Option<String> {
    let subject = SUBJECTS.iter().find(|subject| subject.platform == role.platform).unwrap();
    let name = subject.container.rsplit('/').next().unwrap();
    let entry = report.manifest.containers.iter().find(|entry| entry.name == name)?;
    let (id, workspace) = entry.workspace.as_ref()?;
    // A workspace that the account cannot see has no name.
    let workspace = if workspace == id.as_str() { "-" } else { workspace };
    Some(format!("{workspace}/{name}"))
}

/// Each requirement as a mark: `+` met, `-` not met, `?` not known.
async fn check(desk: &Desk, platform: &str, purpose: Purpose) -> String {
    let lines = connections::check(desk.app(), CONNECTION, purpose).await.unwrap();
    let wanted = LINES.iter().find(|lines| lines.0 == (platform, purpose)).unwrap().1;
    let wanted: Vec<&str> = wanted.split(" | ").collect();
    let said: Vec<&str> = lines.iter().map(|line| line.requirement.as_str()).collect();
    assert_eq!(said.len(), wanted.len(), "{platform} {purpose:?}: {said:#?}");
    for (said, wanted) in said.iter().zip(wanted) {
        assert!(said.starts_with(wanted), "{platform} {purpose:?}: {said} and not {wanted}");
    }
    let mark = |grant: &Grant| match grant {
        Grant::Allowed => '+',
        Grant::Denied(_) => '-',
        Grant::Unknown => '?',
    };
    lines.iter().map(|line| mark(&line.met)).collect()
}

/// Restores as far as the plan goes, and says how far: `all`, `nothing`, `unseen` where the account sees nothing of
/// it, or what it leaves out. Refused writes go into `refused`, by the words in which the platform refuses.
async fn restored(desk: &Desk, snapshot: &str, mode: Mode, refused: &mut BTreeSet<String>) -> String {
    let plan = desk.plan(snapshot, mode, &[]).await;
    if !plan.plan.steps.is_empty() {
        let applied = desk.try_apply(&plan).await.unwrap();
        let log = desk.world.log().await;
        let is_refused = |status: u16| (400..500).contains(&status) && status != 404 && status != 429;
        let is_met = log.iter().any(|call| call.method != "GET" && is_refused(call.status));
        refused.extend(words_of_refusals(&applied));
        assert_eq!(is_met, !applied.is_complete(), "{mode:?}: {:?}", applied.troubles);
        desk.world.forget_log().await;
    }
    extent(&plan.plan)
}

/// In which words a run was refused something; what was not tried because of it does not count.
fn words_of_refusals(applied: &Applied) -> Vec<String> {
    let tried = applied.troubles.iter().filter(|trouble| !trouble.contains("not tried"));
    tried
        .filter_map(|trouble| Some(trouble.split_once(": 40")?.1.get(2..)?.trim_end_matches('.').to_owned()))
        .collect()
}

/// How much of what is wanted a plan does.
fn extent(plan: &RestorePlan) -> String {
    let verb = |action: Action| match action {
        Action::Create => "create",
        Action::Update => "change",
        Action::Archive => "archive",
        Action::Delete => "delete",
    };
    // What hangs on something that is blocked is blocked as well, and says so.
    let causes = plan.blocked.iter().filter(|blocked| !blocked.why.starts_with("it "));
    let causes: BTreeSet<String> =
        causes.map(|blocked| format!("{} {}", verb(blocked.action), blocked.subject.kind)).collect();
    match (plan.steps.is_empty(), causes.is_empty()) {
        (false, true) => "all".to_owned(),
        (true, true) => "unseen".to_owned(),
        (true, false) => "nothing".to_owned(),
        (false, false) => format!("not {}", causes.into_iter().collect::<Vec<_>>().join(", ")),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_role_sees_is_told_and_does_what_it_may() {
    let mut wrong = Vec::new();
    let found: Vec<_> = ROLES.iter().map(|role| (role, tokio::spawn(Found::of(role)))).collect();
    for (role, found) in found {
        let found = found.await.unwrap();
        let wanted = Found {
            holds: role.holds.to_owned(),
            missing: role.missing.iter().map(|&what| what.to_owned()).collect(),
            backup: role.met.0.to_owned(),
            restore: role.met.1.to_owned(),
            merge: role.does.0.to_owned(),
            replace: role.does.1.to_owned(),
            refused: role.refused.to_owned(),
        };
        if found != wanted {
            wrong.push(format!("{}, {}: {found:#?}\nand not {wanted:#?}", role.platform, role.who));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_who_can_log_in_to_a_sandbox_is_in_the_table() {
    for subject in SUBJECTS {
        let world = World::start(subject.platform, "tiny", 1).await;
        for account in &world.sandbox.accounts {
            let is_it = |role: &Role| role.platform == subject.platform && role.account == account.role;
            assert!(ROLES.iter().any(is_it), "{}: {}", subject.platform, account.role);
        }
    }
}

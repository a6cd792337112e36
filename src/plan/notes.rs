//! What people should know of a plan before they read its steps.

use super::types::{Action, Mode, Reason, RestorePlan};
use crate::model::Kind;

/// So many things are named; of all others the number is told.
const NAMED: usize = 3;

/// Says which containers and workspaces of the backup the account does not see, if there are any: they may be there
/// all the same, and then the plan makes them a second time. `noun` is what the platform's users call a kind.
pub fn unseen(plan: &RestorePlan, noun: impl Fn(Kind) -> &'static str) -> Option<String> {
    let missing = missing(plan);
    let named: Vec<String> = missing
        .iter()
        .take(NAMED)
        .map(|(kind, path)| {
            let name = path.last().map(String::as_str).unwrap_or_default();
            format!("the {} \"{name}\"", noun(*kind))
        })
        .collect();
    let left = missing.len().saturating_sub(NAMED);
    let (last, before) = named.split_last()?;
    let list = match (before, left) {
        ([], _) => last.clone(),
        (before, 0) => format!("{} and {last}", before.join(", ")),
        (before, left) => format!("{}, {last} and {left} more", before.join(", ")),
    };
    let (are, they, them) = if missing.len() == 1 { ("is", "it", "it") } else { ("are", "they", "them") };
    Some(format!(
        "Not among what the account sees {are} {list}: should {they} be there and merely hidden from it, this plan makes \
         {them} a second time, so look first with an account that sees more, or ask whoever owned {them}."
    ))
}

/// The containers and workspaces that the plan makes because they are missing, or would make if it could.
fn missing(plan: &RestorePlan) -> Vec<(Kind, &[String])> {
    let mode = plan.header.mode;
    let is_whole = |kind| matches!(kind, Kind::Workspace | Kind::Container);
    let made = plan.steps.iter().filter(|step| {
        step.action == Action::Create && matches!(step.reason, Reason::Missing | Reason::Needed)
    });
    // In the other modes what is blocked may well be there.
    let blocked =
        plan.blocked.iter().filter(|blocked| mode == Mode::Merge && blocked.action == Action::Create);
    let made = made.map(|step| (step.subject.kind, step.path.as_slice()));
    let blocked = blocked.map(|blocked| (blocked.subject.kind, blocked.path.as_slice()));
    // What an undo makes again is what its run has removed.
    let mut missing: Vec<_> =
        made.chain(blocked).filter(|(kind, _)| is_whole(*kind) && mode != Mode::Undo).collect();
    missing.sort();
    missing
}

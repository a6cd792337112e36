//! What people should know of a plan before they read its steps.

use super::types::{Action, Mode, Reason, RestorePlan, Step};
use crate::model::Kind;

/// So many things are named; of all others the number is told.
const NAMED: usize = 3;

/// Says which containers and workspaces of the backup the account does not see, if there are any: they may be there
/// all the same, and then they are made a second time. `noun` is what the platform's users call a kind.
pub fn unseen(plan: &RestorePlan, noun: impl Fn(Kind) -> &'static str) -> Option<String> {
    let missing = missing(plan);
    let described = |(kind, path): &(Kind, &[String])| {
        let name = path.last().map(String::as_str).unwrap_or_default();
        format!("the {} \"{name}\"", noun(*kind))
    };
    let named: Vec<String> = missing.iter().take(NAMED).map(described).collect();
    let (last, before) = named.split_last()?;
    let list_of_names = match (before, missing.len().saturating_sub(NAMED)) {
        ([], _) => last.clone(),
        (before, 0) => format!("{} and {last}", before.join(", ")),
        (before, left) => format!("{}, {last} and {left} more", before.join(", ")),
    };
    let [subject, object, owner] =
        if missing.len() == 1 { ["it is", "it", "its owner"] } else { ["they are", "them", "their owners"] };
    Some(format!(
        "Not seen by the account: {list_of_names}. If {subject} merely hidden, a restore makes {object} a second time. \
         Look with an account that sees more, or ask {owner}, before you apply this plan."
    ))
}

/// Says what goes with the containers that the plan replaces, although no backup has it: what the API does not show.
/// `hidden` are the platform's words for that, and `plural` what its users call containers.
pub fn unsaved(plan: &RestorePlan, hidden: &[&str], plural: &str) -> Option<String> {
    let is_replaced = |step: &Step| step.subject.kind == Kind::Container && step.reason == Reason::Replaced;
    let (last, before) = hidden.split_last()?;
    let named =
        if before.is_empty() { (*last).to_owned() } else { format!("{} and {last}", before.join(", ")) };
    plan.deletions().any(is_replaced).then(|| {
        format!(
            "With the old {plural} goes what the platform shows to nobody through its API, and what is therefore in no \
             backup: {named}. Look at what there is of it before you apply this plan."
        )
    })
}

/// The containers and workspaces that the plan makes because they are missing, or would make if it could.
fn missing(plan: &RestorePlan) -> Vec<(Kind, &[String])> {
    let mode = plan.header.mode;
    if mode == Mode::Undo {
        // What an undo makes again is what its run has removed.
        return Vec::new();
    }
    let is_missing = |reason| matches!(reason, Reason::Missing | Reason::Needed);
    let steps = plan.steps.iter().filter(|step| step.action == Action::Create && is_missing(step.reason));
    // In the other modes what is blocked may well be there.
    let is_blocked = |action| mode == Mode::Merge && action == Action::Create;
    let blocked = plan.blocked.iter().filter(|blocked| is_blocked(blocked.action));
    let steps = steps.map(|step| (step.subject.kind, step.path.as_slice()));
    let blocked = blocked.map(|blocked| (blocked.subject.kind, blocked.path.as_slice()));
    let is_whole = |kind| matches!(kind, Kind::Workspace | Kind::Container);
    let mut missing: Vec<_> = steps.chain(blocked).filter(|(kind, _)| is_whole(*kind)).collect();
    missing.sort();
    missing
}

//! What people should know of a plan before they read its steps.

use super::hidden;
use super::types::{Action, Blocked, Mode, Reason, RestorePlan, Step};
use crate::model::Kind;

/// So many things are named; of all others the number is told.
const NAMED: usize = 3;

/// Says which containers and workspaces of the backup the account does not see, if there are any: they may be there
/// all the same, and then they are made a second time. `noun` is what the platform's users call a kind.
pub fn unseen(plan: &RestorePlan, noun: impl Fn(Kind) -> &'static str) -> Option<String> {
    let missing = missing(plan);
    let list_of_names = list_of_names(&missing, noun)?;
    let [subject, object, owner] =
        if missing.len() == 1 { ["it is", "it", "its owner"] } else { ["they are", "them", "their owners"] };
    Some(format!(
        "Not seen by the account: {list_of_names}. If {subject} merely hidden, a restore makes {object} a second time. \
         Look with an account that sees more, or ask {owner}, before you apply this plan."
    ))
}

/// Says which containers of the backup are there and may not be read, if there are any: nothing of them is restored.
pub fn unreadable(plan: &RestorePlan, noun: impl Fn(Kind) -> &'static str) -> Option<String> {
    let is_it = |blocked: &&Blocked| is_whole(blocked.subject.kind) && hidden::is_own_reason(&blocked.why);
    let found: Vec<_> = plan.blocked.iter().filter(is_it).map(of_blocked).collect();
    let list_of_names = list_of_names(&found, noun)?;
    let [subject, object] = if found.len() == 1 { ["It is", "it"] } else { ["They are", "them"] };
    Some(format!(
        "There, but not for the account to read: {list_of_names}. {subject} not made a second time, and nothing in \
         {object} is restored. Get access to {object} and make a new plan."
    ))
}

/// The first of several, by name, and how many more there are; nothing of none.
fn list_of_names(all: &[(Kind, &[String])], noun: impl Fn(Kind) -> &'static str) -> Option<String> {
    let described = |(kind, path): &(Kind, &[String])| {
        let name = path.last().map(String::as_str).unwrap_or_default();
        format!("the {} \"{name}\"", noun(*kind))
    };
    let named: Vec<String> = all.iter().take(NAMED).map(described).collect();
    let (last, before) = named.split_last()?;
    Some(match (before, all.len().saturating_sub(NAMED)) {
        ([], _) => last.clone(),
        (before, 0) => format!("{} and {last}", before.join(", ")),
        (before, left) => format!("{}, {last} and {left} more", before.join(", ")),
    })
}

fn of_blocked(blocked: &Blocked) -> (Kind, &[String]) {
    (blocked.subject.kind, blocked.path.as_slice())
}

fn is_whole(kind: Kind) -> bool {
    matches!(kind, Kind::Workspace | Kind::Container)
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
    let is_blocked = |blocked: &&Blocked| {
        mode == Mode::Merge && blocked.action == Action::Create && !hidden::is_reason(&blocked.why)
    };
    let blocked = plan.blocked.iter().filter(is_blocked).map(of_blocked);
    let steps = steps.map(|step| (step.subject.kind, step.path.as_slice()));
    let mut missing: Vec<_> = steps.chain(blocked).filter(|(kind, _)| is_whole(*kind)).collect();
    missing.sort();
    missing
}

//! How the steps of a plan look on a terminal.

use std::collections::BTreeMap;

use super::alike::{self, Group};
use super::changes;
use crate::cli::ui::{brief, bytes, dim, green, red, yellow};
use crate::cli::words::things;
use crate::model::Kind;
use crate::plan::types::{Action, Reason, RestorePlan};

/// So many lines of a kind are shown without `--details`.
pub(super) const SHOWN: usize = 30;

/// All steps one by one, or without `details` those together that read alike, and only the first of them.
pub(super) fn steps(plan: &RestorePlan, details: bool) -> Vec<String> {
    if details {
        let alone = |step| Group { steps: vec![step], below: Vec::new() };
        return plan
            .steps
            .iter()
            .flat_map(|step| step_lines(&plan.header.platform, &alone(step), true))
            .collect();
    }
    let groups = alike::groups(&plan.steps);
    let (shown, left) = groups.split_at(groups.len().min(SHOWN));
    let mut lines: Vec<String> =
        shown.iter().flat_map(|group| step_lines(&plan.header.platform, group, false)).collect();
    let left: usize = left.iter().map(Group::len).sum();
    if left > 0 || shown.iter().any(|group| group.len() > 1) {
        let rest = if left > 0 { format!("... and {left} more steps; ") } else { String::new() };
        lines.push(dim(&format!("  {rest}`--details` shows each step.")));
    }
    lines
}

/// What the steps of a group do, all of them the same.
fn step_lines(platform: &str, group: &Group<'_>, details: bool) -> Vec<String> {
    let Group { steps, below } = group;
    let Some(step) = steps.first() else { return Vec::new() };
    let mark = match step.action {
        Action::Create => green("+"),
        Action::Update => yellow("~"),
        Action::Archive | Action::Delete => red("-"),
    };
    let what = match (steps.len(), step.path.split_last()) {
        (2.., Some((_, above))) => {
            let things = things(platform, step.subject.kind, steps.len() as u64);
            let place = if above.is_empty() { String::new() } else { format!(" in {}", path(above)) };
            format!("{things}{place}: {}", alike::names(alike::paths(steps), |name| brief(name, 40)))
        }
        _ => format!("{} {}", step.noun, path(&step.path)),
    };
    let verb = match step.action {
        Action::Archive | Action::Delete => format!("{} ", verb(step.action)),
        Action::Create | Action::Update => String::new(),
    };
    let reason = match step.reason {
        Reason::Missing => "missing",
        Reason::Differs => "differs",
        Reason::Needed => "needed by what was selected",
        Reason::Copied => "copy",
        Reason::Replaced => "replaced",
        Reason::CreatedByRun => "made by the run",
        Reason::Completes => "completes what an earlier step makes",
        Reason::Follows => "leads to what is made anew",
    };
    let mut kinds: BTreeMap<Kind, u64> = BTreeMap::new();
    for step in below {
        *kinds.entry(step.subject.kind).or_default() += 1;
    }
    let along: Vec<String> = kinds.into_iter().map(|(kind, count)| things(platform, kind, count)).collect();
    let along = if along.is_empty() { String::new() } else { format!(", with {}", along.join(", ")) };
    let blobs: Vec<u64> =
        steps.iter().chain(below).filter_map(|step| step.blob).map(|blob| blob.len).collect();
    let size = if blobs.is_empty() { String::new() } else { format!(", {}", bytes(blobs.into_iter().sum())) };
    let mut lines = vec![format!("  {mark} {verb}{what} {}", dim(&format!("({reason}{along}{size})")))];
    if details || step.action == Action::Update {
        let width = if details { 400 } else { 60 };
        let told = changes::lines(platform, step, width);
        lines.extend(told.into_iter().map(|line| format!("      {line}")));
    }
    lines
}

/// A path as people read it.
pub(super) fn path(parts: &[String]) -> String {
    parts.iter().map(|part| brief(part, 40)).collect::<Vec<_>>().join(" / ")
}

/// What a step does, as a word.
pub(super) fn verb(action: Action) -> &'static str {
    match action {
        Action::Create => "create",
        Action::Update => "update",
        Action::Archive => "archive",
        Action::Delete => "delete",
    }
}

//! How plans and their steps look on a terminal.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::alike;
use crate::app::planning::SavedPlan;
use crate::cli::table::table;
use crate::cli::ui::{bold, brief, bytes, counted, dim, green, local, plain, red, yellow};
use crate::cli::words::{humane, plural, things};
use crate::model::loss::LossCause;
use crate::model::{Kind, RecordKey, ops};
use crate::plan::types::{Action, FieldChange, Mode, Reason, RestorePlan, Step, Verdict};

/// Steps that are shown without `--details`.
const SHOWN: usize = 30;

/// The plan as a document for people.
pub(super) fn plan(saved: &SavedPlan, details: bool) -> String {
    let plan = &saved.plan;
    let mut lines = vec![heading(saved), String::new()];
    let most = if details { usize::MAX } else { SHOWN };
    lines.extend(steps(plan, details));
    if !plan.steps.is_empty() {
        lines.extend([String::new(), summary(plan)]);
    }
    lines.extend(deletions(plan));
    lines.extend(blocked(plan, most));
    lines.extend(elsewhere(plan, most));
    lines.extend(losses(plan, most));
    lines.push(String::new());
    lines.push(closing(saved));
    lines.join("\n")
}

fn heading(saved: &SavedPlan) -> String {
    let header = &saved.plan.header;
    let what = match header.mode {
        Mode::Merge => "merge: create what is missing, change back what differs, remove nothing",
        Mode::Copy => "copy: new things next to the old ones",
        Mode::DeleteBefore => "delete-before: build anew, check, then delete the old",
        Mode::DeleteBeforeLiteral => "delete-before, literal: delete the old first, then build anew",
        Mode::Undo => "undo: the way back of a run",
    };
    let only =
        if header.only.is_empty() { String::new() } else { format!("\nonly {}", header.only.join(", ")) };
    let short = header.snapshot.get(..12).unwrap_or(&header.snapshot);
    let taken = saved.snapshot_taken.map_or_else(String::new, |at| format!(", taken {}", local(at)));
    format!(
        "{} {} from snapshot {short}{taken}, to {}\n{what}{only}",
        bold("Plan"),
        bold(&saved.short()),
        header.connection
    )
}

/// All steps one by one, or without `details` those together that read alike, and only the first of them.
fn steps(plan: &RestorePlan, details: bool) -> Vec<String> {
    if details {
        return plan.steps.iter().flat_map(|step| step_lines(&plan.header.platform, &[step], true)).collect();
    }
    let groups = alike::groups(&plan.steps);
    let (shown, left) = groups.split_at(groups.len().min(SHOWN));
    let mut lines: Vec<String> =
        shown.iter().flat_map(|group| step_lines(&plan.header.platform, group, false)).collect();
    let left: usize = left.iter().map(Vec::len).sum();
    if left > 0 || shown.iter().any(|group| group.len() > 1) {
        let rest = if left > 0 { format!("... and {left} more steps; ") } else { String::new() };
        lines.push(dim(&format!("  {rest}`--details` shows each step.")));
    }
    lines
}

/// What the steps of a group do, all of them the same.
fn step_lines(platform: &str, group: &[&Step], details: bool) -> Vec<String> {
    let Some(step) = group.first() else { return Vec::new() };
    let mark = match step.action {
        Action::Create => green("+"),
        Action::Update => yellow("~"),
        Action::Archive | Action::Delete => red("-"),
    };
    let path = |parts: &[String]| parts.iter().map(|part| brief(part, 40)).collect::<Vec<_>>().join(" / ");
    let what = match (group.len(), step.path.split_last()) {
        (2.., Some((_, above))) => {
            let things = things(platform, step.subject.kind, group.len() as u64);
            let place = if above.is_empty() { String::new() } else { format!(" in {}", path(above)) };
            format!("{things}{place}: {}", alike::names(group, |name| brief(name, 40)))
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
    };
    let blobs: Vec<u64> = group.iter().filter_map(|step| step.blob).map(|blob| blob.len).collect();
    let size = if blobs.is_empty() { String::new() } else { format!(", {}", bytes(blobs.into_iter().sum())) };
    let mut lines = vec![format!("  {mark} {verb}{what} {}", dim(&format!("({reason}{size})")))];
    if details || step.action == Action::Update {
        let width = if details { 400 } else { 60 };
        for change in &step.changes {
            if change.orders {
                lines.push(format!("      {}: {}", change.path, brief(&moved(change), width)));
                continue;
            }
            let to = brief(&text(&change.to, &change.names), width);
            let line = match &change.from {
                Some(from) => {
                    format!("{}: {} -> {to}", change.path, brief(&text(from, &change.names), width))
                }
                None => format!("{}: {to}", change.path),
            };
            lines.push(format!("      {line}"));
        }
    }
    lines
}

/// For a change of the order of what hangs on a record: who moves.
fn moved(change: &FieldChange) -> String {
    let [there, wanted] =
        [change.from.as_ref(), Some(&change.to)].map(|ids| ops::ids(ids).collect::<Vec<_>>());
    let new = wanted.iter().filter(|id| !there.contains(id));
    let who = ops::moves(&there, &wanted).into_iter().map(|moved| moved.id).chain(new.copied());
    let names: Vec<&str> = who.map(|id| change.names.get(id).map_or(id, String::as_str)).collect();
    format!("moves {}", names.join(", "))
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

/// A value as people read it: names instead of ids where the plan knows them.
fn text(value: &Value, names: &BTreeMap<String, String>) -> String {
    match value {
        Value::String(id) if names.contains_key(id) => names.get(id).cloned().unwrap_or_default(),
        Value::String(text) if text.is_empty() => "nothing".to_owned(),
        Value::String(text) => {
            let shown = humane(text);
            if shown == *text { format!("\"{text}\"") } else { shown }
        }
        Value::Null => "nothing".to_owned(),
        Value::Array(values) if values.is_empty() => "nothing".to_owned(),
        Value::Array(values) => values.iter().map(|value| text(value, names)).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

fn summary(plan: &RestorePlan) -> String {
    let mut counts: BTreeMap<Kind, (String, [u64; 3])> = BTreeMap::new();
    for step in &plan.steps {
        let (_, row) = counts.entry(step.subject.kind).or_insert_with(|| (step.noun.clone(), [0; 3]));
        let at = match step.action {
            Action::Create => 0,
            Action::Update => 1,
            Action::Archive | Action::Delete => 2,
        };
        if let Some(count) = row.get_mut(at) {
            *count += 1;
        }
    }
    let row = |(noun, numbers): &(String, [u64; 3])| {
        std::iter::once(noun.clone())
            .chain(numbers.iter().map(|n| if *n == 0 { String::new() } else { n.to_string() }))
            .collect()
    };
    table(&["", ">CREATE", ">UPDATE", ">REMOVE"], counts.values().map(row))
}

fn deletions(plan: &RestorePlan) -> Option<String> {
    let count = plan.deletions().count() as u64;
    (count > 0).then(|| {
        let what = counted(count, "step of this plan removes things", "steps of this plan remove things");
        red(&format!("\n{what} from the live account. It wants `--allow-delete`."))
    })
}

fn blocked(plan: &RestorePlan, most: usize) -> Vec<String> {
    if plan.blocked.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![format!("\n{}", bold(&format!("Will not be tried ({}):", plan.blocked.len())))];
    for blocked in plan.blocked.iter().take(most) {
        let path = blocked.path.iter().map(|part| brief(part, 40)).collect::<Vec<_>>().join(" / ");
        lines.push(format!("  {} {path}: {}", yellow("!"), plain(&blocked.why)));
    }
    if plan.blocked.len() > most {
        lines.push(dim(&format!("  ... and {} more; `--details` shows all.", plan.blocked.len() - most)));
    }
    lines
}

/// What does not come back to its place, and where it will be.
fn elsewhere(plan: &RestorePlan, most: usize) -> Vec<String> {
    let lost = plan.losses.iter().filter(|loss| loss.cause == LossCause::OtherPlace);
    let lost: BTreeSet<&RecordKey> = lost.map(|loss| &loss.key).collect();
    if lost.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![format!("\n{}", bold(&format!("Not where it was ({}):", lost.len())))];
    let made = plan.steps.iter().filter(|step| step.action == Action::Create && lost.contains(&step.subject));
    let made: Vec<&Step> = made.collect();
    for step in made.iter().take(most) {
        let path = step.path.iter().map(|part| brief(part, 40)).collect::<Vec<_>>().join(" / ");
        lines.push(format!("  {} {} {path}", yellow("!"), step.noun));
    }
    let stay = lost.iter().filter(|key| !made.iter().any(|step| step.subject == ***key));
    for key in stay.take(most) {
        lines.push(format!(
            "  {} {} {} stays where it is now",
            yellow("!"),
            key.kind,
            plain(key.id.as_str())
        ));
    }
    if lost.len() > most {
        lines.push(dim("  ... and more; `--details` shows all."));
    }
    lines.push(format!("  {}", LossCause::OtherPlace.text()));
    lines
}

/// Losses by cause: what holds for every record of a kind, and how many records lose something of their own.
fn losses(plan: &RestorePlan, most: usize) -> Vec<String> {
    let mut causes: BTreeMap<_, (Vec<Kind>, u64)> = BTreeMap::new();
    for (kind, cause) in &plan.kind_losses {
        causes.entry(*cause).or_default().0.push(*kind);
    }
    for loss in plan.losses.iter().filter(|loss| loss.cause != LossCause::OtherPlace) {
        causes.entry(loss.cause).or_default().1 += 1;
    }
    if causes.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![format!("\n{}", bold("Cannot be restored by anyone:"))];
    for (cause, (kinds, records)) in causes.iter().take(most) {
        let kinds =
            kinds.iter().map(|kind| plural(&plan.header.platform, *kind)).collect::<Vec<_>>().join(", ");
        let whom = match (kinds.is_empty(), *records) {
            (true, records) => counted(records, "record", "records"),
            (false, 0) => kinds,
            (false, records) => format!("{kinds}; and {}", counted(records, "record", "records")),
        };
        lines.push(format!("  {} {}", cause.text(), dim(&format!("({whom})"))));
    }
    lines
}

fn closing(saved: &SavedPlan) -> String {
    let plan = &saved.plan;
    let state = format!("Already as wanted: {}. Made since and kept: {}.", plan.equal, plan.kept);
    let seconds = match plan.min_seconds {
        0 => "the rate limit has room for them".to_owned(),
        seconds => format!("under the rate limit at least {}", counted(seconds, "second", "seconds")),
    };
    let cost = format!("{}; {seconds}.", counted(plan.requests, "request", "requests"));
    let allow = if plan.deletions().next().is_some() { " --allow-delete" } else { "" };
    let next =
        format!("Nothing has been written yet. To carry it out: boardvault apply {}{allow}", saved.short());
    match plan.verdict {
        Verdict::NothingToDo => {
            format!("{state}\n{}", green("Nothing to do: the live account already is as wanted."))
        }
        Verdict::Applyable => format!("{state}\n{cost}\n{next}"),
        Verdict::Partial => format!(
            "{state}\n{cost}\n{}\n{next}",
            yellow("Only a part of what was asked for can be tried, see above.")
        ),
        Verdict::Blocked => {
            format!("{state}\n{}", red("Nothing of what was asked for can be tried, see above."))
        }
    }
}

//! A plan as a page that people read before they say yes.

use std::collections::{BTreeMap, BTreeSet};

use super::changes::label;
use super::steps::{SHOWN, path, steps};
use crate::app::planning::SavedPlan;
use crate::cli::table::table;
use crate::cli::ui::{bold, counted, dim, flowing, green, local, plain, red, yellow};
use crate::cli::words::{noun, plural};
use crate::model::loss::{Loss, LossCause};
use crate::model::{Kind, RecordKey};
use crate::plan::notes::{unreadable, unsaved, unseen};
use crate::plan::types::{Action, Blocked, Mode, RestorePlan, Step, Verdict};
use crate::platforms;

/// Sentences are broken into lines of so many characters.
const WIDTH: usize = 88;

/// So many things that one cause blocks are named without `--details`.
const BELOW: usize = 8;

/// So many losses of one cause are named without `--details`.
const NAMED: usize = 3;

/// The plan as a document for people.
pub(super) fn page(saved: &SavedPlan, details: bool) -> String {
    let plan = &saved.plan;
    let mut lines = vec![heading(saved), String::new()];
    for note in notes(plan) {
        lines.extend(flowing(&plain(&note), WIDTH).iter().map(|line| yellow(line)));
        lines.push(String::new());
    }
    let most = if details { usize::MAX } else { SHOWN };
    lines.extend(steps(plan, details));
    if !plan.steps.is_empty() {
        lines.extend([String::new(), summary(plan)]);
    }
    lines.extend(deletions(plan));
    lines.extend(blocked(plan, most));
    lines.extend(elsewhere(plan, most));
    lines.extend(losses(plan, details));
    lines.push(String::new());
    lines.push(closing(saved));
    // Parts begin with a blank line, also where nothing stands before them.
    lines.dedup_by(|line, before| line.is_empty() && before.is_empty());
    lines.join("\n")
}

/// What is to be known before the steps are read.
pub(super) fn notes(plan: &RestorePlan) -> Vec<String> {
    let platform = &plan.header.platform;
    let hidden = platforms::find(platform).map_or(&[][..], |platform| platform.dialect.hidden());
    let unsaved = unsaved(plan, hidden, plural(platform, Kind::Container));
    let noun = |kind| noun(platform, kind);
    unseen(plan, noun).into_iter().chain(unreadable(plan, noun)).chain(unsaved).collect()
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
    let named = if most == usize::MAX { most } else { BELOW };
    let causes = by_cause(&plan.blocked);
    for (why, blocked) in causes.iter().take(most) {
        let thing = |blocked: &&Blocked| {
            format!("{} {}", noun(&plan.header.platform, blocked.subject.kind), path(&blocked.path))
        };
        if let [alone] = blocked.as_slice() {
            lines.push(format!("  {} {}: {}", yellow("!"), thing(alone), plain(why)));
            continue;
        }
        let flowing = flowing(&plain(why), WIDTH).into_iter().enumerate();
        let mark = |at: usize| if at == 0 { yellow("!") } else { " ".to_owned() };
        lines.extend(flowing.map(|(at, line)| format!("  {} {line}", mark(at))));
        lines.extend(blocked.iter().take(named).map(|blocked| format!("      {}", thing(blocked))));
        lines.extend(more(blocked.len(), named).map(|line| format!("    {line}")));
    }
    lines.extend(more(causes.len(), most));
    lines
}

/// What is blocked by its cause in the end: what needs something that is blocked stands with that. A cause that many
/// share is read once.
fn by_cause(all: &[Blocked]) -> Vec<(&str, Vec<&Blocked>)> {
    let whys: BTreeSet<&str> = all.iter().map(|blocked| blocked.why.as_str()).collect();
    let mut causes: Vec<(&str, Vec<&Blocked>)> = Vec::new();
    for blocked in all {
        let why = root(&blocked.why, &whys);
        match causes.iter_mut().find(|(known, _)| *known == why) {
            Some((_, same)) => same.push(blocked),
            None => causes.push((why, vec![blocked])),
        }
    }
    causes
}

/// The reason where a chain of reasons begins: the last part of it that stands for itself elsewhere.
fn root<'a>(why: &'a str, whys: &BTreeSet<&'a str>) -> &'a str {
    let parts = why.match_indices(": ").filter_map(|(at, colon)| why.get(at + colon.len()..));
    parts.filter(|part| whys.contains(part)).last().unwrap_or(why)
}

/// How many lines there are beyond those that are shown.
fn more(all: usize, shown: usize) -> Option<String> {
    let left = all.saturating_sub(shown);
    (left > 0).then(|| dim(&format!("  ... and {left} more; `--details` shows all.")))
}

/// What does not come back to its place, and where it will be.
fn elsewhere(plan: &RestorePlan, most: usize) -> Vec<String> {
    let lost = plan.losses.iter().filter(|loss| loss.cause == LossCause::OtherPlace);
    let lost: BTreeMap<&RecordKey, &Loss> = lost.map(|loss| (&loss.key, loss)).collect();
    if lost.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![format!("\n{}", bold(&format!("Not where it was ({}):", lost.len())))];
    let is_made = |step: &&Step| step.action == Action::Create && lost.contains_key(&step.subject);
    let made: BTreeMap<&RecordKey, &Step> =
        plan.steps.iter().filter(is_made).map(|step| (&step.subject, step)).collect();
    for (key, loss) in lost.iter().take(most) {
        let line = if let Some(step) = made.get(*key) {
            format!("{} {}", step.noun, path(&step.path))
        } else {
            format!("{} {} stays where it is now", loss.noun, path(&loss.path))
        };
        lines.push(format!("  {} {line}", yellow("!")));
    }
    lines.extend(more(lost.len(), most));
    lines.push(format!("  {}", LossCause::OtherPlace.text()));
    lines
}

/// Losses by cause: what holds for every record of a kind, and which records lose something of their own.
fn losses(plan: &RestorePlan, details: bool) -> Vec<String> {
    let mut causes: BTreeMap<LossCause, (Vec<Kind>, Vec<&Loss>)> = BTreeMap::new();
    for (kind, cause) in &plan.kind_losses {
        causes.entry(*cause).or_default().0.push(*kind);
    }
    for loss in plan.losses.iter().filter(|loss| loss.cause != LossCause::OtherPlace) {
        causes.entry(loss.cause).or_default().1.push(loss);
    }
    if causes.is_empty() {
        return Vec::new();
    }
    let most = if details { usize::MAX } else { NAMED };
    let mut lines = vec![format!("\n{}", bold("Cannot be restored by anyone:"))];
    for (cause, (kinds, lost)) in &causes {
        let kinds =
            kinds.iter().map(|kind| plural(&plan.header.platform, *kind)).collect::<Vec<_>>().join(", ");
        let mut things: BTreeMap<&RecordKey, Vec<&Loss>> = BTreeMap::new();
        for loss in lost {
            things.entry(&loss.key).or_default().push(loss);
        }
        let whom = match (kinds.is_empty(), things.len() as u64) {
            (true, records) => counted(records, "record", "records"),
            (false, 0) => kinds,
            (false, records) => format!("{kinds}; and {}", counted(records, "record", "records")),
        };
        lines.push(format!("  {} {}", cause.text(), dim(&format!("({whom})"))));
        let named = things.values().take(most).filter_map(|losses| lost_thing(&plan.header.platform, losses));
        lines.extend(named.map(|thing| format!("      {thing}")));
        lines.extend(more(things.len(), most).map(|line| format!("    {line}")));
    }
    lines
}

/// The record that losses are about, and the fields, where it is only these.
fn lost_thing(platform: &str, losses: &[&Loss]) -> Option<String> {
    let first = losses.first()?;
    let fields = losses.iter().filter_map(|loss| loss.field.as_deref());
    let mut fields: Vec<String> = fields.map(|path| label(platform, first.key.kind, path)).collect();
    // Parts of one thing have one name.
    fields.dedup();
    let fields = if fields.is_empty() { String::new() } else { format!(": {}", fields.join(", ")) };
    let why = first.why.as_ref().map_or_else(String::new, |why| format!(" ({})", plain(why)));
    Some(format!("{} {}{fields}{why}", plain(&first.noun), path(&first.path)))
}

fn closing(saved: &SavedPlan) -> String {
    let plan = &saved.plan;
    let state = format!("Already as wanted: {}. Made since and kept: {}.", plan.equal, plan.kept);
    let seconds = match plan.min_seconds {
        0 => "the rate limit has room for them".to_owned(),
        seconds => format!("under the rate limit at least {}", counted(seconds, "second", "seconds")),
    };
    let cost =
        format!("{}; {seconds}.", counted(plan.requests, "request to write it", "requests to write it"));
    let allow = if plan.deletions().next().is_some() { " --allow-delete" } else { "" };
    let next =
        format!("Nothing has been written yet. To carry it out: boardvault apply {}{allow}", saved.short());
    match plan.verdict {
        Verdict::NothingToDo if plan.losses.is_empty() => {
            format!("{state}\n{}", green("Nothing to do: the live account already is as wanted."))
        }
        Verdict::NothingToDo => {
            let lost: BTreeSet<_> = plan.losses.iter().map(|loss| &loss.key).collect();
            let lost = counted(lost.len() as u64, "thing is", "things are");
            let what =
                format!("Nothing to do. {lost} not as in the backup and cannot be restored, see above.");
            format!("{state}\n{}", yellow(&what))
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::base::hash::Hash;

    /// A plan without steps over one equal record.
    fn without_steps(losses: Vec<Loss>) -> SavedPlan {
        let root = Hash::of(b"");
        let header = json!({
            "format": 1, "connection": "acme", "platform": "trello", "snapshot": "5", "desired_root": root,
            "live_root": root, "live_scope": [], "mode": "merge", "only": [], "made_at": "2026-11-21T12:00:00Z",
            "undoes": null,
        });
        let plan = json!({
            "header": header, "steps": [], "blocked": [], "losses": [], "kind_losses": [], "bindings": [],
            "witnesses": [], "kept": 0, "equal": 1, "requests": 0, "min_seconds": 0, "verdict": "nothing-to-do",
        });
        let plan = RestorePlan { losses, ..serde_json::from_value(plan).expect("the shape of a plan") };
        SavedPlan { id: "5".repeat(64), snapshot_taken: None, plan }
    }

    #[test]
    fn an_account_is_as_wanted_only_if_nothing_is_lost() {
        let settled = page(&without_steps(Vec::new()), false);
        assert!(settled.contains("the live account already is as wanted"), "{settled}");
        let key = RecordKey::new("b", Kind::Comment, "1");
        let edited = Loss::new(key, Some("data.text"), LossCause::ForeignComment);
        let lost = page(&without_steps(vec![edited]), false);
        assert!(lost.contains("Nothing to do. 1 thing is not as in the backup"), "{lost}");
        assert!(!lost.contains("is as wanted"), "{lost}");
    }

    #[test]
    fn what_is_blocked_for_one_reason_stands_below_it() {
        let blocked = |id: &str, why: &str| Blocked {
            subject: RecordKey::new("p", Kind::Item, id),
            path: vec![id.to_owned()],
            action: Action::Create,
            why: why.to_owned(),
        };
        let all = [
            blocked("project", "hidden: get access"),
            blocked("task", "it needs the project, which cannot be created: hidden: get access"),
            blocked("other", "no right"),
            blocked(
                "subtask",
                "it needs the task: it needs the project, which cannot be created: hidden: get access",
            ),
        ];
        let causes = by_cause(&all);
        let told: Vec<(&str, Vec<&str>)> = causes
            .iter()
            .map(|(why, blocked)| (*why, blocked.iter().map(|one| one.subject.id.as_str()).collect()))
            .collect();
        assert_eq!(
            told,
            [("hidden: get access", vec!["project", "task", "subtask"]), ("no right", vec!["other"])]
        );
    }
}

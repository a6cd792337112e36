//! What reads alike, together: a plan of a thousand steps, or a comparison of as many lines, is mostly a few things done to
//! many.

use std::collections::BTreeMap;

use crate::model::Kind;
use crate::plan::types::{Action, Reason, Step, StepId, Target};

/// So many alike are told in one line; fewer are told one by one.
const MANY: usize = 4;
/// So many of them are named.
const NAMED: usize = 3;

/// Steps that are told in one line.
pub(super) struct Group<'s> {
    /// What is told: one step, or many that read alike.
    pub(super) steps: Vec<&'s Step>,
    /// What is made with them, below what they make: the cells of a row, the comments of a card.
    pub(super) below: Vec<&'s Step>,
}

impl Group<'_> {
    /// How many steps it stands for.
    pub(super) fn len(&self) -> usize {
        self.steps.len() + self.below.len()
    }
}

/// The steps in their order, with those at the place of the first of them that do the same to records of one kind
/// below one parent. What hangs on a new thing is told with it.
pub(super) fn groups(steps: &[Step]) -> Vec<Group<'_>> {
    let above = makers(steps);
    let told = steps.iter().filter(|step| !above.contains_key(&step.id));
    let groups = together(told, |step| (!stands_for_itself(step)).then(|| likeness(step)));
    let mut below: BTreeMap<&StepId, Vec<&Step>> = BTreeMap::new();
    for step in steps {
        if let Some(maker) = above.get(&step.id) {
            below.entry(maker).or_default().push(step);
        }
    }
    groups
        .into_iter()
        .map(|steps| {
            let below = steps.iter().filter_map(|step| below.remove(&step.id)).flatten().collect();
            Group { steps, below }
        })
        .collect()
}

/// Things in their order, with many that are alike at the place of the first of them. What has no likeness stands for
/// itself.
pub(super) fn together<T, L: Ord>(
    all: impl Iterator<Item = T>,
    likeness: impl Fn(&T) -> Option<L>,
) -> Vec<Vec<T>> {
    let mut places: BTreeMap<L, usize> = BTreeMap::new();
    let mut groups: Vec<Vec<T>> = Vec::new();
    for one in all {
        let place =
            likeness(&one).map_or(groups.len(), |likeness| *places.entry(likeness).or_insert(groups.len()));
        match groups.get_mut(place) {
            Some(group) => group.push(one),
            None => groups.push(vec![one]),
        }
    }
    let one_by_one = |group: Vec<T>| {
        if group.len() < MANY { group.into_iter().map(|one| vec![one]).collect() } else { vec![group] }
    };
    groups.into_iter().flat_map(one_by_one).collect()
}

/// For a creation below something else that the plan makes: the step that makes the topmost of these. What is new in a
/// container is told even where the container is new as well.
fn makers(steps: &[Step]) -> BTreeMap<&StepId, &StepId> {
    let made: BTreeMap<&StepId, &Step> =
        steps.iter().filter(|step| step.action == Action::Create).map(|step| (&step.id, step)).collect();
    let above = |step: &Step| match &step.parent {
        Some(Target::Created(maker)) => made.get(maker).copied().filter(|maker| !stands_for_itself(maker)),
        _ => None,
    };
    let topmost = |step: &&Step| {
        let mut topmost = above(step)?;
        while let Some(next) = above(topmost) {
            topmost = next;
        }
        Some(&topmost.id)
    };
    let foldable = made.values().filter(|step| !stands_for_itself(step));
    foldable.filter_map(|step| Some((&step.id, topmost(step)?))).collect()
}

/// The names of a group's records: the first ones, and how many more there are.
pub(super) fn names<'a>(
    paths: impl ExactSizeIterator<Item = &'a [String]>,
    name: impl Fn(&str) -> String,
) -> String {
    let more = paths.len().saturating_sub(NAMED);
    let named = paths.filter_map(<[String]>::last).take(NAMED).map(|text| name(text));
    let named = named.collect::<Vec<_>>().join(", ");
    if more == 0 { named } else { format!("{named} and {more} more") }
}

/// The paths of steps.
pub(super) fn paths<'a>(steps: &[&'a Step]) -> impl ExactSizeIterator<Item = &'a [String]> {
    steps.iter().map(|step| step.path.as_slice())
}

/// Nobody shall say yes to a removal, to somebody's access or to a whole container without having read its name.
fn stands_for_itself(step: &Step) -> bool {
    matches!(step.action, Action::Archive | Action::Delete) || weighs(step.subject.kind)
}

/// Whether a thing is somebody's access or holds much: it is called by its name.
pub(super) fn weighs(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Workspace
            | Kind::WorkspaceMember
            | Kind::Group
            | Kind::GroupMember
            | Kind::Container
            | Kind::Member
    )
}

/// What steps of one group have in common. Of a creation people read the name only, so what is set is no part of it.
type Likeness<'s> = (Action, Reason, &'s str, &'s [String], String);

fn likeness(step: &Step) -> Likeness<'_> {
    let above = step.path.split_last().map_or(&[][..], |(_, above)| above);
    let changes = if step.action == Action::Update { format!("{:?}", step.changes) } else { String::new() };
    // Two containers may have the same name.
    let place = format!("{:?} {:?} {changes}", step.container, step.parent);
    (step.action, step.reason, &step.noun, above, place)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::RecordKey;
    use crate::plan::types::FieldChange;

    fn step(action: Action, path: &[&str], to: &str) -> Step {
        let subject = RecordKey::new("b", Kind::Item, *path.last().unwrap());
        Step {
            path: path.iter().map(|part| (*part).to_owned()).collect(),
            noun: "card".to_owned(),
            changes: vec![FieldChange::plain("due", json!(to))],
            ..Step::bare(action, subject, Reason::Differs)
        }
    }

    fn shown(steps: &[Step]) -> Vec<String> {
        groups(steps).iter().map(|group| names(paths(&group.steps), str::to_owned)).collect()
    }

    #[test]
    fn many_that_change_alike_below_one_parent_are_told_together() {
        let mut steps: Vec<Step> =
            ["1", "2", "3", "4", "5"].iter().map(|name| step(Action::Update, &["B", name], "x")).collect();
        steps.insert(1, step(Action::Update, &["B", "other value"], "y"));
        steps.insert(3, step(Action::Update, &["C", "other parent"], "x"));
        assert_eq!(shown(&steps), ["1, 2, 3 and 2 more", "other value", "other parent"]);
    }

    #[test]
    fn removals_access_and_containers_are_told_one_by_one() {
        let of = |action, kind| {
            let mut steps: Vec<Step> = (0..5).map(|n| step(action, &["B", &n.to_string()], "x")).collect();
            for step in &mut steps {
                step.subject.kind = kind;
            }
            shown(&steps).len()
        };
        assert_eq!(of(Action::Update, Kind::Item), 1);
        let each =
            [(Action::Delete, Kind::Item), (Action::Create, Kind::Member), (Action::Create, Kind::Container)];
        assert_eq!(each.map(|(action, kind)| of(action, kind)), [5, 5, 5]);
    }

    #[test]
    fn what_hangs_on_a_new_thing_is_told_with_it() {
        let made = |id: &str, kind, parent: Option<&str>| {
            let mut step = step(Action::Create, &["B", id], "x");
            step.id = StepId(id.to_owned());
            step.subject.kind = kind;
            step.parent = parent.map(|id| Target::Created(StepId(id.to_owned())));
            step
        };
        let mut renamed = made("renamed", Kind::Checklist, Some("card"));
        renamed.action = Action::Update;
        let steps = [
            made("board", Kind::Container, None),
            made("list", Kind::Section, Some("board")),
            made("card", Kind::Item, None),
            made("checklist", Kind::Checklist, Some("card")),
            made("item", Kind::ChecklistItem, Some("checklist")),
            made("member", Kind::Member, Some("card")),
            renamed,
        ];
        let told: Vec<_> =
            groups(&steps).iter().map(|group| (group.steps[0].id.0.clone(), group.below.len())).collect();
        let told: Vec<_> = told.iter().map(|(id, below)| (id.as_str(), *below)).collect();
        assert_eq!(told, [("board", 0), ("list", 0), ("card", 2), ("member", 0), ("renamed", 0)]);
    }

    #[test]
    fn a_few_are_told_one_by_one() {
        let steps = ["1", "2", "3"].map(|name| step(Action::Update, &["B", name], "x"));
        assert_eq!(shown(&steps), ["1", "2", "3"]);
    }

    #[test]
    fn creations_are_alike_whatever_they_set() {
        let steps: Vec<Step> = (0..4).map(|n| step(Action::Create, &["B", "n"], &n.to_string())).collect();
        assert_eq!(shown(&steps), ["n, n, n and 1 more"]);
    }
}

//! Records that texts use by their names: what they are called on the live account, and what a new one will be called.
//!
//! One that is made anew beside the old one, which nobody can remove, needs another name, and so do the texts.

use std::collections::{BTreeMap, BTreeSet};

use super::input::PlanInput;
use super::matching::Bound;
use super::scene::Scene;
use super::values::{Creates, Facts, Fate, Resolving};
use crate::model::leads::leads_nowhere;
use crate::model::limits;
use crate::model::lineage::home;
use crate::model::spec::Field;
use crate::model::{Kind, NativeId, Record, RecordKey, ops};

/// The names of the backup's records of which no two in a container share one.
pub(super) struct Named<'a> {
    /// The records by kind, container and name.
    records: BTreeMap<(Kind, &'a NativeId, &'a str), &'a RecordKey>,
    /// What they are or will be called.
    names: BTreeMap<&'a RecordKey, String>,
}

impl<'a> Named<'a> {
    pub(super) fn new(input: &PlanInput<'a>, scene: &Scene<'a>, bound: &Bound<'a>) -> Self {
        let mut named = Self { records: BTreeMap::new(), names: BTreeMap::new() };
        let mut taken: BTreeMap<(Kind, &NativeId), BTreeSet<String>> = BTreeMap::new();
        for (key, live) in &scene.live {
            let name = field(scene, key.kind).and_then(|field| ops::get_text(&live.native, field.path));
            taken.entry((key.kind, &key.container)).or_default().extend(name.map(str::to_owned));
        }
        for (key, record) in &scene.desired {
            let Some(field) = field(scene, key.kind) else { continue };
            let Some(own) = ops::get_text(&record.native, field.path) else { continue };
            named.records.insert((key.kind, &key.container, own), key);
            let live = bound.live(key).and_then(|live| scene.live.get(live));
            let live = live.and_then(|live| ops::get_text(&live.native, field.path));
            let is_wanted = || scene.differing.contains(*key) || input.followers.contains(*key);
            let there = bound.live(&home(key)).filter(|_| is_wanted());
            let there = there.and_then(|there| taken.get_mut(&(key.kind, &there.container)));
            let name = match (live, there) {
                (Some(live), _) => live.to_owned(),
                (None, Some(taken)) => {
                    let longest = limits::longest(input.dialect, key.kind, field.path);
                    let name = free(own, taken, longest);
                    taken.insert(name.clone());
                    name
                }
                (None, None) => own.to_owned(),
            };
            named.names.insert(key, name);
        }
        named
    }

    /// What `key` is or will be called.
    pub(super) fn name(&self, key: &RecordKey) -> Option<&str> {
        self.names.get(key).map(String::as_str)
    }

    /// The record of `kind` that a text in `container` names.
    pub(super) fn record(&self, kind: Kind, container: &NativeId, name: &str) -> Option<&'a RecordKey> {
        self.records.get(&(kind, container, name)).copied()
    }
}

/// The field that no two records of a container share.
fn field(scene: &Scene<'_>, kind: Kind) -> Option<&'static Field> {
    scene.spec(kind)?.fields.iter().find(|field| field.distinct)
}

/// `name`, or the first with a number behind it that is free.
fn free(name: &str, taken: &BTreeSet<String>, longest: Option<limits::Longest>) -> String {
    let is_number = |rest: &str| !rest.is_empty() && rest.chars().all(|c| c.is_ascii_digit());
    let plain = name.rsplit_once(' ').filter(|(_, rest)| is_number(rest)).map_or(name, |(plain, _)| plain);
    let numbered = (2_u64..).map(|number| limits::with_suffix(plain, &format!(" {number}"), longest));
    let mut names = std::iter::once(name.to_owned()).chain(numbered);
    names.find(|name| !taken.contains(name)).unwrap_or_else(|| name.to_owned())
}

/// Live records that are as good as gone: they cannot be changed, and what they lead to is gone or goes. What the backup
/// has in their place is made anew.
pub(super) fn stranded<'a>(input: &PlanInput<'_>, scene: &Scene<'a>) -> BTreeSet<&'a RecordKey> {
    let is_stranded = |key: &&RecordKey| {
        let (Some(spec), Some(live)) = (scene.spec(key.kind), scene.live.get(*key)) else { return false };
        let was_whole = || scene.desired.get(*key).is_none_or(|record| !leads_nowhere(spec, record));
        let is_broken = || leads_nowhere(spec, live) && was_whole();
        !spec.verbs.update && (input.followers.contains(*key) || is_broken())
    };
    scene.live.keys().copied().filter(is_stranded).collect()
}

impl Facts<'_, '_> {
    /// The records of `kind` that a text of `record` names, as far as the comparison knows them.
    pub(super) fn named_in(&self, kind: Kind, record: &Record, text: &str) -> Vec<RecordKey> {
        let names = self.input.dialect.names(text).into_iter();
        let found = names.filter_map(|name| self.named.record(kind, &record.key.container, &name.token));
        found.cloned().collect()
    }
}

impl Resolving<'_, '_, '_> {
    /// A text with what the records that it names are or will be called. What may be made and need not is called as
    /// it was.
    pub(super) fn naming(&mut self, kind: Kind, text: &str) -> serde_json::Value {
        let (facts, creates, record) = (self.facts, self.creates, self.desired);
        let fate = |key: &RecordKey| facts.fate(key, creates);
        let is_made = |key: &RecordKey| fate(key) == Fate::Created && matches!(creates, Creates::Exactly(_));
        let named = facts.named_in(kind, record, text).into_iter();
        self.out.needs.extend(named.filter(|key| is_made(key)));
        let name = |old: &str| {
            let key = facts.named.record(kind, &record.key.container, old)?;
            let is_known = matches!(fate(key), Fate::Live(_)) || is_made(key);
            facts.named.name(key).filter(|_| is_known).map(str::to_owned)
        };
        self.out.to = ops::rename(facts.input.dialect, text, name).into();
        self.out.to.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_taken_gets_the_next_number() {
        let taken = ["Amounts", "Amounts 2", "Days 30"].map(str::to_owned).into();
        let names = ["Team", "Amounts", "Amounts 2", "Days 30"].map(|name| free(name, &taken, None));
        assert_eq!(names, ["Team", "Amounts 3", "Amounts 3", "Days 2"]);
    }
}

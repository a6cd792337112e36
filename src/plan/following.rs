//! Records of containers that stay and lead to something that is made anew: they follow it.
//!
//! Nobody asked for them, so they are only written where what they lead to goes or is gone, and where they can be: a
//! link that cannot follow is a loss with its reason, and holds nothing up.

use super::blocking::Blocking;
use super::decide::Decisions;
use super::locks;
use super::roots::Roots;
use super::values::{Creates, Fate};
use crate::model::grants::{Grant, Verb};
use crate::model::leads::{Lead, leads};
use crate::model::loss::{Loss, LossCause};
use crate::model::{Record, RecordKey, ops};

impl<'a> Blocking<'a, '_> {
    /// Decides of each follower whether it is led to the new one. Comes when it is known what is made and what goes.
    pub(super) fn follow(&mut self, roots: &Roots<'a>, out: &mut Decisions<'a>) {
        let scene = self.facts.scene;
        for key in self.facts.input.followers {
            let (Some(record), Some(live)) = (scene.desired.get(key).copied(), scene.live.get(key).copied())
            else {
                continue;
            };
            let Some(spec) = scene.spec(key.kind).filter(|_| !goes(roots, out, key)) else { continue };
            let old = leads(spec, live);
            for lead in leads(spec, record) {
                let old = old.iter().find(|old| old.path == lead.path);
                if !self.breaks(&lead, old, roots, out) {
                    continue;
                }
                let may_not = if spec.verbs.update { self.may_not_lead(record, Verb::Update) } else { None };
                let why = self.leads_to_nothing(&lead, record, roots, out).or(may_not);
                if why.is_some() || !spec.verbs.update {
                    break_off(record, lead.path, why, out);
                    continue;
                }
                let led = lead.targets.iter().map(|(path, _)| *path);
                let shown = ops::writable(spec).map(|field| field.path);
                let gives_way = |path: &&str| {
                    ops::get(&record.native, path).is_none() && ops::get(&live.native, path).is_some()
                };
                out.updates.entry(&record.key).or_default().extend(led.chain(shown.filter(gives_way)));
            }
        }
    }

    /// Whether something that `lead` leads to is made anew, and the `old` one that it leads to now goes or is gone.
    fn breaks(&self, lead: &Lead, old: Option<&Lead>, roots: &Roots<'a>, out: &Decisions<'a>) -> bool {
        let stays = |path: &str| {
            let old = old.and_then(|old| old.targets.iter().find(|(other, _)| *other == path));
            old.is_some_and(|(_, old)| self.facts.scene.live.contains_key(old) && !goes(roots, out, old))
        };
        lead.targets.iter().any(|(path, target)| self.created.contains(target) && !stays(path))
    }

    /// Why `record` cannot be led where `lead` leads, if something of it will not be there.
    fn leads_to_nothing(
        &self,
        lead: &Lead,
        record: &Record,
        roots: &Roots<'a>,
        out: &Decisions<'a>,
    ) -> Option<String> {
        let creates = Creates::Exactly(&self.created);
        let will_be_there = |target: &RecordKey| match self.facts.far_fate(record, target, true, creates) {
            Fate::Created | Fate::Outside => true,
            Fate::Live(live) => !goes(roots, out, live),
            Fate::Gone => false,
        };
        let missing = lead.targets.iter().map(|(_, target)| target).find(|target| !will_be_there(target));
        missing.map(|target| self.without(target))
    }

    /// Why the account may not write `record`, if so.
    fn may_not_lead(&self, record: &Record, verb: Verb) -> Option<String> {
        let key = &record.key;
        match self.facts.input.grants.get(Some(&key.container), key.kind, verb) {
            Grant::Denied(why) => Some(why),
            Grant::Allowed | Grant::Unknown => locks::against(self.facts, record),
        }
    }
}

/// Whether a live record goes with what is removed.
fn goes(roots: &Roots<'_>, out: &Decisions<'_>, live: &RecordKey) -> bool {
    roots.doomed.get(live).is_some_and(|root| out.removals.contains_key(root))
}

fn break_off(record: &Record, path: &str, why: Option<String>, out: &mut Decisions<'_>) {
    out.losses.push(Loss { why, ..Loss::new(record.key.clone(), Some(path), LossCause::Broken) });
}

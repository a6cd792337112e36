//! Records of containers that stay and lead to something that is made anew: they follow it.
//!
//! Nobody asked for them, so they are only written where what they lead to goes or is gone, and where they can be: a
//! link that cannot follow is a loss with its reason, and holds nothing up. What cannot be changed is made anew under
//! another name, and the texts that use it name that one.

use super::blocking::Blocking;
use super::decide::Decisions;
use super::locks;
use super::roots::Roots;
use super::types::Reason;
use super::values::{Creates, Fate};
use crate::model::grants::{Grant, Verb};
use crate::model::leads::{Lead, leads};
use crate::model::loss::{Loss, LossCause};
use crate::model::spec::{Codec, KindSpec};
use crate::model::{Record, RecordKey, ops};

/// A follower: what it shall say, and what it says.
#[derive(Clone, Copy)]
struct Follower<'a> {
    record: &'a Record,
    live: &'a Record,
    spec: &'static KindSpec,
}

impl<'a> Blocking<'a, '_> {
    /// Decides of each follower whether it is led to the new one. Comes when it is known what is made and what goes.
    pub(super) fn follow(&mut self, roots: &Roots<'a>, out: &mut Decisions<'a>) {
        let scene = self.facts.scene;
        let follower = |key| {
            let (record, live) = (*scene.desired.get(key)?, *scene.live.get(key)?);
            let spec = scene.spec(live.key.kind).filter(|_| !goes(roots, out, &live.key))?;
            Some(Follower { record, live, spec })
        };
        let all = self.facts.input.followers.iter().filter_map(follower);
        let (changed, made): (Vec<_>, Vec<_>) = all.partition(|follower| follower.spec.verbs.update);
        for follower in made {
            self.make_anew(follower, &changed, roots, out);
        }
        for follower in changed {
            self.lead(follower, roots, out);
            self.rename(follower, out);
        }
    }

    /// Decides of a follower that cannot be changed whether another is made in its place, for those of `users` that
    /// name it.
    fn make_anew(
        &mut self,
        follower: Follower<'a>,
        users: &[Follower<'a>],
        roots: &Roots<'a>,
        out: &mut Decisions<'a>,
    ) {
        let record = follower.record;
        for (lead, why) in self.broken(follower, roots, out) {
            let names_it = |user: &&Follower<'_>| self.names(user).any(|(_, named)| named == record.key);
            let users = users.iter().filter(names_it);
            let mut may_not: Vec<Option<String>> =
                users.map(|user| self.may_not(user.record, Verb::Update)).collect();
            may_not.sort();
            let why = why.or_else(|| self.may_not(record, Verb::Create));
            // Where one of them may be changed, that comes first.
            if let Some(why) = why.or_else(|| may_not.into_iter().next().flatten()) {
                break_off(record, lead.path, why, out);
            } else {
                self.created.insert(&record.key);
                out.creates.insert(&record.key, Reason::Follows);
            }
        }
    }

    /// Decides where a follower leads from now on.
    fn lead(&self, follower: Follower<'a>, roots: &Roots<'a>, out: &mut Decisions<'a>) {
        let Follower { record, live, spec } = follower;
        for (lead, why) in self.broken(follower, roots, out) {
            if let Some(why) = why.or_else(|| self.may_not(record, Verb::Update)) {
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

    /// Decides whether a follower names what is made anew by its new name.
    fn rename(&self, follower: Follower<'a>, out: &mut Decisions<'a>) {
        let record = follower.record;
        let is_made = |key: &RecordKey| out.creates.get(key) == Some(&Reason::Follows);
        let renamed = self.names(&follower).filter(|(_, named)| is_made(named));
        for path in renamed.map(|(path, _)| path).collect::<Vec<_>>() {
            match self.may_not(record, Verb::Update) {
                Some(why) => break_off(record, path, why, out),
                None => drop(out.updates.entry(&record.key).or_default().insert(path)),
            }
        }
    }

    /// What a follower names in its texts, with the paths of these.
    fn names(&self, follower: &Follower<'_>) -> impl Iterator<Item = (&'static str, RecordKey)> {
        let Follower { record, spec, .. } = *follower;
        ops::writable(spec).flat_map(move |field| {
            let text = ops::get_text(&record.native, field.path);
            let named = match (field.codec, text) {
                (Codec::Names(kind), Some(text)) => self.facts.named_in(kind, record, text),
                _ => Vec::new(),
            };
            named.into_iter().map(|key| (field.path, key))
        })
    }

    /// Where a follower shall lead and does not, each with the reason why it cannot, if there is one.
    fn broken(
        &self,
        follower: Follower<'a>,
        roots: &Roots<'a>,
        out: &Decisions<'a>,
    ) -> Vec<(Lead, Option<String>)> {
        let Follower { record, live, spec } = follower;
        let old = leads(spec, live);
        let breaks =
            |lead: &Lead| self.breaks(lead, old.iter().find(|old| old.path == lead.path), roots, out);
        let with_reason = |lead: Lead| {
            let why = self.leads_to_nothing(&lead, record, roots, out);
            (lead, why)
        };
        leads(spec, record).into_iter().filter(breaks).map(with_reason).collect()
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
    fn may_not(&self, record: &Record, verb: Verb) -> Option<String> {
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

fn break_off(record: &Record, path: &str, why: String, out: &mut Decisions<'_>) {
    let loss = Loss::new(record.key.clone(), Some(path), LossCause::Broken);
    out.losses.push(Loss { why: Some(why), ..loss });
}

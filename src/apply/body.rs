//! From a step to the write that is sent: ids and links of the snapshot become live ones.
//!
//! A step is always translated the same way, in whichever process and however often: that is what a look-up
//! of a lost write goes by. So links follow what *earlier waves* made and never a sibling in the same wave,
//! whose receipt may or may not be known.

use std::collections::BTreeMap;

use serde_json::Value;

use super::progress::Progress;
use crate::model::dialect::Dialect;
use crate::model::grants::Verb;
use crate::model::mutation::Mutation;
use crate::model::spec::{COMPOSED, IdPolicy};
use crate::model::{Kind, NativeId, RecordKey, ops};
use crate::plan::types::{Action, FieldChange, RestorePlan, Step, StepId, Target};

/// Why a step has no write.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unresolved {
    #[error("the plan is damaged: {0} has no target")]
    NoTarget(RecordKey),
    #[error("the plan refers to a record that step {} was to make before, and did not", .0.0)]
    NotMade(StepId),
}

/// Translates the steps of one plan.
pub(super) struct Bodies<'a> {
    dialect: &'a dyn Dialect,
    /// Where the ids of the snapshot lead. Ids that are not here are live ids.
    targets: BTreeMap<(Kind, &'a NativeId), &'a Target>,
    /// The same for the parts of composed ids, whose kind is not known.
    parts: BTreeMap<&'a str, &'a Target>,
    /// The steps that make what texts link to, by the token of the old one.
    links: BTreeMap<&'a str, &'a StepId>,
    tokens: BTreeMap<&'a RecordKey, &'a str>,
    waves: BTreeMap<&'a StepId, u32>,
}

impl<'a> Bodies<'a> {
    pub(super) fn new(plan: &'a RestorePlan, dialect: &'a dyn Dialect) -> Self {
        let mut bodies = Self {
            dialect,
            targets: BTreeMap::new(),
            parts: BTreeMap::new(),
            links: BTreeMap::new(),
            tokens: BTreeMap::new(),
            waves: plan.steps.iter().map(|step| (&step.id, step.wave)).collect(),
        };
        for binding in &plan.bindings {
            bodies.targets.insert((binding.source.kind, &binding.source.id), &binding.target);
            bodies.parts.insert(binding.source.id.as_str(), &binding.target);
            if let Some(token) = &binding.link {
                bodies.tokens.insert(&binding.source, token);
                if let Target::Created(step) = &binding.target {
                    bodies.links.insert(token, step);
                }
            }
        }
        bodies
    }

    /// The token by which texts link to a record of the snapshot.
    pub(super) fn token(&self, source: &RecordKey) -> Option<&'a str> {
        self.tokens.get(source).copied()
    }

    /// The write of `step`, given what earlier steps made. `known` is left empty.
    pub(super) fn mutation(&self, step: &Step, progress: &Progress) -> Result<Mutation, Unresolved> {
        let live = |target: &Option<Target>| {
            target.as_ref().map(|target| live(target, progress)).transpose().map(|key| key.map(|key| key.id))
        };
        let (verb, id) = match step.action {
            Action::Create => (Verb::Create, self.chosen_id(step, progress)?),
            Action::Update | Action::Archive => (Verb::Update, live(&step.target)?),
            Action::Delete => (Verb::Delete, live(&step.target)?),
        };
        if verb != Verb::Create && id.is_none() {
            return Err(Unresolved::NoTarget(step.subject.clone()));
        }
        let mut values = Vec::with_capacity(step.changes.len());
        for change in &step.changes {
            values.push((change.path.as_str(), self.value(change, step.wave, progress)?));
        }
        Ok(Mutation {
            verb,
            kind: step.subject.kind,
            container: live(&step.container)?,
            parent: live(&step.parent)?,
            id,
            fields: ops::changes_to_fields(values),
            blob: step.blob,
            known: Vec::new(),
        })
    }

    /// The id of a new record, where it is not the platform that chooses it.
    fn chosen_id(&self, step: &Step, progress: &Progress) -> Result<Option<NativeId>, Unresolved> {
        let id = &step.subject.id;
        match self.dialect.spec(step.subject.kind).map_or(IdPolicy::Server, |spec| spec.ids) {
            IdPolicy::Server | IdPolicy::Shared => Ok(None),
            IdPolicy::Person => Ok(Some(id.clone())),
            IdPolicy::Composed => {
                let parts: Vec<String> = id
                    .as_str()
                    .split(COMPOSED)
                    .map(|part| match self.parts.get(part) {
                        Some(target) => live(target, progress).map(|key| key.id.0),
                        None => Ok(part.to_owned()),
                    })
                    .collect::<Result<_, _>>()?;
                Ok(Some(parts.join(&COMPOSED.to_string()).into()))
            }
        }
    }

    fn value(&self, change: &FieldChange, wave: u32, progress: &Progress) -> Result<Value, Unresolved> {
        let mut value = change.to.clone();
        if !change.joins.is_empty() {
            let is_in = |id: &str| change.joins.get(id).is_none_or(|step| progress.receipt(step).is_some());
            value = without_those_outside(value, is_in);
        }
        if let Some(kind) = change.refers_to {
            value = self.rebind(kind, value, progress)?;
        }
        if change.links
            && let Value::String(text) = &value
        {
            let successor = |token: &str| self.successor(token, wave, progress);
            value = ops::rewrite_links(self.dialect, text, successor).into();
        }
        Ok(value)
    }

    fn rebind(&self, kind: Kind, value: Value, progress: &Progress) -> Result<Value, Unresolved> {
        match value {
            Value::String(id) => {
                let id = NativeId(id);
                let composed = || self.parts.get(id.as_str()).filter(|_| id.as_str().contains(COMPOSED));
                let Some(target) = self.targets.get(&(kind, &id)).or_else(composed) else {
                    return Ok(id.0.into());
                };
                Ok(live(target, progress)?.id.0.into())
            }
            Value::Array(ids) => ids.into_iter().map(|id| self.rebind(kind, id, progress)).collect(),
            other => Ok(other),
        }
    }

    /// The token that replaces `token` in a text that is written in `wave`, if any does.
    fn successor(&self, token: &str, wave: u32, progress: &Progress) -> Option<String> {
        let step = *self.links.get(token)?;
        let is_earlier = self.waves.get(step).is_some_and(|made_in| *made_in < wave);
        progress.receipt(step).filter(|_| is_earlier)?.link.clone()
    }
}

/// The persons in `value` who are in: an item comes back without those whom the platform did not let in.
fn without_those_outside(value: Value, is_in: impl Fn(&str) -> bool) -> Value {
    let stays = |person: &Value| person.as_str().is_none_or(&is_in);
    match value {
        Value::Array(persons) => persons.into_iter().filter(|person| stays(person)).collect(),
        person if stays(&person) => person,
        _ => Value::Null,
    }
}

/// Where `target` is.
fn live(target: &Target, progress: &Progress) -> Result<RecordKey, Unresolved> {
    match target {
        Target::Live(key) => Ok(key.clone()),
        Target::Created(step) => progress
            .receipt(step)
            .map(|receipt| receipt.key.clone())
            .ok_or_else(|| Unresolved::NotMade(step.clone())),
    }
}

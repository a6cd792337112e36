//! What a plan promised, in live ids: what must be on the account once its steps are done.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::body::Bodies;
use super::progress::Progress;
use crate::model::dialect::Dialect;
use crate::model::{Kind, NativeId, RecordKey, ops};
use crate::plan::types::{Action, RestorePlan, Step, Target};

/// The state that done steps promise. Steps that failed or were skipped promise nothing; they are told of elsewhere.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Promised {
    /// Live records, and the values that their fields must have, by dotted path.
    pub records: BTreeMap<RecordKey, BTreeMap<String, Value>>,
    /// Live records that must be gone.
    pub gone: BTreeSet<RecordKey>,
    /// What people call the records, with the names of what they lie in.
    pub called: BTreeMap<RecordKey, String>,
}

impl Promised {
    /// The containers that must be read to see whether the promise is kept.
    pub fn containers(&self) -> BTreeSet<NativeId> {
        self.records.keys().chain(&self.gone).map(|key| key.container.clone()).collect()
    }
}

/// What `plan` promises, given what of it is done. Of two steps that write the same field the later one counts.
pub fn promised(plan: &RestorePlan, dialect: &dyn Dialect, progress: &Progress) -> Promised {
    let bodies = Bodies::new(plan, dialect);
    let mut promised = Promised::default();
    for step in &plan.steps {
        let Some(receipt) = progress.receipt(&step.id) else { continue };
        if step.action == Action::Delete {
            if let Some(Target::Live(key)) = &step.target {
                promised.call(key, step);
                promised.remove(key);
            }
            continue;
        }
        // What was done could be translated when it was done, so it can be now.
        let Ok(mutation) = bodies.mutation(step, progress) else { continue };
        let body = Value::Object(mutation.fields);
        promised.call(&receipt.key, step);
        let fields = promised.records.entry(receipt.key.clone()).or_default();
        for change in &step.changes {
            fields.insert(change.path.clone(), ops::get(&body, &change.path).cloned().unwrap_or_default());
        }
    }
    promised
}

impl Promised {
    fn call(&mut self, key: &RecordKey, step: &Step) {
        self.called.insert(key.clone(), format!("{} {}", step.noun, step.path.join(" / ")));
    }

    fn remove(&mut self, key: &RecordKey) {
        // What lies in a container goes with it.
        let inside = |other: &RecordKey| {
            if key.kind == Kind::Container { other.container == key.container } else { other == key }
        };
        self.records.retain(|other, _| !inside(other));
        self.gone.insert(key.clone());
    }
}

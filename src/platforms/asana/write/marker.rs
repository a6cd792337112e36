//! A mark on new tasks by which they are found again after a lost answer.
//!
//! Only an app's own token has `external.gid`, which no two tasks share. The mark follows from what is created, so
//! that it can be made again by whoever looks; tasks that are the same in everything are numbered.

use serde_json::{Value, json};

use crate::base::canon;
use crate::base::hash::Hash;
use crate::http::fault::{ApiFault, FaultClass};
use crate::model::NativeId;
use crate::model::mutation::Mutation;
use crate::platforms::asana::Asana;
use crate::platforms::asana::asking::Question;
use crate::platforms::asana::connector::lock;
use crate::platforms::asana::json::gid;

/// More tasks than this are not the same in everything.
const MOST: u32 = 1000;

/// The mark of a creation, without its number.
pub(super) fn of(mutation: &Mutation) -> String {
    let what = json!([mutation.container, mutation.parent, mutation.fields]);
    format!("boardvault-{}", Hash::of(&canon::to_bytes(&what)))
}

/// The mark with its number.
pub(super) fn numbered(marker: &str, number: u32) -> String {
    format!("{marker}-{number}")
}

/// Whether a creation was refused because another task has the mark.
pub(super) fn is_taken(fault: &ApiFault) -> bool {
    fault.class == FaultClass::Invalid && fault.message.to_ascii_lowercase().contains("external")
}

impl Asana {
    /// The number for the next task with this mark.
    pub(super) fn next_number(&self, marker: &str) -> u32 {
        let mut places = lock(&self.places);
        let next = places.markers.entry(marker.to_owned()).or_default();
        let number = *next;
        *next += 1;
        number
    }

    /// The task that a lost creation made, by its mark.
    pub(super) async fn marked(&self, lost: &Mutation) -> Result<Option<String>, ApiFault> {
        let marker = of(lost);
        for number in 0..MOST {
            let address = format!("external:{}", numbered(&marker, number));
            let found: Value = match self.one(&Question::new(&["tasks", &address], "name")).await {
                Err(fault) if fault.class == FaultClass::NotFound => return Ok(None),
                found => found?,
            };
            let id = NativeId::from(gid(&found));
            if !lost.known.contains(&id) && !lock(&self.made).contains(&id) {
                return Ok(Some(id.0));
            }
        }
        Ok(None)
    }
}

//! What a write became.

use crate::model::mutation::{Mutation, Receipt};
use crate::model::{NativeId, RecordKey};
use crate::platforms::asana::dialect::has_link;

/// The receipt for a record with this id; nothing when the mutation does not say where it lies.
pub(super) fn receipt(mutation: &Mutation, id: &str) -> Option<Receipt> {
    let id = NativeId::from(id);
    let container = if mutation.kind.stands_alone() { id.clone() } else { mutation.container.clone()? };
    let link = has_link(mutation.kind).then(|| id.0.clone());
    Some(Receipt { key: RecordKey::new(container, mutation.kind, id), link })
}

//! What the people in the sandbox do. They act through the API, as its users.

use super::state::State;
use crate::sim::engine::PeopleOrder;

/// Lets the people act; gives a sentence for each thing they did.
pub(super) fn act(_state: &mut State, order: &PeopleOrder) -> Result<Vec<String>, String> {
    Err(format!("they know days-work, disaster and random-damage, not `{}`", order.what))
}

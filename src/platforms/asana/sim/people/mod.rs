//! What the people in the sandbox do. They act through the API, as its users.
use super::state::State;
use crate::sim::engine::PeopleOrder;
pub(super) fn act(_state: &mut State, order: &PeopleOrder) -> Result<Vec<String>, String> {
    Err(order.what.clone())
}

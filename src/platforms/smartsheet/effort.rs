//! How many requests the writes of a plan take: what `write` asks and sends for each kind, counted beforehand.

use serde_json::Value;

use crate::model::Kind;
use crate::model::grants::Verb;
use crate::model::writing::Writing;

/// The orders that a sheet keeps: each is looked up, and what is not in its place is moved by a request of its own.
const ORDERS: [&str; 3] = ["columns", "rows", "summaryFields"];

/// The requests of one wave.
pub(super) fn requests(wave: &[Writing<'_>]) -> u64 {
    let Some(first) = wave.first() else { return 0 };
    match (first.kind, first.verb) {
        (Kind::FieldDef, Verb::Create) => {
            let is_primary = |write: &&Writing<'_>| write.value("primary") == Some(&Value::Bool(true));
            let primary = wave.iter().any(|write| is_primary(&write));
            let others = wave.iter().any(|write| !is_primary(&write));
            // The columns that are there are asked for first; the primary one is there and only changed.
            1 + u64::from(primary) + u64::from(others)
        }
        (Kind::FieldDef, Verb::Update) => 2 * wave.len() as u64,
        // A row without content needs a column that takes one.
        (Kind::Item, Verb::Create) => 2,
        (Kind::Container, Verb::Update) => wave.iter().map(changed_sheet).sum(),
        _ => 1,
    }
}

fn changed_sheet(write: &Writing<'_>) -> u64 {
    let order = |path: &&str| if write.names(&[path]) { 1 + write.moves(path) } else { 0 };
    ORDERS.iter().map(order).sum::<u64>() + u64::from(write.names_others(&ORDERS))
}

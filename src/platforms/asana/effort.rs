//! How many requests the writes of a plan take: what `write` asks and sends for each kind, counted beforehand.

use serde_json::Value;

use crate::model::grants::Verb;
use crate::model::writing::Writing;
use crate::model::{Kind, ops};

const DATES: [&str; 4] = ["due_on", "due_at", "start_on", "start_at"];
const PLACES: [&str; 3] = ["parent.gid", "section", "not_in_project"];
const SETS: [&str; 3] = ["followers", "dependencies", "tags"];

/// The requests of one wave. Only values of custom fields travel together.
pub(super) fn requests(wave: &[Writing<'_>]) -> u64 {
    let Some(first) = wave.first() else { return 0 };
    if first.kind == Kind::FieldValue {
        // What a cleared value looks like has to be asked.
        return 1 + u64::from(wave.iter().any(|write| write.verb == Verb::Delete));
    }
    wave.iter().map(single).sum()
}

fn single(write: &Writing<'_>) -> u64 {
    match (write.kind, write.verb) {
        // The section that it comes with is looked up, marked, found again and made the first of the backup.
        (Kind::Container, Verb::Create) => 4,
        (Kind::Container, Verb::Update) => changed_container(write),
        (Kind::Section, Verb::Update) => ordered(write, "items", &["items"]),
        // What is there is asked first: the membership, the setting, the tasks in a project or under a tag.
        (Kind::Member, _) | (Kind::Container | Kind::Label | Kind::FieldDef | Kind::FieldUse, Verb::Delete) => 2,
        (Kind::FieldUse, Verb::Create) => 2 + u64::from(write.names(&["insert_before"])),
        (Kind::FieldDef, Verb::Create) => {
            let is_global = write.value("is_global_to_workspace") == Some(&Value::Bool(true));
            let settings = u64::from(write.names(&["insert_before"]));
            settings + if is_global { 4 } else { 1 }
        }
        (Kind::FieldDef, Verb::Update) => ordered(write, "options", &["options"]),
        // A new task comes to the top of its section, a subtask to the end.
        (Kind::Item, Verb::Create) => 1 + u64::from(write.names(&["section"])),
        (Kind::Item, Verb::Update) => changed_task(write),
        _ => 1,
    }
}

/// A change that may bring what hangs on the record into an order.
fn ordered(write: &Writing<'_>, order: &str, apart: &[&str]) -> u64 {
    let moves = if write.names(&[order]) { 1 + write.moves(order) } else { 0 };
    moves + u64::from(write.names_others(apart))
}

fn changed_container(write: &Writing<'_>) -> u64 {
    let dates = u64::from(write.names(&DATES));
    let followers = if write.names(&["followers"]) { 1 + into_and_out(write, "followers") } else { 0 };
    dates + followers + ordered(write, "sections", &["sections", "followers"])
}

fn changed_task(write: &Writing<'_>) -> u64 {
    let apart: Vec<&str> = PLACES.into_iter().chain(SETS).chain(["subtasks"]).collect();
    // A place, dates and sets are looked up before they are changed.
    let place = if write.names(&PLACES) { 2 } else { 0 };
    let dates = u64::from(write.names(&DATES));
    let sets = if write.names(&SETS) {
        let (tags, no_tags) = write.difference("tags");
        1 + into_and_out(write, "followers") + into_and_out(write, "dependencies") + tags + no_tags
    } else {
        0
    };
    place + dates + sets + ordered(write, "subtasks", &apart)
}

/// All that comes into a set goes in one request, and all that leaves it in another.
fn into_and_out(write: &Writing<'_>, set: &str) -> u64 {
    let is_new = write.fields.iter().any(|(path, live, _)| *path == set && live.is_none());
    if set == "followers" && is_new {
        // Whoever makes a thing follows it: where one person follows, it is most likely the account.
        return u64::from(ops::ids(write.value(set)).count() != 1);
    }
    let (into, out) = write.difference(set);
    u64::from(into > 0) + u64::from(out > 0)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn change(fields: &[(&'static str, Value)]) -> u64 {
        let fields = fields.iter().map(|(path, value)| (*path, None, value)).collect();
        requests(&[Writing { verb: Verb::Update, kind: Kind::Item, fields }])
    }

    #[test]
    fn what_is_looked_up_before_a_task_is_changed_counts() {
        assert_eq!(change(&[("name", json!("N"))]), 1);
        assert_eq!(change(&[("due_on", json!("2026-12-01"))]), 2);
        assert_eq!(change(&[("section", json!("s")), ("due_on", json!("2026-12-01")), ("name", json!("N"))]), 4);
        assert_eq!(change(&[("followers", json!(["5"]))]), 1);
        assert_eq!(change(&[("followers", json!(["5", "6"])), ("tags", json!(["t1", "t2"]))]), 4);
    }
}

//! After a lost answer: finds out whether the write happened.

use serde_json::{Map, Value};

use super::values::{self, card_and_field};
use super::{receipt, request};
use crate::http::fault::{ApiFault, FaultClass};
use crate::model::grants::Verb;
use crate::model::mutation::{Mutation, Receipt};
use crate::model::{Kind, NativeId};
use crate::platforms::trello::connector::lock;
use crate::http::shape::entries;
use crate::platforms::trello::json::{list, text};
use crate::platforms::trello::{Trello, local};

/// What tells a new record from its siblings, as far as Trello gives it back as it was written.
const TELLING: &[&str] =
    &["name", "displayName", "pos", "value", "url", "image", "top", "left", "zIndex", "rotate", "data"];

/// Looks for what a lost write would have made, changed or removed.
pub(in super::super) async fn locate(trello: &Trello, lost: &Mutation) -> Result<Option<Receipt>, ApiFault> {
    match (lost.kind, lost.verb) {
        (Kind::Member, _) => membership(trello, lost, "boards").await,
        (Kind::WorkspaceMember, _) => membership(trello, lost, "organizations").await,
        (Kind::FieldValue, _) => value(trello, lost).await,
        (_, Verb::Create) => created(trello, lost).await,
        (_, Verb::Update | Verb::Delete) => changed(trello, lost).await,
    }
}

async fn created(trello: &Trello, lost: &Mutation) -> Result<Option<Receipt>, ApiFault> {
    let telling: Map<String, Value> =
        lost.fields.iter().filter(|(name, _)| TELLING.contains(&name.as_str())).map(own).collect();
    let siblings = siblings(trello, lost).await?;
    let made = lock(&trello.made).clone();
    let found = siblings
        .iter()
        .filter(|sibling| {
            let id = NativeId::from(receipt::own_id(sibling).unwrap_or_default());
            !lost.known.contains(&id) && !made.contains(&id)
        })
        .filter(|sibling| match lost.blob {
            // An upload's address is made by Trello; its name and length tell it.
            Some(blob) => {
                sibling.get("bytes").and_then(Value::as_u64) == Some(blob.len)
                    && lost.fields.get("name") == sibling.get("name")
            }
            None => includes(sibling, &Value::Object(telling.clone())),
        })
        // Ids begin with the time of creation: the newest is the one that was just made.
        .max_by_key(|sibling| receipt::own_id(sibling));
    let receipt = found.and_then(|sibling| receipt::receipt(lost, sibling));
    if let Some(receipt) = &receipt {
        lock(&trello.made).insert(receipt.key.id.clone());
    }
    Ok(receipt)
}

/// Everything among which a new record would be.
async fn siblings(trello: &Trello, lost: &Mutation) -> Result<Vec<Value>, ApiFault> {
    let missing = || local("look-up", "the write to look up does not say where it belongs");
    let board = || lost.container.as_ref().map(NativeId::as_str).ok_or_else(missing);
    let parent = || lost.parent.as_ref().map(NativeId::as_str).ok_or_else(missing);
    let list_id = lost.fields.get("idList").and_then(Value::as_str);
    let (path, query): (Vec<&str>, &[(&str, &str)]) = match lost.kind {
        Kind::Workspace => (vec!["members", "me", "organizations"], &[("filter", "all")]),
        Kind::Container => (vec!["members", "me", "boards"], &[("filter", "all"), ("fields", "name,shortLink")]),
        Kind::Label => (vec!["boards", board()?, "labels"], &[("limit", "1000")]),
        Kind::FieldDef => (vec!["boards", board()?, "customFields"], &[]),
        Kind::FieldOption => (vec!["customFields", parent()?, "options"], &[]),
        Kind::Section => (vec!["boards", board()?, "lists"], &[("filter", "all")]),
        Kind::Item => {
            (vec!["lists", list_id.map_or_else(parent, Ok)?, "cards"], &[("filter", "all"), ("fields", "name,pos,shortLink")])
        }
        Kind::Checklist => (vec!["cards", parent()?, "checklists"], &[]),
        Kind::ChecklistItem => (vec!["checklists", parent()?, "checkItems"], &[("fields", "all")]),
        Kind::Attachment => (vec!["cards", parent()?, "attachments"], &[("fields", "all")]),
        Kind::Sticker => (vec!["cards", parent()?, "stickers"], &[("fields", "all")]),
        Kind::Comment => {
            // Newest first, so that the one looked for is in the first answer.
            (vec!["cards", parent()?, "actions"], &[("filter", "commentCard"), ("limit", "1000")])
        }
        _ => return Err(missing()),
    };
    entries(trello.client.get(&path, query).await?)
}

async fn changed(trello: &Trello, lost: &Mutation) -> Result<Option<Receipt>, ApiFault> {
    let live = match live(trello, lost).await {
        Err(fault) if fault.class == FaultClass::NotFound => None,
        result => result?,
    };
    let done = match (lost.verb, &live) {
        (Verb::Delete, live) => live.is_none(),
        (_, Some(live)) => includes(live, &Value::Object(lost.fields.clone())),
        (_, None) => false,
    };
    Ok(done.then(|| receipt::receipt(lost, &live.unwrap_or_default())).flatten())
}

/// The record as it is now. What hangs on a card or checklist is looked for among its siblings, since single
/// routes for these are rarely used and not equally well kept.
async fn live(trello: &Trello, lost: &Mutation) -> Result<Option<Value>, ApiFault> {
    if matches!(lost.kind, Kind::ChecklistItem | Kind::Sticker | Kind::Attachment | Kind::FieldOption) {
        let siblings = siblings(trello, lost).await?;
        let own = lost.id.as_ref().map(NativeId::as_str);
        return Ok(siblings.into_iter().find(|sibling| receipt::own_id(sibling) == own));
    }
    let path = request::place_of(lost).map_err(|message| local("look-up", &message))?;
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    // The defaults of most routes leave out some of what can be written.
    let query: &[(&str, &str)] = if lost.kind == Kind::FieldDef { &[] } else { &[("fields", "all")] };
    trello.client.get(&path, query).await.map(Some)
}

async fn membership(trello: &Trello, lost: &Mutation, route: &str) -> Result<Option<Receipt>, ApiFault> {
    let (Some(container), Some(person)) = (&lost.container, &lost.id) else {
        return Err(local("look-up", "a membership needs its board or workspace, and its person"));
    };
    let answer = trello.client.get(&[route, container.as_str(), "memberships"], &[("filter", "all")]).await?;
    let memberships = entries(answer)?;
    let live = memberships.iter().find(|membership| text(membership, "idMember") == person.as_str());
    let done = match (lost.verb, live) {
        (Verb::Delete, live) => live.is_none(),
        (_, Some(live)) => includes(live, &Value::Object(lost.fields.clone())),
        (_, None) => false,
    };
    Ok(done.then(|| receipt::receipt(lost, &Value::Null)).flatten())
}

async fn value(trello: &Trello, lost: &Mutation) -> Result<Option<Receipt>, ApiFault> {
    let Some((card, field)) = card_and_field(lost) else {
        return Err(local("look-up", "a value needs its card and its field"));
    };
    let query = [("fields", "id"), ("customFieldItems", "true")];
    let answer = trello.client.get(&["cards", &card], &query).await?;
    let live = list(&answer, "customFieldItems").iter().find(|item| text(item, "idCustomField") == field);
    let done = match (lost.verb, live) {
        (Verb::Delete, live) => live.is_none(),
        (_, Some(live)) => includes(live, &Value::Object(lost.fields.clone())),
        (_, None) => false,
    };
    Ok(done.then(|| values::receipt(lost).ok()).flatten())
}

fn own((name, value): (&String, &Value)) -> (String, Value) {
    (name.clone(), value.clone())
}

/// Whether a live record has everything that was written. Lists of ids are sets; what is null may be absent;
/// numbers are equal when their values are.
fn includes(live: &Value, written: &Value) -> bool {
    match (live, written) {
        (Value::Object(live), Value::Object(written)) => {
            written.iter().all(|(key, value)| includes(live.get(key).unwrap_or(&Value::Null), value))
        }
        (Value::Array(live), Value::Array(written)) => {
            live.len() == written.len() && written.iter().all(|entry| live.contains(entry))
        }
        (Value::Number(live), Value::Number(written)) => {
            live == written || live.as_f64().is_some_and(|live| Some(live) == written.as_f64())
        }
        _ => live == written,
    }
}

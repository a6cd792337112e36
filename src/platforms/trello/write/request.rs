//! Which request a mutation is, for each kind and verb. Pure.

use serde_json::{Map, Value, json};

use super::body;
use crate::http::types::Method::{self, Delete, Post, Put};
use crate::model::grants::Verb;
use crate::model::mutation::Mutation;
use crate::model::{Kind, NativeId};

/// A request before it has an address.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Call {
    /// The method.
    pub(super) method: Method,
    /// The path's segments below the base.
    pub(super) path: Vec<String>,
    /// The parameters.
    pub(super) body: Map<String, Value>,
}

/// The request; an error says what is missing or not offered. `card` is needed to change a check item.
pub(super) fn call(mutation: &Mutation, card: Option<&str>) -> Result<Call, String> {
    let ids = Ids { mutation, card };
    match mutation.verb {
        Verb::Create => create(&ids),
        Verb::Update => update(&ids),
        Verb::Delete => Ok(Call { method: Delete, path: place(&ids)?, body: Map::new() }),
    }
}

/// Ids of a mutation, each with a complaint when it is not there.
struct Ids<'a> {
    mutation: &'a Mutation,
    card: Option<&'a str>,
}

impl Ids<'_> {
    fn get(&self, id: Option<&NativeId>, what: &str) -> Result<String, String> {
        id.map(ToString::to_string).ok_or_else(|| format!("a {} needs the id of its {what}", self.mutation.kind))
    }

    fn own(&self) -> Result<String, String> {
        self.get(self.mutation.id.as_ref(), "own")
    }

    fn parent(&self) -> Result<String, String> {
        self.get(self.mutation.parent.as_ref(), "parent")
    }

    fn container(&self) -> Result<String, String> {
        self.get(self.mutation.container.as_ref(), "container")
    }

    fn not_offered(&self) -> String {
        format!("Trello offers no way to {:?} a {}", self.mutation.verb, self.mutation.kind).to_lowercase()
    }
}

fn create(ids: &Ids<'_>) -> Result<Call, String> {
    let fields = &ids.mutation.fields;
    let (path, mut body, owner): (Vec<String>, _, Option<(&str, String)>) = match ids.mutation.kind {
        // Memberships are set, whether they are there or not.
        Kind::WorkspaceMember | Kind::Member => return membership(ids),
        Kind::Workspace => (segments(["organizations"]), body::set(body::flat(fields, &["prefs"], "/")), None),
        Kind::Container => {
            let mut body = body::set(body::flat(fields, &["prefs"], "_"));
            body.insert("defaultLists".to_owned(), json!(false));
            body.insert("defaultLabels".to_owned(), json!(false));
            (segments(["boards"]), body, None)
        }
        // A label without a colour says so: the parameter itself is required.
        Kind::Label => {
            let mut body = fields.clone();
            body.entry("color").or_insert(Value::Null);
            (segments(["labels"]), body, Some(("idBoard", ids.container()?)))
        }
        Kind::FieldDef => {
            let mut body = body::set(body::flat(fields, &["display"], "_"));
            body.insert("modelType".to_owned(), json!("board"));
            (segments(["customFields"]), body, Some(("idModel", ids.container()?)))
        }
        Kind::FieldOption => {
            (vec!["customFields".into(), ids.parent()?, "options".into()], body::set(fields.clone()), None)
        }
        Kind::Section => (segments(["lists"]), body::set(fields.clone()), Some(("idBoard", ids.container()?))),
        Kind::Item => {
            let owner = if fields.contains_key("idList") { None } else { Some(("idList", ids.parent()?)) };
            (segments(["cards"]), body::set(body::card(fields)), owner)
        }
        Kind::Checklist => (segments(["checklists"]), body::set(fields.clone()), Some(("idCard", ids.parent()?))),
        Kind::ChecklistItem => {
            (vec!["checklists".into(), ids.parent()?, "checkItems".into()], body::new_check_item(fields), None)
        }
        Kind::Attachment => {
            let mut body = body::set(fields.clone());
            if ids.mutation.blob.is_none() {
                if !body.contains_key("url") {
                    return Err("the attachment's bytes are not in the backup".to_owned());
                }
                body.retain(|name, _| matches!(name.as_str(), "name" | "url"));
            }
            (vec!["cards".into(), ids.parent()?, "attachments".into()], body, None)
        }
        Kind::Sticker => (vec!["cards".into(), ids.parent()?, "stickers".into()], body::set(fields.clone()), None),
        Kind::Comment => {
            let path = vec!["cards".into(), ids.parent()?, "actions".into(), "comments".into()];
            (path, comment(fields), None)
        }
        _ => return Err(ids.not_offered()),
    };
    if let Some((name, id)) = owner {
        body.insert(name.to_owned(), json!(id));
    }
    Ok(Call { method: Post, path, body })
}

fn update(ids: &Ids<'_>) -> Result<Call, String> {
    let fields = &ids.mutation.fields;
    let body = match ids.mutation.kind {
        Kind::WorkspaceMember | Kind::Member => return membership(ids),
        Kind::Workspace => body::flat(fields, &["prefs"], "/"),
        Kind::Container => body::flat(fields, &["prefs", "labelNames"], "/"),
        Kind::FieldDef => body::flat(fields, &["display"], "/"),
        Kind::Item => moved(body::card(fields), ids),
        Kind::Comment => comment(fields),
        Kind::Label | Kind::Section | Kind::Checklist | Kind::Sticker => fields.clone(),
        Kind::ChecklistItem => {
            let card = ids.card.ok_or("the card of the checklist is not known")?;
            let path = vec!["cards".into(), card.to_owned(), "checkItem".into(), ids.own()?];
            return Ok(Call { method: Put, path, body: fields.clone() });
        }
        _ => return Err(ids.not_offered()),
    };
    Ok(Call { method: Put, path: place(ids)?, body })
}

/// Takes a background that is no plain colour out of a board's change, into a request of its own.
///
/// Trello may refuse an uploaded one, and what is refused takes everything in the same request with it.
pub(super) fn background_apart(call: &mut Call) -> Option<Call> {
    const BACKGROUND: &str = "prefs/background";
    let is_colour = |value: &Value| value.as_str().is_some_and(|name| name.chars().all(|c| c.is_ascii_alphabetic()));
    if call.body.len() < 2 || call.body.get(BACKGROUND).is_none_or(is_colour) {
        return None;
    }
    let body = call.body.remove_entry(BACKGROUND).into_iter().collect();
    Some(Call { method: call.method, path: call.path.clone(), body })
}

/// A card that goes to another list says which board that is on: it may be another board.
fn moved(mut body: Map<String, Value>, ids: &Ids<'_>) -> Map<String, Value> {
    if body.contains_key("idList")
        && let Some(board) = &ids.mutation.container
    {
        body.insert("idBoard".to_owned(), json!(board));
    }
    body
}

fn membership(ids: &Ids<'_>) -> Result<Call, String> {
    let role = ids.mutation.fields.get("memberType").cloned().unwrap_or_else(|| json!("normal"));
    let body = Map::from_iter([("type".to_owned(), role)]);
    Ok(Call { method: Put, path: place(ids)?, body })
}

fn comment(fields: &Map<String, Value>) -> Map<String, Value> {
    let text = fields.get("data").and_then(|data| data.get("text")).cloned().unwrap_or_default();
    Map::from_iter([("text".to_owned(), text)])
}

/// The path of a record that is there.
fn place(ids: &Ids<'_>) -> Result<Vec<String>, String> {
    let simple = |route: &str| Ok(vec![route.to_owned(), ids.own()?]);
    let below = |route: &str, owner: String, sub: &str| Ok(vec![route.into(), owner, sub.into(), ids.own()?]);
    match ids.mutation.kind {
        Kind::Workspace => simple("organizations"),
        Kind::WorkspaceMember => below("organizations", ids.container()?, "members"),
        Kind::Container => simple("boards"),
        Kind::Member => below("boards", ids.container()?, "members"),
        Kind::Label => simple("labels"),
        Kind::FieldDef => simple("customFields"),
        Kind::FieldOption => below("customFields", ids.parent()?, "options"),
        Kind::Section if ids.mutation.verb != Verb::Delete => simple("lists"),
        Kind::Item => simple("cards"),
        Kind::Checklist => simple("checklists"),
        Kind::ChecklistItem => below("checklists", ids.parent()?, "checkItems"),
        Kind::Attachment => below("cards", ids.parent()?, "attachments"),
        Kind::Sticker => below("cards", ids.parent()?, "stickers"),
        Kind::Comment => simple("actions"),
        _ => Err(ids.not_offered()),
    }
}

fn segments<const N: usize>(path: [&str; N]) -> Vec<String> {
    path.map(ToOwned::to_owned).to_vec()
}

/// The path under which a record that is there can be read.
pub(super) fn place_of(mutation: &Mutation) -> Result<Vec<String>, String> {
    place(&Ids { mutation, card: None })
}

//! The world of the Asana sandbox, and what every change in it has in common.
//!
//! Entities are stored under Asana's field names, with ids where Asana shows records. Fields that begin with
//! an underscore are the sandbox's own: orders, values by field, likes.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::sim::blob::Blob;
use super::events::Events;
use crate::base::clock::Timestamp;
use crate::sim::world::{Kind, World, text};

pub(super) const WORKSPACE: Kind = "workspace";
pub(super) const USER: Kind = "user";
/// Belongs to a workspace and a user.
pub(super) const WORKSPACE_MEMBERSHIP: Kind = "workspace_membership";
/// Belongs to a workspace.
pub(super) const TEAM: Kind = "team";
/// Belongs to a team and a user.
pub(super) const TEAM_MEMBERSHIP: Kind = "team_membership";
/// Belongs to a workspace and perhaps to a team. `_sections` and `_settings` are ordered.
pub(super) const PROJECT: Kind = "project";
/// A member (user or team) of a project. Belongs to both.
pub(super) const MEMBERSHIP: Kind = "membership";
/// Belongs to a project. `_tasks` is ordered.
pub(super) const SECTION: Kind = "section";
/// Belongs to a workspace. `_memberships`, `_subtasks` and `_values` are inside it.
pub(super) const TASK: Kind = "task";
/// Belongs to a task.
pub(super) const STORY: Kind = "story";
/// Belongs to a task, a project or a project brief.
pub(super) const ATTACHMENT: Kind = "attachment";
/// Belongs to a workspace. Its options are inside it.
pub(super) const CUSTOM_FIELD: Kind = "custom_field";
/// A custom field on a project. Belongs to both.
pub(super) const SETTING: Kind = "custom_field_setting";
/// A type of tasks. Belongs to a project.
pub(super) const CUSTOM_TYPE: Kind = "custom_type";
/// Belongs to a type of tasks.
pub(super) const TYPE_STATUS: Kind = "custom_type_status_option";
/// Belongs to a workspace.
pub(super) const TAG: Kind = "tag";
/// Belongs to a project.
pub(super) const STATUS_UPDATE: Kind = "status_update";
/// Belongs to a project.
pub(super) const PROJECT_BRIEF: Kind = "project_brief";
/// Belongs to a team.
pub(super) const PROJECT_TEMPLATE: Kind = "project_template";
/// Belongs to a project.
pub(super) const TASK_TEMPLATE: Kind = "task_template";
/// Belongs to a workspace.
pub(super) const PORTFOLIO: Kind = "portfolio";
/// Belongs to a workspace.
pub(super) const GOAL: Kind = "goal";
/// Belongs to who started it.
pub(super) const JOB: Kind = "job";
/// The list "My tasks" of a user in a workspace. Belongs to both.
pub(super) const USER_TASK_LIST: Kind = "user_task_list";
/// An option of a custom field; stored inside the field.
pub(super) const ENUM_OPTION: Kind = "enum_option";

/// Sizes at which Asana refuses, and what goes wrong on purpose.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules {
    /// Lists are not given beyond so many entries.
    pub(super) longest_list: usize,
    /// No page has more entries, nor do events that one token leads to, whatever is asked for.
    pub(super) longest_page: usize,
    /// Largest upload in bytes.
    pub(super) upload: usize,
    /// Every so many events, one is lost: delivery is "at most once".
    pub(super) loses_every: Option<usize>,
}

impl Default for Rules {
    fn default() -> Self {
        Self { longest_list: 50_000, longest_page: 100, upload: 100 << 20, loses_every: None }
    }
}

/// Everything that there is in a sandbox.
#[derive(Debug)]
pub(super) struct State {
    pub(super) world: World,
    pub(super) blobs: BTreeMap<String, Blob>,
    pub(super) events: Events,
    pub(super) now: Timestamp,
    pub(super) rules: Rules,
    /// Where the API is, without a trailing slash.
    pub(super) origin: String,
    /// Where uploads are fetched, without a trailing slash.
    pub(super) storage_origin: String,
    /// Whether changes write history and events; worlds are built without.
    pub(super) history: bool,
    /// How often which `opt_fields` path came that no record has.
    pub(super) unknown_fields: BTreeMap<String, u64>,
    seed: u64,
    given: u64,
}

impl State {
    pub(super) fn new(seed: u64, now: Timestamp, origin: String, storage_origin: String) -> Self {
        Self {
            world: World::default(),
            blobs: BTreeMap::new(),
            events: Events::default(),
            now,
            rules: Rules::default(),
            origin,
            storage_origin,
            history: false,
            unknown_fields: BTreeMap::new(),
            seed,
            given: 0,
        }
    }

    /// A number of sixteen digits; later ones are greater.
    pub(super) fn new_gid(&mut self) -> String {
        self.given += 1;
        (1_200_000_000_000_000 + (self.seed % 900_000) * 10_000_000 + self.given).to_string()
    }

    /// So many hexadecimal digits that follow from the seed.
    pub(super) fn derived(&self, purpose: &str, subject: &str, digits: usize) -> String {
        derived(purpose, self.seed, subject, digits)
    }

    /// The time now, as Asana writes it.
    pub(super) fn date(&self) -> String {
        date(self.now)
    }

    /// The whole world.
    pub(super) fn to_json(&self) -> serde_json::Map<String, Value> {
        self.world.to_json()
    }

    /// Changes a field of an entity, if the entity exists.
    pub(super) fn set(&mut self, kind: Kind, id: &str, field: &str, value: impl Into<Value>) {
        if let Some(entity) = self.world.edit(kind, id) {
            entity[field] = value.into();
        }
    }

    /// The text in a field of an entity; empty when there is none.
    pub(super) fn text_of(&self, kind: Kind, id: &str, field: &str) -> String {
        self.world.get(kind, id).map(|entity| text(entity, field).to_owned()).unwrap_or_default()
    }

    /// The ids in a list inside an entity.
    pub(super) fn ids_in(&self, kind: Kind, id: &str, field: &str) -> Vec<String> {
        self.world.get(kind, id).map(|entity| ids(entity, field)).unwrap_or_default()
    }

    /// Puts an id into a list inside an entity, once.
    pub(super) fn put_in(&mut self, kind: Kind, id: &str, field: &str, item: &str) -> bool {
        let mut list = self.ids_in(kind, id, field);
        if list.iter().any(|known| known == item) {
            return false;
        }
        list.push(item.to_owned());
        self.set(kind, id, field, list);
        true
    }

    /// Takes an id out of a list inside an entity; says whether it was there.
    pub(super) fn take_out(&mut self, kind: Kind, id: &str, field: &str, item: &str) -> bool {
        let mut list = self.ids_in(kind, id, field);
        let before = list.len();
        list.retain(|known| known != item);
        let found = list.len() != before;
        if found {
            self.set(kind, id, field, list);
        }
        found
    }

    /// Marks a task as changed now.
    pub(super) fn touch(&mut self, kind: Kind, id: &str) {
        let now = self.date();
        self.set(kind, id, "modified_at", now);
    }
}

/// So many hexadecimal digits that follow from a seed.
pub(super) fn derived(purpose: &str, seed: u64, subject: &str, digits: usize) -> String {
    let hash = blake3::hash(format!("asana sandbox {purpose} {seed} {subject}").as_bytes());
    hash.to_hex().chars().take(digits).collect()
}

/// A time as Asana writes it: UTC with milliseconds.
pub(super) fn date(time: Timestamp) -> String {
    format!("{time:.3}")
}

/// The ids in a list inside an entity; empty when there is none.
pub(super) fn ids(entity: &Value, field: &str) -> Vec<String> {
    items(entity, field).iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// A list inside an entity; empty when there is none.
pub(super) fn items<'a>(entity: &'a Value, field: &str) -> &'a [Value] {
    entity.get(field).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// Whether a list inside an entity has this text.
pub(super) fn lists(entity: &Value, field: &str, wanted: &str) -> bool {
    items(entity, field).iter().any(|item| item.as_str() == Some(wanted))
}

/// A place in an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// Before everything.
    Top,
    /// Behind everything.
    Bottom,
    /// Just before this id.
    Before(String),
    /// Just behind this id.
    After(String),
}

/// Puts an id at a place in an order that does not have it; false when the neighbour is not there.
pub(super) fn place(order: &mut Vec<String>, id: &str, place: &Place) -> bool {
    let find = |neighbour: &String| order.iter().position(|known| known == neighbour);
    let at = match place {
        Place::Top => Some(0),
        Place::Bottom => Some(order.len()),
        Place::Before(neighbour) => find(neighbour),
        Place::After(neighbour) => find(neighbour).map(|at| at + 1),
    };
    if let Some(at) = at {
        order.insert(at, id.to_owned());
    }
    at.is_some()
}

/// A record inside a record, as the views of records understand it.
pub(super) fn reference(kind: &str, id: &str) -> Value {
    json!({"$kind": kind, "gid": id})
}

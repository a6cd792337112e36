//! Cuts answers into records, so that each thing has its own identity and nothing is said twice.
//!
//! Together the records hold every field of the answers, with the exceptions that the folder's README names.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::super::json::{gid, gid_at, is, lists_of_gids, object, take_list, text};
use crate::model::coverage::Missing;
use crate::model::{Blob, Kind, NativeId, Record, RecordKey};
use crate::platforms::connector::ExpectedBytes;

/// A record, and what is promised about its bytes if it has any.
pub(super) type Found = (Record, Option<ExpectedBytes>);

/// Collects the records of one project.
#[derive(Debug)]
pub(super) struct Splitter {
    project: NativeId,
    seen: HashSet<RecordKey>,
    /// The records so far.
    pub(super) found: Vec<Found>,
    /// What could not be read or made a record.
    pub(super) missing: Vec<Missing>,
    /// What is there and refused.
    pub(super) hidden: Vec<RecordKey>,
}

impl Splitter {
    /// Starts with nothing.
    pub(super) fn new(project: NativeId) -> Self {
        Self { project, seen: HashSet::new(), found: Vec::new(), missing: Vec::new(), hidden: Vec::new() }
    }

    /// The project's gid.
    pub(super) fn project_id(&self) -> &str {
        self.project.as_str()
    }

    /// Splits a project into itself, the custom fields that are set up in it and the values that it has of others.
    pub(super) fn project(&mut self, project: Value, sections: &[Value]) {
        let mut project = object(project);
        let own = project.get("custom_fields").and_then(Value::as_array).into_iter().flatten();
        let own: Vec<String> = own.map(|field| gid(field).to_owned()).collect();
        if !own.is_empty() {
            project.insert("own_custom_fields".to_owned(), json!(own));
        }
        let values = take_values(&mut project);
        let settings = take_list(&mut project, "custom_field_settings");
        lists_of_gids(&mut project, &["followers"]);
        let order: Vec<&str> = sections.iter().map(gid).collect();
        project.insert("sections".to_owned(), json!(order));
        let fields: Vec<String> = settings.iter().map(|setting| self.listed_id(setting)).collect();
        project.insert("custom_field_settings".to_owned(), json!(fields));
        self.add(Kind::Container, project);
        for setting in settings {
            self.custom_field(setting);
        }
        for value in values {
            let id = self.project.0.clone();
            self.value("project", &id, value);
        }
    }

    /// The id under which a setting stands in the order of the project's custom fields.
    fn listed_id(&self, setting: &Value) -> String {
        let field = setting.get("custom_field").cloned().unwrap_or_default();
        let id = gid(&field);
        if is_used(&field) { shown_id(self.project.as_str(), id) } else { id.to_owned() }
    }

    /// A custom field with its setting. Of one that Asana computes the project has the use, if the workspace has the
    /// definition; what is defined in the project alone and computed is inventory.
    fn custom_field(&mut self, setting: Value) {
        let mut setting = object(setting);
        let mut field = object(setting.remove("custom_field").unwrap_or_default());
        if let Some(important) = setting.remove("is_important") {
            field.insert("is_important".to_owned(), important);
        }
        let options = take_list(&mut field, "enum_options");
        let native = Value::from(field.clone());
        if is_used(&native) {
            let id = shown_id(self.project.as_str(), gid(&native));
            self.put(Kind::FieldUse, &id, with(native.clone(), "definition", gid(&native)), None);
            return;
        }
        if is_computed(&native) {
            self.add(Kind::Inventory, field);
            return;
        }
        let order: Vec<&str> = options.iter().map(gid).collect();
        field.insert("options".to_owned(), json!(order));
        self.add(Kind::FieldDef, field);
        for option in options {
            self.add(Kind::FieldOption, with(option, "custom_field", gid(&native)));
        }
    }

    /// A type of tasks that the project uses, and its statuses: only people set them up.
    pub(super) fn custom_type(&mut self, custom_type: Value) {
        let id = gid(&custom_type).to_owned();
        let mut custom_type = object(custom_type);
        let statuses = take_list(&mut custom_type, "status_options");
        let order: Vec<&str> = statuses.iter().map(gid).collect();
        custom_type.insert("status_options".to_owned(), json!(order));
        self.add(Kind::Inventory, custom_type);
        for status in statuses {
            self.add(Kind::Inventory, with(status, "custom_type", &id));
        }
    }

    /// A membership: of a person, or of a team.
    pub(super) fn membership(&mut self, membership: Value) {
        let member = membership.get("member").cloned().unwrap_or_default();
        let mut membership = object(membership);
        if text(&member, "resource_type") == "team" {
            membership.insert("team".to_owned(), json!(gid(&member)));
        }
        self.put(Kind::Member, gid(&member), membership, None);
    }

    /// A task that belongs here: itself, its tags and the values of its custom fields.
    pub(super) fn task(&mut self, task: Value, section: Option<&str>, subtasks: &[String]) {
        let id = gid(&task).to_owned();
        let mut task = object(task);
        self.prepare(&mut task, section);
        if !subtasks.is_empty() {
            task.insert("subtasks".to_owned(), json!(subtasks));
        }
        let values = take_values(&mut task);
        self.add(Kind::Item, task);
        for value in values {
            self.value("task", &id, value);
        }
    }

    /// A task of another project that is shown here as well.
    pub(super) fn placement(&mut self, task: &Value, section: Option<&str>) {
        let id = shown_id(self.project.as_str(), gid(task));
        let mut native = with(task.clone(), "item", gid(task));
        self.prepare(&mut native, section);
        self.put(Kind::Placement, &id, native, None);
    }

    /// What is done with every task: tags become records, lists of compact records lists of gids.
    fn prepare(&mut self, task: &mut Map<String, Value>, section: Option<&str>) {
        for tag in task.get("tags").and_then(Value::as_array).cloned().unwrap_or_default() {
            self.add(Kind::Label, object(tag));
        }
        let likes: Vec<Value> =
            take_list(task, "likes").iter().map(|like| json!(gid_at(like, "user"))).collect();
        task.insert("likes".to_owned(), likes.into());
        lists_of_gids(task, &["tags", "followers", "dependencies"]);
        task.remove("memberships");
        // Its type says it: without that, it would be an ordinary one.
        if task.get("resource_subtype").and_then(Value::as_str) == Some("custom") {
            task.insert("resource_subtype".to_owned(), json!("default_task"));
        }
        if let Some(Value::Object(parent)) = task.get_mut("parent") {
            parent.remove("memberships");
        }
        if let Some(section) = section {
            task.insert("section".to_owned(), json!(section));
        }
    }

    /// The value of a custom field on a task or on the project, unless it is empty.
    fn value(&mut self, owner: &str, owner_id: &str, value: Value) {
        const PATHS: [&str; 7] = [
            "text_value", "number_value", "date_value", "enum_value", "multi_enum_values", "people_value",
            "reference_value",
        ];
        let is_empty = |value: &Value| match value {
            Value::Null => true,
            Value::String(text) => text.is_empty(),
            Value::Array(entries) => entries.is_empty(),
            _ => false,
        };
        if PATHS.iter().all(|path| value.get(path).is_none_or(is_empty)) {
            return;
        }
        let field = gid(&value).to_owned();
        let mut value = with(value, owner, owner_id);
        value.insert("custom_field".to_owned(), json!(field));
        lists_of_gids(&mut value, &["multi_enum_values", "people_value", "reference_value"]);
        let id = if field.is_empty() { String::new() } else { format!("{owner_id}:{field}") };
        self.put(Kind::FieldValue, &id, value, None);
    }

    /// The stories of a task that people wrote.
    pub(super) fn stories(&mut self, task: &str, stories: Vec<Value>) {
        for story in stories.into_iter().filter(is_comment) {
            self.add(Kind::Comment, with(story, "task", task));
        }
    }

    /// An attachment of a task, of the brief or of the project.
    pub(super) fn attachment(&mut self, attachment: Value) {
        let (hung_on, id) = (attachment.get("parent").cloned().unwrap_or_default(), gid(&attachment).to_owned());
        let is_upload = text(&attachment, "resource_subtype") == "asana";
        let len = attachment.get("size").and_then(Value::as_u64);
        let mut native = object(attachment);
        match text(&hung_on, "resource_type") {
            "task" => drop(native.insert("task".to_owned(), json!(gid(&hung_on)))),
            "project_brief" => drop(native.insert("brief".to_owned(), json!(gid(&hung_on)))),
            _ => {}
        }
        // An upload's address is made anew for each reader and expires; a link's address is the user's.
        if let Some(url) = native.remove("view_url").filter(|_| !is_upload) {
            native.insert("url".to_owned(), url);
        }
        self.put(Kind::Attachment, &id, native, is_upload.then_some(ExpectedBytes { len }));
    }

    /// A section with the tasks in it, in their order; those of other projects by the ids of their places.
    pub(super) fn section(&mut self, section: Value, items: &[String]) {
        let mut section = object(section);
        section.insert("items".to_owned(), json!(items));
        self.add(Kind::Section, section);
    }

    /// Notes that a part of the project is missing.
    pub(super) fn miss(&mut self, what: String, why: String) {
        let key = Some(RecordKey::new(self.project.clone(), Kind::Container, self.project.clone()));
        self.missing.push(Missing { key, what, why });
    }

    /// Notes that something that was looked for is there and refused.
    pub(super) fn hide(&mut self, kind: Kind, id: &NativeId, why: String) {
        let key = RecordKey::new(self.project.clone(), kind, id.clone());
        let noun = if kind == Kind::Container { "project" } else { "task" };
        self.missing.push(Missing { key: Some(key.clone()), what: format!("{noun} {id}, which is there"), why });
        self.hidden.push(key);
    }

    /// Notes that something about a section is missing.
    pub(super) fn miss_in_section(&mut self, what: &str, section: &Value, why: String) {
        let key = Some(RecordKey::new(self.project.clone(), Kind::Section, gid(section)));
        self.missing.push(Missing { key, what: format!("{what} section \"{}\"", text(section, "name")), why });
    }

    /// A record as it stands in an answer.
    pub(super) fn add(&mut self, kind: Kind, native: Map<String, Value>) {
        let id = native.get("gid").and_then(Value::as_str).unwrap_or_default().to_owned();
        self.put(kind, &id, native, None);
    }

    /// A record that the last backup has and that has not changed since.
    pub(super) fn unchanged(&mut self, record: Record) {
        let bytes = (record.blob != Blob::None)
            .then(|| ExpectedBytes { len: record.native.get("size").and_then(Value::as_u64) });
        if self.seen.insert(record.key.clone()) {
            self.found.push((record, bytes));
        }
    }

    /// How many records of a kind there are so far.
    pub(super) fn count(&self, kind: Kind) -> u64 {
        self.found.iter().filter(|(record, _)| record.key.kind == kind).count() as u64
    }

    fn put(&mut self, kind: Kind, id: &str, native: Map<String, Value>, bytes: Option<ExpectedBytes>) {
        if id.is_empty() {
            let what = format!("a {kind} named `{}`", text(&Value::Object(native), "name"));
            self.miss(what, "it came without an id".to_owned());
            return;
        }
        let key = RecordKey::new(self.project.clone(), kind, id);
        // Pages overlap when something is added between two of them.
        if self.seen.insert(key.clone()) {
            self.found.push((Record { key, native: Value::Object(native), blob: Blob::None }, bytes));
        }
    }
}

/// The id of what a project shows and another one or the workspace has: the place of a task, the use of a custom field.
pub(in super::super) fn shown_id(project: &str, gid: &str) -> String {
    format!("{project}:{gid}")
}

/// The gid of what stands in a project's orders under this id: its own, or that of what the project only shows.
pub(in super::super) fn shown_gid(id: &str) -> &str {
    id.split_once(':').map_or(id, |(_, gid)| gid)
}

/// Whether a story is what a person wrote, and not what Asana noted down.
pub(super) fn is_comment(story: &Value) -> bool {
    text(story, "type") == "comment" || text(story, "resource_subtype") == "comment_added"
}

/// Whether nobody but Asana sets the values of a custom field.
pub(in super::super) fn is_computed(field: &Value) -> bool {
    is(field, "is_formula_field") || matches!(text(field, "representation_type"), "formula" | "custom_id")
}

/// Whether a custom field is one that Asana computes and that the workspace has.
fn is_used(field: &Value) -> bool {
    is_computed(field) && is(field, "is_global_to_workspace") && !gid(field).is_empty()
}

/// Takes the values out of a task or project that somebody sets; the others that say something stay in it.
fn take_values(owner: &mut Map<String, Value>) -> Vec<Value> {
    let values = take_list(owner, "custom_fields");
    let (computed, values): (Vec<_>, Vec<_>) =
        values.into_iter().partition(|value| is_computed(value) || is(value, "is_value_read_only"));
    let computed: Vec<Value> = computed.into_iter().filter(|value| !value["display_value"].is_null()).collect();
    if !computed.is_empty() {
        owner.insert("custom_fields".to_owned(), computed.into());
    }
    values
}

fn with(value: Value, key: &str, id: &str) -> Map<String, Value> {
    let mut object = object(value);
    object.insert(key.to_owned(), json!(id));
    object
}

#[cfg(test)]
#[path = "split_tests.rs"]
mod tests;

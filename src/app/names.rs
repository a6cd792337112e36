//! The names that stand for ids, and values as people read them.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;

use serde_json::Value;

use super::rich_text;
use super::snapshots::Opened;
use crate::model::dialect::Dialect;
use crate::model::spec::{Field, Role};
use crate::model::told::Told;
use crate::model::{Kind, NativeId, Record, RecordKey, lineage, ops};

/// What records of one container may point to outside of it: people, teams, other containers and what is in them.
pub struct Outside<'a> {
    opened: &'a Opened,
    /// Read when the first of them is asked for.
    people: OnceCell<BTreeMap<NativeId, String>>,
    workspaces: BTreeMap<NativeId, String>,
    /// What was looked up already; most of it is asked for many times.
    found: RefCell<BTreeMap<RecordKey, Option<String>>>,
}

impl<'a> Outside<'a> {
    /// All of a snapshot. What of it cannot be read has no names: that is no reason to show nothing.
    pub fn of(opened: &'a Opened) -> Self {
        let workspaces = opened.workspaces().collect();
        Self { opened, people: OnceCell::new(), workspaces, found: RefCell::default() }
    }

    fn person(&self, id: &NativeId) -> Option<String> {
        self.people.get_or_init(|| self.everybody()).get(id).cloned()
    }

    fn everybody(&self) -> BTreeMap<NativeId, String> {
        let kinds = [Kind::Account, Kind::GroupMember, Kind::WorkspaceMember];
        let places = self.opened.places().unwrap_or_default();
        let records = places.iter().flat_map(|place| {
            kinds.into_iter().flat_map(|kind| self.opened.reader.container_kind(place, kind).flatten())
        });
        let named = |record: Record| {
            let spec = self.opened.dialect.spec(record.key.kind)?;
            let name = lineage::title(spec, &record)?.to_owned();
            Some((record.key.id, name))
        };
        records.filter_map(named).collect()
    }

    /// The name of a record, or its kind and id where it has none.
    pub(super) fn name(&self, key: &RecordKey) -> Option<String> {
        if key.kind == Kind::Workspace
            && let Some(name) = self.workspaces.get(&key.id)
        {
            return Some(name.clone());
        }
        if let Some(known) = self.found.borrow().get(key) {
            return known.clone();
        }
        let record = self.opened.reader.get(key).ok().flatten();
        let name = record.map(|record| self.way(&record));
        self.found.borrow_mut().insert(key.clone(), name.clone());
        name
    }

    /// The name of a record. A folder in a folder is called by the way down to it: several may have one name.
    fn way(&self, record: &Record) -> String {
        let Opened { reader, dialect, .. } = self.opened;
        let own = |record: &Record| lineage::name(*dialect, record, |_| None);
        let kind = record.key.kind;
        let above = if kind.stands_alone() {
            crate::snapshot::lineage::ancestors(reader, *dialect, record).unwrap_or_default()
        } else {
            Vec::new()
        };
        let mut way: Vec<String> = above.iter().take_while(|above| above.key.kind == kind).map(own).collect();
        way.reverse();
        way.push(own(record));
        way.join(" / ")
    }
}

/// The names in the records of a container, and beyond.
pub struct Names<'a> {
    dialect: &'a dyn Dialect,
    titles: BTreeMap<(Kind, NativeId), String>,
    people: BTreeMap<NativeId, String>,
    outside: &'a [Outside<'a>],
}

impl<'a> Names<'a> {
    /// Collects the names that `records` give to ids; for others `outside` is asked, one after the other.
    pub fn of(dialect: &'a dyn Dialect, records: &[Record], outside: &'a [Outside<'a>]) -> Self {
        let mut names = Self { dialect, titles: BTreeMap::new(), people: BTreeMap::new(), outside };
        for record in records {
            let Some(spec) = dialect.spec(record.key.kind) else { continue };
            let Some(title) = lineage::title(spec, record) else { continue };
            let title = title.to_owned();
            if matches!(record.key.kind, Kind::Member | Kind::WorkspaceMember | Kind::GroupMember) {
                names.people.insert(record.key.id.clone(), title.clone());
            }
            names.titles.insert((record.key.kind, record.key.id.clone()), title);
        }
        names
    }

    /// What people know a record by.
    pub fn title(&self, record: &Record) -> String {
        lineage::name(self.dialect, record, |key| {
            let known = self.titles.get(&(key.kind, key.id.clone())).cloned();
            known.or_else(|| self.outside.iter().find_map(|outside| outside.name(key)))
        })
    }

    /// The name of the record of `kind` with this id that is near a record.
    pub fn of_kind(&self, kind: Kind, id: &str) -> Option<&str> {
        self.titles.get(&(kind, id.into())).map(String::as_str)
    }

    /// What a field of a record says, or nothing when it says nothing.
    pub fn said(&self, field: &Field, record: &Record) -> Option<String> {
        let value = ops::get(&record.native, field.path)?;
        Some(self.text(field, value, record)).filter(|text| !text.is_empty())
    }

    /// A value of a field of a record as text: names instead of ids where they are known.
    pub fn text(&self, field: &Field, value: &Value, record: &Record) -> String {
        text(self.dialect, field, value, &|id| self.name(field, id, record))
    }

    /// What the id in a field of a record is called.
    pub(super) fn name(&self, field: &Field, id: &str, record: &Record) -> Option<String> {
        let kind = match field.role {
            Role::Reference(kind) | Role::References(kind) => kind,
            Role::Sequence(_) => field.kind_in_sequence(id)?,
            Role::Person | Role::Persons => return self.person(id),
            Role::Writable | Role::CreateOnly | Role::ReadOnly(_) => {
                return match field.told {
                    Told::People => self.person(id),
                    Told::Places => self.place(id),
                    Told::Naming(kind) => self.of_kind(kind, id).map(ToOwned::to_owned),
                    _ => None,
                };
            }
        };
        if let Some(title) = self.titles.get(&(kind, id.into())) {
            return Some(title.clone());
        }
        let near = lineage::pointed_to(&record.key, kind, id);
        // A record that names another container means what is in it.
        let others = field.anywhere.then(|| self.containers(record)).into_iter().flatten();
        let keys = std::iter::once(near).chain(others.map(|container| RecordKey::new(container, kind, id)));
        keys.into_iter().find_map(|key| self.outside.iter().find_map(|outside| outside.name(&key)))
    }

    /// A container or workspace.
    fn place(&self, id: &str) -> Option<String> {
        let keys = [Kind::Container, Kind::Workspace].map(|kind| RecordKey::new(id, kind, id));
        keys.iter().find_map(|key| self.outside.iter().find_map(|outside| outside.name(key)))
    }

    fn person(&self, id: &str) -> Option<String> {
        let id = NativeId::from(id);
        let beyond = || self.outside.iter().find_map(|outside| outside.person(&id));
        self.people.get(&id).cloned().or_else(beyond)
    }

    /// The containers that a record refers to.
    fn containers<'r>(&self, record: &'r Record) -> impl Iterator<Item = &'r str> {
        let fields = self.dialect.spec(record.key.kind).map_or(&[][..], |spec| spec.fields);
        let leads = fields.iter().filter(|field| field.role == Role::Reference(Kind::Container));
        leads.filter_map(|field| ops::get_text(&record.native, field.path))
    }
}

/// A value of a field as text, with what `name` calls its ids.
pub fn text(
    dialect: &dyn Dialect,
    field: &Field,
    value: &Value,
    name: &dyn Fn(&str) -> Option<String>,
) -> String {
    let inner = |value: &Value| text(dialect, field, value, name);
    match value {
        Value::Null => String::new(),
        Value::Bool(set) => if *set { "yes" } else { "no" }.to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) if field.told == Told::Rich => rich_text::plain(text),
        Value::String(text) if matches!(field.told, Told::Naming(_)) => {
            dialect.retold(text, name).unwrap_or_else(|| text.clone())
        }
        Value::String(text) if matches!(field.told, Told::Word | Told::Look | Told::Outcome) => {
            dialect.word(text)
        }
        Value::String(text) => name(text).unwrap_or_else(|| text.clone()),
        Value::Array(values) => joined(values.iter().map(inner)),
        Value::Object(fields) => dialect.in_words(value).unwrap_or_else(|| {
            let told: Vec<String> = fields.values().map(inner).collect();
            let goes_on =
                |other: &String, day: &str| other.strip_prefix(day).is_some_and(|rest| rest.starts_with('T'));
            // Of a day and the moment on it, the moment says both.
            let is_said = |text: &&String| !told.iter().any(|other| goes_on(other, text));
            joined(told.iter().filter(is_said).cloned())
        }),
    }
}

/// Two values of a field side by side: beside a switch that is on, one of which nothing is said is off.
pub fn sides(from: Option<&Value>, to: Option<&Value>) -> [Value; 2] {
    let is_switch = [from, to].into_iter().flatten().any(Value::is_boolean);
    [from, to].map(|value| match value {
        None | Some(Value::Null) if is_switch => Value::Bool(false),
        value => value.cloned().unwrap_or_default(),
    })
}

fn joined(texts: impl Iterator<Item = String>) -> String {
    texts.filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::Blob;
    use crate::platforms;

    fn text(platform: &str, kind: Kind, path: &str, native: Value) -> String {
        let dialect = platforms::find(platform).unwrap().dialect;
        let field = dialect.spec(kind).unwrap().fields.iter().find(|field| field.path == path).unwrap();
        let record = Record { key: RecordKey::new("c", kind, "r"), native, blob: Blob::None };
        let person = json!({"user": {"name": "Ada"}});
        let person =
            Record { key: RecordKey::new("c", Kind::WorkspaceMember, "p"), native: person, blob: Blob::None };
        Names::of(dialect, &[person], &[]).said(field, &record).unwrap_or_default()
    }

    #[test]
    fn of_a_day_and_the_moment_on_it_the_moment_is_told() {
        let value = json!({"date_value": {"date": "2026-12-02", "date_time": "2026-12-02T09:00:00.000Z"}});
        assert_eq!(text("asana", Kind::FieldValue, "date_value", value), "2026-12-02T09:00:00.000Z");
        let day = json!({"date_value": {"date": "2026-12-02", "date_time": null}});
        assert_eq!(text("asana", Kind::FieldValue, "date_value", day), "2026-12-02");
    }

    #[test]
    fn people_have_names_also_where_nobody_can_write_them() {
        assert_eq!(text("asana", Kind::Item, "likes", json!({"likes": ["p", "unknown"]})), "Ada, unknown");
    }

    #[test]
    fn texts_that_name_records_by_their_ids_are_told_with_their_names() {
        let said =
            text("smartsheet", Kind::FieldValue, "value", json!({"value": "rowId=7 FS -1d, rowId=8 SS"}));
        assert_eq!(said, "row 7 FS -1d, row 8 SS", "as far as they are known");
        assert_eq!(text("smartsheet", Kind::FieldValue, "value", json!({"value": "7 FS"})), "7 FS");
    }

    #[test]
    fn a_switch_of_which_nothing_is_said_is_off_beside_one_that_is_on() {
        let on = json!(true);
        assert_eq!(sides(Some(&on), None), [json!(true), json!(false)]);
        assert_eq!(sides(Some(&Value::Null), Some(&on)), [json!(false), json!(true)]);
        assert_eq!(sides(None, Some(&json!("x"))), [Value::Null, json!("x")]);
    }

    #[test]
    fn words_of_a_platform_are_told_in_its_users_words() {
        let column = json!({"type": "TEXT_NUMBER", "tags": ["GANTT_START_DATE"]});
        assert_eq!(text("smartsheet", Kind::FieldDef, "type", column.clone()), "text or number");
        assert_eq!(text("smartsheet", Kind::FieldDef, "tags", column), "gantt start date");
        let approval = json!({"approval_status": "changes_requested"});
        assert_eq!(text("asana", Kind::Item, "approval_status", approval), "changes requested");
    }

    #[test]
    fn a_person_of_whom_only_the_id_is_known_is_not_called_by_that() {
        let dialect = platforms::find("smartsheet").unwrap().dialect;
        let key = RecordKey::new("c", Kind::Member, "0");
        let share = Record { key, native: json!({"accessLevel": "ADMIN"}), blob: Blob::None };
        assert_eq!(Names::of(dialect, &[], &[]).title(&share), "a person unknown");
    }

    #[test]
    fn structures_are_told_in_the_words_of_their_platform() {
        let contact = json!({"objectValue": {"objectType": "CONTACT", "name": "Ada", "email": "ada@x.org"}});
        assert_eq!(text("smartsheet", Kind::FieldValue, "objectValue", contact), "Ada (ada@x.org)");
    }
}

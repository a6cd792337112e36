//! How records of one container lead into another one: a cell that shows a cell of another sheet.

use super::spec::{Field, KindSpec, Role};
use super::{Kind, Record, RecordKey, ops};

/// What a record says of something in another container, in fields that are written together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lead {
    /// The field that names the container.
    pub path: &'static str,
    /// All fields that name something of it, that one included, each with what it names.
    pub targets: Vec<(&'static str, RecordKey)>,
}

/// Where `record` leads, in the order of the table.
pub fn leads(spec: &'static KindSpec, record: &Record) -> Vec<Lead> {
    let names_container = |field: &&Field| field.role == Role::Reference(Kind::Container);
    let lead = |field: &'static Field| {
        let container = ops::get_text(&record.native, field.path)?;
        let target = |field: &'static Field| {
            let Role::Reference(kind) = field.role else { return None };
            Some((field.path, RecordKey::new(container, kind, ops::get_text(&record.native, field.path)?)))
        };
        let together = spec.fields.iter().filter(|other| go_together(spec, field, other));
        Some(Lead { path: field.path, targets: together.filter_map(target).collect() })
    };
    spec.fields.iter().filter(names_container).filter_map(lead).collect()
}

/// Whether `other` names something of the container that `field` names. A record that cannot be changed says all that
/// it says at once.
fn go_together(spec: &KindSpec, field: &Field, other: &Field) -> bool {
    let document = field.document();
    let is_part = !spec.verbs.update || (document.is_some() && document == other.document());
    other.path == field.path || (is_part && other.anywhere)
}

/// Whether `record` leads to something that is known to be gone.
pub fn leads_nowhere(spec: &KindSpec, record: &Record) -> bool {
    marks(spec).any(|path| ops::get(&record.native, path).is_some())
}

/// The paths of the fields that tell that something leads nowhere.
pub fn marks(spec: &KindSpec) -> impl Iterator<Item = &'static str> {
    let is_mark = |field: &&Field| field.role == Role::ReadOnly(super::loss::LossCause::TargetGone);
    spec.fields.iter().filter(is_mark).map(|field| field.path)
}

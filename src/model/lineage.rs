//! Where a record hangs and what people call it, by the platform's tables.

use super::dialect::Dialect;
use super::spec::{IdPolicy, KindSpec, Parent, Role};
use super::{Kind, NativeId, Record, RecordKey, ops};

/// The record that `record` hangs on inside its container, or the container's own record, whether or not it is
/// there. Nothing for records that stand by themselves.
pub fn parent(spec: &KindSpec, record: &Record) -> Option<RecordKey> {
    match spec.parent {
        Parent::Root => None,
        Parent::Container => Some(home(&record.key)),
        Parent::At(places) => {
            let place =
                places.iter().find_map(|(kind, path)| Some((*kind, ops::get_text(&record.native, path)?)));
            match place {
                Some((kind, id)) => Some(pointed_to(&record.key, kind, id)),
                // The home of what stands alone is itself.
                None => (!record.key.kind.stands_alone()).then(|| home(&record.key)),
            }
        }
    }
}

/// As [`parent`], and the workspace above a container.
pub fn above(spec: &KindSpec, record: &Record) -> Option<RecordKey> {
    parent(spec, record).or_else(|| workspace(spec, record))
}

/// The workspace that a container's record refers to.
pub fn workspace(spec: &KindSpec, record: &Record) -> Option<RecordKey> {
    let field = spec.fields.iter().find(|field| field.role == Role::Reference(Kind::Workspace))?;
    Some(pointed_to(&record.key, Kind::Workspace, ops::get_text(&record.native, field.path)?))
}

/// What people know a record by; nothing when it has no name of its own. Labels often have a colour and no name,
/// and are then known by that.
pub fn title<'a>(spec: &KindSpec, record: &'a Record) -> Option<&'a str> {
    let text_at = |path: &str| ops::get_text(&record.native, path).filter(|text| !text.trim().is_empty());
    let mut instead = spec.fields.iter().map(|field| field.path);
    text_at(spec.title).or_else(|| if spec.kind == Kind::Label { instead.find_map(text_at) } else { None })
}

/// The record that lends `record` its name, for records that have none of their own: the definition of a custom
/// field for its value.
pub fn namesake(spec: &KindSpec, record: &Record) -> Option<RecordKey> {
    let field = spec.fields.iter().find(|field| field.path == spec.title)?;
    let Role::Reference(kind) = field.role else { return None };
    Some(pointed_to(&record.key, kind, ops::get_text(&record.native, field.path)?))
}

/// What a person is called of whom only the id is known, which says nothing to anybody.
const NOBODY: &str = "a person unknown";

/// The name of `record`, asking `get` for the record that lends it one; its kind and id when it has none.
pub fn name(
    dialect: &dyn Dialect,
    record: &Record,
    get: impl FnOnce(&RecordKey) -> Option<String>,
) -> String {
    let Some(spec) = dialect.spec(record.key.kind) else { return record.key.id.to_string() };
    let lent = namesake(spec, record).and_then(|key| get(&key));
    let own = || title(spec, record).map(ToOwned::to_owned);
    lent.or_else(own).unwrap_or_else(|| match spec.ids {
        IdPolicy::Person => NOBODY.to_owned(),
        _ => format!("{} {}", spec.noun, record.key.id),
    })
}

/// The record that stands for the container that `key` lies in: a workspace for its members, a group for its own.
pub fn home(key: &RecordKey) -> RecordKey {
    let kind = match key.kind {
        kind if kind.stands_alone() => kind,
        Kind::WorkspaceMember => Kind::Workspace,
        Kind::GroupMember => Kind::Group,
        _ => Kind::Container,
    };
    RecordKey::new(key.container.clone(), kind, key.container.clone())
}

/// The key of the record of `kind` with `id` that a record at `from` points to: in the same container, unless
/// it stands by itself.
pub fn pointed_to(from: &RecordKey, kind: Kind, id: &str) -> RecordKey {
    let id = NativeId::from(id);
    let container = if kind.stands_alone() { id.clone() } else { from.container.clone() };
    RecordKey::new(container, kind, id)
}

//! Finding what a path means in a snapshot.

use super::near::near;
use super::path::{ParsePathError, Segment, SelectionPath, escape};
use super::{Reader, SnapshotError, lineage};
use crate::model::dialect::Dialect;
use crate::model::spec::Role;
use crate::model::{Kind, NativeId, Record, RecordKey, ops};

/// At most this many candidates stand in an error.
const LISTED: usize = 6;

/// What a path means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// The path as typed.
    pub text: String,
    /// The workspace; nothing when the path says "in no workspace".
    pub workspace: Option<RecordKey>,
    /// The container, when the path goes that far.
    pub container: Option<RecordKey>,
    /// The containers that are selected in whole or in part: that one, or all of the workspace.
    pub containers: Vec<RecordKey>,
    /// The section, when the path goes that far.
    pub section: Option<RecordKey>,
    /// The item, when the path goes that far.
    pub item: Option<RecordKey>,
    /// The field, when one is named.
    pub field: Option<SelectedField>,
}

impl Selection {
    /// The record at the end of the path; nothing for "in no workspace".
    pub fn record(&self) -> Option<&RecordKey> {
        [&self.item, &self.section, &self.container, &self.workspace].into_iter().find_map(Option::as_ref)
    }
}

/// A field of the selected record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SelectedField {
    /// A field of the record itself, by its path in the native JSON.
    Native(String),
    /// A custom field of an item: the records that hold its values there. None: it has no value there.
    Custom {
        /// The definition.
        definition: RecordKey,
        /// The values.
        values: Vec<RecordKey>,
    },
}

/// A path that leads nowhere, or to several things.
#[derive(Debug, thiserror::Error)]
pub enum SelectError {
    /// It is not a path.
    #[error(transparent)]
    Parse(#[from] ParsePathError),
    /// The snapshot cannot be read.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// Nothing has this name.
    #[error("there is no {noun} `{segment}` in {place}{}", hint(near))]
    Unknown {
        /// What was looked for.
        noun: String,
        /// The segment of the path.
        segment: String,
        /// Where.
        place: String,
        /// Names that are there and look alike, or simply are there.
        near: Vec<String>,
    },
    /// Several things have this name.
    #[error("there are several {plural} `{segment}` in {place}; write one of these instead: {}", candidates.join(", "))]
    Ambiguous {
        /// What was looked for.
        plural: String,
        /// The segment of the path.
        segment: String,
        /// Where.
        place: String,
        /// What may be typed instead, with the name behind it.
        candidates: Vec<String>,
    },
}

fn hint(near: &[String]) -> String {
    if near.is_empty() { String::new() } else { format!("; there is: {}", near.join(", ")) }
}

/// Looks a path up. Names are matched exactly; where nothing matches, without regard to upper and lower case. Where no
/// workspace has the first name, the path begins with a container, if there is only one of that name in the snapshot.
pub fn resolve(reader: &Reader, dialect: &dyn Dialect, text: &str) -> Result<Selection, SelectError> {
    let path: SelectionPath = text.parse()?;
    let finder = Finder { reader, dialect };
    let mut segments = path.segments.iter();
    let mut selection = Selection {
        text: text.to_owned(),
        workspace: None,
        container: None,
        containers: Vec::new(),
        section: None,
        item: None,
        field: None,
    };
    let Some(first) = segments.next() else { return Ok(selection) };
    let (workspaces, containers) = finder.top()?;
    let mut place = "the snapshot".to_owned();
    let mut deepest = None;
    let mut inside: Vec<Record> = Vec::new();
    if *first == Segment::Nowhere {
        let known = |key: &RecordKey| workspaces.iter().any(|workspace| workspace.key == *key);
        let outside = |record: &Record| !lineage::workspace(dialect, record).is_some_and(|key| known(&key));
        inside.extend(containers.into_iter().filter(outside));
    } else {
        let start = finder.start(first, &place, workspaces, &containers)?;
        if start.key.kind == Kind::Container {
            selection.workspace = finder.workspace_of(&start)?.map(|workspace| workspace.key);
            selection.container = Some(start.key.clone());
            selection.containers = vec![start.key.clone()];
        } else {
            let lies_there = |c: &Record| lineage::workspace(dialect, c).as_ref() == Some(&start.key);
            inside.extend(containers.into_iter().filter(lies_there));
            selection.workspace = Some(start.key.clone());
        }
        deepest = Some(start);
    }
    place = format!("`{first}`");
    let begins_with_container = selection.container.is_some();
    if !begins_with_container && let Some(segment) = segments.next() {
        let container = finder.pick(Kind::Container, segment, &place, inside)?;
        selection.container = Some(container.key.clone());
        selection.containers = vec![container.key.clone()];
        place = format!("`{first}/{segment}`");
        deepest = Some(container);
    } else if !begins_with_container {
        selection.containers = inside.into_iter().map(|container| container.key).collect();
    }
    for segment in segments {
        let Some(above) = deepest.as_ref().map(|record: &Record| record.key.clone()) else { break };
        let is_sectioned = above.kind == Kind::Container && dialect.spec(Kind::Section).is_some();
        let kind = if is_sectioned { Kind::Section } else { Kind::Item };
        let found = finder.pick(kind, segment, &place, finder.children(kind, &above)?)?;
        place = format!("`{}/{segment}`", place.trim_matches('`'));
        *(if is_sectioned { &mut selection.section } else { &mut selection.item }) = Some(found.key.clone());
        deepest = Some(found);
    }
    if let (Some(field), Some(record)) = (&path.field, &deepest) {
        selection.field = Some(finder.field(record, field)?);
    }
    Ok(selection)
}

struct Finder<'a> {
    reader: &'a Reader,
    dialect: &'a dyn Dialect,
}

impl Finder<'_> {
    /// All workspaces, and all containers.
    fn top(&self) -> Result<(Vec<Record>, Vec<Record>), SnapshotError> {
        let (mut workspaces, mut containers) = (Vec::new(), Vec::new());
        for id in self.reader.container_ids()? {
            for (kind, found) in [(Kind::Workspace, &mut workspaces), (Kind::Container, &mut containers)] {
                found.extend(self.reader.get(&RecordKey { container: id.clone(), kind, id: id.clone() })?);
            }
        }
        Ok((workspaces, containers))
    }

    /// The records of one kind that hang on `parent`.
    fn children(&self, kind: Kind, parent: &RecordKey) -> Result<Vec<Record>, SnapshotError> {
        let mut found = Vec::new();
        for record in self.reader.container_kind(&parent.container, kind) {
            let record = record?;
            if lineage::parent(self.dialect, &record).as_ref() == Some(parent) {
                found.push(record);
            }
        }
        Ok(found)
    }

    /// The workspace with which a path begins, else the container that has this name wherever it lies.
    fn start(
        &self,
        segment: &Segment,
        place: &str,
        workspaces: Vec<Record>,
        containers: &[Record],
    ) -> Result<Record, SelectError> {
        let all = workspaces.iter().chain(containers).map(|record| self.title(record)).collect();
        match self.pick(Kind::Workspace, segment, place, workspaces) {
            Err(SelectError::Unknown { .. }) => {}
            found => return found,
        }
        let (mut found, _) = self.matching(segment, containers.to_vec());
        if let [_] = found.as_slice()
            && let Some(one) = found.pop()
        {
            return Ok(one);
        }
        let ((workspace, _), (container, plural)) =
            (self.nouns(Kind::Workspace), self.nouns(Kind::Container));
        let (text, place) = (segment.to_string(), place.to_owned());
        if found.is_empty() {
            let (noun, near) = (format!("{workspace} or {container}"), near(&text, all));
            return Err(SelectError::Unknown { noun, segment: text, place, near });
        }
        let candidates = self.whole_paths(&found)?;
        Err(SelectError::Ambiguous { plural, segment: text, place, candidates })
    }

    /// The workspace in which a container lies, if the snapshot has it.
    fn workspace_of(&self, container: &Record) -> Result<Option<Record>, SnapshotError> {
        let key = lineage::workspace(self.dialect, container);
        Ok(key.map(|key| self.reader.get(&key)).transpose()?.flatten())
    }

    /// The paths of containers as they may be typed, by id where the name is not enough.
    fn whole_paths(&self, containers: &[Record]) -> Result<Vec<String>, SnapshotError> {
        let mut paths = Vec::new();
        for container in containers {
            let workspace = self.workspace_of(container)?;
            let above =
                workspace.map_or_else(|| Segment::Nowhere.to_string(), |above| escape(&self.title(&above)));
            paths.push((above, self.title(container), &container.key.id));
        }
        let is_alone = |above: &str, name: &str| {
            paths.iter().filter(|(other, namesake, _)| other == above && namesake == name).count() == 1
        };
        let path = |(above, name, id): &(String, String, &NativeId)| {
            if is_alone(above, name) {
                format!("{above}/{}", escape(name))
            } else {
                format!("{above}/id:{id} ({name})")
            }
        };
        Ok(paths.iter().take(LISTED).map(path).collect())
    }

    /// The one record that a segment means.
    fn pick(
        &self,
        kind: Kind,
        segment: &Segment,
        place: &str,
        records: Vec<Record>,
    ) -> Result<Record, SelectError> {
        let (found, others) = self.matching(segment, records);
        let several = match <[Record; 1]>::try_from(found) {
            Ok([one]) => return Ok(one),
            Err(found) => found,
        };
        let (noun, plural) = self.nouns(kind);
        let (segment, place) = (segment.to_string(), place.to_owned());
        if several.is_empty() {
            let near = near(&segment, others.iter().map(|other| self.title(other)).collect());
            return Err(SelectError::Unknown { noun, segment, place, near });
        }
        let candidate = |record: &Record| format!("id:{} ({})", record.key.id, self.title(record));
        let candidates = several.iter().take(LISTED).map(candidate).collect();
        Err(SelectError::Ambiguous { plural, segment, place, candidates })
    }

    /// The records that a segment means, and the others.
    fn matching(&self, segment: &Segment, records: Vec<Record>) -> (Vec<Record>, Vec<Record>) {
        let title = |record: &Record| self.title(record);
        match segment {
            Segment::Id(id) => records.into_iter().partition(|record| record.key.id.as_str() == id),
            Segment::Nowhere => (Vec::new(), records),
            Segment::Name(name) if records.iter().any(|record| title(record) == *name) => {
                records.into_iter().partition(|record| title(record) == *name)
            }
            Segment::Name(name) => {
                let folded = name.to_lowercase();
                records.into_iter().partition(|record| title(record).to_lowercase() == folded)
            }
        }
    }

    fn title(&self, record: &Record) -> String {
        lineage::title(self.dialect, record)
    }

    fn nouns(&self, kind: Kind) -> (String, String) {
        self.dialect.spec(kind).map_or_else(
            || (kind.to_string(), kind.to_string()),
            |s| (s.noun.to_owned(), s.plural.to_owned()),
        )
    }

    /// A field of the record's own table, else a custom field by the name of its definition.
    fn field(&self, record: &Record, name: &str) -> Result<SelectedField, SelectError> {
        let fields = self.dialect.spec(record.key.kind).map_or(&[][..], |spec| spec.fields);
        if let Some(field) = fields.iter().find(|field| field.path == name) {
            return Ok(SelectedField::Native(field.path.to_owned()));
        }
        let place = format!("`{}`", self.title(record));
        let mut names: Vec<String> = fields.iter().map(|field| field.path.to_owned()).collect();
        let mut definitions: Vec<Record> = Vec::new();
        if record.key.kind == Kind::Item {
            let all = self.reader.container_kind(&record.key.container, Kind::FieldDef);
            definitions = all.collect::<Result<_, _>>()?;
        }
        names.extend(definitions.iter().map(|definition| self.title(definition)));
        let segment = Segment::Name(name.to_owned());
        let definition = match self.pick(Kind::FieldDef, &segment, &place, definitions) {
            Err(SelectError::Unknown { segment, place, .. }) => {
                let near = near(name, names);
                return Err(SelectError::Unknown { noun: "field".to_owned(), segment, place, near });
            }
            other => other?.key,
        };
        let values = self.children(Kind::FieldValue, &record.key)?;
        let of_definition = |value: &Record| self.refers_to(value, &definition);
        let values = values.into_iter().filter(of_definition).map(|value| value.key).collect();
        Ok(SelectedField::Custom { definition, values })
    }

    /// Whether a field of `record` refers to `target`, or `record` hangs on it.
    fn refers_to(&self, record: &Record, target: &RecordKey) -> bool {
        let Some(spec) = self.dialect.spec(record.key.kind) else { return false };
        let refers = spec.fields.iter().filter(|field| field.role == Role::Reference(target.kind));
        let places = spec.parent.places().iter();
        let hangs = places.filter(|(kind, _)| *kind == target.kind).map(|(_, path)| *path);
        refers
            .map(|field| field.path)
            .chain(hangs)
            .any(|path| ops::get_text(&record.native, path) == Some(target.id.as_str()))
    }
}

#[cfg(test)]
#[path = "select_tests.rs"]
mod tests;

//! Finding what a path means in a snapshot.

use super::near::near;
use super::path::{ParsePathError, Segment, SelectionPath};
use super::{Reader, SnapshotError, lineage};
use crate::model::dialect::Dialect;
use crate::model::spec::Role;
use crate::model::{Kind, Record, RecordKey, ops};

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
    #[error("there are several {plural} `{segment}` in {place}; name one by its id: {}", candidates.join(", "))]
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

/// Looks a path up. Names are matched exactly; where nothing matches, without regard to upper and lower case.
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
    let inside: Vec<Record> = if *first == Segment::Nowhere {
        let known = |key: &RecordKey| workspaces.iter().any(|workspace| workspace.key == *key);
        let outside = |record: &Record| !lineage::workspace(dialect, record).is_some_and(|key| known(&key));
        containers.into_iter().filter(outside).collect()
    } else {
        let workspace = finder.pick(Kind::Workspace, first, &place, workspaces)?;
        let key = workspace.key.clone();
        selection.workspace = Some(key.clone());
        deepest = Some(workspace);
        containers.into_iter().filter(|c| lineage::workspace(dialect, c).as_ref() == Some(&key)).collect()
    };
    place = format!("`{first}`");
    if let Some(segment) = segments.next() {
        let container = finder.pick(Kind::Container, segment, &place, inside)?;
        selection.container = Some(container.key.clone());
        selection.containers = vec![container.key.clone()];
        place = format!("`{first}/{segment}`");
        deepest = Some(container);
    } else {
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

    /// The one record that a segment means.
    fn pick(
        &self,
        kind: Kind,
        segment: &Segment,
        place: &str,
        records: Vec<Record>,
    ) -> Result<Record, SelectError> {
        let title = |record: &Record| lineage::title(self.dialect, record);
        let (found, others): (Vec<_>, Vec<_>) = match segment {
            Segment::Id(id) => records.into_iter().partition(|record| record.key.id.as_str() == id),
            Segment::Nowhere => (Vec::new(), records),
            Segment::Name(name) if records.iter().any(|record| title(record) == *name) => {
                records.into_iter().partition(|record| title(record) == *name)
            }
            Segment::Name(name) => {
                let folded = name.to_lowercase();
                records.into_iter().partition(|record| title(record).to_lowercase() == folded)
            }
        };
        let several = match <[Record; 1]>::try_from(found) {
            Ok([one]) => return Ok(one),
            Err(found) => found,
        };
        let (noun, plural) = self.nouns(kind);
        let (segment, place) = (segment.to_string(), place.to_owned());
        if several.is_empty() {
            let near = near(&segment, others.iter().map(title).collect());
            return Err(SelectError::Unknown { noun, segment, place, near });
        }
        let candidates = several.iter().take(LISTED);
        let candidates =
            candidates.map(|record| format!("id:{} ({})", record.key.id, title(record))).collect();
        Err(SelectError::Ambiguous { plural, segment, place, candidates })
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
        let place = format!("`{}`", lineage::title(self.dialect, record));
        let mut names: Vec<String> = fields.iter().map(|field| field.path.to_owned()).collect();
        let mut definitions: Vec<Record> = Vec::new();
        if record.key.kind == Kind::Item {
            let all = self.reader.container_kind(&record.key.container, Kind::FieldDef);
            definitions = all.collect::<Result<_, _>>()?;
        }
        names.extend(definitions.iter().map(|definition| lineage::title(self.dialect, definition)));
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
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::prolly::testing::MemoryChunks;
    use serde_json::json;

    use crate::snapshot::testing::{Boards, account, reader, record, write};

    fn select(text: &str) -> Result<Selection, String> {
        let chunks = Arc::new(MemoryChunks::default());
        let manifest = write(&chunks, None, &account());
        resolve(&reader(&chunks, &manifest), &Boards, text).map_err(|error| error.to_string())
    }

    fn id(key: Option<&RecordKey>) -> Option<&str> {
        key.map(|key| key.id.as_str())
    }

    #[test]
    fn items_below_items_can_be_selected() {
        let chunks = Arc::new(MemoryChunks::default());
        let mut records = account();
        records.push(record(
            "b1",
            Kind::Item,
            "c4",
            json!({"name": "Ask Ada", "idList": "l1", "idAbove": "c1"}),
        ));
        let manifest = write(&chunks, None, &records);
        let select = |text| resolve(&reader(&chunks, &manifest), &Boards, text);
        assert_eq!(id(select("Acme/Roadmap/Doing/Fix login/Ask Ada").unwrap().record()), Some("c4"));
        assert!(select("Acme/Roadmap/Doing/Ask Ada").is_err(), "it is not on the list itself");
    }

    #[test]
    fn every_level_can_be_selected() {
        let workspace = select("Acme").unwrap();
        assert_eq!(workspace.containers.iter().map(|key| key.id.as_str()).collect::<Vec<_>>(), ["b1", "b2"]);
        for (path, deepest) in [
            ("Acme", "w1"),
            ("Acme/Roadmap", "b1"),
            ("Acme/Roadmap/Doing", "l1"),
            ("Acme/Roadmap/Done \\/ shipped", "l2"),
            ("Acme/Roadmap/Doing/Fix login", "c1"),
            ("id:w1/id:b1/id:l1/id:c2", "c2"),
            ("-/Private", "b3"),
        ] {
            let selection = select(path).unwrap();
            assert_eq!(id(selection.record()), Some(deepest), "{path}");
        }
        assert_eq!(select("-").unwrap().containers.len(), 1);
    }

    #[test]
    fn case_matters_only_where_it_decides() {
        assert_eq!(id(select("acme/ROADMAP/doing").unwrap().record()), Some("l1"));
        assert_eq!(id(select("Acme/Roadmap 2").unwrap().record()), Some("b2"));
    }

    #[test]
    fn fields_are_found_by_path_or_by_the_name_of_a_custom_field() {
        let item = "Acme/Roadmap/Doing/Fix login";
        let due = select(&format!("{item}#due")).unwrap();
        assert_eq!(due.field, Some(SelectedField::Native("due".to_owned())));
        let Some(SelectedField::Custom { definition, values }) =
            select(&format!("{item}#priority")).unwrap().field
        else {
            panic!("Priority is a custom field");
        };
        assert_eq!((definition.id.as_str(), values.len()), ("f1", 1));
        let error = select(&format!("{item}#duee")).unwrap_err();
        assert!(error.contains("no field `duee`") && error.ends_with("there is: due"), "{error}");
    }

    #[test]
    fn an_unknown_name_is_named_with_what_is_near() {
        let error = select("Acme/Raodmap").unwrap_err();
        assert!(error.contains("no board `Raodmap` in `Acme`") && error.contains("Roadmap"), "{error}");
        assert!(select("Nobody").unwrap_err().contains("there is: Acme"));
    }

    #[test]
    fn an_ambiguous_name_lists_ids() {
        let error = select("Acme/Roadmap/Doing/Write docs").unwrap_err();
        assert!(error.contains("id:c2 (Write docs)") && error.contains("id:c3"), "{error}");
    }
}

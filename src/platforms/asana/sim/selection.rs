//! `opt_fields`: which fields of a record and of the records in it are asked for.

use std::collections::BTreeMap;

use super::schema;
use super::state::{CUSTOM_FIELD, ENUM_OPTION, PROJECT, SECTION, TASK, USER};
use crate::sim::world::Kind;

/// Fields by name; below each what is asked for inside it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Selection(BTreeMap<String, Selection>);

/// What a value of a custom field has besides the fields of its definition.
const VALUE_FIELDS: &[&str] = &[
    "date_value",
    "display_value",
    "enum_value",
    "html_text_value",
    "multi_enum_values",
    "number_value",
    "people_value",
    "reference_value",
    "text_value",
];

impl Selection {
    /// The selection of dotted paths separated by commas. A path may begin with `this.` and have
    /// alternatives: `(assignee|followers).name`.
    pub(super) fn parse(paths: &str) -> Self {
        let mut selection = Self::default();
        for path in paths.split(',').map(str::trim).filter(|path| !path.is_empty()) {
            for path in alternatives(path) {
                selection.add(path.strip_prefix("this.").unwrap_or(&path));
            }
        }
        selection
    }

    fn add(&mut self, path: &str) {
        let (name, rest) = path.split_once('.').unwrap_or((path, ""));
        let below = self.0.entry(name.to_owned()).or_default();
        if !rest.is_empty() {
            below.add(rest);
        }
    }

    /// Whether nothing is asked for.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The names, each with what is asked for inside.
    pub(super) fn fields(&self) -> impl Iterator<Item = (&str, &Self)> {
        self.0.iter().map(|(name, below)| (name.as_str(), below))
    }

    /// The paths that no record of this kind has.
    pub(super) fn unknown(&self, kind: Kind) -> Vec<String> {
        let mut found = Vec::new();
        for (name, below) in self.fields() {
            let of_a_value = kind == CUSTOM_FIELD && VALUE_FIELDS.contains(&name);
            // The reference lists the fields of `next_page` among those of every record in a list.
            let of_a_page = ["offset", "path", "uri"].contains(&name);
            if !schema::of(kind).has(name) && !of_a_value && !of_a_page {
                found.push(format!("{kind}.{name}"));
            } else if let Some(inner) = schema::of(kind).target(name) {
                found.extend(below.unknown(inner));
            } else {
                found.extend(below.unknown_inside(kind, name));
            }
        }
        found
    }

    /// The unknown paths inside something that is not stored as a record of its own.
    fn unknown_inside(&self, kind: Kind, field: &str) -> Vec<String> {
        let fields = |known: &[(&str, Kind)]| {
            let mut found = Vec::new();
            for (name, below) in self.fields().filter(|(name, _)| *name != "gid") {
                match known.iter().find(|(known, _)| *known == name) {
                    Some((_, inner)) => found.extend(below.unknown(inner)),
                    None => found.push(format!("{kind}.{field}.{name}")),
                }
            }
            found
        };
        match field {
            "memberships" => fields(&[("project", PROJECT), ("section", SECTION)]),
            "likes" | "hearts" => fields(&[("user", USER)]),
            "dependencies" | "dependents" => self.unknown(TASK),
            "custom_fields" => self.unknown(CUSTOM_FIELD),
            "enum_options" | "enum_value" | "multi_enum_values" => self.unknown(ENUM_OPTION),
            _ => Vec::new(),
        }
    }
}

/// The paths that a path with alternatives stands for.
fn alternatives(path: &str) -> Vec<String> {
    let parts = path.split_once('(').and_then(|(start, rest)| Some((start, rest.split_once(')')?)));
    let Some((start, (choices, end))) = parts else { return vec![path.to_owned()] };
    choices.split('|').flat_map(|choice| alternatives(&format!("{start}{choice}{end}"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_may_begin_with_this_and_have_alternatives() {
        let plain = Selection::parse("assignee.name,followers.name,name");
        assert_eq!(Selection::parse("this.(assignee|followers).name, this.name"), plain);
    }

    #[test]
    fn paths_that_no_record_has_are_known() {
        let selection = Selection::parse(
            "nme,assignee.name,assignee.nick,memberships.section.name,memberships.colour,\
             custom_fields.enum_value.name,custom_fields.value",
        );
        assert_eq!(
            selection.unknown(TASK),
            ["user.nick", "custom_field.value", "task.memberships.colour", "task.nme"]
        );
    }
}

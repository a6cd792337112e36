//! How fields are told to people: what they mean whatever a platform calls them, and their names in words.

use super::Kind;
use super::spec::{Field, Role};

/// What a field says to people who read, where neither its role nor its name tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// Nothing special.
    Plain,
    /// Whether the thing is finished.
    Done,
    /// How it was finished, where that says more than that it is: a word of the platform's own.
    Outcome,
    /// When it is to be finished: a day, or a moment.
    Due,
    /// Who is to do it.
    Assignee,
    /// Whether it is put away: archived, closed.
    Archived,
    /// A text in HTML.
    Rich,
    /// Ids of persons, in a field that nobody can write.
    People,
    /// Ids of containers and workspaces, in a field that nobody can write.
    Places,
    /// A text that may name records of this kind by their ids, see
    /// [`Dialect::retold`](super::dialect::Dialect::retold).
    Naming(Kind),
    /// Where it stands among its siblings, as a number: people see the order and read no numbers.
    Position,
    /// How it looks: colours, widths. Where that is a text, it is a word of the platform's own.
    Look,
    /// A word of the platform's own, see [`Dialect::word`](super::dialect::Dialect::word).
    Word,
}

/// The name of a field in words: the one that the table gives it, or else its path, in which `idMembers` is `members`
/// and `prefs.permissionLevel` is `permission level`.
pub fn label(field: &Field) -> String {
    if let Some(name) = field.name {
        return name.to_owned();
    }
    let points = field.told == Told::People
        || matches!(
            field.role,
            Role::Reference(_) | Role::References(_) | Role::Sequence(_) | Role::Person | Role::Persons
        );
    // Switches stand below a common word that says nothing; a cover's fields need theirs.
    let path = field.path.strip_prefix("prefs.").or_else(|| field.path.strip_prefix("data."));
    let mut words: Vec<String> = path.unwrap_or(field.path).split(['.', '_']).flat_map(words).collect();
    if points {
        // What is shown is the name of what the id stands for.
        words.retain(|word| word != "id" && word != "gid");
    }
    if field.told == Told::Rich {
        words.retain(|word| word != "html");
    }
    words.join(" ")
}

/// The words of a name in camel case.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for letter in name.chars() {
        if letter.is_uppercase() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.extend(letter.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_like_words() {
        for (path, role, expected) in [
            ("idMembers", Role::Persons, "members"),
            ("dueComplete", Role::Writable, "due complete"),
            ("cover.idAttachment", Role::Reference(Kind::Attachment), "cover attachment"),
            ("idShort", Role::Writable, "id short"),
            ("prefs.permissionLevel", Role::Writable, "permission level"),
            ("assignee.gid", Role::Person, "assignee"),
            ("number_value", Role::Writable, "number value"),
            ("due_on", Role::Writable, "due on"),
        ] {
            assert_eq!(label(&Field::new(path, role)), expected, "{path}");
        }
        assert_eq!(label(&Field::new("html_notes", Role::Writable).told(Told::Rich)), "notes");
        assert_eq!(label(&Field::new("publish.icalEnabled", Role::Writable).called("calendar")), "calendar");
    }
}

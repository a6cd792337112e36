//! Names of fields for people: `idMembers` is `members`, `prefs.permissionLevel` is `permission level`.

use crate::model::Kind;
use crate::model::dialect::Dialect;
use crate::model::spec::{Field, Role};

/// Names the fields of a platform's records.
#[derive(Clone, Copy)]
pub(super) struct Labels {
    dialect: &'static dyn Dialect,
}

impl Labels {
    /// The names of this platform's fields.
    pub(super) fn of(dialect: &'static dyn Dialect) -> Self {
        Self { dialect }
    }

    /// The name of a field of a kind.
    pub(super) fn of_field(&self, kind: Kind, path: &str) -> String {
        let field = self.field(kind, path);
        let points = field.is_some_and(|field| {
            matches!(
                field.role,
                Role::Reference(_) | Role::References(_) | Role::Sequence(_) | Role::Person | Role::Persons
            )
        });
        // Switches stand below a common word that says nothing; a cover's fields need theirs.
        let path = path.strip_prefix("prefs.").or_else(|| path.strip_prefix("data.")).unwrap_or(path);
        let mut words: Vec<String> = path.split('.').flat_map(words).collect();
        if points {
            // What is shown is the name of what the id stands for.
            words.retain(|word| word != "id");
        }
        words.join(" ")
    }

    /// Whether a value says something: positions, switches that are off and what every new record has do not.
    pub(super) fn is_telling(&self, kind: Kind, path: &str, text: &str) -> bool {
        let usual = self.field(kind, path).and_then(|field| field.initial);
        path != "pos" && path != "closed" && text != "no" && usual != Some(text)
    }

    fn field(&self, kind: Kind, path: &str) -> Option<&'static Field> {
        self.dialect.spec(kind)?.fields.iter().find(|field| field.path == path)
    }

    /// The fields of a kind in the order of its table.
    pub(super) fn fields(&self, kind: Kind) -> impl Iterator<Item = &'static str> {
        self.dialect.spec(kind).into_iter().flat_map(|spec| spec.fields.iter().map(|field| field.path))
    }
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
    use crate::platforms;

    #[test]
    fn what_every_card_has_is_not_told() {
        let labels = Labels::of(platforms::find("trello").unwrap().dialect);
        assert!(labels.is_telling(Kind::Item, "cover.size", "full"));
        for (path, text) in
            [("cover.size", "normal"), ("pos", "16384"), ("subscribed", "no"), ("closed", "yes")]
        {
            assert!(!labels.is_telling(Kind::Item, path, text), "{path}");
        }
    }

    #[test]
    fn names_read_like_words() {
        let labels = Labels::of(platforms::find("trello").unwrap().dialect);
        assert_eq!(labels.of_field(Kind::Item, "idMembers"), "members");
        assert_eq!(labels.of_field(Kind::Item, "dueComplete"), "due complete");
        assert_eq!(labels.of_field(Kind::Item, "cover.idAttachment"), "cover attachment");
        assert_eq!(labels.of_field(Kind::Item, "idShort"), "id short");
        assert_eq!(labels.of_field(Kind::Container, "prefs.permissionLevel"), "permission level");
    }
}

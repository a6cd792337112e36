//! A write as it is described to a platform that is asked what it takes.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Kind;
use super::grants::Verb;
use super::ops;

/// One write of a plan.
#[derive(Debug, Clone)]
pub struct Writing<'a> {
    /// What is done.
    pub verb: Verb,
    /// To what.
    pub kind: Kind,
    /// The fields that are written: path, live value, wanted value.
    pub fields: Vec<(&'a str, Option<&'a Value>, &'a Value)>,
}

impl Writing<'_> {
    /// The wanted value of a field, if it is written.
    pub fn value(&self, path: &str) -> Option<&Value> {
        self.field(path).map(|(_, wanted)| wanted)
    }

    /// Whether one of these fields is written.
    pub fn names(&self, paths: &[&str]) -> bool {
        paths.iter().any(|path| self.field(path).is_some())
    }

    /// Whether something else than these fields is written.
    pub fn names_others(&self, paths: &[&str]) -> bool {
        self.fields.iter().any(|(path, ..)| !paths.contains(path))
    }

    /// How many things have to be moved for the order in a field, where what is made anew stands at the end.
    pub fn moves(&self, path: &str) -> u64 {
        let Some((live, wanted)) = self.field(path) else { return 0 };
        let wanted: Vec<&str> = ops::ids(Some(wanted)).collect();
        let mut there: Vec<&str> = ops::ids(live).collect();
        let old: BTreeSet<&str> = there.iter().copied().collect();
        there.extend(wanted.iter().filter(|id| !old.contains(**id)));
        ops::moves(&there, &wanted).len() as u64
    }

    /// How many ids come into the set in a field, and how many leave it.
    pub fn difference(&self, path: &str) -> (u64, u64) {
        let Some((live, wanted)) = self.field(path) else { return (0, 0) };
        let (there, wanted): (BTreeSet<&str>, BTreeSet<&str>) =
            (ops::ids(live).collect(), ops::ids(Some(wanted)).collect());
        (wanted.difference(&there).count() as u64, there.difference(&wanted).count() as u64)
    }

    fn field(&self, path: &str) -> Option<(Option<&Value>, &Value)> {
        let field = self.fields.iter().find(|(name, ..)| *name == path);
        field.map(|(_, live, wanted)| (*live, *wanted))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_new_counts_as_a_move_where_it_does_not_come_last() {
        let (live, wanted) = (json!(["a", "b"]), json!(["new", "a", "b"]));
        let order = |wanted| Writing {
            verb: Verb::Update,
            kind: Kind::Section,
            fields: vec![("items", Some(&live), wanted)],
        };
        assert_eq!(order(&wanted).moves("items"), 1);
        assert_eq!(order(&json!(["a", "b", "new"])).moves("items"), 0);
    }

    #[test]
    fn a_set_tells_what_comes_and_what_goes() {
        let (live, wanted) = (json!(["a", "b"]), json!(["b", "c", "d"]));
        let set =
            Writing { verb: Verb::Update, kind: Kind::Item, fields: vec![("tags", Some(&live), &wanted)] };
        assert_eq!((set.difference("tags"), set.difference("followers")), ((2, 1), (0, 0)));
    }
}

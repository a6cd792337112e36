//! What the account may do, known before anything is tried.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Kind, NativeId};

/// What one would do to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verb {
    /// Make a new one.
    Create,
    /// Change it.
    Update,
    /// Remove it.
    Delete,
}

/// Whether the account may.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grant {
    /// Yes.
    Allowed,
    /// No, for this reason, which says what would help.
    Denied(String),
    /// The platform does not tell; it is tried.
    Unknown,
}

/// The rights of one account, per container (board or workspace) and kind.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Grants {
    /// Rights that hold wherever no more specific entry exists (creating a workspace).
    pub account: Vec<Rule>,
    /// Rights inside a container or workspace, by its live id.
    pub containers: BTreeMap<NativeId, Vec<Rule>>,
    /// The account's own workspace, which takes containers that may not be made in theirs; nothing where the
    /// platform has none.
    pub refuge: Option<NativeId>,
    /// The containers, by live id, in which the account may neither lock nor unlock anything nor change what is locked,
    /// each with who may ("needs an admin").
    pub locks: BTreeMap<NativeId, String>,
}

/// One line of the rights table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// What it is about; `None` stands for every kind.
    pub kind: Option<Kind>,
    /// What one would do; `None` stands for every verb.
    pub verb: Option<Verb>,
    /// The answer.
    pub grant: Grant,
}

impl Grants {
    /// The answer for `verb` on a `kind` in `container`: the first rule that fits, the container's before the
    /// account's. Without a rule it is unknown.
    pub fn get(&self, container: Option<&NativeId>, kind: Kind, verb: Verb) -> Grant {
        let own = container.and_then(|id| self.containers.get(id)).map(Vec::as_slice).unwrap_or_default();
        own.iter()
            .chain(&self.account)
            .find(|rule| rule.kind.is_none_or(|k| k == kind) && rule.verb.is_none_or(|v| v == verb))
            .map_or(Grant::Unknown, |rule| rule.grant.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_rule_that_fits_answers_and_silence_is_unknown() {
        let denied = Grant::Denied("observer".into());
        let grants = Grants {
            account: vec![Rule { kind: Some(Kind::Workspace), verb: None, grant: Grant::Allowed }],
            containers: BTreeMap::from([(
                NativeId::from("b1"),
                vec![Rule { kind: None, verb: Some(Verb::Update), grant: denied.clone() }],
            )]),
            ..Grants::default()
        };
        assert_eq!(grants.get(Some(&"b1".into()), Kind::Item, Verb::Update), denied);
        assert_eq!(grants.get(Some(&"b1".into()), Kind::Item, Verb::Create), Grant::Unknown);
        assert_eq!(grants.get(None, Kind::Workspace, Verb::Create), Grant::Allowed);
    }
}

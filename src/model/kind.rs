//! The kinds of things that the platforms have in common, in an order that is safe for creating them.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $rank:literal, $label:literal;)*) => {
        /// What a record is. The rank is part of the stored key: never renumber, only add.
        ///
        /// Ranks order parents and referenced things before what needs them.
        /// Documents say the name, binary formats the rank.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Kind { $($(#[$doc])* $name = $rank,)* }

        impl Kind {
            /// All kinds in rank order.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The kind with this rank, if there is one.
            pub fn from_rank(rank: u8) -> Option<Self> {
                match rank { $($rank => Some(Self::$name),)* _ => None }
            }

            /// The kind's name as it stands in JSON documents.
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $label,)* }
            }
        }
    };
}

kinds! {
    /// The account that the connection belongs to; inventory only.
    Account = 5, "account";
    /// A workspace, organisation or group that holds containers.
    Workspace = 10, "workspace";
    /// A person's membership of a workspace.
    WorkspaceMember = 20, "workspace-member";
    /// A board, project or sheet: the unit that is read, compared and restored as a whole.
    Container = 30, "container";
    /// A person's membership of a container.
    Member = 40, "member";
    /// An extension that is switched on in a container; inventory only.
    Extension = 50, "extension";
    /// A label or tag.
    Label = 60, "label";
    /// The definition of a custom field or column.
    FieldDef = 70, "field-def";
    /// One choice of a list-like custom field.
    FieldOption = 80, "field-option";
    /// A list, section, group or bucket.
    Section = 90, "section";
    /// A card, task, item or row.
    Item = 100, "item";
    /// The value of a custom field on an item.
    FieldValue = 110, "field-value";
    /// A checklist on an item.
    Checklist = 120, "checklist";
    /// One line of a checklist.
    ChecklistItem = 130, "checklist-item";
    /// A file or link on an item.
    Attachment = 140, "attachment";
    /// A sticker on an item.
    Sticker = 150, "sticker";
    /// A comment on an item.
    Comment = 160, "comment";
    /// Data that an extension keeps; inventory only.
    ExtensionData = 170, "extension-data";
}

impl Kind {
    /// The position in creation order, and the byte in the stored key.
    pub fn rank(self) -> u8 {
        self as u8
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.serialize_str(self.name())
        } else {
            serializer.serialize_u8(self.rank())
        }
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let found = if deserializer.is_human_readable() {
            let name = String::deserialize(deserializer)?;
            Self::ALL.iter().copied().find(|kind| kind.name() == name)
        } else {
            Self::from_rank(u8::deserialize(deserializer)?)
        };
        found.ok_or_else(|| serde::de::Error::custom("not a kind of record"))
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_unique_ascending_and_reversible() {
        assert!(Kind::ALL.is_sorted_by(|a, b| a.rank() < b.rank()));
        for kind in Kind::ALL {
            assert_eq!(Kind::from_rank(kind.rank()), Some(*kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
            assert_eq!(bincode::serialize(kind).unwrap(), [kind.rank()]);
            assert_eq!(bincode::deserialize::<Kind>(&[kind.rank()]).unwrap(), *kind);
        }
    }
}

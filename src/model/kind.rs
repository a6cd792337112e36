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
    /// A team or group of people; it stands by itself and refers to its workspace.
    Group = 14, "group";
    /// A person's membership of a group.
    GroupMember = 16, "group-member";
    /// A person's membership of a workspace.
    WorkspaceMember = 20, "workspace-member";
    /// A folder between a workspace and its containers; it stands by itself.
    Folder = 25, "folder";
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
    /// The use that a container makes of a field that is defined outside of it, where nobody writes the definition.
    FieldUse = 82, "field-use";
    /// A field of the container itself, with its value.
    SummaryField = 85, "summary-field";
    /// A list, section, group or bucket.
    Section = 90, "section";
    /// A card, task, item or row.
    Item = 100, "item";
    /// An item of another container that is also shown in this one.
    Placement = 105, "placement";
    /// A name for a part of another container, to be used in formulas.
    ContainerLink = 107, "container-link";
    /// The value of a custom field on an item.
    FieldValue = 110, "field-value";
    /// An image that stands in a custom field of an item, or in a field of the container, in place of a value.
    Image = 115, "image";
    /// A checklist on an item.
    Checklist = 120, "checklist";
    /// One line of a checklist.
    ChecklistItem = 130, "checklist-item";
    /// A page of text that belongs to a container, and on which files may hang.
    Brief = 135, "brief";
    /// A file or link on an item.
    Attachment = 140, "attachment";
    /// A sticker on an item.
    Sticker = 150, "sticker";
    /// A conversation: its opening comment, with replies hanging on it.
    Discussion = 155, "discussion";
    /// A comment on an item.
    Comment = 160, "comment";
    /// A file or link on a comment.
    Enclosure = 165, "enclosure";
    /// Data that an extension keeps; inventory only.
    ExtensionData = 170, "extension-data";
    /// A report on how a container is doing.
    StatusUpdate = 180, "status-update";
    /// Anything else that the platform describes and offers no way to write: a report, a dashboard, a filter, a
    /// rule, a goal; inventory only.
    Inventory = 190, "inventory";
}

impl Kind {
    /// Whether a record of this kind has a container of its own, named by its own id.
    pub fn stands_alone(self) -> bool {
        matches!(self, Self::Workspace | Self::Group | Self::Folder | Self::Container)
    }

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

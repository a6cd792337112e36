//! The closed list of what a restore cannot bring back. Anything not on it must come back, or a test fails.

use serde::{Deserialize, Serialize};

use super::RecordKey;

macro_rules! causes {
    ($($name:ident, $code:literal, $text:literal;)*) => {
        /// Why something cannot be restored.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum LossCause { $(#[doc = $text] $name,)* }

        impl LossCause {
            /// Every cause.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The stable code that stands in JSON.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// One sentence for people.
            pub fn text(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

causes! {
    NativeId, "native-id", "The platform gives a restored thing a new id and a new address.";
    Reused, "reused", "What the workspace still has under this name is used as it is; only what is gone is made anew, with a new id and by the connection's account.";
    CreatedBy, "created-by", "The platform records the connection's account as creator and now as the time of creation.";
    CommentAuthor, "comment-author", "A comment is written by the connection's account; author and time stand in its first line.";
    Activity, "activity", "The activity history cannot be written.";
    SequenceNumber, "sequence-number", "The number within the board is given out by the platform.";
    Votes, "votes", "Votes of other people cannot be cast for them.";
    Reactions, "reactions", "Reactions of other people cannot be written.";
    Subscriptions, "subscriptions", "Who watches or stars a thing is each person's own setting.";
    ExtensionData, "extension-data", "What an extension stores can only be written by the extension.";
    Extension, "extension", "Extensions are switched on by hand.";
    AttachmentOrigin, "attachment-origin", "Date and uploader of an attachment become the restore's own.";
    BytesMissing, "bytes-missing", "The bytes were not backed up.";
    PersonMissing, "person-missing", "The person is no longer there or cannot be added.";
    NotChangeable, "not-changeable", "The platform sets this when the thing is created and never again.";
    NotWritable, "not-writable", "The platform offers no way to write this.";
    ForeignComment, "foreign-comment", "The text of somebody else's comment can only be changed by its author.";
    Background, "background", "An uploaded background belongs to the person who uploaded it.";
    Membership, "membership", "The account's own right on a thing it creates is given by the platform.";
    TargetGone, "target-gone", "What it points to lies elsewhere and is not there any more.";
    ProjectSheet, "project-sheet", "A sheet with dependencies cannot be made through the API; it comes back as a plain sheet, durations and predecessors as text.";
    Limit, "limit", "It is more than the platform takes: a file is too large, a text too long, or a task in too many places.";
    GivenElsewhere, "given-elsewhere", "It is the value of a field that a project has from a portfolio: a new project is in none until somebody puts it there.";
    OtherPlace, "other-place", "The account may not put it where it was: what is made anew is made in the account's own place, and what is there stays where it is.";
    Unread, "unread", "It could not be read: what in it leads to a thing that is made anew is not known and stays as it is.";
    Broken, "broken", "It leads to a thing that is made anew, and no step leads it to the new one: it breaks or stays broken until somebody sets it again.";
    Unused, "unused", "Nothing removes it, and with this nothing uses it any more: it stays until the platform lets it vanish.";
    LivesOn, "lives-on", "It stands in another place too and lives on there, beside the one that is made anew.";
    GoesAlong, "goes-along", "It was made after the backup and goes with the thing that it lies in, which is removed.";
}

/// One thing that a restore will not bring back.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Loss {
    /// Which record.
    pub key: RecordKey,
    /// Which field of it, or nothing when it is the record as a whole.
    pub field: Option<String>,
    /// Why.
    pub cause: LossCause,
    /// What the platform's users call the record; for people.
    #[serde(default)]
    pub noun: String,
    /// Where it is, down to the record itself; for people.
    #[serde(default)]
    pub path: Vec<String>,
    /// What stands in the way, where the cause does not say it; for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

impl Loss {
    /// A loss of a record, or of a field of it; what people call it is said later.
    pub fn new(key: RecordKey, field: Option<&str>, cause: LossCause) -> Self {
        let field = field.map(str::to_owned);
        Self { key, field, cause, noun: String::new(), path: Vec::new(), why: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_what_json_says() {
        for cause in LossCause::ALL {
            assert_eq!(serde_json::to_value(cause).unwrap(), cause.code());
        }
    }
}

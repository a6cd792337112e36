//! The pure half of a platform: its tables, and the few things that tables cannot say.

use std::borrow::Cow;

use serde_json::Value;

use super::limits::Limit;
use super::loss::LossCause;
use super::spec::KindSpec;
use super::writing::Writing;
use super::{Kind, Record, RecordKey};

/// A place in a text that points to a thing of the platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextLink {
    /// Byte range of the token in the text.
    pub range: std::ops::Range<usize>,
    /// The token that identifies the thing (a card's short link).
    pub token: String,
}

/// A custom field's value that does not fit into the field as it comes back.
#[derive(Debug, Clone, PartialEq)]
pub struct Plainer {
    /// The field of the value's record that is another then.
    pub path: &'static str,
    /// What it is then.
    pub value: Value,
    /// What is lost by that.
    pub cause: LossCause,
}

/// The value of a field that nobody writes: a number that the platform gives, the result of a formula.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Computed {
    /// The id of the field's definition.
    pub field: String,
    /// The field's name, where the item says it.
    pub name: Option<String>,
    /// What people see.
    pub text: String,
}

/// What the records of a kind in one place are to people, where that is not what they are everywhere else.
#[derive(Debug, PartialEq, Eq)]
pub struct Guise {
    /// Their kind.
    pub kind: Kind,
    /// The id under which they lie.
    pub place: &'static str,
    /// What people call one of them.
    pub noun: &'static str,
    /// What people call several.
    pub plural: &'static str,
}

/// What is known about a platform without asking it.
pub trait Dialect: Send + Sync {
    /// One table per kind, in rank order.
    fn kinds(&self) -> &'static [KindSpec];

    /// The table of one kind, if the platform has it.
    fn spec(&self, kind: Kind) -> Option<&'static KindSpec> {
        self.kinds().iter().find(|spec| spec.kind == kind)
    }

    /// The token by which texts link to `record`, where there is one.
    fn link_token(&self, record: &Record) -> Option<String>;

    /// The places in `text` that link to things of the platform.
    fn text_links(&self, text: &str) -> Vec<TextLink>;

    /// The places in `text`, a formula, that name records of the same container; the token is the name.
    fn names(&self, _text: &str) -> Vec<TextLink> {
        Vec::new()
    }

    /// The line that goes before a restored comment, naming its author and time, or `None` when the text
    /// already begins with such a line.
    fn attribution(&self, comment: &Record) -> Option<String>;

    /// `text` under the line that names its author and time: where the line goes in this platform's texts.
    fn attributed(&self, line: &str, text: &str) -> String {
        format!("{line}\n\n{text}")
    }

    /// What people wrote of a text, without what the platform itself fills in when it shows it (the label of a link
    /// is the name of what it leads to): texts of which the same was written are equal.
    fn written<'t>(&self, text: &'t str) -> Cow<'t, str> {
        Cow::Borrowed(text)
    }

    /// `text` as the platform takes it: links that it shows and would refuse are their labels.
    fn accepted<'t>(&self, text: &'t str) -> Cow<'t, str> {
        Cow::Borrowed(text)
    }

    /// What people see of a custom field's value, where that is not its first field.
    fn shown(&self, _value: &Record) -> Option<String> {
        None
    }

    /// What becomes of a custom field's value in the live `field`, or in one that is made anew where there is none;
    /// nothing where it stays what it is.
    fn plainer(&self, _value: &Record, _field: Option<&Record>) -> Option<Plainer> {
        None
    }

    /// Which records are called by other words than the others of their kind.
    fn guises(&self) -> &'static [Guise] {
        &[]
    }

    /// How records like the one of this key are called, where it is not as the others of their kind.
    fn guise(&self, key: &RecordKey) -> Option<&'static Guise> {
        self.guises().iter().find(|guise| guise.kind == key.kind && key.container.as_str() == guise.place)
    }

    /// What people call `record`, where its kind holds many things (an automation rule among the inventory).
    fn called(&self, _record: &Record) -> Option<String> {
        None
    }

    /// What else there is in a container, in the words of its users, that the API does not show.
    fn hidden(&self) -> &'static [&'static str] {
        &[]
    }

    /// What can change in a container without moving its version, in the words of its users: while the version stands
    /// still, only a backup that reads everything finds that.
    fn unversioned(&self) -> &'static [&'static str] {
        &[]
    }

    /// The values that an item itself holds because nobody writes them, so that no record can be one.
    fn computed(&self, _item: &Record) -> Vec<Computed> {
        Vec::new()
    }

    /// A structured value as people read it: a contact is a name and an address.
    fn in_words(&self, _value: &Value) -> Option<String> {
        None
    }

    /// A word of the platform's own as people say it.
    fn word(&self, word: &str) -> String {
        word.to_owned()
    }

    /// A text that names records by their ids as people read it, where `name` calls them; nothing for other texts.
    fn retold(&self, _text: &str, _name: &dyn Fn(&str) -> Option<String>) -> Option<String> {
        None
    }

    /// When `record` was written, as a text that sorts as time does: for kinds that people read in that order and
    /// whose ids do not tell it.
    fn written_at<'a>(&self, _record: &'a Record) -> Option<&'a str> {
        None
    }

    /// Whether the platform itself gives everybody this container: no request makes one or deletes it, and it is restored
    /// by what lies in it.
    fn comes_by_itself(&self, _container: &Record) -> bool {
        false
    }

    /// How many requests the writes of one wave take, with what has to be asked before and put in order after them, as far
    /// as that can be known beforehand.
    fn requests(&self, _wave: &[Writing<'_>]) -> u64 {
        1
    }

    /// As how many requests an upload counts towards the platform's limit.
    fn upload_counts(&self) -> u64 {
        1
    }

    /// What the platform takes no more of.
    fn limits(&self) -> &'static [Limit] {
        &[]
    }
}

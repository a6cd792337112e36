//! One field of a kind: a row of a table, and what may be said in it.

use super::COMPOSED;
use crate::model::Kind;
use crate::model::loss::LossCause;
use crate::model::told::Told;

/// One field of a kind.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "a row of the table: independent facts")]
pub struct Field {
    /// Dotted path in the native JSON: `prefs.voting`.
    pub path: &'static str,
    /// What may be done with it.
    pub role: Role,
    /// Whether it can travel with the creation or needs a step of its own afterwards.
    pub when: When,
    /// How the value is written when it is not written as it was read.
    pub codec: Codec,
    /// The text that a new record has here by itself: a creation need not write it.
    pub initial: Option<&'static str>,
    /// The part of the path before the first dot is written as one document: what a write leaves out of it
    /// falls back to what a new record has.
    pub whole: bool,
    /// No two records on the platform have the same value here, so a copy is made without it.
    pub unique: bool,
    /// The record referred to may lie in another container.
    pub anywhere: bool,
    /// Another record says the same and is what is compared: only a creation needs it here too.
    pub repeats: bool,
    /// The platform adds the account to these persons when it creates the record, and when it creates a record of one
    /// of these kinds on it: so that they are written behind that, also where there are none.
    pub joined_with: Option<&'static [Kind]>,
    /// While it is true, the record and what is held by it are locked; see
    /// [`Grants::locks`](crate::model::grants::Grants::locks).
    pub locks: bool,
    /// A reference to what holds the record, as what it hangs on does: a lock on either is one on the record.
    pub held: bool,
    /// The platform works it out from other things where these are: it is lost with a creation and never restored alone.
    pub computed: bool,
    /// The platform gives a new record a value here by itself: so a creation says it as well that there is none.
    pub given: bool,
    /// While it is false, the person whose membership the record is has left, and nothing can be given to them.
    pub presence: bool,
    /// The sibling right before which the platform puts a new record, which no update moves again. It follows from the
    /// order that the parent names, and is no property of the record.
    pub next_sibling: bool,
    /// The record referred to is the content of this one, in place of what it could have in these fields: whatever is
    /// written into one of them ends it.
    pub in_place_of: &'static [&'static str],
    /// The value stands in the record of this kind of the same container that has true at this path: a lock on that one
    /// keeps it from being written.
    pub within: Option<(Kind, &'static str)>,
    /// Records of this kind, whose ids are composed, stand in the sequence among those of its own kind.
    pub mixed_with: Option<Kind>,
    /// A place that the platform gives to every record for which nobody names one, and that no request takes away
    /// again: where the backup knows of no place at all, any is as good.
    pub assigned: bool,
    /// While it is true, the record is known to be in no place at all; else one without a place is one whose place is
    /// not known.
    pub nowhere: bool,
    /// No two records of a container have the same value here, and what is there keeps it as long as it is there: a new
    /// record gets another one where its own is taken.
    pub distinct: bool,
    /// What older backups say in this field, and how it is said now.
    pub formerly: Option<(&'static str, &'static str)>,
    /// Of what somebody wrote: not the author's alone, whoever may change what it hangs on may change it too.
    pub anybodys: bool,
    /// What it says to people who read.
    pub told: Told,
    /// What people call it, where the words of its path do not say that. Fields of one name are parts of one thing, and
    /// are told together.
    pub name: Option<&'static str>,
}

/// What a field is to a restore.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Can be set on creation and changed later.
    Writable,
    /// Can be set on creation only; a difference on an existing record is a loss.
    CreateOnly,
    /// The id of a record of this kind; null is allowed.
    Reference(Kind),
    /// A set of ids of records of this kind; order does not matter.
    References(Kind),
    /// The ids of the records of this kind that hang on this one, in the order in which people see them. Two
    /// orders are equal when those records stand alike that both sides have.
    Sequence(Kind),
    /// The id of a person on the platform; null is allowed.
    Person,
    /// A set of ids of persons.
    Persons,
    /// Cannot be written; a difference is a loss with this cause. Not part of the fingerprint.
    ReadOnly(LossCause),
}

impl Role {
    /// The kind of the records whose ids the field holds.
    pub fn refers_to(self) -> Option<Kind> {
        match self {
            Self::Reference(kind) | Self::References(kind) | Self::Sequence(kind) => Some(kind),
            Self::Writable | Self::CreateOnly | Self::Person | Self::Persons | Self::ReadOnly(_) => None,
        }
    }
}

/// When a field is written in the life of a new record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// In the request that creates the record.
    Create,
    /// In an update right after the creation, because the create call does not take it.
    After,
    /// In a last update, once everything else stands (archiving, covers).
    Last,
}

/// How a text changes on its way back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Codec {
    /// Written as it was read.
    Plain,
    /// Text in which links to restored things are rewritten.
    Links,
    /// Text that gets a header line with its author and time, then its links rewritten.
    Attributed,
    /// Text that uses records of this kind of its own container by their names; see
    /// [`Dialect::names`](crate::model::dialect::Dialect::names).
    Names(Kind),
}

impl Field {
    /// A field that is written as it was read, together with the creation.
    pub const fn new(path: &'static str, role: Role) -> Self {
        Self {
            path,
            role,
            when: When::Create,
            codec: Codec::Plain,
            initial: None,
            whole: false,
            unique: false,
            anywhere: false,
            repeats: false,
            joined_with: None,
            locks: false,
            held: false,
            computed: false,
            given: false,
            presence: false,
            next_sibling: false,
            in_place_of: &[],
            within: None,
            mixed_with: None,
            assigned: false,
            nowhere: false,
            formerly: None,
            distinct: false,
            anybodys: false,
            told: Told::Plain,
            name: None,
        }
    }

    /// The same field, written in a step of its own after the creation.
    #[must_use]
    pub const fn after(self) -> Self {
        Self { when: When::After, ..self }
    }

    /// The same field, written when everything else stands.
    #[must_use]
    pub const fn last(self) -> Self {
        Self { when: When::Last, ..self }
    }

    /// The same field with another codec.
    #[must_use]
    pub const fn codec(self, codec: Codec) -> Self {
        Self { codec, ..self }
    }

    /// The same field, which has this text on a new record by itself.
    #[must_use]
    pub const fn initially(self, text: &'static str) -> Self {
        Self { initial: Some(text), ..self }
    }

    /// The same field, as part of a document that is written as one.
    #[must_use]
    pub const fn whole(self) -> Self {
        Self { whole: true, ..self }
    }

    /// The same field, whose value no two records share.
    #[must_use]
    pub const fn unique(self) -> Self {
        Self { unique: true, ..self }
    }

    /// The same reference, which may lead into another container.
    #[must_use]
    pub const fn anywhere(self) -> Self {
        Self { anywhere: true, ..self }
    }

    /// The same field, which only repeats for a creation what another record says.
    #[must_use]
    pub const fn repeating(self) -> Self {
        Self { repeats: true, ..self }
    }

    /// The same field, to which the platform adds the account with the creation of the record and of these kinds on it.
    #[must_use]
    pub const fn joined_with(self, kinds: &'static [Kind]) -> Self {
        Self { joined_with: Some(kinds), ..self }
    }

    /// The same field, which locks the record while it is true.
    #[must_use]
    pub const fn locks(self) -> Self {
        Self { locks: true, ..self }
    }

    /// The same reference, by which the record is held.
    #[must_use]
    pub const fn held(self) -> Self {
        Self { held: true, ..self }
    }

    /// The same field, which the platform works out.
    #[must_use]
    pub const fn computed(self) -> Self {
        Self { computed: true, ..self }
    }

    /// The same field, which a new record has a value in by itself.
    #[must_use]
    pub const fn given(self) -> Self {
        Self { given: true, ..self }
    }

    /// The same field, which is false once the person has left.
    #[must_use]
    pub const fn presence(self) -> Self {
        Self { presence: true, ..self }
    }

    /// The same reference, to the sibling right before which a new record is put.
    #[must_use]
    pub const fn next_sibling(self) -> Self {
        Self { next_sibling: true, repeats: true, ..self }
    }

    /// The same reference, to what stands in place of content in these fields.
    #[must_use]
    pub const fn in_place_of(self, fields: &'static [&'static str]) -> Self {
        Self { in_place_of: fields, ..self }
    }

    /// The same field, whose value stands in the record of this kind that has true at this path.
    #[must_use]
    pub const fn within(self, kind: Kind, mark: &'static str) -> Self {
        Self { within: Some((kind, mark)), ..self }
    }

    /// The same sequence, in which records of this kind with composed ids stand as well.
    #[must_use]
    pub const fn mixed_with(self, kind: Kind) -> Self {
        Self { mixed_with: Some(kind), ..self }
    }

    /// The same field, which says this to people.
    #[must_use]
    pub const fn told(self, told: Told) -> Self {
        Self { told, ..self }
    }

    /// The same field, which people call by this name.
    #[must_use]
    pub const fn called(self, name: &'static str) -> Self {
        Self { name: Some(name), ..self }
    }

    /// The same reference, to a place that the platform chooses where nobody does.
    #[must_use]
    pub const fn assigned(self) -> Self {
        Self { assigned: true, ..self }
    }

    /// The same field, which says of a record that it is in no place.
    #[must_use]
    pub const fn nowhere(self) -> Self {
        Self { nowhere: true, ..self }
    }

    /// The same field; where older backups say `before`, they mean what is `now` said.
    #[must_use]
    pub const fn formerly(self, before: &'static str, now: &'static str) -> Self {
        Self { formerly: Some((before, now)), ..self }
    }

    /// The same field, whose value no two records of a container share.
    #[must_use]
    pub const fn distinct(self) -> Self {
        Self { distinct: true, ..self }
    }

    /// The same field, which is not its author's alone.
    #[must_use]
    pub const fn anybodys(self) -> Self {
        Self { anybodys: true, ..self }
    }

    /// The kind of the record that stands in this sequence under `id`; nothing if the field is no sequence.
    pub fn kind_in_sequence(&self, id: &str) -> Option<Kind> {
        let Role::Sequence(kind) = self.role else { return None };
        Some(self.mixed_with.filter(|_| id.contains(COMPOSED)).unwrap_or(kind))
    }

    /// The name of the document that the field must be written with, if there is one.
    pub fn document(&self) -> Option<&'static str> {
        self.path.split('.').next().filter(|_| self.whole)
    }
}

//! The types of the tables that describe a platform.
//!
//! One [`KindSpec`] per kind says what its fields mean and what the platform's API really offers. The
//! generic functions of [`super::ops`], the planner, the permission check and the fidelity table are
//! all driven by it; no code decides twice what the table already says.

mod field;

use super::Kind;
use super::loss::LossCause;
pub use field::{Codec, Field, Role, When};

/// Separates the ids that a composed id consists of.
pub const COMPOSED: char = ':';

/// What a platform's API and data look like for one kind.
#[derive(Debug)]
pub struct KindSpec {
    /// Which kind.
    pub kind: Kind,
    /// What the platform's users call it, in the singular: `card`.
    pub noun: &'static str,
    /// The plural of the noun: `cards`.
    pub plural: &'static str,
    /// Where the record hangs.
    pub parent: Parent,
    /// Path of the text that people know a record by.
    pub title: &'static str,
    /// What the API offers.
    pub verbs: Verbs,
    /// Who chooses the id.
    pub ids: IdPolicy,
    /// How writes may be grouped.
    pub batch: BatchRules,
    /// Fields that together say "this is the same thing" when ids differ. Empty: only ids tell.
    pub natural_key: &'static [&'static str],
    /// The fields that a restore cares about. Fields not named here are kept and never compared.
    pub fields: &'static [Field],
    /// What is lost whenever a record of this kind is created again.
    pub losses: &'static [LossCause],
}

impl KindSpec {
    /// Whether a record gets its place among its siblings when it is created, and no update moves it.
    pub fn is_placed_once(&self) -> bool {
        self.fields.iter().any(|field| field.next_sibling)
    }

    /// Whether nobody removes a record, and one that nothing uses any more vanishes by itself: what others use by its
    /// name, and keeps that for good.
    pub fn vanishes(&self) -> bool {
        let Verbs { update, delete, archive, .. } = self.verbs;
        !update && !delete && !archive && self.fields.iter().any(|field| field.distinct)
    }
}

/// How a record is attached to another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parent {
    /// Nothing above it (a workspace), or an optional one that is a plain reference field.
    Root,
    /// The container record itself.
    Container,
    /// A record of one of these kinds in the same container: the first whose path holds an id (a subtask hangs
    /// on its task, a task on its section). The container, when none does.
    At(&'static [(Kind, &'static str)]),
}

impl Parent {
    /// The kinds that the record may hang on, with the path of the id; none for the container itself.
    pub fn places(self) -> &'static [(Kind, &'static str)] {
        match self {
            Self::Root | Self::Container => &[],
            Self::At(places) => places,
        }
    }
}

/// The operations that the platform really has for a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "a row of the table: four independent facts")]
pub struct Verbs {
    /// Can be created.
    pub create: bool,
    /// Can be changed in place.
    pub update: bool,
    /// Can be deleted for good.
    pub delete: bool,
    /// Where deletion is not offered: a field that, set to true, puts it out of sight (`closed`).
    pub archive: bool,
}

impl Verbs {
    /// Inventory: read, shown, never written.
    pub const NONE: Self = Self { create: false, update: false, delete: false, archive: false };
    /// Create, update and delete.
    pub const ALL: Self = Self { create: true, update: true, delete: true, archive: false };
}

/// Who chooses a new record's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdPolicy {
    /// The platform; the id of a restored record is new.
    Server,
    /// The platform, for what several containers share: the same thing may be a record of each of them, under the same
    /// id (a tag of the workspace).
    Shared,
    /// It is a person's id: the same everywhere in the platform.
    Person,
    /// It is put together from the ids of what it belongs to (a value of a field on an item).
    Composed,
}

/// How many writes of a kind may travel together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchRules {
    /// At most this many records in one request.
    pub max: u32,
    /// Whether they may hang on different records (cells of several rows).
    pub across: bool,
}

impl BatchRules {
    /// One record a request.
    pub const SINGLE: Self = Self { max: 1, across: false };
}

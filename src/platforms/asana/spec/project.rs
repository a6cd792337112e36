//! Tables of a project and of what belongs to it as a whole.

use crate::model::Kind;
use crate::model::loss::LossCause;
use crate::model::spec::{BatchRules, Codec, Field, IdPolicy, KindSpec, Parent, Role, Verbs};
use crate::model::told::Told;

const READ_ONLY: Role = Role::ReadOnly(LossCause::NotWritable);

/// A project.
pub(super) const PROJECT: KindSpec = KindSpec {
    kind: Kind::Container,
    noun: "project",
    plural: "projects",
    parent: Parent::Root,
    title: "name",
    verbs: Verbs::ALL,
    ids: IdPolicy::Server,
    batch: BatchRules::SINGLE,
    natural_key: &[],
    fields: &[
        Field::new("name", Role::Writable),
        Field::new("html_notes", Role::Writable).codec(Codec::Links).initially("<body></body>").told(Told::Rich),
        Field::new("workspace.gid", Role::Reference(Kind::Workspace)),
        Field::new("team.gid", Role::Reference(Kind::Group)),
        Field::new("color", Role::Writable),
        Field::new("icon", Role::Writable).given().told(Told::Word),
        Field::new("default_view", Role::Writable).told(Told::Word),
        Field::new("due_on", Role::Writable).told(Told::Due),
        Field::new("start_on", Role::Writable),
        // Part of the creation, so that nothing private is ever to be seen by others, not even for a moment.
        Field::new("privacy_setting", Role::Writable).told(Told::Word),
        Field::new("default_access_level", Role::Writable).told(Told::Word),
        Field::new("minimum_access_level_for_customization", Role::Writable).told(Told::Word),
        Field::new("minimum_access_level_for_sharing", Role::Writable).told(Told::Word),
        Field::new("owner.gid", Role::Person).given(),
        // Followers become members, so the members with their levels come first.
        Field::new("followers", Role::Persons).last(),
        Field::new("sections", Role::Sequence(Kind::Section)),
        Field::new("custom_field_settings", Role::Sequence(Kind::FieldDef)).mixed_with(Kind::FieldUse),
        Field::new("archived", Role::Writable).last().told(Told::Archived),
        Field::new("completed", READ_ONLY).told(Told::Done),
    ],
    losses: &[LossCause::NativeId, LossCause::CreatedBy, LossCause::Activity, LossCause::Membership],
};

/// A membership of a project: a person's, whose id is the record's, or a team's.
pub(super) const MEMBER: KindSpec = KindSpec {
    kind: Kind::Member,
    noun: "project member",
    plural: "project members",
    parent: Parent::Container,
    title: "member.name",
    verbs: Verbs::ALL,
    ids: IdPolicy::Person,
    batch: BatchRules::SINGLE,
    natural_key: &[],
    fields: &[
        Field::new("access_level", Role::Writable).told(Told::Word),
        // Only a team's membership has it: the team may have got a new id.
        Field::new("team", Role::Reference(Kind::Group)),
    ],
    losses: &[],
};

/// A tag. It belongs to the workspace; each project that uses it has a record of it.
pub(super) const TAG: KindSpec = KindSpec {
    kind: Kind::Label,
    noun: "tag",
    plural: "tags",
    parent: Parent::Container,
    title: "name",
    verbs: Verbs::ALL,
    ids: IdPolicy::Shared,
    batch: BatchRules::SINGLE,
    natural_key: &["name", "color"],
    fields: &[
        Field::new("name", Role::Writable),
        Field::new("color", Role::Writable),
        Field::new("notes", Role::Writable),
    ],
    losses: &[LossCause::NativeId],
};

/// A custom field together with its setting in the project.
pub(super) const CUSTOM_FIELD: KindSpec = KindSpec {
    kind: Kind::FieldDef,
    noun: "custom field",
    plural: "custom fields",
    parent: Parent::Container,
    title: "name",
    verbs: Verbs::ALL,
    ids: IdPolicy::Shared,
    batch: BatchRules::SINGLE,
    natural_key: &["name", "resource_subtype"],
    fields: &[
        Field::new("name", Role::Writable),
        Field::new("resource_subtype", Role::CreateOnly).told(Told::Word).called("type"),
        Field::new("is_global_to_workspace", Role::CreateOnly),
        Field::new("is_important", Role::CreateOnly),
        Field::new("insert_before", Role::Reference(Kind::FieldDef)).next_sibling(),
        Field::new("description", Role::Writable),
        Field::new("precision", Role::Writable),
        Field::new("format", Role::Writable).told(Told::Word),
        Field::new("currency_code", Role::Writable),
        Field::new("custom_label", Role::Writable),
        Field::new("custom_label_position", Role::Writable).told(Told::Word),
        Field::new("has_notifications_enabled", Role::Writable),
        Field::new("options", Role::Sequence(Kind::FieldOption)),
        Field::new("privacy_setting", Role::ReadOnly(LossCause::Reused)).told(Told::Word),
        Field::new("asana_created_field", READ_ONLY),
    ],
    losses: &[LossCause::Reused],
};

/// One choice of a custom field. It can be switched off and never deleted.
pub(super) const OPTION: KindSpec = KindSpec {
    kind: Kind::FieldOption,
    noun: "option",
    plural: "options",
    parent: Parent::At(&[(Kind::FieldDef, "custom_field")]),
    title: "name",
    verbs: Verbs { create: true, update: true, delete: false, archive: false },
    ids: IdPolicy::Shared,
    batch: BatchRules::SINGLE,
    natural_key: &["name", "color"],
    fields: &[
        Field::new("name", Role::Writable),
        Field::new("color", Role::Writable),
        Field::new("enabled", Role::Writable),
    ],
    losses: &[LossCause::Reused],
};

/// A custom field of the workspace that Asana computes, in a project that has it: its definition can only be made by
/// hand, but put on a project and taken off like any other. Its id is `PROJECT:FIELD`, its name is the definition's.
pub(super) const COMPUTED_FIELD: KindSpec = KindSpec {
    kind: Kind::FieldUse,
    noun: "computed custom field",
    plural: "computed custom fields",
    parent: Parent::Container,
    title: "name",
    verbs: Verbs { create: true, update: false, delete: true, archive: false },
    ids: IdPolicy::Composed,
    batch: BatchRules::SINGLE,
    natural_key: &[],
    fields: &[
        Field::new("definition", Role::Reference(Kind::Inventory)).anywhere(),
        Field::new("is_important", Role::CreateOnly),
        Field::new("insert_before", Role::Reference(Kind::FieldDef)).next_sibling(),
    ],
    losses: &[],
};

/// A section.
pub(super) const SECTION: KindSpec = KindSpec {
    kind: Kind::Section,
    noun: "section",
    plural: "sections",
    parent: Parent::Container,
    title: "name",
    verbs: Verbs::ALL,
    ids: IdPolicy::Server,
    batch: BatchRules::SINGLE,
    natural_key: &["name"],
    fields: &[
        Field::new("name", Role::Writable),
        Field::new("items", Role::Sequence(Kind::Item)).mixed_with(Kind::Placement),
    ],
    losses: &[LossCause::NativeId, LossCause::CreatedBy],
};

/// The page of text on a project's overview.
pub(super) const BRIEF: KindSpec = KindSpec {
    kind: Kind::Brief,
    noun: "project brief",
    plural: "project briefs",
    parent: Parent::Container,
    title: "title",
    verbs: Verbs::ALL,
    ids: IdPolicy::Server,
    batch: BatchRules::SINGLE,
    natural_key: &[],
    fields: &[
        Field::new("title", Role::Writable),
        Field::new("html_text", Role::Writable).codec(Codec::Links).told(Told::Rich),
    ],
    losses: &[LossCause::NativeId, LossCause::CreatedBy],
};

/// A status update. The API creates and deletes them; it changes none.
pub(super) const STATUS_UPDATE: KindSpec = KindSpec {
    kind: Kind::StatusUpdate,
    noun: "status update",
    plural: "status updates",
    parent: Parent::Container,
    title: "title",
    verbs: Verbs { create: true, update: false, delete: true, archive: false },
    ids: IdPolicy::Server,
    batch: BatchRules::SINGLE,
    natural_key: &[],
    fields: &[
        Field::new("title", Role::CreateOnly),
        Field::new("status_type", Role::CreateOnly).told(Told::Word),
        Field::new("html_text", Role::CreateOnly).codec(Codec::Attributed).told(Told::Rich),
        Field::new("author.gid", Role::ReadOnly(LossCause::CommentAuthor)),
    ],
    losses: &[LossCause::NativeId, LossCause::CommentAuthor, LossCause::Reactions],
};

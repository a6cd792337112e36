//! Tables of a task and of everything that hangs on it.

use crate::model::Kind;
use crate::model::loss::LossCause;
use crate::model::spec::{BatchRules, Codec, Field, IdPolicy, KindSpec, Parent, Role, Verbs};
use crate::model::told::Told;

const READ_ONLY: Role = Role::ReadOnly(LossCause::NotWritable);

/// A task, or a subtask of any level.
pub(super) const TASK: KindSpec = KindSpec {
    kind: Kind::Item,
    noun: "task",
    plural: "tasks",
    parent: Parent::At(&[(Kind::Item, "parent.gid"), (Kind::Section, "section")]),
    title: "name",
    verbs: Verbs::ALL,
    ids: IdPolicy::Server,
    batch: BatchRules::SINGLE,
    natural_key: &[],
    fields: &[
        Field::new("parent.gid", Role::Reference(Kind::Item)),
        Field::new("section", Role::Reference(Kind::Section)).assigned(),
        Field::new("not_in_project", Role::Writable).nowhere(),
        Field::new("name", Role::Writable),
        Field::new("html_notes", Role::Writable).codec(Codec::Links).initially("<body></body>").told(Told::Rich),
        Field::new("resource_subtype", Role::Writable)
            .initially("default_task")
            .formerly("custom", "default_task")
            .told(Told::Word)
            .called("type"),
        Field::new("approval_status", Role::Writable).told(Told::Outcome),
        Field::new("assignee.gid", Role::Person).told(Told::Assignee),
        Field::new("completed", Role::Writable).told(Told::Done),
        Field::new("due_on", Role::Writable).told(Told::Due),
        Field::new("due_at", Role::Writable).told(Told::Due),
        Field::new("start_on", Role::Writable),
        Field::new("start_at", Role::Writable),
        Field::new("tags", Role::References(Kind::Label)),
        Field::new("subtasks", Role::Sequence(Kind::Item)),
        // Whoever creates, comments or attaches becomes a follower, so the list is set when these stand.
        Field::new("followers", Role::Persons).last().joined_with(&[Kind::Comment, Kind::Attachment]),
        Field::new("dependencies", Role::References(Kind::Item)).anywhere().last(),
        Field::new("likes", Role::ReadOnly(LossCause::Votes)).told(Told::People),
        Field::new("actual_time_minutes", READ_ONLY),
        Field::new("is_rendered_as_separator", READ_ONLY),
        // One of the project's, and its status: requests give them to a task that is there.
        Field::new("custom_type.gid", Role::Reference(Kind::Inventory)).after(),
        Field::new("custom_type_status_option.gid", Role::Reference(Kind::Inventory)).after(),
        // Only of the account's own tasks in no project: where they stand in its list.
        Field::new("assignee_section.gid", READ_ONLY),
    ],
    losses: &[LossCause::NativeId, LossCause::CreatedBy, LossCause::Activity],
};

/// A task of another project that is also shown in this one. Its id is `PROJECT:TASK`.
pub(super) const PLACEMENT: KindSpec = KindSpec {
    kind: Kind::Placement,
    noun: "task of another project",
    plural: "tasks of other projects",
    parent: Parent::At(&[(Kind::Section, "section")]),
    title: "name",
    verbs: Verbs::ALL,
    ids: IdPolicy::Composed,
    batch: BatchRules::SINGLE,
    natural_key: &[],
    fields: &[
        Field::new("item", Role::Reference(Kind::Item)).anywhere(),
        Field::new("section", Role::Reference(Kind::Section)).assigned(),
    ],
    losses: &[],
};

/// The value of a custom field on a task, or on the project itself, which has the fields of its portfolios. Its id is
/// `TASK:FIELD` or `PROJECT:FIELD`; which path holds it depends on the field's type.
pub(super) const FIELD_VALUE: KindSpec = KindSpec {
    kind: Kind::FieldValue,
    noun: "custom field value",
    plural: "custom field values",
    parent: Parent::At(&[(Kind::Item, "task")]),
    // The definition of a portfolio's field is in no backup of a project.
    title: "name",
    verbs: Verbs::ALL,
    ids: IdPolicy::Composed,
    // One request sets all values of one task; a project has at most 100 custom fields.
    batch: BatchRules { max: 100, across: false },
    natural_key: &[],
    fields: &[
        Field::new("custom_field", Role::Reference(Kind::FieldDef)).anywhere(),
        Field::new("text_value", Role::Writable),
        Field::new("number_value", Role::Writable),
        Field::new("date_value", Role::Writable),
        Field::new("enum_value.gid", Role::Reference(Kind::FieldOption)).anywhere(),
        Field::new("multi_enum_values", Role::References(Kind::FieldOption)).anywhere(),
        Field::new("people_value", Role::Persons),
        // Almost always tasks; what refers to something else is told of as lost when it has to be written.
        Field::new("reference_value", Role::References(Kind::Item)).anywhere(),
    ],
    losses: &[],
};

/// A file, or a link to one that lies elsewhere. It hangs on a task, on the brief or on the project itself.
pub(super) const ATTACHMENT: KindSpec = KindSpec {
    kind: Kind::Attachment,
    noun: "attachment",
    plural: "attachments",
    parent: Parent::At(&[(Kind::Item, "task"), (Kind::Brief, "brief")]),
    title: "name",
    verbs: Verbs { create: true, update: false, delete: true, archive: false },
    ids: IdPolicy::Server,
    batch: BatchRules::SINGLE,
    natural_key: &[],
    fields: &[
        Field::new("name", Role::CreateOnly),
        // Links only: an upload's addresses are Asana's own and expire.
        Field::new("url", Role::CreateOnly).codec(Codec::Links),
        Field::new("resource_subtype", Role::ReadOnly(LossCause::AttachmentOrigin))
            .initially("asana")
            .told(Told::Word)
            .called("kept in"),
    ],
    losses: &[LossCause::NativeId, LossCause::AttachmentOrigin],
};

/// A comment, which is a story that a person wrote.
pub(super) const COMMENT: KindSpec = KindSpec {
    kind: Kind::Comment,
    noun: "comment",
    plural: "comments",
    parent: Parent::At(&[(Kind::Item, "task")]),
    title: "text",
    verbs: Verbs::ALL,
    ids: IdPolicy::Server,
    batch: BatchRules::SINGLE,
    natural_key: &[],
    fields: &[
        Field::new("html_text", Role::Writable).codec(Codec::Attributed).told(Told::Rich),
        Field::new("is_pinned", Role::Writable).anybodys(),
        Field::new("sticker_name", Role::CreateOnly).told(Told::Word),
        Field::new("created_by.gid", Role::ReadOnly(LossCause::CommentAuthor)),
    ],
    losses: &[LossCause::NativeId, LossCause::CommentAuthor, LossCause::Reactions],
};

//! Tables of a card and of everything that hangs on it.

use crate::model::Kind;
use crate::model::loss::LossCause;
use crate::model::spec::{BatchRules, Codec, Field, IdPolicy, KindSpec, Parent, Role, Verbs};
use crate::model::told::Told;

/// A card.
pub(super) const CARD: KindSpec = KindSpec {
    kind: Kind::Item,
    noun: "card",
    plural: "cards",
    parent: Parent::At(&[(Kind::Section, "idList")]),
    title: "name",
    verbs: Verbs::ALL,
    ids: IdPolicy::Server,
    batch: BatchRules::SINGLE,
    natural_key: &[],
    fields: &[
        Field::new("idList", Role::Reference(Kind::Section)),
        Field::new("name", Role::Writable),
        Field::new("desc", Role::Writable).codec(Codec::Links),
        Field::new("pos", Role::Writable).told(Told::Position),
        Field::new("due", Role::Writable).told(Told::Due),
        Field::new("start", Role::Writable),
        Field::new("dueComplete", Role::Writable).told(Told::Done),
        Field::new("idMembers", Role::Persons).told(Told::Assignee),
        Field::new("idLabels", Role::References(Kind::Label)),
        Field::new("address", Role::Writable),
        Field::new("locationName", Role::Writable),
        Field::new("coordinates", Role::Writable),
        Field::new("cardRole", Role::CreateOnly),
        // Neither is an argument of the create call; the web client sets both by an update.
        Field::new("dueReminder", Role::Writable).after(),
        Field::new("isTemplate", Role::Writable).after(),
        // A cover shows one of the card's attachments, which come after the card.
        Field::new("cover.idAttachment", Role::Reference(Kind::Attachment)).whole().last(),
        Field::new("cover.color", Role::Writable).whole().last(),
        Field::new("cover.size", Role::Writable).whole().last().initially("normal"),
        Field::new("cover.brightness", Role::Writable).whole().last().initially("dark"),
        Field::new("closed", Role::Writable).last().told(Told::Archived),
        Field::new("cover.idUploadedBackground", Role::ReadOnly(LossCause::Background)),
        Field::new("mirrorSourceId", Role::ReadOnly(LossCause::NotWritable)),
        Field::new("idMembersVoted", Role::ReadOnly(LossCause::Votes)).told(Told::People),
        Field::new("subscribed", Role::ReadOnly(LossCause::Subscriptions)),
        Field::new("idShort", Role::ReadOnly(LossCause::SequenceNumber)),
        Field::new("shortLink", Role::ReadOnly(LossCause::NativeId)),
    ],
    losses: &[LossCause::CreatedBy, LossCause::Activity],
};

/// The value of a custom field on a card. Its id is put together from the two ids.
pub(super) const FIELD_VALUE: KindSpec = KindSpec {
    kind: Kind::FieldValue,
    noun: "custom field value",
    plural: "custom field values",
    parent: Parent::At(&[(Kind::Item, "idCard")]),
    title: "idCustomField",
    verbs: Verbs::ALL,
    ids: IdPolicy::Composed,
    // One request sets all values of one card; a board has at most 50 custom fields.
    batch: BatchRules { max: 100, across: false },
    natural_key: &[],
    fields: &[
        Field::new("idCustomField", Role::Reference(Kind::FieldDef)),
        Field::new("value", Role::Writable),
        Field::new("idValue", Role::Reference(Kind::FieldOption)),
    ],
    losses: &[],
};

/// A checklist.
pub(super) const CHECKLIST: KindSpec = KindSpec {
    kind: Kind::Checklist,
    noun: "checklist",
    plural: "checklists",
    parent: Parent::At(&[(Kind::Item, "idCard")]),
    title: "name",
    verbs: Verbs::ALL,
    ids: IdPolicy::Server,
    batch: BatchRules::SINGLE,
    natural_key: &[],
    fields: &[Field::new("name", Role::Writable), Field::new("pos", Role::Writable).told(Told::Position)],
    losses: &[LossCause::NativeId],
};

/// One line of a checklist.
pub(super) const CHECKLIST_ITEM: KindSpec = KindSpec {
    kind: Kind::ChecklistItem,
    noun: "checklist item",
    plural: "checklist items",
    parent: Parent::At(&[(Kind::Checklist, "idChecklist")]),
    title: "name",
    verbs: Verbs::ALL,
    ids: IdPolicy::Server,
    batch: BatchRules::SINGLE,
    natural_key: &[],
    fields: &[
        Field::new("name", Role::Writable).codec(Codec::Links),
        Field::new("pos", Role::Writable).told(Told::Position),
        Field::new("state", Role::Writable),
        Field::new("due", Role::Writable).told(Told::Due),
        Field::new("dueReminder", Role::Writable),
        Field::new("idMember", Role::Person).told(Told::Assignee),
    ],
    losses: &[LossCause::NativeId],
};

/// A file or a link. The reference offers no change of one.
pub(super) const ATTACHMENT: KindSpec = KindSpec {
    kind: Kind::Attachment,
    noun: "attachment",
    plural: "attachments",
    parent: Parent::At(&[(Kind::Item, "idCard")]),
    title: "name",
    verbs: Verbs { create: true, update: false, delete: true, archive: false },
    ids: IdPolicy::Server,
    batch: BatchRules::SINGLE,
    natural_key: &[],
    fields: &[
        Field::new("name", Role::CreateOnly),
        Field::new("fileName", Role::CreateOnly),
        Field::new("mimeType", Role::CreateOnly),
        // Links only: splitting moves the address of an upload to `downloadUrl`.
        Field::new("url", Role::CreateOnly).codec(Codec::Links),
    ],
    losses: &[LossCause::NativeId, LossCause::AttachmentOrigin],
};

/// A sticker.
pub(super) const STICKER: KindSpec = KindSpec {
    kind: Kind::Sticker,
    noun: "sticker",
    plural: "stickers",
    parent: Parent::At(&[(Kind::Item, "idCard")]),
    title: "image",
    verbs: Verbs::ALL,
    ids: IdPolicy::Server,
    batch: BatchRules::SINGLE,
    natural_key: &[],
    fields: &[
        Field::new("image", Role::CreateOnly),
        Field::new("top", Role::Writable),
        Field::new("left", Role::Writable),
        Field::new("zIndex", Role::Writable),
        Field::new("rotate", Role::Writable),
    ],
    losses: &[LossCause::NativeId],
};

/// A comment, which is an action of the types `commentCard` and `copyCommentCard`.
pub(super) const COMMENT: KindSpec = KindSpec {
    kind: Kind::Comment,
    noun: "comment",
    plural: "comments",
    parent: Parent::At(&[(Kind::Item, "data.card.id")]),
    title: "data.text",
    verbs: Verbs::ALL,
    ids: IdPolicy::Server,
    batch: BatchRules::SINGLE,
    natural_key: &[],
    fields: &[
        Field::new("data.text", Role::Writable).codec(Codec::Attributed),
        Field::new("idMemberCreator", Role::ReadOnly(LossCause::CommentAuthor)),
    ],
    losses: &[LossCause::NativeId, LossCause::CommentAuthor, LossCause::Reactions],
};

/// What a power-up keeps on the board or on a card.
pub(super) const POWER_UP_DATA: KindSpec = KindSpec {
    kind: Kind::ExtensionData,
    noun: "power-up data",
    plural: "power-up data",
    parent: Parent::Container,
    title: "idPlugin",
    verbs: Verbs::NONE,
    ids: IdPolicy::Server,
    batch: BatchRules::SINGLE,
    natural_key: &[],
    fields: &[Field::new("value", Role::ReadOnly(LossCause::ExtensionData))],
    losses: &[LossCause::ExtensionData],
};

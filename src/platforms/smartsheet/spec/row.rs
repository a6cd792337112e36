//! Tables of a row and of everything that hangs on it.

use crate::model::Kind;
use crate::model::loss::LossCause;
use crate::model::spec::{BatchRules, Codec, Field, IdPolicy, KindSpec, Parent, Role, Verbs};
use crate::model::told::Told;

const CREATED_AND_DELETED: Verbs = Verbs { create: true, update: false, delete: true, archive: false };

/// So many rows may be in one request, be it for new rows or for cells of rows that are there.
const BATCH: u32 = 500;

/// A part of an inbound link, which is written as one, and when the cell that it leads to is there.
const fn link(path: &'static str, role: Role) -> Field {
    Field::new(path, role).anywhere().whole().last().called("linked cell")
}

/// The format that a rule of the sheet gives: the API tells what it comes to, and neither tells nor takes the rule.
const CONDITIONAL_FORMAT: Field =
    Field::new("conditionalFormat", Role::ReadOnly(LossCause::NotWritable)).computed().told(Told::Word).called("format by rule");

/// A row. It is created with the text of its primary cell; all other cells are records of their own.
pub(super) const ROW: KindSpec = KindSpec {
    kind: Kind::Item,
    noun: "row",
    plural: "rows",
    parent: Parent::At(&[(Kind::Item, "parentId")]),
    title: "title",
    verbs: Verbs::ALL,
    ids: IdPolicy::Server,
    batch: BatchRules { max: BATCH, across: false },
    natural_key: &[],
    fields: &[
        Field::new("parentId", Role::Reference(Kind::Item)),
        // The cell is a record of its own.
        Field::new("primary", Role::CreateOnly).repeating().within(Kind::FieldDef, "primary"),
        Field::new("format", Role::Writable).told(Told::Look),
        CONDITIONAL_FORMAT,
        Field::new("rows", Role::Sequence(Kind::Item)),
        // Only a row with children can be collapsed.
        Field::new("collapsed", Role::Writable).last(),
        Field::new("locked", Role::Writable).last().locks(),
    ],
    losses: &[LossCause::NativeId, LossCause::CreatedBy, LossCause::Activity],
};

/// A cell with content or a format of its own. Its id is put together from the ids of row and column.
pub(super) const CELL: KindSpec = KindSpec {
    kind: Kind::FieldValue,
    noun: "cell",
    plural: "cells",
    parent: Parent::At(&[(Kind::Item, "rowId")]),
    title: "columnId",
    verbs: Verbs::ALL,
    ids: IdPolicy::Composed,
    batch: BatchRules { max: BATCH, across: true },
    natural_key: &[],
    fields: &[
        Field::new("columnId", Role::Reference(Kind::FieldDef)).held(),
        // Predecessors are told as texts that name rows, see `predecessors`.
        Field::new("value", Role::Writable).codec(Codec::Links).told(Told::Naming(Kind::Item)).called("value"),
        Field::new("objectValue", Role::Writable).called("value"),
        Field::new("format", Role::Writable).told(Told::Look),
        CONDITIONAL_FORMAT,
        // What a link shows and where it leads are set together or not at all.
        Field::new("hyperlink.text", Role::Writable).whole().called("text of the link"),
        Field::new("hyperlink.url", Role::Writable).codec(Codec::Links).whole().called("link"),
        Field::new("hyperlink.sheetId", Role::Reference(Kind::Container)).whole().called("link to the sheet"),
        Field::new("hyperlink.reportId", Role::Writable).whole().called("link to the report"),
        Field::new("hyperlink.sightId", Role::Writable).whole().called("link to the dashboard"),
        // These name other cells, rows and sheets, so they come when all of those are there.
        FORMULA,
        link("linkInFromCell.sheetId", Role::Reference(Kind::Container)),
        link("linkInFromCell.rowId", Role::Reference(Kind::Item)),
        link("linkInFromCell.columnId", Role::Reference(Kind::FieldDef)),
        Field::new("brokenLink", Role::ReadOnly(LossCause::TargetGone)),
        IMAGE_LINK,
        // An upload puts it there; so a plan knows what is lost when the cell gets another one.
        Field::new("image", Role::Reference(Kind::Image)).last().in_place_of(&[
            "value",
            "objectValue",
            "hyperlink.text",
            "hyperlink.url",
            "hyperlink.sheetId",
            "hyperlink.reportId",
            "hyperlink.sightId",
            "formula",
            "linkInFromCell.sheetId",
            "linkInFromCell.rowId",
            "linkInFromCell.columnId",
        ]),
    ],
    losses: &[],
};

/// A formula uses ranges of other sheets by the names of cross-sheet references.
pub(super) const FORMULA: Field =
    Field::new("formula", Role::Writable).codec(Codec::Names(Kind::ContainerLink)).last();

/// Where an image leads.
pub(super) const IMAGE_LINK: Field =
    Field::new("imageLink", Role::ReadOnly(LossCause::NotWritable)).called("link of the image");

/// An image in a cell or in a field of the summary, in place of a value.
pub(super) const IMAGE: KindSpec = KindSpec {
    kind: Kind::Image,
    noun: "image",
    plural: "images",
    parent: Parent::At(&[(Kind::Item, "rowId"), (Kind::SummaryField, "fieldId")]),
    title: "altText",
    verbs: CREATED_AND_DELETED,
    ids: IdPolicy::Server,
    batch: BatchRules::SINGLE,
    natural_key: &[],
    fields: &[
        Field::new("columnId", Role::Reference(Kind::FieldDef)).held(),
        Field::new("altText", Role::CreateOnly),
    ],
    losses: &[LossCause::NativeId],
};

/// A file or a link on a row or on the sheet.
pub(super) const ATTACHMENT: KindSpec = KindSpec {
    kind: Kind::Attachment,
    noun: "attachment",
    plural: "attachments",
    parent: Parent::At(&[(Kind::Item, "rowId")]),
    title: "name",
    verbs: CREATED_AND_DELETED,
    ids: IdPolicy::Server,
    batch: BatchRules::SINGLE,
    natural_key: &[],
    fields: &[NAME, TYPE, SUB_TYPE, MEDIA_TYPE, URL, DESCRIPTION],
    losses: &[LossCause::NativeId, LossCause::AttachmentOrigin],
};

const NAME: Field = Field::new("name", Role::CreateOnly);
const TYPE: Field = Field::new("attachmentType", Role::CreateOnly).told(Told::Word);
const SUB_TYPE: Field = Field::new("attachmentSubType", Role::CreateOnly).told(Told::Word);
const MEDIA_TYPE: Field = Field::new("mimeType", Role::CreateOnly);
/// Links only: the address of a file is made anew each time that somebody looks.
const URL: Field = Field::new("url", Role::CreateOnly).codec(Codec::Links);
const DESCRIPTION: Field = Field::new("description", Role::CreateOnly);

/// A conversation on a row or on the sheet, with the text of its opening comment.
pub(super) const DISCUSSION: KindSpec = KindSpec {
    kind: Kind::Discussion,
    noun: "discussion",
    plural: "discussions",
    parent: Parent::At(&[(Kind::Item, "rowId")]),
    title: "text",
    verbs: Verbs::ALL,
    ids: IdPolicy::Server,
    batch: BatchRules::SINGLE,
    natural_key: &[],
    fields: WORDS,
    losses: &[LossCause::NativeId, LossCause::CommentAuthor],
};

const WORDS: &[Field] = &[
    Field::new("text", Role::Writable).codec(Codec::Attributed),
    Field::new("authorId", Role::ReadOnly(LossCause::CommentAuthor)),
];

/// A reply.
pub(super) const COMMENT: KindSpec = KindSpec {
    kind: Kind::Comment,
    noun: "comment",
    plural: "comments",
    parent: Parent::At(&[(Kind::Discussion, "discussionId")]),
    title: "text",
    verbs: Verbs::ALL,
    ids: IdPolicy::Server,
    batch: BatchRules::SINGLE,
    natural_key: &[],
    fields: WORDS,
    losses: &[LossCause::NativeId, LossCause::CommentAuthor],
};

/// A file or a link on a comment, or on the opening comment of a discussion.
pub(super) const ENCLOSURE: KindSpec = KindSpec {
    kind: Kind::Enclosure,
    noun: "comment attachment",
    plural: "comment attachments",
    parent: Parent::At(&[(Kind::Comment, "commentId"), (Kind::Discussion, "discussionId")]),
    title: "name",
    verbs: CREATED_AND_DELETED,
    ids: IdPolicy::Server,
    batch: BatchRules::SINGLE,
    natural_key: &[],
    fields: &[
        Field::new("commentId", Role::Reference(Kind::Comment)),
        Field::new("discussionId", Role::Reference(Kind::Discussion)),
        NAME,
        TYPE,
        SUB_TYPE,
        MEDIA_TYPE,
        URL,
        DESCRIPTION,
    ],
    losses: &[LossCause::NativeId, LossCause::AttachmentOrigin],
};

//! Tables of a sheet and of what belongs to it as a whole.

use super::row::{FORMULA, IMAGE_LINK};
use crate::model::Kind;
use crate::model::loss::LossCause;
use crate::model::spec::{BatchRules, Codec, Field, IdPolicy, KindSpec, Parent, Role, Verbs};
use crate::model::told::Told;

/// A setting of publishing, in the words of people. Publishing is the last thing that happens to a sheet.
const fn publish(path: &'static str, name: &'static str) -> Field {
    Field::new(path, Role::Writable).last().told(Told::Word).called(name)
}

/// A sheet.
pub(super) const SHEET: KindSpec = KindSpec {
    kind: Kind::Container,
    noun: "sheet",
    plural: "sheets",
    parent: Parent::Root,
    title: "name",
    verbs: Verbs::ALL,
    ids: IdPolicy::Server,
    batch: BatchRules::SINGLE,
    natural_key: &[],
    fields: &[
        Field::new("name", Role::Writable),
        Field::new("workspace", Role::Reference(Kind::Workspace)),
        Field::new("folder", Role::Reference(Kind::Folder)),
        Field::new("columns", Role::Sequence(Kind::FieldDef)),
        Field::new("rows", Role::Sequence(Kind::Item)),
        Field::new("summaryFields", Role::Sequence(Kind::SummaryField)),
        publish("publish.readOnlyLiteEnabled", "published as read-only HTML"),
        publish("publish.readOnlyFullEnabled", "published read-only"),
        publish("publish.readOnlyFullAccessibleBy", "read-only page open to"),
        publish("publish.readOnlyFullDefaultView", "view of the read-only page"),
        publish("publish.readWriteEnabled", "published for editing"),
        publish("publish.readWriteAccessibleBy", "editable page open to"),
        publish("publish.readWriteDefaultView", "view of the editable page"),
        publish("publish.icalEnabled", "published as iCal"),
        // The connection's own view of the sheet, which it can set for itself and for nobody else.
        Field::new("userSettings.criticalPathEnabled", Role::Writable).after().called("critical path shown"),
        Field::new("userSettings.displaySummaryTasks", Role::Writable).after().called("summary tasks shown"),
        Field::new("ownerId", Role::ReadOnly(LossCause::CreatedBy)).told(Told::People),
        Field::new("favorite", Role::ReadOnly(LossCause::Subscriptions)),
        Field::new("ganttEnabled", Role::ReadOnly(LossCause::NotWritable)).called("Gantt chart"),
        Field::new("resourceManagementEnabled", Role::ReadOnly(LossCause::NotWritable)).called("resource management"),
    ],
    losses: &[LossCause::NativeId, LossCause::CreatedBy, LossCause::Activity, LossCause::Membership],
};

/// A share of a sheet with a person or a group, whose id is the record's id.
pub(super) const SHARE: KindSpec = KindSpec {
    kind: Kind::Member,
    noun: "sheet share",
    plural: "sheet shares",
    parent: Parent::Container,
    title: "name",
    verbs: Verbs::ALL,
    ids: IdPolicy::Person,
    batch: BatchRules::SINGLE,
    natural_key: &[],
    fields: &[
        Field::new("accessLevel", Role::Writable),
        Field::new("email", Role::CreateOnly),
        Field::new("groupId", Role::Reference(Kind::Group)),
        Field::new("owner", Role::ReadOnly(LossCause::CreatedBy)),
    ],
    losses: &[LossCause::CreatedBy],
};

/// What makes a sheet a project sheet. It can be changed where it is, and made only by the web application.
pub(super) const DEPENDENCIES: KindSpec = KindSpec {
    kind: Kind::Extension,
    noun: "project setting",
    plural: "project settings",
    parent: Parent::Container,
    title: "name",
    verbs: Verbs { create: false, update: true, delete: false, archive: false },
    ids: IdPolicy::Server,
    batch: BatchRules::SINGLE,
    natural_key: &["name"],
    fields: &[
        Field::new("projectSettings.workingDays", Role::Writable).told(Told::Word).called("working days"),
        Field::new("projectSettings.nonWorkingDays", Role::Writable).called("days off"),
        Field::new("projectSettings.lengthOfDay", Role::Writable).called("hours of a working day"),
        Field::new("dependenciesEnabled", Role::ReadOnly(LossCause::ProjectSheet)).called("dependencies"),
    ],
    losses: &[LossCause::ProjectSheet],
};

/// What people call the restriction of a list.
const VALIDATION: &str = "only listed values";

/// A column.
pub(super) const COLUMN: KindSpec = KindSpec {
    kind: Kind::FieldDef,
    noun: "column",
    plural: "columns",
    parent: Parent::Container,
    title: "title",
    verbs: Verbs::ALL,
    ids: IdPolicy::Server,
    batch: BatchRules { max: 100, across: false },
    // Titles are unique within a sheet.
    natural_key: &["title"],
    fields: &[
        Field::new("title", Role::Writable),
        // Of a column that only project sheets have: the type under which its content can come back.
        Field::new("type", Role::Writable).told(Told::Word),
        Field::new("primary", Role::CreateOnly),
        Field::new("systemColumnType", Role::CreateOnly).told(Told::Word).called("system column"),
        Field::new("autoNumberFormat", Role::CreateOnly),
        Field::new("symbol", Role::Writable).told(Told::Word),
        Field::new("options", Role::Writable),
        Field::new("contactOptions", Role::Writable),
        Field::new("width", Role::Writable).told(Told::Look),
        Field::new("description", Role::Writable).codec(Codec::Links),
        Field::new("format", Role::Writable).told(Told::Look),
        Field::new("hidden", Role::Writable),
        // Smartsheet wants the type of a list to be there before its restriction.
        Field::new("validation", Role::Writable).after().called(VALIDATION),
        // Formulas name other columns, so these must stand; a locked column may refuse what comes after it.
        FORMULA,
        Field::new("locked", Role::Writable).last().locks(),
        Field::new("projectType", Role::ReadOnly(LossCause::ProjectSheet)).told(Told::Word).called("type in the project"),
        Field::new("tags", Role::ReadOnly(LossCause::ProjectSheet)).told(Told::Word),
    ],
    losses: &[LossCause::NativeId],
};

/// A field of the sheet summary, with its value.
pub(super) const SUMMARY_FIELD: KindSpec = KindSpec {
    kind: Kind::SummaryField,
    noun: "summary field",
    plural: "summary fields",
    parent: Parent::Container,
    title: "title",
    verbs: Verbs::ALL,
    ids: IdPolicy::Server,
    batch: BatchRules { max: 100, across: false },
    natural_key: &["title"],
    fields: &[
        Field::new("title", Role::Writable),
        Field::new("type", Role::Writable).told(Told::Word),
        Field::new("symbol", Role::Writable).told(Told::Word),
        Field::new("options", Role::Writable),
        Field::new("contactOptions", Role::Writable),
        Field::new("validation", Role::Writable).called(VALIDATION),
        Field::new("format", Role::Writable).told(Told::Look),
        Field::new("objectValue", Role::Writable).called("value"),
        Field::new("hyperlink.url", Role::Writable).codec(Codec::Links).called("link"),
        FORMULA,
        Field::new("locked", Role::Writable).last(),
        IMAGE_LINK,
        // An upload puts it there; so a plan knows what is lost when the field gets another one.
        Field::new("image", Role::Reference(Kind::Image)).last().in_place_of(&[
            "objectValue",
            "hyperlink.url",
            "formula",
        ]),
    ],
    losses: &[LossCause::NativeId, LossCause::CreatedBy],
};

/// A name for a range of another sheet. There is no route to change or to delete one: those that no formula uses
/// vanish by themselves. So one that is broken keeps its name, and the one in its place has another.
pub(super) const CROSS_SHEET_REFERENCE: KindSpec = KindSpec {
    kind: Kind::ContainerLink,
    noun: "cross-sheet reference",
    plural: "cross-sheet references",
    parent: Parent::Container,
    title: "name",
    verbs: Verbs { create: true, update: false, delete: false, archive: false },
    ids: IdPolicy::Server,
    batch: BatchRules::SINGLE,
    natural_key: &["name"],
    fields: &[
        Field::new("name", Role::CreateOnly).distinct(),
        Field::new("sourceSheetId", Role::Reference(Kind::Container)),
        Field::new("startColumnId", Role::Reference(Kind::FieldDef)).anywhere(),
        Field::new("endColumnId", Role::Reference(Kind::FieldDef)).anywhere(),
        Field::new("startRowId", Role::Reference(Kind::Item)).anywhere(),
        Field::new("endRowId", Role::Reference(Kind::Item)).anywhere(),
        Field::new("brokenRange", Role::ReadOnly(LossCause::TargetGone)),
    ],
    losses: &[LossCause::NativeId],
};

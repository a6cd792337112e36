//! Tables of a board and of what belongs to it as a whole.

use crate::model::Kind;
use crate::model::loss::LossCause;
use crate::model::spec::{BatchRules, Codec, Field, IdPolicy, KindSpec, Parent, Role, Verbs};
use crate::model::told::Told;

const READ_ONLY_PREFERENCE: Role = Role::ReadOnly(LossCause::NotWritable);

/// The name that a board gives to a label colour. Not an argument of the create call.
const fn label_name(path: &'static str) -> Field {
    Field::new(path, Role::Writable).after()
}

/// A board.
pub(super) const BOARD: KindSpec = KindSpec {
    kind: Kind::Container,
    noun: "board",
    plural: "boards",
    parent: Parent::Root,
    title: "name",
    verbs: Verbs::ALL,
    ids: IdPolicy::Server,
    batch: BatchRules::SINGLE,
    natural_key: &[],
    fields: &[
        Field::new("name", Role::Writable),
        Field::new("desc", Role::Writable).codec(Codec::Links),
        Field::new("idOrganization", Role::Reference(Kind::Workspace)),
        // Trello may refuse a level (an enterprise's, or one that the workspace restricts); the board must stand by then.
        Field::new("prefs.permissionLevel", Role::Writable).after().initially("private"),
        Field::new("prefs.voting", Role::Writable),
        Field::new("prefs.comments", Role::Writable),
        Field::new("prefs.invitations", Role::Writable),
        Field::new("prefs.selfJoin", Role::Writable),
        Field::new("prefs.cardCovers", Role::Writable),
        Field::new("prefs.cardAging", Role::Writable),
        // An uploaded background may be refused; then the board itself must already stand.
        Field::new("prefs.background", Role::Writable).after(),
        Field::new("prefs.hideVotes", Role::Writable).after(),
        Field::new("prefs.calendarFeedEnabled", Role::Writable).after(),
        label_name("labelNames.green"),
        label_name("labelNames.yellow"),
        label_name("labelNames.orange"),
        label_name("labelNames.red"),
        label_name("labelNames.purple"),
        label_name("labelNames.blue"),
        label_name("labelNames.sky"),
        label_name("labelNames.lime"),
        label_name("labelNames.pink"),
        label_name("labelNames.black"),
        label_name("labelNames.green_dark"),
        label_name("labelNames.yellow_dark"),
        label_name("labelNames.orange_dark"),
        label_name("labelNames.red_dark"),
        label_name("labelNames.purple_dark"),
        label_name("labelNames.blue_dark"),
        label_name("labelNames.sky_dark"),
        label_name("labelNames.lime_dark"),
        label_name("labelNames.pink_dark"),
        label_name("labelNames.black_dark"),
        label_name("labelNames.green_light"),
        label_name("labelNames.yellow_light"),
        label_name("labelNames.orange_light"),
        label_name("labelNames.red_light"),
        label_name("labelNames.purple_light"),
        label_name("labelNames.blue_light"),
        label_name("labelNames.sky_light"),
        label_name("labelNames.lime_light"),
        label_name("labelNames.pink_light"),
        label_name("labelNames.black_light"),
        // A closed board refuses changes.
        Field::new("closed", Role::Writable).last().told(Told::Archived),
        Field::new("prefs.isTemplate", READ_ONLY_PREFERENCE),
        Field::new("prefs.showCompleteStatus", READ_ONLY_PREFERENCE),
        Field::new("prefs.switcherViews", READ_ONLY_PREFERENCE),
        Field::new("prefs.autoArchive", READ_ONLY_PREFERENCE),
        Field::new("starred", Role::ReadOnly(LossCause::Subscriptions)),
        Field::new("subscribed", Role::ReadOnly(LossCause::Subscriptions)),
    ],
    losses: &[LossCause::NativeId, LossCause::CreatedBy, LossCause::Activity, LossCause::Membership],
};

/// A person's membership of a board. The record's id is the person's.
pub(super) const MEMBER: KindSpec = KindSpec {
    kind: Kind::Member,
    noun: "board member",
    plural: "board members",
    parent: Parent::Container,
    title: "member.fullName",
    verbs: Verbs::ALL,
    ids: IdPolicy::Person,
    batch: BatchRules::SINGLE,
    natural_key: &[],
    fields: &[
        Field::new("memberType", Role::Writable),
        Field::new("deactivated", Role::ReadOnly(LossCause::NotWritable)),
    ],
    losses: &[],
};

/// A power-up that is switched on.
pub(super) const POWER_UP: KindSpec = KindSpec {
    kind: Kind::Extension,
    noun: "power-up",
    plural: "power-ups",
    parent: Parent::Container,
    title: "idPlugin",
    verbs: Verbs::NONE,
    ids: IdPolicy::Server,
    batch: BatchRules::SINGLE,
    natural_key: &["idPlugin"],
    fields: &[Field::new("idPlugin", Role::ReadOnly(LossCause::Extension))],
    losses: &[LossCause::Extension],
};

/// A label.
pub(super) const LABEL: KindSpec = KindSpec {
    kind: Kind::Label,
    noun: "label",
    plural: "labels",
    parent: Parent::Container,
    title: "name",
    verbs: Verbs::ALL,
    ids: IdPolicy::Server,
    batch: BatchRules::SINGLE,
    natural_key: &["name", "color"],
    fields: &[Field::new("name", Role::Writable), Field::new("color", Role::Writable)],
    losses: &[LossCause::NativeId],
};

/// The definition of a custom field.
pub(super) const CUSTOM_FIELD: KindSpec = KindSpec {
    kind: Kind::FieldDef,
    noun: "custom field",
    plural: "custom fields",
    parent: Parent::Container,
    title: "name",
    verbs: Verbs::ALL,
    ids: IdPolicy::Server,
    batch: BatchRules::SINGLE,
    natural_key: &["name", "type"],
    fields: &[
        Field::new("name", Role::Writable),
        Field::new("type", Role::CreateOnly),
        Field::new("pos", Role::Writable).told(Told::Position),
        Field::new("display.cardFront", Role::Writable),
    ],
    losses: &[LossCause::NativeId],
};

/// One choice of a custom field of type list. The reference offers no change of a choice.
pub(super) const OPTION: KindSpec = KindSpec {
    kind: Kind::FieldOption,
    noun: "option",
    plural: "options",
    parent: Parent::At(&[(Kind::FieldDef, "idCustomField")]),
    title: "value.text",
    verbs: Verbs { create: true, update: false, delete: true, archive: false },
    ids: IdPolicy::Server,
    batch: BatchRules::SINGLE,
    natural_key: &["value.text"],
    fields: &[
        Field::new("value.text", Role::CreateOnly),
        Field::new("color", Role::CreateOnly),
        Field::new("pos", Role::CreateOnly).told(Told::Position),
    ],
    losses: &[LossCause::NativeId],
};

/// A list. It can be archived but not deleted.
pub(super) const LIST: KindSpec = KindSpec {
    kind: Kind::Section,
    noun: "list",
    plural: "lists",
    parent: Parent::Container,
    title: "name",
    verbs: Verbs { create: true, update: true, delete: false, archive: true },
    ids: IdPolicy::Server,
    batch: BatchRules::SINGLE,
    natural_key: &["name"],
    fields: &[
        Field::new("name", Role::Writable),
        Field::new("pos", Role::Writable).told(Told::Position),
        Field::new("closed", Role::Writable).last().told(Told::Archived),
        Field::new("softLimit", Role::ReadOnly(LossCause::NotWritable)),
        Field::new("color", Role::ReadOnly(LossCause::NotWritable)),
        Field::new("subscribed", Role::ReadOnly(LossCause::Subscriptions)),
    ],
    losses: &[LossCause::NativeId, LossCause::Activity],
};

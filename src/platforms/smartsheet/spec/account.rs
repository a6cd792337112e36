//! Tables of what lies outside sheets.

use crate::model::Kind;
use crate::model::loss::LossCause;
use crate::model::spec::{BatchRules, Field, IdPolicy, KindSpec, Parent, Role, Verbs};
use crate::model::told::Told;

const GIVEN: Role = Role::ReadOnly(LossCause::NotWritable);

/// The person behind the connection.
pub(super) const ACCOUNT: KindSpec = KindSpec {
    kind: Kind::Account,
    noun: "account",
    plural: "accounts",
    parent: Parent::Root,
    title: "email",
    verbs: Verbs::NONE,
    ids: IdPolicy::Person,
    batch: BatchRules::SINGLE,
    natural_key: &[],
    fields: &[],
    losses: &[],
};

/// A workspace; also the Sheets folder of the account, whose id is `home`.
pub(super) const WORKSPACE: KindSpec = KindSpec {
    kind: Kind::Workspace,
    noun: "workspace",
    plural: "workspaces",
    parent: Parent::Root,
    title: "name",
    verbs: Verbs::ALL,
    ids: IdPolicy::Server,
    batch: BatchRules::SINGLE,
    natural_key: &[],
    fields: &[Field::new("name", Role::Writable)],
    losses: &[LossCause::NativeId, LossCause::CreatedBy, LossCause::Activity],
};

/// A group of people.
pub(super) const GROUP: KindSpec = KindSpec {
    kind: Kind::Group,
    noun: "group",
    plural: "groups",
    parent: Parent::Root,
    title: "name",
    verbs: Verbs::ALL,
    ids: IdPolicy::Server,
    batch: BatchRules::SINGLE,
    // The platform allows a name only once in an account.
    natural_key: &["name"],
    fields: &[
        Field::new("name", Role::Writable),
        Field::new("description", Role::Writable),
        // Groups belong to the account, of which `home` is the part that is always there.
        Field::new("workspace", Role::Reference(Kind::Workspace)),
        Field::new("ownerId", Role::ReadOnly(LossCause::CreatedBy)).told(Told::People),
    ],
    losses: &[LossCause::NativeId, LossCause::CreatedBy],
};

/// A person in a group. The record's id is the person's.
pub(super) const GROUP_MEMBER: KindSpec = KindSpec {
    kind: Kind::GroupMember,
    noun: "group member",
    plural: "group members",
    parent: Parent::Container,
    title: "name",
    verbs: Verbs { create: true, update: false, delete: true, archive: false },
    ids: IdPolicy::Person,
    batch: BatchRules { max: 100, across: false },
    natural_key: &[],
    fields: &[Field::new("email", Role::CreateOnly)],
    losses: &[],
};

/// A share of a workspace with a person or a group, whose id is the record's id. In `home`: a user of the account.
pub(super) const WORKSPACE_MEMBER: KindSpec = KindSpec {
    kind: Kind::WorkspaceMember,
    noun: "workspace share",
    plural: "workspace shares",
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
        Field::new("admin", GIVEN),
        Field::new("groupAdmin", GIVEN),
        Field::new("licensedSheetCreator", GIVEN),
        Field::new("resourceViewer", GIVEN),
        Field::new("seatType", GIVEN),
        Field::new("status", GIVEN),
        // People write their profiles themselves.
        Field::new("profile.alternateEmails", GIVEN),
        Field::new("profile.company", GIVEN),
        Field::new("profile.department", GIVEN),
        Field::new("profile.title", GIVEN),
        Field::new("profile.role", GIVEN),
        Field::new("profile.workPhone", GIVEN),
        Field::new("profile.mobilePhone", GIVEN),
        Field::new("profile.timeZone", GIVEN),
        Field::new("profile.locale", GIVEN),
        Field::new("profile.profileImage.imageId", GIVEN),
    ],
    losses: &[LossCause::CreatedBy],
};

/// A folder in a workspace or in another folder.
pub(super) const FOLDER: KindSpec = KindSpec {
    kind: Kind::Folder,
    noun: "folder",
    plural: "folders",
    parent: Parent::At(&[(Kind::Folder, "folder")]),
    title: "name",
    verbs: Verbs::ALL,
    ids: IdPolicy::Server,
    batch: BatchRules::SINGLE,
    natural_key: &[],
    fields: &[
        Field::new("name", Role::Writable),
        Field::new("workspace", Role::Reference(Kind::Workspace)),
        Field::new("folder", Role::Reference(Kind::Folder)),
    ],
    losses: &[LossCause::NativeId, LossCause::Activity],
};

/// Reports, dashboards, templates, filters, automation rules, update requests, proofs and what hangs on them: kept,
/// never written. Update requests could be created and would write to people; of a proof nothing tells the row.
pub(super) const INVENTORY: KindSpec = KindSpec {
    kind: Kind::Inventory,
    noun: "thing for information",
    plural: "things for information",
    parent: Parent::At(&[(Kind::Inventory, "proofId"), (Kind::Workspace, "workspace")]),
    title: "name",
    verbs: Verbs::NONE,
    ids: IdPolicy::Server,
    batch: BatchRules::SINGLE,
    natural_key: &[],
    fields: &[
        Field::new("resourceType", GIVEN),
        // Proofs, and discussions about them.
        Field::new("isCompleted", GIVEN),
        Field::new("requestActions", GIVEN),
        Field::new("versions", GIVEN),
        Field::new("comments", GIVEN),
        // Update requests, and those that were sent.
        Field::new("message", GIVEN),
        Field::new("sendTo", GIVEN),
        Field::new("schedule.type", GIVEN).told(Told::Word).called("schedule"),
        Field::new("sentTo", GIVEN),
        Field::new("sentAt", GIVEN),
        Field::new("status", GIVEN),
        // Reports and dashboards.
        Field::new("scope", GIVEN).told(Told::Places),
        Field::new("definition", GIVEN),
        Field::new("columns", GIVEN),
        Field::new("widgets", GIVEN),
    ],
    losses: &[LossCause::NotWritable],
};

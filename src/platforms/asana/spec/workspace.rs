//! Tables of what lies outside projects.

use crate::model::Kind;
use crate::model::loss::LossCause;
use crate::model::spec::{BatchRules, Codec, Field, IdPolicy, KindSpec, Parent, Role, Verbs};
use crate::model::told::Told;

const READ_ONLY: Role = Role::ReadOnly(LossCause::NotWritable);

/// The person behind the connection.
pub(super) const ACCOUNT: KindSpec = KindSpec {
    kind: Kind::Account,
    noun: "account",
    plural: "accounts",
    parent: Parent::Root,
    title: "name",
    verbs: Verbs::NONE,
    ids: IdPolicy::Person,
    batch: BatchRules::SINGLE,
    natural_key: &[],
    fields: &[],
    losses: &[],
};

/// A workspace or organization. The API creates none; its name is an administrator's affair.
pub(super) const WORKSPACE: KindSpec = KindSpec {
    kind: Kind::Workspace,
    noun: "workspace",
    plural: "workspaces",
    parent: Parent::Root,
    title: "name",
    verbs: Verbs::NONE,
    ids: IdPolicy::Server,
    batch: BatchRules::SINGLE,
    natural_key: &[],
    fields: &[
        Field::new("name", READ_ONLY),
        Field::new("is_organization", READ_ONLY),
        Field::new("email_domains", READ_ONLY),
    ],
    losses: &[LossCause::NotWritable],
};

/// A team of an organization. There is no route that deletes one.
pub(super) const TEAM: KindSpec = KindSpec {
    kind: Kind::Group,
    noun: "team",
    plural: "teams",
    parent: Parent::Root,
    title: "name",
    verbs: Verbs { create: true, update: true, delete: false, archive: false },
    ids: IdPolicy::Server,
    batch: BatchRules::SINGLE,
    natural_key: &["organization.gid", "name"],
    fields: &[
        Field::new("organization.gid", Role::Reference(Kind::Workspace)),
        Field::new("name", Role::Writable),
        Field::new("html_description", Role::Writable).codec(Codec::Links).initially("<body></body>").told(Told::Rich),
        Field::new("visibility", Role::Writable).told(Told::Word),
        // Who may do what comes last: some of it would forbid the restore's own steps.
        Field::new("edit_team_name_or_description_access_level", Role::Writable).last().told(Told::Word),
        Field::new("edit_team_visibility_or_trash_team_access_level", Role::Writable).last().told(Told::Word),
        Field::new("member_invite_management_access_level", Role::Writable).last().told(Told::Word),
        Field::new("guest_invite_management_access_level", Role::Writable).last().told(Told::Word),
        Field::new("join_request_management_access_level", Role::Writable).last().told(Told::Word),
        Field::new("team_member_removal_access_level", Role::Writable).last().told(Told::Word),
        Field::new("team_content_management_access_level", Role::Writable).last().told(Told::Word),
        Field::new("endorsed", READ_ONLY),
    ],
    losses: &[LossCause::NativeId, LossCause::CreatedBy, LossCause::Membership],
};

/// A person's membership of a team. The record's id is the person's; roles are given by hand.
pub(super) const TEAM_MEMBER: KindSpec = KindSpec {
    kind: Kind::GroupMember,
    noun: "team member",
    plural: "team members",
    parent: Parent::At(&[(Kind::Group, "team.gid")]),
    title: "user.name",
    verbs: Verbs { create: true, update: false, delete: true, archive: false },
    ids: IdPolicy::Person,
    batch: BatchRules::SINGLE,
    natural_key: &[],
    fields: &[
        Field::new("is_admin", READ_ONLY),
        Field::new("is_guest", READ_ONLY),
        Field::new("is_limited_access", READ_ONLY),
    ],
    losses: &[],
};

/// A person's membership of a workspace. An invitation costs a seat and sends a mail, so none is ever sent.
pub(super) const WORKSPACE_MEMBER: KindSpec = KindSpec {
    kind: Kind::WorkspaceMember,
    noun: "workspace member",
    plural: "workspace members",
    parent: Parent::At(&[(Kind::Workspace, "workspace.gid")]),
    title: "user.name",
    verbs: Verbs::NONE,
    ids: IdPolicy::Person,
    batch: BatchRules::SINGLE,
    natural_key: &[],
    fields: &[
        Field::new("is_active", READ_ONLY).presence(),
        Field::new("is_admin", READ_ONLY),
        Field::new("is_guest", READ_ONLY),
        Field::new("is_view_only", READ_ONLY),
    ],
    losses: &[LossCause::PersonMissing],
};

/// What is described and never written: portfolios, goals, templates, and the definitions of custom fields that Asana
/// computes.
pub(super) const INVENTORY: KindSpec = KindSpec {
    kind: Kind::Inventory,
    noun: "inventory entry",
    plural: "inventory entries",
    parent: Parent::At(&[(Kind::Workspace, "workspace.gid")]),
    title: "name",
    verbs: Verbs::NONE,
    ids: IdPolicy::Server,
    batch: BatchRules::SINGLE,
    natural_key: &[],
    fields: &[
        Field::new("name", READ_ONLY),
        // What is in a portfolio.
        Field::new("items", READ_ONLY).told(Told::Places),
    ],
    losses: &[LossCause::NotWritable],
};

//! Tables of what lies outside boards.

use crate::model::Kind;
use crate::model::loss::LossCause;
use crate::model::spec::{BatchRules, Codec, Field, IdPolicy, KindSpec, Parent, Role, Verbs};

/// The person behind the connection.
pub(super) const ACCOUNT: KindSpec = KindSpec {
    kind: Kind::Account,
    noun: "account",
    plural: "accounts",
    parent: Parent::Root,
    title: "fullName",
    verbs: Verbs::NONE,
    ids: IdPolicy::Person,
    batch: BatchRules::SINGLE,
    natural_key: &[],
    fields: &[],
    losses: &[],
};

/// A workspace, which the API calls organization.
pub(super) const WORKSPACE: KindSpec = KindSpec {
    kind: Kind::Workspace,
    noun: "workspace",
    plural: "workspaces",
    parent: Parent::Root,
    title: "displayName",
    verbs: Verbs::ALL,
    ids: IdPolicy::Server,
    batch: BatchRules::SINGLE,
    natural_key: &[],
    fields: &[
        Field::new("displayName", Role::Writable),
        // The short name in the workspace's address.
        Field::new("name", Role::Writable).unique(),
        Field::new("desc", Role::Writable).codec(Codec::Links),
        Field::new("website", Role::Writable),
        // Restrictions come last: some of them would forbid the restore's own steps.
        Field::new("prefs.permissionLevel", Role::Writable).last(),
        Field::new("prefs.externalMembersDisabled", Role::Writable).last(),
        Field::new("prefs.orgInviteRestrict", Role::Writable).last(),
        Field::new("prefs.associatedDomain", Role::Writable).last(),
        Field::new("prefs.boardVisibilityRestrict.private", Role::Writable).last(),
        Field::new("prefs.boardVisibilityRestrict.org", Role::Writable).last(),
        Field::new("prefs.boardVisibilityRestrict.public", Role::Writable).last(),
        Field::new("prefs.boardDeleteRestrict", Role::ReadOnly(LossCause::NotWritable)),
        Field::new("prefs.attachmentRestrictions", Role::ReadOnly(LossCause::NotWritable)),
        Field::new("logoHash", Role::ReadOnly(LossCause::NotWritable)),
    ],
    losses: &[LossCause::NativeId, LossCause::CreatedBy, LossCause::Activity],
};

/// A person's membership of a workspace. The record's id is the person's.
pub(super) const WORKSPACE_MEMBER: KindSpec = KindSpec {
    kind: Kind::WorkspaceMember,
    noun: "workspace member",
    plural: "workspace members",
    parent: Parent::At(&[(Kind::Workspace, "idOrganization")]),
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

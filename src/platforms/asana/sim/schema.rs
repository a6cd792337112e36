//! Which fields a record of each kind has, and when they are shown.

use super::state::{
    ATTACHMENT, CUSTOM_FIELD, ENUM_OPTION, GOAL, JOB, MEMBERSHIP, PORTFOLIO, PROJECT, PROJECT_BRIEF,
    PROJECT_TEMPLATE, SECTION, SETTING, STATUS_UPDATE, STORY, TAG, TASK, TASK_TEMPLATE, TEAM,
    TEAM_MEMBERSHIP, USER, USER_TASK_LIST, WORKSPACE, WORKSPACE_MEMBERSHIP,
};
use crate::sim::world::Kind;

/// The fields of one kind of record, besides `gid` and `resource_type`, which every record has.
pub(super) struct Schema {
    /// Shown in lists and inside other records.
    pub(super) compact: &'static [&'static str],
    /// Shown as well when one record is asked for.
    pub(super) full: &'static [&'static str],
    /// Shown only when `opt_fields` names them.
    pub(super) opt_in: &'static [&'static str],
    /// Stored as ids, shown as records of this kind.
    pub(super) references: &'static [(&'static str, Kind)],
}

impl Schema {
    /// The kind of record to which a stored id in this field leads.
    pub(super) fn target(&self, field: &str) -> Option<Kind> {
        self.references.iter().find(|(name, _)| *name == field).map(|(_, kind)| *kind)
    }

    /// Whether records of this kind can have the field.
    pub(super) fn has(&self, field: &str) -> bool {
        ["gid", "resource_type"].contains(&field)
            || [self.compact, self.full, self.opt_in].iter().any(|fields| fields.contains(&field))
    }
}

/// The fields of this kind.
pub(super) fn of(kind: Kind) -> &'static Schema {
    match kind {
        WORKSPACE => &FOR_WORKSPACE,
        USER => &FOR_USER,
        WORKSPACE_MEMBERSHIP => &FOR_WORKSPACE_MEMBERSHIP,
        TEAM => &FOR_TEAM,
        TEAM_MEMBERSHIP => &FOR_TEAM_MEMBERSHIP,
        PROJECT => &FOR_PROJECT,
        MEMBERSHIP => &FOR_MEMBERSHIP,
        SECTION => &FOR_SECTION,
        TASK => &FOR_TASK,
        STORY => &FOR_STORY,
        ATTACHMENT => &FOR_ATTACHMENT,
        CUSTOM_FIELD => &FOR_CUSTOM_FIELD,
        ENUM_OPTION => &FOR_ENUM_OPTION,
        SETTING => &FOR_SETTING,
        TAG => &FOR_TAG,
        STATUS_UPDATE => &FOR_STATUS_UPDATE,
        PROJECT_BRIEF => &FOR_PROJECT_BRIEF,
        PROJECT_TEMPLATE => &FOR_PROJECT_TEMPLATE,
        TASK_TEMPLATE => &FOR_TASK_TEMPLATE,
        PORTFOLIO => &FOR_PORTFOLIO,
        GOAL => &FOR_GOAL,
        JOB => &FOR_JOB,
        USER_TASK_LIST => &FOR_USER_TASK_LIST,
        _ => &NAMED,
    }
}

static NAMED: Schema = Schema { compact: &["name"], full: &[], opt_in: &[], references: &[] };

static FOR_WORKSPACE: Schema =
    Schema { compact: &["name"], full: &["email_domains", "is_organization"], opt_in: &[], references: &[] };

static FOR_USER: Schema = Schema {
    compact: &["name"],
    full: &["email", "photo", "workspaces"],
    opt_in: &["custom_fields"],
    references: &[("workspaces", WORKSPACE)],
};

static FOR_WORKSPACE_MEMBERSHIP: Schema = Schema {
    compact: &["user", "workspace"],
    full: &[
        "created_at",
        "is_active",
        "is_admin",
        "is_guest",
        "is_view_only",
        "user_task_list",
        "vacation_dates",
    ],
    opt_in: &[],
    references: &[("user", USER), ("workspace", WORKSPACE), ("user_task_list", USER_TASK_LIST)],
};

static FOR_TEAM: Schema = Schema {
    compact: &["name"],
    full: &[
        "edit_team_name_or_description_access_level",
        "edit_team_visibility_or_trash_team_access_level",
        "endorsed",
        "guest_invite_management_access_level",
        "join_request_management_access_level",
        "member_invite_management_access_level",
        "organization",
        "permalink_url",
        "team_content_management_access_level",
        "team_member_removal_access_level",
        "visibility",
    ],
    opt_in: &["custom_field_settings", "description", "html_description"],
    references: &[("organization", WORKSPACE)],
};

static FOR_TEAM_MEMBERSHIP: Schema = Schema {
    compact: &["is_admin", "is_guest", "is_limited_access", "team", "user"],
    full: &[],
    opt_in: &[],
    references: &[("team", TEAM), ("user", USER)],
};

static FOR_PROJECT: Schema = Schema {
    compact: &["name"],
    full: &[
        "archived",
        "color",
        "completed",
        "completed_at",
        "completed_by",
        "created_at",
        "created_from_template",
        "current_status",
        "current_status_update",
        "custom_fields",
        "default_access_level",
        "default_view",
        "due_date",
        "due_on",
        "followers",
        "icon",
        "members",
        "minimum_access_level_for_customization",
        "minimum_access_level_for_sharing",
        "modified_at",
        "notes",
        "owner",
        "permalink_url",
        "privacy_setting",
        "project_brief",
        "public",
        "start_on",
        "team",
        "workspace",
    ],
    opt_in: &["custom_field_settings", "html_notes"],
    references: &[
        ("completed_by", USER),
        ("created_from_template", PROJECT_TEMPLATE),
        ("current_status_update", STATUS_UPDATE),
        ("custom_field_settings", SETTING),
        ("followers", USER),
        ("members", USER),
        ("owner", USER),
        ("project_brief", PROJECT_BRIEF),
        ("team", TEAM),
        ("workspace", WORKSPACE),
    ],
};

static FOR_MEMBERSHIP: Schema = Schema {
    compact: &["access_level", "member", "parent", "resource_subtype"],
    full: &[],
    opt_in: &[],
    references: &[("parent", PROJECT)],
};

static FOR_SECTION: Schema = Schema {
    compact: &["name"],
    full: &["created_at", "project"],
    opt_in: &["projects"],
    references: &[("project", PROJECT), ("projects", PROJECT)],
};

static FOR_TASK: Schema = Schema {
    compact: &["name", "resource_subtype"],
    full: &[
        "actual_time_minutes",
        "approval_status",
        "assignee",
        "assignee_status",
        "completed",
        "completed_at",
        "created_at",
        "custom_fields",
        "due_at",
        "due_on",
        "external",
        "followers",
        "hearted",
        "hearts",
        "liked",
        "likes",
        "memberships",
        "modified_at",
        "notes",
        "num_hearts",
        "num_likes",
        "parent",
        "permalink_url",
        "projects",
        "start_at",
        "start_on",
        "tags",
        "workspace",
    ],
    opt_in: &[
        "assigned_by",
        "assignee_section",
        "completed_by",
        "created_by",
        "custom_type",
        "custom_type_status_option",
        "dependencies",
        "dependents",
        "html_notes",
        "is_rendered_as_separator",
        "num_subtasks",
    ],
    references: &[
        ("assigned_by", USER),
        ("assignee", USER),
        ("assignee_section", SECTION),
        ("completed_by", USER),
        ("created_by", USER),
        ("followers", USER),
        ("parent", TASK),
        ("projects", PROJECT),
        ("tags", TAG),
        ("workspace", WORKSPACE),
    ],
};

static FOR_STORY: Schema = Schema {
    compact: &["created_at", "created_by", "resource_subtype", "text"],
    full: &[
        "assignee",
        "custom_field",
        "dependency",
        "follower",
        "hearted",
        "hearts",
        "is_edited",
        "is_pinned",
        "liked",
        "likes",
        "new_name",
        "new_section",
        "num_hearts",
        "num_likes",
        "old_name",
        "old_section",
        "project",
        "source",
        "sticker_name",
        "tag",
        "target",
        "type",
    ],
    opt_in: &["html_text", "is_editable", "previews", "reaction_summary"],
    references: &[
        ("assignee", USER),
        ("created_by", USER),
        ("custom_field", CUSTOM_FIELD),
        ("dependency", TASK),
        ("follower", USER),
        ("new_section", SECTION),
        ("old_section", SECTION),
        ("project", PROJECT),
        ("tag", TAG),
        ("target", TASK),
    ],
};

static FOR_ATTACHMENT: Schema = Schema {
    compact: &["name", "resource_subtype"],
    full: &["created_at", "download_url", "host", "parent", "permanent_url", "view_url"],
    opt_in: &["connected_to_app", "size"],
    references: &[],
};

static FOR_CUSTOM_FIELD: Schema = Schema {
    compact: &[
        "enabled",
        "enum_options",
        "id_prefix",
        "is_formula_field",
        "name",
        "representation_type",
        "type",
    ],
    full: &[
        "created_by",
        "currency_code",
        "custom_label",
        "custom_label_position",
        "description",
        "format",
        "has_notifications_enabled",
        "is_global_to_workspace",
        "precision",
        "resource_subtype",
    ],
    opt_in: &[
        "asana_created_field",
        "default_access_level",
        "input_restrictions",
        "is_value_read_only",
        "privacy_setting",
    ],
    references: &[("created_by", USER)],
};

static FOR_ENUM_OPTION: Schema =
    Schema { compact: &["color", "enabled", "name"], full: &[], opt_in: &[], references: &[] };

static FOR_SETTING: Schema = Schema {
    compact: &[],
    full: &["custom_field", "is_important", "parent", "project"],
    opt_in: &[],
    references: &[("custom_field", CUSTOM_FIELD), ("parent", PROJECT), ("project", PROJECT)],
};

static FOR_TAG: Schema = Schema {
    compact: &["name"],
    full: &["color", "created_at", "followers", "notes", "permalink_url", "workspace"],
    opt_in: &[],
    references: &[("followers", USER), ("workspace", WORKSPACE)],
};

static FOR_STATUS_UPDATE: Schema = Schema {
    compact: &["resource_subtype", "title"],
    full: &[
        "author",
        "created_at",
        "created_by",
        "hearted",
        "hearts",
        "liked",
        "likes",
        "modified_at",
        "num_hearts",
        "num_likes",
        "parent",
        "status_type",
        "text",
    ],
    opt_in: &["html_text", "reaction_summary"],
    references: &[("author", USER), ("created_by", USER), ("parent", PROJECT)],
};

static FOR_PROJECT_BRIEF: Schema = Schema {
    compact: &[],
    full: &["html_text", "permalink_url", "project", "title"],
    opt_in: &["text"],
    references: &[("project", PROJECT)],
};

static FOR_PROJECT_TEMPLATE: Schema = Schema {
    compact: &["name"],
    full: &["color", "description", "owner", "public", "requested_dates", "requested_roles", "team"],
    opt_in: &["html_description"],
    references: &[("owner", USER), ("team", TEAM)],
};

static FOR_TASK_TEMPLATE: Schema = Schema {
    compact: &["name"],
    full: &["created_at", "created_by", "project", "template"],
    opt_in: &[],
    references: &[("created_by", USER), ("project", PROJECT)],
};

static FOR_PORTFOLIO: Schema = Schema {
    compact: &["name"],
    full: &[
        "archived",
        "color",
        "created_at",
        "created_by",
        "due_on",
        "members",
        "owner",
        "permalink_url",
        "privacy_setting",
        "public",
        "start_on",
        "workspace",
    ],
    opt_in: &["custom_field_settings", "custom_fields", "current_status_update", "default_access_level"],
    references: &[("created_by", USER), ("members", USER), ("owner", USER), ("workspace", WORKSPACE)],
};

static FOR_GOAL: Schema = Schema {
    compact: &["name", "owner"],
    full: &[
        "due_on",
        "followers",
        "is_workspace_level",
        "liked",
        "likes",
        "notes",
        "num_likes",
        "start_on",
        "status",
        "team",
        "workspace",
    ],
    opt_in: &["current_status_update", "html_notes", "metric", "time_period"],
    references: &[("followers", USER), ("owner", USER), ("team", TEAM), ("workspace", WORKSPACE)],
};

static FOR_JOB: Schema = Schema {
    compact: &["new_project", "new_task", "resource_subtype", "status"],
    full: &[],
    opt_in: &[],
    references: &[("new_project", PROJECT), ("new_task", TASK)],
};

static FOR_USER_TASK_LIST: Schema = Schema {
    compact: &["name", "owner", "workspace"],
    full: &[],
    opt_in: &[],
    references: &[("owner", USER), ("workspace", WORKSPACE)],
};

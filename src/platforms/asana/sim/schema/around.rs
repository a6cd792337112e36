//! The fields of people, of what is said about projects, and of what can only be listed.

use super::super::state::{PROJECT, TASK, TEAM, USER, USER_TASK_LIST, WORKSPACE};
use super::Schema;

pub(super) static NAMED: Schema = Schema { compact: &["name"], full: &[], opt_in: &[], references: &[] };

pub(super) static FOR_WORKSPACE: Schema =
    Schema { compact: &["name"], full: &["email_domains", "is_organization"], opt_in: &[], references: &[] };

pub(super) static FOR_USER: Schema = Schema {
    compact: &["name"],
    full: &["email", "photo", "workspaces"],
    opt_in: &["custom_fields"],
    references: &[("workspaces", WORKSPACE)],
};

pub(super) static FOR_WORKSPACE_MEMBERSHIP: Schema = Schema {
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

pub(super) static FOR_TEAM: Schema = Schema {
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

pub(super) static FOR_TEAM_MEMBERSHIP: Schema = Schema {
    compact: &["is_admin", "is_guest", "is_limited_access", "team", "user"],
    full: &[],
    opt_in: &[],
    references: &[("team", TEAM), ("user", USER)],
};

pub(super) static FOR_MEMBERSHIP: Schema = Schema {
    compact: &["access_level", "member", "parent", "resource_subtype"],
    full: &[],
    opt_in: &[],
    references: &[("parent", PROJECT)],
};

pub(super) static FOR_STATUS_UPDATE: Schema = Schema {
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

pub(super) static FOR_PROJECT_BRIEF: Schema = Schema {
    compact: &[],
    full: &["html_text", "permalink_url", "project", "title"],
    opt_in: &["text"],
    references: &[("project", PROJECT)],
};

pub(super) static FOR_PROJECT_TEMPLATE: Schema = Schema {
    compact: &["name"],
    full: &["color", "description", "owner", "public", "requested_dates", "requested_roles", "team"],
    opt_in: &["html_description"],
    references: &[("owner", USER), ("team", TEAM)],
};

pub(super) static FOR_TASK_TEMPLATE: Schema = Schema {
    compact: &["name"],
    full: &["created_at", "created_by", "project", "template"],
    opt_in: &[],
    references: &[("created_by", USER), ("project", PROJECT)],
};

pub(super) static FOR_PORTFOLIO: Schema = Schema {
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
    opt_in: &[
        "custom_field_settings",
        "custom_fields",
        "current_status_update",
        "default_access_level",
        "project_templates",
    ],
    references: &[("created_by", USER), ("members", USER), ("owner", USER), ("workspace", WORKSPACE)],
};

pub(super) static FOR_GOAL: Schema = Schema {
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
    opt_in: &[
        "current_status_update",
        "custom_field_settings",
        "custom_fields",
        "default_access_level",
        "html_notes",
        "metric",
        "privacy_setting",
        "time_period",
    ],
    references: &[("followers", USER), ("owner", USER), ("team", TEAM), ("workspace", WORKSPACE)],
};

pub(super) static FOR_JOB: Schema = Schema {
    compact: &["new_project", "new_task", "resource_subtype", "status"],
    full: &[],
    opt_in: &["new_graph_export", "new_portfolio", "new_project_template", "new_resource_export"],
    references: &[("new_project", PROJECT), ("new_task", TASK)],
};

pub(super) static FOR_USER_TASK_LIST: Schema = Schema {
    compact: &["name", "owner", "workspace"],
    full: &[],
    opt_in: &[],
    references: &[("owner", USER), ("workspace", WORKSPACE)],
};

//! Which fields a record of each kind has, and when they are shown.

mod around;
mod work;

use super::state::{
    ATTACHMENT, CUSTOM_FIELD, CUSTOM_TYPE, ENUM_OPTION, GOAL, JOB, MEMBERSHIP, PORTFOLIO, PROJECT, PROJECT_BRIEF,
    PROJECT_TEMPLATE, SECTION, SETTING, STATUS_UPDATE, STORY, TAG, TASK, TASK_TEMPLATE, TEAM, TYPE_STATUS,
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
        WORKSPACE => &around::FOR_WORKSPACE,
        USER => &around::FOR_USER,
        WORKSPACE_MEMBERSHIP => &around::FOR_WORKSPACE_MEMBERSHIP,
        TEAM => &around::FOR_TEAM,
        TEAM_MEMBERSHIP => &around::FOR_TEAM_MEMBERSHIP,
        PROJECT => &work::FOR_PROJECT,
        MEMBERSHIP => &around::FOR_MEMBERSHIP,
        SECTION => &work::FOR_SECTION,
        TASK => &work::FOR_TASK,
        STORY => &work::FOR_STORY,
        ATTACHMENT => &work::FOR_ATTACHMENT,
        CUSTOM_FIELD => &work::FOR_CUSTOM_FIELD,
        ENUM_OPTION => &work::FOR_ENUM_OPTION,
        SETTING => &work::FOR_SETTING,
        TAG => &work::FOR_TAG,
        CUSTOM_TYPE => &work::FOR_CUSTOM_TYPE,
        TYPE_STATUS => &work::FOR_TYPE_STATUS,
        STATUS_UPDATE => &around::FOR_STATUS_UPDATE,
        PROJECT_BRIEF => &around::FOR_PROJECT_BRIEF,
        PROJECT_TEMPLATE => &around::FOR_PROJECT_TEMPLATE,
        TASK_TEMPLATE => &around::FOR_TASK_TEMPLATE,
        PORTFOLIO => &around::FOR_PORTFOLIO,
        GOAL => &around::FOR_GOAL,
        JOB => &around::FOR_JOB,
        USER_TASK_LIST => &around::FOR_USER_TASK_LIST,
        _ => &around::NAMED,
    }
}

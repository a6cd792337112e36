//! Which fields are asked for. What is not asked for does not come.

/// Every field of a task that can be had of all tasks.
macro_rules! task_fields {
    () => {
        "name,resource_subtype,approval_status,html_notes,assignee.name,completed,\
         completed_at,completed_by.name,created_at,created_by.name,modified_at,due_on,due_at,start_on,start_at,\
         memberships.project.gid,memberships.section.gid,parent.gid,parent.memberships.project.gid,dependencies,\
         tags.name,tags.color,tags.notes,followers,likes.user,num_subtasks,is_rendered_as_separator,\
         actual_time_minutes,custom_type.name,custom_type_status_option.name,permalink_url,\
         custom_fields.name,custom_fields.resource_subtype,custom_fields.representation_type,\
         custom_fields.is_value_read_only,custom_fields.text_value,custom_fields.number_value,\
         custom_fields.enum_value.name,custom_fields.multi_enum_values.name,custom_fields.date_value,\
         custom_fields.people_value.name,custom_fields.reference_value.name,custom_fields.display_value"
    };
}

/// A project with the definitions of its custom fields.
pub(super) const PROJECT: &str = "name,html_notes,color,icon,archived,completed,completed_at,completed_by.name,\
    created_at,modified_at,due_on,start_on,default_view,privacy_setting,default_access_level,\
    minimum_access_level_for_customization,minimum_access_level_for_sharing,owner.name,team.name,workspace.name,\
    followers,permalink_url,project_brief,created_from_template.name,\
    custom_fields.name,custom_fields.type,custom_fields.representation_type,custom_fields.is_formula_field,\
    custom_fields.text_value,custom_fields.number_value,custom_fields.enum_value.name,\
    custom_fields.multi_enum_values.name,custom_fields.date_value,custom_fields.display_value,\
    custom_field_settings.is_important,custom_field_settings.custom_field.name,\
    custom_field_settings.custom_field.resource_subtype,custom_field_settings.custom_field.representation_type,\
    custom_field_settings.custom_field.description,custom_field_settings.custom_field.precision,\
    custom_field_settings.custom_field.format,custom_field_settings.custom_field.currency_code,\
    custom_field_settings.custom_field.custom_label,custom_field_settings.custom_field.custom_label_position,\
    custom_field_settings.custom_field.is_global_to_workspace,\
    custom_field_settings.custom_field.has_notifications_enabled,\
    custom_field_settings.custom_field.asana_created_field,custom_field_settings.custom_field.id_prefix,\
    custom_field_settings.custom_field.input_restrictions,custom_field_settings.custom_field.is_formula_field,\
    custom_field_settings.custom_field.is_value_read_only,custom_field_settings.custom_field.privacy_setting,\
    custom_field_settings.custom_field.default_access_level,custom_field_settings.custom_field.created_by.name,\
    custom_field_settings.custom_field.enum_options.name,custom_field_settings.custom_field.enum_options.enabled,\
    custom_field_settings.custom_field.enum_options.color";

/// A membership of a project.
pub(super) const MEMBERSHIP: &str = "member.name,member.resource_type,access_level,resource_subtype";

/// A section.
pub(super) const SECTION: &str = "name,created_at";

/// A status update.
pub(super) const STATUS_UPDATE: &str = "title,html_text,text,status_type,resource_subtype,created_at,modified_at,\
    author.name,created_by.name,likes.user.name,reaction_summary";

/// A project brief.
pub(super) const BRIEF: &str = "title,html_text,permalink_url";

/// A type of tasks that the project uses, with its statuses.
pub(super) const CUSTOM_TYPE: &str = "name,status_options.name,status_options.completion_state,\
    status_options.enabled,status_options.color";

/// A task template.
pub(super) const TASK_TEMPLATE: &str = "name,template,created_by.name,created_at";

/// A task with the values of its custom fields. The options of these are left to the definitions: with them each
/// task would bring all choices of all fields.
pub(super) const TASK: &str = task_fields!();

/// The same for the account's own tasks, with the section of its list, which Asana shows to nobody else.
pub(super) const OWN_TASK: &str = concat!(task_fields!(), ",assignee_section.name");

/// Where a task stands.
pub(super) const PLACE: &str = "memberships.project.gid,memberships.section.gid";

/// A story. Those that people wrote are kept as comments.
pub(super) const STORY: &str = "type,resource_subtype,created_at,created_by.name,text,html_text,is_pinned,\
    is_edited,sticker_name,likes.user.name,reaction_summary";

/// An attachment, without the address of its bytes, which is a new one each time and lasts two minutes.
pub(super) const ATTACHMENT: &str =
    "name,resource_subtype,host,size,created_at,view_url,permanent_url,parent.resource_type";

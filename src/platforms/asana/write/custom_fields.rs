//! Custom fields, which belong to one project or to the whole workspace, and their options. Those that Asana computes
//! are only put on a project and taken off.

use serde_json::{Value, json};

use super::calls::{Ids, Params, halfway, not_offered, params, refusal, set, take, texts};
use super::order;
use crate::http::fault::ApiFault;
use crate::model::grants::Verb;
use crate::model::mutation::{Mutation, WriteError};
use crate::model::{Kind, NativeId};
use crate::platforms::asana::Asana;
use crate::platforms::asana::asking::Question;
use crate::platforms::asana::connector::lock;
use crate::platforms::asana::json::{gid, gid_at, is, list, text};
use crate::platforms::asana::read::{shown_gid, shown_id};

/// Creates, changes or removes a custom field or an option; gives its gid.
pub(super) async fn write(asana: &Asana, mutation: &Mutation) -> Result<String, WriteError> {
    let refused = |fault: ApiFault| refusal(&fault);
    match (mutation.kind, mutation.verb) {
        (Kind::FieldDef, Verb::Create) => create(asana, mutation).await,
        (Kind::FieldDef, Verb::Update) => {
            let field = mutation.own()?;
            let mut body = mutation.fields.clone();
            let options = body.remove("options");
            if !body.is_empty() {
                asana.change(&["custom_fields", field], body).await.map_err(refused)?;
            }
            if let Some(wanted) = options {
                order::options(asana, field, &texts(&wanted)).await?;
            }
            Ok(field.to_owned())
        }
        // The field itself may be in use elsewhere; what the project has is its setting.
        (Kind::FieldDef | Kind::FieldUse, Verb::Delete) => {
            let (project, id) = (mutation.within()?, mutation.own()?);
            let field = shown_gid(id);
            if setting(asana, project, |live| gid(live) == field).await.map_err(refused)?.is_some() {
                let path = ["projects", project, "removeCustomFieldSetting"];
                asana.bring_about(&path, params([("custom_field", field.into())])).await.map_err(refused)?;
            }
            Ok(id.to_owned())
        }
        (Kind::FieldUse, Verb::Create) => {
            let (project, field) = (mutation.within()?, shown_gid(mutation.own()?));
            let mut body = set(mutation.fields.clone());
            let important = take(&mut body, &["is_important"]);
            put_on(asana, project, field, important, mutation.said("insert_before")).await.map_err(refused)?;
            Ok(shown_id(project, field))
        }
        (Kind::FieldOption, Verb::Create) => create_option(asana, mutation).await,
        (Kind::FieldOption, Verb::Update) => {
            let option = mutation.own()?;
            asana.change(&["enum_options", option], mutation.fields.clone()).await.map_err(refused)?;
            Ok(option.to_owned())
        }
        _ => Err(not_offered(mutation)),
    }
}

async fn create(asana: &Asana, mutation: &Mutation) -> Result<String, WriteError> {
    let refused = |fault: ApiFault| refusal(&fault);
    let project = mutation.within()?;
    let mut body = set(mutation.fields.clone());
    let important = take(&mut body, &["is_important"]);
    let next = take(&mut body, &["insert_before"]);
    let next = next.get("insert_before").and_then(Value::as_str);
    let global = take(&mut body, &["is_global_to_workspace", "options"]);
    let is_global = global.get("is_global_to_workspace").and_then(Value::as_bool).unwrap_or_default();
    let workspace = asana.workspace_of(project).await.map_err(refused)?;
    body.insert("workspace".to_owned(), json!(workspace));
    if !is_global {
        let field = add_setting(asana, project, body.into(), important, next).await.map_err(refused)?;
        lock(&asana.places).new_fields.insert((project.to_owned(), field.clone()));
        return Ok(field);
    }
    if let Some(field) = global_field(asana, &workspace, mutation).await.map_err(refused)? {
        put_on(asana, project, &field, important, next).await.map_err(refused)?;
        return Ok(field);
    }
    let field = asana.create(&["custom_fields"], body).await.map_err(refused)?;
    lock(&asana.places).new_fields.insert((project.to_owned(), gid(&field).to_owned()));
    add_setting(asana, project, json!(gid(&field)), important, next).await.map_err(|fault| halfway(&fault))
}

/// Sets a custom field of the workspace up in a project. An answer may have been lost: then it is set up already, and
/// Asana refuses to do it twice.
async fn put_on(
    asana: &Asana,
    project: &str,
    field: &str,
    important: Params,
    next: Option<&str>,
) -> Result<(), ApiFault> {
    if setting(asana, project, |live| gid(live) == field).await?.is_none() {
        add_setting(asana, project, json!(field), important, next).await?;
    }
    Ok(())
}

/// Sets a custom field up in a project, before the one that is to come next: one that is there, by its gid, or a new
/// one of the project's own.
async fn add_setting(
    asana: &Asana,
    project: &str,
    field: Value,
    important: Params,
    next: Option<&str>,
) -> Result<String, ApiFault> {
    let is_new = field.is_object();
    let known = field.as_str().map(ToOwned::to_owned);
    let mut body = params([("custom_field", field)]);
    body.extend(important);
    if let Some(next) = next {
        // Asana wants its setting's gid. Should it have gone meanwhile, the new one comes last.
        let settings = settings(asana, project).await?;
        let next = settings.iter().find(|setting| gid_at(setting, "custom_field") == shown_gid(next));
        body.extend(next.map(|next| ("insert_before".to_owned(), json!(gid(next)))));
    }
    let path = ["projects", project, "addCustomFieldSetting"];
    let setting = if is_new { asana.create(&path, body).await? } else { asana.bring_about(&path, body).await? };
    Ok(known.unwrap_or_else(|| gid_at(&setting, "custom_field").to_owned()))
}

/// The workspace's field of this name and sort, if there still is one.
async fn global_field(asana: &Asana, workspace: &str, mutation: &Mutation) -> Result<Option<String>, ApiFault> {
    let question = Question::new(&["workspaces", workspace, "custom_fields"], "name,resource_subtype");
    let fields = asana.list(&question).await?;
    let same = |field: &&Value| is_same(field, mutation);
    Ok(fields.iter().find(same).map(|field| gid(field).to_owned()))
}

fn is_same(field: &Value, mutation: &Mutation) -> bool {
    ["name", "resource_subtype"].iter().all(|name| field.get(*name) == mutation.fields.get(*name))
}

/// The field of a project's settings for which `wanted` says yes.
async fn setting(
    asana: &Asana,
    project: &str,
    wanted: impl Fn(&Value) -> bool,
) -> Result<Option<Value>, ApiFault> {
    let settings = settings(asana, project).await?;
    Ok(settings.into_iter().filter_map(|setting| setting.get("custom_field").cloned()).find(wanted))
}

/// What custom fields a project has, in their order.
async fn settings(asana: &Asana, project: &str) -> Result<Vec<Value>, ApiFault> {
    let fields = "custom_field.name,custom_field.resource_subtype";
    asana.list(&Question::new(&["projects", project, "custom_field_settings"], fields)).await
}

/// The field that a lost creation set up in its project.
pub(super) async fn lost_field(asana: &Asana, lost: &Mutation, project: &str) -> Result<Option<String>, ApiFault> {
    let is_new = |field: &Value| !lost.known.contains(&NativeId::from(gid(field)));
    let found = setting(asana, project, |field| is_same(field, lost) && is_new(field)).await?;
    Ok(found.map(|field| gid(&field).to_owned()))
}

async fn create_option(asana: &Asana, mutation: &Mutation) -> Result<String, WriteError> {
    let refused = |fault: ApiFault| refusal(&fault);
    let field = mutation.above()?;
    // A field that was there before has its options already.
    let project = mutation.within()?;
    let is_new = lock(&asana.places).new_fields.contains(&(project.to_owned(), field.to_owned()));
    let existing = if is_new { None } else { existing_option(asana, mutation, field).await.map_err(refused)? };
    if let Some(option) = existing {
        let enabled = mutation.fields.get("enabled").and_then(Value::as_bool).unwrap_or(true);
        if is(&option, "enabled") != enabled {
            let body = params([("enabled", json!(enabled))]);
            asana.change(&["enum_options", gid(&option)], body).await.map_err(refused)?;
        }
        return Ok(gid(&option).to_owned());
    }
    let mut body = set(mutation.fields.clone());
    let enabled = body.remove("enabled").and_then(|enabled| enabled.as_bool()).unwrap_or(true);
    let option = asana.create(&["custom_fields", field, "enum_options"], body).await.map_err(refused)?;
    lock(&asana.places).taken.insert((project.to_owned(), gid(&option).to_owned()));
    if !enabled {
        let body = params([("enabled", json!(false))]);
        asana.change(&["enum_options", gid(&option)], body).await.map_err(|fault| halfway(&fault))?;
    }
    Ok(gid(&option).to_owned())
}

/// An option of this name and colour that no other of the project's became.
pub(super) async fn existing_option(
    asana: &Asana,
    mutation: &Mutation,
    field: &str,
) -> Result<Option<Value>, ApiFault> {
    let fields = "enum_options.name,enum_options.color,enum_options.enabled";
    let answer = asana.one(&Question::new(&["custom_fields", field], fields)).await?;
    let mut places = lock(&asana.places);
    let project = mutation.container.clone().map(|id| id.0).unwrap_or_default();
    let free = |id: &str| !places.taken.contains(&(project.clone(), id.to_owned()));
    let colour = |color: &str| if color.is_empty() { "none" } else { color }.to_owned();
    let same = |option: &&Value| {
        text(option, "name") == mutation.said("name").unwrap_or_default()
            && colour(text(option, "color")) == colour(mutation.said("color").unwrap_or_default())
            && free(gid(option))
    };
    let found = list(&answer, "enum_options").iter().find(same).cloned();
    places.taken.extend(found.as_ref().map(|option| (project.clone(), gid(option).to_owned())));
    Ok(found)
}

//! Tags, which belong to the workspace: one of the same name and colour is used instead of a second one.

use serde_json::Value;

use super::calls::{Ids, params, refusal, set};
use crate::http::fault::{ApiFault, FaultClass};
use crate::model::grants::Verb;
use crate::model::mutation::{Mutation, WriteError};
use crate::platforms::asana::Asana;
use crate::platforms::asana::asking::Question;
use crate::platforms::asana::connector::lock;
use crate::platforms::asana::json::gid;

/// Finds or creates, changes or removes a tag; gives its gid.
pub(super) async fn write(asana: &Asana, mutation: &Mutation) -> Result<String, WriteError> {
    let refused = |fault: ApiFault| refusal(&fault);
    match mutation.verb {
        Verb::Create => {
            if let Some(tag) = existing(asana, mutation).await.map_err(refused)? {
                return Ok(tag);
            }
            let workspace = asana.workspace_of(mutation.within()?).await.map_err(refused)?;
            let mut body = set(mutation.fields.clone());
            body.extend(params([("workspace", workspace.as_str().into())]));
            let tag = asana.create(&["tags"], body).await.map_err(refused)?;
            let id = gid(&tag).to_owned();
            let mut places = lock(&asana.places);
            places.tags.entry(workspace).or_default().push(tag);
            places.taken.insert((mutation.within()?.to_owned(), id.clone()));
            Ok(id)
        }
        Verb::Update => {
            let tag = mutation.own()?;
            asana.change(&["tags", tag], mutation.fields.clone()).await.map_err(refused)?;
            Ok(tag.to_owned())
        }
        Verb::Delete => {
            let tag = mutation.own()?;
            // Other projects may use it; without a task it is no project's any more.
            let used = match asana.list(&Question::new(&["tags", tag, "tasks"], "")).await {
                Err(fault) if fault.class == FaultClass::NotFound => return Ok(tag.to_owned()),
                used => !used.map_err(refused)?.is_empty(),
            };
            if !used {
                asana.remove(&["tags", tag]).await.map_err(refused)?;
            }
            Ok(tag.to_owned())
        }
    }
}

/// A tag of the workspace with the name and colour of the one to create, which no other of the project's became.
pub(super) async fn existing(asana: &Asana, mutation: &Mutation) -> Result<Option<String>, ApiFault> {
    let Some(project) = mutation.container.as_ref().map(crate::model::NativeId::as_str) else { return Ok(None) };
    let workspace = asana.workspace_of(project).await?;
    let known = lock(&asana.places).tags.contains_key(&workspace);
    if !known {
        let tags = asana.list(&Question::new(&["workspaces", &workspace, "tags"], "name,color")).await?;
        lock(&asana.places).tags.insert(workspace.clone(), tags);
    }
    let mut places = lock(&asana.places);
    let said = |value: Option<&Value>| value.filter(|value| !value.is_null()).cloned();
    let same = |tag: &Value| {
        ["name", "color"].iter().all(|field| said(tag.get(*field)) == said(mutation.fields.get(*field)))
    };
    let free = |id: &str| !places.taken.contains(&(project.to_owned(), id.to_owned()));
    let tags = places.tags.get(&workspace).map(Vec::as_slice).unwrap_or_default();
    let found = tags.iter().filter(|tag| same(tag)).map(gid).find(|id| free(id)).map(ToOwned::to_owned);
    if let Some(found) = &found {
        places.taken.insert((project.to_owned(), found.clone()));
    }
    Ok(found)
}

//! Shares, groups and their members.

use serde_json::{Value, json};

use super::super::json::text;
use super::super::{Smartsheet, pages};
use super::call::{Call, set};
use super::{container, not_offered, own, receipt, refusal, unless_gone};
use crate::http::fault::ApiFault;
use crate::model::Kind;
use crate::model::grants::Verb;
use crate::model::mutation::{Mutation, Receipt, WriteError};

/// Creates, changes or deletes a share, a group, or a group's member.
pub(super) async fn write(smartsheet: &Smartsheet, mutation: &Mutation) -> Result<Receipt, WriteError> {
    match mutation.kind {
        Kind::Group => group(smartsheet, mutation).await,
        Kind::GroupMember => member(smartsheet, mutation).await,
        _ => share(smartsheet, mutation).await,
    }
}

async fn group(smartsheet: &Smartsheet, mutation: &Mutation) -> Result<Receipt, WriteError> {
    match mutation.verb {
        Verb::Create => {
            let body = Value::Object(set(&mutation.fields, &["name", "description"]));
            let made = Call::post(&["groups"], body).result(smartsheet).await?;
            return receipt(mutation, text(&made, "id"));
        }
        Verb::Update => {
            let mut body = set(&mutation.fields, &["name"]);
            if let Some(description) = mutation.fields.get("description") {
                body.insert("description".to_owned(), description.as_str().unwrap_or_default().into());
            }
            Call::put(&["groups", own(mutation)?], Value::Object(body)).result(smartsheet).await?;
        }
        Verb::Delete => {
            unless_gone(mutation, Call::delete(&["groups", own(mutation)?]).send(smartsheet).await)?;
        }
    }
    receipt(mutation, own(mutation)?)
}

/// Adds people to a group. Smartsheet leaves out of its answer who was in it already.
pub(super) async fn add_to_group(smartsheet: &Smartsheet, part: &[Mutation]) -> Result<Vec<Receipt>, WriteError> {
    let Some(first) = part.first() else { return Ok(Vec::new()) };
    let people: Vec<Value> = part.iter().map(|mutation| json!({"email": mutation.fields.get("email")})).collect();
    Call::post(&["groups", container(first)?, "members"], people.into()).results(smartsheet).await?;
    part.iter().map(|mutation| receipt(mutation, own(mutation)?)).collect()
}

async fn member(smartsheet: &Smartsheet, mutation: &Mutation) -> Result<Receipt, WriteError> {
    if mutation.verb != Verb::Delete {
        return Err(not_offered(mutation));
    }
    let (group, person) = (container(mutation)?, own(mutation)?);
    unless_gone(mutation, Call::delete(&["groups", group, "members", person]).send(smartsheet).await)?;
    receipt(mutation, person)
}

/// What is shared: the type of the asset, and its id.
pub(super) fn asset(mutation: &Mutation) -> Result<[(&'static str, String); 2], WriteError> {
    let kind = if mutation.kind == Kind::Member { "sheet" } else { "workspace" };
    Ok([("assetType", kind.to_owned()), ("assetId", container(mutation)?.to_owned())])
}

/// All shares of what the mutation is about.
pub(super) async fn shares(smartsheet: &Smartsheet, mutation: &Mutation) -> Result<Vec<Value>, ApiFault> {
    let asset = asset(mutation).map_err(|error| super::super::local("shares", &error.to_string()))?;
    let query = asset.each_ref().map(|(name, value)| (*name, value.as_str()));
    pages::by_token(smartsheet, &["shares"], &query).await
}

/// The share with the person or group that the mutation is about.
pub(super) fn own_share<'a>(shares: &'a [Value], mutation: &Mutation) -> Option<&'a Value> {
    let whose = whose(mutation)?;
    shares.iter().find(|share| ["groupId", "userId", "email"].iter().any(|key| text(share, key) == whose))
}

/// The id of the person, or of the group as it is now.
fn whose(mutation: &Mutation) -> Option<&str> {
    let group = mutation.fields.get("groupId").and_then(Value::as_str);
    group.or(mutation.id.as_ref().map(crate::model::NativeId::as_str))
}

async fn share(smartsheet: &Smartsheet, mutation: &Mutation) -> Result<Receipt, WriteError> {
    let [kind, id] = asset(mutation)?;
    let aimed = |call: Call| call.with(kind.0, kind.1.clone()).with(id.0, id.1.clone());
    let level = mutation.fields.get("accessLevel").cloned().unwrap_or_default();
    if mutation.verb == Verb::Create {
        let mut body = set(&mutation.fields, &["groupId"]);
        if body.is_empty() {
            body = set(&mutation.fields, &["email"]);
        }
        if body.is_empty() {
            return Err(WriteError::Refused("nothing says with whom it was shared".to_owned()));
        }
        body.insert("accessLevel".to_owned(), level);
        let call = aimed(Call::post(&["shares"], json!([body]))).with("sendEmail", "false");
        call.results(smartsheet).await?;
    } else {
        let shares = shares(smartsheet, mutation).await.map_err(|fault| refusal(&fault))?;
        match (own_share(&shares, mutation), mutation.verb) {
            (Some(share), Verb::Update) => {
                let path = ["shares", text(share, "id")];
                aimed(Call::patch(&path, json!({"accessLevel": level}))).result(smartsheet).await?;
            }
            (Some(share), _) => {
                let call = aimed(Call::delete(&["shares", text(share, "id")]));
                unless_gone(mutation, call.send(smartsheet).await)?;
            }
            // A right that is gone is deleted.
            (None, Verb::Delete) => {}
            (None, _) => return Err(WriteError::Refused("it is not shared with them any more".to_owned())),
        }
    }
    receipt(mutation, whose(mutation).unwrap_or_default())
}

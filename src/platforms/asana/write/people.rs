//! Memberships of projects and teams.

use serde_json::{Value, json};

use super::calls::{Ids, not_offered, params, refusal};
use crate::http::fault::ApiFault;
use crate::model::Kind;
use crate::model::grants::Verb;
use crate::model::mutation::{Mutation, WriteError};
use crate::platforms::asana::Asana;
use crate::platforms::asana::asking::Question;
use crate::platforms::asana::json::{gid, text};

/// Sets or removes a membership; gives the gid of the person or team.
pub(super) async fn write(asana: &Asana, mutation: &Mutation) -> Result<String, WriteError> {
    let member = member(mutation)?;
    let within = mutation.within()?;
    let done = match (mutation.kind, mutation.verb) {
        (Kind::Member, Verb::Create | Verb::Update) => {
            join_project(asana, within, member, mutation.said("access_level")).await
        }
        (Kind::Member, Verb::Delete) => leave_project(asana, within, member).await,
        (Kind::GroupMember, Verb::Create) => {
            let user = params([("user", member.into())]);
            asana.bring_about(&["teams", within, "addUser"], user).await.map(drop)
        }
        (Kind::GroupMember, Verb::Delete) => {
            let user = params([("user", member.into())]);
            asana.bring_about(&["teams", within, "removeUser"], user).await.map(drop)
        }
        _ => return Err(not_offered(mutation)),
    };
    done.map(|()| member.to_owned()).map_err(|fault| refusal(&fault))
}

/// Who the membership is about: a team may have a new id, a person has the same everywhere.
pub(super) fn member(mutation: &Mutation) -> Result<&str, WriteError> {
    mutation.said("team").map_or_else(|| mutation.own(), Ok)
}

/// The membership of a person or team in a project, if there is one.
pub(super) async fn membership(asana: &Asana, project: &str, member: &str) -> Result<Option<Value>, ApiFault> {
    let question =
        Question::new(&["memberships"], "access_level").with("parent", project).with("member", member);
    Ok(asana.list(&question).await?.into_iter().next())
}

async fn join_project(asana: &Asana, project: &str, member: &str, level: Option<&str>) -> Result<(), ApiFault> {
    let live = membership(asana, project, member).await?;
    match (live, level) {
        (Some(live), Some(level)) if text(&live, "access_level") != level => {
            let level = params([("access_level", json!(level))]);
            asana.change(&["memberships", gid(&live)], level).await.map(drop)
        }
        (Some(_), _) => Ok(()),
        (None, level) => {
            let mut body = params([("parent", project.into()), ("member", member.into())]);
            body.extend(level.map(|level| ("access_level".to_owned(), json!(level))));
            asana.bring_about(&["memberships"], body).await.map(drop)
        }
    }
}

async fn leave_project(asana: &Asana, project: &str, member: &str) -> Result<(), ApiFault> {
    match membership(asana, project, member).await? {
        Some(live) => asana.remove(&["memberships", gid(&live)]).await,
        None => Ok(()),
    }
}

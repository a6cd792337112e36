//! After a lost answer: finds out whether the write happened.

use serde_json::Value;

use super::calls::Ids;
use super::places::Spot;
use super::receipt::receipt;
use super::{attachments, custom_fields, people, projects, tags, tasks, texts};
use crate::http::fault::{ApiFault, FaultClass};
use crate::model::grants::Verb;
use crate::model::mutation::{Mutation, Receipt, WriteError};
use crate::model::{Kind, NativeId};
use crate::platforms::asana::Asana;
use crate::platforms::asana::asking::Question;
use crate::platforms::asana::connector::lock;
use crate::platforms::asana::json::{gid, gid_at, list, rank, text};
use crate::platforms::asana::local;
use crate::platforms::asana::read::shown_id;

/// Looks for what a lost creation would have made, and finishes it where that takes a second call. Deletions are
/// looked up as well; changes say what shall be, so they are simply made again.
pub(in super::super) async fn locate(asana: &Asana, lost: &Mutation) -> Result<Option<Receipt>, ApiFault> {
    let found = match lost.verb {
        Verb::Create => created(asana, lost).await?,
        Verb::Delete => removed(asana, lost).await?,
        Verb::Update => return Err(local("look-up", "a change is made again, not looked up")),
    };
    let receipt = found.and_then(|id| receipt(lost, &id));
    if let (Some(receipt), Verb::Create) = (&receipt, lost.verb) {
        lock(&asana.made).insert(receipt.key.id.clone());
    }
    Ok(receipt)
}

/// The ids, or a fault of our own.
fn needed<T>(id: Result<T, WriteError>) -> Result<T, ApiFault> {
    id.map_err(|error| local("look-up", &error.to_string()))
}

/// A step that finishes what was created; where Asana refuses it, the record stands as it is.
fn finished(step: Result<(), WriteError>) -> Result<(), ApiFault> {
    match step {
        Ok(()) | Err(WriteError::Refused(_)) => Ok(()),
        Err(error) => Err(local("look-up", &error.to_string())),
    }
}

async fn created(asana: &Asana, lost: &Mutation) -> Result<Option<String>, ApiFault> {
    match lost.kind {
        Kind::Group => {
            let organization = lost.fields.get("organization").map(gid).unwrap_or_default();
            let teams = asana.list(&Question::new(&["workspaces", organization, "teams"], "name")).await?;
            Ok(newest(asana, lost, &teams, |team| same(team, lost, "name")))
        }
        Kind::Container => {
            let workspace = lost.fields.get("workspace").map(gid).unwrap_or_default();
            let projects = asana.list(&Question::new(&["workspaces", workspace, "projects"], "name")).await?;
            let found = newest(asana, lost, &projects, |project| same(project, lost, "name"));
            if let Some(project) = &found {
                projects::prepare(asana, project).await?;
            }
            Ok(found)
        }
        Kind::Section => {
            let question = Question::new(&["projects", needed(lost.within())?, "sections"], "name");
            let sections = asana.list(&question).await?;
            Ok(newest(asana, lost, &sections, |section| same(section, lost, "name")))
        }
        Kind::Label => tags::existing(asana, lost).await,
        Kind::FieldDef => custom_fields::lost_field(asana, lost, needed(lost.within())?).await,
        Kind::FieldOption => {
            let option = custom_fields::existing_option(asana, lost, needed(lost.above())?).await?;
            Ok(option.map(|option| gid(&option).to_owned()))
        }
        Kind::Item => task(asana, lost).await,
        Kind::Placement => {
            let (project, task) = (needed(lost.within())?, lost.said("item").unwrap_or_default());
            let live = asana.one(&Question::new(&["tasks", task], "memberships.project.gid")).await?;
            let is_there =
                list(&live, "memberships").iter().any(|membership| gid_at(membership, "project") == project);
            Ok(is_there.then(|| shown_id(project, task)))
        }
        Kind::Member => {
            let (project, member) = (needed(lost.within())?, needed(people::member(lost))?);
            let live = people::membership(asana, project, member).await?;
            let is_it = |live: &Value| lost.said("access_level").is_none_or(|level| text(live, "access_level") == level);
            Ok(live.filter(is_it).map(|_| member.to_owned()))
        }
        Kind::Attachment => {
            let fields = "name,size,view_url";
            let parent = needed(attachments::parent(lost))?;
            let files = asana.list(&Question::new(&["attachments"], fields).with("parent", parent)).await?;
            Ok(newest(asana, lost, &files, |file| attachments::is_it(file, lost)))
        }
        Kind::Comment => {
            let question = Question::new(&["tasks", needed(lost.above())?, "stories"], "html_text,type");
            let stories = asana.list(&question).await?;
            Ok(newest(asana, lost, &stories, |story| text(story, "type") == "comment" && reads_alike(story, lost)))
        }
        Kind::StatusUpdate => {
            let question = Question::new(&["status_updates"], "title,html_text").with("parent", needed(lost.within())?);
            let updates = asana.list(&question).await?;
            Ok(newest(asana, lost, &updates, |update| same(update, lost, "title") && reads_alike(update, lost)))
        }
        Kind::Brief => {
            let live = asana.one(&Question::new(&["projects", needed(lost.within())?], "project_brief")).await?;
            let brief = gid_at(&live, "project_brief");
            Ok(Some(brief.to_owned()).filter(|brief| !brief.is_empty() && !lost.known.contains(&NativeId::from(brief.as_str()))))
        }
        // Setting a value or adding a person again is the same as having done it.
        _ => Ok(None),
    }
}

async fn task(asana: &Asana, lost: &Mutation) -> Result<Option<String>, ApiFault> {
    let fields = super::calls::flat(&lost.fields);
    let spot = needed(tasks::spot(lost, &fields))?;
    let found = if asana.is_app {
        asana.marked(lost).await?
    } else {
        let path = match spot {
            Spot::Parent(parent) => ["tasks", parent, "subtasks"],
            Spot::Section { project, section: "" } if asana.own_tasks_in(project).await?.is_some() => {
                ["user_task_lists", project, "tasks"]
            }
            Spot::Section { project, section: "" } => ["projects", project, "tasks"],
            Spot::Section { section, .. } => ["sections", section, "tasks"],
        };
        let tasks = asana.list(&Question::new(&path, "name,resource_subtype,html_notes")).await?;
        newest(asana, lost, &tasks, |task| {
            let notes = |value: Option<&Value>| texts::plain(value.and_then(Value::as_str).unwrap_or_default());
            same(task, lost, "name") && notes(task.get("html_notes")) == notes(lost.fields.get("html_notes"))
        })
    };
    if let Some(found) = found.as_deref().filter(|_| !matches!(spot, Spot::Section { section: "", .. })) {
        finished(asana.found_last(found, spot).await)?;
    }
    Ok(found)
}

/// The newest of the records that are `it`, without those that were there before and those made since.
fn newest(asana: &Asana, lost: &Mutation, live: &[Value], it: impl Fn(&Value) -> bool) -> Option<String> {
    let made = lock(&asana.made);
    let is_old = |id: &NativeId| lost.known.contains(id) || made.contains(id);
    live.iter()
        .filter(|record| it(record) && !is_old(&NativeId::from(gid(record))))
        .map(gid)
        .max_by_key(|gid| rank(gid))
        .map(ToOwned::to_owned)
}

fn same(live: &Value, lost: &Mutation, field: &str) -> bool {
    text(live, field) == lost.said(field).unwrap_or_default()
}

fn reads_alike(live: &Value, lost: &Mutation) -> bool {
    texts::plain(text(live, "html_text")) == texts::plain(lost.said("html_text").unwrap_or_default())
}

/// The record's own id if it is gone.
async fn removed(asana: &Asana, lost: &Mutation) -> Result<Option<String>, ApiFault> {
    let id = needed(lost.own())?;
    let path = match lost.kind {
        Kind::Container => ["projects", id],
        Kind::Section => ["sections", id],
        Kind::Label => ["tags", id],
        Kind::Item => ["tasks", id],
        Kind::Attachment => ["attachments", id],
        Kind::Comment => ["stories", id],
        Kind::StatusUpdate => ["status_updates", id],
        Kind::Brief => ["project_briefs", id],
        // Taken out of something that stays: doing it again is the same as having done it.
        _ => return Ok(None),
    };
    match asana.one(&Question::new(&path, "")).await {
        Err(fault) if fault.class == FaultClass::NotFound => Ok(Some(id.to_owned())),
        live => live.map(|_| None),
    }
}

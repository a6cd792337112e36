//! After a lost answer: finds out whether the write happened.
//!
//! Smartsheet has no external ids and no keys against repetition, so a lost creation is looked for among its siblings
//! by its content, leaving out what was there before and what this connector has made itself.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::super::connector::lock;
use super::super::dialect::sheet_token;
use super::super::json::{is, list, object, text};
use super::super::{HOME, Smartsheet, local, pages, read};
use super::call::part;
use super::{cells, columns, images, people, receipt, row_above, sheets, talk};
use crate::http::fault::{ApiFault, FaultClass};
use crate::model::grants::Verb;
use crate::model::mutation::{Mutation, Receipt, WriteError};
use crate::model::{Kind, NativeId};

/// Looks for what a lost creation would have made. Changes and deletions say what shall be and may be sent again, so
/// nothing is to be found out about them.
pub(in super::super) async fn locate(smartsheet: &Smartsheet, lost: &Mutation) -> Result<Option<Receipt>, ApiFault> {
    if lost.verb != Verb::Create {
        return Ok(None);
    }
    let found = match lost.kind {
        Kind::FieldValue => return cell(smartsheet, lost).await,
        Kind::Member | Kind::WorkspaceMember => {
            let shares = people::shares(smartsheet, lost).await?;
            people::own_share(&shares, lost).map(|_| person(lost))
        }
        Kind::GroupMember => {
            let group = smartsheet.get(&["groups", id_of(lost.container.as_ref())?], &[]).await?;
            let is_in = list(&group, "members").iter().any(|member| Some(text(member, "id")) == lost.id.as_ref().map(NativeId::as_str));
            is_in.then(|| person(lost))
        }
        Kind::FieldDef if columns::is_primary(lost) => primary(smartsheet, lost).await?,
        _ => among_siblings(smartsheet, lost).await?,
    };
    let Some((id, link)) = found else { return Ok(None) };
    let receipt = receipt(lost, &id).map_err(|error| unusable(&error))?;
    lock(&smartsheet.made).insert(receipt.key.id.clone());
    Ok(Some(Receipt { link, ..receipt }))
}

/// An id, and the token of links where there is one.
type Located = (String, Option<String>);

fn unusable(error: &WriteError) -> ApiFault {
    local("look-up", &error.to_string())
}

fn id_of(id: Option<&NativeId>) -> Result<&str, ApiFault> {
    id.map(NativeId::as_str).ok_or_else(|| local("look-up", "the write to look up does not say where it belongs"))
}

/// What is known beforehand: the person, or the group as it is now.
fn person(lost: &Mutation) -> Located {
    let group = lost.fields.get("groupId").and_then(Value::as_str);
    let own = lost.id.as_ref().map(NativeId::as_str);
    (group.or(own).unwrap_or_default().to_owned(), None)
}

async fn primary(smartsheet: &Smartsheet, lost: &Mutation) -> Result<Option<Located>, ApiFault> {
    let sheet = id_of(lost.container.as_ref())?;
    let columns = pages::numbered(smartsheet, &["sheets", sheet, "columns"], &[("level", "2")]).await?;
    let primary = columns.iter().find(|column| is(column, "primary"));
    let done = primary.filter(|column| column.get("title") == lost.fields.get("title"));
    Ok(done.map(|column| (text(column, "id").to_owned(), None)))
}

async fn among_siblings(smartsheet: &Smartsheet, lost: &Mutation) -> Result<Option<Located>, ApiFault> {
    let siblings = siblings(smartsheet, lost).await?;
    let made = lock(&smartsheet.made).clone();
    let is_new = |sibling: &&Value| {
        let id = NativeId::from(text(sibling, "id"));
        !lost.known.contains(&id) && !made.contains(&id)
    };
    let wanted = telling(lost);
    // Of several that are alike the first: what is made together is made in order, and looked for in order.
    let found = siblings.iter().filter(is_new).find(|sibling| match lost.blob {
        Some(blob) if lost.kind != Kind::Image => {
            let size = sibling.get("sizeInKb").and_then(Value::as_u64).unwrap_or_default();
            sibling.get("name") == lost.fields.get("name") && size.abs_diff(blob.len / 1024) <= 1
        }
        _ => wanted.iter().all(|(name, value)| sibling.get(name).unwrap_or(&Value::Null) == value),
    });
    let Some(found) = found else { return Ok(None) };
    let id = text(found, "id").to_owned();
    let link = match lost.kind {
        Kind::Container => sheet_token(text(found, "permalink")),
        Kind::Item => Some(super::super::dialect::row_token(&id)),
        _ => None,
    };
    Ok(Some((id, link)))
}

/// What tells a new record from its siblings.
fn telling(lost: &Mutation) -> Map<String, Value> {
    let names: &[&str] = match lost.kind {
        Kind::FieldDef | Kind::SummaryField => &["title"],
        Kind::Item => &["primary"],
        Kind::Discussion | Kind::Comment => &["text"],
        Kind::Attachment | Kind::Enclosure => &["name", "url"],
        // There is but the one in that place, and its text comes back trimmed.
        Kind::Image => &[],
        _ => &["name"],
    };
    names.iter().map(|name| ((*name).to_owned(), lost.fields.get(*name).cloned().unwrap_or_default())).collect()
}

/// Everything among which a new record would be, in the platform's order.
async fn siblings(smartsheet: &Smartsheet, lost: &Mutation) -> Result<Vec<Value>, ApiFault> {
    let sheet = || id_of(lost.container.as_ref());
    match lost.kind {
        Kind::Workspace => pages::by_token(smartsheet, &["workspaces"], &[("paginationType", "token")]).await,
        Kind::Group => pages::numbered(smartsheet, &["groups"], &[]).await,
        Kind::Folder | Kind::Container => children(smartsheet, lost).await,
        Kind::FieldDef => pages::numbered(smartsheet, &["sheets", sheet()?, "columns"], &[("level", "2")]).await,
        Kind::SummaryField => {
            let summary = smartsheet.get(&["sheets", sheet()?, "summary"], &[]).await?;
            Ok(list(&summary, "fields").to_vec())
        }
        Kind::ContainerLink => pages::numbered(smartsheet, &["sheets", sheet()?, "crosssheetreferences"], &[]).await,
        Kind::Item => rows(smartsheet, lost, sheet()?).await,
        Kind::Discussion => discussions(smartsheet, lost).await,
        Kind::Comment => {
            let path = ["sheets", sheet()?, "discussions", id_of(lost.parent.as_ref())?];
            Ok(list(&smartsheet.get(&path, &[]).await?, "comments").to_vec())
        }
        Kind::Image => images::there(smartsheet, lost).await.map_err(|error| unusable(&error)),
        Kind::Attachment | Kind::Enclosure => {
            let path = talk::home_of_file(smartsheet, lost).await.map_err(|error| unusable(&error))?;
            let home = path.last().cloned().unwrap_or_default();
            let all = pages::numbered(smartsheet, &["sheets", sheet()?, "attachments"], &[]).await?;
            Ok(all.into_iter().filter(|file| text(file, "parentId") == home).collect())
        }
        _ => Err(local("look-up", "nothing of this kind is ever created")),
    }
}

/// The folders or sheets in the place where the lost one was to be made.
async fn children(smartsheet: &Smartsheet, lost: &Mutation) -> Result<Vec<Value>, ApiFault> {
    let mut path = sheets::place(&lost.fields).map_err(|error| unusable(&error))?;
    let kind = if lost.kind == Kind::Folder { "folder" } else { "sheet" };
    if path.is_empty() {
        let route: &[&str] = if kind == "folder" { &[HOME, "folders"] } else { &["sheets"] };
        return pages::numbered(smartsheet, route, &[]).await;
    }
    path.push("children".to_owned());
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    let children = pages::by_token(smartsheet, &path, &[]).await?;
    Ok(children.into_iter().filter(|child| text(child, "resourceType") == kind).collect())
}

/// The sheet with its rows, read once for all look-ups of one moment.
async fn now(smartsheet: &Smartsheet, sheet: &str) -> Result<Arc<Value>, ApiFault> {
    let known = lock(&smartsheet.looked_at).clone();
    if let Some((_, known)) = known.filter(|(id, _)| id == sheet) {
        return Ok(known);
    }
    let answer = Arc::new(read::whole(smartsheet, sheet).await?);
    *lock(&smartsheet.looked_at) = Some((sheet.to_owned(), Arc::clone(&answer)));
    Ok(answer)
}

/// The rows right below the one that the lost one was to hang on, each with its primary cell's content.
async fn rows(smartsheet: &Smartsheet, lost: &Mutation, sheet: &str) -> Result<Vec<Value>, ApiFault> {
    let sheet = now(smartsheet, sheet).await?;
    let columns = list(&sheet, "columns");
    let primary = columns.iter().find(|column| is(column, "primary")).map(|column| text(column, "id"));
    let above = row_above(lost).unwrap_or_default();
    let siblings = list(&sheet, "rows").iter().filter(|row| text(row, "parentId") == above);
    let with_primary = |row: &Value| {
        let cell = list(row, "cells").iter().find(|cell| Some(text(cell, "columnId")) == primary);
        let value = cell.and_then(|cell| cell.get("value")).cloned().unwrap_or_default();
        let value = if value == "" { Value::Null } else { value };
        json!({"id": row.get("id"), "primary": value})
    };
    Ok(siblings.map(with_primary).collect())
}

/// The discussions on the row or sheet that the lost one was to hang on, each with its opening comment's text.
async fn discussions(smartsheet: &Smartsheet, lost: &Mutation) -> Result<Vec<Value>, ApiFault> {
    let path = talk::above(lost).map_err(|error| unusable(&error))?;
    let path: Vec<&str> = path.iter().map(String::as_str).chain(["discussions"]).collect();
    let all = pages::numbered(smartsheet, &path, &[("include", "comments")]).await?;
    let on_rows = row_above(lost).is_some();
    let here = all.into_iter().filter(|discussion| (text(discussion, "parentType") == "ROW") == on_rows);
    let opened = |discussion: Value| {
        let opening = list(&discussion, "comments").iter().min_by_key(|comment| text(comment, "createdAt"));
        let words = opening.and_then(|comment| comment.get("text")).cloned().unwrap_or_default();
        let mut discussion = object(discussion);
        discussion.insert("text".to_owned(), words);
        Value::Object(discussion)
    };
    Ok(here.map(opened).collect())
}

/// Whether a cell holds what was to be written: then it was.
async fn cell(smartsheet: &Smartsheet, lost: &Mutation) -> Result<Option<Receipt>, ApiFault> {
    let (row, column) = cells::row_and_column(lost).map_err(|error| unusable(&error))?;
    let sheet = match now(smartsheet, id_of(lost.container.as_ref())?).await {
        Err(fault) if fault.class == FaultClass::NotFound => return Ok(None),
        sheet => sheet?,
    };
    let live = list(&sheet, "rows").iter().find(|live| text(live, "id") == row);
    let live = live.and_then(|live| list(live, "cells").iter().find(|cell| text(cell, "columnId") == column));
    let Some(live) = live else { return Ok(None) };
    let is_as_written = |name: &&str| {
        let wanted = lost.fields.get(*name).filter(|wanted| !wanted.is_null());
        wanted.is_none_or(|wanted| live.get(*name) == Some(wanted))
    };
    let link = part(&lost.fields, "hyperlink");
    let leads = link.get("text").is_none_or(|shown| shown.is_null() || live.get("value") == Some(shown));
    let done = ["value", "objectValue", "format", "formula"].iter().all(is_as_written) && leads;
    let receipt = || receipt(lost, &format!("{row}:{column}")).map_err(|error| unusable(&error));
    done.then(receipt).transpose()
}

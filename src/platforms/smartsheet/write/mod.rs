//! Carries out mutations: many rows, cells or columns in one request where Smartsheet takes them, all else one by one.

mod call;
mod cells;
mod columns;
mod images;
mod locate;
mod people;
mod places;
mod rows;
mod sheets;
mod summary;
mod talk;
mod together;

use serde_json::Value;

use super::Smartsheet;
use super::connector::lock;
use crate::http::fault::{ApiFault, FaultClass};
use crate::model::grants::Verb;
use crate::model::mutation::{Mutation, Receipt, WriteError};
use crate::model::{Kind, NativeId, RecordKey};
use crate::platforms::connector::BlobSource;
pub(super) use locate::locate;
use together::{Together, together};

/// Carries out a wave. Two changes of one sheet are never under way at the same time.
pub(super) async fn write(
    smartsheet: &Smartsheet,
    wave: &[Mutation],
    blobs: &dyn BlobSource,
) -> Vec<Result<Receipt, WriteError>> {
    let Some(first) = wave.first() else { return Vec::new() };
    *lock(&smartsheet.looked_at) = None;
    let turn = first.container.as_ref().map(|sheet| smartsheet.turn(sheet));
    let _turn = match &turn {
        Some(turn) => Some(turn.lock().await),
        None => None,
    };
    let answers = if let Some(what) = Together::of(first) {
        together(smartsheet, what, wave).await
    } else {
        let mut answers = Vec::with_capacity(wave.len());
        for mutation in wave {
            answers.push(single(smartsheet, mutation, blobs).await);
        }
        answers
    };
    if first.verb == Verb::Create {
        let made = answers.iter().flatten().map(|receipt| receipt.key.id.clone());
        lock(&smartsheet.made).extend(made);
    }
    answers
}

async fn single(
    smartsheet: &Smartsheet,
    mutation: &Mutation,
    blobs: &dyn BlobSource,
) -> Result<Receipt, WriteError> {
    match mutation.kind {
        Kind::Workspace | Kind::Folder => places::write(smartsheet, mutation).await,
        Kind::Group | Kind::GroupMember | Kind::WorkspaceMember | Kind::Member => {
            people::write(smartsheet, mutation).await
        }
        Kind::Container | Kind::Extension => sheets::write(smartsheet, mutation).await,
        Kind::SummaryField => summary::write(smartsheet, mutation).await,
        Kind::ContainerLink => sheets::write_reference(smartsheet, mutation).await,
        Kind::FieldDef => columns::write(smartsheet, mutation).await,
        Kind::Discussion | Kind::Comment => talk::write(smartsheet, mutation).await,
        Kind::Image => images::write(smartsheet, mutation, blobs).await,
        Kind::Attachment | Kind::Enclosure => talk::write_file(smartsheet, mutation, blobs).await,
        _ => Err(not_offered(mutation)),
    }
}

/// What a fault means for a write.
fn refusal(fault: &ApiFault) -> WriteError {
    match fault.class {
        _ if fault.outcome_unknown => WriteError::Unknown(fault.to_string()),
        FaultClass::Stopped => WriteError::Stopped,
        FaultClass::Unauthorised => WriteError::Unauthorised(fault.to_string()),
        // It cannot be reached or takes nothing at the moment: the next write would fare the same.
        FaultClass::Network | FaultClass::RateLimited | FaultClass::Postponed | FaultClass::Server => {
            WriteError::Unavailable(fault.to_string())
        }
        _ => WriteError::Refused(fault.to_string()),
    }
}

/// The answer to a deletion of what is not there any more is as good as any.
fn unless_gone(mutation: &Mutation, answer: Result<Value, ApiFault>) -> Result<(), WriteError> {
    match answer {
        Err(fault) if mutation.verb == Verb::Delete && fault.class == FaultClass::NotFound => Ok(()),
        answer => answer.map(drop).map_err(|fault| refusal(&fault)),
    }
}

fn not_offered(mutation: &Mutation) -> WriteError {
    WriteError::Refused(format!("Smartsheet offers no way to {:?} a {}", mutation.verb, mutation.kind).to_lowercase())
}

/// The id of what the mutation happens in.
fn container(mutation: &Mutation) -> Result<&str, WriteError> {
    needed(mutation, mutation.container.as_ref(), "container")
}

/// The id of what the record hangs on.
fn parent(mutation: &Mutation) -> Result<&str, WriteError> {
    needed(mutation, mutation.parent.as_ref(), "parent")
}

/// The id of the record itself.
fn own(mutation: &Mutation) -> Result<&str, WriteError> {
    needed(mutation, mutation.id.as_ref(), "own")
}

fn needed<'a>(mutation: &Mutation, id: Option<&'a NativeId>, what: &str) -> Result<&'a str, WriteError> {
    let refuse = || WriteError::Refused(format!("a {} needs the id of its {what}", mutation.kind));
    id.map(NativeId::as_str).ok_or_else(refuse)
}

/// The row that the record hangs on; nothing when it hangs on the sheet.
fn row_above(mutation: &Mutation) -> Option<&str> {
    let row = mutation.parent.as_ref().filter(|parent| Some(*parent) != mutation.container.as_ref())?;
    Some(row.as_str())
}

/// The receipt of a record in the mutation's own container.
fn receipt(mutation: &Mutation, id: &str) -> Result<Receipt, WriteError> {
    if id.is_empty() {
        return Err(WriteError::Unknown(format!("the answer to the creation of a {} has no id", mutation.kind)));
    }
    let container = if mutation.kind.stands_alone() { id } else { container(mutation)? };
    Ok(Receipt { key: RecordKey::new(container, mutation.kind, id), link: None })
}

#[cfg(test)]
mod tests;

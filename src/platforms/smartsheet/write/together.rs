//! Writes that travel together. Smartsheet takes all of a request or nothing of it, so what is refused is halved until
//! the one that it does not take stands alone.

use super::super::Smartsheet;
use super::{cells, columns, people, rows, summary};
use crate::model::Kind;
use crate::model::grants::Verb;
use crate::model::mutation::{Mutation, Receipt, WriteError};

/// What can travel together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Together {
    NewRows,
    ChangedRows,
    GoneRows,
    Cells,
    NewColumns,
    NewSummaryFields,
    NewGroupMembers,
}

impl Together {
    /// What a wave is that begins with this mutation; nothing when its writes go one by one.
    pub(super) fn of(mutation: &Mutation) -> Option<Self> {
        match (mutation.kind, mutation.verb) {
            (Kind::Item, Verb::Create) => Some(Self::NewRows),
            (Kind::Item, Verb::Update) => Some(Self::ChangedRows),
            (Kind::Item, Verb::Delete) => Some(Self::GoneRows),
            (Kind::FieldValue, _) => Some(Self::Cells),
            (Kind::FieldDef, Verb::Create) => Some(Self::NewColumns),
            (Kind::SummaryField, Verb::Create) => Some(Self::NewSummaryFields),
            (Kind::GroupMember, Verb::Create) => Some(Self::NewGroupMembers),
            _ => None,
        }
    }

    async fn send(self, smartsheet: &Smartsheet, part: &[Mutation]) -> Result<Vec<Receipt>, WriteError> {
        match self {
            Self::NewRows => rows::create(smartsheet, part).await,
            Self::ChangedRows => rows::update(smartsheet, part).await,
            Self::GoneRows => rows::delete(smartsheet, part).await,
            Self::Cells => cells::write(smartsheet, part).await,
            Self::NewColumns => columns::create(smartsheet, part).await,
            Self::NewSummaryFields => summary::create(smartsheet, part).await,
            Self::NewGroupMembers => people::add_to_group(smartsheet, part).await,
        }
    }
}

/// Carries out a wave; one answer for each of its writes.
pub(super) async fn together(
    smartsheet: &Smartsheet,
    what: Together,
    wave: &[Mutation],
) -> Vec<Result<Receipt, WriteError>> {
    let mut answers = Vec::with_capacity(wave.len());
    // The parts still to be sent, the next one last.
    let mut open = vec![wave];
    let mut halted: Option<WriteError> = None;
    while let Some(part) = open.pop() {
        let outcome = match &halted {
            Some(error) => Err(error.clone()),
            None => what.send(smartsheet, part).await,
        };
        match outcome {
            Ok(receipts) => answers.extend(receipts.into_iter().map(Ok)),
            Err(WriteError::Refused(_)) if part.len() > 1 => {
                let (first, second) = part.split_at(part.len() / 2);
                open.extend([second, first]);
            }
            Err(error) => {
                answers.extend(part.iter().map(|_| Err(error.clone())));
                if !matches!(error, WriteError::Refused(_) | WriteError::Unknown(_)) {
                    halted = Some(error);
                }
            }
        }
    }
    answers
}

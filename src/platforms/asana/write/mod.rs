//! Carries out mutations: for each kind the calls that it takes.

mod attachments;
mod calls;
mod custom_fields;
mod dates;
mod locate;
mod marker;
mod order;
mod people;
mod places;
mod projects;
mod receipt;
mod tags;
mod tasks;
mod texts;
mod values;

use super::Asana;
use super::connector::lock;
use crate::model::Kind;
use crate::model::grants::Verb;
use crate::model::mutation::{Mutation, Receipt, WriteError};
use crate::platforms::connector::BlobSource;
use calls::not_offered;
pub(super) use locate::locate;
pub(super) use places::Places;
use receipt::receipt;

/// Carries out a wave. Values of custom fields go together per task or project, everything else one by one.
pub(super) async fn write(
    asana: &Asana,
    wave: &[Mutation],
    blobs: &dyn BlobSource,
) -> Vec<Result<Receipt, WriteError>> {
    let mut answers: Vec<Result<Receipt, WriteError>> = Vec::with_capacity(wave.len());
    let mut rest = wave;
    while let Some(first) = rest.first() {
        let together = values::same_owner(rest);
        let (now, later) = rest.split_at_checked(together.max(1)).unwrap_or((rest, &[]));
        if together > 0 {
            answers.extend(values::write(asana, now).await);
        } else {
            answers.push(single(asana, first, blobs).await);
        }
        rest = later;
    }
    answers
}

async fn single(asana: &Asana, mutation: &Mutation, blobs: &dyn BlobSource) -> Result<Receipt, WriteError> {
    let id = match (mutation.kind, mutation.verb) {
        (Kind::Group | Kind::Container | Kind::Section, _) => projects::write(asana, mutation).await?,
        (Kind::Member | Kind::GroupMember, _) => people::write(asana, mutation).await?,
        (Kind::Label, _) => tags::write(asana, mutation).await?,
        (Kind::FieldDef | Kind::FieldOption | Kind::FieldUse, _) => custom_fields::write(asana, mutation).await?,
        (Kind::Item, _) => tasks::write(asana, mutation).await?,
        (Kind::Placement, _) => tasks::place(asana, mutation).await?,
        (Kind::Attachment, _) => attachments::write(asana, mutation, blobs).await?,
        (Kind::Comment | Kind::StatusUpdate | Kind::Brief, _) => texts::write(asana, mutation).await?,
        _ => return Err(not_offered(mutation)),
    };
    let lost = || WriteError::Unknown(format!("the answer about a {} has no gid", mutation.kind));
    let receipt = Some(id).filter(|id| !id.is_empty()).and_then(|id| receipt(mutation, &id)).ok_or_else(lost)?;
    if mutation.verb == Verb::Create {
        lock(&asana.made).insert(receipt.key.id.clone());
    }
    Ok(receipt)
}

#[cfg(test)]
mod custom_fields_tests;
#[cfg(test)]
mod places_tests;
#[cfg(test)]
mod tests;

//! Carries out mutations.

use super::Asana;
use super::local;
use crate::http::fault::ApiFault;
use crate::model::mutation::{Mutation, Receipt, WriteError};
use crate::platforms::connector::BlobSource;

/// What is known about where new tasks go.
#[derive(Debug, Default)]
pub(super) struct Places {}

/// Carries out a wave.
pub(super) async fn write(
    _asana: &Asana,
    wave: &[Mutation],
    _blobs: &dyn BlobSource,
) -> Vec<Result<Receipt, WriteError>> {
    wave.iter().map(|_| Err(WriteError::Refused("not yet".to_owned()))).collect()
}

/// Looks for what a lost write would have made, changed or removed.
pub(super) async fn locate(_asana: &Asana, _lost: &Mutation) -> Result<Option<Receipt>, ApiFault> {
    Err(local("look-up", "not yet"))
}

//! Carries out mutations.

use super::Smartsheet;
use crate::http::fault::ApiFault;
use crate::model::mutation::{Mutation, Receipt, WriteError};
use crate::platforms::connector::BlobSource;

/// Carries out a wave.
pub(super) async fn write(
    _: &Smartsheet,
    wave: &[Mutation],
    _: &dyn BlobSource,
) -> Vec<Result<Receipt, WriteError>> {
    wave.iter().map(|_| Err(WriteError::Refused("not offered".to_owned()))).collect()
}

/// Looks for what a lost write would have made.
pub(super) async fn locate(_: &Smartsheet, _: &Mutation) -> Result<Option<Receipt>, ApiFault> {
    Err(super::local("look-up", "not offered"))
}

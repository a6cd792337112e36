//! The one HTTP client that all connectors use: a transport and a stack of wrappers, one concern each.

pub mod fault;

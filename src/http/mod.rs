//! The one HTTP client that all connectors use: a transport and a stack of wrappers, one concern each.
//!
//! Outermost first: [`logging`] → [`read_only`] → [`retrying`] → [`auth`] → [`limit`] → [`stopping`] →
//! [`metering`] → [`transport`]. Each wrapper is a [`transport::Transport`] around another one.
//! [`client`] builds the stack and speaks JSON over it. Where access is lent for a while, [`auth`] takes its token from
//! [`renewable`], which asks [`oauth`]'s token endpoint past the stack.

pub mod auth;
pub mod client;
pub mod counters;
pub mod fault;
pub mod limit;
pub mod logging;
pub mod metering;
pub mod oauth;
pub mod paging;
pub mod pkce;
pub mod read_only;
pub mod redirects;
pub mod renewable;
pub mod retry_after;
pub mod retrying;
pub mod secure;
pub mod shape;
pub mod stopping;
#[cfg(test)]
pub(crate) mod testing;
pub mod transport;
pub mod types;
pub mod window;

//! Text that is written plain or rich, in one of two fields.

use serde_json::Value;

use super::call::Call;
use super::input;
use super::refusal::Refusal;
use super::rich_text;
use crate::sim::world::Kind;

/// A text of a record and its two fields.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rich {
    /// The kind of record.
    pub(super) kind: Kind,
    /// The field for plain text.
    pub(super) plain: &'static str,
    /// The field for rich text, which is the one that is stored.
    pub(super) html: &'static str,
}

impl Call<'_> {
    /// The rich text that a request writes, if it writes one.
    pub(super) fn rich_change(&self, rich: Rich) -> Result<Option<(&'static str, Value)>, Refusal> {
        let html = match (input::text(self.data, rich.plain)?, input::text(self.data, rich.html)?) {
            (Some(_), Some(_)) => {
                return Err(Refusal::wrong(format!(
                    "You may only provide one of {} or {}!",
                    rich.plain, rich.html
                )));
            }
            (Some(plain), None) => rich_text::from_plain(&plain),
            (None, Some(html)) => html,
            (None, None) => return Ok(None),
        };
        rich_text::check(rich.kind, rich.html, &html)?;
        let html = rich_text::filled_in(&self.state.world, rich.html, &html)?;
        Ok(Some((rich.html, html.into())))
    }
}

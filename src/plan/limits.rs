//! Changes that the platform would refuse for their size.

use std::collections::BTreeSet;

use super::decide::Decisions;
use super::values::Facts;
use crate::model::loss::LossCause;
use crate::model::{RecordKey, limits, ops};

/// Takes out of the fields of a record that are to be changed those whose text the platform does not take.
pub(super) fn leave_out_what_is_too_long(
    facts: &Facts<'_, '_>,
    key: &RecordKey,
    paths: &mut BTreeSet<&'static str>,
    out: &mut Decisions<'_>,
) {
    let Some(record) = facts.scene.desired.get(key) else { return };
    paths.retain(|path| {
        let longest = limits::longest(facts.input.dialect, key.kind, path);
        let text = ops::get_text(&record.native, path);
        let fits = longest.zip(text).is_none_or(|(longest, text)| longest.takes(text));
        if !fits {
            out.lose(key, Some(path), LossCause::Limit);
        }
        fits
    });
}

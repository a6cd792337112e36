//! What is there and may not be read. It looks as if it were missing, and made anew it would be there twice.

use super::values::Facts;
use crate::model::RecordKey;

/// Why what is there is not made, and what would help.
const WHY: &str = "there, but the account may not read it, so it is not made a second time: get access to it, or make \
                   another one with `--mode copy`";

/// Whether the reason why something is not made is that it is there itself and hidden.
pub(super) fn is_own_reason(why: &str) -> bool {
    why == WHY
}

/// Whether the reason why something is not made is, in the end, that something is there and hidden.
pub(super) fn is_reason(why: &str) -> bool {
    why.ends_with(WHY)
}

/// Why `key` is not made, if it, or what an earlier restore made of it, is there and hidden.
pub(super) fn why(facts: &Facts<'_, '_>, key: &RecordKey) -> Option<String> {
    let hidden = facts.input.hidden;
    let is_hidden =
        hidden.contains(key) || facts.input.origins.aliases(key).any(|alias| hidden.contains(alias));
    is_hidden.then(|| WHY.to_owned())
}

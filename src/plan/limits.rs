//! What the platform would refuse for its size or number.

use std::collections::BTreeSet;

use super::decide::Decisions;
use super::roots::Roots;
use super::values::{Creates, Facts, Fate};
use crate::model::loss::LossCause;
use crate::model::{Kind, Record, RecordKey, limits, ops};

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

/// Why the platform would refuse `record` for its size or number, or on what it hangs. `made` are the records that the
/// plan creates.
pub(super) fn beyond_limits<'a>(
    facts: &Facts<'a, '_>,
    roots: &Roots<'a>,
    record: &Record,
    made: &BTreeSet<&'a RecordKey>,
) -> Option<LossCause> {
    let creates = Creates::Exactly(made);
    let holder = facts.scene.parent(record).filter(|parent| parent.kind == Kind::Container);
    let lists = |path: &str, id: &str| {
        let Some(holder) = &holder else { return true };
        match facts.fate(holder, creates) {
            Fate::Live(live) if !made.contains(holder) => {
                let live = facts.scene.live.get(live);
                live.is_none_or(|live| ops::ids(ops::get(&live.native, path)).any(|listed| listed == id))
            }
            Fate::Outside => true,
            _ => false,
        }
    };
    let is_one_more = || roots.fresh.contains_key(&record.key);
    limits::against(facts.input.dialect, record, lists).or_else(|| {
        (is_one_more() && shows_one_too_often(facts, record, creates)).then_some(LossCause::Limit)
    })
}

/// Whether `record` shows an item in one more container that is in as many already as the platform allows.
fn shows_one_too_often(facts: &Facts<'_, '_>, record: &Record, creates: Creates<'_, '_>) -> bool {
    let Some((kind, path, _)) = limits::shown(facts.input.dialect) else { return false };
    let item = ops::get_text(&record.native, path).filter(|_| record.key.kind == kind);
    item.is_some_and(|item| {
        let key = facts.scene.pointed_to(&record.key, Kind::Item, item, true);
        // One that is made anew as well is in none of the old ones.
        facts.input.crowded.contains(&item.into()) && facts.fate(&key, creates) != Fate::Created
    })
}

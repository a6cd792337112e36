//! Has the target changed underneath the plan?

use crate::base::hash::Hash;
use crate::model::RecordKey;
use crate::plan::types::Witness;

/// A live record that is not as it was when the plan was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// Which record.
    pub key: RecordKey,
    /// Its fingerprint when the plan was made; nothing: it was not there.
    pub was: Option<Hash>,
    /// Its fingerprint now; nothing: it is not there.
    pub is: Option<Hash>,
}

/// Everything that the plan relies on and that has changed, in the plan's order. `current` gives the
/// fingerprint of a live record, or nothing when it is not there.
pub fn check(witnesses: &[Witness], current: impl Fn(&RecordKey) -> Option<Hash>) -> Vec<Changed> {
    witnesses
        .iter()
        .map(|witness| Changed {
            key: witness.key.clone(),
            was: witness.fingerprint,
            is: current(&witness.key),
        })
        .filter(|record| record.was != record.is)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Kind;

    #[test]
    fn edited_vanished_and_new_records_are_all_changes() {
        let key = |id: &str| RecordKey::new("b", Kind::Item, id);
        let (old, new) = (Hash::of(b"old"), Hash::of(b"new"));
        let table = [
            ("same", Some(old), Some(old)),
            ("edited", Some(old), Some(new)),
            ("vanished", Some(old), None),
            ("appeared", None, Some(new)),
            ("absent", None, None),
        ];
        let witnesses = table.map(|(id, was, _)| Witness { key: key(id), fingerprint: was });
        let current =
            |wanted: &RecordKey| table.iter().find(|row| key(row.0) == *wanted).and_then(|row| row.2);
        let changed = check(&witnesses, current);
        let expected = [&table[1], &table[2], &table[3]].map(|(id, was, is)| Changed {
            key: key(id),
            was: *was,
            is: *is,
        });
        assert_eq!(changed, expected);
    }
}

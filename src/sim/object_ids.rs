//! Ids of 24 hexadecimal digits whose first eight are the second of creation, as `MongoDB` makes them.

use crate::base::clock::Timestamp;

/// Gives ids out. Ids given later are greater as long as time does not go backwards.
#[derive(Debug, Clone)]
pub struct ObjectIds {
    machine: u64,
    given: u64,
}

impl ObjectIds {
    /// A source that belongs to `seed`.
    pub fn new(seed: u64) -> Self {
        Self { machine: fastrand::Rng::with_seed(seed).u64(..) & 0xff_ffff_ffff, given: 0 }
    }

    /// The next id for a thing made at `now`.
    pub fn next(&mut self, now: Timestamp) -> String {
        self.given = self.given.wrapping_add(1) & 0xff_ffff;
        format!(
            "{:08x}{:010x}{:06x}",
            now.as_second().clamp(0, i64::from(u32::MAX)),
            self.machine,
            self.given
        )
    }
}

/// Whether `text` has the form of an id.
pub fn is_object_id(text: &str) -> bool {
    text.len() == 24 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The second in which the thing with this id was made.
pub fn created(id: &str) -> Option<Timestamp> {
    let seconds = i64::from_str_radix(id.get(..8)?, 16).ok()?;
    Timestamp::from_second(seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_holds_the_second_of_creation_and_grows() {
        let now: Timestamp = "2026-11-21T10:00:00.9Z".parse().unwrap();
        let mut ids = ObjectIds::new(7);
        let (first, second) = (ids.next(now), ids.next(now));
        assert!(is_object_id(&first) && first < second);
        assert_eq!(created(&first), Some("2026-11-21T10:00:00Z".parse().unwrap()));
    }
}

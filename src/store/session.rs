//! Work in progress, as prune must know of it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Where the vault stood when a session began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Beginning {
    /// The number of the last record of the log.
    pub(super) seq: u64,
    /// The pack that was written to. What the session puts lies in this one and later ones.
    pub(super) pack: u32,
}

/// The sessions that are open in this process. Others have no business in the vault: it is locked.
#[derive(Default)]
pub(super) struct Sessions(Arc<Mutex<Open>>);

#[derive(Default)]
struct Open {
    next: u64,
    begun: BTreeMap<u64, Beginning>,
}

/// Somebody puts chunks, or relies on chunks that are there, and has not yet written down what needs them.
/// While it is held, prune takes nothing away that was there when it began. Dropping it ends the session: drop it
/// after the log's record that refers to the chunks.
#[must_use = "dropping a session ends it"]
pub struct Session {
    number: u64,
    open: Arc<Mutex<Open>>,
}

impl Sessions {
    pub(super) fn begin(&self, at: Beginning) -> Session {
        let mut open = lock(&self.0);
        open.next += 1;
        let number = open.next;
        open.begun.insert(number, at);
        Session { number, open: Arc::clone(&self.0) }
    }

    /// The beginning of the oldest session that is open.
    pub(super) fn oldest(&self) -> Option<Beginning> {
        lock(&self.0).begun.first_key_value().map(|(_, at)| *at)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        lock(&self.open).begun.remove(&self.number);
    }
}

fn lock(open: &Mutex<Open>) -> MutexGuard<'_, Open> {
    open.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_open_session_counts() {
        let sessions = Sessions::default();
        assert_eq!(sessions.oldest(), None);
        let at = |seq| Beginning { seq, pack: 1 };
        let first = sessions.begin(at(3));
        let second = sessions.begin(at(5));
        assert_eq!(sessions.oldest(), Some(at(3)));
        drop(first);
        assert_eq!(sessions.oldest(), Some(at(5)));
        drop(second);
        assert_eq!(sessions.oldest(), None);
    }
}

//! Something that is done again and again while something else goes on.

use std::fmt;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

/// Stops what [`Clock::every`](super::clock::Clock::every) has begun when it is dropped.
pub struct Ticks(Option<Box<dyn FnOnce() + Send + Sync>>);

impl Ticks {
    /// Calls `stop` when it is dropped.
    pub(super) fn until(stop: impl FnOnce() + Send + Sync + 'static) -> Self {
        Self(Some(Box::new(stop)))
    }

    /// A thread of its own. Where none can be had, nothing is done.
    pub(super) fn thread(period: Duration, act: Box<dyn Fn() + Send + Sync>) -> Self {
        let (stop, stopped) = mpsc::channel::<()>();
        let work = move || {
            while stopped.recv_timeout(period) == Err(RecvTimeoutError::Timeout) {
                act();
            }
        };
        let thread = thread::Builder::new().name("ticks".to_owned()).spawn(work).ok();
        Self::until(move || {
            drop(stop);
            // A tick that panics has said so; it must not take this thread with it.
            thread.map(thread::JoinHandle::join);
        })
    }
}

impl Drop for Ticks {
    fn drop(&mut self) {
        if let Some(stop) = self.0.take() {
            stop();
        }
    }
}

impl fmt::Debug for Ticks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ticks")
    }
}

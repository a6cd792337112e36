//! A hold on a vault, with the thread that renews it and the file system that asks it.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};

use super::error::VaultError;
use super::fenced_fs::FencedFs;
use super::lease::{Lease, RENEW};
use super::vault::Env;

/// Renews until it is dropped. It stops with the process: one that does not run does not renew.
pub(super) struct Hold {
    pub(super) lease: Arc<Lease>,
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Hold {
    /// Takes hold of the vault in `dir`. What is returned besides changes files only for as long as the hold lasts.
    pub(super) fn take(env: Env, dir: &Path) -> Result<(Self, Env), VaultError> {
        let lease = Arc::new(Lease::take(&env, dir)?);
        let fs = Arc::new(FencedFs::new(Arc::clone(&env.fs), Arc::clone(&lease)));
        let (stop, stopped) = mpsc::channel();
        let renewed = Arc::clone(&lease);
        let renew = move || {
            // The pause is one of the machine, whatever clock the lease goes by: a test's clock cannot wake a thread.
            while stopped.recv_timeout(RENEW) == Err(RecvTimeoutError::Timeout) {
                renewed.renew();
            }
        };
        // Where no thread can be had, the lease runs out in time, and writing ends with it.
        let thread = thread::Builder::new().name("vault lease".to_owned()).spawn(renew).ok();
        Ok((Self { lease, stop: Some(stop), thread }, Env { fs, ..env }))
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // It neither panics nor waits for anything but the channel that has just been closed.
            let _ = thread.join();
        }
    }
}

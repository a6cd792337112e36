//! The hold on a vault: one process at a time, and one that was away for too long finds out before it writes.
//!
//! The kernel's lock on the file `lock` keeps others out and goes when the process dies. It says nothing where a
//! network file system does not pass it on, and it stays with a process that is stopped for good. So the file also
//! names its holder, who renews the note; when that was not done for [`TAKE_OVER`], somebody else may put a new file
//! in its place. The old holder counts its lease by itself, suspensions included, and gives up after [`LEASE`], well
//! before: it cannot be woken up and write into what is somebody else's by now.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::error::VaultError;
use super::fs::{DRAFT, Fs};
use super::holder::Holder;
use super::vault::Env;
use crate::base::clock::{Clock, Timestamp};

/// For so long after its last renewal a holder may write.
pub(super) const LEASE: Duration = Duration::from_mins(1);
/// How often a holder renews.
pub(super) const RENEW: Duration = Duration::from_secs(15);
/// So long after its last renewal a holder may be replaced. The difference to [`LEASE`] is what clocks of two
/// machines may differ by, and what a write that has begun may take.
pub(super) const TAKE_OVER: Duration = Duration::from_mins(3);

/// The name of the file.
pub(super) const NAME: &str = "lock";

/// Why a process may not write to a vault any more.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "this process has lost its hold on the vault at {}: {cause}. What it had confirmed before is stored, nothing \
     of this was written; run the command again", vault.display()
)]
pub struct Fenced {
    /// The vault.
    pub vault: PathBuf,
    /// What happened.
    pub cause: String,
}

/// A hold on a vault.
pub(super) struct Lease {
    fs: Arc<dyn Fs>,
    clock: Arc<dyn Clock>,
    dir: PathBuf,
    state: Mutex<State>,
    /// Somebody who may still be there was replaced.
    pub(super) took_over: bool,
}

struct State {
    file: File,
    note: Holder,
    /// Which token the file must show: the own one, unless it could not be written.
    token: Option<String>,
    /// On the clock that counts suspensions.
    renewed: Duration,
    /// Once lost, a hold stays lost.
    lost: Option<Fenced>,
}

impl Lease {
    /// Takes hold of the vault in `dir`, or says who has it.
    pub(super) fn take(env: &Env, dir: &Path) -> Result<Self, VaultError> {
        let path = dir.join(NAME);
        let fs = env.fs.as_ref();
        let failed = |error| VaultError::io("lock", &path, error);
        let locked = |holder: Option<Holder>| VaultError::Locked {
            path: dir.to_owned(),
            holder: holder.map(Box::new),
        };
        // Counted from before the note is written, as others count from what it says.
        let renewed = env.clock.boottime();
        let now = env.clock.now();
        let note = Holder::this_process(fs, env.random.as_ref(), now)?;

        let free = fs.try_lock(&path).map_err(failed)?;
        let found = Holder::read(fs, &path).map_err(failed)?;
        let (mut file, took_over) = match (free, found) {
            (Some(file), None) => (file, false),
            // The kernel would know if it were alive.
            (Some(file), Some(found)) if found.shares_machine(&note) => (file, false),
            (_, Some(found)) if is_over(&found, now) => {
                let file = replace(fs, &path, &found).map_err(failed)?;
                (file.ok_or_else(|| locked(Some(found)))?, true)
            }
            (_, found) => return Err(locked(found)),
        };
        // A full disk must not keep anybody from reading, or from making room. Then the kernel's lock must do, and
        // that the file stays as it is.
        let written = write(&mut file, &note).is_ok();
        let shown = Holder::read(fs, &path).map_err(failed)?.map(|found| found.token);
        let token = shown.map(|shown| if written { note.token.clone() } else { shown });
        let state = Mutex::new(State { file, note, token, renewed, lost: None });
        let (fs, clock) = (Arc::clone(&env.fs), Arc::clone(&env.clock));
        Ok(Self { fs, clock, dir: dir.to_owned(), state, took_over })
    }

    /// Whether this process may write, by its own clock.
    pub(super) fn check_time(&self) -> Result<(), Fenced> {
        self.in_time(&mut self.lock())
    }

    /// Whether this process may write: by its own clock, and by what the file says.
    pub(super) fn check(&self) -> Result<(), VaultError> {
        let mut state = self.lock();
        self.in_time(&mut state).map_err(VaultError::Fenced)?;
        let path = self.dir.join(NAME);
        let found =
            Holder::read(self.fs.as_ref(), &path).map_err(|error| VaultError::io("read", &path, error))?;
        if found.as_ref().map(|found| &found.token) == state.token.as_ref() {
            return Ok(());
        }
        let cause = match found {
            Some(other) => format!("{other} has taken it over"),
            None => "its file `lock` was removed or emptied".to_owned(),
        };
        Err(VaultError::Fenced(self.lose(&mut state, cause)))
    }

    /// Gives a sign of life. A hold that was lost is not taken again.
    pub(super) fn renew(&self) {
        let mut state = self.lock();
        if self.in_time(&mut state).is_err() {
            return;
        }
        let renewed = self.clock.boottime();
        state.note.seen = self.clock.now().as_microsecond();
        let State { file, note, .. } = &mut *state;
        // Where the note cannot be written, others take this process for dead in due time, and it gives up before.
        if write(file, note).is_ok() {
            state.renewed = renewed;
            if self.shows(&state.note) {
                state.token = Some(state.note.token.clone());
            }
        }
    }

    fn shows(&self, note: &Holder) -> bool {
        let found = Holder::read(self.fs.as_ref(), &self.dir.join(NAME));
        matches!(found, Ok(Some(found)) if found.token == note.token)
    }

    fn in_time(&self, state: &mut State) -> Result<(), Fenced> {
        if let Some(lost) = &state.lost {
            return Err(lost.clone());
        }
        let away = self.clock.boottime().saturating_sub(state.renewed);
        if away < LEASE {
            return Ok(());
        }
        let cause = format!(
            "it was stopped or suspended, or could not write its sign of life, for {} seconds",
            away.as_secs()
        );
        Err(self.lose(state, cause))
    }

    fn lose(&self, state: &mut State, cause: String) -> Fenced {
        let fenced = Fenced { vault: self.dir.clone(), cause };
        state.lost = Some(fenced.clone());
        fenced
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        // Blanks name no holder, and keep the room that the next one needs on a full disk. Where the file was
        // replaced, this one has no name any more.
        let mut state = self.lock();
        let blanks = vec![b' '; state.note.note().len()];
        let _ = overwrite(&mut state.file, &blanks);
    }
}

/// Whether a holder has given no sign of life for so long that it may be replaced. One that was seen in the future
/// is left alone: one of the two clocks is wrong.
fn is_over(found: &Holder, now: Timestamp) -> bool {
    let silent = now.as_microsecond().saturating_sub(found.seen);
    u64::try_from(silent).is_ok_and(|silent| Duration::from_micros(silent) >= TAKE_OVER)
}

/// Puts a locked file in the place of the one that names `silent`; nothing if somebody else is about to.
fn replace(fs: &dyn Fs, path: &Path, silent: &Holder) -> io::Result<Option<File>> {
    let mut draft = path.as_os_str().to_owned();
    draft.push(DRAFT);
    let draft = Path::new(&draft);
    let Some(file) = fs.try_lock(draft)? else { return Ok(None) };
    if Holder::read(fs, path)?.as_ref() != Some(silent) {
        return Ok(None);
    }
    fs.rename(draft, path)?;
    Ok(Some(file))
}

/// In place: a new file would lose the kernel's lock.
fn write(file: &mut File, note: &Holder) -> io::Result<()> {
    overwrite(file, &note.note())
}

fn overwrite(file: &mut File, bytes: &[u8]) -> io::Result<()> {
    file.seek(SeekFrom::Start(0))?;
    file.write_all(bytes)?;
    file.set_len(bytes.len().try_into().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::ids::SeededRandom;
    use crate::store::fs::RealFs;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn only_a_long_silence_ends_a_hold(seen in any::<i64>(), now in 0_i64..4_000_000_000_000_000) {
            let now = Timestamp::from_microsecond(now).unwrap();
            let mut found = Holder::this_process(&RealFs, &SeededRandom::new(1), now).unwrap();
            found.seen = seen;
            let silent = i128::from(now.as_microsecond()) - i128::from(seen);
            prop_assert_eq!(is_over(&found, now), silent >= 180_000_000);
        }
    }
}

//! Who has a vault open: what the file `lock` says.

use std::fmt;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::fs::Fs;
use super::wire;
use crate::base::clock::Timestamp;
use crate::base::ids::{NoRandomness, Random};

/// No note is longer.
const MAX_LEN: usize = 4096;
const HOST: &str = "/proc/sys/kernel/hostname";
const BOOT: &str = "/proc/sys/kernel/random/boot_id";

/// A process that has a vault open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Program and version.
    pub program: String,
    /// The process's number on its machine.
    pub pid: u32,
    /// Name of the machine; empty where it cannot be told.
    pub host: String,
    /// What Linux calls the machine since it was started; empty elsewhere. Containers share it.
    pub(super) boot: String,
    /// Tells this opening from all others.
    pub(super) token: String,
    /// When it last gave a sign of life: microseconds since 1970, UTC.
    pub(super) seen: i64,
}

impl Holder {
    /// This process.
    pub(super) fn this_process(
        fs: &dyn Fs,
        random: &dyn Random,
        now: Timestamp,
    ) -> Result<Self, NoRandomness> {
        let mut token = [0; 16];
        random.fill(&mut token)?;
        let line = |path: &str| {
            let bytes = fs.read_at(Path::new(path), 0, 256).unwrap_or_default();
            String::from_utf8_lossy(&bytes).trim().to_owned()
        };
        Ok(Self {
            program: concat!("boardvault ", env!("CARGO_PKG_VERSION")).to_owned(),
            pid: std::process::id(),
            host: line(HOST),
            boot: line(BOOT),
            token: wire::hex(&token),
            seen: now.as_microsecond(),
        })
    }

    /// What the file `lock` says; nothing where it does not name a holder.
    pub(super) fn read(fs: &dyn Fs, path: &Path) -> std::io::Result<Option<Self>> {
        match fs.read_at(path, 0, MAX_LEN) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes).ok()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What is written into the file `lock`.
    pub(super) fn note(&self) -> Vec<u8> {
        // A structure of texts and numbers always has a JSON form.
        let mut bytes = serde_json::to_vec(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }

    /// Whether both are on one machine, whose kernel knows which of them holds a lock.
    pub(super) fn shares_machine(&self, other: &Self) -> bool {
        self.host == other.host || (!self.boot.is_empty() && self.boot == other.boot)
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Anybody who may write to the folder chooses these texts.
        let plain = |text: &str| text.chars().filter(|c| !c.is_control()).take(64).collect::<String>();
        write!(f, "{} (process {}", plain(&self.program), self.pid)?;
        if !self.host.is_empty() {
            write!(f, " on {}", plain(&self.host))?;
        }
        f.write_str(")")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::ids::SeededRandom;
    use crate::store::fs::RealFs;
    use proptest::prelude::*;

    fn holder() -> Holder {
        Holder::this_process(&RealFs, &SeededRandom::new(1), Timestamp::UNIX_EPOCH).unwrap()
    }

    #[test]
    fn a_note_is_read_as_it_was_written() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), holder().note()).unwrap();
        assert_eq!(Holder::read(&RealFs, file.path()).unwrap(), Some(holder()));
    }

    #[test]
    fn a_note_of_somebody_else_s_making_cannot_rewrite_the_screen() {
        let nasty = Holder { host: "a\u{1b}[2Jb\n".to_owned(), pid: 7, ..holder() };
        assert!(nasty.to_string().ends_with("(process 7 on a[2Jb)"), "{nasty}");
    }

    #[test]
    fn machines_are_told_apart_by_name_and_start() {
        let named = |host: &str, boot: &str| Holder { host: host.into(), boot: boot.into(), ..holder() };
        assert!(named("a", "1").shares_machine(&named("a", "2")), "started anew");
        assert!(named("a", "1").shares_machine(&named("b", "1")), "two containers");
        assert!(!named("a", "1").shares_machine(&named("b", "2")));
        assert!(!named("a", "").shares_machine(&named("b", "")));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100))]
        #[test]
        fn any_bytes_are_read_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), bytes).unwrap();
            prop_assert_eq!(Holder::read(&RealFs, file.path()).unwrap(), None);
        }
    }
}

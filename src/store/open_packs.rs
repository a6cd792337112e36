//! Packs that stay open: a comparison reads thousands of small chunks, and opening the file for each costs as much as
//! reading it.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use super::fs::{Fs, ReadAt};

/// No more are open at a time: a process may have a thousand files.
const MOST: usize = 64;

/// Open packs by their numbers, which no other pack ever gets.
#[derive(Default)]
pub(super) struct OpenPacks(RwLock<BTreeMap<u32, Arc<dyn ReadAt>>>);

impl OpenPacks {
    /// Reads from the pack at `path`.
    pub(super) fn read(
        &self,
        fs: &dyn Fs,
        pack: u32,
        path: &Path,
        (offset, len): (u64, usize),
    ) -> io::Result<Vec<u8>> {
        let open = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&pack).cloned();
        if let Some(file) = open {
            return file.read_at(offset, len);
        }
        let Some(file) = fs.open(path)? else { return fs.read_at(path, offset, len) };
        let bytes = file.read_at(offset, len)?;
        let mut packs = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if packs.len() >= MOST {
            packs.clear();
        }
        packs.insert(pack, Arc::from(file));
        Ok(bytes)
    }

    /// Closes a pack: a deleted file takes its space until nobody has it open.
    pub(super) fn close(&self, pack: u32) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).remove(&pack);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fs::RealFs;

    #[test]
    fn a_pack_that_was_closed_is_looked_for_again() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("1");
        std::fs::write(&path, b"abc").unwrap();
        let packs = OpenPacks::default();
        let read = |range| packs.read(&RealFs, 1, &path, range);
        assert_eq!((read((1, 9)).unwrap(), read((3, 1)).unwrap()), (b"bc".to_vec(), Vec::new()));
        std::fs::remove_file(&path).unwrap();
        packs.close(1);
        assert_eq!(read((0, 1)).unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn more_packs_than_stay_open_are_read_as_well() {
        let place = tempfile::tempdir().unwrap();
        let packs = OpenPacks::default();
        for number in 0..=u32::try_from(MOST).unwrap() {
            let path = place.path().join(number.to_string());
            std::fs::write(&path, number.to_le_bytes()).unwrap();
            assert_eq!(packs.read(&RealFs, number, &path, (0, 4)).unwrap(), number.to_le_bytes());
        }
        assert!(packs.0.read().unwrap().len() <= MOST);
    }
}

//! Vault files, read as an opening reads them. A copy that is whole is written again where the other one is
//! missing, so that the second one must have the same bytes as the first.
//!
//! The input is a vault file without its closing hash; length and hash are put in, or nothing would get past them.

#![no_main]

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use boardvault::base::hash::Hash;
use boardvault::store::database::Database;
use boardvault::store::error::VaultError;
use boardvault::store::fs::{Append, Fs};
use boardvault::store::unlock::Unlock;
use boardvault::store::vault::{Env, Vault};
use libfuzzer_sys::fuzz_target;

/// Well-formed, and the key of no vault.
const KEY: [u8; 64] = [b'0'; 64];

fuzz_target!(|bytes: &[u8]| {
    let mut copy = bytes.to_vec();
    let total = u32::try_from(bytes.len() + 32).unwrap();
    if let Some(length) = copy.get_mut(8..12) {
        length.copy_from_slice(&total.to_le_bytes());
    }
    copy.extend(Hash::of(&copy).as_bytes());
    let files = Files::default();
    files.map().extend([("vault.a".into(), copy.clone()), ("key".into(), KEY.to_vec())]);
    let env = Env { fs: Arc::new(files.clone()), ..Env::system() };
    match Vault::open(Path::new(""), env, &Unlock::KeyFile("key".into())).err() {
        Some(VaultError::WrongKey { .. }) => assert_eq!(files.get(Path::new("vault.b")).ok(), Some(copy)),
        Some(VaultError::Damaged { .. } | VaultError::NewerFormat { .. }) => {
            assert_eq!(files.map().len(), 2, "what could not be read was written");
        }
        other => panic!("{other:?}"),
    }
});

/// A folder in memory.
#[derive(Clone, Default)]
struct Files(Arc<Mutex<BTreeMap<PathBuf, Vec<u8>>>>);

impl Files {
    fn map(&self) -> MutexGuard<'_, BTreeMap<PathBuf, Vec<u8>>> {
        self.0.lock().unwrap()
    }

    fn get(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.map().get(path).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

struct Tail(Files, PathBuf);

impl Append for Tail {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.map().entry(self.1.clone()).or_default().extend(bytes);
        Ok(())
    }
    fn sync(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Fs for Files {
    fn create_dir(&self, _: &Path) -> io::Result<()> {
        Ok(())
    }
    fn list(&self, _: &Path) -> io::Result<Vec<String>> {
        Ok(self.map().keys().map(|path| path.display().to_string()).collect())
    }
    fn len(&self, path: &Path) -> io::Result<u64> {
        Ok(self.get(path)?.len() as u64)
    }
    fn read_at(&self, path: &Path, offset: u64, len: usize) -> io::Result<Vec<u8>> {
        let skipped = usize::try_from(offset).unwrap();
        Ok(self.get(path)?.into_iter().skip(skipped).take(len).collect())
    }
    fn append(&self, path: &Path) -> io::Result<Box<dyn Append>> {
        Ok(Box::new(Tail(self.clone(), path.to_owned())))
    }
    fn truncate(&self, path: &Path, len: u64) -> io::Result<()> {
        let mut bytes = self.get(path)?;
        bytes.truncate(usize::try_from(len).unwrap());
        self.map().insert(path.to_owned(), bytes);
        Ok(())
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let bytes = self.get(from)?;
        self.remove(from)?;
        self.map().insert(to.to_owned(), bytes);
        Ok(())
    }
    fn remove(&self, path: &Path) -> io::Result<()> {
        self.map().remove(path).map(drop).ok_or_else(|| io::ErrorKind::NotFound.into())
    }
    fn sync_dir(&self, _: &Path) -> io::Result<()> {
        Ok(())
    }
    fn is_private(&self, _: &Path) -> io::Result<bool> {
        Ok(true)
    }
    fn rewrite(&self, _: &Path, _: u64) -> io::Result<()> {
        Ok(())
    }
    fn remove_tree(&self, _: &Path) -> io::Result<()> {
        Ok(())
    }
    fn database(&self, _: &Path) -> Option<Box<dyn Database>> {
        None
    }
    fn try_lock(&self, _: &Path) -> io::Result<Option<File>> {
        File::open("/dev/null").map(Some)
    }
}

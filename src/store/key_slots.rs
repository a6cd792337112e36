//! The keys that open a vault: listing, adding, removing and replacing them, and the rotation of the root key.
//!
//! Each change writes the vault file anew, both copies. After a crash one of them is whole, so the vault opens with
//! the keys from before the change or with those from after it.

use std::sync::{MutexGuard, PoisonError};

use super::error::VaultError;
use super::header::{FORMAT, FORMAT_1, Header};
use super::header_files;
use super::keys::{self, Key};
use super::recovery;
pub use super::slot::SlotKind;
use super::slot::{Entry, Slot};
use super::unlock::{self, Unlock};
use super::vault::{Vault, Writer};
use crate::base::clock::Timestamp;
use crate::base::secret::Secret;

/// One of the keys that open a vault, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySlot {
    /// Its number, from 1. The numbers of removed keys are not given out again while a later key is there.
    pub number: u16,
    /// Which secret it takes; nothing for a kind that this program does not know.
    pub kind: Option<SlotKind>,
    /// What its owner calls it; may be empty.
    pub label: String,
    /// When its secret was set.
    pub made_at: Timestamp,
    /// Whether the vault was opened with it this time.
    pub in_use: bool,
}

/// What a rotation has done.
#[derive(Debug)]
pub struct Rotated {
    /// The number of the new root key: 2 after the first rotation.
    pub epoch: u32,
    /// The key that still opens the vault.
    pub kept: KeySlot,
    /// The keys that no longer open it.
    pub removed: Vec<KeySlot>,
    /// The new recovery key. It exists nowhere else: show it once.
    pub recovery: Secret,
    /// Why nothing is sealed under the new root key yet, where that is so. The next write sees to it first.
    pub pending: Option<VaultError>,
}

/// The vault file as it is on the disk.
pub(super) struct Description {
    header: Header,
    /// The slot that the vault was opened with.
    slot: u16,
    /// A change that failed half-way leaves open which of the two copies is on the disk.
    broken: Option<String>,
    /// One copy is not this one, and no copy of what is about to be written under its keys.
    one_copy: bool,
}

impl Description {
    pub(super) fn new(header: Header, slot: u16) -> Self {
        Self { header, slot, broken: None, one_copy: false }
    }

    fn show(&self, entry: &Entry) -> KeySlot {
        KeySlot {
            number: entry.number,
            kind: entry.slot.kind(),
            label: entry.label.clone(),
            made_at: Timestamp::from_microsecond(entry.created).unwrap_or(Timestamp::UNIX_EPOCH),
            in_use: entry.number == self.slot,
        }
    }

    fn find(&self, number: u16) -> Result<&Entry, VaultError> {
        let found = self.header.slots.iter().find(|entry| entry.number == number);
        found.ok_or(VaultError::NoSuchKey(number))
    }

    fn next_number(&self) -> Result<u16, VaultError> {
        let last = self.header.slots.iter().map(|entry| entry.number).max().unwrap_or(0);
        let limit = usize::from(u16::MAX);
        last.checked_add(1).ok_or(VaultError::TooLarge { what: "a number of keys", bytes: limit + 1, limit })
    }
}

impl Vault {
    /// The keys that open the vault, by their numbers.
    pub fn key_slots(&self) -> Vec<KeySlot> {
        let description = self.lock_description();
        description.header.slots.iter().map(|entry| description.show(entry)).collect()
    }

    /// Lets `unlock` open the vault too. With [`Unlock::KeyFile`] the key file is made where it is absent.
    pub fn add_key(&self, unlock: &Unlock, label: &str) -> Result<KeySlot, VaultError> {
        let writer = self.writer()?;
        if let Unlock::KeyFile(path) = unlock {
            unlock::ensure_key_file(self.env.fs.as_ref(), path, self.env.random.as_ref())?;
        }
        let secret = unlock.secret(self.env.fs.as_ref())?;
        self.add_slot(&writer, unlock.kind(), &secret, label)
    }

    /// Lets a new recovery key open the vault too. It exists nowhere else: show it once.
    pub fn add_recovery_key(&self, label: &str) -> Result<(KeySlot, Secret), VaultError> {
        let writer = self.writer()?;
        let (key, printed) = recovery::fresh(self.env.random.as_ref())?;
        Ok((self.add_slot(&writer, SlotKind::Recovery, key.as_ref(), label)?, printed))
    }

    /// Takes a key away. Somebody who has a copy of the vault file from before can still open that copy with it:
    /// only a [rotation](Self::rotate_root) keeps what is stored later from them.
    pub fn remove_key(&self, number: u16) -> Result<KeySlot, VaultError> {
        let _writer = self.writer()?;
        let mut description = self.lock_description();
        let removed = description.show(description.find(number)?);
        let mut header = description.header.clone();
        header.slots.retain(|entry| entry.number != number);
        if header.slots.is_empty() {
            return Err(VaultError::LastKey(number));
        }
        self.write_header(&mut description, header, &self.newest_root()?)?;
        Ok(removed)
    }

    /// Puts another secret in the place of a key; number and label stay.
    pub fn replace_key(&self, number: u16, unlock: &Unlock) -> Result<KeySlot, VaultError> {
        let _writer = self.writer()?;
        let mut description = self.lock_description();
        let label = description.find(number)?.label.clone();
        let secret = unlock.secret(self.env.fs.as_ref())?;
        let root = self.newest_root()?;
        let new = self.entry(&description.header, &root, (number, unlock.kind(), &secret, &label))?;
        let shown = description.show(&new);
        let mut header = description.header.clone();
        header.slots.iter_mut().filter(|entry| entry.number == number).for_each(|entry| *entry = new.clone());
        self.write_header(&mut description, header, &root)?;
        Ok(shown)
    }

    /// Makes a new root key, under which everything is sealed that is stored from now on. Only the secret in `keep`
    /// is at hand to wrap it under, so the other keys are removed; a new recovery key is added.
    ///
    /// Somebody who knows an old secret and has an old copy of the vault file can go on reading what was stored
    /// before the rotation, and nothing of what is stored after it.
    pub fn rotate_root(&self, keep: &Unlock) -> Result<Rotated, VaultError> {
        let mut writer = self.writer()?;
        let mut description = self.lock_description();
        let fs = self.env.fs.as_ref();
        let random = self.env.random.as_ref();
        let (number, _) = keep.root(fs, &self.dir, &description.header)?;
        let old = description.find(number)?.clone();
        let root = keys::random_key(random)?;
        let (recovery_key, printed) = recovery::fresh(random)?;

        let mut header = description.header.clone();
        header.older = keys::seal_roots(&root, header.vault, &self.keys.roots(), random)?;
        let slot = Slot::wrap(keep.kind(), header.vault, &root, &keep.secret(fs)?, random)?;
        let recovery_number = description.next_number()?;
        let recovery = (recovery_number, SlotKind::Recovery, recovery_key.as_slice(), "");
        header.slots = vec![Entry { slot, ..old.clone() }, self.entry(&header, &root, recovery)?];
        let removed = description.header.slots.iter().filter(|entry| entry.number != number);
        let removed = removed.map(|entry| description.show(entry)).collect();
        let kept = description.show(&old);

        self.write_header(&mut description, header, &root)?;
        self.keys.add(root);
        drop(description);
        // The new keys are in the vault file already, so a failure here must not cost anybody the recovery key.
        let pending = self.begin_epochs(&mut writer).err();
        Ok(Rotated { epoch: self.keys.newest(), kept, removed, recovery: printed, pending })
    }

    /// Before anything is written: the vault file has this program's format, and the newest root is in use.
    pub(super) fn use_newest_keys(&self, writer: &mut Writer) -> Result<(), VaultError> {
        let mut description = self.lock_description();
        if description.header.format == FORMAT_1 {
            let header = description.header.clone();
            self.write_header(&mut description, header, &self.newest_root()?)?;
        } else if description.one_copy {
            header_files::write(self.env.fs.as_ref(), &self.dir, &description.header)?;
        }
        description.one_copy = false;
        drop(description);
        self.begin_epochs(writer)
    }

    /// Nothing may rest on a vault file of which there is one copy only.
    pub(super) fn mend_before_writing(&self) {
        self.lock_description().one_copy = true;
    }

    /// Brings a vault of format 1 to this program's format, and says so, or what stands in the way.
    pub(super) fn tell_of_keys(&self, notes: &mut Vec<String>) {
        if self.lock_description().header.format == FORMAT_1 {
            notes.push(match self.writer() {
                Ok(_) => format!(
                    "the vault now has format {FORMAT}; programs that know only format {FORMAT_1} cannot open it any more"
                ),
                Err(error) => format!(
                    "the vault still has format {FORMAT_1} and cannot be written to until it has format {FORMAT}: {error}"
                ),
            });
        }
        if self.lock_writer().log.epoch() < self.keys.newest() {
            notes.push("a rotation of the key was interrupted; the next write completes it".to_owned());
        }
    }

    fn add_slot(
        &self,
        _writing: &Writer,
        kind: SlotKind,
        secret: &[u8],
        label: &str,
    ) -> Result<KeySlot, VaultError> {
        let mut description = self.lock_description();
        let root = self.newest_root()?;
        let number = description.next_number()?;
        let new = self.entry(&description.header, &root, (number, kind, secret, label))?;
        let shown = description.show(&new);
        let mut header = description.header.clone();
        header.slots.push(new);
        self.write_header(&mut description, header, &root)?;
        Ok(shown)
    }

    fn entry(
        &self,
        header: &Header,
        root: &Key,
        (number, kind, secret, label): (u16, SlotKind, &[u8], &str),
    ) -> Result<Entry, VaultError> {
        let slot = Slot::wrap(kind, header.vault, root, secret, self.env.random.as_ref())?;
        let created = self.env.clock.now().as_microsecond();
        Ok(Entry { number, created, label: label.to_owned(), slot })
    }

    /// Replaces the vault file.
    fn write_header(
        &self,
        description: &mut Description,
        mut header: Header,
        newest: &Key,
    ) -> Result<(), VaultError> {
        if let Some(cause) = &description.broken {
            return Err(VaultError::Poisoned(cause.clone()));
        }
        header.format = FORMAT;
        header.generation = header.generation.saturating_add(1);
        header.sign(newest)?;
        header.encode()?;
        header_files::write(self.env.fs.as_ref(), &self.dir, &header)
            .inspect_err(|error| description.broken = Some(error.to_string()))?;
        description.header = header;
        Ok(())
    }

    fn newest_root(&self) -> Result<Key, VaultError> {
        self.keys.roots().pop().ok_or_else(|| VaultError::Poisoned("no key is known".to_owned()))
    }

    fn lock_description(&self) -> MutexGuard<'_, Description> {
        self.description.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

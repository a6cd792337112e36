//! Pages of one family: leaves whose records say the same things, because one platform wrote them.
//!
//! The first pages of a family are stored as they are and learnt from; once there are enough of them, their
//! vocabulary is stored and noted in the log, and later pages are written in it.

use std::sync::{Arc, Mutex, PoisonError};

use super::chunks::{ChunkError, ChunkKind, Chunks};
use super::error::VaultError;
use super::vault::Vault;
use super::words::{self, Vocabulary};
use super::writing::Hints;
use crate::base::hash::Hash;

/// Kind of the log records that say which vocabulary a family has; the newest counts.
///
/// ```text
/// payload = chunk id of the vocabulary (32 bytes) · name of the family (UTF-8, to the end)
/// ```
pub(super) const VOCABULARY: u8 = 253;

/// A vault, seen as the chunk store of one family of pages.
pub struct Family {
    vault: Arc<Vault>,
    name: String,
    state: Mutex<State>,
}

enum State {
    Known(Hash, Arc<Vocabulary>),
    Learning { leaves: Vec<Vec<u8>>, bytes: usize },
}

impl Family {
    /// The family `name` of a vault.
    pub fn new(vault: Arc<Vault>, name: &str) -> Result<Self, VaultError> {
        let ids = vault.family_vocabularies()?.into_iter().filter(|(family, _)| family == name);
        let known = ids.last().and_then(|(_, id)| Some((id, vault.vocabulary(&id).ok()?)));
        // One that cannot be read does not help to write: another is learnt.
        let state = match known {
            Some((id, vocabulary)) => State::Known(id, vocabulary),
            None => State::Learning { leaves: Vec::new(), bytes: 0 },
        };
        Ok(Self { vault, name: name.to_owned(), state: Mutex::new(state) })
    }

    /// The vocabulary for a leaf, unless it is one of those to learn from.
    fn words_for(&self, leaf: &[u8]) -> Result<Option<(Hash, Arc<Vocabulary>)>, ChunkError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (leaves, bytes) = match &mut *state {
            State::Known(id, vocabulary) => return Ok(Some((*id, Arc::clone(vocabulary)))),
            State::Learning { leaves, bytes } => (leaves, bytes),
        };
        if *bytes < words::ENOUGH {
            leaves.push(leaf.to_vec());
            *bytes = bytes.saturating_add(leaf.len());
            return Ok(None);
        }
        let vocabulary = words::train(leaves.iter().map(Vec::as_slice));
        let id = self.vault.put(ChunkKind::Vocabulary, &vocabulary.to_bytes())?;
        self.vault.append(VOCABULARY, &[&id.0, self.name.as_bytes()].concat())?;
        let vocabulary = Arc::new(vocabulary);
        *state = State::Known(id, Arc::clone(&vocabulary));
        Ok(Some((id, vocabulary)))
    }

    fn put_with(&self, kind: ChunkKind, plain: &[u8], replaced: Option<Hash>) -> Result<Hash, ChunkError> {
        let words = if kind == ChunkKind::Node { self.words_for(plain)? } else { None };
        self.vault.put_with(kind, plain, &Hints { replaced, words })
    }
}

impl Vault {
    /// Which vocabulary each family has, as far as the log knows, oldest first. A prune must keep them.
    pub fn family_vocabularies(&self) -> Result<Vec<(String, Hash)>, VaultError> {
        let entries = self.entries(VOCABULARY)?;
        let read = entries.iter().filter_map(|entry| {
            let (id, name) = entry.payload.split_first_chunk::<32>()?;
            Some((String::from_utf8(name.to_vec()).ok()?, Hash(*id)))
        });
        Ok(read.collect())
    }
}

impl Chunks for Family {
    fn get(&self, kind: ChunkKind, id: &Hash) -> Result<Vec<u8>, ChunkError> {
        self.vault.get(kind, id)
    }

    fn put(&self, kind: ChunkKind, plain: &[u8]) -> Result<Hash, ChunkError> {
        self.put_with(kind, plain, None)
    }

    fn put_replacing(&self, kind: ChunkKind, plain: &[u8], replaced: &Hash) -> Result<Hash, ChunkError> {
        self.put_with(kind, plain, Some(*replaced))
    }

    fn has(&self, id: &Hash) -> Result<bool, ChunkError> {
        self.vault.has(id)
    }

    fn sync(&self) -> Result<(), ChunkError> {
        self.vault.sync()
    }
}

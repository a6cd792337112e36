//! From content to a frame: the smallest of the ways in which it can be stored.

use std::sync::Arc;

use super::chunks::{ChunkError, ChunkKind, Chunks};
use super::codec;
use super::error::VaultError;
use super::vault::Vault;
use super::words::Vocabulary;
use crate::base::hash::Hash;

/// A difference this many times shorter than the content is taken without trying anything else.
const SMALL: usize = 16;

/// What helps to store a chunk small. It changes neither id nor content.
#[derive(Default, Clone)]
pub(super) struct Hints {
    /// The node whose place it takes in a newer tree.
    pub(super) replaced: Option<Hash>,
    /// The vocabulary of its family.
    pub(super) words: Option<(Hash, Arc<Vocabulary>)>,
}

impl Vault {
    pub(super) fn put_with(&self, kind: ChunkKind, plain: &[u8], hints: &Hints) -> Result<Hash, ChunkError> {
        let id = self.keys.chunk_id(kind, plain);
        if self.is_kept(&id)? {
            return Ok(id);
        }
        let frame = if self.known(&id)? {
            // Others may rest on it as it lies in a doomed pack: it must not come to rest on them, nor on more.
            self.encode(kind, plain, &Hints { replaced: None, words: hints.words.clone() })?
        } else {
            self.encode(kind, plain, hints)?
        };
        self.store(kind, &id, &frame)?;
        Ok(id)
    }

    pub(super) fn encode(&self, kind: ChunkKind, plain: &[u8], hints: &Hints) -> Result<Vec<u8>, VaultError> {
        let delta = match &hints.replaced {
            // A base that cannot be read is no base, nor is one that prune is about to take away.
            Some(base) if !self.is_indexed_to_stay(base) => None,
            Some(base) => self.difference(kind, plain, base)?,
            None => None,
        };
        if let Some(delta) = &delta
            && delta.len().saturating_mul(SMALL) <= plain.len()
        {
            return Ok(delta.clone());
        }
        let words = match &hints.words {
            Some((id, vocabulary)) => codec::encode_words(kind, plain, (id, vocabulary))?,
            None => None,
        };
        let whole = match words {
            Some(words) => words,
            None => codec::encode(kind, plain)?,
        };
        Ok(delta.filter(|delta| delta.len() < whole.len()).unwrap_or(whole))
    }

    /// The frame of `plain` as a difference to `base`; or, where `base` rests on as many as may be, to the chunk at its
    /// ground. That one differs more, but mostly far less than all there is. Nothing where they cannot be read.
    fn difference(&self, kind: ChunkKind, plain: &[u8], base: &Hash) -> Result<Option<Vec<u8>>, VaultError> {
        let Ok(content) = self.content(kind, base) else { return Ok(None) };
        if content.depth < codec::MAX_DEPTH {
            return codec::encode_delta(kind, plain, (base, &content.plain, content.depth));
        }
        let Some(ground) = self.ground(kind, base).filter(|ground| self.is_indexed_to_stay(ground)) else {
            return Ok(None);
        };
        let Ok(content) = self.content(kind, &ground) else { return Ok(None) };
        codec::encode_delta(kind, plain, (&ground, &content.plain, content.depth))
    }

    /// The last of the chunks that differences lead to from `id` on.
    fn ground(&self, kind: ChunkKind, id: &Hash) -> Option<Hash> {
        let mut ground = *id;
        while let Some((_, below)) = self.rests_on(kind, &ground).ok()?.filter(|(below, _)| *below == kind) {
            ground = below;
        }
        Some(ground)
    }
}

impl Chunks for Vault {
    fn get(&self, kind: ChunkKind, id: &Hash) -> Result<Vec<u8>, ChunkError> {
        Ok(self.content(kind, id)?.plain)
    }

    fn get_beside(&self, kind: ChunkKind, id: &Hash, other: (&Hash, &[u8])) -> Result<Vec<u8>, ChunkError> {
        self.plain_beside(kind, id, other)
    }

    fn put(&self, kind: ChunkKind, plain: &[u8]) -> Result<Hash, ChunkError> {
        self.put_with(kind, plain, &Hints::default())
    }

    fn put_replacing(&self, kind: ChunkKind, plain: &[u8], replaced: &Hash) -> Result<Hash, ChunkError> {
        self.put_with(kind, plain, &Hints { replaced: Some(*replaced), words: None })
    }

    fn id_of(&self, kind: ChunkKind, plain: &[u8]) -> Hash {
        self.keys.chunk_id(kind, plain)
    }

    fn has(&self, id: &Hash) -> Result<bool, ChunkError> {
        Ok(self.known(id)?)
    }

    fn sync(&self) -> Result<(), ChunkError> {
        Ok(self.writer()?.packs.sync()?)
    }
}

//! From a chunk's place to its content, and to the chunks that it rests on.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use super::chunks::{ChunkError, ChunkKind};
use super::codec::{self, Body, MAX_DEPTH};
use super::error::VaultError;
use super::pack::Place;
use super::vault::Vault;
use super::words::Vocabulary;
use crate::base::hash::Hash;

/// How a chunk's place is looked up.
pub(super) type Find<'a> = &'a (dyn Fn(&Hash) -> Result<Option<Place>, VaultError> + Sync);

/// The vocabularies that were read, by their chunk ids. There are as many as platforms, or a few more.
#[derive(Default)]
pub(super) struct Vocabularies(RwLock<BTreeMap<Hash, Arc<Vocabulary>>>);

/// A chunk that was read.
pub(super) struct Content {
    pub(super) plain: Vec<u8>,
    /// How many differences had to be put together.
    pub(super) depth: u8,
}

impl Vault {
    /// The chunk without which this one cannot be read, if there is one: of what it is a difference to, or the
    /// vocabulary that it is written in. Whoever removes chunks must ask.
    pub fn rests_on(&self, kind: ChunkKind, id: &Hash) -> Result<Option<(ChunkKind, Hash)>, ChunkError> {
        let (frame, place) = self.frame(kind, id, &|id| self.locate(id))?;
        codec::parse(kind, &frame)
            .map(|frame| frame.rests_on())
            .map_err(|what| self.damaged(id, &place, what))
    }

    pub(super) fn content(&self, kind: ChunkKind, id: &Hash) -> Result<Content, ChunkError> {
        self.content_within(kind, id, MAX_DEPTH, &|id| self.locate(id))
    }

    /// The content of a chunk, which may rest on the `other` one.
    pub(super) fn plain_beside(
        &self,
        kind: ChunkKind,
        id: &Hash,
        (other, base): (&Hash, &[u8]),
    ) -> Result<Vec<u8>, ChunkError> {
        let (bytes, place) = self.frame(kind, id, &|id| self.locate(id))?;
        let upon_other = codec::parse(kind, &bytes)
            .ok()
            .filter(|frame| frame.rests_on() == Some((kind, *other)))
            .and_then(|frame| frame.content_upon(base).ok())
            .filter(|plain| self.keys.chunk_id(kind, plain) == *id);
        match upon_other {
            Some(plain) => Ok(plain),
            None => Ok(self.content_of(kind, id, (&bytes, place), MAX_DEPTH, &|id| self.locate(id))?.plain),
        }
    }

    /// Reads a chunk that rests on at most `deepest` others in a row. Each is nearer to the ground than the one
    /// upon it, so that chunks which rest on each other are an error and no endless task.
    fn content_within(
        &self,
        kind: ChunkKind,
        id: &Hash,
        deepest: u8,
        find: Find<'_>,
    ) -> Result<Content, ChunkError> {
        let (bytes, place) = self.frame(kind, id, find)?;
        self.content_of(kind, id, (&bytes, place), deepest, find)
    }

    /// The content of a frame that was read from `place`.
    fn content_of(
        &self,
        kind: ChunkKind,
        id: &Hash,
        (bytes, place): (&[u8], Place),
        deepest: u8,
        find: Find<'_>,
    ) -> Result<Content, ChunkError> {
        let damaged = |what: &str| self.damaged(id, &place, what);
        let content = self.open_frame(kind, bytes, deepest, find).map_err(|what| damaged(&what))?;
        if self.keys.chunk_id(kind, &content.plain) == *id {
            Ok(content)
        } else {
            Err(damaged("its content has another id"))
        }
    }

    /// The content of a frame, with what it rests on, or why it cannot be read.
    pub(super) fn open_frame(
        &self,
        kind: ChunkKind,
        bytes: &[u8],
        deepest: u8,
        find: Find<'_>,
    ) -> Result<Content, String> {
        let frame = codec::parse(kind, bytes)?;
        let depth = frame.depth();
        if depth > deepest {
            return Err("it rests on more chunks than it says".to_owned());
        }
        let below = |error: ChunkError| format!("it rests on another chunk: {error}");
        let plain = match &frame.body {
            Body::Zstd(_) | Body::Stored(_) => frame.content(),
            Body::Words { vocabulary, .. } => {
                frame.content_in(&*self.vocabulary_by(vocabulary, find).map_err(below)?)
            }
            Body::Delta { base, .. } => {
                let base = self.content_within(kind, base, depth.saturating_sub(1), find).map_err(below)?;
                frame.content_upon(&base.plain)
            }
        };
        Ok(Content { plain: plain?, depth })
    }

    /// A vocabulary, read once.
    pub(super) fn vocabulary(&self, id: &Hash) -> Result<Arc<Vocabulary>, ChunkError> {
        self.vocabulary_by(id, &|id| self.locate(id))
    }

    fn vocabulary_by(&self, id: &Hash, find: Find<'_>) -> Result<Arc<Vocabulary>, ChunkError> {
        let known = self.vocabularies.0.read().unwrap_or_else(PoisonError::into_inner).get(id).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        // A vocabulary rests on nothing.
        let content = self.content_within(ChunkKind::Vocabulary, id, 0, find)?;
        let vocabulary = Vocabulary::from_bytes(&content.plain)
            .ok_or_else(|| ChunkError::Damaged { id: *id, detail: "it is not a vocabulary".to_owned() })?;
        let vocabulary = Arc::new(vocabulary);
        let mut read = self.vocabularies.0.write().unwrap_or_else(PoisonError::into_inner);
        read.insert(*id, Arc::clone(&vocabulary));
        Ok(vocabulary)
    }

    fn frame(&self, kind: ChunkKind, id: &Hash, find: Find<'_>) -> Result<(Vec<u8>, Place), ChunkError> {
        let place = find(id)?.ok_or(ChunkError::Absent(*id))?;
        let opened = self.files.open(&self.keys.of_pack(place.pack)?.chunks, kind, id, place)?;
        let frame = opened.map_err(|what| self.damaged(id, &place, what))?;
        Ok((frame, place))
    }

    fn damaged(&self, id: &Hash, place: &Place, what: &str) -> ChunkError {
        let path = self.files.path(place.pack);
        ChunkError::Damaged {
            id: *id,
            detail: format!("{} at byte {}: {what}", path.display(), place.offset),
        }
    }
}

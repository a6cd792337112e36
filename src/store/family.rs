//! Pages of one family: leaves whose records say the same things, because one platform wrote them.
//!
//! The first pages of a family are stored as they are and learnt from; once there are enough of them, their
//! vocabulary is stored and noted in the log, and later pages are written in it. Later it is learnt once more.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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

struct State {
    vocabulary: Option<(Hash, Arc<Vocabulary>)>,
    lesson: Option<Lesson>,
}

/// Leaves that were put aside to learn from.
struct Lesson {
    plan: LessonPlan,
    leaves: Vec<Vec<u8>>,
    seen: usize,
    seen_bytes: usize,
}

/// Which leaves are learnt from.
#[derive(Clone, Copy)]
struct LessonPlan {
    /// Each of so many.
    one_in: usize,
    /// When so many bytes went by, there are enough.
    after: usize,
}

/// The first lesson is short, so that pages are small soon; it knows one or two containers. The second hears
/// something of many.
const LESSONS: [LessonPlan; 2] =
    [LessonPlan { one_in: 1, after: 4 << 20 }, LessonPlan { one_in: 8, after: 48 << 20 }];

impl Lesson {
    fn number(number: usize) -> Option<Self> {
        let plan = *LESSONS.get(number)?;
        Some(Self { plan, leaves: Vec::new(), seen: 0, seen_bytes: 0 })
    }

    /// Hears a leaf; true when there were enough.
    fn hear(&mut self, leaf: &[u8]) -> bool {
        if self.seen.is_multiple_of(self.plan.one_in) {
            self.leaves.push(leaf.to_vec());
        }
        self.seen = self.seen.saturating_add(1);
        self.seen_bytes = self.seen_bytes.saturating_add(leaf.len());
        self.seen_bytes >= self.plan.after
    }
}

impl Family {
    /// The family `name` of a vault.
    pub fn new(vault: Arc<Vault>, name: &str) -> Result<Self, VaultError> {
        let mut ids = vault.family_vocabularies()?;
        ids.retain(|(family, _)| family == name);
        // One that cannot be read does not help to write: another is learnt.
        let vocabulary = ids.last().and_then(|(_, id)| Some((*id, vault.vocabulary(id).ok()?)));
        let lesson = Lesson::number(if vocabulary.is_some() { ids.len() } else { 0 });
        Ok(Self { vault, name: name.to_owned(), state: Mutex::new(State { vocabulary, lesson }) })
    }

    /// Ends the lesson that is under way after so many bytes of leaves, instead of the usual megabytes.
    pub fn limit_lesson(&self, bytes: usize) {
        if let Some(lesson) = &mut self.state().lesson {
            lesson.plan.after = bytes;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The vocabulary for a leaf, if there is one yet.
    fn words_for(&self, leaf: &[u8]) -> Result<Option<(Hash, Arc<Vocabulary>)>, ChunkError> {
        let enough = {
            let mut state = self.state();
            let enough = state.lesson.as_mut().is_some_and(|lesson| lesson.hear(leaf));
            if !enough {
                return Ok(state.vocabulary.clone());
            }
            state.lesson.take()
        };
        // Others go on with what they have while this thread learns.
        if let Some(lesson) = enough {
            self.learn(&lesson)?;
        }
        Ok(self.state().vocabulary.clone())
    }

    fn learn(&self, lesson: &Lesson) -> Result<(), ChunkError> {
        let vocabulary = words::train(&lesson.leaves);
        let id = self.vault.put(ChunkKind::Vocabulary, &vocabulary.to_bytes())?;
        let payload = [&id.0, self.name.as_bytes()].concat();
        self.vault.append_record(&mut *self.vault.writer()?, VOCABULARY, &payload)?;
        let mut state = self.state();
        let first = state.vocabulary.is_none();
        state.vocabulary = Some((id, Arc::new(vocabulary)));
        state.lesson = if first { Lesson::number(1) } else { None };
        Ok(())
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

    fn get_beside(&self, kind: ChunkKind, id: &Hash, other: (&Hash, &[u8])) -> Result<Vec<u8>, ChunkError> {
        self.vault.get_beside(kind, id, other)
    }

    fn put(&self, kind: ChunkKind, plain: &[u8]) -> Result<Hash, ChunkError> {
        self.put_with(kind, plain, None)
    }

    fn put_replacing(&self, kind: ChunkKind, plain: &[u8], replaced: &Hash) -> Result<Hash, ChunkError> {
        self.put_with(kind, plain, Some(*replaced))
    }

    fn id_of(&self, kind: ChunkKind, plain: &[u8]) -> Hash {
        self.vault.id_of(kind, plain)
    }

    fn has(&self, id: &Hash) -> Result<bool, ChunkError> {
        self.vault.has(id)
    }

    fn sync(&self) -> Result<(), ChunkError> {
        self.vault.sync()
    }
}

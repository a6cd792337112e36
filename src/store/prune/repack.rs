//! Copying what is needed out of packs that are given up.

use std::collections::{BTreeSet, HashMap};

use super::needs::Needed;
use crate::base::hash::Hash;
use crate::store::chunks::ChunkKind;
use crate::store::codec;
use crate::store::error::VaultError;
use crate::store::pack::{Found, Item};
use crate::store::vault::Vault;
use crate::store::writing::Hints;

/// Chunks that were written anew and rest on nothing, by the one at the ground of what they rested on before. What
/// rested on the same is a small difference to them.
#[derive(Default)]
pub(super) struct Siblings(HashMap<Hash, Hash>);

impl Siblings {
    /// Remembers a chunk that stands by itself where it rested on `ground` before.
    pub(super) fn note(&mut self, ground: Option<Hash>, id: &Hash) {
        if let Some(ground) = ground {
            self.0.insert(ground, *id);
        }
    }
}

impl Vault {
    /// Whether the index has the chunk in a pack that is not `leaving`, and it is there.
    pub(super) fn stays(&self, found: &Found, leaving: &BTreeSet<u32>) -> Result<bool, VaultError> {
        match self.index.get(&found.id)? {
            Some(place) if !leaving.contains(&place.pack) => self.files.holds(&Found { place, ..*found }),
            _ => Ok(false),
        }
    }

    /// Copies the needed chunks of a pack that lie in no other than those that are `leaving`; returns the bytes.
    pub(super) fn copy_needed(
        &self,
        pack: u32,
        needed: &Needed<'_>,
        leaving: &BTreeSet<u32>,
        siblings: &mut Siblings,
    ) -> Result<u64, VaultError> {
        let mut bytes = 0;
        let len = self.files.len(pack)?;
        self.files.each(pack, 0, len, &mut |item| {
            match item {
                Item::Gap { from, .. } => return Err(self.not_a_chunk(pack, from)),
                Item::Chunk(found) if needed.contains(&found.id) && !self.stays(&found, leaving)? => {
                    bytes += self.copy(&found, needed, siblings)?;
                }
                Item::Chunk(_) => {}
            }
            Ok(true)
        })?;
        Ok(bytes)
    }

    /// Appends a chunk to the newest pack once more. What is copied was read in full and compared with its id.
    fn copy(&self, found: &Found, needed: &Needed<'_>, siblings: &mut Siblings) -> Result<u64, VaultError> {
        let (frame, content) = match self.check_content(found)? {
            Ok(read) => read,
            // The same chunk follows at the place that the index has, or is missed by the proof.
            Err(_) if self.index.get(&found.id)? != Some(found.place) => return Ok(0),
            Err(what) => {
                let file = self.files.path(found.place.pack);
                return Err(VaultError::damaged(&file, found.place.offset, what));
            }
        };
        let (frame, ground) = if self.index.get(&found.id)? == Some(found.place) {
            self.grounded(found.kind, frame, &content.plain, (needed, siblings))?
        } else {
            // An earlier copy that leaves as well: others may rest on that one, and it may be less deep than this one.
            (self.encode(found.kind, &content.plain, &Hints::default())?, None)
        };
        let mut writer = self.writer()?;
        let place =
            writer.packs.append(&self.keys, self.env.random.as_ref(), found.kind, &found.id, &frame)?;
        if self.index.add(found.id, place) {
            writer.packs.sync()?;
            self.checkpoint(writer.packs.position());
        }
        siblings.note(ground, &found.id);
        Ok(place.end() - place.offset)
    }

    /// The frame as it is if what it rests on is needed as well; else one that rests on the nearest chunk below that
    /// is, or on a sibling, or on the vocabulary at the ground, or on nothing. A frame that rests on no other of its
    /// kind comes with the chunk at the ground of what it rested on.
    pub(super) fn grounded(
        &self,
        kind: ChunkKind,
        frame: Vec<u8>,
        plain: &[u8],
        (needed, siblings): (&Needed<'_>, &Siblings),
    ) -> Result<(Vec<u8>, Option<Hash>), VaultError> {
        let mut below = codec::parse(kind, &frame).ok().and_then(|frame| frame.rests_on());
        if below.is_none_or(|(_, base)| needed.contains(&base)) {
            return Ok((frame, None));
        }
        let mut hints = Hints::default();
        let mut ground = None;
        while let Some((base_kind, base)) = below {
            if base_kind == ChunkKind::Vocabulary {
                if needed.contains(&base) {
                    hints.words = Some((base, self.vocabulary(&base)?));
                }
                break;
            }
            if hints.replaced.is_none() && needed.contains(&base) {
                hints.replaced = Some(base);
            }
            ground = Some(base);
            below = self.rests_on(base_kind, &base)?;
        }
        if hints.replaced.is_none() {
            hints.replaced = ground.and_then(|ground| siblings.0.get(&ground)).copied();
        }
        let frame = self.encode(kind, plain, &hints)?;
        let stands_alone = hints.replaced.is_none();
        Ok((frame, ground.filter(|_| stands_alone)))
    }
}

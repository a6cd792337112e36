//! What is needed because other chunks rest on it.

use std::collections::BTreeSet;

use super::Prune;
use super::repack::Siblings;
use crate::base::defect::{Defect, planted};
use crate::base::hash::Hash;
use crate::store::chunks::ChunkKind;
use crate::store::codec::{self, MAX_DEPTH};
use crate::store::error::VaultError;
use crate::store::live::LiveSet;
use crate::store::pack::{Found, Item, Place};

/// What a difference costs besides what differs: headers, seal, the name of its base.
const OVERHEAD: u64 = 125;

/// So many nodes tell how much nodes grow.
const SAMPLES: usize = 256;
/// So many of them at most rest on the same ground.
const SAMPLES_OF_ONE: usize = 16;

/// A node's record.
struct Node {
    id: Hash,
    place: Place,
    /// What it rests on.
    base: Option<(ChunkKind, Hash)>,
}

/// The records of all nodes. Pieces of attachments rest on nothing.
#[derive(Default)]
pub(super) struct Rests {
    /// Sorted by their ids.
    nodes: Vec<Node>,
    /// By how many bytes some nodes have really grown, and by how many they could at most.
    grown: (u64, u64),
}

/// What must be there: what somebody needs, and what something that stays rests on.
pub(super) struct Needed<'l> {
    pub(super) live: &'l LiveSet,
    pub(super) rested_on: LiveSet,
}

impl Needed<'_> {
    pub(super) fn contains(&self, id: &Hash) -> bool {
        self.live.contains(id) || self.rested_on.contains(id)
    }
}

impl<'l> Needed<'l> {
    /// What is needed when the packs in `leaving` are gone: all that `live` names and all that records in other packs
    /// rest on. What is in those packs and needed is written anew, and rests on nothing but what is needed; only its
    /// vocabulary it keeps.
    pub(super) fn while_gone(live: &'l LiveSet, rests: &Rests, leaving: &BTreeSet<u32>) -> Self {
        let mut needed = Needed { live, rested_on: LiveSet::default() };
        for node in &rests.nodes {
            let Some((kind, base)) = node.base else { continue };
            let keeps_words = kind == ChunkKind::Vocabulary && live.contains(&node.id);
            if (keeps_words || !leaving.contains(&node.place.pack)) && !planted(Defect::BasePruned) {
                needed.rested_on.insert(&base);
            }
        }
        needed
    }

    /// What is needed when nothing is written anew: all that `live` names and all that it rests on.
    pub(super) fn as_it_stands(live: &'l LiveSet, rests: &Rests) -> Self {
        let mut needed = Needed { live, rested_on: LiveSet::default() };
        for node in rests.nodes.iter().filter(|node| live.contains(&node.id)) {
            let mut base = node.base;
            while let Some((_, id)) = base.filter(|(_, id)| needed.rested_on.insert(id)) {
                base = rests.any(&id).and_then(|node| node.base);
            }
        }
        needed
    }
}

impl Rests {
    /// By how many bytes a node grows, at a guess, when it is written anew without the chunks below it that are not
    /// needed.
    pub(super) fn growth(&self, id: &Hash, needed: &Needed<'_>) -> u64 {
        let (real, most) = self.grown;
        let guess = u128::from(self.most_growth(id, needed)) * u128::from(real) / u128::from(most.max(1));
        u64::try_from(guess).unwrap_or(u64::MAX)
    }

    /// The same if all that those chunks say must be said by itself.
    fn most_growth(&self, id: &Hash, needed: &Needed<'_>) -> u64 {
        let mut bytes: u64 = 0;
        let mut node = self.any(id);
        for _ in 0..MAX_DEPTH {
            let Some((ChunkKind::Node, base)) = node.and_then(|node| node.base) else { break };
            if needed.contains(&base) {
                break;
            }
            node = self.any(&base);
            let len = node.map_or(0, |node| node.place.end() - node.place.offset);
            bytes += len.saturating_sub(OVERHEAD);
        }
        bytes
    }

    /// The chunk at the end of what the node rests on; itself where it rests on none.
    fn ground(&self, node: &Node) -> Hash {
        let mut ground = node;
        for _ in 0..MAX_DEPTH {
            let Some((ChunkKind::Node, base)) = ground.base else { break };
            let Some(below) = self.any(&base) else { break };
            ground = below;
        }
        ground.id
    }

    /// The last record of a node.
    fn any(&self, id: &Hash) -> Option<&Node> {
        let end = self.nodes.partition_point(|node| node.id <= *id);
        self.nodes.get(end.checked_sub(1)?).filter(|node| node.id == *id)
    }
}

impl Prune<'_> {
    /// Looks into every node of every pack.
    pub(super) fn rests(&self) -> Result<Rests, VaultError> {
        let mut nodes = Vec::new();
        for number in &self.packs {
            let len = self.vault.files.len(*number)?;
            self.vault.files.each(*number, 0, len, &mut |item| {
                match item {
                    Item::Gap { from, .. } => return Err(self.vault.not_a_chunk(*number, from)),
                    Item::Chunk(found) if found.kind == ChunkKind::Node => nodes.push(self.node(&found)?),
                    Item::Chunk(_) => {}
                }
                Ok(true)
            })?;
        }
        nodes.sort_unstable_by_key(|node| (node.id, node.place.pack, node.place.offset));
        Ok(Rests { nodes, grown: (1, 1) })
    }

    /// Writes some of the nodes anew, but into no pack, to see by how much nodes really grow. Ids are as good as
    /// random, so those above the first grounds stand for all; several above each, because they help each other.
    pub(super) fn calibrate(&self, rests: &mut Rests, needed: &Needed<'_>) -> Result<(), VaultError> {
        let grows = |node: &&Node| needed.contains(&node.id) && rests.most_growth(&node.id, needed) > 0;
        let mut due: Vec<(Hash, &Node)> =
            rests.nodes.iter().filter(grows).map(|node| (rests.ground(node), node)).collect();
        due.sort_unstable_by_key(|(ground, node)| (*ground, node.place.pack, node.place.offset));
        let (mut real, mut most) = (0, 0);
        let mut siblings = Siblings::default();
        let of_one_ground = due.chunk_by(|(one, _), (other, _)| one == other);
        for (_, node) in of_one_ground.flat_map(|nodes| nodes.iter().take(SAMPLES_OF_ONE)).take(SAMPLES) {
            if self.vault.index.get(&node.id)? != Some(node.place) {
                continue;
            }
            let found = Found { id: node.id, kind: ChunkKind::Node, place: node.place };
            let Ok((frame, content)) = self.vault.check_content(&found)? else { continue };
            let before = frame.len() as u64;
            let (after, ground) =
                self.vault.grounded(found.kind, frame, &content.plain, (needed, &siblings))?;
            siblings.note(ground, &node.id);
            real += (after.len() as u64).saturating_sub(before);
            most += rests.most_growth(&node.id, needed);
        }
        if most > 0 {
            rests.grown = (real, most);
        }
        Ok(())
    }

    fn node(&self, found: &Found) -> Result<Node, VaultError> {
        let Found { id, kind, place } = *found;
        let vault = self.vault;
        let damaged = |what| VaultError::damaged(&vault.files.path(place.pack), place.offset, what);
        let frame =
            vault.files.open(&vault.keys.of_pack(place.pack)?.chunks, kind, &id, place)?.map_err(damaged)?;
        let base = codec::parse(kind, &frame).map_err(damaged)?.rests_on();
        Ok(Node { id, place, base })
    }
}

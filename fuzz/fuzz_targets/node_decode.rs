//! Nodes of record trees: whatever is read as a node is written as the same bytes, and a tree that stands on it
//! can be walked, read and edited, with an error at worst.

#![no_main]

use boardvault::prolly::node::Node;
use boardvault::prolly::{self, Fault, Inspector, KeyRange, Tree};
use boardvault::store::chunks::{ChunkKind, Chunks};
use boardvault::store::mem::MemChunks;
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: in_one_thread(), |bytes: &[u8]| {
    let Ok(node) = Node::decode(bytes.to_vec()) else { return };
    assert_eq!(written(&node), bytes);
    for (at, (key, _)) in node.iter().enumerate() {
        assert_eq!(node.position(key), at);
        assert_eq!(node.child(at).is_some(), node.level() > 0);
    }
    stand_on(&node, bytes);
});

/// Trees are written by several threads, of which no two runs are alike: here they make do with this one.
fn in_one_thread() {
    rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build_global().unwrap();
}

/// The bytes that the format prescribes for what `node` holds.
fn written(node: &Node) -> Vec<u8> {
    let mut bytes = vec![1, node.level()];
    bytes.extend(u32::try_from(node.len()).unwrap().to_le_bytes());
    for (key, value) in node.iter() {
        bytes.extend(u16::try_from(key.len()).unwrap().to_le_bytes());
        bytes.extend(u32::try_from(value.len()).unwrap().to_le_bytes());
        bytes.extend(key);
        bytes.extend(value);
    }
    bytes
}

/// The node as the root of a tree whose other nodes are missing.
fn stand_on(node: &Node, bytes: &[u8]) {
    let chunks = MemChunks::new();
    let root = chunks.put(ChunkKind::Node, bytes).unwrap();
    let tree = Tree { root, count: node.count(), height: node.level() };
    prolly::check(&chunks, &tree, &mut Indifferent);
    let all = prolly::range(&chunks, &tree, KeyRange::all()).collect::<Result<Vec<_>, _>>();
    // A tree is whole where it is a leaf, and only there.
    assert_eq!(all.is_ok(), node.level() == 0);
    let empty = Tree::empty(&chunks).unwrap();
    assert_eq!(
        prolly::diff(&chunks, &tree, &empty, KeyRange::all()).flatten().count(),
        all.map_or(0, |all| all.len())
    );
    let key = node.last_key().unwrap_or_default().to_vec();
    if let Ok(edited) = prolly::edit(&chunks, &tree, [Ok((key.clone(), Some(b"new".to_vec())))]) {
        assert_eq!(prolly::get(&chunks, &edited, &key).unwrap().as_deref(), Some(&b"new"[..]));
    }
}

struct Indifferent;

impl Inspector for Indifferent {
    fn enter(&mut self, _: &boardvault::base::hash::Hash) -> bool {
        true
    }
    fn entry(&mut self, _: &[u8], _: &[u8]) -> bool {
        true
    }
    fn fault(&mut self, _: Fault) {}
    fn leave_sound(&mut self, _: &boardvault::base::hash::Hash) {}
}

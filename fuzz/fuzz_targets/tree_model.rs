//! Trees against `BTreeMap`: each batch of edits changes the tree by exactly what it changes in the map, and in the
//! end the tree holds what the map holds and is the same tree as one that was built from nothing.
//!
//! The input is a list of `key u8 · u8, value u8`: a key of zeros ends a batch, a value of zero removes. Keys and
//! values are made long, so that few edits make several levels.

#![no_main]

use std::collections::BTreeMap;

use boardvault::prolly::{self, Difference, KeyRange, Tree};
use boardvault::store::mem::MemChunks;
use libfuzzer_sys::fuzz_target;

type Map = BTreeMap<Vec<u8>, Vec<u8>>;
type Edits = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

fuzz_target!(init: in_one_thread(), |bytes: &[u8]| {
    let chunks = MemChunks::new();
    let (mut tree, mut map) = (Tree::empty(&chunks).unwrap(), Map::new());
    for batch in batches(bytes) {
        let edited = prolly::edit(&chunks, &tree, batch.clone().into_iter().map(Ok)).unwrap();
        let found = prolly::diff(&chunks, &tree, &edited, KeyRange::all()).map(Result::unwrap);
        assert!(found.eq(apply(&mut map, batch)), "the difference is not what was edited");
        tree = edited;
        assert_eq!(tree.count, map.len() as u64);
    }
    let built = prolly::build(&chunks, map.clone().into_iter().map(Ok)).unwrap();
    assert_eq!(tree, built, "the tree depends on its history");
    reads_the_same(&chunks, &tree, &map);
});

/// Trees are written by several threads, of which no two runs are alike: here they make do with this one.
fn in_one_thread() {
    rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build_global().unwrap();
}

fn batches(bytes: &[u8]) -> Vec<Edits> {
    let mut batches = vec![Edits::new()];
    for op in bytes.chunks_exact(3) {
        match *op {
            [0, 0, _] => batches.push(Edits::new()),
            [a, b, value] => {
                let mut key = vec![a; 1 + usize::from(b % 4) * 300];
                key.push(b);
                let value = (value > 0).then(|| vec![value; usize::from(value) * 20]);
                batches.last_mut().unwrap().insert(key, value);
            }
            _ => unreachable!("chunks of three"),
        }
    }
    batches
}

/// Carries out the edits on the map and says what they changed.
fn apply(map: &mut Map, batch: Edits) -> Vec<Difference> {
    let change = |(key, right): (Vec<u8>, Option<Vec<u8>>)| {
        let left = match right.clone() {
            Some(value) => map.insert(key.clone(), value),
            None => map.remove(&key),
        };
        (left != right).then_some(Difference { key, left, right })
    };
    batch.into_iter().filter_map(change).collect()
}

fn reads_the_same(chunks: &MemChunks, tree: &Tree, map: &Map) {
    for first in [0, 1, 7, 128, 255] {
        let range = KeyRange::prefix([first]);
        let expected: Vec<_> = map.iter().filter(|(key, _)| key.first() == Some(&first)).collect();
        assert_eq!(prolly::count(chunks, tree, &range).unwrap(), expected.len() as u64);
        let read = prolly::range(chunks, tree, range).collect::<Result<Vec<_>, _>>().unwrap();
        assert!(read.iter().map(|(key, value)| (key, value)).eq(expected));
        let key = [first, 4];
        assert_eq!(prolly::get(chunks, tree, &key).unwrap().as_ref(), map.get(&key[..]));
    }
    let all = prolly::range(chunks, tree, KeyRange::all()).map(Result::unwrap);
    assert!(all.eq(map.clone()));
}

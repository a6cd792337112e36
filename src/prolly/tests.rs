//! Behaviour of whole trees.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::testing::{MemoryChunks, config};
use super::*;

type Model = BTreeMap<Vec<u8>, Vec<u8>>;

/// Long keys make small trees high: about 17 children a node.
fn key(n: u32) -> Vec<u8> {
    let mut key = format!("{n:08}").into_bytes();
    key.resize(800, b'.');
    key
}

fn model(numbers: impl IntoIterator<Item = u32>) -> Model {
    numbers.into_iter().map(|n| (key(n), vec![b'v'; 20 + n as usize % 400])).collect()
}

fn build_from(chunks: &MemoryChunks, model: &Model) -> Tree {
    build(chunks, model.clone().into_iter().map(Ok)).unwrap()
}

fn apply(chunks: &MemoryChunks, tree: &Tree, edits: impl IntoIterator<Item = (u32, Option<u8>)>) -> Tree {
    let sorted: BTreeMap<Vec<u8>, Option<Vec<u8>>> =
        edits.into_iter().map(|(n, value)| (key(n), value.map(|v| vec![v; 150]))).collect();
    edit(chunks, tree, sorted.into_iter().map(Ok)).unwrap()
}

fn content(chunks: &MemoryChunks, tree: &Tree) -> Model {
    range(chunks, tree, KeyRange::all()).collect::<Result<_, _>>().unwrap()
}

struct Strict(usize);

impl Inspector for Strict {
    fn enter(&mut self, _id: &Hash) -> bool {
        true
    }
    fn entry(&mut self, _key: &[u8], _value: &[u8]) -> bool {
        self.0 += 1;
        true
    }
    fn fault(&mut self, fault: Fault) {
        panic!("{fault:?}");
    }
    fn leave_sound(&mut self, _id: &Hash) {}
}

#[test]
fn a_tree_reads_back_what_it_was_built_from() {
    let chunks = MemoryChunks::default();
    let model = model((0..8_000).map(|n| n * 3));
    let tree = build_from(&chunks, &model);
    assert_eq!(tree.height, 2, "the test means to see inner nodes above inner nodes");
    assert_eq!((tree.count, content(&chunks, &tree)), (8_000, model.clone()));
    assert_eq!(get(&chunks, &tree, &key(300)).unwrap().as_ref(), model.get(&key(300)));
    assert_eq!(get(&chunks, &tree, &key(301)).unwrap(), None);
    assert_eq!(get(&chunks, &tree, &key(99_999)).unwrap(), None);
    let mut strict = Strict(0);
    assert!(check(&chunks, &tree, &mut strict));
    assert_eq!(strict.0, 8_000);
}

#[test]
fn ranges_and_their_counts_agree_with_the_model() {
    let chunks = MemoryChunks::default();
    let model = model((0..3_000).map(|n| n * 2));
    let tree = build_from(&chunks, &model);
    for (from, to) in [(0, 6_000), (1_001, 1_002), (2_000, 2_001), (4_999, 9_000), (7_000, 8_000)] {
        let bounds = KeyRange { from: key(from), to: Some(key(to)) };
        let expected: Vec<_> = model.range(key(from)..key(to)).map(|(key, _)| key.clone()).collect();
        let got: Vec<_> = range(&chunks, &tree, bounds.clone()).map(|entry| entry.unwrap().0).collect();
        assert_eq!(got, expected, "{from}..{to}");
        assert_eq!(count(&chunks, &tree, &bounds).unwrap(), expected.len() as u64, "{from}..{to}");
    }
    let tens = range(&chunks, &tree, KeyRange::prefix(&b"0000001"[..])).count();
    assert_eq!(tens, 5);
    assert_eq!(KeyRange::prefix([1, 0xff]).to, Some(vec![2]));
    assert_eq!(KeyRange::prefix([0xff]).to, None);
}

#[test]
fn one_edit_reads_and_writes_one_path() {
    let chunks = MemoryChunks::default();
    let tree = build_from(&chunks, &model(0..8_000));
    let _ = (chunks.reads(), chunks.new_chunks());
    let edited = apply(&chunks, &tree, [(4_000, Some(b'x'))]);
    assert_ne!(edited.root, tree.root);
    let (reads, new) = (chunks.reads(), chunks.new_chunks());
    assert!(reads <= 10, "{reads} reads");
    assert!(new <= 6, "{new} new nodes");
    assert_eq!(apply(&chunks, &edited, [(4_000, None), (3_999, None)]).count, 7_998);
}

#[test]
fn edits_that_change_nothing_give_the_same_tree_and_write_nothing() {
    let chunks = MemoryChunks::default();
    let model = model(0..2_000);
    let tree = build_from(&chunks, &model);
    let _ = chunks.new_chunks();
    assert_eq!(apply(&chunks, &tree, [(5_000, None)]), tree);
    let same = model.iter().map(|(key, value)| Ok((key.clone(), Some(value.clone()))));
    assert_eq!(edit(&chunks, &tree, same).unwrap(), tree);
    assert_eq!(apply(&chunks, &tree, []), tree);
    assert_eq!(chunks.new_chunks(), 0);
}

#[test]
fn a_tree_shrinks_to_the_empty_tree_and_grows_again() {
    let chunks = MemoryChunks::default();
    let model = model(0..3_000);
    let tree = build_from(&chunks, &model);
    let few = apply(&chunks, &tree, (2..3_000).map(|n| (n, None)));
    assert_eq!((few.count, few.height), (2, 0));
    let none = apply(&chunks, &few, [(0, None), (1, None)]);
    assert_eq!(none, Tree::empty(&chunks).unwrap());
    assert_eq!(content(&chunks, &none), Model::new());
    let again = model.iter().map(|(key, value)| Ok((key.clone(), Some(value.clone()))));
    assert_eq!(edit(&chunks, &none, again).unwrap(), tree);
}

#[test]
fn a_difference_of_one_record_reads_two_paths() {
    let chunks = MemoryChunks::default();
    let left = build_from(&chunks, &model(0..8_000));
    let right = apply(&chunks, &left, [(4_000, Some(b'x'))]);
    let _ = chunks.reads();
    let found: Vec<_> = diff(&chunks, &left, &right, KeyRange::all()).map(Result::unwrap).collect();
    assert_eq!(found.iter().map(|d| &d.key).collect::<Vec<_>>(), [&key(4_000)]);
    assert!(found[0].left.is_some() && found[0].right == Some(vec![b'x'; 150]));
    let reads = chunks.reads();
    assert!(reads <= 12, "{reads} reads");
    assert_eq!(diff(&chunks, &left, &left, KeyRange::all()).count(), 0);
    assert_eq!(chunks.reads(), 0, "equal roots need no reading");
}

#[test]
fn a_stretch_of_new_records_does_not_make_the_shared_rest_be_read() {
    let chunks = MemoryChunks::default();
    let left = build_from(&chunks, &model((0..2_000).chain(4_000..10_000)));
    let right = apply(&chunks, &left, (2_000..4_000).map(|n| (n, Some(b'n'))));
    let _ = chunks.reads();
    assert_eq!(diff(&chunks, &left, &right, KeyRange::all()).count(), 2_000);
    let reads = chunks.reads();
    assert!(reads < 90, "{reads} reads for about 65 new nodes");
}

#[test]
fn input_out_of_order_is_refused() {
    let chunks = MemoryChunks::default();
    let twice = || [key(1), key(1)].into_iter().map(|key| Ok((key, b"v".to_vec())));
    assert!(matches!(build(&chunks, twice()), Err(TreeError::Unsorted)));
    let tree = build_from(&chunks, &model(0..10));
    let edits = [key(5), key(4)].into_iter().map(|key| Ok((key, None::<Vec<u8>>)));
    assert!(matches!(edit(&chunks, &tree, edits), Err(TreeError::Unsorted)));
}

#[test]
fn a_lost_node_is_named_and_the_rest_is_still_walked() {
    struct Faults(Vec<Fault>, usize);
    impl Inspector for Faults {
        fn enter(&mut self, _id: &Hash) -> bool {
            true
        }
        fn entry(&mut self, _key: &[u8], _value: &[u8]) -> bool {
            self.1 += 1;
            true
        }
        fn fault(&mut self, fault: Fault) {
            self.0.push(fault);
        }
        fn leave_sound(&mut self, _id: &Hash) {}
    }
    let chunks = MemoryChunks::default();
    let tree = build_from(&chunks, &model(0..2_000));
    let root = load(&chunks, &tree.root, tree.height).unwrap();
    let (lost, forged) = (root.child(1).unwrap(), root.child(3).unwrap());
    chunks.lose(&lost.id);
    let other = build_from(&chunks, &model(0..10));
    chunks.replace(&forged.id, chunks.get(ChunkKind::Node, &other.root).unwrap());
    let mut faults = Faults(Vec::new(), 0);
    assert!(!check(&chunks, &tree, &mut faults));
    assert_eq!(faults.0.iter().map(|fault| fault.id).collect::<Vec<_>>(), [lost.id, forged.id]);
    assert!(matches!(faults.0[0].error, TreeError::Chunk(ChunkError::Absent(_))));
    assert!(matches!(faults.0[1].error, TreeError::Node { .. }));
    assert_eq!(faults.0[0].after.as_deref(), root.entry(0).map(|(key, _)| key));
    assert_eq!(faults.1 as u64 + lost.count + forged.count, 2_000);
}

#[test]
fn an_edit_of_a_tree_with_an_exchanged_leaf_is_an_error_and_ends() {
    let chunks = MemoryChunks::default();
    let tree = build_from(&chunks, &model(0..2_000));
    let mut leaf = load(&chunks, &tree.root, tree.height).unwrap();
    while let Some(child) = leaf.child(1) {
        let other = build_from(&chunks, &model(0..10));
        if leaf.level() == 1 {
            chunks.replace(&child.id, chunks.get(ChunkKind::Node, &other.root).unwrap());
        }
        leaf = load(&chunks, &child.id, leaf.level() - 1).unwrap();
    }
    let edits = (0..2_000).map(|n| Ok((key(n), None::<Vec<u8>>)));
    assert!(matches!(edit(&chunks, &tree, edits), Err(TreeError::Node { .. })));
}

/// The format is fixed: this root may only change together with the version of the node format.
#[test]
fn the_golden_root_has_not_moved() {
    let chunks = MemoryChunks::default();
    let tree = build_from(&chunks, &model(0..5_000));
    assert_eq!(tree.root.to_string(), "bd4e854de97fb7122fd0fa7f3c01a4796449668f6912c20dbae95c18fffe6312");
}

/// Whatever a node is exchanged for, every operation gives a result or an error.
fn use_all(chunks: &MemoryChunks, tree: &Tree, other: &Tree) {
    struct Ignore;
    impl Inspector for Ignore {
        fn enter(&mut self, _id: &Hash) -> bool {
            true
        }
        fn entry(&mut self, _key: &[u8], _value: &[u8]) -> bool {
            true
        }
        fn fault(&mut self, _fault: Fault) {}
        fn leave_sound(&mut self, _id: &Hash) {}
    }
    check(chunks, tree, &mut Ignore);
    range(chunks, tree, KeyRange::all()).for_each(drop);
    diff(chunks, tree, other, KeyRange::prefix(*b"000001")).for_each(drop);
    diff(chunks, other, tree, KeyRange::all()).for_each(drop);
    let _ = count(chunks, tree, &KeyRange::prefix(*b"000001"));
    let _ = get(chunks, tree, &key(150));
    let edits = [(key(150), Some(Vec::new())), (key(1_300), None)];
    let _ = edit(chunks, tree, edits.into_iter().map(Ok));
}

proptest! {
    #![proptest_config(config(24))]

    #[test]
    fn any_history_gives_the_same_root_as_building_from_the_result(
        start in 0_u32..1_500,
        rounds in prop::collection::vec(
            (0_u32..2_000, 1_u32..400, 1_u32..7, prop::option::of(any::<u8>())),
            1..6,
        ),
    ) {
        let chunks = MemoryChunks::default();
        let mut model = model(0..start);
        let mut tree = build_from(&chunks, &model);
        for (first, len, stride, value) in rounds {
            let before = (tree, model.clone());
            let numbers = || (0..len).map(|n| first + n * stride);
            for n in numbers() {
                match value {
                    Some(value) => model.insert(key(n), vec![value; 150]),
                    None => model.remove(&key(n)),
                };
            }
            tree = apply(&chunks, &tree, numbers().map(|n| (n, value)));
            prop_assert_eq!(tree, build_from(&chunks, &model));
            let found: Vec<_> =
                diff(&chunks, &before.0, &tree, KeyRange::all()).map(Result::unwrap).collect();
            let keys: std::collections::BTreeSet<_> = before.1.keys().chain(model.keys()).collect();
            let expected: Vec<_> = keys
                .into_iter()
                .filter(|key| before.1.get(*key) != model.get(*key))
                .map(|key| Difference {
                    key: key.clone(),
                    left: before.1.get(key).cloned(),
                    right: model.get(key).cloned(),
                })
                .collect();
            prop_assert_eq!(found, expected);
        }
        prop_assert_eq!(content(&chunks, &tree), model);
    }

    #[test]
    fn a_difference_within_a_range_is_the_part_of_the_difference_that_lies_in_it(
        edits in prop::collection::btree_map(0_u32..1_200, prop::option::of(any::<u8>()), 1..40),
        from in 0_u32..1_200,
        len in 0_u32..600,
    ) {
        let chunks = MemoryChunks::default();
        let left = build_from(&chunks, &model((0..1_000).filter(|n| n % 7 != 0)));
        let right = apply(&chunks, &left, edits);
        let bounds = KeyRange { from: key(from), to: Some(key(from + len)) };
        let inside: Vec<_> = diff(&chunks, &left, &right, bounds).map(Result::unwrap).collect();
        let expected: Vec<_> = diff(&chunks, &left, &right, KeyRange::all())
            .map(Result::unwrap)
            .filter(|found| found.key >= key(from) && found.key < key(from + len))
            .collect();
        prop_assert_eq!(inside, expected);
    }

    #[test]
    fn hostile_nodes_never_panic(level: bool, at in 0_usize..3_000, to: u8, count: u64) {
        let chunks = MemoryChunks::default();
        let tree = build_from(&chunks, &model(0..1_200));
        let other = apply(&chunks, &tree, [(600, Some(1))]);
        let root = load(&chunks, &tree.root, tree.height).unwrap();
        let victim = if level { tree.root } else { root.child(0).unwrap().id };
        let mut bytes = chunks.get(ChunkKind::Node, &victim).unwrap();
        let len = bytes.len();
        bytes[at % len] = to;
        chunks.replace(&victim, bytes);
        use_all(&chunks, &Tree { count, height: tree.height.wrapping_add(to / 255), ..tree }, &other);
    }
}

//! Answers of Trello: any JSON becomes records whose keys are the board's, unlike each other and readable once stored,
//! or is named as missing.

#![no_main]

use std::collections::BTreeSet;

use boardvault::base::canon;
use boardvault::model::NativeId;
use boardvault::platforms::trello::split_board;
use boardvault::snapshot::codec;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(answer) = canon::parse(bytes) else { return };
    let board = NativeId::from("b1");
    let (records, _) = split_board(board.clone(), answer);
    let mut keys = BTreeSet::new();
    for record in &records {
        assert_eq!(record.key.container, board);
        assert!(keys.insert(&record.key), "{} comes twice", record.key);
        assert_eq!(&codec::decode(&record.key.encode(), &codec::encode(record)).unwrap(), record);
    }
});

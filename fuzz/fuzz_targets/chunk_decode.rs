//! Frames of chunks: the length that a frame announces is the length of what comes out, and is never beyond the
//! limit, whatever the frame rests on.

#![no_main]

use boardvault::store::chunks::ChunkKind;
use boardvault::store::codec::{self, MAX_CHUNK};
use boardvault::store::words::Vocabulary;
use libfuzzer_sys::fuzz_target;

const BASE: &[u8] = b"\x01\0\x01\0\0\0\x01\0\x14\0\0\0k{\"name\":\"some words\"}";
const VOCABULARY: &[u8] = b"\x01\x03\0\x09{\"name\":\"\x04some\x05words";

fuzz_target!(|frame: &[u8]| {
    let Some(kind) = frame.get(1).and_then(|byte| ChunkKind::from_byte(*byte)) else { return };
    let Ok(parsed) = codec::parse(kind, frame) else { return };
    let vocabulary = Vocabulary::from_bytes(VOCABULARY).unwrap();
    let announced = u32::from_le_bytes(frame[3..7].try_into().unwrap()) as usize;
    assert!(announced <= MAX_CHUNK);
    for plain in [parsed.content(), parsed.content_in(&vocabulary), parsed.content_upon(BASE)].into_iter().flatten() {
        assert_eq!(plain.len(), announced);
    }
    let other = if kind == ChunkKind::Node { ChunkKind::Piece } else { ChunkKind::Node };
    assert!(codec::parse(other, frame).is_err(), "a frame of one kind passes for another");
});

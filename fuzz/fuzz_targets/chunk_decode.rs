//! Frames of chunks: the length that a frame announces is the length of what comes out, and is never beyond the
//! limit.

#![no_main]

use boardvault::store::chunks::ChunkKind;
use boardvault::store::codec::{self, MAX_CHUNK};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|frame: &[u8]| {
    let Some(kind) = frame.get(1).and_then(|byte| ChunkKind::from_byte(*byte)) else { return };
    let Ok(plain) = codec::decode(kind, frame) else { return };
    let announced = u32::from_le_bytes(frame[3..7].try_into().unwrap());
    assert_eq!(plain.len(), announced as usize);
    assert!(plain.len() <= MAX_CHUNK);
    let other = if kind == ChunkKind::Node { ChunkKind::Piece } else { ChunkKind::Node };
    assert!(codec::decode(other, frame).is_err(), "a frame of one kind passes for another");
});

//! Lists of an attachment's pieces, read as a restore reads them: from a store that holds one piece of them.

#![no_main]

use std::sync::Arc;

use boardvault::model::BlobRef;
use boardvault::snapshot::blobs::BlobReader;
use boardvault::store::chunks::{ChunkKind, Chunks};
use boardvault::store::mem::MemChunks;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|list: &[u8]| {
    let chunks = Arc::new(MemChunks::new());
    chunks.put(ChunkKind::Piece, b"a piece").unwrap();
    let id = chunks.put(ChunkKind::Blob, list).unwrap();
    // The record says the same length as the list, or the list would not be looked into.
    let len = list.get(1..9).map_or(0, |len| u64::from_le_bytes(len.try_into().unwrap()));
    let Ok(reader) = BlobReader::open(chunks, BlobRef { id, len }) else { return };
    if let Ok(pieces) = reader.collect::<Result<Vec<_>, _>>() {
        assert_eq!(pieces.concat().len() as u64, len);
    }
});

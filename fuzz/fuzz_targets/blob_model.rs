//! Attachments: whatever the content and however it arrives, it comes back whole, in pieces no larger than a
//! mebibyte, and its id depends on the content alone. The input is `step u16 · repeat u8 · seed`: the content is
//! the seed, each time with another first byte, so that a small input makes several pieces.

#![no_main]

use std::sync::Arc;

use boardvault::model::BlobRef;
use boardvault::snapshot::blobs::{BlobReader, BlobWriter};
use boardvault::store::mem::MemChunks;
use libfuzzer_sys::fuzz_target;

const LONGEST: usize = 3 << 20;

fuzz_target!(|bytes: &[u8]| {
    let [low, high, repeat, seed @ ..] = bytes else { return };
    let mut content = Vec::new();
    for round in 0..u16::from(*repeat) * 16 + 1 {
        content.extend(round.to_le_bytes());
        content.extend(seed);
    }
    content.truncate(LONGEST);
    let chunks = Arc::new(MemChunks::new());
    let step = usize::from(u16::from_le_bytes([*low, *high])) * 64 + 1;
    let blob = write(&chunks, content.chunks(step));
    assert_eq!(blob.len, content.len() as u64);
    assert_eq!(write(&chunks, [content.as_slice()]), blob);
    let pieces = BlobReader::open(chunks, blob).unwrap().collect::<Result<Vec<_>, _>>().unwrap();
    assert!(pieces.iter().all(|piece| piece.len() <= 1 << 20));
    assert_eq!(pieces.concat(), content);
});

fn write<'a>(chunks: &Arc<MemChunks>, parts: impl IntoIterator<Item = &'a [u8]>) -> BlobRef {
    let mut writer = BlobWriter::new(Arc::<MemChunks>::clone(chunks));
    for part in parts {
        writer.write(part).unwrap();
    }
    writer.finish().unwrap()
}

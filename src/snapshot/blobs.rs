//! The bytes of attachments: cut by content into pieces, which a list holds together.
//!
//! ```text
//! list  = version u8 (= 1) · length u64 · pieces u32 · piece*
//! piece = id (32 bytes) · length u32
//! ```
//!
//! Integers are little-endian. The list is a chunk of kind `Blob`, each piece one of kind `Piece`. Pieces are
//! cut by `FastCDC` (2020), so that a file with an inserted line shares all pieces but one with the old file.

use std::sync::Arc;

use fastcdc::v2020::FastCDC;
use rayon::prelude::*;

use super::SnapshotError;
use crate::base::defect::{Defect, planted};
use crate::base::hash::Hash;
use crate::model::BlobRef;
use crate::store::chunks::{ChunkKind, Chunks};

const VERSION: u8 = 1;
const MIN: usize = 64 << 10;
const AVERAGE: usize = 256 << 10;
const MAX: usize = 1 << 20;
/// The most that a writer holds of the content.
const BUFFER: usize = 4 * MAX;
/// No list names more pieces.
pub const MAX_PIECES: usize = 1 << 20;
const PIECE_LEN: usize = 36;

/// Stores bytes that come in pieces of any size, and holds at most 4 MiB of them. The pieces that are in sight are
/// hashed, compressed and sealed side by side.
pub struct BlobWriter {
    chunks: Arc<dyn Chunks>,
    buffer: Vec<u8>,
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Piece {
    id: Hash,
    len: u32,
}

impl BlobWriter {
    /// A writer to `chunks`.
    pub fn new(chunks: Arc<dyn Chunks>) -> Self {
        Self { chunks, buffer: Vec::new(), pieces: Vec::new() }
    }

    /// Takes the next bytes.
    pub fn write(&mut self, mut bytes: &[u8]) -> Result<(), SnapshotError> {
        while !bytes.is_empty() {
            let room = BUFFER.saturating_sub(self.buffer.len()).min(bytes.len());
            let (now, later) = bytes.split_at_checked(room).unwrap_or((bytes, &[]));
            self.buffer.extend_from_slice(now);
            bytes = later;
            if self.buffer.len() >= BUFFER {
                self.cut(MAX)?;
            }
        }
        Ok(())
    }

    /// Stores the rest and the list. What was written is durable after the store's next `sync`.
    pub fn finish(mut self) -> Result<BlobRef, SnapshotError> {
        self.cut(1)?;
        let list = encode(&self.pieces)?;
        let len = total(&self.pieces);
        Ok(BlobRef { id: self.chunks.put(ChunkKind::Blob, &list)?, len })
    }

    /// Cuts pieces off the buffer as long as it holds `enough`: with a whole largest piece in sight, a cut does
    /// not depend on how the bytes came in.
    fn cut(&mut self, enough: usize) -> Result<(), SnapshotError> {
        let mut rest = self.buffer.as_slice();
        let mut cuts = Vec::new();
        while rest.len() >= enough {
            let (_, end) = FastCDC::new(rest, MIN, AVERAGE, MAX).cut(0, rest.len());
            let (piece, behind) = rest.split_at_checked(end).unwrap_or((rest, &[]));
            cuts.push(piece);
            rest = behind;
        }
        if self.pieces.len().saturating_add(cuts.len()) > MAX_PIECES {
            return Err(SnapshotError::BlobTooLarge);
        }
        let chunks = &*self.chunks;
        let stored = cuts.into_par_iter().map(|piece| {
            let len = u32::try_from(piece.len()).map_err(|_| SnapshotError::BlobTooLarge)?;
            Ok(Piece { id: chunks.put(ChunkKind::Piece, piece)?, len })
        });
        self.pieces.extend(stored.collect::<Result<Vec<_>, SnapshotError>>()?);
        let done = self.buffer.len().saturating_sub(rest.len());
        self.buffer.drain(..done);
        Ok(())
    }
}

/// Iterator over the content of a blob, piece by piece; at most 1 MiB each. Ends after the first error.
pub struct BlobReader {
    chunks: Arc<dyn Chunks>,
    blob: BlobRef,
    pieces: std::vec::IntoIter<Piece>,
}

impl BlobReader {
    /// Reads the list of pieces.
    pub fn open(chunks: Arc<dyn Chunks>, blob: BlobRef) -> Result<Self, SnapshotError> {
        let pieces = load(&*chunks, blob)?.into_iter();
        Ok(Self { chunks, blob, pieces })
    }
}

impl Iterator for BlobReader {
    type Item = Result<Vec<u8>, SnapshotError>;

    fn next(&mut self) -> Option<Self::Item> {
        let piece = self.pieces.next()?;
        let read = read_piece(&*self.chunks, self.blob, piece);
        if read.is_err() {
            self.pieces = Vec::new().into_iter();
        }
        Some(read)
    }
}

/// Looks whether a blob is there in full: its list is read; its pieces are read or only looked up.
pub(super) fn check(chunks: &dyn Chunks, blob: BlobRef, read_data: bool) -> Result<(), SnapshotError> {
    for piece in load(chunks, blob)? {
        if read_data {
            read_piece(chunks, blob, piece)?;
        } else if !chunks.has(&piece.id)? {
            return Err(crate::store::chunks::ChunkError::Absent(piece.id).into());
        }
    }
    Ok(())
}

/// The ids of a blob's pieces.
pub(super) fn pieces(chunks: &dyn Chunks, blob: BlobRef) -> Result<Vec<Hash>, SnapshotError> {
    Ok(load(chunks, blob)?.into_iter().map(|piece| piece.id).collect())
}

fn read_piece(chunks: &dyn Chunks, blob: BlobRef, piece: Piece) -> Result<Vec<u8>, SnapshotError> {
    let bytes = chunks.get(ChunkKind::Piece, &piece.id)?;
    if bytes.len() as u64 == u64::from(piece.len) {
        Ok(bytes)
    } else {
        let why = format!("a piece has {} bytes instead of {}", bytes.len(), piece.len);
        Err(SnapshotError::Blob { id: blob.id, why })
    }
}

fn load(chunks: &dyn Chunks, blob: BlobRef) -> Result<Vec<Piece>, SnapshotError> {
    let refuse = |why: &str| SnapshotError::Blob { id: blob.id, why: why.to_owned() };
    let pieces = decode(&chunks.get(ChunkKind::Blob, &blob.id)?)
        .ok_or_else(|| refuse("its list of pieces is malformed"))?;
    if total(&pieces) == blob.len || planted(Defect::BlobLengthUnchecked) {
        Ok(pieces)
    } else {
        Err(refuse("its length is not what the record says"))
    }
}

fn total(pieces: &[Piece]) -> u64 {
    pieces.iter().map(|piece| u64::from(piece.len)).sum()
}

fn encode(pieces: &[Piece]) -> Result<Vec<u8>, SnapshotError> {
    let count = u32::try_from(pieces.len()).map_err(|_| SnapshotError::BlobTooLarge)?;
    let mut bytes = vec![VERSION];
    bytes.extend_from_slice(&total(pieces).to_le_bytes());
    bytes.extend_from_slice(&count.to_le_bytes());
    for piece in pieces {
        bytes.extend_from_slice(&piece.id.0);
        bytes.extend_from_slice(&piece.len.to_le_bytes());
    }
    Ok(bytes)
}

fn decode(bytes: &[u8]) -> Option<Vec<Piece>> {
    let [VERSION, rest @ ..] = bytes else { return None };
    let (len, rest) = rest.split_first_chunk::<8>()?;
    let (count, rest) = rest.split_first_chunk::<4>()?;
    let count = u32::from_le_bytes(*count) as usize;
    if count > MAX_PIECES || rest.len() != count.checked_mul(PIECE_LEN)? {
        return None;
    }
    let pieces: Vec<Piece> = rest
        .chunks_exact(PIECE_LEN)
        .map(|piece| {
            let (id, len) = piece.split_first_chunk::<32>()?;
            Some(Piece { id: Hash(*id), len: u32::from_le_bytes(len.try_into().ok()?) })
        })
        .collect::<Option<_>>()?;
    (total(&pieces) == u64::from_le_bytes(*len)).then_some(pieces)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::base::ids::{Random, SeededRandom};
    use crate::prolly::testing::{MemoryChunks, config};

    fn noise(seed: u64, len: usize) -> Vec<u8> {
        let mut bytes = vec![0; len];
        SeededRandom::new(seed).fill(&mut bytes).unwrap();
        bytes
    }

    fn store(chunks: &Arc<MemoryChunks>, content: &[u8], step: usize) -> BlobRef {
        let mut writer = BlobWriter::new(Arc::<MemoryChunks>::clone(chunks));
        for part in content.chunks(step) {
            writer.write(part).unwrap();
            assert!(writer.buffer.len() <= BUFFER);
        }
        writer.finish().unwrap()
    }

    fn read(chunks: &Arc<MemoryChunks>, blob: BlobRef) -> Result<Vec<u8>, SnapshotError> {
        let pieces = BlobReader::open(Arc::<MemoryChunks>::clone(chunks), blob)?;
        Ok(pieces.collect::<Result<Vec<_>, _>>()?.concat())
    }

    #[test]
    fn content_comes_back_and_its_id_does_not_depend_on_how_it_came() {
        let chunks = Arc::new(MemoryChunks::default());
        for len in [0, 1, MIN, BUFFER, BUFFER + 1, 5_000_000] {
            let content = noise(1, len);
            let blob = store(&chunks, &content, 1 << 16);
            assert_eq!(blob.len, len as u64);
            assert_eq!(store(&chunks, &content, 7_777_777), blob, "{len}");
            assert_eq!(read(&chunks, blob).unwrap(), content);
        }
    }

    #[test]
    fn an_inserted_line_stores_little_again() {
        let chunks = Arc::new(MemoryChunks::default());
        let mut content = noise(2, 8 << 20);
        store(&chunks, &content, 1 << 20);
        let before = chunks.total_bytes();
        content.splice(3_000_000..3_000_000, *b"one more line\n");
        store(&chunks, &content, 1 << 20);
        let added = chunks.total_bytes() - before;
        assert!(added <= 2 * MAX, "{added} bytes");
    }

    #[test]
    fn the_cuts_have_not_moved() {
        let chunks = Arc::new(MemoryChunks::default());
        assert_eq!(store(&chunks, &noise(3, 3 << 20), 1 << 20).id.short(), "a9279dfc23a0");
    }

    #[test]
    fn lost_and_exchanged_pieces_are_errors() {
        let chunks = Arc::new(MemoryChunks::default());
        let blob = store(&chunks, &noise(4, 2 << 20), 1 << 20);
        let pieces = load(&*chunks, blob).unwrap();
        assert!(check(&*chunks, blob, true).is_ok());
        assert!(read(&chunks, BlobRef { len: 1, ..blob }).is_err(), "the record and the list must agree");
        chunks.replace(&pieces[1].id, vec![0; 10]);
        assert!(matches!(read(&chunks, blob), Err(SnapshotError::Blob { .. })));
        assert!(check(&*chunks, blob, false).is_ok(), "looking up does not read");
        assert!(check(&*chunks, blob, true).is_err());
        chunks.lose(&pieces[1].id);
        assert!(check(&*chunks, blob, false).is_err());
    }

    proptest! {
        #![proptest_config(config(128))]
        #[test]
        fn damaged_lists_never_panic(at in 0_usize..85, to: u8, cut in 0_usize..85) {
            let piece = |n| Piece { id: Hash([n; 32]), len: 1 };
            let mut bytes = encode(&[piece(1), piece(2)]).unwrap();
            prop_assert_eq!(bytes.len(), 85);
            bytes[at] = to;
            bytes.truncate(85 - cut);
            let _ = decode(&bytes);
        }
    }
}

//! What lies inside a chunk's seal: a seven-byte frame and the content, compressed where that helps.

use super::chunks::ChunkKind;
use super::error::VaultError;
use super::wire::Fields;

/// No chunk is larger than this, so that a length that was read can be believed before memory is set aside.
pub const MAX_CHUNK: usize = 64 << 20;

const VERSION: u8 = 1;
const ZSTD: u8 = 0;
const STORED: u8 = 1;
const LEVEL: i32 = 3;

/// The frame of `plain`: version, kind, encoding, plain length, body.
pub(super) fn encode(kind: ChunkKind, plain: &[u8]) -> Result<Vec<u8>, VaultError> {
    let length = u32::try_from(plain.len())
        .ok()
        .filter(|_| plain.len() <= MAX_CHUNK)
        .ok_or(VaultError::TooLarge { what: "a chunk", bytes: plain.len(), limit: MAX_CHUNK })?;
    let squeezed = zstd::bulk::compress(plain, LEVEL).ok().filter(|body| body.len() < plain.len());
    let (encoding, body) = match &squeezed {
        Some(body) => (ZSTD, body.as_slice()),
        None => (STORED, plain),
    };
    let mut frame = vec![VERSION, kind as u8, encoding];
    frame.extend(length.to_le_bytes());
    frame.extend_from_slice(body);
    Ok(frame)
}

/// The content of a frame, or which check it fails.
pub fn decode(kind: ChunkKind, frame: &[u8]) -> Result<Vec<u8>, &'static str> {
    let mut fields = Fields(frame);
    let head = (fields.u8(), fields.u8(), fields.u8(), fields.u32());
    let (Some(version), Some(found), Some(encoding), Some(length)) = head else {
        return Err("the frame is too short");
    };
    if version != VERSION {
        return Err("the frame is of a version that this program does not know");
    }
    if found != kind as u8 {
        return Err("it holds something else than expected");
    }
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    if length > MAX_CHUNK {
        return Err("its length is beyond the limit");
    }
    let plain = match encoding {
        ZSTD => zstd::bulk::decompress(fields.rest(), length).map_err(|_| "it does not decompress")?,
        STORED => fields.rest().to_vec(),
        _ => return Err("its encoding is one that this program does not know"),
    };
    if plain.len() == length { Ok(plain) } else { Err("its length is not as announced") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn text_shrinks_and_noise_is_stored_as_it_is() {
        let text = encode(ChunkKind::Node, &[b'a'; 10_000]).unwrap();
        assert!(text.len() < 100 && text[2] == ZSTD, "{}", text.len());
        let mut noise = [0; 1000];
        blake3::Hasher::new().finalize_xof().fill(&mut noise);
        let stored = encode(ChunkKind::Piece, &noise).unwrap();
        assert_eq!((stored.len(), stored[2]), (1007, STORED));
    }

    #[test]
    fn a_frame_of_another_kind_is_refused() {
        let frame = encode(ChunkKind::Node, b"x").unwrap();
        assert!(decode(ChunkKind::Piece, &frame).is_err());
    }

    #[test]
    fn a_length_beyond_the_limit_is_refused_before_memory_is_set_aside() {
        let mut frame = encode(ChunkKind::Node, &[0; 100]).unwrap();
        frame[3..7].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(decode(ChunkKind::Node, &frame), Err("its length is beyond the limit"));
        assert!(encode(ChunkKind::Piece, &vec![0; MAX_CHUNK + 1]).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn content_round_trips(plain in prop::collection::vec(any::<u8>(), 0..2000)) {
            let frame = encode(ChunkKind::Document, &plain).unwrap();
            prop_assert_eq!(decode(ChunkKind::Document, &frame).unwrap(), plain);
        }

        #[test]
        fn any_bytes_decode_without_panic(mut frame in prop::collection::vec(any::<u8>(), 0..200), whole in any::<bool>()) {
            if whole && frame.len() > 3 {
                let encoding = frame[2] % 2;
                frame[..3].copy_from_slice(&[VERSION, 1, encoding]);
            }
            let _ = decode(ChunkKind::Node, &frame);
        }
    }
}

//! What lies inside a chunk's seal: a seven-byte frame and the content, made small where that helps.
//!
//! A frame can rest on another chunk: a page in words on its vocabulary, a difference on its base. Both are
//! chunks of the same vault, named by their ids.

use super::chunks::ChunkKind;
use super::compression::{
    BROKEN, FAST_LEVEL, LEVEL, compress_against, compressed, decompress, decompress_upon, looks_like_noise,
};
use super::error::VaultError;
use super::wire::Fields;
use super::words::{self, Vocabulary};
use crate::base::hash::Hash;

/// No chunk is larger than this, so that a length that was read can be believed before memory is set aside.
pub const MAX_CHUNK: usize = 64 << 20;
/// A difference rests on at most so many others, one on the next: it bounds what one read costs, and what one
/// damaged chunk takes with it.
pub const MAX_DEPTH: u8 = 8;
/// No frame is longer than its chunk by more than this.
pub(super) const MAX_OVERHEAD: usize = FRAME + 33;

const VERSION: u8 = 1;
const FRAME: usize = 7;
const ZSTD: u8 = 0;
const STORED: u8 = 1;
const WORDS: u8 = 2;
const DELTA: u8 = 3;

/// A frame, taken apart.
#[derive(Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// Bytes of the content.
    pub len: usize,
    /// How the content is stored.
    pub body: Body<'a>,
}

/// The stored content.
#[derive(Debug, PartialEq, Eq)]
pub enum Body<'a> {
    /// One zstd frame.
    Zstd(&'a [u8]),
    /// As it is.
    Stored(&'a [u8]),
    /// A leaf in the words of a vocabulary, then zstd.
    Words {
        /// Chunk id of the vocabulary.
        vocabulary: Hash,
        /// Length of the page in words.
        page: usize,
        /// One zstd frame, made with the vocabulary's dictionary.
        body: &'a [u8],
    },
    /// A zstd frame that takes the content of another chunk of the same kind for what stood before it.
    Delta {
        /// Chunk id of that chunk.
        base: Hash,
        /// How many differences come before the content: one more than the base has, at least.
        depth: u8,
        /// One zstd frame.
        body: &'a [u8],
    },
}

/// The frame of `plain` by itself: version, kind, encoding, plain length, body.
pub(super) fn encode(kind: ChunkKind, plain: &[u8]) -> Result<Vec<u8>, VaultError> {
    let mut frame = head(kind, plain)?;
    let is_piece = kind == ChunkKind::Piece;
    let level = if is_piece { FAST_LEVEL } else { LEVEL };
    let shrunk = !(is_piece && looks_like_noise(plain))
        && compressed(plain, level, |body| {
            let shorter = body.len() < plain.len();
            if shorter {
                seal_body(&mut frame, ZSTD, body);
            }
            shorter
        })
        .unwrap_or(false);
    if !shrunk {
        seal_body(&mut frame, STORED, plain);
    }
    Ok(frame)
}

/// The frame of `plain` in words; nothing for what is not a leaf, or does not shrink.
pub(super) fn encode_words(
    kind: ChunkKind,
    plain: &[u8],
    (id, vocabulary): (&Hash, &Vocabulary),
) -> Result<Option<Vec<u8>>, VaultError> {
    let page = if kind == ChunkKind::Node { words::encode(vocabulary, plain) } else { None };
    let Some(page) = page else { return Ok(None) };
    let (Ok(page_len), Some(body)) = (u32::try_from(page.len()), vocabulary.compress(&page)) else {
        return Ok(None);
    };
    let mut frame = head(kind, plain)?;
    seal_body(&mut frame, WORDS, &id.0);
    frame.extend(page_len.to_le_bytes());
    frame.extend(body);
    Ok((frame.len() < plain.len()).then_some(frame))
}

/// The frame of `plain` as a difference to `base`, whose own depth is `base_depth`; nothing where that would be
/// too deep.
pub(super) fn encode_delta(
    kind: ChunkKind,
    plain: &[u8],
    (base_id, base, base_depth): (&Hash, &[u8], u8),
) -> Result<Option<Vec<u8>>, VaultError> {
    let depth = base_depth.saturating_add(1);
    if depth > MAX_DEPTH || kind != ChunkKind::Node {
        return Ok(None);
    }
    let Some(body) = compress_against(base, plain) else { return Ok(None) };
    let mut frame = head(kind, plain)?;
    seal_body(&mut frame, DELTA, &base_id.0);
    frame.push(depth);
    frame.extend(body);
    Ok(Some(frame))
}

fn head(kind: ChunkKind, plain: &[u8]) -> Result<Vec<u8>, VaultError> {
    let length = u32::try_from(plain.len())
        .ok()
        .filter(|_| plain.len() <= MAX_CHUNK)
        .ok_or(VaultError::TooLarge { what: "a chunk", bytes: plain.len(), limit: MAX_CHUNK })?;
    let mut frame = vec![VERSION, kind as u8, 0];
    frame.extend(length.to_le_bytes());
    Ok(frame)
}

fn seal_body(frame: &mut Vec<u8>, encoding: u8, body: &[u8]) {
    if let Some(at) = frame.get_mut(2) {
        *at = encoding;
    }
    frame.extend_from_slice(body);
}

/// Takes a frame apart, or says which check it fails.
pub fn parse(kind: ChunkKind, frame: &[u8]) -> Result<Frame<'_>, &'static str> {
    const SHORT: &str = "the frame is too short";
    let mut fields = Fields(frame);
    let head = (fields.u8(), fields.u8(), fields.u8(), fields.u32());
    let (Some(version), Some(found), Some(encoding), Some(length)) = head else { return Err(SHORT) };
    if version != VERSION {
        return Err("the frame is of a version that this program does not know");
    }
    if found != kind as u8 {
        return Err("it holds something else than expected");
    }
    let len = usize::try_from(length).unwrap_or(usize::MAX);
    if len > MAX_CHUNK {
        return Err("its length is beyond the limit");
    }
    if matches!(encoding, WORDS | DELTA) && kind != ChunkKind::Node {
        return Err("only nodes rest on other chunks");
    }
    let body = match encoding {
        ZSTD => Body::Zstd(fields.rest()),
        STORED => Body::Stored(fields.rest()),
        WORDS => {
            let vocabulary = Hash(fields.array().ok_or(SHORT)?);
            let page = usize::try_from(fields.u32().ok_or(SHORT)?).unwrap_or(usize::MAX);
            if page > words::longest(len) {
                return Err("its length is beyond the limit");
            }
            Body::Words { vocabulary, page, body: fields.rest() }
        }
        DELTA => {
            let base = Hash(fields.array().ok_or(SHORT)?);
            let depth = fields.u8().ok_or(SHORT)?;
            if depth == 0 || depth > MAX_DEPTH {
                return Err("it rests on more chunks than the limit");
            }
            Body::Delta { base, depth, body: fields.rest() }
        }
        _ => return Err("its encoding is one that this program does not know"),
    };
    Ok(Frame { len, body })
}

impl Frame<'_> {
    /// How many differences come before the content.
    pub fn depth(&self) -> u8 {
        if let Body::Delta { depth, .. } = self.body { depth } else { 0 }
    }

    /// The chunk without which this one cannot be read.
    pub fn rests_on(&self) -> Option<(ChunkKind, Hash)> {
        match &self.body {
            Body::Zstd(_) | Body::Stored(_) => None,
            Body::Words { vocabulary, .. } => Some((ChunkKind::Vocabulary, *vocabulary)),
            Body::Delta { base, .. } => Some((ChunkKind::Node, *base)),
        }
    }

    /// The content of a frame that rests on no other chunk, or which check it fails.
    pub fn content(&self) -> Result<Vec<u8>, &'static str> {
        let plain = match &self.body {
            Body::Zstd(body) => decompress(body, self.len)?,
            Body::Stored(body) => body.to_vec(),
            Body::Words { .. } | Body::Delta { .. } => return Err("it rests on another chunk"),
        };
        self.measured(plain)
    }

    /// The content of a page in words.
    pub fn content_in(&self, vocabulary: &Vocabulary) -> Result<Vec<u8>, &'static str> {
        let Body::Words { page, body, .. } = &self.body else { return self.content() };
        let page = vocabulary.decompress(body, *page).ok_or(BROKEN)?;
        words::decode(vocabulary, &page, self.len).ok_or("it is not a page in words")
    }

    /// The content of a difference.
    pub fn content_upon(&self, base: &[u8]) -> Result<Vec<u8>, &'static str> {
        let Body::Delta { body, .. } = &self.body else { return self.content() };
        self.measured(decompress_upon(base, body, self.len)?)
    }

    fn measured(&self, plain: Vec<u8>) -> Result<Vec<u8>, &'static str> {
        if plain.len() == self.len { Ok(plain) } else { Err("its length is not as announced") }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn content(kind: ChunkKind, frame: &[u8]) -> Result<Vec<u8>, &'static str> {
        parse(kind, frame)?.content()
    }

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
    fn a_changed_page_takes_a_few_bytes_upon_its_base() {
        let mut base = vec![0; 30_000];
        blake3::Hasher::new().finalize_xof().fill(&mut base);
        let mut plain = base.clone();
        plain.splice(9_000..9_010, *b"something else");
        let id = Hash::of(b"base");
        let frame = encode_delta(ChunkKind::Node, &plain, (&id, &base, 2)).unwrap().unwrap();
        assert!(frame.len() < 120, "{}", frame.len());
        let parsed = parse(ChunkKind::Node, &frame).unwrap();
        assert_eq!((parsed.depth(), parsed.rests_on()), (3, Some((ChunkKind::Node, id))));
        assert_eq!(parsed.content_upon(&base).unwrap(), plain);
        assert!(
            parsed.content_upon(&base[1..]).is_ok_and(|other| other != plain)
                || parsed.content_upon(&base[1..]).is_err()
        );
        assert!(parsed.content().is_err(), "it cannot be read without its base");
        assert!(
            encode_delta(ChunkKind::Node, &plain, (&id, &base, MAX_DEPTH)).unwrap().is_none(),
            "too deep"
        );
    }

    #[test]
    fn a_leaf_in_words_names_its_vocabulary() {
        let mut leaf = vec![1, 0, 1, 0, 0, 0, 1, 0, 200, 0, 0, 0, b'k'];
        leaf.extend(b"word ".repeat(40));
        let vocabulary = words::train(std::slice::from_ref(&leaf));
        let id = Hash::of(b"vocabulary");
        let frame = encode_words(ChunkKind::Node, &leaf, (&id, &vocabulary)).unwrap().unwrap();
        let parsed = parse(ChunkKind::Node, &frame).unwrap();
        assert_eq!(parsed.rests_on(), Some((ChunkKind::Vocabulary, id)));
        assert_eq!(parsed.content_in(&vocabulary).unwrap(), leaf);
        assert!(encode_words(ChunkKind::Document, &leaf, (&id, &vocabulary)).unwrap().is_none());
        assert!(encode_words(ChunkKind::Node, b"no leaf", (&id, &vocabulary)).unwrap().is_none());
    }

    #[test]
    fn a_frame_of_another_kind_is_refused() {
        let frame = encode(ChunkKind::Node, b"x").unwrap();
        assert!(content(ChunkKind::Piece, &frame).is_err());
    }

    #[test]
    fn a_length_beyond_the_limit_is_refused_before_memory_is_set_aside() {
        let mut frame = encode(ChunkKind::Node, &[0; 100]).unwrap();
        frame[3..7].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(parse(ChunkKind::Node, &frame), Err("its length is beyond the limit"));
        assert!(encode(ChunkKind::Piece, &vec![0; MAX_CHUNK + 1]).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn content_round_trips(plain in prop::collection::vec(any::<u8>(), 0..2000)) {
            let frame = encode(ChunkKind::Document, &plain).unwrap();
            prop_assert_eq!(content(ChunkKind::Document, &frame).unwrap(), plain);
        }

        #[test]
        fn any_bytes_decode_without_panic(mut frame in prop::collection::vec(any::<u8>(), 0..200), whole in any::<bool>()) {
            if whole && frame.len() > 3 {
                let encoding = frame[2] % 4;
                frame[..3].copy_from_slice(&[VERSION, 1, encoding]);
            }
            if let Ok(parsed) = parse(ChunkKind::Node, &frame) {
                let _ = (parsed.content(), parsed.content_upon(b"base"), parsed.content_in(&words::train(&[])));
            }
        }
    }
}

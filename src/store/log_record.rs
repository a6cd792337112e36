//! The bytes of a record of the catalogue log.

use super::error::VaultError;
use super::log::{Entry, MAX_PAYLOAD};
use super::pack::Position;
use super::seal::{self, Object, SealKey};
use super::wire::{self, Fields};
use crate::base::clock::Timestamp;
use crate::base::ids::Random;

const MAGIC: [u8; 6] = *b"BVLOG\0";
const VERSION: u16 = 1;
pub(super) const FILE_HEADER: u64 = 20;
pub(super) const MARK: [u8; 4] = *b"BVLR";
pub(super) const HEADER: usize = 20;
/// Closes a record. It is not zero, so that a last page that the disk never wrote shows.
const END: u8 = 0xE5;
/// What is sealed besides the payload.
const FIXED: usize = 1 + 8 + 4 + 8 + 32;
/// The length of the largest record.
pub(super) const MAX_LEN: usize = HEADER + FIXED + MAX_PAYLOAD + seal::OVERHEAD + 1;

/// What a record's seal holds.
pub(super) struct Content {
    pub(super) entry: Entry,
    /// Up to where the packs were durable when the record was written.
    pub(super) packs: Position,
    /// The [`chain`] of the record before.
    pub(super) previous: [u8; 32],
}

/// The first bytes of the file.
pub(super) fn file_header(vault: [u8; 8]) -> Vec<u8> {
    let mut header = MAGIC.to_vec();
    header.extend(VERSION.to_le_bytes());
    header.extend(vault);
    wire::with_check(header)
}

/// What the record after `record` must carry.
pub(super) fn chain(record: &[u8]) -> [u8; 32] {
    *blake3::hash(record).as_bytes()
}

/// The record that goes to `offset`.
pub(super) fn encode(
    key: &SealKey,
    random: &dyn Random,
    vault: [u8; 8],
    offset: u64,
    content: &Content,
) -> Result<Vec<u8>, VaultError> {
    let Content { entry, packs, previous } = content;
    let mut plain = vec![entry.kind];
    plain.extend(entry.at.as_microsecond().to_le_bytes());
    plain.extend(packs.pack.to_le_bytes());
    plain.extend(packs.offset.to_le_bytes());
    plain.extend(previous);
    plain.extend_from_slice(&entry.payload);
    let sealed = key.seal(random, &bound(vault, entry.seq, offset), &plain)?;
    let length = u32::try_from(sealed.len()).ok().filter(|_| entry.payload.len() <= MAX_PAYLOAD).ok_or(
        VaultError::TooLarge { what: "a log record", bytes: entry.payload.len(), limit: MAX_PAYLOAD },
    )?;
    let mut record = MARK.to_vec();
    record.extend(entry.seq.to_le_bytes());
    record.extend(length.to_le_bytes());
    let mut record = wire::with_check(record);
    record.extend(sealed);
    record.push(END);
    Ok(record)
}

/// Sequence number and length of the record that begins with `header`.
pub(super) fn parse_header(header: &[u8]) -> Option<(u64, usize)> {
    let mut fields = wire::checked(header)?;
    (fields.array()? == MARK).then_some(())?;
    let (seq, sealed) = (fields.u64()?, fields.u32()?);
    Some((seq, wire::index(sealed.into()).checked_add(HEADER + 1)?))
}

/// What a whole record says, or what is wrong with it.
pub(super) fn decode(
    key: &SealKey,
    vault: [u8; 8],
    seq: u64,
    offset: u64,
    record: &[u8],
) -> Result<Content, &'static str> {
    let Some((&END, rest)) = record.split_last() else {
        return Err("the record has no end");
    };
    let (_, sealed) = rest.split_at_checked(HEADER).ok_or("the record is too short")?;
    let plain = key.open(&bound(vault, seq, offset), sealed).ok_or("the seal does not hold")?;
    parse_content(seq, &plain).ok_or("the record's content is too short")
}

fn parse_content(seq: u64, plain: &[u8]) -> Option<Content> {
    let mut fields = Fields(plain);
    let (kind, micros) = (fields.u8()?, fields.i64()?);
    let packs = Position { pack: fields.u32()?, offset: fields.u64()? };
    let previous = fields.array()?;
    let at = Timestamp::from_microsecond(micros).ok()?;
    Some(Content { entry: Entry { seq, at, kind, payload: fields.rest().to_vec() }, packs, previous })
}

fn bound(vault: [u8; 8], seq: u64, offset: u64) -> Vec<u8> {
    seal::bound(Object::LogRecord, vault, &[&seq.to_le_bytes(), &offset.to_le_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::ids::SeededRandom;
    use proptest::prelude::*;
    use zeroize::Zeroizing;

    const VAULT: [u8; 8] = *b"vault id";

    fn key() -> SealKey {
        SealKey::new(Zeroizing::new([3; 32]))
    }

    fn record(seq: u64, offset: u64) -> Vec<u8> {
        let at = Timestamp::from_microsecond(1).unwrap();
        let entry = Entry { seq, at, kind: 4, payload: b"payload".to_vec() };
        let content = Content { entry, packs: Position { pack: 2, offset: 9 }, previous: [5; 32] };
        encode(&key(), &SeededRandom::new(1), VAULT, offset, &content).unwrap()
    }

    #[test]
    fn a_record_is_read_at_its_place_only() {
        let record = record(7, 100);
        let content = decode(&key(), VAULT, 7, 100, &record).ok().unwrap();
        assert_eq!((content.entry.payload.as_slice(), content.packs.pack), (b"payload".as_slice(), 2));
        assert_eq!(parse_header(&record[..HEADER]), Some((7, record.len())));
        for (vault, seq, offset) in [(VAULT, 8, 100), (VAULT, 7, 101), (*b"another!", 7, 100)] {
            assert_eq!(decode(&key(), vault, seq, offset, &record).err(), Some("the seal does not hold"));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn any_bytes_are_read_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..120), last in 0..2) {
            let mut bytes = bytes;
            bytes.extend((last == 1).then_some(END));
            prop_assert!(decode(&key(), VAULT, 1, 20, &bytes).is_err());
            prop_assert!(parse_header(&bytes).is_none());
            let _ = parse_content(1, &bytes);
        }
    }
}

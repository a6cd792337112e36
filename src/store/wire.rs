//! Fixed-width little-endian fields, read from bytes that nobody has vouched for yet.

use std::ops::Range;

/// The unread rest of a record. Every method is `None` when too few bytes are left.
pub(super) struct Fields<'a>(pub(super) &'a [u8]);

impl<'a> Fields<'a> {
    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*head)
    }

    pub(super) fn bytes(&mut self, len: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(head)
    }

    pub(super) fn u8(&mut self) -> Option<u8> {
        self.array().map(u8::from_le_bytes)
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    pub(super) fn i64(&mut self) -> Option<i64> {
        self.array().map(i64::from_le_bytes)
    }

    /// The next `len` bytes.
    pub(super) fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(head)
    }

    pub(super) fn rest(self) -> &'a [u8] {
        self.0
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Four bytes that tell a header from anything else that may lie at its place. They find damage, not
/// malice: what must not be forged is inside a seal.
pub(super) fn check(bytes: &[u8]) -> [u8; 4] {
    let [a, b, c, d, ..] = *blake3::hash(bytes).as_bytes();
    [a, b, c, d]
}

/// Appends the check to a header that is complete otherwise.
pub(super) fn with_check(mut header: Vec<u8>) -> Vec<u8> {
    let check = check(&header);
    header.extend(check);
    header
}

/// The header without its check, if the check holds.
pub(super) fn checked(header: &[u8]) -> Option<Fields<'_>> {
    let (body, stored) = header.split_last_chunk::<4>()?;
    (*stored == check(body)).then_some(Fields(body))
}

/// Where `mark` occurs in `bytes`, first occurrence.
pub(super) fn find(bytes: &[u8], mark: [u8; 4]) -> Option<usize> {
    bytes.windows(mark.len()).position(|window| window == mark)
}

/// Whether `bytes` holds `run` zeros in a row. A file that grew before a power cut reads as zeros where the
/// disk had not written yet; sealed bytes never look like that.
pub(super) fn has_zeros(bytes: &[u8], run: usize) -> bool {
    let mut length = 0;
    bytes.iter().any(|byte| {
        length = if *byte == 0 { length + 1 } else { 0 };
        length >= run
    })
}

/// Lower-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(nibble.into(), 16);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).flatten().collect()
}

/// A length that came from a file, as an index.
pub(super) fn index(value: u64) -> usize {
    usize::try_from(value).unwrap_or(usize::MAX)
}

/// `range` of `bytes`, or nothing where it does not fit.
pub(super) fn slice(bytes: &[u8], range: Range<usize>) -> &[u8] {
    bytes.get(range).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_end_where_the_bytes_end() {
        let mut fields = Fields(&[1, 2, 0, 7]);
        assert_eq!((fields.u8(), fields.u16(), fields.u16()), (Some(1), Some(2), None));
        assert_eq!(fields.rest(), [7]);
    }

    #[test]
    fn a_checked_header_opens_unchanged_only() {
        let header = with_check(vec![1, 2, 3]);
        assert_eq!(checked(&header).unwrap().rest(), [1, 2, 3]);
        for at in 0..header.len() {
            let mut changed = header.clone();
            changed[at] ^= 1;
            assert!(checked(&changed).is_none());
            assert!(checked(&header[..at]).is_none());
        }
    }

    #[test]
    fn runs_of_zeros_are_counted_without_gaps() {
        assert!(has_zeros(&[1, 0, 0, 0], 3));
        assert!(!has_zeros(&[0, 0, 1, 0, 0], 3));
    }
}

//! Finding the next record header in a file, after damage or at its end.

use std::io;
use std::path::Path;

use super::fs::Fs;
use super::wire;

const WINDOW: usize = 1 << 20;

/// How a record header looks: its mark, its length, and whether bytes of that length are one.
pub(super) struct Shape<'a> {
    pub(super) mark: [u8; 4],
    pub(super) len: usize,
    pub(super) valid: &'a dyn Fn(&[u8]) -> bool,
}

/// The offset of the first valid header that starts in `from..end`.
pub(super) fn next_header(
    fs: &dyn Fs,
    path: &Path,
    from: u64,
    end: u64,
    shape: &Shape<'_>,
) -> io::Result<Option<u64>> {
    let mut at = from;
    while at < end {
        let window = fs.read_at(path, at, WINDOW)?;
        if window.len() < shape.len {
            return Ok(None);
        }
        let mut start = 0;
        while let Some(found) = wire::find(window.get(start..).unwrap_or_default(), shape.mark) {
            start += found;
            let header = wire::slice(&window, start..start + shape.len);
            if !header.is_empty() && (shape.valid)(header) {
                return Ok(Some(at + start as u64).filter(|offset| *offset < end));
            }
            start += 1;
        }
        // Windows overlap by a header, so that none is missed for lying across two of them.
        at += (window.len() + 1 - shape.len) as u64;
    }
    Ok(None)
}

/// Reads a file front to back in large pieces, however small the pieces are that are asked for.
pub(super) struct Window<'a> {
    fs: &'a dyn Fs,
    path: &'a Path,
    start: u64,
    bytes: Vec<u8>,
}

impl<'a> Window<'a> {
    pub(super) fn new(fs: &'a dyn Fs, path: &'a Path) -> Self {
        Self { fs, path, start: 0, bytes: Vec::new() }
    }

    /// `len` bytes from `offset`; fewer where the file ends.
    pub(super) fn read(&mut self, offset: u64, len: usize) -> io::Result<&[u8]> {
        let within = |start: u64, held: usize| {
            let from = wire::index(offset.checked_sub(start)?);
            (from.checked_add(len)? <= held).then_some(from)
        };
        if within(self.start, self.bytes.len()).is_none() {
            self.bytes = self.fs.read_at(self.path, offset, len.max(WINDOW))?;
            self.start = offset;
        }
        let from = wire::index(offset - self.start);
        let end = from.saturating_add(len).min(self.bytes.len());
        Ok(wire::slice(&self.bytes, from..end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fs::RealFs;

    const SHAPE: Shape<'_> = Shape { mark: *b"MARK", len: 8, valid: &|header| header.ends_with(b"good") };

    fn file(bytes: &[u8]) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        file
    }

    #[test]
    fn a_header_is_found_wherever_it_lies_across_two_windows() {
        for before in WINDOW - 9..WINDOW + 2 {
            let mut bytes = vec![b'x'; before];
            bytes.extend(b"MARKgood");
            let file = file(&bytes);
            let end = bytes.len() as u64;
            let found = next_header(&RealFs, file.path(), 1, end, &SHAPE).unwrap();
            assert_eq!(found, Some(before as u64));
        }
    }

    #[test]
    fn marks_without_a_header_are_passed_over() {
        let file = file(b"MARKbad.MAMARKMARKgoodMARK");
        assert_eq!(next_header(&RealFs, file.path(), 0, 26, &SHAPE).unwrap(), Some(14));
        assert_eq!(next_header(&RealFs, file.path(), 15, 26, &SHAPE).unwrap(), None);
    }

    #[test]
    fn a_window_gives_what_the_file_holds() {
        let bytes: Vec<u8> = (0_u32..600_000).flat_map(u32::to_le_bytes).collect();
        let file = file(&bytes);
        let mut window = Window::new(&RealFs, file.path());
        for (offset, len) in [(0, 10), (WINDOW - 3, 10), (5, 5), (WINDOW, 2 * WINDOW), (bytes.len() - 4, 9)] {
            let expected = &bytes[offset..bytes.len().min(offset + len)];
            assert_eq!(window.read(offset as u64, len).unwrap(), expected, "{offset} {len}");
        }
    }
}

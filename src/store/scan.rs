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

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

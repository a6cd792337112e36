//! From a page in words to the leaf.

use super::page::LEAF;
use super::vocabulary::{CAPITAL, END, RAW, Vocabulary, read_code};
use crate::base::eights;
use crate::base::slate::Slate;
use crate::store::wire::Fields;

/// The leaf that `page` says; nothing where it is malformed or the leaf would not have `len` bytes.
pub fn decode(vocabulary: &Vocabulary, page: &[u8], len: usize) -> Option<Vec<u8>> {
    let mut fields = Fields(page);
    let count = fields.u32()?;
    let mut out = Slate::new(len);
    out.slice(&LEAF);
    out.slice(&count.to_le_bytes());
    let mut last = 0_usize..0;
    for _ in 0..count {
        let shared = usize::from(fields.u8()?);
        let suffix_len = fields.u16()?;
        let suffix = fields.take(usize::from(suffix_len))?;
        let key_len = shared.checked_add(suffix.len())?;
        (shared <= last.len()).then_some(())?;
        out.slice(&u16::try_from(key_len).ok()?.to_le_bytes());
        let length_at = out.end();
        out.slice(&[0; 4]);
        let key_at = out.end();
        out.again(last.start..last.start.checked_add(shared)?)?;
        out.slice(suffix);
        last = key_at..out.end();
        let value_at = out.end();
        let read = read_value(vocabulary, fields.0, &mut out)?;
        fields.take(read)?;
        let value_len = u32::try_from(out.end().checked_sub(value_at)?).ok()?;
        out.written(length_at..key_at)?.copy_from_slice(&value_len.to_le_bytes());
    }
    (fields.is_empty() && out.end() == len).then_some(())?;
    out.finish()
}

/// Reads a value with which `page` begins; returns how many bytes it took.
fn read_value(vocabulary: &Vocabulary, page: &[u8], out: &mut Slate) -> Option<usize> {
    let mut at = 0_usize;
    let mut after_word = false;
    loop {
        // Checked for each step, so that a few bytes cannot blow up into more than was announced.
        out.fits().then_some(())?;
        let word = eights::load(page, at);
        let literals = eights::plain(word);
        if literals > 0 {
            out.word(word, literals);
            at = at.checked_add(literals)?;
            after_word = false;
            continue;
        }
        let byte = *page.get(at)?;
        at = at.checked_add(1)?;
        match byte {
            END => return Some(at),
            RAW => {
                let length = usize::from(*page.get(at)?).checked_add(1)?;
                let begin = at.checked_add(1)?;
                at = begin.checked_add(length)?;
                out.slice(page.get(begin..at)?);
                after_word = false;
            }
            _ => {
                let first = if byte == CAPITAL { *page.get(at)? } else { byte };
                at = at.checked_add(usize::from(byte == CAPITAL))?;
                let (number, long) = read_code(first, page.get(at).copied())?;
                at = at.checked_add(usize::from(long))?;
                let entry = vocabulary.entry(number)?;
                if entry.is_word && after_word {
                    out.byte(b' ');
                }
                let begin = out.end();
                match entry.sixteen {
                    Some(bytes) => out.chunk(bytes, entry.run.bytes.len()),
                    None => out.slice(entry.run.bytes),
                }
                if byte == CAPITAL {
                    out.written(begin..begin.checked_add(1)?)?.make_ascii_uppercase();
                }
                after_word = entry.is_word;
            }
        }
    }
}

//! zstd, with contexts that each thread keeps: making one costs more than compressing a page with it.

use std::cell::RefCell;

use zstd::zstd_safe;

/// Pages, documents: small, and read more often than written.
pub(super) const LEVEL: i32 = 3;
/// Pieces of attachments: a higher level costs more than it saves.
pub(super) const FAST_LEVEL: i32 = 1;
/// No more memory than this is kept for what comes next: most chunks are no larger than a piece.
const KEPT: usize = 2 << 20;
/// How many samples of a piece say whether it is worth compressing, and the bytes of each.
const SAMPLES: usize = 4;
const SAMPLE: usize = 4 << 10;

struct Compressors {
    by_level: [Option<zstd::bulk::Compressor<'static>>; 2],
    /// What was compressed last: memory for a large piece is not asked for again each time.
    body: Vec<u8>,
}

thread_local! {
    /// Making a context costs more than compressing a page with it.
    static COMPRESSORS: RefCell<Compressors> =
        const { RefCell::new(Compressors { by_level: [None, None], body: Vec::new() }) };
    static DECOMPRESSOR: RefCell<Option<zstd::bulk::Decompressor<'static>>> = const { RefCell::new(None) };
    static DELTA_COMPRESSOR: RefCell<zstd_safe::CCtx<'static>> = RefCell::new(zstd_safe::CCtx::create());
    static DELTA_DECOMPRESSOR: RefCell<zstd_safe::DCtx<'static>> = RefCell::new(zstd_safe::DCtx::create());
}

/// Gives `plain`, compressed, to `take`.
pub(super) fn compressed<T>(plain: &[u8], level: i32, take: impl FnOnce(&[u8]) -> T) -> Option<T> {
    COMPRESSORS.with_borrow_mut(|Compressors { by_level, body }| {
        let slot = by_level.get_mut(usize::from(level == FAST_LEVEL))?;
        if slot.is_none() {
            *slot = zstd::bulk::Compressor::new(level).ok();
        }
        body.clear();
        body.reserve(zstd_safe::compress_bound(plain.len()));
        slot.as_mut()?.compress_to_buffer(plain, body).ok()?;
        let taken = take(body);
        if body.capacity() > KEPT {
            *body = Vec::new();
        }
        Some(taken)
    })
}

/// Whether samples of a large content do not shrink: most attachments are compressed already.
pub(super) fn looks_like_noise(plain: &[u8]) -> bool {
    if plain.len() < SAMPLES * SAMPLE * 4 {
        return false;
    }
    let between = plain.len() / SAMPLES;
    let samples = plain.chunks(between).filter_map(|part| part.get(..SAMPLE)).take(SAMPLES);
    let samples = samples.collect::<Vec<_>>().concat();
    compressed(&samples, FAST_LEVEL, |body| body.len() >= samples.len()).unwrap_or(false)
}

/// What is wrong with a body that zstd cannot read.
pub(super) const BROKEN: &str = "it does not decompress";

pub(super) fn decompress(body: &[u8], len: usize) -> Result<Vec<u8>, &'static str> {
    DECOMPRESSOR.with_borrow_mut(|slot| {
        if slot.is_none() {
            *slot = zstd::bulk::Decompressor::new().ok();
        }
        let decompressor = slot.as_mut().ok_or("there is no memory to decompress it")?;
        decompressor.decompress(body, len).map_err(|_| BROKEN)
    })
}

pub(super) fn compress_against(base: &[u8], plain: &[u8]) -> Option<Vec<u8>> {
    DELTA_COMPRESSOR.with_borrow_mut(|context| {
        context.set_parameter(zstd_safe::CParameter::CompressionLevel(LEVEL)).ok()?;
        context.load_dictionary(base).ok()?;
        let mut body = Vec::with_capacity(zstd_safe::compress_bound(plain.len()));
        context.compress2(&mut body, plain).ok()?;
        Some(body)
    })
}

pub(super) fn decompress_upon(base: &[u8], body: &[u8], len: usize) -> Result<Vec<u8>, &'static str> {
    DELTA_DECOMPRESSOR.with_borrow_mut(|context| {
        context.load_dictionary(base).map_err(|_| BROKEN)?;
        let mut plain = Vec::with_capacity(len);
        context.decompress(&mut plain, body).map_err(|_| BROKEN)?;
        Ok(plain)
    })
}

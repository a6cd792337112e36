//! Pages in words: an encoding that makes leaves of records small before they are compressed.
//!
//! The records of one platform say the same things over and over: the JSON between two values (`","email":"`)
//! and the words inside of values. A [`Vocabulary`], learnt once from the platform's own records and kept in
//! the vault as a chunk, gives each of them one byte or two. Every byte of the page comes back; what is not in
//! the vocabulary is written out. `docs/format.md` describes the bytes, `docs/decisions/` the figures.

mod decoding;
mod encoding;
mod page;
mod tokens;
mod training;
mod vocabulary;

pub use decoding::decode;
pub use encoding::encode;
pub(super) use page::longest;
pub use training::train;
pub use vocabulary::Vocabulary;

//! The bytes of uploads.

/// Uploaded bytes, or the recipe for them: a large world would not fit into memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Blob {
    /// What a client sent.
    Held(Vec<u8>),
    /// Bytes that follow from a seed.
    Grown {
        /// Decides the bytes.
        seed: u64,
        /// How many.
        len: usize,
    },
}

impl Blob {
    /// The bytes.
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Held(bytes) => bytes.clone(),
            Self::Grown { seed, len } => {
                let mut bytes = vec![0; *len];
                fastrand::Rng::with_seed(*seed).fill(&mut bytes);
                bytes
            }
        }
    }

    /// How many bytes.
    pub fn size(&self) -> usize {
        match self {
            Self::Held(bytes) => bytes.len(),
            Self::Grown { len, .. } => *len,
        }
    }
}

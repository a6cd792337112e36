//! The record by which the log passes on to a newer key.
//!
//! A rotation makes the new root durable in the vault file first and says so in the log afterwards. Where a crash
//! came between the two, the next write says it. So a vault file that knows a newer key never lets anything be
//! sealed under an older one, not even where somebody has put back an older log.

use super::error::VaultError;
use super::vault::{Vault, Writer};
use super::wire::Fields;

/// The kind of the record: the last one under the keys of its epoch.
pub(super) const KIND: u8 = 255;

/// An epoch, and the first pack that is sealed under its keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Begun {
    pub(super) epoch: u32,
    pub(super) first_pack: u32,
}

impl Begun {
    fn encode(self) -> Vec<u8> {
        [self.epoch.to_le_bytes(), self.first_pack.to_le_bytes()].concat()
    }

    pub(super) fn decode(payload: &[u8]) -> Option<Self> {
        let mut fields = Fields(payload);
        let begun = Self { epoch: fields.u32()?, first_pack: fields.u32()? };
        fields.is_empty().then_some(begun)
    }
}

impl Vault {
    /// Begins all epochs that the vault file knows and the log does not.
    pub(super) fn begin_epochs(&self, writer: &mut Writer) -> Result<(), VaultError> {
        while writer.log.epoch() < self.keys.newest() {
            // No pack may hold chunks of two epochs.
            let first_pack = writer.packs.end_pack()?;
            let begun = Begun { epoch: writer.log.epoch().saturating_add(1), first_pack };
            self.append_record(writer, KIND, &begun.encode())?;
            writer.log.begin(&self.keys, begun);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_of_another_length_begins_nothing() {
        let begun = Begun { epoch: 2, first_pack: 9 };
        let bytes = begun.encode();
        assert_eq!(Begun::decode(&bytes), Some(begun));
        assert_eq!(Begun::decode(&bytes[..7]), None);
        assert_eq!(Begun::decode(&[bytes.as_slice(), &[0]].concat()), None);
    }
}

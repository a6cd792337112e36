//! What a person brings to open a vault, and how it becomes a slot's secret.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::error::VaultError;
use super::fs::{self, Fs};
use super::header::Header;
use super::header_files;
use super::keys::{self, Key, Keys};
use super::recovery;
use super::slot::SlotKind;
use super::wire;
use crate::base::ids::Random;
use crate::base::secret::Secret;

/// How a vault is opened.
#[derive(Debug, Clone)]
pub enum Unlock {
    /// By a passphrase.
    Passphrase(Secret),
    /// By a file of 32 random bytes in hexadecimal digits, which only its owner may read.
    KeyFile(PathBuf),
    /// By the recovery key that was shown when the vault was made. Case, spaces and dashes do not matter.
    Recovery(Secret),
}

impl Unlock {
    pub(super) fn kind(&self) -> SlotKind {
        match self {
            Self::Passphrase(_) => SlotKind::Passphrase,
            Self::KeyFile(_) => SlotKind::KeyFile,
            Self::Recovery(_) => SlotKind::Recovery,
        }
    }

    /// The bytes that a slot of this kind is wrapped under.
    pub(super) fn secret(&self, fs: &dyn Fs) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        match self {
            Self::Passphrase(text) if text.expose().is_empty() => Err(VaultError::EmptyPassphrase),
            Self::Passphrase(text) => Ok(Zeroizing::new(text.expose().as_bytes().to_vec())),
            Self::KeyFile(path) => read_key_file(fs, path),
            Self::Recovery(typed) => Ok(Zeroizing::new(recovery::parse(typed)?.to_vec())),
        }
    }

    /// The number of the slot that this opens, and the newest root key of the vault that `header` describes.
    pub(super) fn root(&self, fs: &dyn Fs, dir: &Path, header: &Header) -> Result<(u16, Key), VaultError> {
        let secret = self.secret(fs)?;
        header
            .slots
            .iter()
            .find_map(|entry| {
                Some((entry.number, entry.slot.unwrap_with(self.kind(), header.vault, &secret)?))
            })
            .ok_or_else(|| VaultError::WrongKey { path: dir.to_owned(), tried: self.kind().name() })
    }

    /// The number of the slot that this opens, and all keys of the vault that `header` describes.
    pub(super) fn keys(&self, fs: &dyn Fs, dir: &Path, header: &Header) -> Result<(u16, Keys), VaultError> {
        let (slot, newest) = self.root(fs, dir, header)?;
        let damaged = |what: &str| VaultError::damaged(&dir.join(header_files::COPIES[0]), 0, what);
        if !header.is_signed_by(&newest) {
            return Err(damaged("it was changed by somebody who had no key of this vault"));
        }
        let mut roots = keys::open_roots(&newest, header.vault, &header.older)
            .ok_or_else(|| damaged("the keys of older packs in it cannot be opened"))?;
        roots.push(newest);
        let later = roots.split_off(1);
        let keys = roots.first().map(|first| Keys::derive(first, later));
        keys.map(|keys| (slot, keys)).ok_or_else(|| damaged("it holds no key"))
    }
}

/// Makes the key file if it is not there.
pub(super) fn ensure_key_file(fs: &dyn Fs, path: &Path, random: &dyn Random) -> Result<(), VaultError> {
    if fs::exists(fs, path).map_err(|error| VaultError::io("read key file", path, error))? {
        return Ok(());
    }
    let key = keys::random_key(random)?;
    let text = Zeroizing::new(format!("{}\n", *Zeroizing::new(wire::hex(key.as_ref()))));
    fs::replace(fs, path, text.as_bytes()).map_err(|error| VaultError::io("write key file", path, error))
}

fn read_key_file(fs: &dyn Fs, path: &Path) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    let problem = |problem: &str| VaultError::KeyFile { path: path.to_owned(), problem: problem.to_owned() };
    let bytes = fs.read_at(path, 0, 256).map_err(|error| {
        if error.kind() == std::io::ErrorKind::NotFound {
            problem("there is no such file; give the path of the key file that this vault was made with")
        } else {
            problem(&error.to_string())
        }
    })?;
    let bytes = Zeroizing::new(bytes);
    if !fs.is_private(path).map_err(|error| problem(&error.to_string()))? {
        return Err(problem("others may read it; run `chmod 600` on it and try again"));
    }
    let digits = bytes
        .trim_ascii()
        .iter()
        .map(|byte| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect::<Option<Vec<u8>>>()
        .filter(|digits| digits.len() == 64)
        .ok_or_else(|| {
            problem("it does not hold 64 hexadecimal digits; it is not a key file, or not all of it")
        })?;
    let digits = Zeroizing::new(digits);
    Ok(Zeroizing::new(
        digits.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect(),
    ))
}

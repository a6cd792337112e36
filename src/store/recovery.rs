//! The printable recovery key: 20 random bytes in groups that people can copy by hand.

use zeroize::Zeroizing;

use super::error::VaultError;
use crate::base::ids::Random;
use crate::base::secret::Secret;

/// 160 bits cannot be guessed, so they need no stretching.
const BYTES: usize = 20;
const DIGITS: usize = BYTES * 8 / 5;
const CHECK_DIGITS: usize = 4;
const GROUP: usize = 4;

/// Crockford's base 32: without I, L, O and U, which are read as something else.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A new recovery key: its secret, and how it is printed.
pub(super) fn fresh(random: &dyn Random) -> Result<(Zeroizing<[u8; BYTES]>, Secret), VaultError> {
    let mut key = Zeroizing::new([0; BYTES]);
    random.fill(key.as_mut())?;
    let printed = print(&key);
    Ok((key, printed))
}

/// Nine groups of four: eight of the key, one of its check.
fn print(key: &[u8; BYTES]) -> Secret {
    let mut digits = digits(key);
    digits.extend(check(key));
    let text = digits
        .chunks(GROUP)
        .map(|group| group.iter().filter_map(|digit| symbol(*digit)).collect::<String>())
        .collect::<Vec<_>>()
        .join("-");
    Secret::new(text)
}

/// Reads a recovery key as somebody typed it: case, spaces and dashes do not matter, and the letters that
/// the alphabet leaves out are taken for the digits they resemble.
pub(super) fn parse(typed: &Secret) -> Result<Zeroizing<[u8; BYTES]>, VaultError> {
    let values = typed
        .expose()
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(value)
        .collect::<Option<Vec<u8>>>()
        .ok_or(VaultError::RecoveryKeyMistyped("it holds a character that recovery keys do not have"))?;
    let Some((body, written)) =
        values.split_at_checked(DIGITS).filter(|(_, rest)| rest.len() == CHECK_DIGITS)
    else {
        return Err(VaultError::RecoveryKeyMistyped("it has nine groups of four characters"));
    };
    let mut key = Zeroizing::new([0; BYTES]);
    // Eight digits are five bytes exactly.
    for (five, eight) in key.chunks_mut(5).zip(body.chunks(8)) {
        let bits = eight.iter().fold(0_u64, |bits, digit| bits << 5 | u64::from(*digit));
        five.copy_from_slice(bits.to_be_bytes().get(3..).unwrap_or_default());
    }
    if check(&key) == written {
        Ok(key)
    } else {
        Err(VaultError::RecoveryKeyMistyped("its last group does not match the others"))
    }
}

fn digits(bytes: &[u8]) -> Vec<u8> {
    bytes
        .chunks(5)
        .flat_map(|five| {
            let bits = five.iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
            (0..8).rev().map(move |place| low_five(bits >> (5 * place)))
        })
        .collect()
}

fn check(key: &[u8; BYTES]) -> Vec<u8> {
    let hash = blake3::derive_key("boardvault v1 recovery key check", key);
    hash.iter().take(CHECK_DIGITS).map(|byte| byte & 31).collect()
}

fn low_five(bits: u64) -> u8 {
    bits.to_le_bytes().first().copied().unwrap_or_default() & 31
}

fn symbol(digit: u8) -> Option<char> {
    ALPHABET.get(usize::from(digit)).map(|symbol| char::from(*symbol))
}

fn value(typed: char) -> Option<u8> {
    let meant = match typed.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    ALPHABET.iter().position(|symbol| char::from(*symbol) == meant).and_then(|at| u8::try_from(at).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; BYTES] = *b"\x00\x01\xFEthe recovery keys";

    #[test]
    fn reads_what_it_prints_however_it_is_typed() {
        let printed = print(&KEY).expose().to_owned();
        assert_eq!(printed.len(), 9 * 4 + 8);
        let sloppy = printed.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
        for typed in [printed.clone(), sloppy, printed.replace('-', "")] {
            assert_eq!(*parse(&Secret::new(typed)).unwrap(), KEY);
        }
    }

    #[test]
    fn a_slip_is_noticed() {
        let printed = print(&KEY).expose().to_owned();
        let mut typed: Vec<char> = printed.chars().collect();
        typed[6] = if typed[6] == '7' { '8' } else { '7' };
        for wrong in
            [typed.into_iter().collect(), printed[..40].to_owned(), format!("{printed}U"), String::new()]
        {
            assert!(parse(&Secret::new(wrong.clone())).is_err(), "{wrong}");
        }
    }
}

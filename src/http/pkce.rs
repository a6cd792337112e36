//! The unguessable parts of an authorisation: `state`, the PKCE verifier, and the hashes that prove a secret.

use std::fmt::Write;

use aws_lc_rs::{constant_time, digest};

use crate::base::ids::{NoRandomness, Random};
use crate::base::secret::Secret;

/// 32 random bytes as 43 characters that need no escaping in an address: a `state`, or a PKCE verifier.
pub fn unguessable(random: &dyn Random) -> Result<Secret, NoRandomness> {
    let mut bytes = [0_u8; 32];
    random.fill(&mut bytes)?;
    Ok(Secret::new(base64url(&bytes)))
}

/// The S256 challenge that belongs to a PKCE verifier.
pub fn challenge(verifier: &Secret) -> String {
    base64url(digest::digest(&digest::SHA256, verifier.expose().as_bytes()).as_ref())
}

/// The SHA-256 of the parts one after the other, in lower-case hexadecimal digits.
pub fn sha256_hex(parts: &[&str]) -> Secret {
    let mut hash = digest::Context::new(&digest::SHA256);
    for part in parts {
        hash.update(part.as_bytes());
    }
    let mut digits = String::new();
    for byte in hash.finish().as_ref() {
        // Writing to a string cannot fail.
        let _ = write!(digits, "{byte:02x}");
    }
    Secret::new(digits)
}

/// Whether two texts are the same, in a time that does not tell where they differ.
pub fn same(a: &Secret, b: &str) -> bool {
    constant_time::verify_slices_are_equal(a.expose().as_bytes(), b.as_bytes()).is_ok()
}

/// Base64 with the alphabet for addresses and without padding (RFC 4648, section 5).
fn base64url(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let sextet = |bits: u32| ALPHABET.get((bits & 63) as usize).map_or('A', |&byte| char::from(byte));
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits = (0..3).fold(0, |bits, at| bits << 8 | u32::from(group.get(at).copied().unwrap_or(0)));
        text.extend((0..=group.len()).map(|at| sextet(bits >> (18 - 6 * at))));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::ids::SeededRandom;

    #[test]
    fn base64url_is_that_of_the_standard() {
        for (bytes, text) in
            [("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE")]
        {
            assert_eq!(base64url(bytes.as_bytes()), text);
        }
        assert_eq!(base64url(&[0xfb, 0xff]), "-_8");
    }

    #[test]
    fn the_challenge_is_that_of_rfc_7636_appendix_b() {
        let verifier = Secret::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(challenge(&verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn the_hash_is_that_of_the_joined_parts() {
        let hash = sha256_hex(&["a", "b", "c"]);
        assert_eq!(hash.expose(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn each_is_another_and_long_enough() {
        let random = SeededRandom::new(1);
        let (a, b) = (unguessable(&random).unwrap(), unguessable(&random).unwrap());
        assert_eq!(a.expose().len(), 43);
        assert!(same(&a, a.expose()) && !same(&a, b.expose()) && !same(&a, ""));
    }
}

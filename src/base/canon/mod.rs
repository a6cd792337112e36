//! Canonical JSON: object keys sorted, no insignificant space, numbers in their shortest exact form.
//!
//! Two documents with the same content have the same bytes, so they are stored once and compare by
//! their bytes. Sorting relies on `serde_json`'s default map, a `BTreeMap`; a test fails if a
//! dependency ever switches that to insertion order.

use serde_json::Value;

mod rewrite;

pub use rewrite::{NotJson, rewrite, rewrite_onto};

/// The canonical bytes of `value`.
pub fn to_bytes(value: &Value) -> Vec<u8> {
    // Serialising a `Value` cannot fail: its keys are strings and its numbers are finite.
    serde_json::to_vec(value).unwrap_or_default()
}

/// Parses JSON bytes, refusing anything that is not exactly one document.
pub fn parse(bytes: &[u8]) -> Result<Value, serde_json::Error> {
    serde_json::from_slice(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(text: &str) -> String {
        String::from_utf8(to_bytes(&parse(text.as_bytes()).unwrap())).unwrap()
    }

    #[test]
    fn keys_are_sorted_at_every_level() {
        assert_eq!(
            canonical(r#"{"b":1,"a":{"d":[{"z":1,"y":2}],"c":null}}"#),
            r#"{"a":{"c":null,"d":[{"y":2,"z":1}]},"b":1}"#
        );
    }

    #[test]
    fn numbers_survive_unchanged() {
        for number in ["0", "-7", "18446744073709551615", "16384.5", "0.1"] {
            assert_eq!(canonical(number), number);
        }
    }

    #[test]
    fn a_second_document_is_refused() {
        assert!(parse(b"{} {}").is_err());
    }
}

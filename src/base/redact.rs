//! Addresses as they may appear in logs and errors.

use url::Url;

/// Query parameters whose values say nothing about the account; all others print as `*`.
const HARMLESS: &[&str] = &["limit", "filter", "fields", "before", "since"];

/// The address without user information, with every value hidden that is not known to be harmless.
pub fn url(address: &Url) -> String {
    let mut shown = address.clone();
    // Both setters only fail for addresses that cannot carry user information, which then have none.
    let _ = shown.set_username("");
    let _ = shown.set_password(None);
    shown.set_fragment(None);
    let pairs: Vec<(String, String)> = address
        .query_pairs()
        .map(|(key, value)| {
            let value = if HARMLESS.contains(&key.as_ref()) { value.into_owned() } else { "*".to_owned() };
            (key.into_owned(), value)
        })
        .collect();
    if pairs.is_empty() {
        shown.set_query(None);
    } else {
        shown.query_pairs_mut().clear().extend_pairs(pairs);
    }
    shown.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_never_show() {
        let address = Url::parse("https://me:pw@api.example/1/boards?key=K1&token=T2&limit=5#frag").unwrap();
        assert_eq!(url(&address), "https://api.example/1/boards?key=*&token=*&limit=5");
    }
}

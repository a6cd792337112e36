//! Where a credential may be sent.

use std::net::IpAddr;

use url::Url;

/// Whether nobody on the way can read what is sent to this address: https, or http that does not leave this machine.
pub fn hides_what_is_sent(address: &Url) -> bool {
    address.scheme() == "https" || (address.scheme() == "http" && is_loopback(address))
}

/// Whether the address is this machine's own.
pub fn is_loopback(address: &Url) -> bool {
    address.host_str().is_some_and(|host| {
        let ip = host.trim_matches(['[', ']']).parse::<IpAddr>();
        host == "localhost" || ip.is_ok_and(|ip| ip.is_loopback())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn http_is_for_this_machine_only() {
        for (address, hides) in [
            ("https://api.example/1", true),
            ("http://127.0.0.1:80/1", true),
            ("http://[::1]/1", true),
            ("http://localhost:4000/1", true),
            ("http://localhost.example/1", false),
            ("http://127.0.0.1.example/1", false),
            ("http://api.example/1", false),
            ("ftp://127.0.0.1/", false),
            ("file:///etc/passwd", false),
        ] {
            assert_eq!(hides_what_is_sent(&Url::parse(address).unwrap()), hides, "{address}");
        }
    }
}

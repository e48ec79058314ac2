//! What a service is called: for a person, and so that the same one is known again. Nothing here is escaped yet.

use holter_model::{Role, Service, Transport};
use sha2::{Digest as _, Sha256};

/// What was typed, and the address where that was a name.
pub(crate) fn target(service: &Service) -> String {
    match (&service.name, service.endpoint) {
        (Some(_), Some(endpoint)) => format!("{} ({})", service.target, endpoint.address),
        _ => service.target.clone(),
    }
}

/// What it is there for, and how much depends on it.
pub(crate) fn there_for(role: &Role) -> String {
    format!("{}, {}", role.name, role.criticality)
}

/// The protocol's name and what it carries.
pub(crate) fn spoken(service: &Service) -> (String, &'static str) {
    let id = service.protocol.as_str();
    let datagrams = service
        .endpoint
        .is_some_and(|endpoint| endpoint.transport == Transport::Udp);
    match holter_protocols::by_id(id, 0) {
        Some(chosen) if datagrams && chosen.protocol.id == "tls" => {
            ("DTLS".to_owned(), "some service over UDP, often a VPN")
        }
        Some(chosen) if chosen.protocol.id == id => {
            let name = chosen.protocol.name;
            let name = if datagrams {
                name.replace("TLS", "DTLS")
            } else {
                name.to_owned()
            };
            (name, chosen.protocol.about)
        }
        Some(chosen) => (id.to_ascii_uppercase(), chosen.protocol.about),
        None => (id.to_owned(), ""),
    }
}

/// The protocol's name where there is little room: one word, as its makers write it.
pub(crate) fn spoken_short(service: &Service) -> String {
    let (name, _) = spoken(service);
    let id = service.protocol.as_str();
    match name.split_once(' ') {
        None if name != id => name,
        Some((first, _)) if first.eq_ignore_ascii_case(id) => first.to_owned(),
        _ => id.to_ascii_uppercase(),
    }
}

/// "portal.example:443", "192.0.2.7:636", "[2001:db8::1]:443", with "/udp" for datagrams.
pub(crate) fn authority(service: &Service) -> String {
    let Some(endpoint) = service.endpoint else {
        return service.target.clone();
    };
    let Some(name) = &service.name else {
        return endpoint.to_string();
    };
    let datagrams = if endpoint.transport == Transport::Udp {
        "/udp"
    } else {
        ""
    };
    format!("{name}:{}{datagrams}", endpoint.port)
}

/// "tls://portal.example:443".
pub(crate) fn uri(service: &Service) -> String {
    let (scheme, authority) = (scheme(service), authority(service));
    let plain = authority.strip_suffix("/udp").unwrap_or(&authority);
    format!("{scheme}://{}", encoded(plain, true))
}

/// "tls/portal.example:443": the same as a relative reference, which is all that some readers take.
pub(crate) fn path(service: &Service) -> String {
    let (scheme, authority) = (scheme(service), authority(service));
    let plain = authority.strip_suffix("/udp").unwrap_or(&authority);
    format!("{scheme}/{}", encoded(plain, false))
}

/// So that the same finding is known again in the next run: a hash in hexadecimal of what it is about.
pub(crate) fn fingerprint(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        // Each part ends where it ends: no two lists run together into the same bytes.
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hex(&hash.finalize())
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn scheme(service: &Service) -> &'static str {
    match service.endpoint {
        Some(endpoint) if endpoint.transport == Transport::Udp => "dtls",
        _ => "tls",
    }
}

/// With percent signs for what may not stand in an address of the web (RFC 3986 section 2); brackets stand only where
/// a host does.
fn encoded(text: &str, brackets: bool) -> String {
    let mut shown = String::with_capacity(text.len());
    for byte in text.bytes() {
        let stays =
            byte.is_ascii_alphanumeric() || b"-._~:".contains(&byte) || (brackets && b"[]".contains(&byte));
        if stays {
            shown.push(char::from(byte));
        } else {
            shown.push_str(&format!("%{byte:02X}"));
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_not_stand_in_an_address_is_spelt_out() {
        assert_eq!(encoded("[2001:db8::1]:443", true), "[2001:db8::1]:443");
        assert_eq!(encoded("[::1]:443", false), "%5B::1%5D:443");
        assert_eq!(encoded("a b/ü\"", true), "a%20b%2F%C3%BC%22");
    }

    #[test]
    fn a_protocol_in_one_word_is_written_as_its_makers_do() {
        let short = |protocol: &str| {
            spoken_short(&Service {
                target: String::new(),
                endpoint: None,
                name: None,
                protocol: protocol.to_owned(),
                role: None,
                started: jiff::Timestamp::UNIX_EPOCH,
                elapsed_ms: 0,
                connections: 0,
                bytes_sent: 0,
                bytes_received: 0,
                attempt: holter_model::Attempt::Completed,
                trouble: None,
                observations: Vec::new(),
                judgements: Vec::new(),
                not_asked: Vec::new(),
                assessment: None,
                oddities: Vec::new(),
            })
        };
        for (id, expected) in [
            ("https", "HTTPS"),
            ("postgres", "PostgreSQL"),
            ("syslog", "Syslog"),
            ("mllp", "MLLP"),
            ("mssql", "MSSQL"),
            ("ldaps", "LDAPS"),
            ("xmpp-server", "XMPP-SERVER"),
            ("no-such", "NO-SUCH"),
        ] {
            assert_eq!(short(id), expected);
        }
    }

    #[test]
    fn a_fingerprint_holds_its_parts_apart() {
        assert_ne!(fingerprint(&["a", "bc"]), fingerprint(&["ab", "c"]));
        assert_eq!(fingerprint(&["a"]).len(), 64);
    }
}

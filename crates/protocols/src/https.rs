//! HTTPS (RFC 9110 section 4.2.2): TLS at once.

use crate::Protocol;

/// Portals, web services and the management pages of devices.
pub(crate) static PROTOCOL: Protocol = Protocol {
    id: "https",
    direct_id: None,
    name: "HTTPS",
    clear_name: "HTTP",
    about: "portals, web services, management pages of devices",
    upgrade_ports: &[],
    direct_ports: &[443, 8443, 9443, 10443],
    open: None,
    recognise,
};

/// A status line, or the bare page with which old servers answer what they take for HTTP/0.9.
fn recognise(words: &[u8]) -> bool {
    let begins = |text: &[u8]| {
        words
            .get(..text.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(text))
    };
    words.starts_with(b"HTTP/") || begins(b"<!DOCTYPE HTML") || begins(b"<html")
}

//! HTTPS (RFC 9110 section 4.2.2): TLS at once.

use crate::Protocol;

/// Portals, web services and the management pages of devices.
pub(crate) static PROTOCOL: Protocol = Protocol {
    id: "https",
    direct_id: None,
    name: "HTTPS",
    about: "portals, web services, management pages of devices",
    upgrade_ports: &[],
    direct_ports: &[443, 8443, 9443, 10443],
    open: None,
    recognise: |words| words.starts_with(b"HTTP/"),
};

//! Plain TLS: whatever runs inside, the first bytes are a ClientHello.

use crate::Protocol;

/// TLS from the first byte, with nothing known of what it carries.
pub(crate) static PROTOCOL: Protocol = Protocol {
    id: "tls",
    direct_id: None,
    name: "TLS",
    clear_name: "something",
    about: "some service over TLS",
    upgrade_ports: &[],
    direct_ports: &[],
    open: None,
    recognise: |_| false,
};

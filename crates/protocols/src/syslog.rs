//! Syslog over TLS (RFC 5425; IHE ATNA's audit trail): TLS at once.
//!
//! ```text
//! TLS begins                       C: <85>1 2026-… audit message     (the server never says a word)
//! ```

use crate::Protocol;

/// Audit trails on their way to the repository.
pub(crate) static PROTOCOL: Protocol = Protocol {
    id: "syslog",
    direct_id: None,
    name: "Syslog over TLS",
    clear_name: "Syslog",
    about: "audit trails on their way to the repository",
    upgrade_ports: &[],
    direct_ports: &[6514],
    open: None,
    recognise: |_| false,
};

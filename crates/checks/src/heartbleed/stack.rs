//! Which TLS stack answers, by the order in which its ServerHello lists extensions.
//!
//! Measured: OpenSSL 1.0.1 writes `renegotiation_info`, `session_ticket`, `heartbeat`. GnuTLS before 3.6 writes
//! `heartbeat` between the two; GnuTLS 3.7 and Botan 1.11 write all by number, `heartbeat` first.

use holter_wire::ExtensionType;

/// A stack, as far as a ServerHello tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stack {
    /// Laid out as OpenSSL does it.
    OpenSsl,
    /// Laid out as OpenSSL never does it.
    Other,
    /// Too little to tell.
    Unknown,
}

/// Tells by the order of extensions.
pub(super) fn by_order(extensions: &[u16]) -> Stack {
    let place = |kind: ExtensionType| extensions.iter().position(|extension| *extension == kind.0);
    let heartbeat = place(ExtensionType::HEARTBEAT);
    let ticket = place(ExtensionType::SESSION_TICKET);
    let renegotiation = place(ExtensionType::RENEGOTIATION_INFO);
    match (heartbeat, renegotiation, ticket) {
        (Some(heartbeat), Some(renegotiation), _) if heartbeat < renegotiation => Stack::Other,
        (Some(heartbeat), _, Some(ticket)) if heartbeat < ticket => Stack::Other,
        (Some(_), Some(_), Some(_)) => Stack::OpenSsl,
        _ => Stack::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_that_were_measured() {
        assert_eq!(
            by_order(&[0xff01, 0x0023, 0x000f]),
            Stack::OpenSsl,
            "Node.js 0.10.1"
        );
        assert_eq!(by_order(&[0xff01, 0x000f, 0x0023]), Stack::Other, "GnuTLS 3.2");
        assert_eq!(by_order(&[0x000f, 0x0023, 0xff01]), Stack::Other, "GnuTLS 3.7.9");
        assert_eq!(by_order(&[0xff01, 0x000f]), Stack::Unknown);
    }
}

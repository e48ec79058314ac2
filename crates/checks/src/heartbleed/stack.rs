//! Which TLS stack answers, by the order in which its ServerHello lists extensions.
//!
//! Measured: OpenSSL 1.0.1 writes `renegotiation_info`, …, `session_ticket`, …, `heartbeat`; GnuTLS writes
//! `heartbeat` behind `renegotiation_info` but before `session_ticket`; Botan 1.11 writes them by number, so
//! `heartbeat` comes before both.

use holter_wire::ExtensionType;

/// A stack, as far as a ServerHello tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stack {
    /// Laid out as OpenSSL does it.
    OpenSsl,
    /// Laid out as GnuTLS does it.
    GnuTls,
    /// By number, as Botan does it.
    Botan,
    /// Too little to tell.
    Unknown,
}

impl Stack {
    /// Its name.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::OpenSsl => "OpenSSL",
            Self::GnuTls => "GnuTLS",
            Self::Botan => "Botan",
            Self::Unknown => "an unknown stack",
        }
    }
}

/// Tells by the order of extensions.
pub(super) fn by_order(extensions: &[u16]) -> Stack {
    let place = |kind: ExtensionType| extensions.iter().position(|extension| *extension == kind.0);
    let heartbeat = place(ExtensionType::HEARTBEAT);
    let ticket = place(ExtensionType::SESSION_TICKET);
    let renegotiation = place(ExtensionType::RENEGOTIATION_INFO);
    match (heartbeat, renegotiation, ticket) {
        (Some(heartbeat), Some(renegotiation), _) if heartbeat < renegotiation => Stack::Botan,
        (Some(heartbeat), _, Some(ticket)) if heartbeat < ticket => Stack::GnuTls,
        (Some(_), Some(_), Some(_)) => Stack::OpenSsl,
        _ => Stack::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_that_were_measured() {
        assert_eq!(by_order(&[0xff01, 0x0023, 0x000f]), Stack::OpenSsl);
        assert_eq!(by_order(&[0xff01, 0x000f, 0x0023]), Stack::GnuTls);
        assert_eq!(by_order(&[0x000f, 0x0023, 0xff01]), Stack::Botan);
        assert_eq!(by_order(&[0xff01, 0x000f]), Stack::Unknown);
    }
}

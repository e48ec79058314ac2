//! Extensions of a client beyond those of every hello.

use super::Extension;
use crate::{ExtensionType, writer};

impl Extension {
    /// One without a body: its presence says all.
    #[must_use]
    pub const fn empty(kind: ExtensionType) -> Self {
        Self {
            kind,
            body: Vec::new(),
        }
    }

    /// Application protocols in order of preference (RFC 7301 section 3.1).
    #[must_use]
    pub fn protocols(names: &[&[u8]]) -> Self {
        Self::written(ExtensionType::ALPN, |out| {
            writer::vec16(out, |out| {
                for name in names {
                    writer::vec8(out, |out| out.extend_from_slice(name));
                }
            });
        })
    }

    /// `status_request` for OCSP, from any responder (RFC 6066 section 8).
    #[must_use]
    pub fn status_request() -> Self {
        Self {
            kind: ExtensionType::STATUS_REQUEST,
            body: vec![1, 0, 0, 0, 0],
        }
    }

    /// `session_ticket` with a ticket to go on with (RFC 5077 section 3.2).
    #[must_use]
    pub fn with_ticket(ticket: &[u8]) -> Self {
        Self {
            kind: ExtensionType::SESSION_TICKET,
            body: ticket.to_vec(),
        }
    }

    /// `renegotiation_info` of a client's later handshake (RFC 5746 section 3.5): what its last Finished said.
    #[must_use]
    pub fn renegotiation_again(verify_data: &[u8]) -> Self {
        Self::written(ExtensionType::RENEGOTIATION_INFO, |out| {
            writer::vec8(out, |out| out.extend_from_slice(verify_data));
        })
    }

    /// `psk_key_exchange_modes` that wants fresh shares too (RFC 8446 section 4.2.9).
    #[must_use]
    pub fn psk_modes() -> Self {
        Self {
            kind: ExtensionType::PSK_KEY_EXCHANGE_MODES,
            body: vec![1, 1],
        }
    }

    /// `cookie`, as the server gave it (RFC 8446 section 4.2.2).
    #[must_use]
    pub fn cookie(body: &[u8]) -> Self {
        Self {
            kind: ExtensionType::COOKIE,
            body: body.to_vec(),
        }
    }

    /// `padding` of so many zeros (RFC 7685).
    #[must_use]
    pub fn padding(zeros: usize) -> Self {
        Self {
            kind: ExtensionType::PADDING,
            body: vec![0; zeros],
        }
    }

    /// `pre_shared_key` with one identity, and zeros where its binder of `binder` bytes belongs (RFC 8446 section
    /// 4.2.11). It stands last in its hello, so that the binder is the hello's end.
    #[must_use]
    pub fn pre_shared_key(identity: &[u8], age: u32, binder: usize) -> Self {
        Self::written(ExtensionType::PRE_SHARED_KEY, |out| {
            writer::vec16(out, |out| {
                writer::vec16(out, |out| out.extend_from_slice(identity));
                out.extend(age.to_be_bytes());
            });
            writer::vec16(out, |out| {
                writer::vec8(out, |out| out.extend(std::iter::repeat_n(0, binder)));
            });
        })
    }
}

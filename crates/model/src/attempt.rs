//! How far an attempt to ask came. "Not vulnerable" and "could not ask" never look alike.

use serde::{Deserialize, Serialize};

/// The outcome of trying to ask a service, apart from what it answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Attempt {
    /// All questions were put and answered, or their silence waited out.
    Completed,
    /// The name has no address.
    Unresolved,
    /// Nothing there: no route, or no answer to a connection.
    Unreachable,
    /// The port is closed.
    Refused,
    /// Connected, then silence until a deadline.
    TimedOut,
    /// The peer closed or reset the connection before the questions were put.
    Closed,
    /// What answers does not speak the protocol, or does not speak TLS.
    NotSpoken,
    /// It speaks the protocol but declines TLS.
    TlsDeclined,
    /// It speaks TLS but agrees to none of our hellos.
    HandshakeRefused,
    /// It answers in a way that no implementation of the protocol should; asking on was pointless or unsafe.
    Misbehaved,
    /// It sent more than we are willing to take.
    TooMuch,
    /// The proxy would not, or could not, connect us.
    ProxyFailed,
    /// Outside the scope that the user gave; no packet was sent.
    OutOfScope,
    /// The user stopped the scan first.
    Interrupted,
    /// Holter's own fault: no free file descriptor, a bug.
    OurFault,
}

impl Attempt {
    /// Plain words for a person.
    #[must_use]
    pub const fn explain(self) -> &'static str {
        match self {
            Self::Completed => "all questions were answered",
            Self::Unresolved => "the name has no address",
            Self::Unreachable => "nothing answers at this address",
            Self::Refused => "the port is closed",
            Self::TimedOut => "it accepted the connection and then said nothing in time",
            Self::Closed => "it closed the connection before it answered",
            Self::NotSpoken => "it does not speak TLS here, nor a protocol that leads to it",
            Self::TlsDeclined => "it speaks the protocol but offers no TLS",
            Self::HandshakeRefused => "it speaks TLS but refused every hello",
            Self::Misbehaved => "its answers break the protocol",
            Self::TooMuch => "it sent more data than an answer can need",
            Self::ProxyFailed => "the proxy did not connect to it",
            Self::OutOfScope => "it is outside the scope that was given; nothing was sent",
            Self::Interrupted => "the scan was stopped before it was asked",
            Self::OurFault => "Holter itself failed here",
        }
    }

    /// Whether a connection came about at all.
    #[must_use]
    pub const fn reached(self) -> bool {
        !matches!(
            self,
            Self::Unresolved
                | Self::Unreachable
                | Self::Refused
                | Self::ProxyFailed
                | Self::OutOfScope
                | Self::Interrupted
                | Self::OurFault
        )
    }
}

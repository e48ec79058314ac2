//! What opening a protocol is told, and how it can end.

use std::pin::Pin;

use holter_model::Attempt;
use holter_net::{Line, LineError};

/// What a protocol may say about whom it wants to reach.
#[derive(Clone, Copy, Debug)]
pub struct Asking<'a> {
    /// The host name, where one is known; XMPP and HTTP-like preambles name it.
    pub name: Option<&'a str>,
}

/// The future that opening is.
pub type Opened<'a> = Pin<Box<dyn Future<Output = Result<(), Opening>> + Send + 'a>>;

/// Why a line was not brought to TLS.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Opening {
    /// It speaks the protocol but offers no TLS, or refused it.
    #[error("it speaks the protocol but declines TLS: {0}")]
    Declined(&'static str),
    /// It turned us away before it could say whether it has TLS: busy, blocked, not for us. Another day it may.
    #[error("it turned us away: {0}")]
    TurnedAway(&'static str),
    /// It speaks the protocol, but against its rules.
    #[error("it breaks the protocol: {0}")]
    Misbehaved(&'static str),
    /// What answers does not speak this protocol. The line keeps what it said as pending.
    #[error("what answers does not speak this protocol")]
    NotSpoken,
    /// The line broke, or went silent.
    #[error(transparent)]
    Line(#[from] LineError),
}

impl Opening {
    /// What this means for the attempt.
    #[must_use]
    pub const fn attempt(&self) -> Attempt {
        match self {
            Self::Declined(_) => Attempt::TlsDeclined,
            Self::TurnedAway(_) => Attempt::Closed,
            Self::Misbehaved(_) => Attempt::Misbehaved,
            Self::NotSpoken => Attempt::NotSpoken,
            Self::Line(LineError::Silence | LineError::Deadline) => Attempt::TimedOut,
            Self::Line(LineError::TooMuch(_)) => Attempt::TooMuch,
            Self::Line(LineError::Framing(_)) => Attempt::Misbehaved,
            Self::Line(LineError::Ours(_)) => Attempt::OurFault,
            Self::Line(_) => Attempt::Closed,
        }
    }
}

/// To be called where the peer has given its go-ahead and TLS begins with the next byte.
///
/// The side that accepts TLS waits for a ClientHello, so a byte that came with the go-ahead was sent in clear
/// text. Taken for TLS it would mislead; kept for afterwards it would be believed as if it had been protected
/// (RFC 3207 section 4.2; CVE-2011-0411 and its kin). Dropping it would hide that somebody on the way may have
/// put it there. So the line is given up: a real client's TLS would fail here too.
///
/// # Errors
/// [`Opening::Misbehaved`].
pub(crate) fn tls_begins(line: &Line) -> Result<(), Opening> {
    if line.pending().is_empty() {
        Ok(())
    } else {
        Err(Opening::Misbehaved("it went on in clear text after its go-ahead"))
    }
}

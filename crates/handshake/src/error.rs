//! Why a handshake, or what follows it, came to nothing. Who is to blame stands first.

use holter_net::LineError;
use holter_wire::record::NotRecords;
use holter_wire::{AlertDescription, Misfit};

/// What went wrong between us and a TLS peer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HandshakeError {
    /// The connection ended, fell silent or broke.
    #[error(transparent)]
    Line(#[from] LineError),
    /// The peer refuses, and says why.
    #[error("the peer refuses: {0}")]
    Alert(AlertDescription),
    /// The peer does not answer in TLS.
    #[error("the peer does not answer in TLS")]
    NotTls,
    /// The peer breaks the protocol.
    #[error("the peer breaks the protocol: {0}")]
    PeerMisbehaved(&'static str),
    /// The peer chose what was not offered.
    #[error("the peer breaks the protocol: {0}")]
    Misfit(#[from] Misfit),
    /// The peer chose to compress records by this method, which was offered only to see that.
    #[error("the peer compresses records by method {0}")]
    Compressed(u8),
    /// The peer chose, or the user gave, something that Holter cannot do.
    #[error("Holter cannot do this: {0}")]
    Unsupported(&'static str),
}

impl HandshakeError {
    /// Whether the peer merely said nothing in time; the line still stands.
    #[must_use]
    pub const fn is_silence(&self) -> bool {
        matches!(self, Self::Line(LineError::Silence))
    }
}

impl From<NotRecords> for HandshakeError {
    fn from(error: NotRecords) -> Self {
        match error {
            NotRecords::NotTls => Self::NotTls,
            NotRecords::Desynchronised => {
                Self::PeerMisbehaved("its stream of records breaks off in something else")
            }
            NotRecords::TooLong(_) => Self::PeerMisbehaved("a record claims more than any version allows"),
        }
    }
}

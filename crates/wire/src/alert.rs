//! Alerts (RFC 8446 section 6, RFC 5246 section 7.2).

use crate::reader::Reader;
use crate::{AlertDescription, Oddity};

/// An alert as a peer sent it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alert {
    /// Whether the peer means to end the connection. Any level but *warning* counts as fatal.
    pub fatal: bool,
    /// Why.
    pub description: AlertDescription,
}

impl Alert {
    /// Reads the alert of a record. Up to TLS 1.2 an encrypted one is unreadable and comes out as nonsense, so
    /// callers ask only before keys change.
    #[must_use]
    pub fn read(body: &[u8]) -> (Option<Self>, Vec<Oddity>) {
        let mut reader = Reader::new(body);
        let (Some(level), Some(description)) = (reader.u8(), reader.u8()) else {
            return (None, vec![Oddity::Truncated("an alert")]);
        };
        let alert = Self {
            fatal: level != 1,
            description: AlertDescription(description),
        };
        let oddities = match reader.rest().len() {
            0 => Vec::new(),
            more => vec![Oddity::Trailing("an alert", more)],
        };
        (Some(alert), oddities)
    }

    /// The alert as a record's body.
    #[must_use]
    pub const fn encode(self) -> [u8; 2] {
        [if self.fatal { 2 } else { 1 }, self.description.0]
    }
}

//! The HelloVerifyRequest (RFC 6347 section 4.2.1): a server that wants to see that the client's address is real.

use crate::reader::Reader;
use crate::{Oddity, Version};

/// "Come again with this cookie."
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HelloVerifyRequest {
    /// The server's version; DTLS 1.0 whatever comes later (RFC 6347 section 4.2.1).
    pub version: Version,
    /// To be sent back, at most 255 bytes.
    pub cookie: Vec<u8>,
}

impl HelloVerifyRequest {
    /// Reads a body; `None` when the cookie is not all there.
    #[must_use]
    pub fn read(body: &[u8]) -> (Option<Self>, Vec<Oddity>) {
        let mut reader = Reader::new(body);
        match (reader.u16(), reader.vec8()) {
            (Some(version), Some(cookie)) => (
                Some(Self {
                    version: Version(version),
                    cookie: cookie.to_vec(),
                }),
                Vec::new(),
            ),
            _ => (None, vec![Oddity::Truncated("the HelloVerifyRequest")]),
        }
    }
}

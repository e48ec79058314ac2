//! One record of a block cipher that is wrong in a chosen way, in a session that was fine until then. A sound server says the
//! same to every wrong one; one that does not is an oracle by which a session can be read (POODLE against TLS, GOLDENDOODLE,
//! Zombie POODLE, Sleeping POODLE, OpenSSL's CVE-2016-2107 and CVE-2019-1559).

use std::time::Duration;

use holter_model::seam::Dice;
use holter_net::Line;
use holter_wire::ContentType;

use super::reaction::{self, Reaction};
use crate::suite::Bulk;
use crate::{HandshakeError, Offer, handshake};

pub use crate::protect::Malformed;

/// Finishes a handshake, sends `text` in one malformed record, and hears how the server takes it. A text that the server
/// answers by itself, such as a whole request, shows at once where a malformed record is taken.
///
/// # Errors
/// What keeps the handshake from being finished; [`HandshakeError::Unsupported`] when its suite has no padding or
/// encrypts before it authenticates.
pub async fn probe(
    line: &mut Line,
    offer: &Offer<'_>,
    malformed: Malformed,
    text: &[u8],
    dice: &dyn Dice,
    wait: Duration,
) -> Result<Reaction, HandshakeError> {
    let mut session = handshake(line, offer, dice).await?;
    let mut out = Vec::new();
    let padded = matches!(session.suite().bulk, Bulk::Cbc(_));
    padded
        .then(|| {
            session
                .records
                .malform(&mut out, ContentType::APPLICATION_DATA, text, malformed)
        })
        .flatten()
        .ok_or(HandshakeError::Unsupported(
            "a malformed record in this suite's protection",
        ))?;
    line.send(&out).await?;
    reaction::hear(&mut session.records, line, wait).await
}

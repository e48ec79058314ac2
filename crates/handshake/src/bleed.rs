//! How much of a session id a server says again. It may say ours, byte for byte, or give one of its own; one that
//! goes on after ours with bytes that we never sent reads them out of its memory (CVE-2016-9244, "Ticketbleed").

use holter_model::seam::Dice;
use holter_net::Line;
use holter_wire::client_hello::ClientHello;
use holter_wire::server_hello::ServerHello;
use zeroize::Zeroize as _;

use crate::dialogue::Dialogue;
use crate::{HandshakeError, Offer, hello};

/// Lengths only: no byte of what was not ours is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Echo {
    /// How many bytes of session id we sent.
    pub sent: usize,
    /// How many came.
    pub came: usize,
    /// Whether what came begins with all that we sent, which was not empty.
    pub begins_with_ours: bool,
}

impl Echo {
    /// Whether ours came back with more behind it.
    #[must_use]
    pub const fn is_bleeding(&self) -> bool {
        self.begins_with_ours && self.came > self.sent
    }
}

/// Offers a session and reads the ServerHello, and nothing of what follows.
///
/// # Errors
/// See [`HandshakeError`].
pub async fn ask(line: &mut Line, offer: &Offer<'_>, dice: &dyn Dice) -> Result<Echo, HandshakeError> {
    let mut random = [0; 32];
    dice.fill(&mut random);
    let hello = hello::client_hello(offer, random)?;
    let mut dialogue = Dialogue::new(line, offer.version);
    dialogue.say_hello(&hello).await?;
    let mut answer = dialogue.server_hello().await?;
    let echo = measure(&hello, &mut answer);
    dialogue.transcript.wipe();
    dialogue.joiner.wipe();
    dialogue.records.wipe();
    Ok(echo)
}

/// Measures, and wipes what was not ours.
pub(crate) fn measure(hello: &ClientHello, answer: &mut ServerHello) -> Echo {
    let ours = &hello.session_id;
    let echo = Echo {
        sent: ours.len(),
        came: answer.session_id.len(),
        begins_with_ours: !ours.is_empty() && answer.session_id.starts_with(ours),
    };
    if echo.is_bleeding() {
        answer.session_id.zeroize();
    }
    echo
}

#[cfg(test)]
mod tests {
    use holter_wire::{CipherSuite, Version};

    use super::*;

    fn echo(sent: &[u8], came: &[u8]) -> (Echo, Vec<u8>) {
        let mut hello = ClientHello::new(Version::TLS12, [1; 32]);
        hello.session_id = sent.to_vec();
        let mut answer = ServerHello {
            legacy_version: Version::TLS12,
            random: [2; 32],
            session_id: came.to_vec(),
            suite: CipherSuite(0x002f),
            compression: 0,
            extensions: Vec::new(),
        };
        (measure(&hello, &mut answer), answer.session_id)
    }

    #[test]
    fn only_more_than_ours_behind_ours_is_bleeding() {
        let (bleeding, kept) = echo(b"ours", b"ours and foreign");
        assert!(bleeding.is_bleeding() && kept.is_empty());
        assert_eq!((bleeding.sent, bleeding.came), (4, 16));
        for (sent, came) in [
            (&b"ours"[..], &b"ours"[..]),
            (b"ours", b"a new one of its own"),
            (b"", b"a new one"),
            (b"ours", b""),
        ] {
            let (echo, kept) = echo(sent, came);
            assert!(!echo.is_bleeding());
            assert_eq!(kept, came);
        }
    }
}

//! How much of a session id a server says again. It may say ours, byte for byte, or give one of its own; one that
//! goes on after ours with bytes that we never sent reads them out of its memory (CVE-2016-9244, "Ticketbleed").

use holter_model::seam::Dice;
use holter_net::Line;
use holter_wire::client_hello::ClientHello;
use holter_wire::server_hello::ServerHello;
use zeroize::Zeroize as _;

use crate::datagrams::leave;
use crate::dialogue::Dialogue;
use crate::{HandshakeError, Offer, Session, client, hello};

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

/// Offers a session up to TLS 1.2, and goes on with it where nothing bleeds; none comes of it when the handshake cannot be
/// finished.
///
/// # Errors
/// See [`HandshakeError`]: no ServerHello came.
pub async fn ask(
    line: &mut Line,
    offer: &Offer<'_>,
    dice: &dyn Dice,
) -> Result<(Echo, Option<Session>), HandshakeError> {
    let mut random = [0; 32];
    dice.fill(&mut random);
    let hello = hello::client_hello(offer, random)?;
    let mut dialogue = Dialogue::new(line, offer.version);
    let mut answer = dialogue.greet(&hello).await?;
    let echo = measure(&hello, &mut answer);
    if echo.is_bleeding() {
        dialogue.transcript.wipe();
        dialogue.joiner.wipe();
        dialogue.records.wipe();
    } else if let Ok(session) = client::go_on(dialogue, offer, &hello, answer, dice).await {
        return Ok((echo, Some(session)));
    }
    if line.is_datagram() {
        leave(line, offer.version).await;
    }
    Ok((echo, None))
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
    use std::time::Duration;

    use holter_model::seam::FixedDice;
    use holter_model::{Endpoint, Transport};
    use holter_net::tape::{End, Event, Tape};
    use holter_net::{Care, Dialer, Limits, Pace, Scope};
    use holter_wire::{CipherSuite, ContentType, HandshakeType, Version, handshake, record};

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

    /// A line to a peer that says a ServerHello with this session id and falls silent.
    async fn line(id: &[u8]) -> Line {
        let hello = ServerHello {
            legacy_version: Version::TLS12,
            random: [2; 32],
            session_id: id.to_vec(),
            suite: CipherSuite(0x002f),
            compression: 0,
            extensions: Vec::new(),
        };
        let (mut message, mut record) = (Vec::new(), Vec::new());
        handshake::encode(&mut message, HandshakeType::SERVER_HELLO, |out| {
            hello.encode_body(out)
        });
        record::encode(&mut record, ContentType::HANDSHAKE, Version::TLS12, &message);
        let tape = Tape {
            connections: vec![vec![Event::Received(record), Event::End(End::Silence)]],
        };
        let endpoint = Endpoint {
            address: [127, 0, 0, 1].into(),
            port: 443,
            transport: Transport::Tcp,
        };
        let pace = Pace::new(1, None, Duration::ZERO);
        let dialer = Dialer::new(Scope::default(), pace, Limits::default()).replaying(tape);
        dialer.dial(endpoint, Care::ROBUST).await.unwrap()
    }

    #[tokio::test]
    async fn a_bleeding_server_is_measured_and_no_handshake_goes_on_with_it() {
        let offer = Offer {
            session_id: Some(vec![9; 16]),
            tickets: true,
            ..Offer::new(Version::TLS12)
        };
        let foreign = [&[9; 16][..], b"sixteen of theirs"].concat();
        let echo = ask(&mut line(&foreign).await, &offer, &FixedDice(1)).await;
        let (echo, session) = echo.unwrap();
        assert!(echo.is_bleeding() && session.is_none());
        assert_eq!((echo.sent, echo.came), (16, 33));
        for version in [Version::TLS12, Version::TLS13] {
            let offer = Offer {
                version,
                ..offer.clone()
            };
            let refused = crate::handshake(&mut line(&foreign).await, &offer, &FixedDice(1)).await;
            assert!(
                matches!(refused, Err(HandshakeError::PeerMisbehaved(_))),
                "{refused:?}"
            );
        }
    }
}

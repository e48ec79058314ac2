//! Connections that end up with an older version than both ends can speak.

use holter_capture::flaws::TLS_DOWNGRADED;
use holter_capture::{Heard, Side};
use holter_model::Verdict;
use holter_wire::client_hello::ClientHello;
use holter_wire::record::encode;
use holter_wire::server_hello::ServerHello;
use holter_wire::{CipherSuite, ContentType, HandshakeType, Version, handshake};

use crate::packets::{Sent, connection, heard};
use crate::tap::Piece;

/// What comes of a hello.
enum Answer {
    Chosen(Version, [u8; 32]),
    Refused,
}

fn piece(side: Side, content: ContentType, body: &[u8]) -> Piece {
    let mut bytes = Vec::new();
    encode(&mut bytes, content, Version::TLS10, body);
    Piece { side, bytes }
}

/// A connection in which this is offered; `says`: that it falls back.
fn offers(version: Version, says: bool, answer: &Answer) -> Vec<Sent> {
    let mut hello = ClientHello::new(version, [3; 32]);
    hello.suites = vec![CipherSuite(0x002f)];
    if says {
        hello.suites.push(CipherSuite(0x5600));
    }
    let mut message = Vec::new();
    hello.encode(&mut message);
    let mut pieces = vec![piece(Side::Opener, ContentType::HANDSHAKE, &message)];
    pieces.push(match answer {
        Answer::Refused => piece(Side::Answerer, ContentType::ALERT, &[2, 70]),
        Answer::Chosen(version, random) => {
            let hello = ServerHello {
                legacy_version: *version,
                random: *random,
                session_id: Vec::new(),
                suite: CipherSuite(0x002f),
                compression: 0,
                extensions: Vec::new(),
            };
            let mut message = Vec::new();
            handshake::encode(&mut message, HandshakeType::SERVER_HELLO, |out| {
                hello.encode_body(out)
            });
            handshake::encode(&mut message, HandshakeType::SERVER_HELLO_DONE, |_| {});
            piece(Side::Answerer, ContentType::HANDSHAKE, &message)
        }
    });
    connection(&pieces)
}

fn verdict(heard: &Heard) -> Option<(Verdict, String)> {
    let said = heard.subjects.iter().flat_map(|subject| &subject.verdicts);
    let mut ours = said.filter(|said| said.flaw == TLS_DOWNGRADED);
    ours.next().map(|said| (said.verdict, said.evidence.clone()))
}

/// A random value that says: this server can speak TLS 1.2, too.
fn telling() -> [u8; 32] {
    let mut random = [4; 32];
    random[24..].copy_from_slice(b"DOWNGRD\x00");
    random
}

#[test]
fn a_hello_that_tells_of_more_is_suspicious_where_more_was_offered() {
    let chosen = Answer::Chosen(Version::TLS11, telling());
    let (verdict_of, evidence) = verdict(&heard(&offers(Version::TLS12, false, &chosen))).unwrap();
    assert_eq!(verdict_of, Verdict::Inconclusive);
    assert!(evidence.contains("RFC 8446"), "{evidence}");
    // Who offered no more has got what it asked for.
    assert_eq!(verdict(&heard(&offers(Version::TLS11, false, &chosen))), None);
    let plain = Answer::Chosen(Version::TLS11, [4; 32]);
    assert_eq!(verdict(&heard(&offers(Version::TLS12, false, &plain))), None);
}

#[test]
fn a_client_that_comes_again_with_less_is_suspicious_where_the_service_speaks_more() {
    let new = offers(Version::TLS12, false, &Answer::Chosen(Version::TLS12, [4; 32]));
    let refused = offers(Version::TLS12, false, &Answer::Refused);
    let again = |says| offers(Version::TLS10, says, &Answer::Chosen(Version::TLS10, [4; 32]));
    let (verdict_of, evidence) =
        verdict(&heard(&[refused.clone(), again(false), new.clone()].concat())).unwrap();
    assert_eq!(verdict_of, Verdict::Inconclusive);
    assert!(evidence.contains("RFC 7507"), "{evidence}");
    // An old service refuses what it does not know; and who says that it falls back hides nothing.
    assert_eq!(verdict(&heard(&[refused.clone(), again(false)].concat())), None);
    assert_eq!(verdict(&heard(&[refused, again(true), new].concat())), None);
}

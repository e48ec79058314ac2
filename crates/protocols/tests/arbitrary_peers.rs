//! Whatever a peer says, opening ends, reading does not panic, and what was said is not lost.
//!
//! ```text
//! peer ──any bytes, in any pieces──▶ every opener, every recogniser, every reader
//! ```

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "clippy.toml allows both in tests, but takes only functions marked as tests for such"
)]

use std::time::Duration;

use holter_model::{Endpoint, Transport};
use holter_net::tape::{End, Event, Tape};
use holter_net::{Care, Dialer, Limits, Pace, Scope};
use holter_protocols::{ALL, Asking, Opening, Packet, Protocol, by_words, in_clear, read, speaker};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// Beginnings that lead far into some dialect, so that what follows meets it there.
const WORDS: &[&[u8]] = &[
    b"220 x ESMTP\r\n",
    b"220-x LMTP\r\n220 x\r\n",
    b"250-x\r\n250 STARTTLS\r\n",
    b"220 go\r\n",
    b"234 go\r\n",
    b"200 NNTP\r\n",
    b"382 go\r\n",
    b"* OK x\r\n",
    b"a1 OK x\r\n",
    b"+OK\r\n",
    b"\"STARTTLS\"\r\nOK\r\n",
    b":x NOTICE * :x\r\n",
    b":x 670 * :x\r\n",
    b"AMQP\x02\x01\0\0",
    b"S",
    b"E\0\0\0\x0dSFATAL\0\0\0",
    b"\x21\0\0\0\x0a8.0.36\0\x08\0\0\0abcdefgh\0\xff\xff\x2d\x02\0\xff\xc1\x15\0\0",
    b"\x0a\0\0\0\xff\x10\x04Too man",
    b"0\x0c\x02\x01\x01\x78\x07\x0a\x01\0\x04\0\x04\0",
    b"0\x84\0\0\0\x10\x02\x01\x01\x78\x84\0\0\0\x07\x0a\x01\0\x04\0\x04\0",
    b"\x04\x01\0\x1a\0\0\x01\0\0\0\x0b\0\x06\x01\0\x11\0\x01\xff\x0f\0\x07\xd0\0\0\x01",
    b"\x03\0\0\x13\x0e\xd0\0\0\x12\x34\0\x02\0\x08\0\x01\0\0\0",
    b"\xff\xfd\x2e",
    b"\xff\xfa\x2e\x01\xff\xf0",
    b"<?xml version='1.0'?><stream:stream xmlns='jabber:client'>",
    b"<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features>",
    b"<stream:error><host-unknown/></stream:error>",
    b"<proceed/>",
    b"HTTP/1.1 400 Bad Request\r\n\r\n",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn opening_ends_and_keeps_what_was_said(said in speech(), silent in any::<bool>()) {
        let whole = said.concat();
        for protocol in ALL.iter().filter(|protocol| protocol.open.is_some()) {
            let (outcome, pending) = open(protocol, &said, silent);
            if let Err(Opening::NotSpoken) = outcome {
                prop_assert!(!pending.is_empty(), "{} kept nothing", protocol.id);
                prop_assert!(whole.starts_with(&pending), "{} kept something else", protocol.id);
            }
        }
    }

    #[test]
    fn recognising_never_panics_and_never_finds_two(said in speech()) {
        let words = said.concat();
        let claims = ALL.iter().filter(|protocol| (protocol.recognise)(&words)).count();
        prop_assert_eq!(speaker(&words).is_some(), claims == 1);
        prop_assert!(by_words(&words).is_none() || in_clear(&words).is_none());
    }

    #[test]
    fn a_reader_wants_more_until_it_is_whole(said in speech()) {
        let bytes = said.concat();
        whole_after_parts(&bytes, read::amqp_header)?;
        whole_after_parts(&bytes, read::ldap_response)?;
        whole_after_parts(&bytes, read::mysql_greeting)?;
        whole_after_parts(&bytes, read::tds_prelogin)?;
        whole_after_parts(&bytes, read::telnet_command)?;
        whole_after_parts(&bytes, read::x224_confirm)?;
        whole_after_parts(&bytes, read::xmpp_proceed)?;
        whole_after_parts(&bytes, read::xmpp_stream)?;
        whole_after_parts(&bytes, read::postgres_answer)?;
    }
}

/// Pieces of known words and of noise, in which now and then a byte is wrong.
fn speech() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let word = select(WORDS).prop_map(<[u8]>::to_vec);
    let wrong =
        (word.clone(), any::<proptest::sample::Index>(), any::<u8>()).prop_map(|(mut word, at, byte)| {
            let at = at.index(word.len());
            word[at] = byte;
            word
        });
    vec(
        prop_oneof![4 => word, 2 => wrong, 1 => vec(any::<u8>(), 1..40)],
        0..6,
    )
}

/// A reader never says that what it would call whole can never become whole, and takes no more than there is.
fn whole_after_parts<T>(bytes: &[u8], read: impl Fn(&[u8]) -> Packet<T>) -> Result<(), TestCaseError> {
    let Packet::Whole(_, count) = read(bytes) else {
        return Ok(());
    };
    prop_assert!((1..=bytes.len()).contains(&count));
    for end in 0..count {
        prop_assert!(
            !matches!(read(&bytes[..end]), Packet::Foreign),
            "foreign at {end} of {count}"
        );
    }
    Ok(())
}

fn open(protocol: &Protocol, said: &[Vec<u8>], silent: bool) -> (Result<(), Opening>, Vec<u8>) {
    let end = Event::End(if silent { End::Silence } else { End::Closed });
    let events = said.iter().cloned().map(Event::Received).chain([end]).collect();
    let tape = Tape {
        connections: vec![events],
    };
    let endpoint = Endpoint {
        address: [127, 0, 0, 1].into(),
        port: 1,
        transport: Transport::Tcp,
    };
    let pace = Pace::new(1, None, Duration::ZERO);
    let dialer = Dialer::new(Scope::default(), pace, Limits::default()).replaying(tape);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let mut line = dialer.dial(endpoint, Care::ROBUST).await.unwrap();
        let asking = Asking {
            name: Some("ward.example"),
        };
        let outcome = protocol.open.unwrap()(&mut line, &asking).await;
        (outcome, line.pending().to_vec())
    })
}

//! Each bad peer does what its line in the roster says.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation
)]

mod client;

use std::collections::HashSet;
use std::io::{ErrorKind, Read as _};

use client::{Client, LOOPBACK, ask, extensions, hello, is_leak, record, request, start, until};
use holter_lab::zoo::{self, Transport};

#[test]
fn every_row_has_its_own_name_and_known_words() {
    let names: HashSet<_> = zoo::ALL.iter().map(|peer| peer.name).collect();
    assert_eq!(names.len(), zoo::ALL.len());
    for peer in zoo::ALL {
        assert!(!peer.expect.verdicts.is_empty(), "{}", peer.name);
        for verdict in peer.expect.verdicts {
            assert!(
                ["affected", "not_affected", "inconclusive", "not_applicable"].contains(verdict),
                "{}",
                peer.name
            );
        }
    }
}

#[test]
fn every_peer_counts_contacts_keeps_bytes_and_ends_with_its_guard_under_an_open_connection() {
    for peer in zoo::ALL.iter().filter(|peer| peer.transport == Transport::Tcp) {
        let running = (peer.start)(LOOPBACK).unwrap();
        let mut client = Client::connect(running.address);
        client.send(&hello());
        until(peer.name, || {
            running.contacts() == 1 && running.received() == hello()
        });
        drop(running);
        // Ends in time, whether by a close or by a reset of what was still on the way.
        let end = std::io::copy(&mut client.0, &mut std::io::sink());
        let in_time = end.map_or_else(|error| error.kind() == ErrorKind::ConnectionReset, |_| true);
        assert!(in_time, "{} outlives its guard", peer.name);
    }
}

#[test]
fn a_client_without_an_rsa_suite_gets_a_handshake_failure() {
    let running = start("openssl-affected");
    let mut client = Client::connect(running.address);
    let mut hello = hello();
    let suite = hello.windows(2).position(|two| two == [0, 0x2f]).unwrap();
    hello[suite] = 0x13;
    client.send(&hello);
    assert_eq!(client.record(), (21, vec![2, 40]));
}

#[test]
fn the_silent_ones_are_silent() {
    for name in [
        "tarpit",
        "record-brings-ten-bytes",
        "handshake-longer-than-records",
    ] {
        let running = start(name);
        let mut client = Client::connect(running.address);
        client.send(&hello());
        client.0.shutdown(std::net::Shutdown::Write).unwrap();
        let expected = match name {
            "tarpit" => 0,
            "record-brings-ten-bytes" => 5 + 10,
            _ => 5 + 100,
        };
        assert_eq!(client.rest().len(), expected, "{name}");
    }
}

#[test]
fn one_byte_comes_before_the_second_is_over() {
    let running = start("one-byte-a-second");
    let mut client = Client::connect(running.address);
    client.send(&hello());
    assert_eq!(client.bytes(2), [22, 3]);
}

#[test]
fn floods_do_not_end() {
    for (name, kind, length) in [
        ("endless-hello-requests", 22, 4),
        ("endless-messages", 22, 1004),
        ("empty-record-flood", 22, 0),
        ("warning-flood", 21, 2),
    ] {
        let running = start(name);
        let mut client = Client::connect(running.address);
        client.send(&hello());
        if name.starts_with("endless") {
            assert_eq!(client.record().1[0], 2);
        }
        for _ in 0..3000 {
            let (found, body) = client.record();
            assert_eq!((found, body.len()), (kind, length), "{name}");
        }
    }
}

#[test]
fn lengths_lie() {
    let running = start("record-length-ffff");
    let mut client = Client::connect(running.address);
    client.send(&hello());
    assert_eq!(client.bytes(5), [22, 3, 3, 0xff, 0xff]);
    assert_eq!(client.bytes(0xffff).len(), 0xffff);

    let running = start("handshake-longer-than-records");
    let mut client = Client::connect(running.address);
    client.send(&hello());
    assert_eq!(client.record().1[..4], [2, 0xff, 0xff, 0xff]);
}

#[test]
fn the_certificate_is_as_long_as_a_message_can_be() {
    let running = start("sixteen-mebibyte-certificate");
    let mut client = Client::connect(running.address);
    client.send(&hello());
    assert_eq!(client.record().1[0], 2);
    let (_, first) = client.record();
    assert_eq!(first[..4], [11, 0xff, 0xff, 0xff]);
    let mut length = first.len();
    while length < 4 + (1 << 24) - 1 {
        length += client.record().1.len();
    }
    assert_eq!(length, 4 + (1 << 24) - 1);
}

#[test]
fn cut_connections_are_cut_by_reset_and_by_close() {
    let running = start("reset-in-mid-handshake");
    let mut client = Client::connect(running.address);
    client.send(&hello());
    let mut bytes = Vec::new();
    assert_eq!(
        client.0.read_to_end(&mut bytes).unwrap_err().kind(),
        ErrorKind::ConnectionReset
    );

    let running = start("close-in-mid-handshake");
    let mut client = Client::connect(running.address);
    client.send(&hello());
    let bytes = client.rest();
    assert_eq!((bytes[0], bytes[5]), (22, 2));
    let server_hello = usize::from(u16::from_be_bytes([bytes[3], bytes[4]]));
    assert_eq!(bytes.len(), 5 + server_hello + 300);
}

#[test]
fn plain_protocols_and_garbage_are_no_tls() {
    for (name, begins) in [
        ("plaintext-http", &b"HTTP/1.1 400 Bad Request\r\n"[..]),
        ("ssh-banner", b"SSH-2.0-"),
        ("garbage-like-heartbeats", &[24, 3, 3, 4, 0, 2]),
        ("garbage", &[]),
    ] {
        let running = start(name);
        let mut client = Client::connect(running.address);
        client.send(&hello());
        let bytes = client.rest();
        assert!(bytes.starts_with(begins) && bytes.len() > 40, "{name}");
    }
}

#[test]
fn fragments_make_a_whole_flight() {
    for name in ["one-byte-records", "one-byte-writes"] {
        let running = start(name);
        let (_, flight) = Client::shake(running.address);
        let kinds: Vec<u8> = flight.iter().map(|(kind, _)| *kind).collect();
        assert_eq!(kinds, [2, 11, 14], "{name}");
    }
}

#[test]
fn the_controller_hangs_after_a_heartbeat_and_not_before() {
    for name in ["controller-that-hangs", "heartbeat-mode-2"] {
        let running = start(name);
        let (mut first, flight) = Client::shake(running.address);
        assert_eq!(extensions(&flight[0].1).contains(&15), name == "heartbeat-mode-2");
        let (mut second, _) = Client::shake(running.address);
        assert!(first.leave().is_empty());
        assert!(!running.hung());

        second.send(&ask(&[1; 16], 16));
        until("hung", || running.hung());
        let mut third = Client::connect(running.address);
        third.send(&hello());
        for client in [&mut second, &mut third] {
            client.0.shutdown(std::net::Shutdown::Write).unwrap();
            assert!(client.rest().is_empty(), "a hung device says nothing");
        }
    }
}

#[test]
fn odd_hellos_are_odd() {
    let (_, flight) = Client::shake(start("version-0399").address);
    assert_eq!(flight[0].1[..2], [3, 0x99]);
    let (_, flight) = Client::shake(start("version-never-offered").address);
    assert_eq!(flight[0].1[..2], [3, 4]);
    let (_, flight) = Client::shake(start("duplicate-heartbeat-extension").address);
    assert_eq!(extensions(&flight[0].1), [0xff01, 35, 15, 15]);
    let (_, flight) = Client::shake(start("truncated-extensions").address);
    assert_eq!(flight[0].1[38..], [0, 5, 0, 15, 0, 1]);
}

#[test]
fn affected_peers_echo_short_padding_and_read_beyond_the_record() {
    for name in [
        "openssl-affected",
        "one-byte-records",
        "duplicate-heartbeat-extension",
        "answer-in-pieces",
        "answer-that-trickles",
        "client-certificate-affected",
        "slow-affected",
    ] {
        let running = start(name);
        let (mut client, flight) = Client::shake(running.address);
        let demands = flight.iter().any(|(kind, _)| *kind == 13);
        assert_eq!(demands, name.starts_with("client-certificate"));
        client.send(&ask(&[b'h'; 4096], 15));
        let (kind, claimed, rest) = client.beat();
        assert_eq!((kind, claimed, rest.len()), (2, 4096, 4096 + 16), "{name}");
        assert_eq!(rest[..4096], [b'h'; 4096]);
    }
}

#[test]
fn the_affected_peer_answers_a_proof_from_the_record_before() {
    let running = start("openssl-affected");
    let (mut client, _) = Client::shake(running.address);
    client.send(&ask(&[b'm'; 16_365], 16));
    assert_eq!(client.beat().2.len(), 16_365 + 16);
    client.send(&record(24, &request(8192, &[b'm'; 16], 0)));
    assert_eq!(
        client.beat().2[..8192],
        [b'm'; 8192],
        "our own marker, from the record before"
    );

    let running = start("affected-in-other-memory");
    let (mut client, _) = Client::shake(running.address);
    client.send(&ask(&[b'm'; 16_365], 16));
    assert!(!is_leak(&client.beat().2));
    client.send(&record(24, &request(8192, &[b'm'; 16], 0)));
    assert!(is_leak(&client.beat().2));
}

#[test]
fn small_answers_stay_in_openssls_buffer_and_not_in_other_stacks() {
    let running = start("openssl-affected");
    let (mut client, _) = Client::shake(running.address);
    client.send(&ask(&[1; 4072], 16));
    assert!(client.leave().is_empty());

    for name in ["gnutls-2014", "botan-1.11"] {
        let running = start(name);
        let (mut client, flight) = Client::shake(running.address);
        client.send(&record(24, &request(500, &[1; 16], 16)));
        client.send(&ask(&[2; 16], 3));
        let (_, claimed, rest) = client.beat();
        assert_eq!(
            (claimed, &rest[..16]),
            (16, &[2; 16][..]),
            "an over-claim is dropped, short padding is not"
        );
        assert_eq!(rest[16..] == [0; 16], name == "botan-1.11");
        let order = if name == "botan-1.11" {
            [15, 35, 0xff01]
        } else {
            [0xff01, 15, 35]
        };
        assert_eq!(extensions(&flight[0].1), order);
    }
}

#[test]
fn patched_peers_drop_short_padding_and_echo_the_control() {
    for name in [
        "openssl-patched",
        "one-byte-writes",
        "client-certificate-patched",
        "slow-patched",
    ] {
        let running = start(name);
        let (mut client, _) = Client::shake(running.address);
        client.send(&ask(&[b'p'; 4096], 15));
        client.send(&ask(&[b'c'; 4096], 16));
        let (_, _, rest) = client.beat();
        assert_eq!(
            rest[..4096],
            [b'c'; 4096],
            "{name}: the first answer is the control's"
        );
    }
}

#[test]
fn peers_that_answer_no_heartbeat_answer_none() {
    for name in [
        "heartbeat-inert",
        "version-0399",
        "version-never-offered",
        "truncated-extensions",
    ] {
        let running = start(name);
        let (mut client, _) = Client::shake(running.address);
        client.send(&ask(&[b'p'; 4096], 15));
        client.send(&ask(&[b'c'; 4096], 16));
        assert!(client.leave().is_empty(), "{name}");
    }
}

#[test]
fn leaks_bring_the_fake_secret() {
    let running = start("leaks-unasked");
    let (mut client, _) = Client::shake(running.address);
    client.send(&ask(&[1; 16], 15));
    let (_, claimed, rest) = client.beat();
    assert!(claimed > 16 && rest[..16] == [1; 16] && is_leak(&rest));

    let running = start("answers-with-other-bytes");
    let (mut client, _) = Client::shake(running.address);
    client.send(&ask(&[1; 4096], 15));
    let (_, claimed, rest) = client.beat();
    assert!(claimed == 4096 && rest.len() == 4096 + 16 && is_leak(&rest));

    let running = start("unasked-heartbeat-responses");
    let (mut client, _) = Client::shake(running.address);
    let (kind, _, rest) = client.beat();
    assert!(kind == 2 && is_leak(&rest));
}

#[test]
fn a_refusal_is_an_alert_and_a_close() {
    let running = start("alert-on-heartbeat");
    let (mut client, _) = Client::shake(running.address);
    client.send(&ask(&[1; 4096], 15));
    assert_eq!(client.record(), (21, vec![2, 10]));
    assert!(client.rest().is_empty());
}

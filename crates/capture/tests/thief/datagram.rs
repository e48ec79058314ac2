//! The same over DTLS: OpenSSL 1.1.0 with and without the length checks of the remedy.

use std::net::UdpSocket;

use holter_capture::subject::End;
use holter_capture::{Ladder, Side};
use holter_lab::openssl110::{DtlsServer, DtlsVersion, Variant, is_built, serve_dtls};
use holter_lab::ports;
use holter_model::Verdict;
use holter_wire::client_hello::ClientHello;
use holter_wire::extension::Extension;
use holter_wire::{CipherSuite, ContentType, HandshakeType, Version, dtls};

use crate::packets::{datagrams, heard, said};
use crate::robbery::{SILENCE, claim, honest};
use crate::tap::Piece;

/// Asks in the middle of a handshake; gives what passed, and what came for each request.
fn rob(variant: Variant, requests: &[Vec<u8>]) -> (Vec<Piece>, Vec<usize>) {
    let mut wanted = DtlsServer::new(variant, ports::free_udp().unwrap());
    (wanted.version, wanted.cookie) = (DtlsVersion::Dtls1_2, false);
    let server = serve_dtls(&wanted).unwrap();
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(SILENCE)).unwrap();
    socket.connect(server.address).unwrap();
    let (mut pieces, mut got) = (Vec::new(), Vec::new());
    let mut hello = ClientHello::new(Version::DTLS12, [5; 32]);
    hello.cookie = Some(Vec::new());
    hello.suites = vec![CipherSuite(0x002f), CipherSuite(0xc02f), CipherSuite(0x009c)];
    hello.extensions = vec![Extension::heartbeat()];
    let (mut body, mut message, mut first) = (Vec::new(), Vec::new(), Vec::new());
    hello.encode_body(&mut body);
    dtls::encode_message(&mut message, HandshakeType::CLIENT_HELLO, 0, &body);
    dtls::encode(&mut first, ContentType::HANDSHAKE, Version::DTLS12, 0, &message);
    let mut sending = vec![first];
    for (number, request) in (1..).zip(requests) {
        let mut record = Vec::new();
        dtls::encode(
            &mut record,
            ContentType::HEARTBEAT,
            Version::DTLS12,
            number,
            request,
        );
        sending.push(record);
    }
    let mut buffer = vec![0; 1 << 16];
    for record in sending {
        socket.send(&record).unwrap();
        pieces.push(Piece {
            side: Side::Opener,
            bytes: record,
        });
        while let Ok(count) = socket.recv(&mut buffer) {
            let bytes = buffer[..count].to_vec();
            let (records, _) = dtls::records(&bytes);
            let beats = records
                .iter()
                .filter(|record| record.content == ContentType::HEARTBEAT);
            got.extend(beats.map(|record| record.body.len()));
            pieces.push(Piece {
                side: Side::Answerer,
                bytes,
            });
        }
    }
    (pieces, got)
}

#[test]
fn datagrams_are_counted_to_the_byte_and_a_repaired_server_is_not_accused() {
    if !is_built() {
        println!("skipped: OpenSSL 1.1.0 is not built here");
        return;
    }
    // More than 4,096 bytes, for what is shorter waits in a buffer; and one in good order, which both answer.
    let requests = [claim(16_000, 0), claim(9000, 100), honest(5000)];
    let (pieces, got) = rob(Variant::Affected, &requests);
    println!("{got:?}");
    assert_eq!(got, [16_019, 9019, 5019]);
    let heard_of = heard(&datagrams(&pieces));
    let (verdict, weight) = said(&heard_of, End::Server).unwrap();
    assert_eq!((verdict, weight.ladder), (Verdict::Affected, Ladder::LeakExact));
    assert_eq!((weight.leaked_min, weight.leaked_max), (24_900, 24_900));
    assert_eq!((weight.attempts, weight.answers), (2, 2));

    let (pieces, got) = rob(Variant::Patched, &requests);
    assert_eq!(got, [5019]);
    let (verdict, weight) = said(&heard(&datagrams(&pieces)), End::Server).unwrap();
    // A datagram may have been lost on its way: that nothing came proves nothing.
    assert_eq!(
        (verdict, weight.ladder),
        (Verdict::Inconclusive, Ladder::AttemptUnanswered)
    );
    assert_eq!((weight.leaked_min, weight.leaked_max), (0, 0));
}

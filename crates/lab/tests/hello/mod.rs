//! The least TLS client that can see what a server's hello offers, written apart from Holter's own wire crate
//! so that the lab does not vouch for the thing it tests.
#![allow(dead_code, reason = "each test file uses the part it needs")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::time::Duration;

/// What a ServerHello said.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ServerHello {
    pub(crate) version: u16,
    pub(crate) suite: u16,
    pub(crate) extensions: Vec<u16>,
}

/// The suites of 2012 and of now; RSA key exchange first.
pub(crate) const SUITES: &[u16] = &[
    0x002f, 0x0035, 0x000a, 0x0005, 0x009c, 0xc013, 0xc014, 0xc02f, 0xc009, 0xc00a, 0xc02b, 0x1301, 0x00ff,
];

/// A connection that gives up after ten seconds of silence: a guard against hanging, not a measurement.
pub(crate) fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(120))).unwrap();
    stream
}

/// A ClientHello handshake body that offers heartbeats.
pub(crate) fn client_hello(version: u16, cookie: Option<&[u8]>) -> Vec<u8> {
    let mut body = version.to_be_bytes().to_vec();
    body.extend([0x5a; 32]);
    body.push(0);
    if let Some(cookie) = cookie {
        body.push(u8::try_from(cookie.len()).unwrap());
        body.extend(cookie);
    }
    body.extend((u16::try_from(SUITES.len() * 2).unwrap()).to_be_bytes());
    for suite in SUITES {
        body.extend(suite.to_be_bytes());
    }
    body.extend([1, 0]);
    let mut extensions = vec![0, 15, 0, 1, 1];
    extensions.extend([0, 10, 0, 8, 0, 6, 0, 23, 0, 24, 0, 29]);
    extensions.extend([0, 11, 0, 2, 1, 0]);
    extensions.extend([0, 13, 0, 14, 0, 12, 4, 1, 2, 1, 4, 3, 2, 3, 8, 4, 5, 1]);
    body.extend(u16::try_from(extensions.len()).unwrap().to_be_bytes());
    body.extend(extensions);
    body
}

/// Sends a ClientHello and reads the ServerHello; `None` when the server refuses.
pub(crate) fn ask(stream: &mut (impl Read + Write), version: u16) -> Option<ServerHello> {
    let body = client_hello(version, None);
    let mut record = vec![22, 3, 1];
    record.extend(u16::try_from(body.len() + 4).unwrap().to_be_bytes());
    record.extend([1, 0]);
    record.extend(u16::try_from(body.len()).unwrap().to_be_bytes());
    record.extend(body);
    stream.write_all(&record).unwrap();
    let mut head = [0; 5];
    stream.read_exact(&mut head).ok()?;
    let mut rest = vec![0; usize::from(u16::from_be_bytes([head[3], head[4]]))];
    stream.read_exact(&mut rest).ok()?;
    (head[0] == 22 && rest[0] == 2).then(|| parse(&rest[4..]))
}

/// Asks a DTLS server, with its cookie if it wants one; again for each second without an answer.
pub(crate) fn ask_dtls(address: SocketAddr, version: u16) -> Option<ServerHello> {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(1))).unwrap();
    socket.connect(address).unwrap();
    let mut cookie: Vec<u8> = Vec::new();
    let mut number = 0;
    for _ in 0..20 {
        let _ = socket.send(&datagram(number, &client_hello(version, Some(&cookie))));
        let mut answer = [0; 4096];
        let Ok(count) = socket.recv(&mut answer) else {
            std::thread::sleep(Duration::from_millis(50));
            continue;
        };
        let answer = &answer[..count];
        match (answer[0], answer.get(13)) {
            (22, Some(3)) => {
                cookie = answer[28..28 + usize::from(answer[27])].to_vec();
                number = 1;
            }
            (22, Some(2)) => return Some(parse(&answer[25..])),
            _ => return None,
        }
    }
    None
}

pub(crate) fn datagram(number: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len()).unwrap().to_be_bytes();
    let mut record = vec![22, 0xfe, 0xff, 0, 0, 0, 0, 0, 0, 0, number];
    record.extend(u16::try_from(body.len() + 12).unwrap().to_be_bytes());
    record.extend([
        1, 0, length[0], length[1], 0, number, 0, 0, 0, 0, length[0], length[1],
    ]);
    record.extend(body);
    record
}

fn parse(body: &[u8]) -> ServerHello {
    let number = |at: usize| u16::from_be_bytes([body[at], body[at + 1]]);
    let suite = 35 + usize::from(body[34]);
    let mut extensions = Vec::new();
    let mut at = suite + 5;
    while at + 4 <= body.len() {
        extensions.push(number(at));
        at += 4 + usize::from(number(at + 2));
    }
    ServerHello {
        version: number(0),
        suite: number(suite),
        extensions,
    }
}

/// The types of the handshake messages after the ServerHello, to ServerHelloDone. Old OpenSSL gives each its
/// own record.
pub(crate) fn flight(stream: &mut impl Read) -> Vec<u8> {
    let mut types = Vec::new();
    while !types.contains(&14) {
        let mut head = [0; 5];
        if stream.read_exact(&mut head).is_err() {
            break;
        }
        let mut rest = vec![0; usize::from(u16::from_be_bytes([head[3], head[4]]))];
        stream.read_exact(&mut rest).unwrap();
        let mut at = 0;
        while at + 4 <= rest.len() {
            types.push(rest[at]);
            at += 4
                + ((usize::from(rest[at + 1]) << 16)
                    | (usize::from(rest[at + 2]) << 8)
                    | usize::from(rest[at + 3]));
        }
    }
    types
}

/// Sends one heartbeat in mid-handshake, every byte of its payload present, with `padding`, and waits for the
/// answer; `None` when the connection ends or stays silent. 4,200 bytes because OpenSSL keeps a shorter answer in
/// its buffer until the handshake goes on.
pub(crate) fn heartbeat(stream: &mut (impl Read + Write), padding: u8) -> Option<Vec<u8>> {
    const PAYLOAD: u16 = 4200;
    let length = PAYLOAD + 3 + u16::from(padding);
    let mut record = vec![24, 3, 3];
    record.extend(length.to_be_bytes());
    record.push(1);
    record.extend(PAYLOAD.to_be_bytes());
    record.resize(5 + usize::from(length), b'h');
    stream.write_all(&record).ok()?;
    let mut head = [0; 5];
    stream.read_exact(&mut head).ok()?;
    let mut rest = vec![0; usize::from(u16::from_be_bytes([head[3], head[4]]))];
    stream.read_exact(&mut rest).ok()?;
    assert_eq!(head[0], 24, "not a heartbeat but {head:?}");
    Some(rest.get(3..3 + usize::from(PAYLOAD))?.to_vec())
}

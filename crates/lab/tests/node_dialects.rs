//! Behind each dialect sits the same old OpenSSL: every protocol reaches a ServerHello that offers heartbeats.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod hello;

use std::io::{Read, Result, Write};
use std::net::TcpStream;

use holter_lab::node::{DIRECT, NodeServer, UPGRADING, serve};
use holter_lab::{Server, ports};

const HEARTBEAT: u16 = 15;

trait Stream: Read + Write {}
impl<S: Read + Write> Stream for S {}

fn old(version: &str, protocol: &str) -> Server {
    serve(&NodeServer::new(version, protocol, ports::free_tcp().unwrap())).unwrap()
}

/// Reads until the answer ends with `end`.
fn until(stream: &mut TcpStream, end: &[u8]) {
    let mut seen = Vec::new();
    let mut byte = [0];
    while !seen.ends_with(end) {
        stream.read_exact(&mut byte).unwrap_or_else(|error| {
            panic!("{error} after {:?}", String::from_utf8_lossy(&seen));
        });
        seen.push(byte[0]);
    }
}

/// Offers heartbeats, and answers one whose padding is a byte short: OpenSSL 1.0.1e as it was.
fn assert_affected(stream: &mut (impl Read + Write), protocol: &str) {
    let hello = hello::ask(stream, 0x0303).unwrap_or_else(|| panic!("{protocol}: no ServerHello"));
    assert!(hello.extensions.contains(&HEARTBEAT), "{protocol} {hello:?}");
    assert!(
        hello::flight(stream).contains(&14),
        "{protocol}: no ServerHelloDone"
    );
    assert_eq!(hello::heartbeat(stream, 15), Some(vec![b'h'; 4200]), "{protocol}");
}

/// What to wait for and what to say, until the next bytes are TLS.
fn prelude(protocol: &str) -> Vec<(&'static [u8], &'static [u8])> {
    match protocol {
        "smtp" => vec![
            (b"220 ", b"EHLO lab\r\n"),
            (b"250 8BITMIME\r\n", b"STARTTLS\r\n"),
            (b"TLS\r\n", b""),
        ],
        "lmtp" => vec![
            (b"220 ", b"LHLO lab\r\n"),
            (b"250 8BITMIME\r\n", b"STARTTLS\r\n"),
            (b"TLS\r\n", b""),
        ],
        "imap" => vec![
            (b"STARTTLS", b"a STARTTLS\r\n"),
            (b"a OK Begin TLS negotiation now\r\n", b""),
        ],
        "pop3" => vec![
            (b"+OK", b"CAPA\r\n"),
            (b"STLS\r\n.\r\n", b"STLS\r\n"),
            (b"+OK Begin TLS negotiation now\r\n", b""),
        ],
        "ftp" => vec![
            (b"220 ", b"AUTH TLS\r\n"),
            (b"234 Proceed with negotiation.\r\n", b""),
        ],
        "ldap" => vec![
            (b"", b"\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037"),
            (b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00", b""),
        ],
        "xmpp" | "xmpp-server" => vec![
            (
                b"",
                b"<?xml version='1.0'?><stream:stream to='h' xmlns='jabber:client' version='1.0'>",
            ),
            (
                b"</stream:features>",
                b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
            ),
            (b"xmpp-tls'/>", b""),
        ],
        "postgres" => vec![(b"", &[0, 0, 0, 8, 4, 0xd2, 0x16, 0x2f]), (b"S", b"")],
        "mysql" => vec![(
            b"mysql_native_password\0",
            b"\x20\0\0\x01\x05\xae\x03\0\0\0\0\x01\x21\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
        )],
        "rdp" => vec![
            (
                b"",
                &[3, 0, 0, 19, 14, 0xe0, 0, 0, 0, 0, 0, 1, 0, 8, 0, 1, 0, 0, 0],
            ),
            (&[2, 0, 8, 0, 1, 0, 0, 0], b""),
        ],
        "sieve" => vec![(b"OK \"Ready.\"\r\n", b"STARTTLS\r\n"), (b"now.\"\r\n", b"")],
        "nntp" => vec![
            (b"200 ", b"STARTTLS\r\n"),
            (b"382 Continue with TLS negotiation\r\n", b""),
        ],
        "irc" => vec![
            (b"", b"CAP LS\r\n"),
            (b"tls", b"STARTTLS\r\n"),
            (b" 670 ", b""),
            (b"\r\n", b""),
        ],
        "telnet" => vec![
            (&[255, 253, 46], &[255, 251, 46, 255, 250, 46, 1, 255, 240]),
            (&[255, 250, 46, 1, 255, 240], b""),
        ],
        "amqp-upgrade" => vec![(b"", b"AMQP\x02\x01\x00\x00"), (b"AMQP\x02\x01\x00\x00", b"")],
        other => panic!("no prelude for {other}"),
    }
}

/// A connection on which the next bytes are TLS.
fn upgraded(server: &Server, protocol: &str) -> Box<dyn Stream> {
    let mut stream = hello::connect(server.address);
    if protocol == "mssql" {
        return Box::new(prelogin(stream));
    }
    for (wait, say) in prelude(protocol) {
        until(&mut stream, wait);
        stream.write_all(say).unwrap();
    }
    Box::new(stream)
}

#[test]
fn every_upgrading_protocol_reaches_the_old_openssl() {
    for protocol in UPGRADING {
        let server = old("0.10.1", protocol);
        assert_affected(&mut upgraded(&server, protocol), protocol);
    }
}

#[test]
fn the_oldest_and_the_newest_node_upgrade_as_well() {
    for version in ["0.8.28", "10.0.0"] {
        for protocol in UPGRADING {
            let server = old(version, protocol);
            let mut stream = upgraded(&server, protocol);
            let hello = hello::ask(&mut stream, 0x0301);
            let hello = hello.unwrap_or_else(|| panic!("{version} {protocol}: {}", server.log()));
            assert!(
                !hello.extensions.contains(&HEARTBEAT),
                "{version} {protocol} {hello:?}"
            );
        }
    }
}

#[test]
fn every_direct_protocol_reaches_the_old_openssl() {
    for protocol in DIRECT {
        let server = old("0.10.1", protocol);
        assert_affected(&mut hello::connect(server.address), protocol);
    }
}

/// TDS carries the handshake inside its own packets.
struct Tds(TcpStream, Vec<u8>);

impl Write for Tds {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        let length = u16::try_from(data.len() + 8).unwrap().to_be_bytes();
        self.0
            .write_all(&[&[0x12, 1, length[0], length[1], 0, 0, 0, 0], data].concat())?;
        Ok(data.len())
    }

    fn flush(&mut self) -> Result<()> {
        self.0.flush()
    }
}

impl Read for Tds {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        if self.1.is_empty() {
            let mut head = [0; 8];
            self.0.read_exact(&mut head)?;
            assert!(matches!(head[0], 0x12 | 4), "a bare record in the handshake");
            self.1
                .resize(usize::from(u16::from_be_bytes([head[2], head[3]])) - 8, 0);
            self.0.read_exact(&mut self.1)?;
        }
        let count = into.len().min(self.1.len());
        into[..count].copy_from_slice(&self.1[..count]);
        self.1.drain(..count);
        Ok(count)
    }
}

/// Agrees on encryption, as the first packets of TDS do.
fn prelogin(stream: TcpStream) -> Tds {
    let mut stream = Tds(stream, Vec::new());
    // VERSION and ENCRYPTION, which asks for it.
    stream
        .write_all(&[0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 255, 8, 0, 1, 85, 0, 0, 1])
        .unwrap();
    let mut answer = [0; 29];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!((answer[5], answer[27]), (1, 1), "encryption is on");
    stream
}

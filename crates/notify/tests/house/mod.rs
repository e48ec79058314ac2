//! What the tests of all channels need: something to tell, an authority with a server's certificate, and a receiver
//! that speaks HTTP.

#![allow(dead_code, reason = "each test uses some of it")]

use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use holter_notify::{Channel, Failure, Links, Office, Parcel, Sent, send};
use holter_program::notices::inert::line;
use holter_program::notices::letter::Content;
use holter_program::notices::told::Told;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::Value;

/// What a peer or a person may call things: ends of lines and headers, markup, quotes, other directions.
pub(crate) const HOSTILE: &str = "x\r\nBcc: all@evil.example\n<script>alert(1)</script>\"]'\u{202e}\u{0}[~admin] {noformat} [code]<b>*_`|\\";

pub(crate) const NOW: &str = "2026-11-22T12:00:00Z";

/// Links of the tests.
pub(crate) struct Plain;

impl Links for Plain {
    fn link(&self, finding: i64, person: i64, _: Timestamp) -> String {
        format!("https://holter.example.org/acknowledge/{finding}.{person}")
    }
}

/// Something that was told.
pub(crate) fn told(kind: &str, name: &str) -> Told {
    let at = NOW.parse().unwrap();
    Told {
        kind: kind.to_owned(),
        at,
        finding: 17,
        flaw: "CVE-2014-0160".to_owned(),
        name: "Heartbleed".to_owned(),
        severity: "critical".to_owned(),
        state: "open".to_owned(),
        due: Some(at),
        accepted_until: None,
        asset: 3,
        asset_name: line(name),
        place: Some("10.0.0.7:443".to_owned()),
        department: Some(line(name)),
        assignee: None,
        next: "the department must give it to somebody".to_owned(),
    }
}

/// Sends once.
pub(crate) async fn try_it(
    channel: &Channel,
    secret: &str,
    content: &Content,
    (tries, ticket): (i64, Option<&str>),
) -> Result<Sent, Failure> {
    let zone = TimeZone::UTC;
    let office = Office {
        url: "https://holter.example.org",
        zone: &zone,
        now: NOW.parse().unwrap(),
        links: &Plain,
    };
    let parcel = Parcel {
        key: "0123456789abcdef0123456789abcdef",
        tries,
        address: "mira@lab.example",
        content,
        ticket,
    };
    send(channel, secret, &parcel, &office).await
}

/// A channel of the tests.
pub(crate) fn of(kind: &str, config: Value) -> Channel {
    Channel::read(kind, &config).unwrap()
}

/// An authority, and a server's certificate of its making: authority, certificate and key in PEM.
pub(crate) fn authority() -> (String, String, String) {
    let authority = Authority::new();
    let (certificate, key) = authority.certificate(&["localhost", "127.0.0.1"], 2099);
    (authority.pem, certificate, key)
}

/// An authority of the house.
pub(crate) struct Authority {
    /// Its own certificate.
    pub(crate) pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut root = CertificateParams::new(Vec::new()).unwrap();
        root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self {
            pem: root.self_signed(&key).unwrap().pem(),
            issuer: Issuer::new(root, key),
        }
    }

    /// A server's certificate for these names, until this year, and its key.
    pub(crate) fn certificate(&self, names: &[&str], until: i32) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut leaf = CertificateParams::new(names).unwrap();
        leaf.not_after = rcgen::date_time_ymd(until, 1, 1);
        let leaf = leaf.signed_by(&key, &self.issuer).unwrap();
        (leaf.pem(), key.serialize_pem())
    }
}

/// A request as a receiver heard it.
#[derive(Debug)]
pub(crate) struct Heard {
    pub(crate) line: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Heard {
    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self
            .headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// A receiver that answers so many requests, each with the next of these: a status line's end with headers, and a body.
pub(crate) fn receiver(answers: Vec<(&'static str, &'static str)>) -> (SocketAddr, Receiver<Heard>) {
    let (listener, address) = here();
    let (tell, heard) = channel();
    std::thread::spawn(move || {
        for answer in answers {
            let (stream, _) = listener.accept().unwrap();
            let _ = tell.send(exchange(stream, answer));
        }
    });
    (address, heard)
}

/// The same over TLS; what never comes to speak HTTP is not answered, and counts as none.
pub(crate) fn secure_receiver(
    (certificate, key): (&str, &str),
    answers: Vec<(&'static str, &'static str)>,
) -> (SocketAddr, Receiver<Heard>) {
    let certificate = CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap();
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let config = Arc::new(config);
    let (listener, address) = here();
    let (tell, heard) = channel();
    std::thread::spawn(move || {
        let mut answers = answers.into_iter();
        let mut next = answers.next();
        while let Some(answer) = next {
            let (mut stream, _) = listener.accept().unwrap();
            let mut session = ServerConnection::new(Arc::clone(&config)).unwrap();
            let agreed = session.is_handshaking() && session.complete_io(&mut stream).is_ok();
            if agreed {
                let _ = tell.send(exchange(StreamOwned::new(session, stream), answer));
                next = answers.next();
            }
        }
    });
    (address, heard)
}

fn here() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

fn exchange<S: Read + Write>(stream: S, (status, body): (&str, &str)) -> Heard {
    let mut reader = BufReader::new(stream);
    let mut next = || {
        let mut text = String::new();
        reader.read_line(&mut text).unwrap();
        text.trim_end().to_owned()
    };
    let line = next();
    let mut headers = Vec::new();
    loop {
        let header = next();
        let Some((name, value)) = header.split_once(": ") else {
            break;
        };
        headers.push((name.to_owned(), value.to_owned()));
    }
    let mut request = Heard {
        line,
        headers,
        body: String::new(),
    };
    let mut bytes = vec![0; request.header("content-length").parse().unwrap_or(0)];
    reader.read_exact(&mut bytes).unwrap();
    request.body = String::from_utf8(bytes).unwrap();
    let answer = format!(
        "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    reader.get_mut().write_all(answer.as_bytes()).unwrap();
    reader.get_mut().flush().unwrap();
    request
}

/// Waits until there is something; a machine may be slow.
pub(crate) async fn until<T>(mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < Duration::from_secs(300), "it never came");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

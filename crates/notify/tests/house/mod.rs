//! What the tests of all channels need: something to tell, an authority with a server's certificate, and a receiver
//! that speaks HTTP.

#![allow(dead_code, reason = "each test uses some of it")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use holter_notify::{Channel, Failure, Links, Office, Parcel, Sent, send};
use holter_program::notices::inert::line;
use holter_program::notices::letter::Content;
use holter_program::notices::told::Told;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
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
    let (root_key, key) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let mut root = CertificateParams::new(Vec::new()).unwrap();
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let certificate = root.self_signed(&root_key).unwrap();
    let issuer = Issuer::new(root, root_key);
    let leaf = CertificateParams::new(vec!["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
    let leaf = leaf.signed_by(&key, &issuer).unwrap();
    (certificate.pem(), leaf.pem(), key.serialize_pem())
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
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (tell, heard) = channel();
    std::thread::spawn(move || {
        for (status, body) in answers {
            let (stream, _) = listener.accept().unwrap();
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
            let _ = tell.send(request);
            let answer = format!(
                "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
            reader.into_inner().write_all(answer.as_bytes()).unwrap();
        }
    });
    (address, heard)
}

/// Waits until there is something; a machine may be slow.
pub(crate) async fn until<T>(mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < Duration::from_secs(90), "it never came");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

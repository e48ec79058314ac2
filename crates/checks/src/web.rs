//! One page of a web service, as far as its headers: `GET /` inside TLS, and what of the answer says something of
//! security. The page itself is nobody's to read.

use std::net::IpAddr;
use std::time::Duration;

use holter_handshake::Session;
use holter_model::Fact;
use holter_net::Line;
use holter_wire::ContentType;
use tokio::time::Instant;
use zeroize::Zeroize as _;

/// Headers that are noted with what they say.
const KEPT: [&str; 9] = [
    "cache-control",
    "content-encoding",
    "content-security-policy",
    "content-type",
    "referrer-policy",
    "strict-transport-security",
    "transfer-encoding",
    "x-content-type-options",
    "x-frame-options",
];

/// Headers of which only that they are there is noted: what they say may belong to a person or to one visit.
const SEEN: [&str; 3] = ["etag", "last-modified", "set-cookie"];

/// What is noted instead.
pub(crate) const THERE: &str = "(there)";

/// What a header that is noted may be long.
const LONGEST_VALUE: usize = 4096;

/// What all headers together may be long: servers refuse to send half as much.
const LONGEST_HEAD: usize = 16 << 10;

const MOST_HEADERS: usize = 96;

/// The roster's ids of what browsers are used for.
pub(crate) const PROTOCOLS: [&str; 2] = ["fhir", "https"];

/// Asks for the front page. Empty: no answer, or one that is not HTTP's.
pub(crate) async fn ask(
    line: &mut Line,
    session: &mut Session,
    (name, address): (Option<&str>, IpAddr),
    port: u16,
    patience: Duration,
) -> Vec<Fact> {
    let request = request(name, address, port);
    let sent = session
        .send(line, ContentType::APPLICATION_DATA, request.as_bytes())
        .await;
    if sent.is_err() {
        return Vec::new();
    }
    // A page is made while one waits.
    let until = Instant::now() + patience * 3;
    let mut head = Vec::new();
    let facts = loop {
        let left = until.saturating_duration_since(Instant::now());
        let Ok((content, mut text)) = session.receive(line, left).await else {
            break read(&head).unwrap_or_default();
        };
        if content == ContentType::APPLICATION_DATA {
            let room = LONGEST_HEAD.saturating_sub(head.len());
            head.extend_from_slice(text.get(..room.min(text.len())).unwrap_or_default());
        }
        text.zeroize();
        match read(&head) {
            Some(facts) => break facts,
            None if head.len() >= LONGEST_HEAD => break Vec::new(),
            None => {}
        }
    };
    head.zeroize();
    facts
}

/// A request as a browser would send it, so that a service that compresses its pages does so.
fn request(name: Option<&str>, address: IpAddr, port: u16) -> String {
    let host = match (name, address) {
        (Some(name), _) => name.to_owned(),
        (None, IpAddr::V4(address)) => address.to_string(),
        (None, IpAddr::V6(address)) => format!("[{address}]"),
    };
    let port = if port == 443 {
        String::new()
    } else {
        format!(":{port}")
    };
    format!(
        "GET / HTTP/1.1\r\nHost: {host}{port}\r\nUser-Agent: Holter\r\nAccept: text/html,*/*\r\n\
         Accept-Encoding: gzip, deflate, br\r\n\r\n"
    )
}

/// The facts of an answer's head; `None` while it is not all there. Nothing of what is not HTTP is kept.
pub(crate) fn read(bytes: &[u8]) -> Option<Vec<Fact>> {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut response = httparse::Response::new(&mut headers);
    match httparse::ParserConfig::default().parse_response(&mut response, bytes) {
        // An interim answer; the one that counts comes behind it.
        Ok(httparse::Status::Complete(head)) if matches!(response.code, Some(100 | 102..=199)) => {
            return read(bytes.get(head..).unwrap_or_default());
        }
        Ok(httparse::Status::Complete(_)) => {}
        Ok(httparse::Status::Partial) => return None,
        Err(_) => return Some(Vec::new()),
    }
    let status = Fact::Header {
        name: String::new(),
        value: response.code.unwrap_or(0).to_string(),
    };
    let noted = response.headers.iter().filter_map(|header| {
        let name = header.name.to_ascii_lowercase();
        let value = if KEPT.contains(&name.as_str()) {
            let end = header.value.len().min(LONGEST_VALUE);
            let value = String::from_utf8_lossy(header.value.get(..end).unwrap_or_default());
            value.chars().filter(|letter| !letter.is_control()).collect()
        } else if SEEN.contains(&name.as_str()) {
            THERE.to_owned()
        } else {
            return None;
        };
        Some(Fact::Header { name, value })
    });
    Some(std::iter::once(status).chain(noted).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::header;

    #[test]
    fn only_what_says_something_of_security_is_noted() {
        let answer = b"HTTP/1.1 200 OK\r\nServer: secret\r\nSet-Cookie: id=7\r\nStrict-Transport-Security: \
                       max-age=1\r\n\r\npage";
        let expected = vec![
            header("", "200"),
            header("set-cookie", THERE),
            header("strict-transport-security", "max-age=1"),
        ];
        assert_eq!(read(answer), Some(expected));
        assert_eq!(read(b"HTTP/1.1 200 OK\r\nServer: x"), None);
        assert_eq!(read(b"220 mail ready\r\n\r\n"), Some(Vec::new()));
    }

    #[test]
    fn an_address_of_the_sixth_version_stands_in_brackets() {
        let request = request(None, std::net::Ipv6Addr::LOCALHOST.into(), 8443);
        assert!(request.contains("Host: [::1]:8443\r\n"));
    }

    proptest! {
        #[test]
        fn hostile_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = read(&bytes);
            let _ = read(&[b"HTTP/1.1 200 OK\r\n", &bytes[..]].concat());
        }
    }
}

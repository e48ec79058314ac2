//! The head of a web service's answer. Pure; what is not HTTP leaves nothing.

use holter_model::Fact;

use super::Host;

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

const MOST_HEADERS: usize = 96;

/// A longer way is not followed.
const LONGEST_PATH: usize = 1024;

/// What an answer's head says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answer {
    /// What is noted of it. Empty: it is not HTTP's.
    pub(super) facts: Vec<Fact>,
    /// How long the page is.
    pub(super) length: Length,
    /// How much of it came behind the head.
    pub(super) body: usize,
    /// Where it leads, where it does.
    pub(super) location: Option<String>,
    /// Whether all of it came.
    pub(super) is_over: bool,
    /// Whether another request may follow on the same connection.
    pub(super) stays_open: bool,
}

/// What a page that comes in chunks ends with (RFC 9112 section 7.1), where nothing follows the last of them.
pub(super) const LAST_CHUNK: &[u8] = b"0\r\n\r\n";

/// How long a page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Length {
    /// As its head says.
    Known(usize),
    /// That shows when it ends; what stands round its chunks is counted with it.
    Unknown,
}

/// Reads an answer's head; `None` while it is not all there.
pub(super) fn read(bytes: &[u8]) -> Option<Answer> {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut response = httparse::Response::new(&mut headers);
    let head = match httparse::ParserConfig::default().parse_response(&mut response, bytes) {
        Ok(httparse::Status::Complete(head)) => head,
        Ok(httparse::Status::Partial) => return None,
        Err(_) => return Some(Answer::nothing()),
    };
    let behind = bytes.get(head..).unwrap_or_default();
    // An interim answer; the one that counts comes behind it.
    if matches!(response.code, Some(100 | 102..=199)) {
        return read(behind);
    }
    let code = response.code.unwrap_or(0);
    let value = |name: &str| {
        let mut found = response
            .headers
            .iter()
            .filter(|header| header.name.eq_ignore_ascii_case(name));
        found
            .next()
            .and_then(|header| std::str::from_utf8(header.value).ok())
            .map(str::trim)
    };
    let length = match value("content-length").map(str::parse) {
        _ if matches!(code, 204 | 304) => Length::Known(0),
        Some(Ok(length)) if value("transfer-encoding").is_none() => Length::Known(length),
        _ => Length::Unknown,
    };
    let closes = value("connection").is_some_and(|said| said.to_ascii_lowercase().contains("close"));
    let leads = matches!(code, 301 | 302 | 303 | 307 | 308);
    Some(Answer {
        length,
        body: behind.len(),
        is_over: match length {
            Length::Known(length) => behind.len() >= length,
            Length::Unknown => behind.ends_with(LAST_CHUNK),
        },
        location: value("location").filter(|_| leads).map(str::to_owned),
        stays_open: response.version == Some(1) && !closes,
        facts: facts(code, response.headers),
    })
}

fn facts(code: u16, headers: &[httparse::Header<'_>]) -> Vec<Fact> {
    let status = Fact::Header {
        name: String::new(),
        value: code.to_string(),
    };
    let noted = headers.iter().filter_map(|header| {
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
    std::iter::once(status).chain(noted).collect()
}

impl Answer {
    const fn nothing() -> Self {
        Self {
            facts: Vec::new(),
            length: Length::Unknown,
            body: 0,
            is_over: true,
            location: None,
            stays_open: false,
        }
    }

    /// The path of another page of the same service that it leads to.
    pub(super) fn leads_to(&self, host: &Host<'_>) -> Option<String> {
        let location = self.location.as_deref()?;
        let path = if location.starts_with('/') && !location.starts_with("//") {
            location
        } else {
            let (scheme, rest) = location.split_once("://")?;
            let start = rest.find(['/', '?', '#']).unwrap_or(rest.len());
            let (authority, path) = rest.split_at_checked(start)?;
            let own = host.authority();
            let same = authority.eq_ignore_ascii_case(&own)
                || authority
                    .strip_suffix(":443")
                    .is_some_and(|name| host.port == 443 && name.eq_ignore_ascii_case(&own));
            if !same || !scheme.eq_ignore_ascii_case("https") {
                return None;
            }
            path
        };
        let path = path.split('#').next().unwrap_or_default();
        let plain = path.bytes().all(|byte| byte.is_ascii_graphic());
        let other = path.starts_with('/') && path != "/";
        (plain && other && path.len() <= LONGEST_PATH).then(|| path.to_owned())
    }
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
        let read_answer = read(answer).unwrap();
        assert_eq!((read_answer.facts, read_answer.body), (expected, 4));
        assert!(!read_answer.is_over);
        let chunks = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n";
        assert!(read(chunks).unwrap().is_over);
        assert_eq!(read(b"HTTP/1.1 200 OK\r\nServer: x"), None);
        assert_eq!(read(b"220 mail ready\r\n\r\n"), Some(Answer::nothing()));
    }

    #[test]
    fn only_another_page_of_the_same_service_is_gone_on_to() {
        let host = Host {
            name: Some("portal.example"),
            address: std::net::Ipv4Addr::LOCALHOST.into(),
            port: 8443,
        };
        let check = |location: &str, expected: Option<&str>| {
            let head = format!("HTTP/1.1 302 Found\r\nContent-Length: 9\r\nLocation: {location}\r\n\r\n");
            let answer = read(head.as_bytes()).unwrap();
            assert_eq!(answer.length, Length::Known(9));
            assert_eq!(answer.leads_to(&host).as_deref(), expected, "{location}");
        };
        check("/login?next=%2F#top", Some("/login?next=%2F"));
        check("https://Portal.example:8443/app", Some("/app"));
        check("https://portal.example/app", None);
        check("https://other.example:8443/app", None);
        check("http://portal.example:8443/app", None);
        check("//other.example/app", None);
        check("/", None);
        check("app", None);
    }

    proptest! {
        #[test]
        fn hostile_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = read(&bytes);
            let _ = read(&[b"HTTP/1.1 200 OK\r\n", &bytes[..]].concat());
        }
    }
}

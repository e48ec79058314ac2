//! The front page of a web service: `GET /` inside TLS, and what of the answer says something of security. Where it leads
//! to another page of the same service, that one is asked for, too, once. The page itself is nobody's to read: its bytes
//! are counted, no further than to know whether it is long enough to be worth compressing.

mod answer;

use std::net::IpAddr;
use std::time::Duration;

use holter_handshake::Session;
use holter_model::Fact;
use holter_net::Line;
use holter_wire::ContentType;
use tokio::time::Instant;
use zeroize::Zeroize as _;

use self::answer::{Answer, Length};

/// What is noted of a header that may belong to a person or to one visit.
#[cfg(test)]
pub(crate) use self::answer::THERE;

/// Servers leave pages that are shorter uncompressed by default: Tomcat and Spring those below 2,048 bytes, nginx, Caddy and
/// Express far shorter ones only.
pub(crate) const WORTH_COMPRESSING: u32 = 2048;

/// What all headers together may be long: servers refuse to send half as much.
const LONGEST_HEAD: usize = 16 << 10;

/// A longer page is not waited for only to be led on by it.
const LONGEST_DETOUR: usize = 16 << 10;

/// The roster's ids of what browsers are used for.
pub(crate) const PROTOCOLS: [&str; 2] = ["fhir", "https"];

/// Whom a request is for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Host<'a> {
    pub(crate) name: Option<&'a str>,
    pub(crate) address: IpAddr,
    pub(crate) port: u16,
}

/// Asks for the front page. Empty: no answer, or one that is not HTTP's.
pub(crate) async fn ask(
    line: &mut Line,
    session: &mut Session,
    host: Host<'_>,
    patience: Duration,
) -> Vec<Fact> {
    // A page is made while one waits.
    let patience = patience * 3;
    let Some((answer, facts)) = page(line, session, &host.request("/"), patience).await else {
        return Vec::new();
    };
    let onward = answer.leads_to(&host);
    let Some(path) = onward.filter(|_| answer.stays_open && answer.is_over) else {
        return facts;
    };
    let next = page(line, session, &host.request(&path), patience).await;
    let more = next.map(|(_, facts)| facts).unwrap_or_default();
    facts.into_iter().chain(more).collect()
}

/// One page. `None`: no answer, or one that is not HTTP's.
async fn page(
    line: &mut Line,
    session: &mut Session,
    request: &str,
    patience: Duration,
) -> Option<(Answer, Vec<Fact>)> {
    session
        .send(line, ContentType::APPLICATION_DATA, request.as_bytes())
        .await
        .ok()?;
    let until = Instant::now() + patience;
    let mut came = Vec::new();
    let answer = loop {
        let more = hear(line, session, until).await;
        if let Some(mut text) = more {
            let room = LONGEST_HEAD.saturating_sub(came.len());
            came.extend_from_slice(text.get(..room.min(text.len())).unwrap_or_default());
            let beyond = text.len().saturating_sub(room);
            text.zeroize();
            match answer::read(&came) {
                Some(mut answer) => {
                    answer.body += beyond;
                    break Some(answer);
                }
                None if came.len() >= LONGEST_HEAD => break None,
                None => {}
            }
        } else {
            break None;
        }
    };
    came.zeroize();
    let mut answer = answer.filter(|answer| !answer.facts.is_empty())?;
    let wanted = match answer.length {
        // To be led on, all of it must be out of the way; otherwise its length is told.
        Length::Known(length) if answer.location.is_some() && length <= LONGEST_DETOUR => length,
        Length::Known(_) => 0,
        Length::Unknown => WORTH_COMPRESSING as usize,
    };
    while answer.body < wanted && !answer.is_over {
        match hear(line, session, until).await {
            Some(mut text) => {
                answer.body += text.len();
                answer.is_over = match answer.length {
                    Length::Known(length) => answer.body >= length,
                    Length::Unknown => text.ends_with(answer::LAST_CHUNK),
                };
                text.zeroize();
            }
            None => {
                answer.stays_open = false;
                break;
            }
        }
    }
    let (bytes, whole) = match answer.length {
        Length::Known(length) => (length, true),
        Length::Unknown => (answer.body, answer.is_over),
    };
    let mut facts = std::mem::take(&mut answer.facts);
    facts.push(Fact::Body {
        bytes: u32::try_from(bytes).unwrap_or(u32::MAX),
        whole,
    });
    Some((answer, facts))
}

/// What comes next inside the session; `None`: nothing more.
async fn hear(line: &mut Line, session: &mut Session, until: Instant) -> Option<Vec<u8>> {
    loop {
        let left = until.saturating_duration_since(Instant::now());
        let (content, mut text) = session.receive(line, left).await.ok()?;
        if content == ContentType::APPLICATION_DATA {
            return Some(text);
        }
        text.zeroize();
    }
}

impl Host<'_> {
    /// A request as a browser would send it, with every coding that a server may compress pages by.
    fn request(&self, path: &str) -> String {
        format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nUser-Agent: Holter\r\nAccept: text/html,*/*\r\n\
             Accept-Encoding: gzip, deflate, br, zstd, compress\r\n\r\n",
            self.authority()
        )
    }

    /// "portal.example:8443", as it stands in a request and in an address of this service.
    fn authority(&self) -> String {
        let host = match (self.name, self.address) {
            (Some(name), _) => name.to_owned(),
            (None, IpAddr::V4(address)) => address.to_string(),
            (None, IpAddr::V6(address)) => format!("[{address}]"),
        };
        if self.port == 443 {
            host
        } else {
            format!("{host}:{}", self.port)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_the_sixth_version_stands_in_brackets() {
        let host = Host {
            name: None,
            address: std::net::Ipv6Addr::LOCALHOST.into(),
            port: 8443,
        };
        assert!(host.request("/").contains("Host: [::1]:8443\r\n"));
    }
}

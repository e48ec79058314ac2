//! What the user named: a host, a host with a port, a URL, an address, a range.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use crate::Transport;

/// A target as parsed from what was typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// As typed.
    pub text: String,
    /// Where.
    pub place: Place,
    /// The port, where one was named or a URL's scheme implies one.
    pub port: Option<u16>,
    /// The protocol that a URL's scheme names ("https", "smtp", "ldaps", …).
    pub scheme: Option<String>,
    /// UDP where the target ends in `/udp` or begins with `dtls://`.
    pub transport: Transport,
}

/// Where a target is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// A name to look up.
    Name(String),
    /// One address.
    Address(IpAddr),
    /// A range of addresses.
    Range(IpNet),
}

/// Why a target cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TargetError {
    /// Nothing there.
    #[error("an empty target")]
    Empty,
    /// The part after `/` is not a prefix length of this address.
    #[error("{0:?} is not a range: write it like 192.0.2.0/24 or 2001:db8::/64")]
    Range(String),
    /// The port is not a number from 1 to 65535.
    #[error("{0:?} has no usable port: a port is a number from 1 to 65535")]
    Port(String),
    /// The host is neither an address nor a possible name.
    #[error("{0:?} is neither an address nor a host name")]
    Host(String),
}

impl FromStr for Target {
    type Err = TargetError;

    fn from_str(typed: &str) -> Result<Self, TargetError> {
        let text = typed.trim();
        if text.is_empty() {
            return Err(TargetError::Empty);
        }
        let (rest, transport) = match text.strip_suffix("/udp") {
            Some(rest) => (rest, Transport::Udp),
            None => (text.strip_suffix("/tcp").unwrap_or(text), Transport::Tcp),
        };
        let (rest, scheme, transport) = match rest.split_once("://") {
            Some(("dtls", rest)) => (authority(rest), None, Transport::Udp),
            Some((scheme, rest)) => (authority(rest), Some(scheme.to_ascii_lowercase()), transport),
            None => (rest, None, transport),
        };
        let target = |place, port| Self {
            text: text.to_owned(),
            place,
            port,
            scheme: scheme.clone(),
            transport,
        };
        if let Ok(address) = rest.parse::<IpAddr>() {
            return Ok(target(Place::Address(address), None));
        }
        if scheme.is_none() && rest.contains('/') {
            let range = rest
                .parse::<IpNet>()
                .map_err(|_| TargetError::Range(text.to_owned()))?;
            return Ok(target(Place::Range(range.trunc()), None));
        }
        let (host, port) = split_port(rest, text)?;
        let place = match host.parse::<IpAddr>() {
            Ok(address) => Place::Address(address),
            Err(_) if is_name(host) => Place::Name(host.trim_end_matches('.').to_ascii_lowercase()),
            Err(_) => return Err(TargetError::Host(text.to_owned())),
        };
        Ok(target(place, port))
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The host and port of a URL: no path, no query, no user.
fn authority(rest: &str) -> &str {
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let authority = rest.get(..end).unwrap_or(rest);
    authority.rsplit_once('@').map_or(authority, |(_, host)| host)
}

fn split_port<'a>(rest: &'a str, text: &str) -> Result<(&'a str, Option<u16>), TargetError> {
    let (host, port) = match rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, "")) => (host, None),
        Some((host, tail)) => (
            host,
            Some(
                tail.strip_prefix(':')
                    .ok_or_else(|| TargetError::Host(text.to_owned()))?,
            ),
        ),
        None => rest
            .rsplit_once(':')
            .map_or((rest, None), |(host, port)| (host, Some(port))),
    };
    let port = match port {
        None => None,
        Some(digits) => match digits.parse::<u16>() {
            Ok(port) if port > 0 && digits.bytes().all(|byte| byte.is_ascii_digit()) => Some(port),
            _ => return Err(TargetError::Port(text.to_owned())),
        },
    };
    Ok((host, port))
}

/// Whether this can be a host name: letters, digits, hyphens, underscores (which real networks have) and dots.
/// One made of digits and dots alone is a mistyped address, not a name.
fn is_name(host: &str) -> bool {
    let labels = host.trim_end_matches('.').split('.');
    let good = labels.clone().all(|label| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    });
    good && host.len() <= 253
        && !labels
            .clone()
            .all(|label| label.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parsed(text: &str) -> (Place, Option<u16>, Option<String>, Transport) {
        let target: Target = text.parse().unwrap();
        (target.place, target.port, target.scheme, target.transport)
    }

    fn address(text: &str) -> Place {
        Place::Address(text.parse().unwrap())
    }

    #[test]
    fn every_form_that_people_type() {
        let name = |name: &str| Place::Name(name.to_owned());
        let tcp = Transport::Tcp;
        assert_eq!(
            parsed("portal.example"),
            (name("portal.example"), None, None, tcp)
        );
        assert_eq!(
            parsed("Portal.Example.:8443"),
            (name("portal.example"), Some(8443), None, tcp)
        );
        assert_eq!(parsed("127.0.0.1"), (address("127.0.0.1"), None, None, tcp));
        assert_eq!(
            parsed("127.0.0.1:443/udp"),
            (address("127.0.0.1"), Some(443), None, Transport::Udp)
        );
        assert_eq!(
            parsed("dtls://127.0.0.1:4433"),
            (address("127.0.0.1"), Some(4433), None, Transport::Udp)
        );
        assert_eq!(parsed("::1"), (address("::1"), None, None, tcp));
        assert_eq!(parsed("[::1]:993"), (address("::1"), Some(993), None, tcp));
        assert_eq!(parsed("[::1]"), (address("::1"), None, None, tcp));
        let https = Some("https".to_owned());
        assert_eq!(
            parsed("https://u@portal.example:444/a?b#c"),
            (name("portal.example"), Some(444), https.clone(), tcp)
        );
        assert_eq!(parsed("https://[::1]/login"), (address("::1"), None, https, tcp));
        assert_eq!(
            parsed("10.1.2.3/24"),
            (Place::Range("10.1.2.0/24".parse().unwrap()), None, None, tcp)
        );
        assert_eq!(
            parsed("2001:db8::/64"),
            (Place::Range("2001:db8::/64".parse().unwrap()), None, None, tcp)
        );
    }

    #[test]
    fn what_cannot_be_meant_is_refused_by_name() {
        let wrong = |text: &str| text.parse::<Target>().unwrap_err();
        assert_eq!(wrong("  "), TargetError::Empty);
        assert!(matches!(wrong("10.0.0.0/33"), TargetError::Range(_)));
        assert!(matches!(wrong("portal/24"), TargetError::Range(_)));
        assert!(matches!(wrong("portal:0"), TargetError::Port(_)));
        assert!(matches!(wrong("portal:+80"), TargetError::Port(_)));
        assert!(matches!(wrong("portal:65536"), TargetError::Port(_)));
        assert!(matches!(wrong("10.0.0.256"), TargetError::Host(_)));
        assert!(matches!(wrong("bad host"), TargetError::Host(_)));
        assert!(matches!(wrong("[::1]443"), TargetError::Host(_)));
        assert!(matches!(wrong("--json"), TargetError::Host(_)));
    }

    proptest! {
        #[test]
        fn anything_typed_is_answered(text in ".{0,80}") {
            let _ = text.parse::<Target>();
        }
    }
}

//! Ports as people write them: a port or a range, with its transport; and one port that is to be asked.

use std::str::FromStr;

use holter_model::Transport;
use serde::{Deserialize, Serialize};

/// A port to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PortChoice {
    /// Its number.
    pub port: u16,
    /// How it is reached.
    pub transport: Transport,
    /// Whether the user named it by its own number, not as part of a range or a set. Delicate ports are asked only
    /// where that is so.
    pub named: bool,
}

/// A port, or ports that follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// How they are reached.
    pub transport: Transport,
    /// The first.
    pub first: u16,
    /// The last.
    pub last: u16,
}

impl Span {
    /// Every port of it.
    pub fn ports(self) -> impl Iterator<Item = (u16, Transport)> {
        (self.first..=self.last).map(move |port| (port, self.transport))
    }

    /// Whether it is one port.
    #[must_use]
    pub const fn is_one(self) -> bool {
        self.first == self.last
    }
}

impl std::fmt::Display for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.first)?;
        if !self.is_one() {
            write!(f, "-{}", self.last)?;
        }
        match self.transport {
            Transport::Tcp => Ok(()),
            Transport::Udp => f.write_str("/udp"),
        }
    }
}

impl FromStr for Span {
    type Err = String;

    /// Takes `443`, `9000-9010` and, for datagrams, `443/udp`.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "{text:?} is not a port from 1 to 65535, a range like 9000-9010, nor one of them with /udp behind it"
            )
        };
        let (numbers, transport) = match text.rsplit_once('/') {
            None => (text, Transport::Tcp),
            Some((numbers, "tcp")) => (numbers, Transport::Tcp),
            Some((numbers, "udp")) => (numbers, Transport::Udp),
            Some(_) => return Err(wrong()),
        };
        let port = |text: &str| {
            let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse::<u16>().ok().filter(|port| digits && *port > 0)
        };
        let (first, last) = numbers.split_once('-').unwrap_or((numbers, numbers));
        let (first, last) = (port(first).ok_or_else(wrong)?, port(last).ok_or_else(wrong)?);
        if first > last {
            return Err(format!("the range {text:?} ends before it begins"));
        }
        Ok(Self {
            transport,
            first,
            last,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_read_as_it_is_written() {
        for text in ["443", "9000-9010", "443/udp", "5246-5247/udp"] {
            assert_eq!(text.parse::<Span>().unwrap().to_string(), text);
        }
        assert_eq!("443/tcp".parse(), "443".parse::<Span>());
        for wrong in [
            "", "0", "65536", "-443", "443-", "+443", "https", "9-8", "1-2-3", "443/", "443/sctp", "/udp",
        ] {
            assert!(wrong.parse::<Span>().is_err(), "{wrong}");
        }
    }
}

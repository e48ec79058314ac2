//! Web services that serve HTTP/2 alone (RFC 9113), as those of gRPC do: who does not name it by ALPN is turned away, with a
//! page that says why, or without.
//!
//! Such a service on Node.js ends altogether when a wrong record comes in a session that is none of HTTP/2; and before Node.js
//! 12, which is the first with TLS 1.3, in any session. (Seen of 8.17, 10.0; from 12.0 on in HTTP/2 no more.)

use holter_handshake::Session;
use holter_model::{Fact, Observation, Reaction};
use holter_wire::Version;

use super::UNNAMED;
use crate::{Configuration, Visit, ground};

/// How it is named by ALPN.
pub(crate) const NAMED: &[&[u8]] = &[b"h2"];

/// What each conversation begins with: the preface, and settings that set nothing (RFC 9113 section 3.4).
pub(crate) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

/// The probe under which it is noted that a page came before anything was asked.
const TURNED_AWAY: &str = "turned-away";

/// Whether it was seen to choose HTTP/2.
pub(crate) fn is_spoken(observations: &[Observation]) -> bool {
    observations.iter().any(|observation| match &observation.fact {
        Fact::Alpn { protocols } => protocols.iter().any(|protocol| protocol == "h2"),
        _ => false,
    })
}

/// Whether it chooses HTTP/2 where it may, has no name for what it speaks with who asks for HTTP/1.1, and gave no page to such.
pub(crate) fn is_alone(observations: &[Observation]) -> bool {
    is_spoken(observations)
        && ground::answers(observations, UNNAMED).next().is_some()
        && !observations.iter().any(|observation| match &observation.fact {
            Fact::Header { name, value } => name.is_empty() && value.starts_with(['2', '3']),
            _ => false,
        })
}

/// Whether a wrong record may be its end.
pub(crate) fn is_brittle(known: &Configuration, observations: &[Observation]) -> bool {
    let turned_away = ground::answers(observations, TURNED_AWAY).next().is_some();
    turned_away || is_alone(observations) && !known.versions.contains_key(&Version::TLS13)
}

/// Notes it where the first words of a service answer what nobody asked.
pub(super) fn note_turned_away(visit: &mut Visit<'_>, session: &Session, words: &[u8]) {
    if words.starts_with(b"HTTP/1.") {
        visit.heard(Fact::Probe {
            probe: TURNED_AWAY.to_owned(),
            version: session.version().0,
            suite: session.suite().code.0,
            reaction: Reaction::Continued,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{hello, observed, probe};

    #[test]
    fn old_services_of_http2_alone_are_brittle() {
        let alpn = |name: &str| Fact::Alpn {
            protocols: vec![name.to_owned()],
        };
        let unnamed = || probe(UNNAMED, 0x0303, Reaction::Continued);
        let is = |facts: &[Fact]| {
            let seen = observed(facts);
            is_brittle(&Configuration::of(&seen), &seen)
        };
        assert!(is(&[hello(0x0303), alpn("h2"), unnamed()]));
        assert!(!is(&[hello(0x0303), hello(0x0304), alpn("h2"), unnamed()]));
        assert!(!is(&[hello(0x0303), alpn("h2")]));
        let page = |status: &str| Fact::Header {
            name: String::new(),
            value: status.to_owned(),
        };
        assert!(!is(&[hello(0x0303), alpn("h2"), unnamed(), page("200")]));
        assert!(is(&[hello(0x0303), alpn("h2"), unnamed(), page("403")]));
        assert!(!is(&[hello(0x0303), alpn("http/1.1"), unnamed()]));
        assert!(is(&[
            hello(0x0304),
            probe(TURNED_AWAY, 0x0303, Reaction::Continued)
        ]));
    }
}

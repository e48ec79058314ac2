//! Which protocol to speak: the one asked for, the one its port suggests, or the one that answers.
//!
//! ```text
//! by_port ──▶ open / hello ──▶ TLS
//!    │              └─ no TLS: what did it say? ──▶ instead ──▶ a new connection, or in_clear
//!    └─ unknown port: plain TLS
//! ```

use crate::{ALL, Protocol, tls};

/// A protocol and how it begins there.
#[derive(Clone, Copy, Debug)]
pub struct Chosen {
    /// The protocol.
    pub protocol: &'static Protocol,
    /// How it begins.
    pub start: Start,
}

/// Whether TLS comes at once or after the protocol's own preamble.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// At once.
    Direct,
    /// After [`Protocol::open`].
    Upgrade,
}

impl Chosen {
    /// The id under which this is reported: "imaps" where IMAP begins with TLS.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self.start {
            Start::Direct => self.protocol.direct_id.unwrap_or(self.protocol.id),
            Start::Upgrade => self.protocol.id,
        }
    }

    /// What to try on a new connection after this did not come to TLS and the peer had said `words`; `None`
    /// when there is nothing better. A peer that says something else each time could lead on for ever, so
    /// whoever follows this counts; once or twice is enough for every honest service.
    ///
    /// A service that waits in silence for a preamble's first word, or answers it with a TLS record, is
    /// taken to begin with TLS. One that speaks is taken at its word.
    #[must_use]
    pub fn instead(self, words: &[u8]) -> Option<Self> {
        if self.start == Start::Upgrade && (words.is_empty() || is_tls(words)) {
            return Some(self.at_once());
        }
        let differs = |other: &Self| !std::ptr::eq(other.protocol, self.protocol);
        by_words(words).filter(|other| self.start == Start::Direct || differs(other))
    }

    /// The form of this protocol that begins with TLS; where there is none, plain TLS, whose contents are unknown.
    fn at_once(self) -> Self {
        let protocol = match self.protocol.direct_id {
            Some(_) => self.protocol,
            None => &tls::PROTOCOL,
        };
        Self {
            protocol,
            start: Start::Direct,
        }
    }
}

/// The protocol with this id, on this port if it is known: `smtp` on 465 begins with TLS all the same.
#[must_use]
pub fn by_id(id: &str, port: u16) -> Option<Chosen> {
    ALL.iter().find_map(|protocol| {
        let start = if protocol.direct_id == Some(id)
            || protocol.open.is_none()
            || protocol.direct_ports.contains(&port)
        {
            Start::Direct
        } else {
            Start::Upgrade
        };
        (protocol.id == id || protocol.direct_id == Some(id)).then_some(Chosen { protocol, start })
    })
}

/// The protocol that this port usually means.
#[must_use]
pub fn by_port(port: u16) -> Option<Chosen> {
    ALL.iter().find_map(|protocol| {
        let start = match (
            protocol.direct_ports.contains(&port),
            protocol.upgrade_ports.contains(&port),
        ) {
            (true, _) => Start::Direct,
            (_, true) => Start::Upgrade,
            _ => return None,
        };
        Some(Chosen { protocol, start })
    })
}

/// The protocol whose words these are, with its own way from them to TLS; `None` unless exactly one claims
/// them, and it has such a way.
#[must_use]
pub fn by_words(words: &[u8]) -> Option<Chosen> {
    let protocol = speaker(words).filter(|protocol| protocol.open.is_some())?;
    Some(Chosen {
        protocol,
        start: Start::Upgrade,
    })
}

/// What a peer speaks in clear text, in plain words, when these are its words and there is no way from them
/// to TLS: why a hello was answered with something else than TLS.
#[must_use]
pub fn in_clear(words: &[u8]) -> Option<String> {
    let protocol = speaker(words).filter(|protocol| protocol.open.is_none())?;
    Some(format!(
        "it speaks {} on this port in clear text, without TLS",
        protocol.clear_name
    ))
}

/// The protocol whose words these are; `None` unless exactly one claims them.
#[must_use]
pub fn speaker(words: &[u8]) -> Option<&'static Protocol> {
    let mut claims = ALL.iter().filter(|protocol| (protocol.recognise)(words));
    match (claims.next(), claims.next()) {
        (Some(protocol), None) => Some(protocol),
        _ => None,
    }
}

/// The ports that are asked when a target names none: every port of the roster, in order.
#[must_use]
pub fn default_ports() -> Vec<u16> {
    let mut ports: Vec<u16> = ALL
        .iter()
        .flat_map(|protocol| protocol.upgrade_ports.iter().chain(protocol.direct_ports))
        .copied()
        .collect();
    ports.sort_unstable();
    ports
}

/// Whether these are the beginning of a TLS record: an alert or a handshake message of any version.
fn is_tls(words: &[u8]) -> bool {
    matches!(words, [0x15 | 0x16, 3, 0..=4, ..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_an_id_and_words_choose() {
        let check = |chosen: Option<Chosen>, expected: &str| {
            let shown = chosen.map(|chosen| format!("{} {:?}", chosen.id(), chosen.start));
            assert_eq!(shown.as_deref().unwrap_or("nothing"), expected);
        };
        check(by_port(443), "https Direct");
        check(by_port(587), "smtp Upgrade");
        check(by_port(993), "imaps Direct");
        check(by_port(3268), "ldap Upgrade");
        check(by_port(5270), "xmpps-server Direct");
        check(by_port(2762), "dicom Direct");
        check(by_port(31337), "nothing");
        check(by_id("smtp", 25), "smtp Upgrade");
        check(by_id("smtp", 465), "smtps Direct");
        check(by_id("smtps", 25), "smtps Direct");
        check(by_id("fhir", 9000), "fhir Direct");
        check(by_id("gopher", 70), "nothing");
        check(by_words(b"220 mail.example ESMTP"), "smtp Upgrade");
        check(by_words(b"220 ready"), "nothing");
        check(by_words(b"HTTP/1.1 400 Bad Request\r\n"), "nothing");
        check(by_words(b""), "nothing");
    }

    #[test]
    fn each_protocol_is_known_by_its_own_words_and_by_no_others() {
        let words: &[(&[u8], &str)] = &[
            (b"220 mail.example ESMTP Postfix (Debian)\r\n", "smtp"),
            (b"220-mail.example ESMTP Exim\r\n220 no spam\r\n", "smtp"),
            (b"554 mail.example ESMTP not accepting messages\r\n", "smtp"),
            (b"220 mail.example LMTP Cyrus ready\r\n", "lmtp"),
            (b"220 (vsFTPd 3.0.3)\r\n", "ftp"),
            (b"220-FileZilla Server 1.7\r\n220 Please\r\n", "ftp"),
            (b"220 ProFTPD Server (lab) [127.0.0.1]\r\n", "ftp"),
            (b"220 smtp.example.org FTP server ready.\r\n", "ftp"),
            (b"220 ready\r\n", "nobody"),
            (b"220 ESMTP and FTP\r\n", "nobody"),
            (b"200 news.example InterNetNews NNRP server INN 2.7 ready\r\n", "nntp"),
            (b"200 ready\r\n", "nobody"),
            (b"* OK [CAPABILITY IMAP4rev1] Dovecot ready.\r\n", "imap"),
            (b"+OK Dovecot ready.\r\n", "pop3"),
            (b"-ERR unknown command\r\n", "nobody"),
            (b"\"IMPLEMENTATION\" \"Dovecot Pigeonhole\"\r\n", "sieve"),
            (b":irc.example NOTICE * :*** Looking up your hostname\r\n", "irc"),
            (b"NOTICE AUTH :*** Checking Ident\r\n", "irc"),
            (b"ERROR :Closing Link: 127.0.0.1\r\n", "irc"),
            (b"SSH-2.0-OpenSSH_9.6\r\n", "nobody"),
            (b"HTTP/1.0 400 Bad Request\r\n", "https"),
            (b"<!DOCTYPE HTML PUBLIC \"-//IETF//DTD HTML 2.0//EN\">\n<html>", "https"),
            (b"<?xml version='1.0'?><stream:stream xmlns='jabber:client' id='1'>", "xmpp"),
            (b"<?xml version='1.0'?><stream:stream xmlns:db='jabber:server:dialback' xmlns='jabber:server'>", "xmpp-server"),
            (b"<?xml version='1.0'?><stream:stream id='1'>", "nobody"),
            (b"\x1c\0\0\0\x0a8.0.36\0\x08\0\0\0abcdefgh\0\xff\xff\xff\x02\0\xff\xdf", "mysql"),
            (b"\x44\0\0\0\xff\x6a\x04Host '127.0.0.1' is not allowed to connect to this MariaDB server", "mysql"),
            (b"E\0\0\0\x2bSFATAL\0VFATAL\0C0A000\0Munsupported fro\0\0", "postgres"),
            (b"\x04\x01\0\x1a\0\0\x01\0\0\0\x0b\0\x06\x01\0\x11\0\x01\xff\x0f\0\x07\xd0\0\0\x01", "mssql"),
            (b"\x03\0\0\x0b\x06\xd0\0\0\x12\x34\0", "rdp"),
            (b"\x03\0\0\x09\x02\xf0\x80\x21\x80", "rdp"),
            (b"0\x24\x02\x01\0\x78\x1f\x0a\x01\x02\x04\0\x04\0\x8a\x161.3.6.1.4.1.1466.20036", "ldap"),
            (b"\xff\xfd\x25\xff\xfb\x01", "telnet"),
            (b"AMQP\0\0\x09\x01", "amqp"),
            (b"\x07\0\0\0\0\x04\0\0\x02\x01", "dicom"),
            (b"\x0bMSH|^~\\&|", "mllp"),
            (b"\x20\x02\0\x01", "mqtt"),
            (b"\x15\x03\x01\0\x02\x02\x28", "nobody"),
            (b"", "nobody"),
        ];
        for (words, expected) in words {
            let speaker = speaker(words).map_or("nobody", |protocol| protocol.id);
            assert_eq!(speaker, *expected, "{}", words.escape_ascii());
        }
    }

    #[test]
    fn what_to_do_instead_is_found_once() {
        let check = |first: Chosen, words: &[&[u8]], expected: &str| {
            let mut shown = String::new();
            let mut chosen = Some(first);
            for words in words {
                chosen = chosen.and_then(|chosen| chosen.instead(words));
                shown = chosen.map_or("nothing".into(), |chosen| {
                    format!("{} {:?}", chosen.id(), chosen.start)
                });
            }
            assert_eq!(shown, expected);
        };
        let tls = by_id("tls", 0).unwrap();
        check(tls, &[b"220 x ESMTP\r\n"], "smtp Upgrade");
        check(tls, &[b"what?\r\n"], "nothing");
        check(by_port(465).unwrap(), &[b"220 x ESMTP\r\n"], "smtp Upgrade");
        check(by_port(25).unwrap(), &[b"220 FTP server\r\n"], "ftp Upgrade");
        check(by_port(25).unwrap(), &[b""], "smtps Direct");
        check(by_port(25).unwrap(), &[b"", b""], "nothing");
        check(by_port(5432).unwrap(), &[b""], "tls Direct");
        check(
            by_port(389).unwrap(),
            &[b"\x15\x03\x01\0\x02\x02\x28"],
            "ldaps Direct",
        );
        check(by_port(25).unwrap(), &[b"220 x ESMTP\r\n"], "nothing");
    }

    #[test]
    fn clear_text_without_a_way_to_tls_is_explained() {
        assert_eq!(
            in_clear(b"HTTP/1.1 400 Bad Request\r\n").as_deref(),
            Some("it speaks HTTP on this port in clear text, without TLS")
        );
        assert_eq!(in_clear(b"220 x ESMTP\r\n"), None);
        assert_eq!(in_clear(b"\x15\x03\x01\0\x02\x02\x28"), None);
    }
}

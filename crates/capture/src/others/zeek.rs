//! Zeek's `ssl.log` and `notice.log`, as tables with their heading or as JSON.
//!
//! Of the notices of its script `heartbleed.zeek` only two prove that a forbidden request was made: the one that gives the lengths of
//! a request in the clear, where these say so, and "odd length", where the record is shorter than any heartbeat of its suite can be.
//! "Success" means any answer in the clear, or an encrypted one that is longer than the last request, which padding does, too.

use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};

use holter_model::Transport;
use jiff::Timestamp;
use serde_json::Value;

use super::told::{Session, Told, Word};
use crate::heartbeat::Ladder;
use crate::subject::{End, Who};
use crate::takeover::moment::moment;

/// What is around the payload of a heartbeat: type, length and the least padding.
const AROUND: u64 = 3 + 16;

/// The names of a table's columns.
#[derive(Default)]
pub(super) struct Columns(Vec<String>);

/// One line's fields by name.
enum Fields<'a> {
    Row(&'a [String], Vec<&'a str>),
    Object(&'a Value),
}

impl Columns {
    /// Reads one line; nothing where it cannot be used.
    pub(super) fn line(&mut self, line: &[u8], told: &mut Told) -> Option<()> {
        let text = String::from_utf8_lossy(line);
        if let Some(heading) = text.strip_prefix("#fields") {
            self.0 = heading.trim().split('\t').map(str::to_owned).collect();
            return Some(());
        }
        if text.starts_with('#') {
            return Some(());
        }
        if text.starts_with('{') {
            let value: Value = serde_json::from_str(&text).ok()?;
            return fields(&Fields::Object(&value), told);
        }
        let row: Vec<&str> = text.split('\t').collect();
        (row.len() == self.0.len()).then_some(())?;
        fields(&Fields::Row(&self.0, row), told)
    }
}

fn fields(fields: &Fields<'_>, told: &mut Told) -> Option<()> {
    let end = |address: &str, port: &str| {
        let address: IpAddr = fields.get(address)?.parse().ok()?;
        let port: u16 = fields.get(port)?.parse().ok()?;
        Some(SocketAddr::new(address, port))
    };
    let at = fields.get("ts").and_then(|text| moment(&text));
    if let Some(note) = fields.get("note") {
        // Notices of other scripts, and of hosts instead of connections, are in order and none of ours.
        let Some(kind) = note.strip_prefix("Heartbleed::") else {
            return Some(());
        };
        let (client, server) = (end("id.orig_h", "id.orig_p")?, end("id.resp_h", "id.resp_p")?);
        notice(kind, fields, (client, server), at, told);
        return Some(());
    }
    let (client, server) = (end("id.orig_h", "id.orig_p")?, end("id.resp_h", "id.resp_p")?);
    let known = ["version", "cipher", "server_name", "established"];
    if !known.iter().any(|name| fields.get(name).is_some()) {
        // Some other log of Zeek's.
        return Some(());
    }
    let version = fields.get("version");
    let transport = transport(version.as_deref());
    let (suite, name) = (fields.get("cipher"), fields.get("server_name"));
    let (alpn, ja3s) = (fields.get("next_protocol"), fields.get("ja3s"));
    let session = Session {
        at,
        version: version.as_deref(),
        suite: suite.as_deref(),
        name: name.as_deref(),
        alpn: alpn.as_deref(),
        ja3s: ja3s.as_deref(),
        chain: fields.list("cert_chain_fps"),
    };
    told.session(client.ip(), server, transport, session);
    Some(())
}

fn notice(
    kind: &str,
    fields: &Fields<'_>,
    (client, server): (SocketAddr, SocketAddr),
    at: Option<Timestamp>,
    told: &mut Told,
) {
    let message = fields.get("msg").unwrap_or_default();
    let (length, payload) = (number(&message, "ength"), number(&message, "ayload length"));
    let (ladder, says) = match (kind, length, payload) {
        ("SSL_Heartbeat_Attack", Some(length), Some(payload)) if length < AROUND || payload + AROUND > length => (
            Ladder::AttemptUnanswered,
            format!("a request in the clear of {length} bytes that claims {payload}, which RFC 6520 forbids"),
        ),
        ("SSL_Heartbeat_Attack", Some(_), Some(_)) => (
            Ladder::BenignHeartbeat,
            "a heartbeat in the clear, in order by its lengths".to_owned(),
        ),
        ("SSL_Heartbeat_Attack", ..) => (
            Ladder::Suspicious,
            "an encrypted heartbeat early in its connection, which may be in order".to_owned(),
        ),
        ("SSL_Heartbeat_Odd_Length", ..) => (
            Ladder::AttemptUnanswered,
            "an encrypted record shorter than any heartbeat of its suite, which RFC 6520 forbids".to_owned(),
        ),
        ("SSL_Heartbeat_Attack_Success", ..) => (
            Ladder::Suspicious,
            "an answer, which its rule does not measure against the request: only the packets say whether memory went out"
                .to_owned(),
        ),
        ("SSL_Heartbeat_Many_Requests", ..) => (
            Ladder::Suspicious,
            "many more requests than answers".to_owned(),
        ),
        _ => (Ladder::Suspicious, "a notice that this version of Holter does not know".to_owned()),
    };
    // Encrypted ones say which side sent them; what the client sent is aimed at the server.
    let reverse = message.contains("is_client: 0");
    let ((victim, peer), role) = if reverse {
        ((client, server), End::Client)
    } else {
        ((server, client), End::Server)
    };
    let known: String = kind
        .chars()
        .filter(|letter| letter.is_ascii_alphanumeric() || *letter == '_')
        .take(64)
        .collect();
    let udp = fields.get("proto").is_some_and(|proto| proto == "udp");
    told.word(Word {
        who: Who {
            address: victim.ip(),
            port: victim.port(),
            role,
        },
        transport: if udp { Transport::Udp } else { Transport::Tcp },
        peer: peer.ip(),
        at,
        ladder,
        request: ladder != Ladder::BenignHeartbeat && kind != "SSL_Heartbeat_Attack_Success",
        answer: kind == "SSL_Heartbeat_Attack_Success",
        connection: &fields.get("uid").unwrap_or_default(),
        rule: format!("notice {known}: {says}"),
    });
}

/// The first number behind a word.
fn number(text: &str, word: &str) -> Option<u64> {
    let (_, behind) = text.split_once(word)?;
    let digits: String = behind
        .chars()
        .skip_while(|letter| matches!(letter, ':' | ' '))
        .take_while(char::is_ascii_digit)
        .take(9)
        .collect();
    digits.parse().ok()
}

fn transport(version: Option<&str>) -> Transport {
    if version.is_some_and(|version| version.starts_with("DTLS")) {
        Transport::Udp
    } else {
        Transport::Tcp
    }
}

impl Fields<'_> {
    /// A field that is set.
    fn get(&self, name: &str) -> Option<Cow<'_, str>> {
        match self {
            Self::Row(names, row) => {
                let place = names.iter().position(|known| known == name)?;
                let text = row.get(place).copied()?;
                (!matches!(text, "-" | "(empty)" | "")).then_some(Cow::Borrowed(text))
            }
            Self::Object(value) => match value.get(name)? {
                Value::String(text) => Some(Cow::Borrowed(text)),
                Value::Number(number) => Some(Cow::Owned(number.to_string())),
                Value::Bool(is) => Some(Cow::Borrowed(if *is { "T" } else { "F" })),
                _ => None,
            },
        }
    }

    /// Hashes in a field that is a list.
    fn list(&self, name: &str) -> Vec<String> {
        let hash = |text: &str| {
            (text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()))
                .then(|| text.to_lowercase())
        };
        match self {
            Self::Row(..) => self
                .get(name)
                .map(|text| text.split(',').take(16).filter_map(hash).collect()),
            Self::Object(value) => value.get(name).and_then(Value::as_array).map(|list| {
                list.iter()
                    .take(16)
                    .filter_map(Value::as_str)
                    .filter_map(hash)
                    .collect()
            }),
        }
        .unwrap_or_default()
    }
}

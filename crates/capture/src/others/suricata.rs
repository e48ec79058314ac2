//! Suricata's `eve.json`: its TLS events, the alerts of its rules for heartbeats, and the anomalies that are behind them.
//!
//! Only "overflow" proves a forbidden request: one that claims more than its record holds. "Invalid" is also said of a second
//! heartbeat from the same side, and "data leak" of an encrypted answer that is merely padded. Which side asked is not in the event.

use std::net::{IpAddr, SocketAddr};

use holter_model::Transport;
use serde_json::Value;

use super::told::{Session, Told, Word};
use crate::heartbeat::Ladder;
use crate::subject::{End, Who};
use crate::takeover::moment::moment;

/// Reads one line; nothing where it cannot be used.
pub(super) fn line(line: &[u8], told: &mut Told) -> Option<()> {
    let event: Value = serde_json::from_slice(line).ok()?;
    let text = |name: &str| event.get(name).and_then(Value::as_str);
    let about = match text("event_type")? {
        kind @ ("tls" | "alert" | "anomaly") => event.get(kind)?,
        _ => return Some(()),
    };
    if text("event_type") == Some("tls") {
        let (client, server, transport) = ends(&event)?;
        told.session(client.ip(), server, transport, session(&event, about));
        return Some(());
    }
    let Some((rule, ladder, answer, says)) = rule(about) else {
        return Some(());
    };
    let (client, server, transport) = ends(&event)?;
    let connection = event.get("flow_id").map(Value::to_string).unwrap_or_default();
    told.word(Word {
        who: Who {
            address: server.ip(),
            port: server.port(),
            role: End::Server,
        },
        transport,
        peer: client.ip(),
        at: text("timestamp").and_then(moment),
        ladder,
        request: ladder != Ladder::BenignHeartbeat,
        answer,
        connection: &connection,
        rule: format!("{rule}: {says}"),
    });
    Some(())
}

/// What a rule or an anomaly proves: its name, how far it goes, whether it is about an answer, and in words.
fn rule(about: &Value) -> Option<(String, Ladder, bool, &'static str)> {
    let number = about.get("signature_id").and_then(Value::as_u64);
    let name = about
        .get("event")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_ascii_lowercase();
    let named = match number {
        Some(number) => format!("rule {number}"),
        None => format!("anomaly {}", name.chars().take(64).collect::<String>()),
    };
    let (ladder, answer, says) = match (number, name.as_str()) {
        (Some(2_230_011), _) | (_, "heartbeat_message") => {
            (Ladder::BenignHeartbeat, false, "a heartbeat was there")
        }
        (Some(2_230_012), _) | (_, "overflow_heartbeat_message") => (
            Ladder::AttemptUnanswered,
            false,
            "a heartbeat in the clear that claims more than its record holds, which RFC 6520 forbids",
        ),
        (Some(2_230_013), _) | (_, "invalid_heartbeat_message") => (
            Ladder::Suspicious,
            false,
            "a heartbeat with too little padding or of an unknown type, or the second from one side",
        ),
        (Some(2_230_014), _) | (_, "dataleak_heartbeat_mismatch") => (
            Ladder::Suspicious,
            true,
            "an encrypted answer longer than its request, as padding alone can make it: only the packets say whether memory went out",
        ),
        (Some(_), _) => {
            let signature = about
                .get("signature")
                .and_then(Value::as_str)?
                .to_ascii_lowercase();
            let ours = signature.contains("heartbleed") || signature.contains("heartbeat");
            ours.then_some((
                Ladder::Suspicious,
                false,
                "a rule of somebody else's that names heartbeats; what it proves is not known here",
            ))?
        }
        _ => return None,
    };
    Some((named, ladder, answer, says))
}

/// Client and server. The flow says who opened it; else the direction; else the lower port serves.
fn ends(event: &Value) -> Option<(SocketAddr, SocketAddr, Transport)> {
    let end = |of: &Value, address: &str, port: &str| {
        let address: IpAddr = of.get(address)?.as_str()?.parse().ok()?;
        let port = u16::try_from(of.get(port)?.as_u64()?).ok()?;
        Some(SocketAddr::new(address, port))
    };
    let both = |of: &Value| Some((end(of, "src_ip", "src_port")?, end(of, "dest_ip", "dest_port")?));
    let transport = match event.get("proto").and_then(Value::as_str) {
        Some("UDP") => Transport::Udp,
        _ => Transport::Tcp,
    };
    if let Some((client, server)) = event.get("flow").and_then(both) {
        return Some((client, server, transport));
    }
    let (from, to) = both(event)?;
    let is_tls = event.get("event_type").and_then(Value::as_str) == Some("tls");
    let to_client = match event.get("direction").and_then(Value::as_str) {
        Some("to_client") => true,
        Some("to_server") => false,
        _ => !is_tls && from.port() < to.port(),
    };
    Some(if to_client {
        (to, from, transport)
    } else {
        (from, to, transport)
    })
}

fn session<'a>(event: &'a Value, tls: &'a Value) -> Session<'a> {
    let text = |name: &str| tls.get(name).and_then(Value::as_str);
    let list = |name: &str| tls.get(name)?.as_array()?.first()?.as_str();
    Session {
        at: event.get("timestamp").and_then(Value::as_str).and_then(moment),
        version: text("version"),
        suite: None,
        name: text("sni"),
        alpn: list("server_alpns"),
        ja3s: tls
            .get("ja3s")
            .and_then(|ja3s| ja3s.get("hash"))
            .and_then(Value::as_str),
        // Its fingerprint is SHA-1, and ours are SHA-256.
        chain: Vec::new(),
    }
}

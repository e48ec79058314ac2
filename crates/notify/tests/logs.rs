//! Syslog, as a real rsyslog hears it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

mod house;

use holter_lab::debian::receivers::LogServer;
use holter_notify::Again;
use holter_program::notices::letter::Content;
use house::{HOSTILE, authority, of, told, try_it, until};
use serde_json::json;

#[tokio::test]
async fn rsyslog_hears_one_line_a_notice_by_every_carrier() {
    let (ca, certificate, key) = authority();
    let server = LogServer::start(&key, &certificate).unwrap();
    let content = Content::Notice(Box::new(told("overdue", HOSTILE)));
    for (carrier, port) in [
        ("tls", server.tls.port()),
        ("tcp", server.tcp.port()),
        ("udp", server.udp.port()),
    ] {
        let config = json!({ "host": "localhost", "port": port, "carrier": carrier, "ca": ca });
        let config = match carrier {
            // "localhost" may be ::1 first, where nobody answers and UDP does not say so.
            "udp" => json!({ "host": "127.0.0.1", "port": port, "carrier": carrier }),
            _ => config,
        };
        try_it(&of("syslog", config), "", &content, (1, None))
            .await
            .unwrap();
    }
    let lines = until(|| Some(server.lines()).filter(|lines| lines.len() >= 3)).await;
    assert_eq!(lines.len(), 3, "{lines:#?}");
    for line in &lines {
        let parts: Vec<&str> = line.splitn(5, '|').collect();
        assert_eq!(&parts[..3], ["local0.crit", "holter", "overdue"], "{line}");
        assert!(
            parts[3].starts_with("[holter@32473 key=\"0123456789abcdef0123456789abcdef\" finding=\"17\""),
            "{line}"
        );
        assert!(line.contains("\\\"\\]"), "quotes of a name end no value: {line}");
        assert!(line.ends_with("https://holter.example.org/findings/17"), "{line}");
    }
    let (other, ..) = authority();
    let config = json!({ "host": "localhost", "port": server.tls.port(), "ca": other });
    let refused = try_it(&of("syslog", config), "", &content, (1, None)).await;
    assert_eq!(refused.unwrap_err().again, Again::Later);
    assert_eq!(server.lines().len(), 3);
}

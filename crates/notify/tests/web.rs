//! Webhooks, Jira and ServiceNow, as receivers hear them.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

mod house;

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::time::Duration;

use holter_notify::{Again, Channel};
use holter_program::notices::letter::Content;
use house::{Authority, HOSTILE, of, receiver, secure_receiver, told, try_it};
use serde_json::json;

fn notice(kind: &str) -> Content {
    Content::Notice(Box::new(told(kind, HOSTILE)))
}

#[tokio::test]
async fn a_webhook_is_signed_and_the_same_when_it_comes_again() {
    let (address, heard) = receiver(vec![("500 Oh", ""), ("204 Fine", "")]);
    let hook = of("webhook", json!({ "url": format!("http://{address}/in?a=b") }));
    let content = notice("overdue");
    let first = try_it(
        &hook,
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        &content,
        (1, None),
    )
    .await;
    assert_eq!(first.unwrap_err().again, Again::Later);
    try_it(
        &hook,
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        &content,
        (2, None),
    )
    .await
    .unwrap();
    let (one, two) = (heard.recv().unwrap(), heard.recv().unwrap());
    assert_eq!(one.line, "POST /in?a=b HTTP/1.1");
    assert_eq!(one.header("webhook-id"), "0123456789abcdef0123456789abcdef");
    assert_eq!(one.header("webhook-id"), two.header("webhook-id"));
    assert_eq!(one.header("webhook-timestamp"), "1795348800");
    assert!(one.header("webhook-signature").starts_with("v1,"));
    assert_eq!(one.body, two.body);
    let said = one.json();
    assert_eq!(said["type"], "finding.overdue");
    assert_eq!(said["data"]["url"], "https://holter.example.org/findings/17");
    let name = said["data"]["asset_name"].as_str().unwrap();
    assert!(!name.contains(['\r', '\n', '\u{202e}', '\0']), "{name:?}");
}

/// What stands in the hospital has a certificate of the hospital's own authority, given with the channel.
#[tokio::test]
async fn over_tls_it_is_signed_and_sent_to_nobody_else() {
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let authority = Authority::new();
    let (certificate, key) = authority.certificate(&["localhost"], 2099);
    let (address, heard) = secure_receiver((&certificate, &key), vec![("204 Fine", ""), ("200 OK", "ok")]);
    let hook = |port: u16, ca: &str| {
        of(
            "webhook",
            json!({ "url": format!("https://localhost:{port}/in"), "ca": ca }),
        )
    };
    let content = notice("overdue");
    for tries in [1, 2] {
        try_it(
            &hook(address.port(), &authority.pem),
            SECRET,
            &content,
            (tries, None),
        )
        .await
        .unwrap();
    }
    let (one, two) = (heard.recv().unwrap(), heard.recv().unwrap());
    assert_eq!(one.line, "POST /in HTTP/1.1");
    assert!(one.header("webhook-signature").starts_with("v1,"));
    assert_eq!(one.header("host"), format!("localhost:{}", address.port()));
    assert_eq!((one.body, one.headers), (two.body, two.headers));

    let other = Authority::new().pem;
    let (wrong_name, expired) = (
        authority.certificate(&["hooks.elsewhere.example"], 2099),
        authority.certificate(&["localhost"], 2020),
    );
    for (pair, ca, why) in [
        (&(certificate, key), &other, "an authority that is not relied on"),
        (&wrong_name, &authority.pem, "another name"),
        (&expired, &authority.pem, "out of date"),
        // Those of this machine do not know it either.
        (&wrong_name, &String::new(), "an authority that is not relied on"),
    ] {
        let (address, heard) = secure_receiver((&pair.0, &pair.1), vec![("200 OK", "")]);
        let refused = try_it(&hook(address.port(), ca), SECRET, &content, (1, None))
            .await
            .unwrap_err();
        assert!(refused.why.contains(why), "{why}: {refused}");
        // Somebody may mend it.
        assert_eq!(refused.again, Again::Later, "{refused}");
        assert!(heard.try_recv().is_err(), "it was told all the same");
    }
    // A receiver that speaks no TLS.
    let plain = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = plain.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let (mut stream, _) = plain.accept().unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
        let _ = stream.read(&mut [0; 512]);
    });
    let refused = try_it(&hook(port, ""), SECRET, &content, (1, None))
        .await
        .unwrap_err();
    assert_eq!(
        (refused.why.as_str(), refused.again),
        ("it did not agree to TLS", Again::Later)
    );
}

#[tokio::test]
async fn nobody_sends_us_elsewhere() {
    let (elsewhere, heard) = receiver(vec![("200 OK", "")]);
    let answer: &'static str = format!("302 Found\r\nlocation: http://{elsewhere}/").leak();
    let (address, _) = receiver(vec![(answer, "")]);
    let hook = of("webhook", json!({ "url": format!("http://{address}/") }));
    let refused = try_it(&hook, "s", &notice("back"), (1, None)).await.unwrap_err();
    assert_eq!(refused.again, Again::Never);
    assert!(heard.try_recv().is_err(), "a redirect was followed");
    let asked = "429 Slowly\r\nretry-after: 90";
    let (address, _) = receiver(vec![(asked, "")]);
    let hook = of("webhook", json!({ "url": format!("http://{address}/") }));
    let refused = try_it(&hook, "s", &notice("back"), (1, None)).await.unwrap_err();
    assert_eq!(refused.again, Again::After(Duration::from_secs(90)));
}

#[tokio::test]
async fn a_clouds_secrets_are_not_asked_for() {
    let hook = of(
        "webhook",
        json!({ "url": "https://169.254.169.254/latest/meta-data/" }),
    );
    let refused = try_it(&hook, "s", &notice("back"), (1, None)).await.unwrap_err();
    assert_eq!(refused.again, Again::Never, "{refused}");
    for config in [
        json!({ "url": "http://hooks.example.org/" }),
        json!({ "url": "https://user:password@hooks.example.org/" }),
        json!({ "url": "file:///etc/passwd" }),
        json!({ "url": "https://x/", "unknown": 1 }),
    ] {
        assert!(Channel::read("webhook", &config).is_err(), "{config}");
    }
}

#[tokio::test]
async fn chats_show_names_and_obey_none() {
    let (address, heard) = receiver(vec![("200 OK", "ok"), ("202 Accepted", "")]);
    for shape in ["slack", "teams"] {
        let hook = of(
            "webhook",
            json!({ "url": format!("http://{address}/"), "shape": shape }),
        );
        try_it(&hook, "", &notice("opened"), (1, None)).await.unwrap();
    }
    let slack = heard.recv().unwrap();
    assert_eq!(slack.header("webhook-signature"), "");
    let text = slack.json()["text"].as_str().unwrap().to_owned();
    assert!(
        text.contains("&lt;script&gt;") && !text.contains("<script"),
        "{text}"
    );
    let card = heard.recv().unwrap().json();
    let block = card["attachments"][0]["content"]["body"][0]["text"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(block.contains("\\[\\~admin\\]"), "{block}");
}

#[tokio::test]
async fn jira_has_one_issue_a_finding() {
    let (address, heard) = receiver(vec![
        ("201 Created", r#"{"id":"1","key":"SEC-12"}"#),
        ("201 Created", "{}"),
        ("200 OK", r#"{"issues":[{"key":"SEC-12"}]}"#),
        ("200 OK", r#"{"issues":[]}"#),
        ("201 Created", r#"{"key":"../../admin"}"#),
    ]);
    let jira = |version: u8| {
        let config = json!({ "url": format!("http://{address}/"), "project": "SEC", "version": version, "user": "holter@example.org" });
        of("jira", config)
    };
    let sent = try_it(&jira(3), "token", &notice("opened"), (1, None))
        .await
        .unwrap();
    assert_eq!(sent.ticket.as_deref(), Some("SEC-12"));
    let asked = heard.recv().unwrap();
    assert_eq!(asked.line, "POST /rest/api/3/issue HTTP/1.1");
    // "holter@example.org:token" as RFC 7617 has it.
    assert_eq!(
        asked.header("authorization"),
        "Basic aG9sdGVyQGV4YW1wbGUub3JnOnRva2Vu"
    );
    let fields = asked.json()["fields"].clone();
    assert_eq!(fields["project"]["key"], "SEC");
    assert_eq!(fields["labels"][1], "holter-0123456789abcdef0123456789abcdef");
    assert_eq!(fields["description"]["type"], "doc");
    assert!(!fields["summary"].as_str().unwrap().contains('\n'));
    // What comes later stands on the same issue.
    let sent = try_it(&jira(2), "token", &notice("fixed"), (1, Some("SEC-12")))
        .await
        .unwrap();
    assert_eq!(sent.ticket, None);
    let comment = heard.recv().unwrap();
    assert_eq!(comment.line, "POST /rest/api/2/issue/SEC-12/comment HTTP/1.1");
    let body = comment.json()["body"].as_str().unwrap().to_owned();
    assert!(
        body.contains("\\[\\~admin\\]") && body.contains("\\{noformat\\}"),
        "{body}"
    );
    // An issue whose answer got lost is found again, and not opened twice.
    let sent = try_it(&jira(3), "token", &notice("opened"), (2, None))
        .await
        .unwrap();
    assert_eq!(sent.ticket.as_deref(), Some("SEC-12"));
    assert!(
        heard
            .recv()
            .unwrap()
            .line
            .starts_with("GET /rest/api/3/search/jql?jql=labels")
    );
    // A key that is none is not kept.
    let refused = try_it(&jira(2), "token", &notice("opened"), (2, None)).await;
    assert_eq!(refused.unwrap_err().again, Again::Later);
    // What was never opened needs no closing: nobody is asked.
    let quiet = try_it(&jira(3), "token", &notice("fixed"), (1, None))
        .await
        .unwrap();
    assert_eq!(quiet.ticket, None);
}

#[tokio::test]
async fn servicenow_has_one_incident_a_finding() {
    let (address, heard) = receiver(vec![
        ("200 OK", r#"{"result":[]}"#),
        (
            "201 Created",
            r#"{"result":{"sys_id":"a1b2","number":"INC0010001"}}"#,
        ),
        ("200 OK", r#"{"result":{}}"#),
    ]);
    let service = of(
        "servicenow",
        json!({ "url": format!("http://{address}"), "group": "Medical engineering" }),
    );
    let sent = try_it(&service, "token", &notice("back"), (2, None))
        .await
        .unwrap();
    assert_eq!(sent.ticket.as_deref(), Some("a1b2"));
    assert_eq!(sent.said, "the incident INC0010001");
    assert!(
        heard
            .recv()
            .unwrap()
            .line
            .contains("correlation_id%3D0123456789abcdef")
    );
    let incident = heard.recv().unwrap();
    assert_eq!(incident.line, "POST /api/now/table/incident HTTP/1.1");
    assert_eq!(incident.header("authorization"), "Bearer token");
    let fields = incident.json();
    assert_eq!(
        (fields["urgency"].as_str(), fields["assignment_group"].as_str()),
        (Some("1"), Some("Medical engineering"))
    );
    assert!(!incident.body.contains("[code]"));
    try_it(&service, "token", &notice("fixed"), (1, Some("a1b2")))
        .await
        .unwrap();
    let note = heard.recv().unwrap();
    assert_eq!(note.line, "PATCH /api/now/table/incident/a1b2 HTTP/1.1");
    assert!(
        note.json()["work_notes"]
            .as_str()
            .unwrap()
            .starts_with("Fixed, as measured")
    );
}

//! Mail by a real Postfix, and by relays that should not be trusted with any.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test"
)]

mod house;

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::process::{Command, Stdio};

use holter_lab::debian::receivers::{Login, MailServer, may_have_mail};
use holter_notify::Again;
use holter_program::notices::letter::{self, Content, Item, Way};
use house::{Authority, HOSTILE, authority, of, told, try_it, until};
use serde_json::{Value, json};

fn letter() -> Content {
    let link = Way::Link {
        person: 4,
        until: house::NOW.parse().unwrap(),
    };
    let item = |kind, way| Item {
        told: told(kind, HOSTILE),
        way,
    };
    let items = vec![item("overdue", Way::Page), item("back", link)];
    let mut letter = letter::at_once(&holter_program::notices::inert::line(HOSTILE), items);
    letter.subject = format!("[Holter] on {}", told("back", HOSTILE).asset_name);
    Content::Letter(letter)
}

/// Python's own reading of a letter: its headers and its parts, decoded.
fn read(letter: &[u8]) -> Value {
    const PROGRAM: &str = "import sys,json,email,email.policy\nm=email.message_from_binary_file(sys.stdin.buffer,policy=email.policy.default)\n\
        print(json.dumps({'headers':[[k,str(v)] for k,v in m.items()],'plain':m.get_body(('plain',)).get_content(),'html':m.get_body(('html',)).get_content()}))";
    let mut python = Command::new("python3")
        .args(["-c", PROGRAM])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    python.stdin.take().unwrap().write_all(letter).unwrap();
    let output = python.wait_with_output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

#[tokio::test]
async fn a_real_relay_takes_it_over_tls_alone() {
    if !may_have_mail() {
        eprintln!("skipped: Postfix starts for root alone");
        return;
    }
    let (ca, certificate, key) = authority();
    let server = MailServer::start(&key, &certificate).unwrap();
    let mail = |port: u16, tls: &str, ca: &str| {
        let config =
            json!({ "host": "localhost", "port": port, "tls": tls, "from": "holter@lab.example", "ca": ca });
        of("mail", config)
    };
    let content = letter();
    for (port, tls) in [
        (server.starttls.port(), "starttls"),
        (server.implicit.port(), "implicit"),
    ] {
        try_it(&mail(port, tls, &ca), "", &content, (1, None))
            .await
            .unwrap();
    }
    let letters = until(|| Some(server.letters()).filter(|letters| letters.len() == 2)).await;
    for raw in &letters {
        let read = read(raw);
        let named = |wanted: &str| {
            let headers = read["headers"].as_array().unwrap().iter();
            let found = headers.filter(|header| header[0].as_str().unwrap().eq_ignore_ascii_case(wanted));
            found
                .map(|header| header[1].as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        assert!(named("bcc").is_empty(), "a name has become a header");
        assert_eq!(
            named("message-id"),
            ["<0123456789abcdef0123456789abcdef@lab.example>"]
        );
        assert_eq!(named("auto-submitted"), ["auto-generated"]);
        assert!(
            named("subject")[0].starts_with("[Holter] on x\\u{d}\\u{a}Bcc"),
            "{:?}",
            named("subject")
        );
        let (plain, html) = (read["plain"].as_str().unwrap(), read["html"].as_str().unwrap());
        assert!(!html.contains("<script"), "{html}");
        assert!(html.contains("&lt;script"), "{html}");
        for text in [plain, html] {
            assert!(!text.contains('\u{202e}') && !text.contains("\nBcc"), "{text}");
            assert!(text.contains("https://holter.example.org/findings/17"), "{text}");
            assert!(
                text.contains("https://holter.example.org/acknowledge/17.4"),
                "{text}"
            );
        }
    }
    // Another authority's word does not count, and nothing is handed over.
    let (other, ..) = authority();
    let refused = try_it(
        &mail(server.implicit.port(), "implicit", &other),
        "",
        &content,
        (1, None),
    )
    .await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.again, Again::Later);
    assert!(
        refused.why.contains("an authority that is not relied on"),
        "{refused}"
    );
    // A receiver whom the relay does not take is not tried again.
    let config = json!({ "host": "localhost", "port": server.starttls.port(), "from": "holter@lab.example", "ca": ca });
    let refused = elsewhere(&of("mail", config), &content).await;
    assert_eq!(refused.again, Again::Never, "{refused}");
    assert_eq!(server.letters().len(), 2);
}

/// A relay that takes mail from nobody who does not sign in, as most do.
#[tokio::test]
async fn whoever_signs_in_rightly_is_let_in_and_nobody_else() {
    if !may_have_mail() {
        eprintln!("skipped: Postfix starts for root alone");
        return;
    }
    let (ca, certificate, key) = authority();
    let login = Login {
        name: "holter",
        password: "a pass word with % and ü",
    };
    let server = MailServer::guarded(&key, &certificate, login).unwrap();
    let content = letter();
    let mail = |user: &str, (port, tls): (u16, &str)| {
        let config = json!({ "host": "localhost", "port": port, "tls": tls, "user": user, "from": "holter@lab.example", "ca": ca });
        of("mail", config)
    };
    let doors = [
        (server.starttls.port(), "starttls"),
        (server.implicit.port(), "implicit"),
    ];
    for door in doors {
        try_it(&mail(login.name, door), login.password, &content, (1, None))
            .await
            .unwrap();
    }
    until(|| (server.letters().len() == 2).then_some(())).await;
    for (user, password, why) in [
        (
            "holter",
            "another",
            "did not take the user and the password (535)",
        ),
        (
            "somebody",
            login.password,
            "did not take the user and the password (535)",
        ),
        // Without a user nothing is tried, and the relay says what it wants.
        ("", login.password, "the mail server answered 554"),
    ] {
        let refused = try_it(&mail(user, doors[0]), password, &content, (1, None))
            .await
            .unwrap_err();
        assert!(refused.why.contains(why), "{user}: {refused}");
        assert!(!refused.why.contains(password), "{refused}");
        // It would be refused again, and a name that is tried too often is shut out.
        assert_eq!(refused.again, Again::Never, "{user}: {refused}");
    }
    assert_eq!(server.letters().len(), 2);
}

/// A relay whose certificate is not its own, or no longer: somebody else may stand there. It may be mended, so it is tried again.
#[tokio::test]
async fn a_relay_whose_certificate_is_wrong_hears_no_password() {
    if !may_have_mail() {
        eprintln!("skipped: Postfix starts for root alone");
        return;
    }
    let authority = Authority::new();
    let login = Login {
        name: "holter",
        password: "secret",
    };
    for (names, until, why) in [
        (["localhost"], 2020, "its certificate is out of date"),
        (
            ["mail.elsewhere.example"],
            2099,
            "its certificate has another name",
        ),
    ] {
        let (certificate, key) = authority.certificate(&names, until);
        let server = MailServer::guarded(&key, &certificate, login).unwrap();
        for (port, tls) in [
            (server.starttls.port(), "starttls"),
            (server.implicit.port(), "implicit"),
        ] {
            let config = json!({ "host": "localhost", "port": port, "tls": tls, "user": "holter", "from": "holter@lab.example", "ca": authority.pem });
            let refused = try_it(&of("mail", config), "secret", &letter(), (1, None))
                .await
                .unwrap_err();
            assert!(refused.why.contains(why), "{tls}: {refused}");
            assert_eq!(refused.again, Again::Later);
        }
        assert!(server.letters().is_empty());
    }
}

async fn elsewhere(mail: &holter_notify::Channel, content: &Content) -> holter_notify::Failure {
    let zone = jiff::tz::TimeZone::UTC;
    let office = holter_notify::Office {
        url: "https://holter.example.org",
        zone: &zone,
        now: house::NOW.parse().unwrap(),
        links: &house::Plain,
    };
    let parcel = holter_notify::Parcel {
        key: "k",
        tries: 1,
        address: "somebody@elsewhere.example",
        content,
        ticket: None,
    };
    holter_notify::send(mail, "", &parcel, &office).await.unwrap_err()
}

/// A relay that offers no STARTTLS, as somebody on the way can make any relay look.
#[tokio::test]
async fn without_tls_nothing_is_said() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let hearing = std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut reader = BufReader::new(stream);
        reader.get_mut().write_all(b"220 mail ESMTP\r\n").unwrap();
        let mut heard = Vec::new();
        let mut line = String::new();
        while reader.read_line(&mut line).unwrap_or(0) > 0 {
            heard.push(line.trim().to_uppercase());
            let answer: &[u8] = if line.to_uppercase().starts_with("EHLO") {
                b"250-mail\r\n250-AUTH PLAIN LOGIN\r\n250 SIZE 1000000\r\n"
            } else {
                b"221 so long\r\n"
            };
            let _ = reader.get_mut().write_all(answer);
            line.clear();
        }
        heard
    });
    let config = json!({ "host": "127.0.0.1", "port": port, "user": "holter", "from": "holter@lab.example" });
    let refused = try_it(&of("mail", config), "secret", &letter(), (1, None)).await;
    assert_eq!(refused.unwrap_err().again, Again::Later);
    let heard = hearing.join().unwrap();
    let said_too_much = |line: &&String| !line.starts_with("EHLO") && !line.starts_with("QUIT");
    assert_eq!(heard.iter().find(said_too_much), None, "{heard:?}");
}

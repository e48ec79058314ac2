//! SMTP with STARTTLS (RFC 5321, RFC 3207).
//!
//! ```text
//! S: 220 mail.example ESMTP        C: EHLO holter.invalid
//! S: 250-… 250 STARTTLS            C: STARTTLS
//! S: 220 ready                     TLS begins
//! ```

use holter_net::Line;

use crate::opening::tls_begins;
use crate::{Opening, Protocol, reply};

/// Mail between servers, and Direct messages with referrals and summaries.
pub(crate) static PROTOCOL: Protocol = Protocol {
    id: "smtp",
    direct_id: Some("smtps"),
    name: "SMTP",
    clear_name: "SMTP",
    about: "mail; Direct messages with referrals and summaries",
    upgrade_ports: &[25, 587, 2525],
    direct_ports: &[465],
    open: Some(|line, _| Box::pin(upgrade(line, &PROTOCOL, "EHLO holter.invalid"))),
    recognise: |words| reply::has_code(words, GREETINGS) && reply::names(words, "SMTP"),
};

/// The codes of a greeting, friendly or not.
pub(crate) const GREETINGS: &[u16] = &[220, 421, 554];

/// From the greeting to the go-ahead, in SMTP and its sister that says LHLO.
pub(crate) async fn upgrade(line: &mut Line, mine: &Protocol, hello: &str) -> Result<(), Opening> {
    if reply::greeting(line, mine, GREETINGS).await?.code != 220 {
        return Err(Opening::TurnedAway("by its greeting"));
    }
    let features = reply::ask(line, hello).await?;
    if features.code != 250 || !features.lists("STARTTLS") {
        return Err(Opening::Declined("it does not list STARTTLS"));
    }
    match reply::ask(line, "STARTTLS").await?.code {
        220 => tls_begins(line),
        400..=499 => Err(Opening::TurnedAway("it cannot do STARTTLS now")),
        _ => Err(Opening::Declined("it refused STARTTLS")),
    }
}

#[cfg(test)]
mod tests {
    use super::PROTOCOL;
    use crate::script::{C, S, check};

    #[test]
    fn a_mail_server_is_brought_to_tls() {
        let hello = C(b"EHLO holter.invalid\r\n");
        let features = S(b"250-mail.example\r\n250-SIZE 100\r\n250-starttls\r\n250 HELP\r\n");
        let ask = C(b"STARTTLS\r\n");
        let greeting = S(b"220-mail.example ESMTP\r\n220 hello\r\n");
        check(
            &PROTOCOL,
            &[greeting, hello, features, ask, S(b"220 go\r\n")],
            "TLS",
        );
        check(
            &PROTOCOL,
            &[greeting, hello, features, ask, S(b"454 not now\r\n")],
            "turned away: it cannot do STARTTLS now",
        );
        check(
            &PROTOCOL,
            &[greeting, hello, S(b"250 mail.example\r\n")],
            "declined: it does not list STARTTLS",
        );
        check(
            &PROTOCOL,
            &[S(b"554 mail.example ESMTP no\r\n")],
            "turned away: by its greeting",
        );
    }

    #[test]
    fn clear_text_after_the_go_ahead_is_not_taken_for_tls() {
        check(
            &PROTOCOL,
            &[
                S(b"220 x ESMTP\r\n"),
                C(b"EHLO holter.invalid\r\n"),
                S(b"250 STARTTLS\r\n"),
                C(b"STARTTLS\r\n"),
                S(b"220 go\r\n250-injected\r\n"),
            ],
            "misbehaved: it went on in clear text after its go-ahead",
        );
    }

    #[test]
    fn what_another_says_is_kept_for_recognition() {
        check(
            &PROTOCOL,
            &[S(b"220 (vsFTPd 3.0.3)\r\n")],
            "not spoken: 220 (vsFTPd 3.0.3)\\r\\n",
        );
        check(
            &PROTOCOL,
            &[S(b"220 x LMTP ready\r\n")],
            "not spoken: 220 x LMTP ready\\r\\n",
        );
        check(&PROTOCOL, &[S(b"login: ")], "not spoken: login: ");
        check(
            &PROTOCOL,
            &[S(b"J\0\0\0\n5.7")],
            "not spoken: J\\x00\\x00\\x00\\n5.7",
        );
        check(&PROTOCOL, &[], "line: the peer closed the connection");
    }

    #[test]
    fn replies_are_bounded() {
        let endless = b"220-x ESMTP\r\n".repeat(200).leak();
        check(&PROTOCOL, &[S(endless)], "misbehaved: its reply does not end");
        let long = b"2".repeat(5000).leak();
        assert!(crate::script::play(&PROTOCOL, &[S(long)]).starts_with("not spoken: 222"));
        check(
            &PROTOCOL,
            &[
                S(b"220 x ESMTP\r\n"),
                C(b"EHLO holter.invalid\r\n"),
                S(b"what?\r\n"),
            ],
            "misbehaved: its reply has no code",
        );
    }
}

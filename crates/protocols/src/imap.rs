//! IMAP with STARTTLS (RFC 9051 section 6.2.1; on 993 RFC 8314).
//!
//! ```text
//! S: * OK ready                    C: a1 STARTTLS
//! S: a1 OK begin                   TLS begins
//! ```

use holter_net::Line;

use crate::opening::tls_begins;
use crate::reply::{self, begins};
use crate::{Opening, Protocol};

/// Mailboxes.
pub(crate) static PROTOCOL: Protocol = Protocol {
    id: "imap",
    direct_id: Some("imaps"),
    name: "IMAP",
    clear_name: "IMAP",
    about: "mailboxes",
    upgrade_ports: &[143],
    direct_ports: &[993],
    open: Some(|line, _| Box::pin(open(line))),
    recognise: is_greeting,
};

async fn open(line: &mut Line) -> Result<(), Opening> {
    let greeting = reply::first_row(line, &PROTOCOL, is_greeting).await?;
    if begins(&greeting, "* PREAUTH") {
        // RFC 9051 section 6.2.1 allows STARTTLS only before log-in, and here we are logged in already.
        return Err(Opening::Declined(
            "it takes us as logged in, too late for STARTTLS",
        ));
    }
    if begins(&greeting, "* BYE") {
        return Err(Opening::TurnedAway("by its greeting"));
    }
    // Asked outright: a server that does not know it says BAD, which costs no more than asking what it can do.
    line.send(b"a1 STARTTLS\r\n").await?;
    let agreed = reply::seek(line, |row| begins(row, "a1").then(|| begins(row, "a1 OK"))).await?;
    if agreed {
        tls_begins(line)
    } else {
        Err(Opening::Declined("it refused STARTTLS"))
    }
}

fn is_greeting(words: &[u8]) -> bool {
    ["* OK", "* PREAUTH", "* BYE"]
        .iter()
        .any(|word| begins(words, word))
}

#[cfg(test)]
mod tests {
    use super::PROTOCOL;
    use crate::script::{C, S, check};

    #[test]
    fn a_mailbox_server_is_brought_to_tls() {
        let (greeting, ask) = (S(b"* OK [CAPABILITY IMAP4rev1] ready\r\n"), C(b"a1 STARTTLS\r\n"));
        check(
            &PROTOCOL,
            &[greeting, ask, S(b"* CAPABILITY X\r\na1 OK go\r\n")],
            "TLS",
        );
        check(
            &PROTOCOL,
            &[greeting, ask, S(b"a1 BAD what\r\n")],
            "declined: it refused STARTTLS",
        );
        check(&PROTOCOL, &[S(b"* BYE no\r\n")], "turned away: by its greeting");
        let late = "declined: it takes us as logged in, too late for STARTTLS";
        check(&PROTOCOL, &[S(b"* PREAUTH hello\r\n")], late);
        check(&PROTOCOL, &[S(b"+OK hello\r\n")], "not spoken: +OK hello\\r\\n");
        let injected = "misbehaved: it went on in clear text after its go-ahead";
        check(
            &PROTOCOL,
            &[greeting, ask, S(b"a1 OK go\r\n* OK x\r\n")],
            injected,
        );
        let flood = b"* OK\r\n".repeat(200).leak();
        check(
            &PROTOCOL,
            &[greeting, ask, S(flood)],
            "misbehaved: its reply does not end",
        );
    }
}

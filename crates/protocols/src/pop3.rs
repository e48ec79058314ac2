//! POP3 with STLS (RFC 1939, RFC 2595 section 4; on 995 RFC 8314).
//!
//! ```text
//! S: +OK ready                     C: STLS
//! S: +OK begin                     TLS begins
//! ```

use holter_net::Line;

use crate::opening::tls_begins;
use crate::reply::{self, begins};
use crate::{Opening, Protocol};

/// Mailboxes that are emptied.
pub(crate) static PROTOCOL: Protocol = Protocol {
    id: "pop3",
    direct_id: Some("pop3s"),
    name: "POP3",
    clear_name: "POP3",
    about: "mailboxes that are emptied",
    upgrade_ports: &[110],
    direct_ports: &[995],
    open: Some(|line, _| Box::pin(open(line))),
    // "-ERR" alone is Redis's too.
    recognise: |words| words.trim_ascii_end() == b"+OK" || words.starts_with(b"+OK "),
};

async fn open(line: &mut Line) -> Result<(), Opening> {
    let fit = |row: &[u8]| begins(row, "+OK") || begins(row, "-ERR");
    let greeting = reply::first_row(line, &PROTOCOL, fit).await?;
    if !begins(&greeting, "+OK") {
        return Err(Opening::TurnedAway("by its greeting"));
    }
    line.send(b"STLS\r\n").await?;
    let agreed = reply::seek(line, |row| fit(row).then(|| begins(row, "+OK"))).await?;
    if agreed {
        tls_begins(line)
    } else {
        Err(Opening::Declined("it refused STLS"))
    }
}

#[cfg(test)]
mod tests {
    use super::PROTOCOL;
    use crate::script::{C, S, check};

    #[test]
    fn a_mailbox_server_is_brought_to_tls() {
        let (greeting, ask) = (S(b"+OK <1.2@x>\r\n"), C(b"STLS\r\n"));
        check(&PROTOCOL, &[greeting, ask, S(b"+OK go\r\n")], "TLS");
        check(
            &PROTOCOL,
            &[greeting, ask, S(b"-ERR what\r\n")],
            "declined: it refused STLS",
        );
        check(&PROTOCOL, &[S(b"-ERR busy\r\n")], "turned away: by its greeting");
        check(&PROTOCOL, &[S(b"* OK imap\r\n")], "not spoken: * OK imap\\r\\n");
    }
}

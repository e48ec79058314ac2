//! ManageSieve with STARTTLS (RFC 5804).
//!
//! ```text
//! S: "IMPLEMENTATION" "…"          (capabilities, a row each)
//! S: "STARTTLS"
//! S: OK ready                      C: STARTTLS
//! S: OK begin                      TLS begins
//! ```

use holter_net::Line;

use crate::opening::tls_begins;
use crate::reply::{self, begins};
use crate::{Opening, Protocol};

/// Mail filters.
pub(crate) static PROTOCOL: Protocol = Protocol {
    id: "sieve",
    direct_id: None,
    name: "ManageSieve",
    clear_name: "ManageSieve",
    about: "mail filters",
    upgrade_ports: &[4190],
    direct_ports: &[],
    open: Some(|line, _| Box::pin(open(line))),
    recognise: is_capability,
};

async fn open(line: &mut Line) -> Result<(), Opening> {
    let first = reply::first_row(line, &PROTOCOL, |row| {
        is_capability(row) || begins(row, "NO") || begins(row, "BYE")
    })
    .await?;
    if !is_capability(&first) {
        return Err(Opening::TurnedAway("by its greeting"));
    }
    let lists = |row: &[u8]| begins(row, "\"STARTTLS\"");
    let mut offered = lists(&first);
    let ready = reply::seek(line, |row| {
        offered |= lists(row);
        agrees(row)
    })
    .await?;
    if !ready || !offered {
        return Err(Opening::Declined("it does not list STARTTLS"));
    }
    line.send(b"STARTTLS\r\n").await?;
    if reply::seek(line, agrees).await? {
        tls_begins(line)
    } else {
        Err(Opening::Declined("it refused STARTTLS"))
    }
}

fn agrees(row: &[u8]) -> Option<bool> {
    if begins(row, "OK") {
        Some(true)
    } else if begins(row, "NO") || begins(row, "BYE") {
        Some(false)
    } else {
        None
    }
}

fn is_capability(words: &[u8]) -> bool {
    ["IMPLEMENTATION", "SASL", "SIEVE", "STARTTLS", "VERSION"]
        .iter()
        .any(|name| {
            let rest = words
                .strip_prefix(b"\"")
                .and_then(|rest| rest.split_at_checked(name.len()));
            rest.is_some_and(|(word, rest)| {
                word.eq_ignore_ascii_case(name.as_bytes()) && rest.first() == Some(&b'"')
            })
        })
}

#[cfg(test)]
mod tests {
    use super::PROTOCOL;
    use crate::script::{C, S, check};

    #[test]
    fn a_filter_server_is_brought_to_tls() {
        let greeting =
            S(b"\"IMPLEMENTATION\" \"x\"\r\n\"SIEVE\" \"fileinto\"\r\n\"STARTTLS\"\r\nOK ready\r\n");
        let without = S(b"\"IMPLEMENTATION\" \"x\"\r\nOK ready\r\n");
        let ask = C(b"STARTTLS\r\n");
        check(&PROTOCOL, &[greeting, ask, S(b"OK \"go\"\r\n")], "TLS");
        check(
            &PROTOCOL,
            &[greeting, ask, S(b"NO \"later\"\r\n")],
            "declined: it refused STARTTLS",
        );
        check(&PROTOCOL, &[without], "declined: it does not list STARTTLS");
        check(
            &PROTOCOL,
            &[S(b"BYE \"full\"\r\n")],
            "turned away: by its greeting",
        );
        check(&PROTOCOL, &[S(b"* OK imap\r\n")], "not spoken: * OK imap\\r\\n");
    }
}

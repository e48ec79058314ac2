//! FTP with AUTH TLS (RFC 959, RFC 4217).
//!
//! ```text
//! S: 220 FTP ready                 C: AUTH TLS
//! S: 234 begin                     TLS begins on the control connection
//! ```

use holter_net::Line;

use crate::opening::tls_begins;
use crate::{Opening, Protocol, reply};

/// Batches between systems: claims, results, extracts.
pub(crate) static PROTOCOL: Protocol = Protocol {
    id: "ftp",
    direct_id: Some("ftps"),
    name: "FTP",
    clear_name: "FTP",
    about: "batches between systems: claims, results, extracts",
    upgrade_ports: &[21],
    direct_ports: &[990],
    open: Some(|line, _| Box::pin(open(line))),
    recognise,
};

/// The codes of a greeting, friendly or not.
const GREETINGS: &[u16] = &[120, 220, 421];

async fn open(line: &mut Line) -> Result<(), Opening> {
    if reply::greeting(line, &PROTOCOL, GREETINGS).await?.code != 220 {
        return Err(Opening::TurnedAway("by its greeting"));
    }
    // AUTH SSL is what servers older than RFC 4217 know.
    for command in ["AUTH TLS", "AUTH SSL"] {
        if reply::ask(line, command).await?.code == 234 {
            return tls_begins(line);
        }
    }
    Err(Opening::Declined("it refused AUTH TLS"))
}

fn recognise(words: &[u8]) -> bool {
    reply::has_code(words, GREETINGS) && (reply::names(words, "FTP") || reply::names(words, "FileZilla"))
}

#[cfg(test)]
mod tests {
    use super::PROTOCOL;
    use crate::script::{C, S, check};

    #[test]
    fn a_file_server_is_brought_to_tls() {
        let (greeting, tls, ssl) = (
            S(b"220-Hello\r\n  anybody\r\n220 here\r\n"),
            C(b"AUTH TLS\r\n"),
            C(b"AUTH SSL\r\n"),
        );
        check(&PROTOCOL, &[greeting, tls, S(b"234 go\r\n")], "TLS");
        check(
            &PROTOCOL,
            &[greeting, tls, S(b"504 what\r\n"), ssl, S(b"234 go\r\n")],
            "TLS",
        );
        let refused = "declined: it refused AUTH TLS";
        check(
            &PROTOCOL,
            &[greeting, tls, S(b"530 log in\r\n"), ssl, S(b"530 log in\r\n")],
            refused,
        );
        check(&PROTOCOL, &[S(b"421 full\r\n")], "turned away: by its greeting");
        check(
            &PROTOCOL,
            &[S(b"220 x ESMTP\r\n")],
            "not spoken: 220 x ESMTP\\r\\n",
        );
    }
}

//! NNTP with STARTTLS (RFC 3977, RFC 4642).
//!
//! ```text
//! S: 200 news.example NNRP ready   C: STARTTLS
//! S: 382 begin                     TLS begins
//! ```

use holter_net::Line;

use crate::opening::tls_begins;
use crate::{Opening, Protocol, reply};

/// News and bulletin boards.
pub(crate) static PROTOCOL: Protocol = Protocol {
    id: "nntp",
    direct_id: Some("nntps"),
    name: "NNTP",
    clear_name: "NNTP",
    about: "news and bulletin boards",
    upgrade_ports: &[119],
    direct_ports: &[563],
    open: Some(|line, _| Box::pin(open(line))),
    recognise,
};

/// The codes of a greeting, friendly or not.
const GREETINGS: &[u16] = &[200, 201, 400, 502];

async fn open(line: &mut Line) -> Result<(), Opening> {
    match reply::greeting(line, &PROTOCOL, GREETINGS).await?.code {
        200 | 201 => {}
        _ => return Err(Opening::TurnedAway("by its greeting")),
    }
    match reply::ask(line, "STARTTLS").await?.code {
        382 => tls_begins(line),
        _ => Err(Opening::Declined("it refused STARTTLS")),
    }
}

fn recognise(words: &[u8]) -> bool {
    reply::has_code(words, GREETINGS)
        && ["NNTP", "NNRP", "InterNetNews"]
            .iter()
            .any(|name| reply::names(words, name))
}

#[cfg(test)]
mod tests {
    use super::PROTOCOL;
    use crate::script::{C, S, check};

    #[test]
    fn a_news_server_is_brought_to_tls() {
        let (greeting, ask) = (S(b"201 no posting\r\n"), C(b"STARTTLS\r\n"));
        check(&PROTOCOL, &[greeting, ask, S(b"382 go\r\n")], "TLS");
        check(
            &PROTOCOL,
            &[greeting, ask, S(b"580 no\r\n")],
            "declined: it refused STARTTLS",
        );
        check(
            &PROTOCOL,
            &[S(b"502 no NNTP for you\r\n")],
            "turned away: by its greeting",
        );
        check(&PROTOCOL, &[S(b"+OK pop\r\n")], "not spoken: +OK pop\\r\\n");
    }
}

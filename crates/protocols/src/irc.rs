//! IRC with STARTTLS (RFC 2812; IRCv3 "tls" specification).
//!
//! ```text
//! C: STARTTLS                      (the client speaks first)
//! S: :irc.example NOTICE * :…      (any number of notices)
//! S: :irc.example 670 * :go ahead  TLS begins
//! ```

use holter_net::Line;

use crate::opening::tls_begins;
use crate::{Opening, Protocol, reply};

/// Chat.
pub(crate) static PROTOCOL: Protocol = Protocol {
    id: "irc",
    direct_id: Some("ircs"),
    name: "IRC",
    clear_name: "IRC",
    about: "chat",
    upgrade_ports: &[6667],
    direct_ports: &[6697],
    open: Some(|line, _| Box::pin(open(line))),
    recognise: |words| first_line(words).and_then(message).is_some(),
};

async fn open(line: &mut Line) -> Result<(), Opening> {
    line.send(b"STARTTLS\r\n").await?;
    let first = reply::first_row(line, &PROTOCOL, |row| message(row).is_some()).await?;
    let agreed = match answer(&first) {
        Some(agreed) => agreed,
        None => reply::seek(line, answer).await?,
    };
    if agreed {
        tls_begins(line)
    } else {
        Err(Opening::Declined("it refused STARTTLS"))
    }
}

/// What a row says to STARTTLS: 670 agrees; 691 fails, 421 does not know it, 451 wants a name first.
fn answer(row: &[u8]) -> Option<bool> {
    match message(row)? {
        b"670" => Some(true),
        b"691" | b"421" | b"451" | b"462" | b"ERROR" => Some(false),
        _ => None,
    }
}

/// The command or number of a message that a server sends to a client that has not yet said its name.
fn message(row: &[u8]) -> Option<&[u8]> {
    let mut words = row.split(|byte| *byte == b' ');
    let first = words.next()?;
    let (command, next) = if first.len() > 1 && first.starts_with(b":") {
        (words.next()?, words.next()?)
    } else {
        (first, words.next()?)
    };
    let known = match command {
        b"ERROR" => next.starts_with(b":"),
        b"NOTICE" => matches!(next, b"AUTH" | b"*"),
        b"PING" => first.starts_with(b":") || next.starts_with(b":"),
        number => first.starts_with(b":") && number.len() == 3 && number.iter().all(u8::is_ascii_digit),
    };
    known.then_some(command)
}

fn first_line(words: &[u8]) -> Option<&[u8]> {
    words.split(|byte| matches!(byte, b'\r' | b'\n')).next()
}

#[cfg(test)]
mod tests {
    use super::PROTOCOL;
    use crate::script::{C, S, check};

    #[test]
    fn a_chat_server_is_brought_to_tls() {
        let notice = S(b":irc.x NOTICE * :*** Looking up\r\nNOTICE AUTH :*** ident\r\n");
        let ask = C(b"STARTTLS\r\n");
        check(&PROTOCOL, &[notice, ask, S(b":irc.x 670 * :go\r\n")], "TLS");
        check(&PROTOCOL, &[ask, S(b":irc.x 670 * :go\r\n")], "TLS");
        let refused = "declined: it refused STARTTLS";
        check(&PROTOCOL, &[notice, ask, S(b":irc.x 691 * :no\r\n")], refused);
        check(
            &PROTOCOL,
            &[ask, S(b":irc.x 451 * STARTTLS :who are you\r\n")],
            refused,
        );
        check(&PROTOCOL, &[S(b"ERROR :Closing Link\r\n"), ask], refused);
        check(
            &PROTOCOL,
            &[S(b"220 x ESMTP\r\n"), ask],
            "not spoken: 220 x ESMTP\\r\\n",
        );
        check(&PROTOCOL, &[ask], "line: the peer closed the connection");
    }
}

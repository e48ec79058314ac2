//! Telnet with START_TLS (RFC 854; draft-altman-telnet-starttls-02; on 992 at once).
//!
//! ```text
//! C: IAC WILL START_TLS            S: IAC DO START_TLS
//! C: IAC SB START_TLS FOLLOWS IAC SE
//! S: IAC SB START_TLS FOLLOWS IAC SE      TLS begins
//! S: IAC DONT START_TLS                   no TLS here
//! ```
//!
//! Every other option is refused as it comes, since some servers wait for that.

use holter_net::{Line, LineError};

use crate::opening::tls_begins;
use crate::packet::{self, Packet};
use crate::{Opening, Protocol, choose};

/// Terminals of old systems, consoles of devices.
pub(crate) static PROTOCOL: Protocol = Protocol {
    id: "telnet",
    direct_id: Some("telnets"),
    name: "Telnet",
    clear_name: "Telnet",
    about: "terminals of old systems, consoles of devices",
    upgrade_ports: &[23],
    direct_ports: &[992],
    open: Some(|line, _| Box::pin(open(line))),
    recognise: |words| matches!(words, [IAC, WILL..=DONT, 0..=49, ..]),
};

/// One thing that a peer says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// It would do this option.
    Will(u8),
    /// It would not.
    Wont(u8),
    /// It asks us to do this option.
    Do(u8),
    /// It asks us not to.
    Dont(u8),
    /// What it has to say within this option.
    Within(u8, Vec<u8>),
    /// A command about something else.
    Other(u8),
    /// Text for the terminal.
    Text(Vec<u8>),
}

/// Reads one command, or the text up to the next.
#[must_use]
pub fn command(bytes: &[u8]) -> Packet<Command> {
    match *bytes {
        [] | [IAC] | [IAC, WILL..=DONT] | [IAC, SB] => Packet::Part,
        [IAC, WILL, option, ..] => Packet::Whole(Command::Will(option), 3),
        [IAC, WONT, option, ..] => Packet::Whole(Command::Wont(option), 3),
        [IAC, DO, option, ..] => Packet::Whole(Command::Do(option), 3),
        [IAC, DONT, option, ..] => Packet::Whole(Command::Dont(option), 3),
        [IAC, SB, option, ref rest @ ..] => within(option, rest),
        [IAC, IAC, ..] => Packet::Whole(Command::Text(vec![IAC]), 2),
        [IAC, other, ..] => Packet::Whole(Command::Other(other), 2),
        [..] => {
            let end = bytes.iter().position(|byte| *byte == IAC).unwrap_or(bytes.len());
            Packet::Whole(Command::Text(bytes.get(..end).unwrap_or_default().to_vec()), end)
        }
    }
}

const IAC: u8 = 255;
const DONT: u8 = 254;
const DO: u8 = 253;
const WONT: u8 = 252;
const WILL: u8 = 251;
const SB: u8 = 250;
const SE: u8 = 240;
const START_TLS: u8 = 46;
const FOLLOWS: u8 = 1;
const MOST_COMMANDS: usize = 100;
const LONGEST_WITHIN: usize = 4096;

async fn open(line: &mut Line) -> Result<(), Opening> {
    line.send(&[IAC, WILL, START_TLS]).await?;
    let mut said = Vec::new();
    let mut negotiates = false;
    for _ in 0..MOST_COMMANDS {
        let heard = if negotiates {
            packet::next(line, command).await
        } else {
            packet::first(line, first_command).await
        };
        let command = match heard {
            Err(Opening::Line(LineError::Silence)) if negotiates => {
                return Err(Opening::Declined("it does not answer START_TLS"));
            }
            // Text alone, then nothing more or no command: perhaps another protocol's.
            Err(_) if !said.is_empty() && !negotiates => {
                line.put_back(said);
                return Err(Opening::NotSpoken);
            }
            heard => heard?,
        };
        negotiates |= !matches!(command, Command::Text(_));
        match command {
            Command::Do(START_TLS) => line.send(&[IAC, SB, START_TLS, FOLLOWS, IAC, SE]).await?,
            Command::Dont(START_TLS) => return Err(Opening::Declined("it refused START_TLS")),
            Command::Within(START_TLS, what) if what == [FOLLOWS] => return tls_begins(line),
            Command::Do(option) => line.send(&[IAC, WONT, option]).await?,
            Command::Will(option) => line.send(&[IAC, DONT, option]).await?,
            Command::Text(text) if !negotiates => {
                // As it came: an IAC of the text was doubled.
                said.extend(
                    text.iter()
                        .flat_map(|byte| std::iter::repeat_n(*byte, 1 + usize::from(*byte == IAC))),
                );
            }
            _ => {}
        }
    }
    Err(Opening::Misbehaved("it negotiates without end"))
}

/// As [`command`], but words that exactly one other protocol claims are its own: a MySQL greeting has the bytes of
/// a command in its middle.
fn first_command(bytes: &[u8]) -> Packet<Command> {
    match choose::speaker(bytes) {
        Some(speaker) if !std::ptr::eq(speaker, &PROTOCOL) => Packet::Foreign,
        _ => command(bytes),
    }
}

/// What stands between an option's SB and SE; a doubled IAC is one byte of it.
fn within(option: u8, rest: &[u8]) -> Packet<Command> {
    let mut what = Vec::new();
    let mut at = 0;
    loop {
        match rest.get(at..).unwrap_or_default() {
            [IAC, SE, ..] => return Packet::Whole(Command::Within(option, what), at + 5),
            [IAC, IAC, ..] => {
                what.push(IAC);
                at += 2;
            }
            [] | [IAC] => return Packet::Part,
            [IAC, ..] => return Packet::Foreign,
            [byte, ..] => {
                what.push(*byte);
                at += 1;
            }
        }
        if what.len() > LONGEST_WITHIN {
            return Packet::Foreign;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::{C, S, check};

    #[test]
    fn a_terminal_server_is_brought_to_tls() {
        let ask = C(&[IAC, WILL, START_TLS]);
        let follows = [IAC, SB, START_TLS, FOLLOWS, IAC, SE];
        let (here, there) = (C(follows.to_vec().leak()), S(follows.to_vec().leak()));
        check(&PROTOCOL, &[ask, S(&[IAC, DO, START_TLS]), here, there], "TLS");
        let options = S(&[IAC, DO, 24, IAC, WILL, 1, b'h', b'i', IAC, DO, START_TLS]);
        check(
            &PROTOCOL,
            &[options, ask, C(&[IAC, WONT, 24, IAC, DONT, 1]), here, there],
            "TLS",
        );
        check(
            &PROTOCOL,
            &[ask, S(&[IAC, DONT, START_TLS])],
            "declined: it refused START_TLS",
        );
        let silent = [
            S(&[IAC, DO, 24]),
            ask,
            C(&[IAC, WONT, 24]),
            crate::script::Step::Wait,
        ];
        check(&PROTOCOL, &silent, "declined: it does not answer START_TLS");
        check(
            &PROTOCOL,
            &[S(b"220 x ESMTP\r\n"), ask],
            "not spoken: 220 x ESMTP\\r\\n",
        );
        let mysql = b"\x21\0\0\0\x0a8.0.36\0\x08\0\0\0abcdefgh\0\xff\xf7\x2d\x02\0\xff\xc1\x15\0\0\0\0";
        assert!(crate::script::play(&PROTOCOL, &[S(mysql), ask]).starts_with("not spoken: !\\x00"));
        check(&PROTOCOL, &[S(b"what?\r\n"), ask], "not spoken: what?\\r\\n");
        let flood = [IAC, 241].repeat(200).leak();
        check(
            &PROTOCOL,
            &[ask, S(flood)],
            "misbehaved: it negotiates without end",
        );
    }

    #[test]
    fn commands_are_read_one_by_one() {
        let check = |bytes: &[u8], expected| assert_eq!(command(bytes), expected);
        check(
            b"login: \xff\xfb",
            Packet::Whole(Command::Text(b"login: ".to_vec()), 7),
        );
        check(
            &[IAC, SB, 24, 0, IAC, IAC, IAC, SE, 9],
            Packet::Whole(Command::Within(24, vec![0, IAC]), 8),
        );
        check(&[IAC, SB, 24, 0, IAC], Packet::Part);
        check(&[IAC, SB, 24, 0, IAC, DO], Packet::Foreign);
        check(&[IAC, 246, 1], Packet::Whole(Command::Other(246), 2));
    }
}

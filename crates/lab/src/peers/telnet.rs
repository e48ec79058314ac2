//! Telnet (RFC 854) with the START_TLS option 46 of draft-altman-telnet-starttls.
//!
//! The server asks DO START_TLS; a client that agrees answers WILL START_TLS; each side then sends the subnegotiation
//! FOLLOWS, and the client's is the last clear text before its ClientHello.

use std::net::{IpAddr, SocketAddr};

use crate::LabError;
use crate::proxy::pump;
use crate::zoo::Running;
use crate::zoo::line::{Ended, Line};
use crate::zoo::running::serve;

const IAC: u8 = 255;
const DONT: u8 = 254;
const DO: u8 = 253;
const WONT: u8 = 252;
const WILL: u8 = 251;
const SB: u8 = 250;
const SE: u8 = 240;
const START_TLS: u8 = 46;
const FOLLOWS: u8 = 1;

/// Starts a peer on a free port of `ip` that offers START_TLS, in front of the TLS server `upstream`. A client that
/// refuses gets a login prompt and nothing behind it.
///
/// # Errors
/// [`LabError::Listen`] when no port can be opened.
pub fn start(ip: IpAddr, upstream: SocketAddr) -> Result<Running, LabError> {
    serve(ip, move |client| {
        client.send(&[IAC, DO, START_TLS])?;
        loop {
            match read_command(client)? {
                Command::Option(WILL, START_TLS) => {
                    client.send(&[IAC, SB, START_TLS, FOLLOWS, IAC, SE])?;
                }
                Command::Option(WONT, START_TLS) => client.send(b"\r\nlogin: ")?,
                // Every other option is refused, once each, as RFC 854 asks.
                Command::Option(WILL, option) => client.send(&[IAC, DONT, option])?,
                Command::Option(DO, option) => client.send(&[IAC, WONT, option])?,
                Command::Option(..) => {}
                Command::Subnegotiation(words) if words == [START_TLS, FOLLOWS] => break,
                Command::Subnegotiation(_) | Command::Other => {}
            }
        }
        let mut server = client.dial(upstream)?;
        pump::join(client, &mut server, pump::as_is, pump::as_is)
    })
}

enum Command {
    /// WILL, WONT, DO or DONT, and the option.
    Option(u8, u8),
    /// What stands between SB and SE.
    Subnegotiation(Vec<u8>),
    /// Text, or a command without an option.
    Other,
}

fn read_command(client: &mut Line) -> Result<Command, Ended> {
    if byte(client)? != IAC {
        return Ok(Command::Other);
    }
    match byte(client)? {
        verb @ (WILL | WONT | DO | DONT) => Ok(Command::Option(verb, byte(client)?)),
        SB => subnegotiation(client).map(Command::Subnegotiation),
        _ => Ok(Command::Other),
    }
}

fn subnegotiation(client: &mut Line) -> Result<Vec<u8>, Ended> {
    let mut words = Vec::new();
    while words.len() < 1024 {
        match byte(client)? {
            IAC => match byte(client)? {
                SE => return Ok(words),
                escaped => words.push(escaped),
            },
            word => words.push(word),
        }
    }
    Err(Ended)
}

fn byte(client: &mut Line) -> Result<u8, Ended> {
    client.read_exactly(1)?.first().copied().ok_or(Ended)
}

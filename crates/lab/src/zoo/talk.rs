//! The two halves of a conversation in the clear: hello and flight, then heartbeats.

use super::beat::Beat;
use super::flight::Flight;
use super::hello::{self, ClientHello};
use super::line::{Ended, Line};
use super::record::{self, ALERT, CHANGE_CIPHER_SPEC, HEARTBEAT};

/// `handshake_failure`.
const HANDSHAKE_FAILURE: u8 = 40;
/// `decrypt_error`.
const DECRYPT_ERROR: u8 = 51;
const FATAL: u8 = 2;

/// Reads the ClientHello and makes a correct answer that offers heartbeats where the client does; sends nothing.
pub(crate) fn hear_hello(line: &mut Line) -> Result<Flight, Ended> {
    let (hello, flight) = hear_plain_hello(line)?;
    Ok(flight.with_heartbeats(&hello))
}

/// The same without heartbeats.
pub(crate) fn hear_plain_hello(line: &mut Line) -> Result<(ClientHello, Flight), Ended> {
    let hello = hello::read(line)?;
    if let Some(flight) = Flight::answer(&hello) {
        return Ok((hello, flight));
    }
    line.send(&record::alert(hello.version, FATAL, HANDSHAKE_FAILURE))?;
    close(line)
}

/// Gives each heartbeat to `answer` until the client goes away. The handshake cannot be finished here: who tries is
/// told so by an alert.
pub(crate) fn hear_beats<F>(line: &mut Line, mut answer: F) -> Result<(), Ended>
where
    F: FnMut(&mut Line, &Beat) -> Result<(), Ended>,
{
    loop {
        let record = record::read(line)?;
        match record.kind {
            HEARTBEAT => {
                if let Some(beat) = Beat::parse(record.version, &record.body) {
                    answer(line, &beat)?;
                }
            }
            ALERT => return close(line),
            CHANGE_CIPHER_SPEC => {
                line.send(&record::alert(record.version, FATAL, DECRYPT_ERROR))?;
                return close(line);
            }
            _ => {}
        }
    }
}

/// An orderly end: what was sent arrives, which a close with unread bytes would spoil by a reset.
pub(crate) fn close<T>(line: &mut Line) -> Result<T, Ended> {
    line.finish();
    line.wait_for_end()?;
    Err(Ended)
}

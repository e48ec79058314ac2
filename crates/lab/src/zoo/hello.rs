//! A ClientHello as a scripted peer reads it: what it must know to answer, and no more.

use super::line::{Ended, Line};
use super::record::{self, HANDSHAKE};

/// A client's first message.
#[derive(Debug, Default)]
pub(crate) struct ClientHello {
    /// The highest version that it names outside of extensions.
    pub(crate) version: u16,
    /// The cookie, in a datagram hello.
    pub(crate) cookie: Vec<u8>,
    /// The suites that it offers.
    pub(crate) suites: Vec<u16>,
    /// The extensions that it offers.
    pub(crate) extensions: Vec<u16>,
}

impl ClientHello {
    /// Reads the body of the message; `datagram` hellos carry a cookie.
    pub(crate) fn parse(body: &[u8], datagram: bool) -> Option<Self> {
        let mut rest = body;
        let version = take16(&mut rest)?;
        take(&mut rest, 32)?;
        let session = usize::from(take8(&mut rest)?);
        take(&mut rest, session)?;
        let cookie = if datagram {
            let length = usize::from(take8(&mut rest)?);
            take(&mut rest, length)?.to_vec()
        } else {
            Vec::new()
        };
        let length = usize::from(take16(&mut rest)?);
        let mut suite_bytes = take(&mut rest, length)?;
        let mut suites = Vec::new();
        while let Some(suite) = take16(&mut suite_bytes) {
            suites.push(suite);
        }
        let compressions = usize::from(take8(&mut rest)?);
        take(&mut rest, compressions)?;
        let mut extensions = Vec::new();
        take16(&mut rest);
        while let Some(extension) = take16(&mut rest) {
            let length = usize::from(take16(&mut rest)?);
            take(&mut rest, length)?;
            extensions.push(extension);
        }
        Some(Self {
            version,
            cookie,
            suites,
            extensions,
        })
    }

    /// Whether the client offers this extension.
    pub(crate) fn offers(&self, extension: u16) -> bool {
        self.extensions.contains(&extension)
    }
}

/// Reads records until a ClientHello is complete; anything else ends the conversation.
pub(crate) fn read(line: &mut Line) -> Result<ClientHello, Ended> {
    let mut bytes = Vec::new();
    loop {
        let record = record::read(line)?;
        if record.kind != HANDSHAKE {
            return Err(Ended);
        }
        bytes.extend(record.body);
        if let Some(body) = message_body(&bytes, 1) {
            return ClientHello::parse(body, false).ok_or(Ended);
        }
    }
}

fn message_body(bytes: &[u8], kind: u8) -> Option<&[u8]> {
    let &[found, high, middle, low, ref rest @ ..] = bytes else {
        return None;
    };
    let length = usize::try_from(u32::from_be_bytes([0, high, middle, low])).ok()?;
    rest.get(..length).filter(|_| found == kind)
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (first, after) = rest.split_at_checked(count)?;
    *rest = after;
    Some(first)
}

fn take8(rest: &mut &[u8]) -> Option<u8> {
    take(rest, 1)?.first().copied()
}

fn take16(rest: &mut &[u8]) -> Option<u16> {
    take(rest, 2)?.try_into().ok().map(u16::from_be_bytes)
}

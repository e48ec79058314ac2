//! A fixed TLS 1.2 ClientHello, and what must come back.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

/// Sends the ClientHello and expects a handshake record that begins with a ServerHello.
pub(crate) fn exchange(stream: &mut TcpStream) -> Result<(), String> {
    stream
        .write_all(&client_hello())
        .map_err(|error| error.to_string())?;
    let mut head = [0; 6];
    stream
        .read_exact(&mut head)
        .map_err(|error| format!("no answer to the ClientHello: {error}"))?;
    match head {
        [0x16, 0x03, _, _, _, 0x02] => Ok(()),
        _ => Err(format!("not a ServerHello: {head:02x?}")),
    }
}

fn client_hello() -> Vec<u8> {
    let extensions = [
        &[0x00, 0x0a, 0x00, 0x06, 0x00, 0x04, 0x00, 0x1d, 0x00, 0x17][..],
        &[0x00, 0x0b, 0x00, 0x02, 0x01, 0x00],
        &[
            0x00, 0x0d, 0x00, 0x08, 0x00, 0x06, 0x08, 0x04, 0x04, 0x01, 0x05, 0x01,
        ],
        &[0xff, 0x01, 0x00, 0x01, 0x00],
    ]
    .concat();
    let suites = [
        0xc0, 0x2f, 0xc0, 0x30, 0xc0, 0x13, 0xc0, 0x14, 0x00, 0x9c, 0x00, 0x2f,
    ];
    let mut body = vec![0x03, 0x03];
    body.extend([0x5a; 32]);
    body.push(0);
    body.extend(length(suites.len()));
    body.extend(suites);
    body.extend([1, 0]);
    body.extend(length(extensions.len()));
    body.extend(extensions);
    let mut record = vec![0x16, 0x03, 0x01];
    record.extend(length(body.len() + 4));
    record.extend([0x01, 0x00]);
    record.extend(length(body.len()));
    record.extend(body);
    record
}

fn length(count: usize) -> [u8; 2] {
    u16::try_from(count).unwrap().to_be_bytes()
}

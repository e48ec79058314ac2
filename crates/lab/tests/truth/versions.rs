//! One hello for each version, written apart from Holter's own wire crate, so that the table is not vouched for by the
//! thing it judges.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

/// What is asked of every server: the names of the table, and the number on the wire.
pub(crate) const VERSIONS: [(&str, u16); 6] = [
    ("SSLv2", 0x0002),
    ("SSLv3", 0x0300),
    ("TLSv1.0", 0x0301),
    ("TLSv1.1", 0x0302),
    ("TLSv1.2", 0x0303),
    ("TLSv1.3", 0x0304),
];

/// Everything that a server of the table may have alone.
const SUITES: &[u16] = &[
    0xc02f, 0xc030, 0xc013, 0xc014, 0xc02b, 0xc02c, 0xc009, 0xcca8, 0xcca9, 0xc011, 0xc012, 0x009e, 0x009f,
    0x0033, 0x0039, 0x009c, 0x009d, 0x002f, 0x0035, 0x000a, 0x0005, 0x0004, 0x0007, 0x0003, 0x0014, 0x003b,
    0x0002, 0xc018, 0xc015, 0xc010, 0x0041, 0x0084, 0xc076, 0xc050, 0xc060, 0xc061, 0x008c, 0x00a8, 0x00ff,
];

/// Whether the server answers a hello in exactly this version.
pub(crate) fn speaks(stream: &mut TcpStream, version: u16) -> bool {
    match version {
        0x0002 => answers_ssl2(stream),
        0x0304 => answer(
            stream,
            &hello(0x0303, &[0x1301, 0x1302, 0x1303, 0x1304, 0x1305], &[0], &newest()),
        )
        .is_some_and(|body| has_version_13(&body)),
        older => {
            let extensions = if older == 0x0300 { Vec::new() } else { usual() };
            answer(stream, &hello(older, SUITES, &[0], &extensions))
                .is_some_and(|body| body.get(..2) == Some(&older.to_be_bytes()))
        }
    }
}

/// The body of the ServerHello, or nothing where something else comes.
fn answer(stream: &mut TcpStream, record: &[u8]) -> Option<Vec<u8>> {
    stream.write_all(record).ok()?;
    let mut head = [0; 5];
    stream.read_exact(&mut head).ok()?;
    let mut rest = vec![0; usize::from(u16::from_be_bytes([head[3], head[4]]))];
    stream.read_exact(&mut rest).ok()?;
    (head[0] == 22 && rest.first() == Some(&2)).then(|| rest[4..].to_vec())
}

pub(crate) fn hello(version: u16, suites: &[u16], compressions: &[u8], extensions: &[u8]) -> Vec<u8> {
    let mut body = version.to_be_bytes().to_vec();
    body.extend([0x5a; 32]);
    body.push(0);
    body.extend(sized(
        &suites
            .iter()
            .flat_map(|suite| suite.to_be_bytes())
            .collect::<Vec<_>>(),
    ));
    body.push(u8::try_from(compressions.len()).unwrap());
    body.extend(compressions);
    if !extensions.is_empty() {
        body.extend(sized(extensions));
    }
    let message = [&[1, 0][..], &sized(&body)].concat();
    let record_version = version.min(0x0301).to_be_bytes();
    [&[22][..], &record_version, &sized(&message)].concat()
}

pub(crate) fn usual() -> Vec<u8> {
    [
        extension(
            10,
            &sized(&[
                0, 23, 0, 24, 0, 25, 0, 29, 0, 30, 0, 22, 0, 26, 0, 27, 0, 28, 1, 0, 1, 1, 0x11, 0xec,
            ]),
        ),
        extension(11, &[1, 0]),
        extension(
            13,
            &sized(&[4, 3, 5, 3, 8, 4, 8, 5, 8, 7, 4, 1, 5, 1, 2, 1, 2, 3]),
        ),
        extension(0xff01, &[0]),
    ]
    .concat()
}

/// Without a key share the server has to ask for one, which is a ServerHello too.
fn newest() -> Vec<u8> {
    [usual(), extension(43, &[2, 3, 4]), extension(51, &sized(&[]))].concat()
}

fn has_version_13(body: &[u8]) -> bool {
    let suite = 35 + usize::from(body[34]);
    body[suite + 5..]
        .windows(6)
        .any(|bytes| bytes == [0, 43, 0, 2, 3, 4])
}

/// An SSLv2 CLIENT-HELLO with every suite of its own; the answer's type is SERVER-HELLO.
fn answers_ssl2(stream: &mut TcpStream) -> bool {
    let suites = [
        1, 0, 0x80, 2, 0, 0x80, 3, 0, 0x80, 4, 0, 0x80, 5, 0, 0x80, 6, 0, 0x40, 7, 0, 0xc0,
    ];
    let mut message = vec![1, 0, 2, 0, 21, 0, 0, 0, 16];
    message.extend(suites);
    message.extend([0x5a; 16]);
    let record = [&[0x80, u8::try_from(message.len()).unwrap()][..], &message].concat();
    let mut head = [0; 3];
    stream.write_all(&record).is_ok()
        && stream.read_exact(&mut head).is_ok()
        && head[0] & 0x80 != 0
        && head[2] == 4
}

fn extension(kind: u16, body: &[u8]) -> Vec<u8> {
    [&kind.to_be_bytes()[..], &sized(body)].concat()
}

fn sized(bytes: &[u8]) -> Vec<u8> {
    [&u16::try_from(bytes.len()).unwrap().to_be_bytes()[..], bytes].concat()
}

//! A DTLS peer that sees what is in the datagrams.

use std::net::{SocketAddr, UdpSocket};

use holter_model::Stage;
use holter_wire::extension::Extension;
use holter_wire::server_hello::ServerHello;
use holter_wire::{CipherSuite, ContentType, HandshakeType, Version, dtls};

use crate::{Does, Log, Seen, answer};

/// A peer that speaks one version, for as long as the test lasts, and hears nothing of the first `lost` heartbeats.
pub(crate) fn start(version: Version, does: Does, lost: usize, log: &Log) -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    let log = log.clone();
    std::thread::spawn(move || {
        let mut bytes = vec![0; 1 << 16];
        while let Ok((count, client)) = socket.recv_from(&mut bytes) {
            let mut out = Vec::new();
            let (records, _) = dtls::records(&bytes[..count]);
            for record in &records {
                match record.content {
                    ContentType::HANDSHAKE => flight(&mut out, version, record.body),
                    ContentType::HEARTBEAT => {
                        let heard = log.lock().unwrap().len() >= lost;
                        if let Some(answer) = answer(does, record.body).filter(|_| heard) {
                            dtls::encode(&mut out, ContentType::HEARTBEAT, version, 9, &answer);
                        }
                        log.lock().unwrap().push(Seen {
                            version,
                            stage: Stage::MidHandshake,
                            body: record.body.to_vec(),
                        });
                    }
                    _ => {}
                }
            }
            if !out.is_empty() {
                socket.send_to(&out, client).unwrap();
            }
        }
    });
    address
}

/// Answers a hello, unless it offers only what is older: DTLS counts its versions downwards.
fn flight(out: &mut Vec<u8>, version: Version, message: &[u8]) {
    let offered = Version(u16::from_be_bytes([message[12], message[13]]));
    if offered > version {
        return dtls::encode(out, ContentType::ALERT, version, 0, &[2, 70]);
    }
    let hello = ServerHello {
        legacy_version: version,
        random: [3; 32],
        session_id: Vec::new(),
        suite: CipherSuite(0x002f),
        compression: 0,
        extensions: vec![Extension::session_ticket(), Extension::heartbeat()],
    };
    let mut body = Vec::new();
    hello.encode_body(&mut body);
    let mut messages = Vec::new();
    dtls::encode_message(&mut messages, HandshakeType::SERVER_HELLO, 0, &body);
    dtls::encode_message(&mut messages, HandshakeType::SERVER_HELLO_DONE, 1, &[]);
    dtls::encode(out, ContentType::HANDSHAKE, version, 0, &messages);
}

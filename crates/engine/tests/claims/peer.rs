//! A TLS peer that sees what is in the records, before its handshake is finished and after. It knows the scan's
//! chance and with it the secret that RSA would have brought.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};

use holter_handshake::Suite;
use holter_handshake::keys::Secrets;
use holter_handshake::prf::{Prf, Sender};
use holter_handshake::protect::Protection;
use holter_handshake::transcript::Transcript;
use holter_model::Stage;
use holter_model::seam::Dice as _;
use holter_wire::client_hello::ClientHello;
use holter_wire::extension::Extension;
use holter_wire::record::{self, Deframer};
use holter_wire::server_hello::ServerHello;
use holter_wire::{CipherSuite, ContentType, ExtensionType, HandshakeType, Version, handshake};

use crate::{DICE, Does, Log, Seen, answer};

/// TLS_RSA_WITH_AES_128_CBC_SHA.
const SUITE: CipherSuite = CipherSuite(0x002f);
const RANDOM: [u8; 32] = [3; 32];
const CHANCE: [u8; 32] = [4; 32];

/// The body of a Certificate message with an RSA key.
const CERTIFICATE: &[u8] = include_bytes!("../../../../fuzz/corpus/certificate/tls12-rsa");

/// A peer that speaks one version, for as long as the test lasts. `does`: with heartbeats in mid-handshake and after.
pub(crate) fn start(version: Version, does: (Does, Does), log: &Log) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let log = log.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut peer = Peer {
                stream: stream.unwrap(),
                version,
                does,
                log: log.clone(),
                transcript: Transcript::default(),
            };
            // `None`: the scan went away, or there was a reason to.
            let _ = peer.serve();
        }
    });
    address
}

struct Peer {
    stream: TcpStream,
    version: Version,
    does: (Does, Does),
    log: Log,
    transcript: Transcript,
}

impl Peer {
    fn serve(&mut self) -> Option<()> {
        let mut deframer = Deframer::default();
        let (_, message) = self.record(&mut deframer)?;
        let (hello, _) = ClientHello::read(&message[4..], false);
        if hello.version < self.version {
            // protocol_version
            return self.send(ContentType::ALERT, &[2, 70]);
        }
        self.transcript.add_encoded(&message);
        self.say_hello(&hello)?;

        let suite = Suite::of(SUITE).unwrap();
        let prf = Prf::of(self.version, &suite);
        let mut pre_master = [0; 48];
        DICE.fill(&mut pre_master);
        pre_master[..2].copy_from_slice(&hello.version.0.to_be_bytes());
        let secrets = Secrets::new(prf, &pre_master, &hello.random, &RANDOM);
        let (theirs, ours) = secrets.keys(&suite, self.version, &hello.random, &RANDOM);
        let mut reading = None;
        let mut theirs = Some(theirs);
        let mut writing = Protection::new(&suite, self.version, ours, CHANCE).unwrap();
        loop {
            let (content, mut body) = self.record(&mut deframer)?;
            if let Some(protection) = &mut reading {
                let protection: &mut Protection = protection;
                body = protection.open(content, self.version, &body).unwrap();
            }
            match content {
                ContentType::CHANGE_CIPHER_SPEC => {
                    reading = Some(Protection::new(&suite, self.version, theirs.take()?, CHANCE).unwrap());
                }
                ContentType::HANDSHAKE if reading.is_some() => {
                    let expected = secrets.verify_data(Sender::Client, self.transcript.messages());
                    assert_eq!(body[4..], expected, "the scan finishes its handshake");
                    self.transcript.add_encoded(&body);
                    let finished = secrets.verify_data(Sender::Server, self.transcript.messages());
                    let mut message = Vec::new();
                    handshake::encode(&mut message, HandshakeType::FINISHED, |out| out.extend(finished));
                    self.send(ContentType::CHANGE_CIPHER_SPEC, &[1])?;
                    let sealed = writing
                        .seal(ContentType::HANDSHAKE, self.version, &message)
                        .unwrap();
                    self.send(ContentType::HANDSHAKE, &sealed)?;
                }
                ContentType::HANDSHAKE => self.transcript.add_encoded(&body),
                ContentType::HEARTBEAT => {
                    let (stage, does) = match reading {
                        None => (Stage::MidHandshake, self.does.0),
                        Some(_) => (Stage::Finished, self.does.1),
                    };
                    if does == Does::Close {
                        self.saw(stage, body);
                        return None;
                    }
                    let answer = answer(does, &body);
                    self.saw(stage, body);
                    if let Some(mut answer) = answer {
                        if stage == Stage::Finished {
                            answer = writing.seal(content, self.version, &answer).unwrap();
                        }
                        self.send(content, &answer)?;
                    }
                }
                _ => {}
            }
        }
    }

    fn say_hello(&mut self, hello: &ClientHello) -> Option<()> {
        // As OpenSSL lays it out: renegotiation_info answers a signal among the suites, too.
        let mut extensions = vec![
            Extension::renegotiation_info(),
            Extension::session_ticket(),
            Extension::heartbeat(),
        ];
        extensions.retain(|ours| {
            ours.kind == ExtensionType::RENEGOTIATION_INFO
                || hello.extensions.iter().any(|theirs| theirs.kind == ours.kind)
        });
        let answer = ServerHello {
            legacy_version: self.version,
            random: RANDOM,
            session_id: Vec::new(),
            suite: SUITE,
            compression: 0,
            extensions,
        };
        let mut body = Vec::new();
        answer.encode_body(&mut body);
        for (kind, body) in [
            (HandshakeType::SERVER_HELLO, &body[..]),
            (HandshakeType::CERTIFICATE, CERTIFICATE),
            (HandshakeType::SERVER_HELLO_DONE, &[]),
        ] {
            let mut message = Vec::new();
            handshake::encode(&mut message, kind, |out| out.extend_from_slice(body));
            self.transcript.add_encoded(&message);
            self.send(ContentType::HANDSHAKE, &message)?;
        }
        Some(())
    }

    fn record(&mut self, deframer: &mut Deframer) -> Option<(ContentType, Vec<u8>)> {
        loop {
            if let Some(record) = deframer.next_record().unwrap() {
                return Some((record.content, record.body.to_vec()));
            }
            let mut bytes = [0; 4096];
            let count = self.stream.read(&mut bytes).ok().filter(|count| *count > 0)?;
            deframer.push(&bytes[..count]);
        }
    }

    fn send(&mut self, content: ContentType, body: &[u8]) -> Option<()> {
        let mut bytes = Vec::new();
        record::encode(&mut bytes, content, self.version, body);
        self.stream.write_all(&bytes).ok()
    }

    fn saw(&self, stage: Stage, body: Vec<u8>) {
        let version = self.version;
        self.log.lock().unwrap().push(Seen { version, stage, body });
    }
}

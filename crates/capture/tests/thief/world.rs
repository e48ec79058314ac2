//! Conversations of every kind that heartbeats can occur in, made up by chance, and the truth about them.

use holter_capture::Side;
use holter_wire::client_hello::ClientHello;
use holter_wire::extension::Extension;
use holter_wire::server_hello::ServerHello;
use holter_wire::{CipherSuite, ContentType, HandshakeType, Version, dtls, handshake};

use crate::packets::Chance;
use crate::robbery::claim;
use crate::tap::Piece;

/// How what is in a record is covered: version, suite, and what stands around the content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    version: Version,
    suite: u16,
    around: usize,
    block: usize,
    /// The handshake is finished.
    sealed: bool,
    pub(crate) datagrams: bool,
}

impl Kind {
    const fn of(name: &'static str, version: Version, suite: u16, around: usize, block: usize) -> Self {
        Self {
            name,
            version,
            suite,
            around,
            block,
            sealed: true,
            datagrams: version.0 > 0xfe00,
        }
    }

    const fn open(name: &'static str, version: Version) -> Self {
        let mut kind = Self::of(name, version, 0x009c, 0, 0);
        kind.sealed = false;
        kind
    }

    /// Whether its content can be read by anybody.
    pub(crate) fn is_clear(self) -> bool {
        !self.sealed || self.name.starts_with("null")
    }

    /// Whether its records tell the length of their content, and their order who asked.
    pub(crate) const fn is_exact(self) -> bool {
        self.block == 0 && !self.datagrams
    }
}

/// All of them.
pub(crate) const KINDS: [Kind; 14] = [
    Kind::open("clear", Version::TLS11),
    Kind::of("gcm", Version::TLS12, 0x009c, 24, 0),
    Kind::of("rc4", Version::TLS12, 0x0005, 20, 0),
    Kind::of("rc4-md5", Version::TLS10, 0x0004, 16, 0),
    Kind::of("chacha", Version::TLS12, 0xcca8, 16, 0),
    Kind::of("cbc", Version::TLS12, 0x002f, 36, 16),
    Kind::of("cbc-sha256", Version::TLS12, 0x003c, 48, 16),
    Kind::of("3des", Version::TLS10, 0x000a, 20, 8),
    Kind::of("null-md5", Version::TLS10, 0x0001, 16, 0),
    Kind::of("null-sha", Version::TLS11, 0x0002, 20, 0),
    Kind::of("null-sha256", Version::TLS12, 0x003b, 32, 0),
    Kind::open("dtls", Version::DTLS10),
    Kind::of("dtls-gcm", Version::DTLS12, 0x009c, 24, 0),
    Kind::of("dtls-cbc", Version::DTLS10, 0x002f, 36, 16),
];

/// What the one who is asked does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Victim {
    Bleeds,
    Repaired,
    Mute,
}

/// What really happened.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Truth {
    pub(crate) leaked: u64,
    pub(crate) forbidden: u64,
    pub(crate) forbidden_answered: bool,
}

/// One conversation.
pub(crate) struct World {
    pub(crate) kind: Kind,
    pub(crate) asker: Side,
    pub(crate) victim: Victim,
    /// Requests were sent before those before them were answered.
    pub(crate) together: bool,
    pub(crate) truth: Truth,
    pub(crate) pieces: Vec<Piece>,
    changed: [bool; 2],
    numbers: [[u64; 2]; 2],
    messages: [u16; 2],
}

/// What stands before TLS.
const DIALECTS: [&[(Side, &[u8])]; 4] = [
    &[],
    &[
        (Side::Answerer, b"220 mail ESMTP\r\n"),
        (Side::Opener, b"EHLO a\r\n"),
        (Side::Answerer, b"250-mail\r\n250 STARTTLS\r\n"),
        (Side::Opener, b"STARTTLS\r\n"),
        (Side::Answerer, b"220 go ahead\r\n"),
    ],
    &[
        (Side::Answerer, b"* OK IMAP4rev1\r\n"),
        (Side::Opener, b"a STARTTLS\r\n"),
        (Side::Answerer, b"a OK begin\r\n"),
    ],
    &[
        (Side::Opener, b"CONNECT ehr:443 HTTP/1.1\r\n\r\n"),
        (Side::Answerer, b"HTTP/1.1 200 established\r\n\r\n"),
    ],
];

impl World {
    pub(crate) fn invent(chance: &mut Chance) -> Self {
        let kind = KINDS[chance.below(KINDS.len())];
        let mut world = Self {
            kind,
            asker: [Side::Opener, Side::Answerer][chance.below(2)],
            victim: [Victim::Bleeds, Victim::Repaired, Victim::Mute][chance.below(3)],
            together: false,
            truth: Truth::default(),
            pieces: Vec::new(),
            changed: [false; 2],
            numbers: [[0; 2]; 2],
            messages: [0; 2],
        };
        let wicked = chance.below(3) > 0;
        if !kind.datagrams {
            for (side, words) in DIALECTS[chance.below(DIALECTS.len())] {
                world.pieces.push(Piece {
                    side: *side,
                    bytes: words.to_vec(),
                });
            }
        }
        world.begin();
        for _ in 0..=chance.below(5) {
            if kind.sealed && chance.below(3) == 0 {
                for (side, most) in [(Side::Opener, 900), (Side::Answerer, 9000)] {
                    let length = 100 + chance.below(most);
                    world.say(side, ContentType::APPLICATION_DATA, &vec![0x55; length], 0);
                }
            }
            let count = [1, 1, 1, 2, 3][chance.below(5)];
            world.together |= count > 1;
            let requests: Vec<Vec<u8>> = (0..count)
                .map(|_| request(chance, wicked, kind.datagrams))
                .collect();
            world.exchange(chance, &requests);
        }
        if kind.datagrams {
            // What is lost last leaves no gap in the numbers.
            for side in [Side::Opener, Side::Answerer] {
                world.say(side, ContentType::ALERT, &[1, 0], 0);
            }
        }
        world
    }

    fn begin(&mut self) {
        let version = self.kind.version;
        let mut hello = ClientHello::new(version, [3; 32]);
        hello.suites = vec![CipherSuite(self.kind.suite)];
        hello.extensions = vec![Extension::heartbeat()];
        if self.kind.datagrams {
            hello.cookie = Some(Vec::new());
        }
        let mut body = Vec::new();
        hello.encode_body(&mut body);
        self.message(Side::Opener, HandshakeType::CLIENT_HELLO, &body);
        let answer = ServerHello {
            legacy_version: version,
            random: [4; 32],
            session_id: Vec::new(),
            suite: CipherSuite(self.kind.suite),
            compression: 0,
            extensions: vec![Extension::heartbeat()],
        };
        let mut body = Vec::new();
        answer.encode_body(&mut body);
        self.message(Side::Answerer, HandshakeType::SERVER_HELLO, &body);
        self.message(Side::Answerer, HandshakeType::SERVER_HELLO_DONE, &[]);
        if self.kind.sealed {
            self.message(Side::Opener, HandshakeType::CLIENT_KEY_EXCHANGE, &[9; 130]);
            for side in [Side::Opener, Side::Answerer] {
                self.say(side, ContentType::CHANGE_CIPHER_SPEC, &[1], 0);
                self.changed[usize::from(side == Side::Answerer)] = true;
                let finished = if self.kind.datagrams { 24 } else { 16 };
                self.say(side, ContentType::HANDSHAKE, &vec![7; finished], 0);
            }
        }
    }

    fn message(&mut self, side: Side, kind: HandshakeType, body: &[u8]) {
        let mut message = Vec::new();
        if self.kind.datagrams {
            let number = &mut self.messages[usize::from(side == Side::Answerer)];
            dtls::encode_message(&mut message, kind, *number, body);
            *number += 1;
        } else {
            handshake::encode(&mut message, kind, |out| out.extend(body));
        }
        self.say(side, ContentType::HANDSHAKE, &message, 0);
    }

    /// A record; `pad`: so many blocks of padding more than it needs.
    fn say(&mut self, side: Side, content: ContentType, body: &[u8], pad: usize) {
        let place = usize::from(side == Side::Answerer);
        let changed = self.changed[place];
        let Kind { around, block, .. } = self.kind;
        let body = match (changed, block) {
            (false, _) => body.to_vec(),
            (true, 0) if self.kind.is_clear() => [body, &vec![0xee; around]].concat(),
            (true, 0) => noise(body.len() + around),
            (true, block) => {
                // Vector and authentication, at least one byte of padding, up to a block.
                let own = if self.kind.version == Version::TLS10 {
                    0
                } else {
                    block
                };
                let most = body.len() + around - own;
                noise(own + most.div_euclid(block) * block + block * (1 + pad))
            }
        };
        let mut bytes = Vec::new();
        if self.kind.datagrams {
            let epoch = usize::from(changed);
            let number = &mut self.numbers[place][epoch];
            dtls::encode(&mut bytes, content, self.kind.version, *number, &body);
            bytes[3..5].copy_from_slice(&u16::from(changed).to_be_bytes());
            *number += 1;
        } else {
            bytes.push(content.0);
            bytes.extend(self.kind.version.0.to_be_bytes());
            bytes.extend(u16::try_from(body.len()).unwrap().to_be_bytes());
            bytes.extend(body);
        }
        self.pieces.push(Piece { side, bytes });
    }

    fn exchange(&mut self, chance: &mut Chance, requests: &[Vec<u8>]) {
        for request in requests {
            // Who asks may pad as it likes.
            let pad = if chance.below(4) == 0 { chance.below(12) } else { 0 };
            self.say(self.asker, ContentType(24), request, pad);
        }
        for request in requests {
            let claimed = usize::from(u16::from_be_bytes([request[1], request[2]]));
            let forbidden = claimed + 19 > request.len();
            self.truth.forbidden += u64::from(forbidden);
            if self.victim == Victim::Mute || (self.victim == Victim::Repaired && forbidden) {
                continue;
            }
            let mut answer = vec![0x41; claimed + 19];
            answer[..3].copy_from_slice(&[2, request[1], request[2]]);
            for part in answer.chunks(1 << 14) {
                self.say(self.asker.other(), ContentType(24), part, 0);
            }
            self.truth.leaked += u64::try_from(claimed.saturating_sub(request.len() - 3)).unwrap();
            self.truth.forbidden_answered |= forbidden;
        }
    }
}

/// Bytes that look like nothing in particular.
fn noise(length: usize) -> Vec<u8> {
    (0..length)
        .map(|at| (at * 167 + length * 31 + 0x55).to_le_bytes()[0] | 0x40)
        .collect()
}

fn request(chance: &mut Chance, wicked: bool, datagrams: bool) -> Vec<u8> {
    let most = (1 << 14) - 19;
    if !wicked || chance.below(3) == 0 {
        let payload = [0, 1, 16, 18, 44, 200, 1400, 4000, 16_000, most][chance.below(10)];
        let padding = if payload < 5000 && chance.below(3) == 0 {
            16 + chance.below(50)
        } else {
            16
        };
        return claim(u16::try_from(payload).unwrap(), payload + padding);
    }
    let brought = [0, 0, 0, 5, 30, 44, 200, 8000][chance.below(8)];
    let more = [0, 1, 44, 100, 4000, 0x4000, 0x8000, 0xffff][chance.below(8)];
    let claimed = (brought + more).min(if datagrams { most } else { 0xffff });
    claim(u16::try_from(claimed).unwrap(), brought)
}

//! Captures made by hand: one TLS connection, with a theft in it or without.

/// What a peer may call itself.
pub(crate) const HOSTILE: &str = "<script>alert(1)</script>\u{1b}[2J\u{202e}";

/// Packets with their moments, in order.
pub(crate) struct Conversation;

/// One packet of IP, and when it was captured, in milliseconds.
pub(crate) type Packet = (u32, Vec<u8>);

const CLIENT: ([u8; 4], u16) = ([192, 0, 2, 7], 50_000);
const SERVER: ([u8; 4], u16) = ([192, 0, 2, 1], 443);

/// Two ends that talk.
struct Talk {
    packets: Vec<Packet>,
    next: [u32; 2],
    /// The client's port.
    port: u16,
}

impl Conversation {
    /// A greeting, and nothing else.
    pub(crate) fn quiet() -> Vec<Packet> {
        let mut talk = Talk::begun();
        talk.close();
        talk.packets
    }

    /// Lab results that pass in the clear.
    pub(crate) fn clinical() -> Vec<Packet> {
        let mut talk = Talk::opened();
        for _ in 0..3 {
            talk.says(0, b"\x0bMSH|^~\\&|LAB|W|EHR|H|20261122||ORU^R01|1|P|2.5\r\x1c\r");
            talk.says(
                1,
                b"\x0bMSH|^~\\&|EHR|H|LAB|W|20261122||ACK|1|P|2.5\rMSA|AA|1\r\x1c\r",
            );
        }
        talk.close();
        talk.packets
    }

    /// Both say the same in the clear, each of these in a connection of its own.
    pub(crate) fn in_the_clear(said: &[Vec<u8>]) -> Vec<Packet> {
        let mut packets = Vec::new();
        for (number, words) in (0..).zip(said) {
            let mut talk = Talk::opened_from(CLIENT.1 + number);
            for _ in 0..3 {
                talk.says(0, words);
                talk.says(1, words);
            }
            talk.close();
            packets.extend(talk.packets);
        }
        packets
    }

    /// A greeting, a request that brings nothing and claims so many bytes, and the answer to it.
    pub(crate) fn theft(claims: u16) -> Vec<Packet> {
        let mut talk = Talk::begun();
        let [high, low] = claims.to_be_bytes();
        talk.says(0, &record(24, &[1, high, low]));
        let mut answer = vec![2, high, low];
        answer.resize(3 + usize::from(claims) + 16, b'x');
        talk.says(1, &record(24, &answer));
        talk.close();
        talk.packets
    }
}

impl Conversation {
    /// A client that asks for a server by this name and for a protocol of this name, and a server that agrees.
    pub(crate) fn calling_itself(words: &str) -> Vec<Packet> {
        let mut talk = Talk::opened();
        let name: Vec<u8> = words.bytes().take(200).collect();
        let length = u8::try_from(name.len()).unwrap();
        let protocols = [&[0, length + 1, length][..], &name].concat();
        let asked = [&[0, length + 3, 0, 0, length][..], &name].concat();
        let extensions = [extension(0, &asked), extension(16, &protocols)].concat();
        let mut client = vec![3, 3];
        client.extend([7; 32]);
        client.extend([0, 0, 2, 0, 0x2f, 1, 0]);
        client.extend(u16::try_from(extensions.len()).unwrap().to_be_bytes());
        client.extend(extensions);
        talk.says(0, &record(22, &message(1, &client)));
        let mut server = vec![3, 3];
        server.extend([8; 32]);
        let extensions = extension(16, &protocols);
        server.extend([0, 0, 0x2f, 0]);
        server.extend(u16::try_from(extensions.len()).unwrap().to_be_bytes());
        server.extend(extensions);
        talk.says(1, &record(22, &message(2, &server)));
        talk.close();
        talk.packets
    }
}

impl Talk {
    fn opened() -> Self {
        Self::opened_from(CLIENT.1)
    }

    fn opened_from(port: u16) -> Self {
        let mut talk = Self {
            packets: Vec::new(),
            next: [1000, 2000],
            port,
        };
        talk.send(0, 0x02, &[]);
        talk.next[0] += 1;
        talk.send(1, 0x12, &[]);
        talk.next[1] += 1;
        talk.send(0, 0x10, &[]);
        talk
    }

    fn begun() -> Self {
        let mut talk = Self::opened();
        let heartbeat = [0, 15, 0, 1, 1];
        let mut client = vec![3, 2];
        client.extend([7; 32]);
        client.extend([0, 0, 2, 0, 0x2f, 1, 0, 0, 5]);
        client.extend(heartbeat);
        talk.says(0, &record(22, &message(1, &client)));
        let mut server = vec![3, 2];
        server.extend([8; 32]);
        server.extend([0, 0, 0x2f, 0, 0, 5]);
        server.extend(heartbeat);
        talk.says(1, &record(22, &message(2, &server)));
        talk
    }

    fn says(&mut self, side: usize, bytes: &[u8]) {
        self.send(side, 0x18, bytes);
        self.next[side] += u32::try_from(bytes.len()).unwrap();
    }

    fn close(&mut self) {
        self.send(0, 0x11, &[]);
        self.next[0] += 1;
        self.send(1, 0x11, &[]);
        self.next[1] += 1;
        self.send(0, 0x10, &[]);
    }

    fn send(&mut self, side: usize, flags: u8, data: &[u8]) {
        let client = (CLIENT.0, self.port);
        let (from, to) = if side == 0 {
            (client, SERVER)
        } else {
            (SERVER, client)
        };
        let ack = if flags & 0x10 == 0 { 0 } else { self.next[1 - side] };
        let length = u16::try_from(40 + data.len()).unwrap();
        let mut packet = vec![0x45, 0];
        packet.extend(length.to_be_bytes());
        packet.extend([0, 0, 0x40, 0, 64, 6, 0, 0]);
        packet.extend(from.0);
        packet.extend(to.0);
        packet.extend(from.1.to_be_bytes());
        packet.extend(to.1.to_be_bytes());
        packet.extend(self.next[side].to_be_bytes());
        packet.extend(ack.to_be_bytes());
        packet.extend([0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
        packet.extend(data);
        let at = u32::try_from(self.packets.len()).unwrap() * 10;
        self.packets.push((at, packet));
    }
}

/// A handshake message.
fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let [_, a, b, c] = u32::try_from(body.len()).unwrap().to_be_bytes();
    [&[kind, a, b, c], body].concat()
}

/// An extension of a hello.
fn extension(kind: u8, body: &[u8]) -> Vec<u8> {
    let [high, low] = u16::try_from(body.len()).unwrap().to_be_bytes();
    [&[0, kind, high, low], body].concat()
}

/// A record of TLS 1.1.
fn record(kind: u8, body: &[u8]) -> Vec<u8> {
    let [high, low] = u16::try_from(body.len()).unwrap().to_be_bytes();
    [&[kind, 3, 2, high, low], body].concat()
}

/// A capture of raw IP.
pub(crate) fn file(packets: &[Packet]) -> Vec<u8> {
    let mut file = Vec::new();
    for word in [0xa1b2_c3d4_u32, 0x0002_0004, 0, 0, 65_535, 101] {
        file.extend(word.to_be_bytes());
    }
    for (at, packet) in packets {
        let length = u32::try_from(packet.len()).unwrap();
        for word in [1_396_980_000 + at / 1000, at % 1000 * 1000, length, length] {
            file.extend(word.to_be_bytes());
        }
        file.extend(packet);
    }
    file
}

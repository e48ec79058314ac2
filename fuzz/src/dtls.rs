//! Datagrams of a DTLS peer: records, fragments put together in order, and the cookie request.

use holter_wire::dtls::{self, HelloVerifyRequest, Message, Reassembler};
use holter_wire::{ContentType, HandshakeType};

const LIMIT: usize = 1000;

/// Takes `data` for datagrams, each behind its length in two bytes.
pub fn run(data: &[u8]) {
    let mut reassembler = Reassembler::new(0, LIMIT);
    let (mut rest, mut next) = (data, 0_u16);
    while let Some(([high, low], tail)) = rest.split_first_chunk::<2>() {
        let length = usize::from(u16::from_be_bytes([*high, *low])).min(tail.len());
        let (datagram, tail) = tail.split_at(length);
        rest = tail;
        for message in messages(datagram, &mut reassembler) {
            assert_eq!(message.sequence, next);
            assert!(message.body.len() <= LIMIT);
            next = next.wrapping_add(1);
            written_and_read(&message);
            if message.kind == HandshakeType::HELLO_VERIFY_REQUEST {
                let (request, oddities) = HelloVerifyRequest::read(&message.body);
                assert_eq!(request.is_none(), !oddities.is_empty());
            }
        }
    }
}

fn messages(datagram: &[u8], reassembler: &mut Reassembler) -> Vec<Message> {
    let (records, _) = dtls::records(datagram);
    let bytes: usize = records.iter().map(|record| record.body.len() + 13).sum();
    assert!(bytes <= datagram.len());
    let mut messages = Vec::new();
    for record in records {
        if record.epoch == 0 {
            let mut again = Vec::new();
            dtls::encode(
                &mut again,
                record.content,
                record.version,
                record.sequence,
                record.body,
            );
            assert_eq!(dtls::records(&again), (vec![record], Vec::new()));
        }
        if record.content == ContentType::HANDSHAKE {
            let _ = reassembler.push(record.body);
            messages.extend(std::iter::from_fn(|| reassembler.next_message()));
        }
    }
    messages
}

fn written_and_read(message: &Message) {
    let mut fragment = Vec::new();
    dtls::encode_message(&mut fragment, message.kind, message.sequence, &message.body);
    let mut reassembler = Reassembler::new(message.sequence, LIMIT);
    assert!(reassembler.push(&fragment).is_empty());
    assert_eq!(reassembler.next_message().as_ref(), Some(message));
}

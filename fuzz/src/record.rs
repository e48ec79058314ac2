//! The stream of a TLS peer: fed in any pieces, it gives the same records and the same handshake messages.

use holter_wire::handshake::Joiner;
use holter_wire::record::{Deframer, LONGEST_BODY, NotRecords};
use holter_wire::{ContentType, HandshakeType, Version};

const LIMIT: usize = 1000;

#[derive(Debug, Default, PartialEq)]
struct Heard {
    records: Vec<(ContentType, Version, Vec<u8>)>,
    messages: Vec<(HandshakeType, usize, Option<Vec<u8>>)>,
    end: Option<NotRecords>,
    unread: usize,
}

/// Takes the first byte of `data` for the size of the pieces and the rest for the stream.
pub fn run(data: &[u8]) {
    let Some((size, stream)) = data.split_first() else {
        return;
    };
    let whole = heard(stream, stream.len().max(1));
    assert_eq!(whole, heard(stream, usize::from(*size) + 1));
    assert_eq!(whole, heard(stream, 1));
    assert!(whole.records.iter().all(|record| record.2.len() <= LONGEST_BODY));
    let kept = |body: &Option<Vec<u8>>| body.as_ref().is_none_or(|body| body.len() <= LIMIT);
    assert!(whole.messages.iter().all(|message| kept(&message.2)));
}

fn heard(stream: &[u8], piece: usize) -> Heard {
    let (mut deframer, mut joiner, mut heard) = (Deframer::default(), Joiner::new(LIMIT), Heard::default());
    for chunk in stream.chunks(piece) {
        deframer.push(chunk);
        loop {
            match deframer.next_record() {
                Ok(Some(record)) => {
                    heard
                        .records
                        .push((record.content, record.version, record.body.to_vec()));
                    if record.content == ContentType::HANDSHAKE {
                        joiner.push(record.body);
                    }
                }
                Ok(None) => break,
                Err(error) => {
                    heard.end = Some(error);
                    break;
                }
            }
            while let Some(message) = joiner.next_message() {
                let body = message.body.map(<[u8]>::to_vec);
                heard.messages.push((message.kind, message.length, body));
            }
        }
    }
    heard.unread = deframer.unread().len();
    heard
}

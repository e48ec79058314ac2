//! pcap: a header of 24 bytes, then packets behind headers of 16 (draft-ietf-opsawg-pcap).

use std::io::Read;

use super::buffer::Buffer;
use super::{Fault, Found, LONGEST, Step};
use crate::link::Link;
use crate::listener::Moment;
use crate::packet::Packet;

/// What the first four bytes of the file say.
#[derive(Clone, Copy)]
pub(super) struct Form {
    big: bool,
    nanos: bool,
    // The patched libpcap of the nineties has 8 more bytes before each packet.
    header: usize,
}

pub(super) fn form(magic: [u8; 4]) -> Option<Form> {
    let form = |big, nanos, header| Some(Form { big, nanos, header });
    match magic {
        [0xa1, 0xb2, 0xc3, 0xd4] => form(true, false, 16),
        [0xd4, 0xc3, 0xb2, 0xa1] => form(false, false, 16),
        [0xa1, 0xb2, 0x3c, 0x4d] => form(true, true, 16),
        [0x4d, 0x3c, 0xb2, 0xa1] => form(false, true, 16),
        [0xa1, 0xb2, 0xcd, 0x34] => form(true, false, 24),
        [0x34, 0xcd, 0xb2, 0xa1] => form(false, false, 24),
        _ => None,
    }
}

pub(super) struct Classic {
    form: Form,
    link: Link,
}

impl Classic {
    pub(super) fn new(form: Form, head: &[u8; 24]) -> Self {
        let &[.., a, b, c, d] = head;
        // The upper bits say how long the frame check sequence is; the IP header says where the packet ends.
        let [_, _, c, d] = if form.big { [a, b, c, d] } else { [d, c, b, a] };
        Self {
            form,
            link: Link::from(u16::from_be_bytes([c, d])),
        }
    }

    pub(super) fn step<R: Read>(&mut self, buffer: &mut Buffer<R>) -> Step {
        let header = self.form.header;
        let Some(head) = buffer.peek(header).and_then(|bytes| bytes.first_chunk::<16>()) else {
            return Step::End;
        };
        let [s0, s1, s2, s3, f0, f1, f2, f3, c0, c1, c2, c3, w0, w1, w2, w3] = *head;
        let number = |bytes| {
            if self.form.big {
                u32::from_be_bytes(bytes)
            } else {
                u32::from_le_bytes(bytes)
            }
        };
        let captured = number([c0, c1, c2, c3]);
        if captured > LONGEST {
            return Step::Broken(Fault::PacketLength);
        }
        let len = captured as usize;
        if buffer.peek(header + len).is_none() {
            return Step::End;
        }
        let parts = u64::from(number([f0, f1, f2, f3])) * if self.form.nanos { 1 } else { 1000 };
        Step::Packet(Found {
            packet: Packet {
                at: Moment(u64::from(number([s0, s1, s2, s3])) * 1_000_000_000 + parts),
                link: self.link,
                length: number([w0, w1, w2, w3]).max(captured),
                bytes: &[],
            },
            from: header,
            len,
            whole: header + len,
        })
    }
}

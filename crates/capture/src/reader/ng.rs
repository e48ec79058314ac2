//! pcapng: sections, each of its own byte order, with interfaces, each of its own clock (draft-ietf-opsawg-pcapng).

use std::io::Read;

use super::buffer::Buffer;
use super::{Fault, Found, LONGEST, Step};
use crate::link::Link;
use crate::listener::Moment;
use crate::packet::Packet;

/// What every section begins with, in both byte orders.
pub(super) const MAGIC: [u8; 4] = [0x0a, 0x0d, 0x0d, 0x0a];

/// A section with more interfaces than this is not a real one.
const INTERFACES: usize = 4096;

/// How much of a block that holds no packet is looked at: what counts stands in front.
const LOOKED_AT: usize = 4096;

#[derive(Clone, Copy)]
struct Interface {
    link: Link,
    // 0: not limited.
    snap: u32,
    ticks: Ticks,
    offset: i64,
    dropped: u64,
}

/// How many ticks of an interface's clock make a second.
#[derive(Clone, Copy)]
enum Ticks {
    Micro,
    Nano,
    Decimal(u32),
    Binary(u32),
}

#[derive(Default)]
pub(super) struct Ng {
    big: bool,
    interfaces: Vec<Interface>,
    // Of the sections before this one.
    dropped: u64,
    // A packet without a time has the one before it.
    last: Moment,
}

impl Ng {
    pub(super) fn dropped(&self) -> u64 {
        let here = self.interfaces.iter().map(|interface| interface.dropped);
        here.fold(self.dropped, u64::saturating_add)
    }

    fn number(&self, bytes: [u8; 4]) -> u32 {
        if self.big {
            u32::from_be_bytes(bytes)
        } else {
            u32::from_le_bytes(bytes)
        }
    }

    fn short(&self, bytes: [u8; 2]) -> u16 {
        if self.big {
            u16::from_be_bytes(bytes)
        } else {
            u16::from_le_bytes(bytes)
        }
    }

    fn long(&self, bytes: [u8; 8]) -> u64 {
        if self.big {
            u64::from_be_bytes(bytes)
        } else {
            u64::from_le_bytes(bytes)
        }
    }

    pub(super) fn step<R: Read>(&mut self, buffer: &mut Buffer<R>) -> Step {
        let Some(&[k0, k1, k2, k3, l0, l1, l2, l3, o0, o1, o2, o3]) =
            buffer.peek(12).and_then(|bytes| bytes.first_chunk::<12>())
        else {
            return Step::End;
        };
        if [k0, k1, k2, k3] == MAGIC {
            self.big = match [o0, o1, o2, o3] {
                [0x1a, 0x2b, 0x3c, 0x4d] => true,
                [0x4d, 0x3c, 0x2b, 0x1a] => false,
                _ => return Step::Broken(Fault::ByteOrder),
            };
        }
        let length = self.number([l0, l1, l2, l3]);
        if length < 12 {
            return Step::Broken(Fault::BlockLength);
        }
        let kind = self.number([k0, k1, k2, k3]);
        // Some write lengths that are no multiple of 4 and pad all the same.
        let whole = u64::from(length).next_multiple_of(4);
        let Some(short) = usize::try_from(whole)
            .ok()
            .filter(|_| whole <= u64::from(LONGEST))
        else {
            if matches!(kind, 2 | 3 | 6) {
                return Step::Broken(Fault::PacketLength);
            }
            return self.far(kind, whole, buffer);
        };
        let Some(block) = buffer.peek(short) else {
            return Step::End;
        };
        if block.last_chunk::<4>().map(|end| self.number(*end)) != Some(length) {
            return Step::Broken(Fault::BlockLength);
        }
        let body = block.get(8..short - 4).unwrap_or_default();
        match kind {
            6 => self.enhanced(body, short),
            3 => self.simple(body, short),
            2 => self.obsolete(body, short),
            _ => {
                self.other(kind, body);
                buffer.consume(short);
                Step::Passed
            }
        }
    }

    /// A block that is too long to hold: comments, secrets, a vendor's own.
    fn far<R: Read>(&mut self, kind: u32, whole: u64, buffer: &mut Buffer<R>) -> Step {
        let Some(head) = buffer.peek(LOOKED_AT) else {
            return Step::End;
        };
        let body = head.get(8..).unwrap_or_default();
        self.other(kind, body);
        buffer.pass(whole);
        Step::Passed
    }

    fn other(&mut self, kind: u32, body: &[u8]) {
        match kind {
            0x0a0d_0d0a => {
                self.dropped = self.dropped();
                self.interfaces.clear();
            }
            1 => self.describe(body),
            5 => self.count(body),
            _ => {}
        }
    }

    fn describe(&mut self, body: &[u8]) {
        let Some((&[k0, k1, _, _, s0, s1, s2, s3], options)) = body.split_first_chunk::<8>() else {
            return;
        };
        if self.interfaces.len() == INTERFACES {
            return;
        }
        let mut interface = Interface {
            link: Link::from(self.short([k0, k1])),
            snap: self.number([s0, s1, s2, s3]),
            ticks: Ticks::Micro,
            offset: 0,
            dropped: 0,
        };
        self.options(options, |code, value| match (code, value) {
            (9, [6, ..]) => interface.ticks = Ticks::Micro,
            (9, [9, ..]) => interface.ticks = Ticks::Nano,
            (9, [power, ..]) if power & 0x80 == 0 => interface.ticks = Ticks::Decimal(u32::from(*power)),
            (9, [power, ..]) => interface.ticks = Ticks::Binary(u32::from(power & 0x7f)),
            (14, value) => {
                if let Some(seconds) = value.first_chunk::<8>() {
                    interface.offset = self.long(*seconds).cast_signed();
                }
            }
            _ => {}
        });
        self.interfaces.push(interface);
    }

    /// An interface's statistics: its counters run from the start, so the last ones hold.
    fn count(&mut self, body: &[u8]) {
        let Some((&[i0, i1, i2, i3, ..], options)) = body.split_first_chunk::<12>() else {
            return;
        };
        let mut dropped = 0_u64;
        self.options(options, |code, value| {
            if let (5 | 7, Some(count)) = (code, value.first_chunk::<8>()) {
                dropped = dropped.saturating_add(self.long(*count));
            }
        });
        let index = self.number([i0, i1, i2, i3]) as usize;
        if let Some(interface) = self.interfaces.get_mut(index) {
            interface.dropped = interface.dropped.max(dropped);
        }
    }

    fn options(&self, mut bytes: &[u8], mut each: impl FnMut(u16, &[u8])) {
        while let Some((&[c0, c1, l0, l1], rest)) = bytes.split_first_chunk::<4>() {
            let (code, len) = (self.short([c0, c1]), usize::from(self.short([l0, l1])));
            let Some(value) = rest.get(..len).filter(|_| code != 0) else {
                return;
            };
            each(code, value);
            bytes = rest.get(len.next_multiple_of(4)..).unwrap_or_default();
        }
    }

    fn enhanced(&mut self, body: &[u8], whole: usize) -> Step {
        let Some(&head) = body.first_chunk::<20>() else {
            return Step::Broken(Fault::BlockLength);
        };
        let [i0, i1, i2, i3, rest @ ..] = head;
        self.timed(self.number([i0, i1, i2, i3]), rest, body.len(), whole)
    }

    /// The packet block of the first drafts: the interface in 2 bytes, then 2 of drops.
    fn obsolete(&mut self, body: &[u8], whole: usize) -> Step {
        let Some(&head) = body.first_chunk::<20>() else {
            return Step::Broken(Fault::BlockLength);
        };
        let [i0, i1, _, _, rest @ ..] = head;
        self.timed(u32::from(self.short([i0, i1])), rest, body.len(), whole)
    }

    fn timed(&mut self, interface: u32, head: [u8; 16], room: usize, whole: usize) -> Step {
        let [h0, h1, h2, h3, t0, t1, t2, t3, c0, c1, c2, c3, w0, w1, w2, w3] = head;
        let Some(interface) = self.interfaces.get(interface as usize) else {
            return Step::Strange(Fault::Interface, whole);
        };
        let captured = self.number([c0, c1, c2, c3]);
        if captured as usize > room - 20 {
            return Step::Broken(Fault::PacketLength);
        }
        let ticks = u64::from(self.number([h0, h1, h2, h3])) << 32 | u64::from(self.number([t0, t1, t2, t3]));
        let at = moment(interface, ticks);
        let link = interface.link;
        self.last = at;
        Step::Packet(Found {
            packet: Packet {
                at,
                link,
                length: self.number([w0, w1, w2, w3]).max(captured),
                bytes: &[],
            },
            from: 28,
            len: captured as usize,
            whole,
        })
    }

    /// A packet of the first interface, without a time; how much of it was captured is what fits the interface's snap length.
    fn simple(&mut self, body: &[u8], whole: usize) -> Step {
        let Some((&[w0, w1, w2, w3], rest)) = body.split_first_chunk::<4>() else {
            return Step::Broken(Fault::BlockLength);
        };
        let Some(interface) = self.interfaces.first() else {
            return Step::Strange(Fault::Interface, whole);
        };
        let length = self.number([w0, w1, w2, w3]);
        let snap = if interface.snap == 0 {
            u32::MAX
        } else {
            interface.snap
        };
        Step::Packet(Found {
            packet: Packet {
                at: self.last,
                link: interface.link,
                length,
                bytes: &[],
            },
            from: 12,
            len: rest.len().min(length.min(snap) as usize),
            whole,
        })
    }
}

fn moment(interface: &Interface, ticks: u64) -> Moment {
    let scaled = |per_second: Option<u128>| {
        let nanos = per_second.map_or(0, |per_second| u128::from(ticks) * 1_000_000_000 / per_second);
        u64::try_from(nanos).unwrap_or(u64::MAX)
    };
    let nanos = match interface.ticks {
        Ticks::Micro => ticks.saturating_mul(1000),
        Ticks::Nano => ticks,
        Ticks::Decimal(power) => scaled(10_u128.checked_pow(power)),
        Ticks::Binary(power) => scaled(1_u128.checked_shl(power)),
    };
    Moment(nanos.saturating_add_signed(interface.offset.saturating_mul(1_000_000_000)))
}

//! Takes packets and gives a listener the flows in them. It knows nothing of files and nothing of what is said.

mod ear;
mod fate;
mod room;
mod voices;

use crate::coverage::{Coverage, Oddity};
use crate::flow::held::{Held, Owner};
use crate::flow::key::Key;
use crate::flow::stream::{Data, Sink, Stream};
use crate::flow::table::{Class, NONE, Table, Who};
use crate::fragments::{Fragments, Outcome};
use crate::ip::{self, Datagram};
use crate::limits::Limits;
use crate::link::{self, Content};
use crate::listener::{Ending, Listener, Moment, Side};
use crate::packet::Packet;
use crate::transport::{self, Segment};
use crate::tunnel;
use ear::{Ear, of};
use fate::Fate;
use voices::Voices;

/// Gives a [`Listener`] the flows of one capture, or of several that follow on each other.
pub struct Hearing<L: Listener> {
    listener: L,
    limits: Limits,
    table: Table,
    voices: Voices<L::Flow>,
    held: Held,
    fragments: Fragments,
    coverage: Coverage,
}

impl<L: Listener> Hearing<L> {
    /// Nothing has been heard yet.
    pub fn new(listener: L, limits: Limits) -> Self {
        Self {
            listener,
            table: Table::new(limits.seed),
            limits,
            voices: Voices::new(),
            held: Held::default(),
            fragments: Fragments::default(),
            coverage: Coverage::default(),
        }
    }

    /// Hears one packet.
    pub fn packet(&mut self, packet: &Packet<'_>) {
        let at = packet.at;
        let coverage = &mut self.coverage;
        coverage.packets += 1;
        coverage.bytes += packet.bytes.len() as u64;
        coverage.bytes_on_the_wire += u64::from(packet.length);
        coverage.cut += u64::from((packet.length as usize) > packet.bytes.len());
        let last = coverage.last.get_or_insert(at);
        if at >= *last {
            *last = at;
        } else if last.0 - at.0 > 1_000_000_000 {
            coverage.saw(Oddity::ClockBack);
        }
        let first = coverage.first.get_or_insert(at);
        *first = at.min(*first);
        if coverage.packets & 0xff == 0 {
            self.sweep();
        }
        self.content(at, link::content(packet.link, packet.bytes), 0);
    }

    /// The listener, to ask it in between.
    pub fn listener_mut(&mut self) -> &mut L {
        &mut self.listener
    }

    /// What has been covered so far. Flows that still run are not counted as one-sided.
    pub fn coverage(&self) -> &Coverage {
        &self.coverage
    }

    /// So many packets were dropped before they came here.
    pub fn dropped(&mut self, packets: u64) {
        self.coverage.dropped = self.coverage.dropped.saturating_add(packets);
    }

    /// Ends all flows: no more packets will come.
    pub fn finish(mut self) -> (L, Coverage) {
        for class in Class::ALL {
            while let Some(index) = self.table.quietest(class) {
                self.end(index);
            }
        }
        self.fragments.finish();
        self.count_fragments();
        (self.listener, self.coverage)
    }

    fn content(&mut self, at: Moment, content: Content<'_>, depth: u8) {
        match content {
            Content::Ip(_) if depth == tunnel::DEPTH => self.coverage.saw(Oddity::TooDeep),
            Content::Ip(bytes) => match ip::parse(bytes) {
                Some(datagram) => self.datagram(at, &datagram, depth),
                None => self.malformed(),
            },
            Content::Other => self.coverage.unread += 1,
            Content::Malformed => self.malformed(),
        }
    }

    #[cold]
    fn malformed(&mut self) {
        self.coverage.unread += 1;
        self.coverage.saw(Oddity::Malformed);
    }

    fn datagram(&mut self, at: Moment, datagram: &Datagram<'_>, depth: u8) {
        match (datagram.protocol, datagram.fragment) {
            (6, None) => match transport::segment(datagram.payload, datagram.full) {
                Some(segment) => self.tcp(at, datagram, &segment),
                None => self.malformed(),
            },
            (17, None) => match transport::datagram(datagram.payload, datagram.full) {
                Some(udp) => match tunnel::within_udp(udp.ports, udp.data) {
                    Some(content) => self.content(at, content, depth + 1),
                    None => self.udp(at, datagram, &udp),
                },
                None => self.malformed(),
            },
            (protocol, None) => match tunnel::within_ip(protocol, datagram.payload) {
                Some(content) => self.content(at, content, depth + 1),
                None => self.coverage.unread += 1,
            },
            (_, Some(fragment)) => {
                let outcome = self.fragments.take(at, datagram, fragment, self.limits.fragments);
                self.count_fragments();
                let Outcome::Whole(payload) = outcome else {
                    return;
                };
                let Some((protocol, payload)) = ip::after_extensions(datagram.protocol, &payload) else {
                    return self.malformed();
                };
                let whole = Datagram {
                    protocol,
                    payload,
                    full: payload.len(),
                    fragment: None,
                    ..*datagram
                };
                self.datagram(at, &whole, depth);
            }
        }
    }

    fn count_fragments(&mut self) {
        for _ in 0..std::mem::take(&mut self.fragments.lost) {
            self.coverage.saw(Oddity::FragmentLost);
        }
        for _ in 0..std::mem::take(&mut self.fragments.overlaps) {
            self.coverage.saw(Oddity::FragmentOverlap);
        }
    }

    fn udp(&mut self, at: Moment, ip: &Datagram<'_>, udp: &transport::Datagram<'_>) {
        if udp.full == 0 {
            return;
        }
        let (key, by_low) = Key::new(ip.from, ip.to, udp.ports, true);
        let index = match self.table.find(&key) {
            Some(index) => index,
            None => self.table.open(key, at, by_low, false),
        };
        let Some(entry) = self.table.get_mut(index) else {
            return;
        };
        entry.last = at;
        let side = side(&entry.who, by_low);
        *of(&mut entry.seen, side) = true;
        let mut ear = Ear {
            listener: &mut self.listener,
            voices: &mut self.voices,
            coverage: &mut self.coverage,
            who: &mut entry.who,
            side,
            ends: false,
        };
        ear.datagram(at, udp.data, udp.full);
        self.place(index);
    }

    fn tcp(&mut self, at: Moment, ip: &Datagram<'_>, segment: &Segment<'_>) {
        let (key, by_low) = Key::new(ip.from, ip.to, segment.ports, false);
        let answers = segment.syn && segment.ack.is_some();
        let known = self.table.find(&key);
        let fate = match known {
            Some(index) if segment.syn => self.fate(index, by_low, at, segment),
            Some(_) => Fate::Same,
            None if segment.rst => Fate::Ignored,
            None => Fate::New,
        };
        let index = match (fate, known) {
            (Fate::Ignored, _) => return,
            (Fate::Same, Some(index)) => index,
            (Fate::Late, Some(index)) => {
                self.begun_late(index);
                index
            }
            (_, known) => {
                if let Some(old) = known {
                    self.end(old);
                }
                // An answer to a SYN says who sent that; without either, whoever is heard first counts as the opener.
                self.table.open(key, at, by_low != answers, segment.syn)
            }
        };
        self.segment(at, index, by_low, segment);
        self.place(index);
        while self.held.is_over(self.limits.held) && self.give_up_oldest() {}
    }

    fn fate(&mut self, index: u32, by_low: bool, at: Moment, segment: &Segment<'_>) -> Fate {
        let Some(entry) = self.table.get_mut(index) else {
            return Fate::New;
        };
        let side = side(&entry.who, by_low);
        fate::of_syn(entry, side, at, segment, &mut self.coverage)
    }

    /// The beginning of a stream turns up behind its first bytes.
    #[cold]
    fn begun_late(&mut self, index: u32) {
        let Some(entry) = self.table.get_mut(index) else {
            return;
        };
        entry.who.begun = true;
        if let Some(voice) = self.voices.get_mut(entry.who.voice) {
            voice.ends.begun = true;
            self.coverage.begun_before = self.coverage.begun_before.saturating_sub(1);
            self.listener.begun_late(&mut voice.flow, &voice.ends);
        }
    }

    /// A stream is over, or goes on after all.
    #[cold]
    fn tell_closed(&mut self, index: u32) {
        if let Some(entry) = self.table.get_mut(index)
            && let Some(voice) = self.voices.get_mut(entry.who.voice)
        {
            self.listener
                .closed(&mut voice.flow, &voice.ends, entry.is_over());
        }
    }

    #[inline]
    fn segment(&mut self, at: Moment, index: u32, by_low: bool, segment: &Segment<'_>) {
        let Some(entry) = self.table.get_mut(index) else {
            return;
        };
        entry.last = at;
        let side = side(&entry.who, by_low);
        *of(&mut entry.seen, side) = true;
        let was_over = entry.is_over();
        let [opener, answerer] = &mut entry.streams;
        let (own, peer) = match side {
            Side::Opener => (opener, answerer),
            Side::Answerer => (answerer, opener),
        };
        if segment.rst {
            if own.believes(segment.seq) {
                entry.reset = true;
            } else if entry.who.voice != NONE {
                self.coverage.saw(Oddity::FalseReset);
            }
            if entry.is_over() != was_over {
                self.tell_closed(index);
            }
            return;
        }
        let mut ear = Ear {
            listener: &mut self.listener,
            voices: &mut self.voices,
            coverage: &mut self.coverage,
            who: &mut entry.who,
            side: side.other(),
            ends: false,
        };
        let mut seq = segment.seq;
        if segment.syn {
            seq = seq.wrapping_add(1);
            if !own.is_synced() {
                own.sync(seq);
            }
        }
        if let Some(ack) = segment.ack {
            // Where the other side's SYN was captured or acknowledged, its first byte is known.
            if ear.who.begun && !peer.is_synced() {
                peer.suppose(ack);
            }
            peer.acknowledge(ack);
            if peer.lags() {
                peer.catch_up(at, &mut ear);
            }
        }
        ear.side = side;
        let full = u32::try_from(segment.full).unwrap_or(u32::MAX);
        if full > 0 {
            let owner = Owner { flow: index, side };
            let bytes = segment.data;
            // It goes on, so nobody has believed the reset.
            entry.reset &= !own.is_next(seq);
            let ack = segment.ack;
            let data = Data {
                at,
                seq,
                bytes,
                full,
                ack,
            };
            if ack.is_some_and(|ack| peer.is_behind(ack)) {
                own.hold(&mut self.held, owner, data, &mut ear);
            } else {
                own.segment(&mut self.held, owner, data, &mut ear);
            }
        }
        if segment.fin {
            own.finish(seq.wrapping_add(full));
        }
        if own.has_held() || peer.has_held() {
            let most = self.limits.held_by_one;
            wait(&mut self.held, most, (side, own), peer, &mut ear);
        }
        let peer_seen = *of(&mut entry.seen, side.other());
        entry.closed |= own.is_finished() && (peer.is_finished() || !peer_seen);
        if entry.is_over() != was_over {
            self.tell_closed(index);
        }
    }

    /// Of all that waits for a lost segment, what has waited longest waits no more.
    fn give_up_oldest(&mut self) -> bool {
        let Some(owner) = self.held.oldest() else {
            return false;
        };
        let Some(entry) = self.table.get_mut(owner.flow) else {
            return false;
        };
        let mut ear = Ear {
            listener: &mut self.listener,
            voices: &mut self.voices,
            coverage: &mut self.coverage,
            who: &mut entry.who,
            side: owner.side,
            ends: false,
        };
        ear.odd(Oddity::HeldTooMuch);
        let stream = of(&mut entry.streams, owner.side);
        let held = stream.has_held();
        stream.skip(&mut self.held, &mut ear);
        self.weigh(owner.flow);
        held
    }

    fn end(&mut self, index: u32) {
        let Some(mut entry) = self.table.close(index) else {
            return;
        };
        for side in [Side::Opener, Side::Answerer] {
            let mut ear = Ear {
                listener: &mut self.listener,
                voices: &mut self.voices,
                coverage: &mut self.coverage,
                who: &mut entry.who,
                side,
                ends: false,
            };
            let stream = of(&mut entry.streams, side);
            stream.flush(&mut self.held, &mut ear);
            ear.ends = true;
            stream.end(entry.last, &mut ear);
        }
        let Some(voice) = self.voices.take(entry.who.voice) else {
            self.coverage.silent += u64::from(entry.who.begun);
            return;
        };
        self.coverage.one_sided += u64::from(entry.seen != [true; 2]);
        let ending = Ending {
            at: entry.last,
            seen: entry.seen,
            heard: voice.heard,
            missing: voice.missing,
            closed: entry.is_over(),
            ended: entry.streams.map(|stream| stream.is_at_end()),
        };
        self.listener.end(voice.flow, &voice.ends, ending);
    }
}

/// A packet of the flow has come while something of it waits: for a segment that is missing, or for what it answers.
#[cold]
fn wait<L: Listener>(
    held: &mut Held,
    most: usize,
    (side, own): (Side, &mut Stream),
    peer: &mut Stream,
    ear: &mut Ear<'_, L>,
) {
    let release = |own: &mut Stream, peer: &mut Stream, held: &mut Held, ear: &mut Ear<'_, L>| loop {
        ear.side = side;
        let given = own.release(held, peer, ear);
        ear.side = side.other();
        if !peer.release(held, own, ear) && !given {
            break;
        }
    };
    release(own, peer, held, ear);
    if own.is_held_back(held) {
        peer.keep_waiting();
    }
    if peer.is_held_back(held) {
        own.keep_waiting();
    }
    ear.side = side;
    own.wait(held, most, ear);
    ear.side = side.other();
    peer.wait(held, most, ear);
    release(own, peer, held, ear);
}

/// Which side it was that sent.
fn side(who: &Who, by_low: bool) -> Side {
    if who.low_opened == by_low {
        Side::Opener
    } else {
        Side::Answerer
    }
}

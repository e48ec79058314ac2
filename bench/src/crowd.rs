//! Many peers at once on one thread: as many connections as allowed, a new one for each that ends.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddrV4;
use std::time::{Duration, Instant};

use mio::{Events, Interest, Poll, Token};

use crate::arguments::Arguments;
use crate::message::{self, Ear};
use crate::peer::{Lines, Peer, Stage, Verdict};

/// How the endpoints ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) affected: u32,
    pub(crate) fixed: u32,
    pub(crate) not_offered: u32,
    pub(crate) inconclusive: u32,
    pub(crate) unreached: u32,
}

impl Tally {
    /// All of them.
    pub(crate) fn endpoints(&self) -> u32 {
        self.affected + self.fixed + self.not_offered + self.inconclusive + self.unreached
    }

    fn count(&mut self, verdict: Verdict) {
        *match verdict {
            Verdict::Affected => &mut self.affected,
            Verdict::Fixed => &mut self.fixed,
            Verdict::NotOffered => &mut self.not_offered,
            Verdict::Inconclusive => &mut self.inconclusive,
            Verdict::Unreached => &mut self.unreached,
        } += 1;
    }
}

/// The places for peers, and who waits until when.
pub(crate) struct Crowd<E> {
    poll: Poll,
    endpoints: E,
    places: Vec<Place>,
    // Every wait is equally long, so the queue is in order of its ends.
    waits: VecDeque<Wait>,
    wait: Duration,
    lines: Lines,
    buffer: Vec<u8>,
    tally: Tally,
}

#[derive(Debug, Default)]
struct Place {
    peer: Option<Peer>,
    spare: Ear,
    // Tells the peer that a wait was for from the one that has its place now.
    tenant: u32,
}

#[derive(Debug)]
struct Wait {
    until: Instant,
    place: usize,
    tenant: u32,
    stage: Stage,
}

impl Crowd<()> {
    /// A crowd for these endpoints; nothing is sent yet.
    pub(crate) fn new(
        arguments: &Arguments,
    ) -> io::Result<Crowd<impl Iterator<Item = SocketAddrV4> + use<>>> {
        let places = arguments.in_flight.min(arguments.count as usize);
        Ok(Crowd {
            poll: Poll::new()?,
            endpoints: arguments.endpoints(),
            places: std::iter::repeat_with(Place::default).take(places).collect(),
            waits: VecDeque::new(),
            wait: arguments.wait,
            lines: Lines {
                hello: message::client_hello(),
                probe: message::heartbeat(15),
                control: message::heartbeat(16),
            },
            buffer: vec![0; 16 * 1024],
            tally: Tally::default(),
        })
    }
}

impl<E: Iterator<Item = SocketAddrV4>> Crowd<E> {
    /// Asks every endpoint; returns when the last has its verdict.
    pub(crate) fn run(mut self) -> io::Result<Tally> {
        let mut events = Events::with_capacity(256);
        for place in 0..self.places.len() {
            self.fill(place);
        }
        // A place whose peer ended has a wait left behind; those are dropped as they come up.
        while self.places.iter().any(|place| place.peer.is_some()) {
            let timeout = self
                .waits
                .front()
                .map(|wait| wait.until.saturating_duration_since(Instant::now()));
            match self.poll.poll(&mut events, timeout) {
                Err(error) if error.kind() != io::ErrorKind::Interrupted => return Err(error),
                _ => {}
            }
            for event in &events {
                self.advance(event.token().0);
            }
            self.expire();
        }
        Ok(self.tally)
    }

    // Puts the next endpoint that can be connected to into this place.
    fn fill(&mut self, index: usize) {
        while let Some(endpoint) = self.endpoints.next() {
            let Some(place) = self.places.get_mut(index) else {
                return;
            };
            place.tenant += 1;
            let spare = std::mem::take(&mut place.spare);
            let connected = Peer::connect(endpoint, spare).and_then(|mut peer| {
                let interest = Interest::READABLE | Interest::WRITABLE;
                self.poll
                    .registry()
                    .register(&mut peer.stream, Token(index), interest)?;
                Ok(peer)
            });
            match connected {
                Ok(peer) => {
                    place.peer = Some(peer);
                    self.remember(index, Stage::Hello);
                    return;
                }
                Err(_) => self.tally.count(Verdict::Unreached),
            }
        }
    }

    fn advance(&mut self, index: usize) {
        let Some(peer) = self.places.get_mut(index).and_then(|place| place.peer.as_mut()) else {
            return;
        };
        let before = peer.stage;
        let verdict = peer.advance(&self.lines, &mut self.buffer);
        let after = peer.stage;
        match verdict {
            Some(verdict) => self.finish(index, verdict),
            None if after != before => self.remember(index, after),
            None => {}
        }
    }

    fn expire(&mut self) {
        let now = Instant::now();
        while self.waits.front().is_some_and(|wait| wait.until <= now) {
            let Some(wait) = self.waits.pop_front() else {
                return;
            };
            let Some(place) = self.places.get_mut(wait.place) else {
                continue;
            };
            let Some(peer) = place.peer.as_mut() else {
                continue;
            };
            if place.tenant != wait.tenant || peer.stage != wait.stage {
                continue;
            }
            match peer.expire(&self.lines) {
                Some(verdict) => self.finish(wait.place, verdict),
                None => self.remember(wait.place, Stage::Control),
            }
        }
    }

    fn finish(&mut self, index: usize, verdict: Verdict) {
        self.tally.count(verdict);
        if let Some(place) = self.places.get_mut(index)
            && let Some(peer) = place.peer.take()
        {
            // Closing takes it out of the epoll set too.
            place.spare = peer.into_ear();
        }
        self.fill(index);
    }

    fn remember(&mut self, index: usize, stage: Stage) {
        let Some(place) = self.places.get(index) else {
            return;
        };
        self.waits.push_back(Wait {
            until: Instant::now() + self.wait,
            place: index,
            tenant: place.tenant,
            stage,
        });
    }
}

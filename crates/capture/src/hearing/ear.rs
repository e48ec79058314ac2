//! What one side of one flow says, on its way to the listener.

use super::voices::{Voice, Voices};
use crate::coverage::{Coverage, Oddity};
use crate::flow::stream::Sink;
use crate::flow::table::{NONE, Who};
use crate::listener::{Ends, Listener, Moment, Side};
use holter_model::Transport;

pub(super) struct Ear<'a, L: Listener> {
    pub(super) listener: &'a mut L,
    pub(super) voices: &'a mut Voices<L::Flow>,
    pub(super) coverage: &'a mut Coverage,
    pub(super) who: &'a mut Who,
    pub(super) side: Side,
    /// Whether the flow ends: a flow in which nothing was heard is not begun any more for what is missing.
    pub(super) ends: bool,
}

impl<L: Listener> Ear<'_, L> {
    /// A whole datagram, or as much of it as was captured.
    pub(super) fn datagram(&mut self, at: Moment, data: &[u8], full: usize) {
        // The snap length may have left nothing of it.
        if !data.is_empty() {
            self.hear(at, data);
        }
        let cut = full.saturating_sub(data.len()) as u64;
        if cut > 0 {
            self.miss(at, cut);
        }
    }

    #[cold]
    fn begin(&mut self, at: Moment) {
        let transport = if self.who.key.is_datagrams() {
            self.coverage.datagram_flows += 1;
            Transport::Udp
        } else {
            self.coverage.streams += 1;
            self.coverage.begun_before += u64::from(!self.who.begun);
            Transport::Tcp
        };
        let (low, high) = (self.who.key.low(), self.who.key.high());
        let (opener, answerer) = if self.who.low_opened {
            (low, high)
        } else {
            (high, low)
        };
        let ends = Ends {
            opener,
            answerer,
            transport,
            begun: self.who.begun,
        };
        let flow = self.listener.begin(&ends, at);
        self.who.voice = self.voices.put(Voice {
            flow,
            ends,
            heard: [0; 2],
            missing: [0; 2],
        });
    }
}

impl<L: Listener> Sink for Ear<'_, L> {
    #[inline]
    fn hear(&mut self, at: Moment, bytes: &[u8]) {
        if self.who.voice == NONE {
            self.begin(at);
        }
        let len = bytes.len() as u64;
        self.coverage.heard += len;
        if let Some(voice) = self.voices.get_mut(self.who.voice) {
            *of(&mut voice.heard, self.side) += len;
            self.listener
                .hear(&mut voice.flow, &voice.ends, self.side, at, bytes);
            self.who.burden = burden(self.listener, &voice.flow);
        }
    }

    #[cold]
    fn miss(&mut self, at: Moment, bytes: u64) {
        self.coverage.missing += bytes;
        if self.who.voice == NONE {
            if self.ends {
                return;
            }
            self.begin(at);
        }
        if let Some(voice) = self.voices.get_mut(self.who.voice) {
            *of(&mut voice.missing, self.side) += bytes;
            self.listener
                .miss(&mut voice.flow, &voice.ends, self.side, at, bytes);
            self.who.burden = burden(self.listener, &voice.flow);
        }
    }

    fn odd(&mut self, oddity: Oddity) {
        self.coverage.saw(oddity);
    }
}

fn burden<L: Listener>(listener: &L, flow: &L::Flow) -> u32 {
    u32::try_from(listener.burden(flow)).unwrap_or(u32::MAX)
}

/// A side's part of a pair that begins with the opener's.
pub(super) fn of<T>(pair: &mut [T; 2], side: Side) -> &mut T {
    let [opener, answerer] = pair;
    match side {
        Side::Opener => opener,
        Side::Answerer => answerer,
    }
}

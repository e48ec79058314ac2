//! Captures: nothing panics, a listener is told no more than there was, and every flow that begins ends.

use holter_capture::files::hear;
use holter_capture::{Ending, Ends, Hearing, Limits, Listener, Moment, Side};

#[derive(Default)]
struct Tally {
    open: u64,
    heard: u64,
}

impl Listener for Tally {
    type Flow = [u64; 2];

    fn begin(&mut self, _: &Ends, _: Moment) -> [u64; 2] {
        self.open += 1;
        [0; 2]
    }

    fn hear(&mut self, flow: &mut [u64; 2], _: &Ends, side: Side, _: Moment, bytes: &[u8]) {
        assert!(!bytes.is_empty());
        self.heard += bytes.len() as u64;
        let [opener, answerer] = flow;
        let of = if side == Side::Opener { opener } else { answerer };
        *of += bytes.len() as u64;
    }

    fn miss(&mut self, _: &mut [u64; 2], _: &Ends, _: Side, _: Moment, bytes: u64) {
        assert!(bytes > 0);
    }

    fn burden(&self, flow: &[u64; 2]) -> usize {
        flow.iter()
            .map(|heard| usize::try_from(*heard).unwrap_or(0))
            .sum()
    }

    fn end(&mut self, flow: [u64; 2], _: &Ends, ending: Ending) {
        self.open -= 1;
        assert_eq!(flow, ending.heard);
    }
}

/// Room for so little that every bound is met.
const TIGHT: Limits = Limits {
    silent: 2,
    one_sided: 2,
    two_sided: 2,
    datagrams: 2,
    burden: 0,
    held_by_one: 600,
    held: 1000,
    fragments: 1000,
    seed: 1,
};

/// Reads the bytes as a capture.
pub fn run(data: &[u8]) {
    for limits in [Limits::default(), TIGHT] {
        let mut hearing = Hearing::new(Tally::default(), limits);
        let (packets, trouble) = hear(data, &mut hearing);
        let (tally, coverage) = hearing.finish();
        assert_eq!(tally.open, 0);
        assert_eq!(tally.heard, coverage.heard);
        assert_eq!(packets, coverage.packets);
        let packed = data.starts_with(&[0x1f, 0x8b]);
        assert!(packed || coverage.bytes <= data.len() as u64);
        assert!(packed || trouble.is_none_or(|trouble| trouble.offset <= data.len() as u64));
    }
}

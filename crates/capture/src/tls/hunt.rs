//! Finding where TLS begins in a stream: at once, after words of another protocol or of a proxy, or, where the capture begins
//! in the middle, at the next record.

use holter_wire::record::Header;
use memchr::memchr_iter;

use super::sslv2;

/// Bytes that are looked through for a beginning, of one side.
const PATIENCE: u32 = 128 * 1024;

/// Bytes of a hello by which it is known wherever it stands.
const MARK: usize = 11;

/// What is remembered while a beginning is looked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hunt {
    tail: [u8; MARK - 1],
    have: u8,
    /// Bytes still to look through.
    left: u32,
    /// The side has said nothing yet.
    fresh: bool,
}

/// Where TLS begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// So many bytes on.
    At(usize),
    /// So many bytes before these, which [`Hunt::tail`] still has.
    Before(usize),
    /// At the front, with an SSLv2 hello of so many bytes before it.
    AfterSsl2(usize),
}

/// What is known that makes a beginning easier to believe.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ground {
    /// The beginning of the stream was not captured, or bytes are missing.
    pub(crate) torn: bool,
    /// The other side speaks TLS already.
    pub(crate) answered: bool,
}

impl Default for Hunt {
    fn default() -> Self {
        Self {
            tail: [0; MARK - 1],
            have: 0,
            left: PATIENCE,
            fresh: true,
        }
    }
}

impl Hunt {
    /// A hunt after records were lost, in a stream that is known to have them.
    pub(crate) fn again() -> Self {
        Self {
            left: 8 * PATIENCE,
            fresh: false,
            ..Self::default()
        }
    }

    /// Whether nothing was found for so long that nothing will be.
    pub(crate) const fn is_over(&self) -> bool {
        self.left == 0
    }

    /// The last bytes of what came before.
    pub(crate) fn tail(&self, bytes: usize) -> &[u8] {
        let have = usize::from(self.have);
        self.tail
            .get(have.saturating_sub(bytes)..have)
            .unwrap_or_default()
    }

    /// How many of the bytes that were looked through are kept, because a hello may begin in them.
    pub(crate) fn kept(&self) -> usize {
        self.have.into()
    }

    /// Looks through the next bytes.
    pub(crate) fn look(&mut self, bytes: &[u8], ground: Ground) -> Option<Found> {
        let fresh = std::mem::take(&mut self.fresh);
        let found = self.find(bytes, ground, fresh);
        if found.is_none() {
            self.left = self
                .left
                .saturating_sub(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
            self.keep(bytes);
        }
        found
    }

    fn find(&self, bytes: &[u8], ground: Ground, fresh: bool) -> Option<Found> {
        if fresh && let Some((_, length)) = sslv2::client_hello(bytes) {
            return Some(Found::AfterSsl2(length));
        }
        // A heartbeat may be answered before any hello is.
        let beats = ground.answered && bytes.first() == Some(&0x18);
        let first = fresh && !ground.torn && !beats;
        if (ground.answered || ground.torn || fresh) && begins_chain(bytes, first) {
            return Some(Found::At(0));
        }
        if let Some(before) = self.straddles(bytes) {
            return Some(Found::Before(before));
        }
        let hello = memchr_iter(0x16, bytes).find(|at| bytes.get(*at..).is_some_and(is_hello));
        if let Some(at) = hello {
            return Some(Found::At(at));
        }
        if ground.torn {
            return memchr_iter(3, bytes)
                .filter_map(|at| at.checked_sub(1))
                .find(|at| bytes.get(*at..).is_some_and(|rest| begins_chain(rest, false)))
                .map(Found::At);
        }
        None
    }

    /// A hello that begins in what came before: so many bytes back.
    fn straddles(&self, bytes: &[u8]) -> Option<usize> {
        let have = usize::from(self.have);
        if have == 0 {
            return None;
        }
        let mut both = [0; 2 * MARK];
        let before = self.tail(have);
        let next = bytes.get(..bytes.len().min(MARK - 1)).unwrap_or_default();
        let all = before.iter().chain(next);
        let length = before.len() + next.len();
        for (place, byte) in both.iter_mut().zip(all) {
            *place = *byte;
        }
        let joined = both.get(..length)?;
        (0..have)
            .find(|at| joined.get(*at..).is_some_and(is_hello))
            .map(|at| have - at)
    }

    fn keep(&mut self, bytes: &[u8]) {
        let room = self.tail.len();
        let have = usize::from(self.have);
        let fresh = bytes.get(bytes.len().saturating_sub(room)..).unwrap_or_default();
        let old = (room - fresh.len()).min(have);
        self.tail.copy_within(have - old..have, 0);
        if let Some(place) = self.tail.get_mut(old..old + fresh.len()) {
            place.copy_from_slice(fresh);
        }
        self.have = u8::try_from(old + fresh.len()).unwrap_or(0);
    }
}

/// A ClientHello or ServerHello with its record's header: types, versions and lengths that fit each other.
fn is_hello(bytes: &[u8]) -> bool {
    let Some([0x16, 3, minor, high, low, kind @ (1 | 2), top, a, b, 3, newer]) = bytes.first_chunk::<MARK>()
    else {
        return false;
    };
    let record = usize::from(u16::from_be_bytes([*high, *low]));
    let message = usize::from(*top) << 16 | usize::from(u16::from_be_bytes([*a, *b]));
    // A random and three lengths are the least; a ServerHello may share its record with what follows it.
    let fits = record >= 4 && (38..=1 << 17).contains(&message) && (*kind == 2 || record <= message + 4);
    *minor <= 4 && *newer <= 4 && fits
}

/// Whether records begin here, as far as these bytes show. `first`: only what can come first in a stream counts.
fn begins_chain(bytes: &[u8], first: bool) -> bool {
    let mut rest = bytes;
    let mut count = 0;
    while let Some(head) = rest.first_chunk() {
        let Some(header) = Header::read(*head).filter(is_likely) else {
            return false;
        };
        if first && count == 0 && !matches!(header.content.0, 0x16) {
            return false;
        }
        count += 1;
        match rest.get(Header::LENGTH + header.length..) {
            Some(next) => rest = next,
            None => return true,
        }
    }
    count > 0 && (rest.is_empty() || count > 1 || rest.first().is_some_and(|kind| (20..=24).contains(kind)))
}

/// A header that a record of an ordinary peer has.
fn is_likely(header: &Header) -> bool {
    let length = match header.content.0 {
        // A change of keys is one byte before the first, and encrypted after it.
        0x14 => header.length == 1 || header.length >= 17,
        0x15 => header.length == 2 || (18..=320).contains(&header.length),
        0x16 => header.length >= 1,
        0x17 | 0x18 => true,
        _ => false,
    };
    length && header.version.0 <= 0x0304
}

#[cfg(test)]
mod tests {
    use super::*;

    const HELLO: [u8; 14] = [0x16, 3, 1, 0, 0x80, 1, 0, 0, 0x7c, 3, 3, 9, 9, 9];
    const BEGUN: Ground = Ground {
        torn: false,
        answered: false,
    };

    #[test]
    fn a_hello_is_found_after_other_words_and_across_pieces() {
        let stream = [&b"STARTTLS\r\n"[..], &HELLO].concat();
        assert_eq!(Hunt::default().look(&stream, BEGUN), Some(Found::At(10)));
        for cut in 11..20 {
            let mut hunt = Hunt::default();
            let (first, second) = stream.split_at(cut);
            assert_eq!(hunt.look(first, BEGUN), None, "{cut}");
            assert_eq!(hunt.look(second, BEGUN), Some(Found::Before(cut - 10)), "{cut}");
            assert_eq!(hunt.tail(cut - 10), &HELLO[..cut - 10]);
        }
    }

    #[test]
    fn one_byte_at_a_time_is_enough() {
        let mut hunt = Hunt::default();
        let stream = [&b"STARTTLS\r\n"[..], &HELLO].concat();
        let place = stream
            .iter()
            .position(|byte| hunt.look(&[*byte], BEGUN).is_some());
        assert_eq!(place, Some(20));
    }

    #[test]
    fn the_middle_of_a_stream_is_taken_up_at_a_record() {
        let torn = Ground {
            torn: true,
            answered: false,
        };
        let mut stream = vec![7; 30];
        stream.extend([0x17, 3, 3, 0, 2, 5, 5, 0x17, 3, 3, 0, 1, 5]);
        assert_eq!(Hunt::default().look(&stream, torn), Some(Found::At(30)));
        assert_eq!(Hunt::default().look(&stream, BEGUN), None);
        let request = [0x18, 3, 2, 0, 3, 1, 0x40, 0];
        assert_eq!(Hunt::default().look(&request, torn), Some(Found::At(0)));
    }

    #[test]
    fn an_answer_may_come_before_any_hello_of_its_side() {
        let answer = [0x18, 3, 2, 0x40, 0, 2, 0x40, 0];
        let answered = Ground {
            answered: true,
            ..BEGUN
        };
        assert_eq!(Hunt::default().look(&answer, answered), Some(Found::At(0)));
        assert_eq!(Hunt::default().look(&answer, BEGUN), None);
    }
}

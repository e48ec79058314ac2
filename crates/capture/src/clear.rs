//! Clinical traffic in the clear: HL7 over MLLP, DICOM and FHIR over HTTP without TLS. Messages are counted; not a byte of them is
//! kept.

use memchr::{memchr_iter, memmem};

use crate::Moment;
use crate::book::visit::Visit;
use crate::both::pick_mut;
use crate::listener::Side;

/// What is spoken without TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Tongue {
    /// HL7 v2.
    Mllp,
    /// Images.
    Dicom,
    /// Clinical resources over HTTP.
    Fhir,
}

/// What one server said and heard in the clear.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clinical {
    pub(crate) tongue: Tongue,
    pub(crate) messages: u64,
    pub(crate) sessions: u64,
    pub(crate) first: Moment,
    pub(crate) last: Moment,
}

/// One flow of clinical traffic.
#[derive(Debug)]
pub(crate) struct Clear {
    pub(crate) tongue: Tongue,
    pub(crate) first: Moment,
    /// With the server that speaks.
    pub(crate) visit: Visit,
    /// Messages that were not taken yet.
    messages: u64,
    units: [Units; 2],
}

/// DICOM's data units of one side, walked by their lengths.
#[derive(Clone, Copy, Debug, Default)]
struct Units {
    head: [u8; 6],
    have: u8,
    skip: u32,
    lost: bool,
}

/// How much of a request's head is looked at.
const HEAD: usize = 2048;

impl Tongue {
    /// What a side's first words are, if they are clinical.
    pub(crate) fn of(words: &[u8]) -> Option<Self> {
        if words.starts_with(b"\x0bMSH|") || words.starts_with(b"\x0bFHS|") || words.starts_with(b"\x0bBHS|")
        {
            return Some(Self::Mllp);
        }
        if is_associate(words) {
            return Some(Self::Dicom);
        }
        is_fhir(words).then_some(Self::Fhir)
    }

    /// Its id in the roster of protocols.
    pub(crate) const fn id(self) -> &'static str {
        match self {
            Self::Mllp => "mllp",
            Self::Dicom => "dicom",
            Self::Fhir => "fhir",
        }
    }
}

impl Clear {
    pub(crate) fn new(tongue: Tongue, at: Moment) -> Self {
        Self {
            tongue,
            first: at,
            visit: Visit::default(),
            messages: 0,
            units: [Units::default(); 2],
        }
    }

    /// How many messages passed since this was asked last.
    pub(crate) const fn take_messages(&mut self) -> u64 {
        std::mem::replace(&mut self.messages, 0)
    }

    /// Counts what begins in these bytes.
    pub(crate) fn hear(&mut self, side: Side, bytes: &[u8]) {
        self.messages += match self.tongue {
            // The start block stands before each message and never within one.
            Tongue::Mllp => count(memchr_iter(0x0b, bytes).count()),
            Tongue::Dicom => pick_mut(&mut self.units, side).count(bytes),
            Tongue::Fhir => u64::from(is_fhir(bytes)),
        };
    }

    /// Bytes are missing.
    pub(crate) fn miss(&mut self, side: Side, bytes: u64) {
        let units = pick_mut(&mut self.units, side);
        match u32::try_from(bytes) {
            Ok(missing) if units.have == 0 && missing <= units.skip => units.skip -= missing,
            _ => units.lost = true,
        }
    }
}

impl Units {
    /// The units with patients' data or a request for them that begin here: associations, and data.
    fn count(&mut self, mut bytes: &[u8]) -> u64 {
        const ASSOCIATE: u8 = 1;
        const DATA: u8 = 4;
        let mut begun = 0;
        while !self.lost && !bytes.is_empty() {
            let here = bytes.len().min(usize::try_from(self.skip).unwrap_or(usize::MAX));
            bytes = bytes.get(here..).unwrap_or_default();
            self.skip -= u32::try_from(here).unwrap_or(self.skip);
            while self.skip == 0
                && let Some((first, rest)) = bytes.split_first()
            {
                if let Some(place) = self.head.get_mut(usize::from(self.have)) {
                    *place = *first;
                }
                self.have += 1;
                bytes = rest;
                if usize::from(self.have) == self.head.len() {
                    let [kind, zero, a, b, c, d] = self.head;
                    self.have = 0;
                    self.skip = u32::from_be_bytes([a, b, c, d]);
                    self.lost = !(1..=7).contains(&kind) || zero != 0;
                    begun += u64::from(!self.lost && matches!(kind, ASSOCIATE | DATA));
                    break;
                }
            }
            if self.lost {
                break;
            }
        }
        begun
    }
}

/// A-ASSOCIATE-RQ (PS3.8 section 9.3.2): its length, its version, and names in capital letters, digits and spaces.
fn is_associate(words: &[u8]) -> bool {
    let Some(([1, 0, 0, 0, _, _, version, bits, 0, 0], rest)) = words.split_first_chunk::<10>() else {
        return false;
    };
    let printable = |byte: &u8| (0x20..0x7f).contains(byte);
    let named = rest.get(..32).is_some_and(|names| names.iter().all(printable));
    (*version, bits & 1) == (0, 1) && named
}

/// The head of a request or an answer that says that it is FHIR's: by its path or by its type of content.
fn is_fhir(bytes: &[u8]) -> bool {
    let head = bytes.get(..HEAD).unwrap_or(bytes);
    if !is_http(head) {
        return false;
    }
    let first = head.split(|byte| *byte == b'\r').next().unwrap_or_default();
    let lower = first.to_ascii_lowercase();
    let by_path = !lower.starts_with(b"http/") && memmem::find(&lower, b"/fhir/").is_some();
    by_path || memmem::find(head, b"application/fhir+").is_some()
}

/// Whether these bytes begin a request or an answer of HTTP/1.
fn is_http(bytes: &[u8]) -> bool {
    const BEGINNINGS: [&[u8]; 7] = [
        b"GET ", b"POST ", b"PUT ", b"PATCH ", b"DELETE ", b"HEAD ", b"HTTP/1.",
    ];
    BEGINNINGS.iter().any(|beginning| bytes.starts_with(beginning))
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clinical_words_are_known_and_others_are_not() {
        assert_eq!(Tongue::of(b"\x0bMSH|^~\\&|LAB|"), Some(Tongue::Mllp));
        assert_eq!(
            Tongue::of(b"GET /fhir/Patient/1 HTTP/1.1\r\nHost: a\r\n\r\n"),
            Some(Tongue::Fhir)
        );
        assert_eq!(
            Tongue::of(b"POST /r4/Observation HTTP/1.1\r\nContent-Type: application/fhir+json\r\n\r\n"),
            Some(Tongue::Fhir)
        );
        assert_eq!(Tongue::of(b"GET /index.html HTTP/1.1\r\n\r\n"), None);
        let mut associate = vec![1, 0, 0, 0, 0, 205, 0, 1, 0, 0];
        associate.extend(b"ANY-SCP         ECHOSCU         ");
        assert_eq!(Tongue::of(&associate), Some(Tongue::Dicom));
        assert_eq!(Tongue::of(&[0x16, 3, 1, 0, 5]), None);
    }

    #[test]
    fn units_are_counted_however_they_are_cut() {
        let mut stream = vec![1, 0, 0, 0, 0, 3, 9, 9, 9];
        stream.extend([4, 0, 0, 0, 0, 2, 4, 4]);
        stream.extend([5, 0, 0, 0, 0, 4, 0, 0, 0, 0]);
        for size in 1..=stream.len() {
            let mut clear = Clear::new(Tongue::Dicom, Moment(0));
            for piece in stream.chunks(size) {
                clear.hear(Side::Opener, piece);
            }
            assert_eq!(clear.messages, 2, "in pieces of {size}");
        }
    }
}

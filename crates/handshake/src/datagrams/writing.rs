//! Our side of a datagram connection: records numbered in epochs, handshake messages in fragments, and the last flight, kept to be sent
//! again.

use holter_wire::dtls;
use holter_wire::handshake::Joiner;
use holter_wire::{ContentType, Version};

use crate::HandshakeError;
use crate::protect::{Malformed, Protection};

/// The body of a fragment: with its headers and protection it fits a datagram.
const FRAGMENT: usize = 1000;

/// One side's records of one epoch.
#[derive(Debug, Default)]
struct Epoch {
    protection: Option<Protection>,
    /// How many records were sent in it.
    count: u64,
}

/// One record of the last flight: what is sent again has a new number each time.
#[derive(Debug)]
struct Said {
    epoch: usize,
    content: ContentType,
    body: Vec<u8>,
}

/// What we write.
#[derive(Debug)]
pub(super) struct Writing {
    /// The first of them in the open.
    epochs: Vec<Epoch>,
    /// How many numbers of an epoch that was left are used up.
    used: u64,
    /// The number of our next handshake message.
    pub(super) number: u16,
    flight: Vec<Said>,
}

impl Writing {
    pub(super) fn new() -> Self {
        Self {
            epochs: vec![Epoch::default()],
            used: 0,
            number: 0,
            flight: Vec::new(),
        }
    }

    /// Nothing of the last flight is sent again.
    pub(super) fn forget_flight(&mut self) {
        self.flight.clear();
    }

    /// Whether there is something to be sent again.
    pub(super) const fn has_flight(&self) -> bool {
        !self.flight.is_empty()
    }

    /// From here on writes in a new epoch.
    pub(super) fn protect(&mut self, protection: Protection) {
        self.epochs.push(Epoch {
            protection: Some(protection),
            count: std::mem::take(&mut self.used),
        });
    }

    /// From here on writes in the open again, as if it had never changed keys; nothing of it is sent again. The numbers of the
    /// epoch that is left are not used twice.
    pub(super) fn unprotect(&mut self) {
        self.flight.clear();
        self.used = self.epochs.get(1).map_or(0, |epoch| epoch.count);
        self.epochs.truncate(1);
    }

    /// Appends a body as records.
    pub(super) fn seal(
        &mut self,
        out: &mut Vec<u8>,
        version: Version,
        content: ContentType,
        body: &[u8],
    ) -> Result<(), HandshakeError> {
        let epoch = self.epochs.len() - 1;
        let bodies = if content == ContentType::HANDSHAKE {
            self.fragments(body)
        } else {
            vec![body.to_vec()]
        };
        for body in bodies {
            self.put(out, version, epoch, content, &body)?;
            if is_of_a_flight(content) {
                self.flight.push(Said { epoch, content, body });
            }
        }
        Ok(())
    }

    /// Appends one record with a wrong padding or tag; `None` where the suite knows none.
    pub(super) fn malform(
        &mut self,
        out: &mut Vec<u8>,
        version: Version,
        content: ContentType,
        text: &[u8],
        malformed: Malformed,
    ) -> Option<()> {
        let number = self.next_number(self.epochs.len() - 1)?;
        let protection = self.epochs.last_mut()?.protection.as_mut()?;
        protection.number(number);
        let body = protection.malform(content, version, text, malformed)?;
        dtls::encode_numbered(out, content, version, number, &body);
        Some(())
    }

    /// Appends the last flight once more.
    pub(super) fn again(&mut self, out: &mut Vec<u8>, version: Version) -> Result<(), HandshakeError> {
        let flight = std::mem::take(&mut self.flight);
        for said in &flight {
            self.put(out, version, said.epoch, said.content, &said.body)?;
        }
        self.flight = flight;
        Ok(())
    }

    /// Appends one record in one of our epochs.
    fn put(
        &mut self,
        out: &mut Vec<u8>,
        version: Version,
        epoch: usize,
        content: ContentType,
        body: &[u8],
    ) -> Result<(), HandshakeError> {
        const LEFT: HandshakeError = HandshakeError::Unsupported("a record of an epoch that was left");
        let number = self.next_number(epoch).ok_or(LEFT)?;
        match self
            .epochs
            .get_mut(epoch)
            .and_then(|epoch| epoch.protection.as_mut())
        {
            Some(protection) => {
                protection.number(number);
                let body = protection.seal(content, version, body)?;
                dtls::encode_numbered(out, content, version, number, &body);
            }
            None => dtls::encode_numbered(out, content, version, number, body),
        }
        Ok(())
    }

    fn next_number(&mut self, epoch: usize) -> Option<u64> {
        let high = u64::try_from(epoch).ok()? << 48;
        let epoch = self.epochs.get_mut(epoch)?;
        let number = high | epoch.count;
        epoch.count += 1;
        Some(number)
    }

    /// The fragments of handshake messages that have TLS's headers.
    fn fragments(&mut self, messages: &[u8]) -> Vec<Vec<u8>> {
        let mut joiner = Joiner::new(messages.len());
        joiner.push(messages);
        let mut fragments = Vec::new();
        while let Some(message) = joiner.next_message() {
            let body = message.body.unwrap_or_default();
            fragments.extend(dtls::encode_fragments(message.kind, self.number, body, FRAGMENT));
            self.number = self.number.wrapping_add(1);
        }
        fragments
    }
}

/// Whether records of this kind are sent again until they are answered.
pub(super) const fn is_of_a_flight(content: ContentType) -> bool {
    matches!(content, ContentType::HANDSHAKE | ContentType::CHANGE_CIPHER_SPEC)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_number_is_used_twice_and_a_flight_grows_until_it_is_forgotten() {
        let mut writing = Writing::new();
        let mut out = Vec::new();
        let hello = [1, 0, 0, 5, b'h', b'e', b'l', b'l', b'o'];
        for _ in 0..2 {
            writing
                .seal(&mut out, Version::DTLS12, ContentType::HANDSHAKE, &hello)
                .unwrap();
        }
        assert_eq!((writing.flight.len(), writing.number), (2, 2));
        writing.again(&mut out, Version::DTLS12).unwrap();
        assert_eq!(writing.next_number(0), Some(4));
        writing.forget_flight();
        assert!(!writing.has_flight());
    }
}

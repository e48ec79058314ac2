//! NewSessionTicket: what a server gives a client to come back with (RFC 5077 section 3.3, RFC 8446 section 4.6.1).

use crate::extension;
use crate::reader::Reader;
use crate::{ExtensionType, Oddity};

/// A ticket as the server gave it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ticket {
    /// For how many seconds, from when it came; 0 leaves it to the client up to TLS 1.2.
    pub lifetime: u32,
    /// TLS 1.3: what is added to its age, so that nobody on the way can tell it.
    pub age_add: u32,
    /// TLS 1.3: tells the keys of several tickets apart.
    pub nonce: Vec<u8>,
    /// The ticket itself: nobody but the server can look into it.
    pub ticket: Vec<u8>,
    /// TLS 1.3: how many bytes of early data the server takes with it; `None` where it takes none.
    pub max_early_data: Option<u32>,
}

impl Ticket {
    /// Reads the body of TLS 1.2 and before.
    #[must_use]
    pub fn read(body: &[u8]) -> (Option<Self>, Vec<Oddity>) {
        let mut reader = Reader::new(body);
        let (Some(lifetime), Some(ticket)) = (u32(&mut reader), reader.vec16()) else {
            return (None, vec![Oddity::Truncated("the NewSessionTicket")]);
        };
        let read = Self {
            lifetime,
            ticket: ticket.to_vec(),
            ..Self::default()
        };
        (Some(read), trailing(&reader))
    }

    /// Reads the body of TLS 1.3.
    #[must_use]
    pub fn read_tls13(body: &[u8]) -> (Option<Self>, Vec<Oddity>) {
        let mut reader = Reader::new(body);
        let fields = (u32(&mut reader), u32(&mut reader), reader.vec8(), reader.vec16());
        let (Some(lifetime), Some(age_add), Some(nonce), Some(ticket)) = fields else {
            return (None, vec![Oddity::Truncated("the NewSessionTicket")]);
        };
        let mut oddities = Vec::new();
        let extensions = extension::read_list(&mut reader, "the ticket's extensions", &mut oddities);
        let early = extensions
            .iter()
            .find(|extension| extension.kind == ExtensionType::EARLY_DATA);
        oddities.extend(trailing(&reader));
        let read = Self {
            lifetime,
            age_add,
            nonce: nonce.to_vec(),
            ticket: ticket.to_vec(),
            max_early_data: early.and_then(|extension| u32(&mut Reader::new(&extension.body))),
        };
        (Some(read), oddities)
    }
}

fn u32(reader: &mut Reader<'_>) -> Option<u32> {
    reader.array().map(u32::from_be_bytes)
}

fn trailing(reader: &Reader<'_>) -> Vec<Oddity> {
    match reader.rest().len() {
        0 => Vec::new(),
        more => vec![Oddity::Trailing("the NewSessionTicket", more)],
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn both_forms_are_read() {
        let (ticket, oddities) = Ticket::read(b"\x00\x00\x01\x2c\x00\x02ab");
        let ticket = ticket.unwrap();
        assert_eq!((ticket.lifetime, ticket.ticket.as_slice()), (300, &b"ab"[..]));
        assert!(oddities.is_empty());
        let body = b"\x00\x00\x1c\x20\x01\x02\x03\x04\x01n\x00\x02ab\x00\x08\x00\x2a\x00\x04\x00\x00\x40\x00";
        let (ticket, oddities) = Ticket::read_tls13(body);
        let expected = Ticket {
            lifetime: 7200,
            age_add: 0x0102_0304,
            nonce: b"n".to_vec(),
            ticket: b"ab".to_vec(),
            max_early_data: Some(16384),
        };
        assert_eq!((ticket, oddities), (Some(expected), Vec::new()));
        assert_eq!(
            Ticket::read(b"\x00"),
            (None, vec![Oddity::Truncated("the NewSessionTicket")])
        );
    }

    proptest! {
        #[test]
        fn hostile_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            let _ = (Ticket::read(&bytes), Ticket::read_tls13(&bytes));
        }
    }
}

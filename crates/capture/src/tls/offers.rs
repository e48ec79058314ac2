//! Offers that were heard before. Clients say the same in every hello but for what is random, so that one which is known by all that
//! decides an [`Offer`] is not read and fingerprinted again.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::quality::RandomState;
use holter_wire::ExtensionType;
use holter_wire::reader::Reader;

use super::offer::{Offer, host_name};
use crate::print::is_grease;

/// Different offers that are remembered. Beyond these each hello is read anew.
const MOST: usize = 4096;

/// Of a longer hello nothing is remembered.
const LONGEST: usize = 1024;

/// Extensions whose bodies decide what an offer comes to, and where in them code points begin; of all others only that they are there
/// does.
const DECIDING: [(ExtensionType, usize); 6] = [
    (ExtensionType::SUPPORTED_GROUPS, 2),
    (ExtensionType::SIGNATURE_ALGORITHMS, 2),
    (ExtensionType::SUPPORTED_VERSIONS, 1),
    (ExtensionType::EC_POINT_FORMATS, usize::MAX),
    (ExtensionType::ALPN, usize::MAX),
    (ExtensionType::HEARTBEAT, usize::MAX),
];

/// What a client offers, and to whom.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) offer: Arc<Offer>,
    pub(crate) name: Option<Box<str>>,
}

/// All offers.
#[derive(Debug, Default)]
pub(crate) struct Offers {
    known: HashMap<Box<[u8]>, Arc<Offer>, RandomState>,
    key: Vec<u8>,
}

impl Offers {
    /// Reads the body of a ClientHello. `None`: not even its suites are there.
    pub(crate) fn read(&mut self, body: &[u8], datagram: bool) -> Option<Asked> {
        self.key.clear();
        let Some(name) = key(&mut self.key, body, datagram) else {
            // Broken off, or too long: whatever it is, it comes to what reading it says.
            let (offer, name) = Offer::read(body, datagram)?;
            let offer = Arc::new(offer);
            return Some(Asked { offer, name });
        };
        let name = name.and_then(host_name);
        if let Some(offer) = self.known.get(self.key.as_slice()) {
            let offer = Arc::clone(offer);
            return Some(Asked { offer, name });
        }
        let (offer, name) = Offer::read(body, datagram)?;
        let offer = Arc::new(offer);
        if self.known.len() < MOST {
            self.known.insert(self.key.as_slice().into(), Arc::clone(&offer));
        }
        Some(Asked { offer, name })
    }
}

/// Puts together what decides an offer, and gives the body of the name's extension. `None`: it is no whole hello, or a long one.
fn key<'a>(key: &mut Vec<u8>, body: &'a [u8], datagram: bool) -> Option<Option<&'a [u8]>> {
    let mut reader = Reader::new(body);
    key.push(u8::from(datagram));
    key.extend_from_slice(reader.take(2)?);
    reader.take(32)?;
    reader.vec8()?;
    if datagram {
        reader.vec8()?;
    }
    codes(key, reader.vec16()?, 0)?;
    let compression = reader.vec8()?;
    key.push(u8::try_from(compression.len()).ok()?);
    key.extend_from_slice(compression);
    let mut name = None;
    if reader.is_empty() {
        return Some(name);
    }
    let mut list = Reader::new(reader.vec16()?);
    while !list.is_empty() {
        let kind = list.u16()?;
        let body = list.vec16()?;
        key.extend_from_slice(&settled(kind).to_be_bytes());
        let kind = ExtensionType(kind);
        if let Some((_, from)) = DECIDING.iter().find(|(deciding, _)| *deciding == kind) {
            codes(key, body, *from)?;
        } else if kind == ExtensionType::SERVER_NAME && name.is_none() {
            name = Some(body);
        }
    }
    Some(name)
}

/// Appends a list behind its length; code points in it begin `from` there. Which of those that mean nothing a client picked decides
/// nothing.
fn codes(key: &mut Vec<u8>, list: &[u8], from: usize) -> Option<()> {
    if key.len() + list.len() > LONGEST {
        return None;
    }
    key.extend_from_slice(&u16::try_from(list.len()).ok()?.to_be_bytes());
    let begin = key.len() + from.min(list.len());
    key.extend_from_slice(list);
    for code in key.get_mut(begin..)?.as_chunks_mut::<2>().0 {
        *code = settled(u16::from_be_bytes(*code)).to_be_bytes();
    }
    Some(())
}

const fn settled(code: u16) -> u16 {
    if is_grease(code) { 0x0a0a } else { code }
}

#[cfg(test)]
mod tests {
    use holter_wire::client_hello::ClientHello;
    use holter_wire::extension::Extension;
    use holter_wire::{CipherSuite, NamedGroup, Version};

    use super::*;

    fn hello(grease: u16, random: u8, name: &str, groups: &[NamedGroup]) -> Vec<u8> {
        let mut hello = ClientHello::new(Version::TLS12, [random; 32]);
        hello.session_id = vec![random; usize::from(random % 33)];
        hello.suites = vec![CipherSuite(grease), CipherSuite(0x1301), CipherSuite(0xc02f)];
        let mut all = vec![NamedGroup(grease)];
        all.extend(groups);
        hello.extensions = vec![
            Extension {
                kind: ExtensionType(grease),
                body: Vec::new(),
            },
            Extension::server_name(name),
            Extension::supported_groups(&all),
            Extension::supported_versions(&[Version(grease), Version::TLS13, Version::TLS12]),
            Extension::key_share(&[(NamedGroup::X25519, &[random; 32])]),
        ];
        let mut body = Vec::new();
        hello.encode_body(&mut body);
        body
    }

    #[test]
    fn what_is_random_decides_nothing_and_what_is_said_does() {
        let mut offers = Offers::default();
        let one = hello(0x1a1a, 1, "a.example", &[NamedGroup::X25519]);
        let same = hello(0xfafa, 30, "b.example", &[NamedGroup::X25519]);
        let other = hello(0x1a1a, 1, "a.example", &[NamedGroup::X25519, NamedGroup(24)]);
        for (body, known) in [(&one, 1), (&same, 1), (&other, 2), (&one, 2)] {
            let asked = offers.read(body, false).unwrap();
            assert_eq!(offers.known.len(), known);
            let (offer, name) = Offer::read(body, false).unwrap();
            assert_eq!((&*asked.offer, asked.name), (&offer, name));
        }
    }

    #[test]
    fn what_is_broken_off_is_read_and_not_remembered() {
        let mut offers = Offers::default();
        let whole = hello(0x1a1a, 1, "a.example", &[NamedGroup::X25519]);
        for length in 0..whole.len() {
            let part = &whole[..length];
            let asked = offers
                .read(part, false)
                .map(|asked| (asked.offer.ja3, asked.name));
            assert_eq!(
                asked,
                Offer::read(part, false).map(|(offer, name)| (offer.ja3, name))
            );
        }
        assert!(offers.known.len() <= 1, "the one without extensions is whole");
    }
}

//! What clients offer. Many offer the same: an offer is kept once, and each client has a few.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use foldhash::quality::RandomState;

use crate::Moment;
use crate::tls::offer::Offer;

const MOST_PROFILES: usize = 8192;
const MOST_OF_ONE: usize = 8;

/// Of suites and versions of all profiles together.
const MOST_BYTES: usize = 4 << 20;

/// JA3 and JA4, by which offers are told apart.
type Mark = ([u8; 16], [u8; 36]);

/// One client.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    pub(crate) first: Moment,
    pub(crate) last: Moment,
    pub(crate) hellos: u64,
    pub(crate) profiles: Vec<u32>,
}

/// All of them.
#[derive(Debug, Default)]
pub(crate) struct Clients {
    profiles: Vec<Arc<Offer>>,
    places: HashMap<Mark, u32, RandomState>,
    bytes: usize,
    pub(crate) clients: HashMap<IpAddr, Client, RandomState>,
}

impl Clients {
    /// Notes an offer; `false`: there is no room for its client.
    pub(crate) fn offered(&mut self, address: IpAddr, offer: &Arc<Offer>, at: Moment, most: usize) -> bool {
        let profile = self.profile(offer);
        if self.clients.len() >= most && !self.clients.contains_key(&address) {
            return false;
        }
        let client = self.clients.entry(address).or_insert_with(|| Client {
            first: at,
            last: at,
            hellos: 0,
            profiles: Vec::new(),
        });
        client.first = client.first.min(at);
        client.last = client.last.max(at);
        client.hellos += 1;
        if let Some(profile) = profile
            && client.profiles.len() < MOST_OF_ONE
            && !client.profiles.contains(&profile)
        {
            client.profiles.push(profile);
        }
        true
    }

    /// All kinds of offers, each in its place.
    pub(crate) fn profiles(&self) -> impl Iterator<Item = &Offer> {
        self.profiles.iter().map(AsRef::as_ref)
    }

    pub(crate) fn at(&self, place: u32) -> Option<&Offer> {
        self.profiles.get(usize::try_from(place).ok()?).map(AsRef::as_ref)
    }

    fn profile(&mut self, offer: &Arc<Offer>) -> Option<u32> {
        let mark = mark(offer);
        if let Some(place) = self.places.get(&mark) {
            return Some(*place);
        }
        let bytes = 2 * (offer.suites.len() + offer.versions.len());
        if self.profiles.len() >= MOST_PROFILES || self.bytes + bytes > MOST_BYTES {
            return None;
        }
        let place = u32::try_from(self.profiles.len()).ok()?;
        self.bytes += bytes;
        self.profiles.push(Arc::clone(offer));
        self.places.insert(mark, place);
        Some(place)
    }
}

fn mark(offer: &Offer) -> Mark {
    let mut ja4 = [0; 36];
    for (place, byte) in ja4.iter_mut().zip(offer.ja4.bytes()) {
        *place = byte;
    }
    (offer.ja3, ja4)
}

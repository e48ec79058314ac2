//! What clients offer. Many offer the same: an offer is kept once, and each client has a few.

use std::collections::HashMap;
use std::net::IpAddr;

use crate::Moment;
use crate::tls::offer::Offer;

const MOST_PROFILES: usize = 8192;
const MOST_OF_ONE: usize = 8;

/// What hellos of one kind offer.
#[derive(Clone, Debug)]
pub(crate) struct Profile {
    pub(crate) ja3: [u8; 16],
    pub(crate) ja4: Box<str>,
    pub(crate) versions: Box<[u16]>,
    pub(crate) suites: Box<[u16]>,
    pub(crate) heartbeat: Option<u8>,
    pub(crate) compression: bool,
}

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
    profiles: Vec<Profile>,
    places: HashMap<([u8; 16], Box<str>), u32>,
    pub(crate) clients: HashMap<IpAddr, Client>,
}

impl Clients {
    /// Notes an offer; `false`: there is no room for its client.
    pub(crate) fn offered(&mut self, address: IpAddr, offer: &Offer, at: Moment, most: usize) -> bool {
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

    pub(crate) fn at(&self, place: u32) -> Option<&Profile> {
        self.profiles.get(usize::try_from(place).ok()?)
    }

    fn profile(&mut self, offer: &Offer) -> Option<u32> {
        let key = (offer.ja3, Box::from(offer.ja4.as_str()));
        if let Some(place) = self.places.get(&key) {
            return Some(*place);
        }
        if self.profiles.len() >= MOST_PROFILES {
            return None;
        }
        let place = u32::try_from(self.profiles.len()).ok()?;
        self.profiles.push(Profile {
            ja3: offer.ja3,
            ja4: offer.ja4.as_str().into(),
            versions: offer.versions.as_slice().into(),
            suites: offer.suites.as_slice().into(),
            heartbeat: offer.heartbeat,
            compression: offer.compression,
        });
        self.places.insert(key, place);
        Some(place)
    }
}

//! What is known of one host, out of all that the user's files say.

use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;

use holter_model::target::Place;
use holter_model::{Asset, Fragility};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use crate::{About, place};

/// The assets of all files, and the way to what they say of a host. The user's word wins over every guess.
///
/// Asking costs as many look-ups as there are widths of ranges, however many assets there are.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "Vec<Asset>", into = "Vec<Asset>")]
pub struct Inventory {
    assets: Vec<Asset>,
    /// What is said of a range, an address being the narrowest; of one port, or of all.
    ranges: HashMap<(IpNet, Option<u16>), Said>,
    names: HashMap<(String, Option<u16>), Said>,
    /// The widths of ranges that occur, the narrowest first.
    v4: Vec<u8>,
    v6: Vec<u8>,
}

/// What all assets of one place and port say, by the place in the list of the first that says it. Of how carefully it
/// must be touched, the most delicate word counts.
#[derive(Clone, Copy, Debug, Default)]
struct Said {
    name: Option<usize>,
    role: Option<usize>,
    criticality: Option<usize>,
    owner: Option<usize>,
    department: Option<usize>,
    fragility: Option<Fragility>,
}

impl Inventory {
    /// The inventory of these assets. Of two that say different things of the same place, the first wins, but for
    /// fragility, where the more delicate does.
    #[must_use]
    pub fn new(assets: Vec<Asset>) -> Self {
        let mut inventory = Self::default();
        let mut widths = BTreeSet::new();
        for (number, asset) in assets.iter().enumerate() {
            if let Some(range) = place::range(&asset.place) {
                let said = inventory.ranges.entry((range, asset.port)).or_default();
                said.hear(number, asset);
                if range.prefix_len() < range.max_prefix_len() {
                    widths.insert((range.addr().is_ipv4(), range.prefix_len()));
                }
            }
            if let Some(name) = name_of(asset) {
                let said = inventory.names.entry((name, asset.port)).or_default();
                said.hear(number, asset);
            }
        }
        for (is_v4, width) in widths.into_iter().rev() {
            let list = if is_v4 {
                &mut inventory.v4
            } else {
                &mut inventory.v6
            };
            list.push(width);
        }
        inventory.assets = assets;
        inventory
    }

    /// Every asset, as it was given.
    #[must_use]
    pub fn assets(&self) -> &[Asset] {
        &self.assets
    }

    /// Whether nothing is known of anything.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.assets.is_empty()
    }

    /// What is known of a service. The nearest entry wins, field by field: the address with this port, the address, the
    /// name with this port, the name, then ranges, the narrower first, each with this port before all ports.
    #[must_use]
    pub fn about(&self, address: IpAddr, name: Option<&str>, port: u16) -> About<'_> {
        let host = IpNet::from(address.to_canonical());
        let named = name.map(plain);
        let mut about = About::default();
        let mut hear = |said: Option<&Said>| {
            if let Some(said) = said {
                about = about.or(&self.spelled(said));
            }
        };
        for port in [Some(port), None] {
            hear(self.ranges.get(&(host, port)));
        }
        if let Some(name) = named {
            let mut key = (name, Some(port));
            hear(self.names.get(&key));
            key.1 = None;
            hear(self.names.get(&key));
        }
        let widths = if host.addr().is_ipv4() { &self.v4 } else { &self.v6 };
        for width in widths {
            let Ok(range) = IpNet::new(host.addr(), *width) else {
                continue;
            };
            for port in [Some(port), None] {
                hear(self.ranges.get(&(range.trunc(), port)));
            }
        }
        about
    }

    /// How carefully a service must be touched, where the user has said it.
    #[must_use]
    pub fn fragility(&self, address: IpAddr, name: Option<&str>, port: u16) -> Option<Fragility> {
        self.about(address, name, port).fragility
    }

    /// The addresses that must never be contacted: at all, or at one port. What a narrower entry allows within a range is
    /// taken out of it; an entry for one port of a place, or for a name, opens no hole in it.
    pub fn untouchable(&self) -> impl Iterator<Item = (IpNet, Option<u16>)> + '_ {
        let mut softer: Vec<(IpNet, Option<u16>)> = self
            .ranges
            .iter()
            .filter(|(_, said)| said.fragility.is_some_and(|class| class < Fragility::DoNotTouch))
            .map(|(key, _)| *key)
            .collect();
        softer.sort_unstable();
        let mut never: Vec<(IpNet, Option<u16>)> = self
            .ranges
            .iter()
            .filter(|(_, said)| said.fragility == Some(Fragility::DoNotTouch))
            .map(|(key, _)| *key)
            .collect();
        never.sort_unstable();
        never.into_iter().flat_map(move |(range, port)| {
            let from = softer.partition_point(|(net, _)| *net < range);
            let holes: Vec<IpNet> = softer
                .iter()
                .skip(from)
                .take_while(|(net, _)| range.contains(net))
                .filter(|(net, at)| *net != range && (at.is_none() || *at == port))
                .map(|(net, _)| *net)
                .collect();
            let mut left = Vec::new();
            without(range, &holes, &mut left);
            left.into_iter().map(move |range| (range, port))
        })
    }

    /// The host names that must never be contacted: at all, or at one port.
    pub fn untouchable_names(&self) -> impl Iterator<Item = (&str, Option<u16>)> {
        self.names
            .iter()
            .filter(|(_, said)| said.fragility == Some(Fragility::DoNotTouch))
            .map(|((name, port), _)| (name.as_str(), *port))
    }

    fn spelled(&self, said: &Said) -> About<'_> {
        fn text(asset: Option<&Asset>, field: fn(&Asset) -> &Option<String>) -> Option<&str> {
            asset.and_then(|asset| field(asset).as_deref())
        }
        let asset = |number: Option<usize>| self.assets.get(number?);
        About {
            name: text(asset(said.name), |asset| &asset.name),
            role: text(asset(said.role), |asset| &asset.role),
            criticality: asset(said.criticality).and_then(|asset| asset.criticality),
            fragility: said.fragility,
            owner: text(asset(said.owner), |asset| &asset.owner),
            department: text(asset(said.department), |asset| &asset.department),
        }
    }
}

impl PartialEq for Inventory {
    fn eq(&self, other: &Self) -> bool {
        self.assets == other.assets
    }
}

impl Eq for Inventory {}

impl From<Vec<Asset>> for Inventory {
    fn from(assets: Vec<Asset>) -> Self {
        Self::new(assets)
    }
}

impl From<Inventory> for Vec<Asset> {
    fn from(inventory: Inventory) -> Self {
        inventory.assets
    }
}

impl Said {
    fn hear(&mut self, number: usize, asset: &Asset) {
        let first = |field: &mut Option<usize>, says: bool| {
            if says && field.is_none() {
                *field = Some(number);
            }
        };
        first(&mut self.name, asset.name.is_some());
        first(&mut self.role, asset.role.is_some());
        first(&mut self.criticality, asset.criticality.is_some());
        first(&mut self.owner, asset.owner.is_some());
        first(&mut self.department, asset.department.is_some());
        self.fragility = self.fragility.max(asset.fragility);
    }
}

/// The name of the one host that an asset is.
fn name_of(asset: &Asset) -> Option<String> {
    match (&asset.place, &asset.name) {
        (Place::Name(name), _) | (Place::Address(_), Some(name)) => Some(plain(name)),
        _ => None,
    }
}

/// A name as it is compared.
fn plain(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

/// What is left of a range without these ranges within it.
fn without(range: IpNet, holes: &[IpNet], left: &mut Vec<IpNet>) {
    let within: Vec<IpNet> = holes
        .iter()
        .filter(|hole| range.contains(*hole))
        .copied()
        .collect();
    if within.is_empty() {
        left.push(range);
        return;
    }
    if within.contains(&range) {
        return;
    }
    for half in range.subnets(range.prefix_len() + 1).into_iter().flatten() {
        without(half, &within, left);
    }
}

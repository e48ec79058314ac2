//! The hosts that a plan comes to, found by their number so that memory does not grow with a range.

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use holter_inventory::Inventory;
use holter_model::target::Place;
use holter_model::{Endpoint, Fragility, Target, Transport};
use holter_net::{Care, Scope};
use holter_protocols::Chosen;
use ipnet::IpNet;

/// A host and what to visit there, one after the other.
#[derive(Clone, Debug)]
pub(crate) struct Host {
    pub(crate) address: IpAddr,
    pub(crate) name: Option<String>,
    pub(crate) typed: String,
    pub(crate) doors: Arc<[Door]>,
    /// Whether the user named this very host.
    pub(crate) named: bool,
    /// Whether another target may lead to it too.
    pub(crate) shared: bool,
    /// Whether all its doors are here, so that silence at all of them is worth a line.
    pub(crate) whole: bool,
}

/// One endpoint of a host.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Door {
    pub(crate) port: u16,
    pub(crate) transport: Transport,
    pub(crate) chosen: Chosen,
    /// Whether the protocol is a guess that what the service says may correct.
    pub(crate) guessed: bool,
    /// Whether the user named this very port for this very host.
    pub(crate) named: bool,
    /// How carefully what stands behind it must be touched.
    pub(crate) fragility: Fragility,
}

/// The hosts of a plan, found by their number so that memory does not grow with a range.
#[derive(Debug, Default)]
pub struct Visits {
    targets: Vec<Named>,
    /// The number of each target's first host.
    starts: Vec<u64>,
    hosts: u64,
    earlier: Earlier,
    /// Names that have no address, with why.
    pub(crate) unresolved: Vec<(Target, String)>,
    /// Where packets may go: an excluded address is not even visited.
    scope: Scope,
}

/// A target with its addresses.
#[derive(Debug)]
pub(crate) struct Named {
    pub(crate) target: Target,
    pub(crate) doors: Arc<[Door]>,
    pub(crate) ranges: Vec<IpNet>,
}

impl Visits {
    /// The visits to these targets, as far as the scope allows.
    pub(crate) fn new(targets: Vec<Named>, unresolved: Vec<(Target, String)>, scope: Scope) -> Self {
        let mut starts = Vec::with_capacity(targets.len());
        let mut hosts = 0u64;
        for named in &targets {
            starts.push(hosts);
            hosts = named.ranges.iter().map(size).fold(hosts, u64::saturating_add);
        }
        Self {
            earlier: Earlier::of(&targets),
            targets,
            starts,
            hosts,
            unresolved,
            scope,
        }
    }

    /// How many endpoints there are, exclusions not yet taken out.
    #[must_use]
    pub fn endpoints(&self) -> u64 {
        self.targets.iter().fold(0u64, |sum, named| {
            let hosts = named.ranges.iter().map(size).fold(0u64, u64::saturating_add);
            sum.saturating_add(hosts.saturating_mul(u64::try_from(named.doors.len()).unwrap_or(u64::MAX)))
        })
    }

    /// What was typed, the name in it and the addresses that it came to, exclusions not yet taken out.
    pub fn ranges(&self) -> impl Iterator<Item = (&str, Option<&str>, &[IpNet])> {
        self.targets.iter().map(|named| {
            let name = match &named.target.place {
                Place::Name(name) => Some(name.as_str()),
                _ => None,
            };
            (named.target.text.as_str(), name, named.ranges.as_slice())
        })
    }

    /// Whether this endpoint is asked, under this name.
    #[must_use]
    pub fn asks(&self, endpoint: Endpoint, name: Option<&str>, inventory: &Inventory) -> bool {
        let asked = |claim: &Claim, door: &Door| {
            (door.port, door.transport) == (endpoint.port, endpoint.transport)
                && door
                    .care((endpoint.address, name), claim.one_host, inventory)
                    .is_some()
        };
        self.scope.allows_port(endpoint.address, endpoint.port)
            && self.earlier.at(endpoint.address).any(|(_, claim)| {
                claim.name.as_deref() == name
                    && claim.ranges.iter().any(|range| range.contains(&endpoint.address))
                    && claim.doors.iter().any(|door| asked(claim, door))
            })
    }

    /// How many hosts there are, exclusions and those named twice not yet taken out.
    pub(crate) const fn count(&self) -> u64 {
        self.hosts
    }

    /// The host with this number, without the endpoints that an earlier target has named already; `None` where it is
    /// excluded or nothing of it is left.
    pub(crate) fn host(&self, number: u64) -> Option<Host> {
        let place = self
            .starts
            .partition_point(|start| *start <= number)
            .checked_sub(1)?;
        let (named, start) = (self.targets.get(place)?, self.starts.get(place)?);
        let mut number = number - start;
        let range = named
            .ranges
            .iter()
            .find(|range| match number.checked_sub(size(range)) {
                Some(rest) => {
                    number = rest;
                    false
                }
                None => true,
            })?;
        let address = address(range, number)?.to_canonical();
        if !self.scope.allows(address) {
            return None;
        }
        let is_range = matches!(named.target.place, Place::Range(_));
        let host = Host {
            address,
            name: name_of(&named.target),
            typed: if is_range {
                address.to_string()
            } else {
                named.target.text.clone()
            },
            doors: Arc::clone(&named.doors),
            named: !is_range,
            shared: self.targets.len() > 1 && self.earlier.at(address).nth(1).is_some(),
            whole: true,
        };
        self.earlier.leave_out(place, host)
    }
}

/// What each target has named, for those that come after it. It grows with the list of targets, not with ranges.
#[derive(Debug, Default)]
struct Earlier {
    claims: Vec<Claim>,
    singles: HashMap<IpAddr, Vec<usize>>,
    wide: Vec<usize>,
}

/// What one target names.
#[derive(Debug)]
struct Claim {
    name: Option<String>,
    one_host: bool,
    ranges: Vec<IpNet>,
    doors: Arc<[Door]>,
}

impl Earlier {
    fn of(hosts: &[Named]) -> Self {
        let (mut singles, mut wide) = (HashMap::<IpAddr, Vec<usize>>::new(), Vec::new());
        let mut claims = Vec::with_capacity(hosts.len());
        for (place, named) in hosts.iter().enumerate() {
            if named
                .ranges
                .iter()
                .any(|range| range.prefix_len() < range.max_prefix_len())
            {
                wide.push(place);
            } else {
                for range in &named.ranges {
                    singles.entry(range.addr()).or_default().push(place);
                }
            }
            claims.push(Claim {
                name: name_of(&named.target),
                one_host: !matches!(named.target.place, Place::Range(_)),
                ranges: named.ranges.clone(),
                doors: Arc::clone(&named.doors),
            });
        }
        Self {
            claims,
            singles,
            wide,
        }
    }

    /// The targets that may hold this address, each with its place.
    fn at(&self, address: IpAddr) -> impl Iterator<Item = (usize, &Claim)> {
        let singles = self.singles.get(&address).map_or(&[][..], Vec::as_slice);
        let places = singles.iter().chain(&self.wide);
        places.filter_map(|place| Some((*place, self.claims.get(*place)?)))
    }

    /// The host without the doors at which an earlier target knocks under the same name; `None` when none is left.
    fn leave_out(&self, place: usize, mut host: Host) -> Option<Host> {
        let earlier: Vec<&Arc<[Door]>> = self
            .at(host.address)
            .filter(|(other, _)| *other < place)
            .map(|(_, claim)| claim)
            .filter(|claim| {
                claim.name == host.name && claim.ranges.iter().any(|range| range.contains(&host.address))
            })
            .map(|claim| &claim.doors)
            .collect();
        if earlier.is_empty() {
            return Some(host);
        }
        if earlier.iter().any(|doors| Arc::ptr_eq(doors, &host.doors)) {
            return None;
        }
        let known: HashSet<_> = earlier
            .iter()
            .flat_map(|doors| doors.iter().map(place_of))
            .collect();
        let new = |door: &&Door| !known.contains(&place_of(door));
        let left: Arc<[Door]> = host.doors.iter().filter(new).copied().collect();
        host.whole = left.len() == host.doors.len();
        host.doors = left;
        (!host.doors.is_empty()).then_some(host)
    }
}

const fn place_of(door: &Door) -> (u16, Transport) {
    (door.port, door.transport)
}

fn name_of(target: &Target) -> Option<String> {
    match &target.place {
        Place::Name(name) => Some(name.clone()),
        _ => None,
    }
}

/// How many addresses a range holds; of an IPv4 subnet larger than /31 also its first and last, which on some
/// networks are hosts.
fn size(range: &IpNet) -> u64 {
    let bits = u32::from(range.max_prefix_len() - range.prefix_len());
    1u64.checked_shl(bits).unwrap_or(u64::MAX)
}

/// The address with this number in a range.
fn address(range: &IpNet, number: u64) -> Option<IpAddr> {
    match range {
        IpNet::V4(range) => {
            let number = u32::try_from(number).ok()?;
            Some(Ipv4Addr::from(u32::from(range.network()).checked_add(number)?).into())
        }
        IpNet::V6(range) => {
            Some(Ipv6Addr::from(u128::from(range.network()).checked_add(u128::from(number))?).into())
        }
    }
}

impl Door {
    /// How carefully it is touched at this host; `None`: not at all. The user's inventory wins over what a port means;
    /// what it calls fragile is touched only where the user named the host.
    pub(crate) fn care(
        &self,
        (address, name): (IpAddr, Option<&str>),
        named: bool,
        inventory: &Inventory,
    ) -> Option<Care> {
        let known = (!inventory.is_empty())
            .then(|| inventory.fragility(address, name, self.port))
            .flatten();
        match known {
            Some(Fragility::Fragile) if !named => None,
            Some(class) => Care::of(class),
            // The user's own machine, named by itself, is no device, whatever its ports are elsewhere.
            None if named && address.is_loopback() => Care::of(Fragility::Robust),
            None => Care::of(self.fragility),
        }
    }
}

impl Host {
    /// The endpoint behind a door.
    pub(crate) const fn endpoint(&self, door: &Door) -> Endpoint {
        Endpoint {
            address: self.address,
            port: door.port,
            transport: door.transport,
        }
    }

    /// What was typed where it names one endpoint, else the endpoint itself.
    pub(crate) fn label(&self, door: &Door) -> String {
        let (text, port) = (&self.typed, door.port);
        let bare = text.parse::<IpAddr>().is_ok();
        match &self.name {
            _ if text.ends_with(&format!(":{port}")) || text.contains("://") || text.ends_with("/udp") => {
                text.clone()
            }
            Some(name) => format!("{name}:{port}"),
            None if bare || !door.named => self.endpoint(door).socket().to_string(),
            None => format!("{text}:{port}"),
        }
    }
}

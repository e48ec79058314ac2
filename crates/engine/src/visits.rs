//! The hosts that a plan comes to, made one by one so that memory does not grow with a range.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use holter_model::target::Place;
use holter_model::{Endpoint, Target, Transport};
use holter_net::Scope;
use holter_protocols::Chosen;
use ipnet::IpNet;

/// A host and what to visit there, one after the other.
#[derive(Clone, Debug)]
pub(crate) struct Host {
    pub(crate) address: IpAddr,
    pub(crate) name: Option<String>,
    pub(crate) typed: String,
    pub(crate) doors: Arc<[Door]>,
    /// Whether the user named this very host, so that silence is worth a line.
    pub(crate) named: bool,
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
}

/// The hosts of a plan, made one by one so that memory does not grow with a range.
#[derive(Debug, Default)]
pub struct Visits {
    pub(crate) hosts: Vec<Named>,
    /// Names that have no address, with why.
    pub(crate) unresolved: Vec<(Target, String)>,
    /// Where packets may go: an excluded address is not even visited.
    pub(crate) scope: Scope,
}

/// A target with its addresses.
#[derive(Debug)]
pub(crate) struct Named {
    pub(crate) target: Target,
    pub(crate) doors: Arc<[Door]>,
    pub(crate) ranges: Vec<IpNet>,
}

impl Visits {
    /// How many endpoints there are, exclusions not yet taken out.
    #[must_use]
    pub fn endpoints(&self) -> u64 {
        self.hosts.iter().fold(0u64, |sum, named| {
            let hosts = named.ranges.iter().fold(0u64, |sum, range| {
                let bits = u32::from(range.max_prefix_len() - range.prefix_len());
                sum.saturating_add(1u64.checked_shl(bits).unwrap_or(u64::MAX))
            });
            sum.saturating_add(hosts.saturating_mul(u64::try_from(named.doors.len()).unwrap_or(u64::MAX)))
        })
    }

    /// What was typed, the name in it and the addresses that it came to, exclusions not yet taken out.
    pub fn ranges(&self) -> impl Iterator<Item = (&str, Option<&str>, &[IpNet])> {
        self.hosts.iter().map(|named| {
            let name = match &named.target.place {
                Place::Name(name) => Some(name.as_str()),
                _ => None,
            };
            (named.target.text.as_str(), name, named.ranges.as_slice())
        })
    }

    /// The hosts, one by one, each without the endpoints that an earlier target has named already.
    pub(crate) fn hosts(self) -> impl Iterator<Item = Host> {
        let Self { hosts, scope, .. } = self;
        let named = Earlier::of(&hosts);
        let all = hosts.into_iter().enumerate().flat_map(|(place, named)| {
            let Named {
                target,
                doors,
                ranges,
            } = named;
            let is_range = matches!(target.place, Place::Range(_));
            let name = name_of(&target);
            ranges.into_iter().flat_map(addresses).map(move |address| {
                let host = Host {
                    address,
                    name: name.clone(),
                    typed: if is_range {
                        address.to_string()
                    } else {
                        target.text.clone()
                    },
                    doors: Arc::clone(&doors),
                    named: !is_range,
                };
                (place, host)
            })
        });
        all.filter(move |(_, host)| scope.allows(host.address))
            .filter_map(move |(place, host)| named.leave_out(place, host))
    }
}

/// What each target has named, for those that come after it. It grows with the list of targets, not with ranges.
#[derive(Debug)]
struct Earlier {
    claims: Vec<Claim>,
    singles: HashMap<IpAddr, Vec<usize>>,
    wide: Vec<usize>,
}

/// What one target names.
#[derive(Debug)]
struct Claim {
    name: Option<String>,
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

    /// The host without the doors at which an earlier target knocks under the same name; `None` when none is left.
    fn leave_out(&self, place: usize, mut host: Host) -> Option<Host> {
        let singles = self.singles.get(&host.address).map_or(&[][..], Vec::as_slice);
        let earlier: Vec<&Arc<[Door]>> = singles
            .iter()
            .chain(&self.wide)
            .filter(|other| **other < place)
            .filter_map(|other| self.claims.get(*other))
            .filter(|claim| {
                claim.name == host.name && claim.ranges.iter().any(|range| range.contains(&host.address))
            })
            .map(|claim| &claim.doors)
            .collect();
        if earlier.is_empty() {
            return Some(host);
        }
        let same = |a: &Door, b: &Door| (a.port, a.transport) == (b.port, b.transport);
        let known = |door: &Door| {
            earlier
                .iter()
                .any(|doors| doors.iter().any(|other| same(door, other)))
        };
        host.doors = host.doors.iter().filter(|door| !known(door)).copied().collect();
        (!host.doors.is_empty()).then_some(host)
    }
}

fn name_of(target: &Target) -> Option<String> {
    match &target.place {
        Place::Name(name) => Some(name.clone()),
        _ => None,
    }
}

/// Every address of a range; of an IPv4 subnet larger than /31 also its first and last, which on some networks
/// are hosts.
fn addresses(range: IpNet) -> Box<dyn Iterator<Item = IpAddr> + Send> {
    match range {
        IpNet::V4(range) => {
            let (first, last) = (u32::from(range.network()), u32::from(range.broadcast()));
            Box::new((first..=last).map(|number| IpAddr::from(std::net::Ipv4Addr::from(number))))
        }
        IpNet::V6(range) => {
            let (first, last) = (u128::from(range.network()), u128::from(range.broadcast()));
            Box::new((first..=last).map(|number| IpAddr::from(std::net::Ipv6Addr::from(number))))
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
}

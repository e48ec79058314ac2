//! From what the user named to the endpoints that are visited, host by host.

use std::net::IpAddr;

use holter_model::target::Place;
use holter_model::{Endpoint, Target, Transport};
use holter_net::{Scope, resolve};
use holter_protocols::{Chosen, by_id, by_port, default_ports};
use ipnet::IpNet;

/// What to scan and how to speak to it.
#[derive(Debug, Default)]
pub struct Plan {
    /// What the user named.
    pub targets: Vec<Target>,
    /// Ports for targets that name none; empty: the default ones.
    pub ports: Vec<u16>,
    /// Addresses never to be contacted.
    pub exclude: Vec<IpNet>,
    /// A protocol's id, or `None` to choose by port and by what the service says.
    pub protocol: Option<String>,
    /// Which addresses of a name count.
    pub family: resolve::Family,
}

/// Why a plan cannot be carried out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// No such protocol.
    #[error("there is no protocol {0:?}; `holter scan --help` lists them")]
    Protocol(String),
    /// Nothing to scan.
    #[error("no target was given; name a host, a range or a file with -i")]
    NoTarget,
}

/// A host and what to visit there, one after the other.
#[derive(Clone, Debug)]
pub(crate) struct Host {
    pub(crate) address: IpAddr,
    pub(crate) name: Option<String>,
    pub(crate) typed: String,
    pub(crate) doors: Vec<Door>,
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
#[derive(Debug)]
pub struct Visits {
    pub(crate) hosts: Vec<Named>,
    /// Names that have no address, with why.
    pub(crate) unresolved: Vec<(Target, String)>,
}

/// A target with its addresses.
#[derive(Debug)]
pub(crate) struct Named {
    target: Target,
    doors: Vec<Door>,
    ranges: Vec<IpNet>,
}

impl Plan {
    /// Looks names up and lays out the visits, with the scope that they make.
    ///
    /// # Errors
    /// See [`PlanError`].
    pub async fn lay_out(&self) -> Result<(Visits, Scope), PlanError> {
        if self.targets.is_empty() {
            return Err(PlanError::NoTarget);
        }
        if let Some(id) = self.protocol.as_deref().filter(|id| by_id(id, 0).is_none()) {
            return Err(PlanError::Protocol(id.to_owned()));
        }
        let mut visits = Visits {
            hosts: Vec::new(),
            unresolved: Vec::new(),
        };
        let mut allowed = Vec::new();
        for target in &self.targets {
            let ranges = match &target.place {
                Place::Address(address) => vec![IpNet::from(*address)],
                Place::Range(range) => vec![*range],
                Place::Name(name) => match resolve::resolve(name, self.family, RESOLVE).await {
                    Ok(addresses) => addresses.into_iter().map(IpNet::from).collect(),
                    Err(why) => {
                        visits.unresolved.push((target.clone(), why));
                        continue;
                    }
                },
            };
            allowed.extend(&ranges);
            visits.hosts.push(Named {
                target: target.clone(),
                doors: self.doors(target),
                ranges,
            });
        }
        Ok((visits, Scope::new(&allowed, &self.exclude)))
    }

    fn doors(&self, target: &Target) -> Vec<Door> {
        let ports = match target.port {
            Some(port) => vec![port],
            None => match scheme_port(target) {
                Some(port) => vec![port],
                None if self.ports.is_empty() => default_ports(),
                None => self.ports.clone(),
            },
        };
        let one_host = !matches!(target.place, Place::Range(_));
        let named = one_host && (target.port.is_some() || !self.ports.is_empty() || target.scheme.is_some());
        ports
            .into_iter()
            .filter_map(|port| self.door(target, port, named))
            .collect()
    }

    fn door(&self, target: &Target, port: u16, named: bool) -> Option<Door> {
        let spoken = self
            .protocol
            .as_deref()
            .or(target.scheme.as_deref())
            .and_then(|id| by_id(id, port));
        let guessed = spoken.is_none();
        let chosen = spoken.or_else(|| by_port(port)).or_else(|| by_id("tls", port))?;
        Some(Door {
            port,
            transport: target.transport,
            chosen,
            guessed,
            named,
        })
    }
}

const RESOLVE: std::time::Duration = std::time::Duration::from_secs(10);

/// The port that a URL's scheme implies: the first of its protocol's ports.
fn scheme_port(target: &Target) -> Option<u16> {
    let chosen = by_id(target.scheme.as_deref()?, 0)?;
    let ports = match chosen.start {
        holter_protocols::Start::Direct => chosen.protocol.direct_ports,
        holter_protocols::Start::Upgrade => chosen.protocol.upgrade_ports,
    };
    ports.first().copied()
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

    /// The hosts, one by one.
    pub(crate) fn hosts(self) -> impl Iterator<Item = Host> {
        self.hosts.into_iter().flat_map(|named| {
            let Named {
                target,
                doors,
                ranges,
            } = named;
            let is_range = matches!(target.place, Place::Range(_));
            let name = match &target.place {
                Place::Name(name) => Some(name.clone()),
                _ => None,
            };
            ranges.into_iter().flat_map(addresses).map(move |address| Host {
                address,
                name: name.clone(),
                typed: if is_range {
                    address.to_string()
                } else {
                    target.text.clone()
                },
                doors: doors.clone(),
                named: !is_range,
            })
        })
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

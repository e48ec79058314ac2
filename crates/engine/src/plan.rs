//! From what the user named to the endpoints that are visited, host by host.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use holter_model::target::Place;
use holter_model::{Fragility, Target, Transport};
use holter_net::{Scope, resolve};
use holter_protocols::sets::port_set;
use holter_protocols::{PortChoice, by_id, by_port, default_ports, roles};
use ipnet::IpNet;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::visits::{Door, Named, Visits};

/// What to scan and how to speak to it.
#[derive(Debug, Default)]
pub struct Plan {
    /// What the user named.
    pub targets: Vec<Target>,
    /// Ports for targets that name none; empty: the default ones.
    pub ports: Vec<PortChoice>,
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
        let mut visits = Visits::default();
        for (target, ranges) in self.targets.iter().zip(self.ranges().await) {
            match ranges {
                Ok(ranges) => visits.hosts.push(Named {
                    target: target.clone(),
                    doors: self.doors(target),
                    ranges,
                }),
                Err(why) => visits.unresolved.push((target.clone(), why)),
            }
        }
        let allowed: Vec<IpNet> = visits
            .hosts
            .iter()
            .flat_map(|named| named.ranges.clone())
            .collect();
        visits.scope = Scope::new(&allowed, &self.exclude);
        let scope = visits.scope.clone();
        Ok((visits, scope))
    }

    /// The addresses of each target, in the order of the targets; or why a name has none. Names are looked up
    /// side by side: a list of dead ones must not take ten seconds each.
    async fn ranges(&self) -> Vec<Result<Vec<IpNet>, String>> {
        const LOOK_UPS: usize = 16;
        let turns = Arc::new(Semaphore::new(LOOK_UPS));
        let mut found: Vec<Result<Vec<IpNet>, String>> = Vec::with_capacity(self.targets.len());
        let mut asked = JoinSet::new();
        for (index, target) in self.targets.iter().enumerate() {
            match &target.place {
                Place::Address(address) => found.push(Ok(vec![IpNet::from(*address)])),
                Place::Range(range) => found.push(Ok(vec![*range])),
                Place::Name(name) => {
                    found.push(Err("its name was not looked up".to_owned()));
                    let (name, family, turns) = (name.clone(), self.family, Arc::clone(&turns));
                    asked.spawn(async move {
                        let _turn = turns.acquire_owned().await;
                        (index, resolve::resolve(&name, family, RESOLVE).await)
                    });
                }
            }
        }
        while let Some(Ok((index, addresses))) = asked.join_next().await {
            if let Some(place) = found.get_mut(index) {
                *place = addresses.map(|addresses| addresses.into_iter().map(IpNet::from).collect());
            }
        }
        found
    }

    /// Ports that targets would lead to and that are too delicate to be asked there: each is asked only where it is
    /// named by itself, and on one host.
    #[must_use]
    pub fn left_out(&self) -> BTreeSet<(u16, Transport)> {
        // Targets differ here only in whether they are one host and in their transport.
        let mut seen = HashSet::new();
        self.targets
            .iter()
            .filter(|target| {
                own_port(target).is_none() && seen.insert((is_one_host(target), target.transport))
            })
            .flat_map(|target| {
                let left_out = |choice: &PortChoice| !is_asked(*choice, is_one_host(target));
                self.choices(target).into_iter().filter(left_out)
            })
            .map(|choice| (choice.port, choice.transport))
            .collect()
    }

    /// Whether nothing would be asked, wherever the targets are.
    #[must_use]
    pub fn asks_nothing(&self) -> bool {
        self.targets.iter().all(|target| self.doors(target).is_empty())
    }

    fn doors(&self, target: &Target) -> Arc<[Door]> {
        let one_host = is_one_host(target);
        self.choices(target)
            .into_iter()
            .filter(|choice| is_asked(*choice, one_host))
            .filter_map(|choice| self.door(target, choice, one_host && choice.named))
            .collect()
    }

    /// Every port that a target leads to, the delicate ones among them.
    fn choices(&self, target: &Target) -> Vec<PortChoice> {
        let unnamed = |(port, transport)| PortChoice {
            port,
            transport,
            named: false,
        };
        if let Some(port) = own_port(target) {
            return vec![PortChoice {
                port,
                transport: target.transport,
                named: true,
            }];
        }
        match target.transport {
            Transport::Tcp if self.ports.is_empty() => {
                let ports = default_ports().into_iter();
                ports.map(|port| unnamed((port, Transport::Tcp))).collect()
            }
            Transport::Udp if self.ports.is_empty() => port_set("dtls")
                .unwrap_or_default()
                .into_iter()
                .map(unnamed)
                .collect(),
            Transport::Tcp => self.ports.clone(),
            Transport::Udp => {
                let datagrams = self
                    .ports
                    .iter()
                    .filter(|choice| choice.transport == Transport::Udp);
                let mut choices: Vec<PortChoice> = datagrams.copied().collect();
                // `-p 443` beside a target that says /udp can only mean 443/udp.
                if choices.is_empty() {
                    choices.clone_from(&self.ports);
                }
                for choice in &mut choices {
                    choice.transport = Transport::Udp;
                }
                choices
            }
        }
    }

    fn door(&self, target: &Target, choice: PortChoice, named: bool) -> Option<Door> {
        let PortChoice { port, transport, .. } = choice;
        let spoken = self
            .protocol
            .as_deref()
            .or(target.scheme.as_deref())
            .and_then(|id| by_id(id, port));
        let guessed = spoken.is_none();
        // What a port means to streams says nothing of datagrams.
        let by_port = || by_port(port).filter(|_| transport == Transport::Tcp);
        let chosen = spoken.or_else(by_port).or_else(|| by_id("tls", port))?;
        Some(Door {
            port,
            transport,
            chosen,
            guessed,
            named,
        })
    }
}

/// Whether this port may be asked: one that is delicate, only where the user named it for this one host.
fn is_asked(choice: PortChoice, one_host: bool) -> bool {
    (one_host && choice.named) || roles::fragility(choice.port, choice.transport) < Fragility::Fragile
}

const fn is_one_host(target: &Target) -> bool {
    !matches!(target.place, Place::Range(_))
}

/// The port that the target itself names.
fn own_port(target: &Target) -> Option<u16> {
    target.port.or_else(|| scheme_port(target))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn named(port: u16) -> PortChoice {
        PortChoice {
            port,
            transport: Transport::Tcp,
            named: true,
        }
    }

    /// The endpoints that these targets come to, as "address:port protocol".
    fn check(targets: &[&str], ports: &[u16], exclude: &[&str], expected: &[&str]) {
        let plan = Plan {
            targets: targets.iter().map(|target| target.parse().unwrap()).collect(),
            ports: ports.iter().copied().map(named).collect(),
            exclude: exclude.iter().map(|range| range.parse().unwrap()).collect(),
            ..Plan::default()
        };
        assert_eq!(endpoints(&plan), expected);
    }

    fn endpoints(plan: &Plan) -> Vec<String> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let (visits, _) = runtime.block_on(plan.lay_out()).unwrap();
        visits
            .hosts()
            .flat_map(|host| {
                let shown = |door: &Door| format!("{} {}", host.endpoint(door), door.chosen.id());
                host.doors.iter().map(shown).collect::<Vec<_>>()
            })
            .collect()
    }

    #[test]
    fn what_is_typed_comes_to_endpoints() {
        check(&["127.0.0.1:587"], &[], &[], &["127.0.0.1:587 smtp"]);
        check(&["imaps://127.0.0.1"], &[], &[], &["127.0.0.1:993 imaps"]);
        check(&["dtls://[::1]:4433"], &[], &[], &["[::1]:4433/udp tls"]);
        check(&["127.0.0.1:8443"], &[443], &[], &["127.0.0.1:8443 https"]);
        let two = &["127.0.0.1:443 https", "127.0.0.1:993 imaps"];
        check(&["127.0.0.1"], &[443, 993], &[], two);
    }

    #[test]
    fn an_excluded_address_is_not_visited() {
        let left = &["127.0.0.0:443 https", "127.0.0.3:443 https"];
        check(
            &["127.0.0.0/30", "127.0.0.2"],
            &[443],
            &["127.0.0.1/32", "127.0.0.2/32"],
            left,
        );
    }

    #[test]
    fn what_is_named_twice_is_visited_once() {
        let all = &[
            "127.0.0.2:443 https",
            "127.0.0.2:993 imaps",
            "127.0.0.3:443 https",
            "127.0.0.3:993 imaps",
        ];
        check(
            &[
                "127.0.0.2:443",
                "127.0.0.2",
                "127.0.0.2/31",
                "https://127.0.0.3/x",
            ],
            &[443, 993],
            &[],
            all,
        );
    }

    #[test]
    fn a_delicate_port_is_asked_only_where_it_is_named_on_one_host() {
        check(&["127.0.0.1:9100"], &[], &[], &["127.0.0.1:9100 tls"]);
        let both = &["127.0.0.1:443 https", "127.0.0.1:9100 tls"];
        check(&["127.0.0.1"], &[443, 9100], &[], both);
        check(&["127.0.0.1/32"], &[443, 9100], &[], &["127.0.0.1:443 https"]);
        let plan = |target: &str, named| Plan {
            targets: vec![target.parse().unwrap(), "127.0.0.9:9100".parse().unwrap()],
            ports: [443, 9100, 104]
                .map(|port| PortChoice {
                    named,
                    ..self::named(port)
                })
                .to_vec(),
            ..Plan::default()
        };
        let left_out = |target, named| {
            let ports = plan(target, named).left_out().into_iter();
            ports.map(|(port, _)| port).collect::<Vec<_>>()
        };
        assert_eq!(left_out("127.0.0.1", true), [0; 0]);
        assert_eq!(left_out("127.0.0.1", false), [104, 9100]);
        assert_eq!(left_out("127.0.0.1/32", true), [104, 9100]);
        let asked = endpoints(&plan("127.0.0.1", false));
        assert_eq!(asked, ["127.0.0.1:443 https", "127.0.0.9:9100 tls"]);
    }

    #[test]
    fn a_target_and_a_port_choose_the_transport() {
        let ports = |target: &str, ports: &[PortChoice]| {
            endpoints(&Plan {
                targets: vec![target.parse().unwrap()],
                ports: ports.to_vec(),
                ..Plan::default()
            })
        };
        let (stream, datagram) = (
            named(443),
            PortChoice {
                transport: Transport::Udp,
                ..named(4433)
            },
        );
        let both = ["127.0.0.1:443 https", "127.0.0.1:4433/udp tls"];
        assert_eq!(ports("127.0.0.1", &[stream, datagram]), both);
        assert_eq!(ports("127.0.0.1/udp", &[stream, datagram]), both[1..]);
        assert_eq!(ports("127.0.0.1/udp", &[stream]), ["127.0.0.1:443/udp tls"]);
        let usual = ports("dtls://127.0.0.1", &[]);
        assert!(
            usual.len() > 5 && usual.iter().all(|shown| shown.ends_with("/udp tls")),
            "{usual:?}"
        );
    }
}

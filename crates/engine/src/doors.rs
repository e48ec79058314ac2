//! Which ports of a target are asked, how, and which are left out because a question can disturb what is there.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use holter_model::target::Place;
use holter_model::{Fragility, Target, Transport};
use holter_protocols::sets::port_set;
use holter_protocols::{PortChoice, by_id, by_port, default_ports, roles};

use crate::Plan;
use crate::visits::Door;

impl Plan {
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
        self.all_doors().all(|doors| doors.is_empty())
    }

    /// What is asked of each target. Targets of which the same is asked share it: a list of thousands with all ports must
    /// fit into memory.
    pub(crate) fn all_doors(&self) -> impl Iterator<Item = Arc<[Door]>> {
        let mut known = HashMap::new();
        self.targets.iter().map(move |target| {
            let scheme = target.scheme.as_deref();
            let alike = (is_one_host(target), target.port, scheme, target.transport);
            let doors = known.entry(alike).or_insert_with(|| self.doors(target));
            Arc::clone(doors)
        })
    }

    /// What is asked of this target.
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
            fragility: fragility(choice, named),
        })
    }
}

/// Whether this port may be asked: one that is delicate, only where the user named it for this one host.
fn is_asked(choice: PortChoice, one_host: bool) -> bool {
    (one_host && choice.named) || roles::fragility(choice.port, choice.transport) < Fragility::Fragile
}

/// The class of what stands behind a port. What the user names by itself may be touched, with the greatest care.
fn fragility(choice: PortChoice, named: bool) -> Fragility {
    let class = roles::fragility(choice.port, choice.transport);
    if named {
        class.min(Fragility::Fragile)
    } else {
        class
    }
}

const fn is_one_host(target: &Target) -> bool {
    !matches!(target.place, Place::Range(_))
}

/// The port that the target itself names.
fn own_port(target: &Target) -> Option<u16> {
    target.port.or_else(|| scheme_port(target))
}

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
pub(crate) mod tests {
    use super::*;

    /// A port that the user named by its number.
    pub(crate) fn named(port: u16) -> PortChoice {
        PortChoice {
            port,
            transport: Transport::Tcp,
            named: true,
        }
    }

    /// The endpoints that a plan comes to, as "address:port protocol".
    pub(crate) fn endpoints(plan: &Plan) -> Vec<String> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let (visits, _) = runtime.block_on(plan.lay_out()).unwrap();
        (0..visits.count())
            .filter_map(|number| visits.host(number))
            .flat_map(|host| {
                let shown = |door: &Door| format!("{} {}", host.endpoint(door), door.chosen.id());
                host.doors.iter().map(shown).collect::<Vec<_>>()
            })
            .collect()
    }

    #[test]
    fn a_delicate_port_is_asked_only_where_it_is_named_on_one_host() {
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
        let asked = |target, named| endpoints(&plan(target, named));
        let (web, own) = ("127.0.0.1:443 https", "127.0.0.9:9100 tls");
        assert_eq!(asked("127.0.0.1", false), [web, own]);
        assert_eq!(asked("127.0.0.1/32", true), [web, own]);
        let all = [web, "127.0.0.1:9100 tls", "127.0.0.1:104 tls", own];
        assert_eq!(asked("127.0.0.1", true), all);
        let nothing = Plan {
            targets: vec!["127.0.0.1/32".parse().unwrap()],
            ports: vec![self::named(9100)],
            ..Plan::default()
        };
        assert!(nothing.asks_nothing() && !plan("127.0.0.1/32", true).asks_nothing());
    }

    #[test]
    fn what_is_asked_of_many_is_kept_once() {
        let alike = ["127.0.0.1", "portal.example", "127.0.0.2"];
        let others = [
            "127.0.0.0/24",
            "127.0.0.1/udp",
            "127.0.0.1:443",
            "smtp://127.0.0.1",
        ];
        let plan = Plan {
            targets: [&alike[..], &others]
                .concat()
                .iter()
                .map(|text| text.parse().unwrap())
                .collect(),
            ports: (1..=1000).map(named).collect(),
            ..Plan::default()
        };
        let apart: HashSet<_> = plan.all_doors().map(|doors| doors.as_ptr()).collect();
        assert_eq!(apart.len(), 1 + others.len());
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

//! From what the user named to the endpoints that are visited, host by host.

use std::net::IpAddr;
use std::sync::Arc;

use holter_inventory::{Inventory, place};
use holter_model::target::Place;
use holter_model::{Asset, Fragility, Target};
use holter_net::{Scope, resolve};
use holter_protocols::{PortChoice, by_id};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::visits::{Named, Visits};

/// What to scan and how to speak to it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Plan {
    /// What the user named.
    pub targets: Vec<Target>,
    /// Ports for targets that name none; empty: the default ones.
    pub ports: Vec<PortChoice>,
    /// Addresses never to be contacted.
    pub exclude: Vec<IpNet>,
    /// What the user's files say of systems: it wins over every guess.
    pub inventory: Inventory,
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
        self.check()?;
        Ok(self.lay_out_at(&self.addresses().await))
    }

    /// Whether it can be carried out.
    ///
    /// # Errors
    /// See [`PlanError`].
    pub fn check(&self) -> Result<(), PlanError> {
        if self.targets.is_empty() {
            return Err(PlanError::NoTarget);
        }
        match self.protocol.as_deref().filter(|id| by_id(id, 0).is_none()) {
            Some(id) => Err(PlanError::Protocol(id.to_owned())),
            None => Ok(()),
        }
    }

    /// Lays out the visits to addresses that were looked up before.
    #[must_use]
    pub fn lay_out_at(&self, addresses: &[Result<Vec<IpNet>, String>]) -> (Visits, Scope) {
        let (mut targets, mut unresolved) = (Vec::new(), Vec::new());
        for ((target, doors), ranges) in self.targets.iter().zip(self.all_doors()).zip(addresses) {
            match ranges {
                Ok(ranges) => targets.push(Named {
                    target: target.clone(),
                    doors,
                    ranges: ranges.clone(),
                }),
                Err(why) => unresolved.push((target.clone(), why.clone())),
            }
        }
        let allowed: Vec<IpNet> = targets.iter().flat_map(|named| named.ranges.clone()).collect();
        let untouchable = |of_a_port: bool| {
            let all = self.inventory.untouchable();
            all.filter(move |(_, port)| port.is_some() == of_a_port)
        };
        let ranges = untouchable(false).map(|(range, _)| range);
        let excluded: Vec<IpNet> = self.exclude.iter().copied().chain(ranges).collect();
        let ports = untouchable(true).filter_map(|(range, port)| Some((range, port?)));
        let scope = Scope::new(&allowed, &excluded).without_ports(ports);
        (Visits::new(targets, unresolved, scope.clone()), scope)
    }

    /// The same, and what `later` knows must not be touched is not touched either.
    #[must_use]
    pub fn sparing(mut self, later: &Self) -> Self {
        self.exclude.extend(&later.exclude);
        let assets = later.inventory.assets().iter().chain(self.inventory.assets());
        self.inventory = Inventory::new(assets.cloned().collect());
        self
    }

    /// Looks up the names that the inventory calls do-not-touch, and excludes their addresses, or the one port there: a
    /// range may hold them. Returns those that have no address, so that nobody can say where they are.
    pub async fn spare_names(&mut self) -> Vec<String> {
        let names = self.inventory.untouchable_names();
        let (targets, ports): (Vec<Target>, Vec<Option<u16>>) = names
            .filter_map(|(name, port)| Some((name.parse().ok()?, port)))
            .unzip();
        let spared = Self {
            targets,
            ..Self::default()
        };
        let mut assets = self.inventory.assets().to_vec();
        let mut unknown = Vec::new();
        for ((target, port), addresses) in spared.targets.iter().zip(ports).zip(spared.addresses().await) {
            match (addresses, port) {
                (Err(_), _) => unknown.push(target.text.clone()),
                (Ok(ranges), None) => self.exclude.extend(ranges),
                (Ok(ranges), port) => assets.extend(ranges.into_iter().map(|range| Asset {
                    port,
                    fragility: Some(Fragility::DoNotTouch),
                    ..Asset::at(Place::Range(range))
                })),
            }
        }
        self.inventory = Inventory::new(assets);
        unknown
    }

    /// The addresses of each target, in the order of the targets; or why a name has none. Names are looked up
    /// side by side: a list of dead ones must not take ten seconds each.
    pub async fn addresses(&self) -> Vec<Result<Vec<IpNet>, String>> {
        const LOOK_UPS: usize = 16;
        let turns = Arc::new(Semaphore::new(LOOK_UPS));
        let mut found: Vec<Result<Vec<IpNet>, String>> = Vec::with_capacity(self.targets.len());
        let mut asked = JoinSet::new();
        for (index, target) in self.targets.iter().enumerate() {
            match &target.place {
                // In other clothes it would be another host, and have a turn and a rate of its own.
                place @ (Place::Address(_) | Place::Range(_)) => {
                    found.push(Ok(place::range(place).into_iter().collect()));
                }
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
                *place = addresses.map(|addresses| {
                    let plain = addresses.iter().map(IpAddr::to_canonical);
                    plain.map(IpNet::from).collect()
                });
            }
        }
        found
    }
}

const RESOLVE: std::time::Duration = std::time::Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doors::tests::{endpoints, named};

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
    fn an_address_in_other_clothes_is_the_same_host() {
        let both = &["127.0.0.0:443 https", "127.0.0.1:443 https"];
        let clothes = ["127.0.0.1", "::ffff:127.0.0.1", "::ffff:127.0.0.0/127"];
        check(&clothes, &[443], &[], &[both[1], both[0]]);
    }

    #[tokio::test]
    async fn a_name_that_must_not_be_touched_is_spared_in_a_range_too() {
        let untouchable = |name: &str, port| Asset {
            port,
            fragility: Some(Fragility::DoNotTouch),
            ..Asset::at(Place::Name(name.to_owned()))
        };
        let spared = |assets: Vec<Asset>| async {
            let mut plan = Plan {
                targets: vec!["127.0.0.0/31".parse().unwrap()],
                inventory: Inventory::new(assets),
                ..Plan::default()
            };
            let unknown = plan.spare_names().await;
            let (_, scope) = plan.lay_out().await.unwrap();
            let allowed = [443, 8443].map(|port| scope.allows_port([127, 0, 0, 1].into(), port));
            (allowed, unknown)
        };
        assert_eq!(
            spared(vec![untouchable("localhost", None)]).await.0,
            [false, false]
        );
        assert_eq!(
            spared(vec![untouchable("localhost", Some(8443))]).await.0,
            [true, false]
        );
        let nowhere = spared(vec![untouchable("nowhere.invalid", Some(443))]).await;
        assert_eq!(nowhere, ([true, true], vec!["nowhere.invalid".to_owned()]));
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
}

//! # One key on several services
//!
//! ## What it asks
//! Nothing: the certificates that the survey saw are compared, over all services of a scan.
//!
//! ## Why it matters
//! Who takes the key out of the least guarded service stands in for all that have it: with Heartbleed from its memory,
//! with DROWN through its SSLv2. Two keys with a factor in common can both be computed by anybody.
//!
//! ## References
//! Heninger et al., "Mining Your Ps and Qs", 2012; <https://drownattack.com/>.

use std::collections::{BTreeMap, BTreeSet};

use holter_cert::weak::repeated::shared_factors;
use holter_cert::{Certificate, Number};
use holter_model::key_kin::{Bond, KeyKin};
use holter_model::{Service, Verdict};

use crate::{Check, Configuration, Needs, Profile};

/// The check. It has no verdict on a service by itself.
pub(crate) static CHECK: Check = Check {
    id: "key-reuse",
    name: "One key on several services",
    about: "compares the keys of all certificates of a scan, and looks for factors that two have in common",
    profile: Profile::Full,
    needs: Needs::Survey,
    flaws: &[include_str!("../../../flaws/KEY-SHARED.toml")],
    ask: |_| Box::pin(async {}),
    judge: |_, _| Vec::new(),
};

/// Flaws that let a key out or use it against others that have it.
const EXPOSING: [&str; 3] = ["CVE-2014-0160", "CVE-2016-0800", "ROBOT"];

/// More keys than these are not compared.
const MOST: usize = 8192;

/// The keys of the services of a scan.
#[derive(Debug, Default)]
pub struct Keys {
    keys: BTreeMap<String, Holders>,
}

#[derive(Debug, Default)]
struct Holders {
    modulus: Option<Number>,
    places: BTreeSet<String>,
    exposed_by: BTreeSet<String>,
}

impl Keys {
    /// Notes the keys of a service.
    pub fn add(&mut self, service: &Service) {
        let exposed_by: Vec<&String> = service
            .judgements
            .iter()
            .filter(|judgement| judgement.verdict == Verdict::Affected)
            .map(|judgement| &judgement.flaw)
            .filter(|flaw| EXPOSING.contains(&flaw.as_str()))
            .collect();
        for chain in Configuration::of(&service.observations).chains {
            let Some(leaf) = chain.first() else { continue };
            let key = Certificate::read(&leaf.0).0.key;
            if key.sha256.is_empty() || (self.keys.len() >= MOST && !self.keys.contains_key(&key.sha256)) {
                continue;
            }
            let holders = self.keys.entry(key.sha256).or_default();
            holders.modulus = key.rsa.map(|rsa| rsa.modulus);
            holders.places.insert(place(service));
            holders
                .exposed_by
                .extend(exposed_by.iter().map(|flaw| (*flaw).clone()));
        }
    }

    /// What hangs together: factors first, then keys of which another's flaw exposes them.
    #[must_use]
    pub fn kin(&self) -> Vec<KeyKin> {
        let mut kin: Vec<KeyKin> = self
            .keys
            .iter()
            .filter(|(_, holders)| holders.places.len() > 1)
            .map(|(key, holders)| KeyKin {
                bond: Bond::Same,
                key: key.clone(),
                places: holders.places.iter().cloned().collect(),
                exposed_by: holders.exposed_by.iter().cloned().collect(),
            })
            .collect();
        kin.extend(self.factors());
        kin.sort_by_key(|one| (one.bond == Bond::Same, one.exposed_by.is_empty(), one.key.clone()));
        kin
    }

    fn factors(&self) -> Vec<KeyKin> {
        let (keys, moduli): (Vec<&String>, Vec<Number>) = self
            .keys
            .iter()
            .filter_map(|(key, holders)| Some((key, holders.modulus.clone()?)))
            .unzip();
        let places = |index: usize| {
            keys.get(index)
                .and_then(|key| self.keys.get(*key))
                .map(|holders| &holders.places)
        };
        shared_factors(&moduli)
            .0
            .into_iter()
            .filter_map(|pair| {
                let both = places(pair.one)?.union(places(pair.other)?).cloned().collect();
                Some(KeyKin {
                    bond: Bond::Factor,
                    key: (*keys.get(pair.one)?).clone(),
                    places: both,
                    exposed_by: Vec::new(),
                })
            })
            .collect()
    }
}

/// The endpoint, which is one even where it was named twice.
fn place(service: &Service) -> String {
    service.endpoint.map_or_else(
        || service.target.clone(),
        |endpoint| format!("{}://{endpoint}", service.protocol),
    )
}

#[cfg(test)]
mod tests {
    use holter_model::{Attempt, Basis, Endpoint, Fact, Judgement, Transport};

    use super::*;
    use crate::testing::{made, observed};

    fn service(last: u8, certificate: &str, flaw: Option<&str>) -> Service {
        Service {
            target: format!("127.0.0.{last}"),
            endpoint: Some(Endpoint {
                address: [127, 0, 0, last].into(),
                port: 443,
                transport: Transport::Tcp,
            }),
            name: None,
            protocol: "https".to_owned(),
            role: None,
            started: jiff::Timestamp::UNIX_EPOCH,
            elapsed_ms: 0,
            connections: 0,
            bytes_sent: 0,
            bytes_received: 0,
            attempt: Attempt::Completed,
            trouble: None,
            observations: observed(vec![Fact::Chain {
                version: 0x0303,
                name: None,
                certificates: vec![made(certificate)],
            }]),
            judgements: flaw
                .map(|flaw| Judgement::new("x", flaw, Verdict::Affected, Basis::Behaviour, "it is"))
                .into_iter()
                .collect(),
            assessment: None,
            not_asked: Vec::new(),
            oddities: Vec::new(),
        }
    }

    #[test]
    fn one_key_in_two_places_is_found_with_what_exposes_it() {
        let mut keys = Keys::default();
        keys.add(&service(1, "leaf", None));
        keys.add(&service(2, "device", None));
        assert_eq!(keys.kin(), []);
        keys.add(&service(3, "leaf", Some("CVE-2016-0800")));
        keys.add(&service(3, "leaf", None));
        let kin = keys.kin();
        assert_eq!(kin.len(), 1);
        assert_eq!(kin[0].bond, Bond::Same);
        assert_eq!(kin[0].places, ["https://127.0.0.1:443", "https://127.0.0.3:443"]);
        assert_eq!(kin[0].exposed_by, ["CVE-2016-0800"]);
    }
}

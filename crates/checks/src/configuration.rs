//! What a service is configured to speak, gathered from observations: what checks, policies and reports ask of. Pure.

use std::collections::{BTreeMap, BTreeSet};

use holter_model::{Der, Fact, Feature, Observation, Order, Refusal, Store};
use holter_wire::suite::Parts;
use holter_wire::{CipherSuite, NamedGroup, SignatureScheme, Version};

/// A service's configuration, as far as it was heard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Configuration {
    /// What it speaks, by version; SSLv2 stands apart.
    pub versions: BTreeMap<Version, Spoken>,
    /// Versions that it was asked for and does not speak, SSLv2 (2) among them.
    pub refused: BTreeSet<Version>,
    /// The kinds of ciphers of its SSLv2; `None`: it does not speak that, or was not asked.
    pub ssl2: Option<Vec<u32>>,
    /// The finite fields of its ephemeral Diffie-Hellman key exchanges, each as often as it was seen.
    pub fields: Vec<FiniteField>,
    /// The chains that it sent; more than one where it has keys of several kinds.
    pub chains: Vec<Vec<Der>>,
    /// The name that it was asked for.
    pub name: Option<String>,
    /// Whether a path leads from its certificate to a store: `None` inside is "yes", else why not.
    pub trust: BTreeMap<Store, Option<String>>,
    /// OCSP responses that it stapled. `None` inside: asked for, and none came.
    pub staples: Vec<Option<Der>>,
    /// What it has and has not, by version.
    pub features: BTreeMap<(Feature, Version), bool>,
    /// What it speaks inside TLS.
    pub alpn: Vec<String>,
    /// Headers of its answer to `GET /`, and of the page that this leads to, in lower case; `None`: it was not asked.
    pub headers: Option<Vec<(String, String)>>,
    /// Whether the survey came to its end in every version that it speaks.
    pub complete: bool,
    /// Why its answers do not fit together, so that what one refuses another may accept.
    pub inconsistent: Option<String>,
}

/// One version that a service speaks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spoken {
    /// Its suites, in the order in which it chose them.
    pub suites: Vec<CipherSuite>,
    /// Whose order of suites decides; `None`: not known.
    pub order: Option<Order>,
    /// Its groups, in the order in which it chose them.
    pub groups: Vec<NamedGroup>,
    /// Whose order of groups decides; `None`: not known.
    pub group_order: Option<Order>,
    /// Whether all groups are known.
    pub groups_complete: bool,
    /// What it signs with.
    pub schemes: Vec<SignatureScheme>,
    /// Whether all suites are known.
    pub complete: bool,
}

/// A finite field that was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FiniteField {
    /// The version.
    pub version: Version,
    /// The suite.
    pub suite: CipherSuite,
    /// Length of the prime.
    pub bits: u32,
    /// SHA-256 of the prime.
    pub prime: String,
    /// SHA-256 of the server's public value.
    pub public: String,
}

impl Configuration {
    /// Gathers what was heard.
    #[must_use]
    pub fn of(observations: &[Observation]) -> Self {
        let mut configuration = Self::default();
        for observation in observations {
            configuration.take(&observation.fact);
        }
        // A hello for TLS 1.2 offers TLS 1.1, too.
        let around = [Version::TLS12, Version::TLS10];
        if around
            .iter()
            .all(|version| configuration.refused.contains(version))
        {
            configuration.refused.insert(Version::TLS11);
        }
        // A hello for TLS 1.1, and one for TLS 1.0, offer SSLv3 as well: whoever refuses both by an alert does not have it.
        let by_alert = |version: Version| {
            observations.iter().any(|observation| {
                matches!(
                    observation.fact,
                    Fact::HelloRefused { offered, how: Refusal::Alert(_) } if offered == version.0
                )
            })
        };
        if by_alert(Version::TLS11) && by_alert(Version::TLS10) {
            configuration.refused.insert(Version::SSL3);
        }
        let versions = &configuration.versions;
        configuration
            .refused
            .retain(|version| !versions.contains_key(version));
        if configuration.inconsistent.is_some() {
            configuration.refused.clear();
        }
        configuration.complete = configuration.inconsistent.is_none()
            && !versions.is_empty()
            && versions.values().all(|spoken| spoken.complete);
        configuration
    }

    /// Whether it speaks a version; `None`: that is not known.
    #[must_use]
    pub fn speaks(&self, version: Version) -> Option<bool> {
        if self.versions.contains_key(&version) {
            return Some(true);
        }
        self.refused.contains(&version).then_some(false)
    }

    /// Whether of every version that there is it is known whether it speaks it.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        let streams = [
            Version::TLS13,
            Version::TLS12,
            Version::TLS11,
            Version::TLS10,
            Version::SSL3,
        ];
        let datagrams = [Version::DTLS12, Version::DTLS10];
        let known = |version: &Version| self.speaks(*version).is_some();
        streams.iter().all(known) || datagrams.iter().all(known)
    }

    /// Every suite that it accepts, with its version and its parts.
    pub fn suites(&self) -> impl Iterator<Item = (Version, CipherSuite, Parts)> + '_ {
        self.versions.iter().flat_map(|(version, spoken)| {
            spoken
                .suites
                .iter()
                .filter_map(|suite| suite.parts().map(|parts| (*version, *suite, parts)))
        })
    }

    /// Whether it has something in any version; `None`: that was not looked for.
    #[must_use]
    pub fn has(&self, feature: Feature) -> Option<bool> {
        self.features
            .iter()
            .filter(|((named, _), _)| *named == feature)
            .map(|(_, present)| *present)
            .max()
    }

    /// The newest version of TLS or DTLS that it speaks.
    #[must_use]
    pub fn newest(&self) -> Option<Version> {
        // DTLS counts downwards.
        let age = |version: &Version| {
            if version.0 >= 0xfe00 {
                0xffff - version.0
            } else {
                version.0
            }
        };
        self.versions.keys().copied().max_by_key(age)
    }

    fn take(&mut self, fact: &Fact) {
        match fact {
            Fact::Hello {
                offered,
                version,
                suite,
                ..
            } => {
                // It chose the newest that it has, so those between are none of its.
                let above = [Version::TLS13, Version::TLS12, Version::TLS11, Version::TLS10];
                let declined = above
                    .into_iter()
                    .filter(|above| version < &above.0 && &above.0 <= offered);
                self.refused.extend(declined);
                if (*offered, *version) == (Version::DTLS12.0, Version::DTLS10.0) {
                    self.refused.insert(Version::DTLS12);
                }
                let spoken = self.versions.entry(Version(*version)).or_default();
                add(&mut spoken.suites, CipherSuite(*suite));
            }
            Fact::HelloRefused { offered, .. } => {
                self.refused.insert(Version(*offered));
            }
            Fact::Suites {
                version,
                suites,
                order,
                complete,
            } => {
                let spoken = self.versions.entry(Version(*version)).or_default();
                // What it chose for a hello that came before stands in this list, too, at its place.
                let earlier = std::mem::take(&mut spoken.suites);
                let listed = suites.iter().copied().map(CipherSuite);
                listed
                    .chain(earlier)
                    .for_each(|suite| add(&mut spoken.suites, suite));
                spoken.order = Some(*order);
                spoken.complete = *complete;
            }
            Fact::Inconsistent { why } => {
                self.inconsistent.get_or_insert_with(|| why.clone());
            }
            Fact::Ssl2 { kinds } => self.ssl2 = Some(kinds.clone()),
            Fact::Groups {
                version,
                groups,
                order,
                complete,
            } => {
                let spoken = self.versions.entry(Version(*version)).or_default();
                // What came late was not asked for in any order.
                if spoken.group_order.is_none() || *order != Order::Unknown {
                    spoken.group_order = Some(*order);
                }
                spoken.groups_complete |= *complete;
                groups
                    .iter()
                    .for_each(|group| add(&mut spoken.groups, NamedGroup(*group)));
            }
            Fact::Schemes { version, schemes, .. } => {
                let spoken = self.versions.entry(Version(*version)).or_default();
                let named = schemes.iter().copied().map(SignatureScheme);
                named.for_each(|scheme| add(&mut spoken.schemes, scheme));
            }
            Fact::FiniteField {
                version,
                suite,
                bits,
                prime,
                public,
            } => self.fields.push(FiniteField {
                version: Version(*version),
                suite: CipherSuite(*suite),
                bits: *bits,
                prime: prime.clone(),
                public: public.clone(),
            }),
            Fact::Chain {
                name, certificates, ..
            } => {
                self.name.clone_from(name);
                if !self.chains.contains(certificates) {
                    self.chains.push(certificates.clone());
                }
            }
            Fact::Trust { store, problem } => {
                self.trust.insert(*store, problem.clone());
            }
            Fact::Ocsp {
                stapled: true,
                response,
            } => self.staples.push(response.clone()),
            Fact::Feature {
                feature,
                version,
                present,
            } => {
                self.features.insert((*feature, Version(*version)), *present);
            }
            Fact::Alpn { protocols } => self.alpn.clone_from(protocols),
            Fact::Header { name, value } => {
                let headers = self.headers.get_or_insert_default();
                // A status line is noted under no name: it says that there was an answer.
                if !name.is_empty() {
                    add(headers, (name.clone(), value.clone()));
                }
            }
            _ => {}
        }
    }
}

fn add<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}

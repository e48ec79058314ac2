//! The table as its file has it, and the verdict that is right for each flaw of each server.

use std::collections::{BTreeMap, BTreeSet};

use super::chain::Chain;
use super::run::Run;
use crate::LabError;

/// What is true of many; then the servers.
const FACTS: &str = include_str!("../../assets/truth/facts.toml");
const SERVERS: [(&str, &str); 8] = [
    ("node", include_str!("../../assets/truth/node.toml")),
    ("openssl", include_str!("../../assets/truth/openssl.toml")),
    ("faults", include_str!("../../assets/truth/faults.toml")),
    ("datagrams", include_str!("../../assets/truth/datagrams.toml")),
    ("openssl3", include_str!("../../assets/truth/openssl3.toml")),
    (
        "certificates",
        include_str!("../../assets/truth/certificates.toml"),
    ),
    ("services", include_str!("../../assets/truth/services.toml")),
    ("doors", include_str!("../../assets/truth/doors.toml")),
];

/// A verdict, in the words of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verdict {
    /// The flaw is there.
    Affected,
    /// It is not.
    NotAffected,
    /// It could not be told.
    Inconclusive,
    /// The question does not arise.
    NotApplicable,
}

impl Verdict {
    /// The word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Affected => "affected",
            Self::NotAffected => "not_affected",
            Self::Inconclusive => "inconclusive",
            Self::NotApplicable => "not_applicable",
        }
    }
}

/// What a right scan says of one flaw of one server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// The truth, as far as it is known: affected, or not affected.
    pub verdict: Verdict,
    /// Why a scan may also say `inconclusive`, where it may.
    pub inconclusive: Option<String>,
    /// Why any verdict is right, where nobody's word decides it.
    pub open: Option<String>,
}

impl Expected {
    /// Whether a scan may say so. That a question does not arise and that the flaw is not there are the same to whoever
    /// has to act, so that either does for the other.
    #[must_use]
    pub fn allows(&self, verdict: &str) -> bool {
        if self.open.is_some() {
            return true;
        }
        match verdict {
            "affected" => self.verdict == Verdict::Affected,
            "not_affected" | "not_applicable" => self.verdict == Verdict::NotAffected,
            "inconclusive" => self.inconclusive.is_some(),
            _ => false,
        }
    }
}

/// What stands in front of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Front {
    /// A proxy that serves one connection and resets all that come meanwhile.
    OneAtATime,
    /// A proxy that bans whoever makes more than 20 connections within a minute.
    BansAfterTwenty,
}

/// What is true of some servers and not of others.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Facts {
    #[serde(default)]
    affected: BTreeSet<String>,
    #[serde(default)]
    either: BTreeMap<String, String>,
    #[serde(default)]
    open: BTreeMap<String, String>,
}

/// One server of the table.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// Its name in the table.
    pub id: String,
    /// What it is: the program, its version, its configuration.
    pub what: String,
    /// Holter's name for what it speaks: `https` unless said otherwise.
    #[serde(default = "https")]
    pub protocol: String,
    /// What it shows as its certificate.
    #[serde(default)]
    pub chain: Chain,
    /// How it is started.
    pub run: Run,
    /// What stands in front of it.
    pub front: Option<Front>,
    /// The versions that it speaks, oldest first: `SSLv2` … `TLSv1.3`.
    pub versions: Vec<String>,
    /// How many suites it accepts in each of them, where its own listing says so.
    #[serde(default)]
    pub suites: BTreeMap<String, usize>,
    /// Who says so.
    #[serde(default)]
    pub sources: Vec<String>,
    /// The flaws that it has, beside those of its certificate.
    #[serde(default)]
    affected: BTreeSet<String>,
    /// Flaws of which `inconclusive` is right too, with the reason.
    #[serde(default)]
    either: BTreeMap<String, String>,
    /// Flaws of which nobody's word decides, with the reason.
    #[serde(default)]
    open: BTreeMap<String, String>,
}

fn https() -> String {
    "https".to_owned()
}

impl Server {
    /// The name to ask it by.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self.chain {
            Chain::Debian => crate::debian::HOST,
            _ => super::chain::HOST,
        }
    }
}

/// The whole table.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// Every flaw that each server has a verdict of, and what "affected" means there.
    pub flaws: BTreeMap<String, String>,
    /// True of every server that does not say otherwise.
    every: Facts,
    /// True of every server over datagrams.
    #[serde(default)]
    datagrams: Facts,
    /// True of whoever shows this chain.
    chain: BTreeMap<Chain, Facts>,
    /// The servers.
    #[serde(skip)]
    pub servers: Vec<Server>,
}

/// One file of servers.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Servers {
    server: Vec<Server>,
}

impl Table {
    /// Reads the table that the lab carries.
    ///
    /// # Errors
    /// [`LabError::Command`] naming the file that is not as it should be.
    pub fn read() -> Result<Self, LabError> {
        let mut table: Self = parse("facts", FACTS)?;
        for (name, text) in SERVERS {
            table.servers.extend(parse::<Servers>(name, text)?.server);
        }
        Ok(table)
    }

    /// The server of that id.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&Server> {
        self.servers.iter().find(|server| server.id == id)
    }

    /// What a right scan of the server says of every flaw.
    #[must_use]
    pub fn expected(&self, server: &Server) -> BTreeMap<String, Expected> {
        let nothing = Facts::default();
        let chain = self.chain.get(&server.chain).unwrap_or(&nothing);
        let datagrams = if server.run.is_datagram() {
            &self.datagrams
        } else {
            &nothing
        };
        self.flaws
            .keys()
            .map(|flaw| {
                let is_affected = server.affected.contains(flaw) || chain.affected.contains(flaw);
                let said = |of: fn(&Facts) -> &BTreeMap<String, String>, own: &BTreeMap<String, String>| {
                    own.get(flaw)
                        .or_else(|| of(chain).get(flaw))
                        .or_else(|| of(datagrams).get(flaw))
                        // What its own line says is said with an eye to what holds for every server.
                        .or_else(|| {
                            of(&self.every)
                                .get(flaw)
                                .filter(|_| !server.affected.contains(flaw))
                        })
                        .cloned()
                };
                let expected = Expected {
                    verdict: if is_affected {
                        Verdict::Affected
                    } else {
                        Verdict::NotAffected
                    },
                    inconclusive: said(|facts| &facts.either, &server.either),
                    open: said(|facts| &facts.open, &server.open),
                };
                (flaw.clone(), expected)
            })
            .collect()
    }
}

fn parse<T: serde::de::DeserializeOwned>(name: &str, text: &str) -> Result<T, LabError> {
    toml::from_str(text).map_err(|error| LabError::Command {
        command: format!("read assets/truth/{name}.toml"),
        reason: error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_known_and_every_id_is_one_of_a_kind() {
        let table = Table::read().unwrap();
        let mut ids = BTreeSet::new();
        let facts = table.chain.values().chain([&table.every, &table.datagrams]);
        let mut named: Vec<&String> = facts
            .flat_map(|facts| {
                facts
                    .affected
                    .iter()
                    .chain(facts.either.keys())
                    .chain(facts.open.keys())
            })
            .collect();
        for server in &table.servers {
            assert!(ids.insert(&server.id), "{} is there twice", server.id);
            assert!(!server.versions.is_empty(), "{}", server.id);
            named.extend(&server.affected);
            named.extend(server.either.keys());
            named.extend(server.open.keys());
        }
        for name in named {
            assert!(table.flaws.contains_key(name), "{name} is no flaw of the table");
        }
    }

    #[test]
    fn the_table_is_as_large_as_it_was_asked_to_be() {
        let table = Table::read().unwrap();
        let is_real = |server: &&Server| !server.run.is_changed() && server.front.is_none();
        assert!(table.servers.iter().filter(is_real).count() >= 25);
        // Each flaw is somewhere, or says why it is nowhere.
        for (flaw, meaning) in &table.flaws {
            let is_somewhere = table.servers.iter().any(|server| {
                table
                    .expected(server)
                    .get(flaw)
                    .is_some_and(|expected| expected.verdict == Verdict::Affected)
            });
            assert!(is_somewhere || meaning.contains("no server has it"), "{flaw}");
        }
    }

    #[test]
    fn what_may_be_said_follows_from_the_truth() {
        let mut expected = Expected {
            verdict: Verdict::NotAffected,
            inconclusive: None,
            open: None,
        };
        assert!(expected.allows("not_affected") && expected.allows("not_applicable"));
        assert!(!expected.allows("affected") && !expected.allows("inconclusive"));
        expected.inconclusive = Some("the reason".to_owned());
        assert!(expected.allows("inconclusive") && !expected.allows("affected"));
        expected.open = Some("the reason".to_owned());
        assert!(expected.allows("affected"));
    }
}

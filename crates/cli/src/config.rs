//! `holter.toml`: what holds for every scan of one's own networks, and the scans that are repeated there.

mod own;
mod place;
mod schedule;
mod written;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use holter_engine::{Network, Own, QuietHours};
use holter_model::Fragility;
use ipnet::IpNet;
use serde::Deserialize;

pub(crate) use self::schedule::Schedule;
use self::written::{Rate, Written};
use crate::scan::{PaceName, Ports};

/// What the file says. Without one it says nothing.
#[derive(Debug, Default)]
pub(crate) struct Config {
    /// The file, where there is one.
    pub(crate) path: Option<PathBuf>,
    /// What may be scanned though it is not private.
    pub(crate) own: Own,
    /// What the user's inventory says of systems.
    pub(crate) inventory: Vec<PathBuf>,
    /// Addresses never to be contacted.
    pub(crate) exclude: Vec<IpNet>,
    /// When nothing may be sent anywhere.
    pub(crate) quiet: QuietHours,
    /// How fast to go.
    pub(crate) pace: Option<PaceName>,
    /// New connections a second, over all hosts.
    pub(crate) rate: Option<f64>,
    /// Ports for targets that name none.
    pub(crate) ports: Option<Ports>,
    /// What services are held against, by name or as files.
    pub(crate) policy: Vec<String>,
    /// What is said of single networks.
    pub(crate) networks: Vec<Network>,
    /// The scans that are repeated.
    pub(crate) schedules: Vec<Schedule>,
}

impl Config {
    /// The file that was named, or else the first that is found.
    ///
    /// # Errors
    /// When it cannot be read or is wrong: one line with its place.
    pub(crate) fn load(named: Option<&Path>) -> anyhow::Result<Self> {
        match place::read(named)? {
            Some((path, text)) => Self::parse(&path, &text),
            None => Ok(Self::default()),
        }
    }

    fn parse(path: &Path, text: &str) -> anyhow::Result<Self> {
        let file: File = toml::from_str(text).map_err(|error| place::wrong(path, text, &error))?;
        let said = || path.display().to_string();
        let folder = path.parent().unwrap_or(Path::new(""));
        let schedules = Schedule::all(file.schedule, folder).with_context(said)?;
        Ok(Self {
            path: Some(path.to_owned()),
            own: own::own(plain(file.own)),
            inventory: file.inventory.iter().map(|path| folder.join(path)).collect(),
            exclude: plain(file.exclude),
            quiet: whole(&plain(file.quiet_hours)).with_context(said)?,
            pace: file.pace.map(|pace| pace.0),
            rate: file.rate.map(|rate| rate.0),
            ports: file.ports.map(|ports| ports.0),
            policy: file.policy.iter().map(|named| beside(folder, named)).collect(),
            networks: networks(file.network).with_context(said)?,
            schedules,
        })
    }
}

/// The file as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    own: Vec<Written<own::Entry>>,
    inventory: Vec<PathBuf>,
    exclude: Vec<Written<IpNet>>,
    quiet_hours: Vec<Written<QuietHours>>,
    pace: Option<Written<PaceName>>,
    rate: Option<Rate>,
    ports: Option<Written<Ports>>,
    policy: Vec<String>,
    network: Vec<OneNetwork>,
    schedule: Vec<schedule::Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OneNetwork {
    range: Written<IpNet>,
    name: Option<String>,
    rate: Option<Rate>,
    fragility: Option<Written<Fragility>>,
    #[serde(default)]
    quiet_hours: Vec<Written<QuietHours>>,
}

fn networks(entries: Vec<OneNetwork>) -> anyhow::Result<Vec<Network>> {
    let mut networks: Vec<Network> = Vec::with_capacity(entries.len());
    for entry in entries {
        let range = entry.range.0;
        if networks.iter().any(|network| network.range == range) {
            bail!("there are two networks with the range {range}: make one of them");
        }
        networks.push(Network {
            range,
            name: entry.name,
            rate: entry.rate.map(|rate| rate.0),
            fragility: entry.fragility.map(|fragility| fragility.0),
            quiet: whole(&plain(entry.quiet_hours)).with_context(|| format!("network {range}"))?,
        });
    }
    Ok(networks)
}

/// A policy's name as it is, and a file seen from the folder of the settings.
fn beside(folder: &Path, named: &str) -> String {
    if holter_policy::policies().iter().any(|policy| policy.id == named) {
        named.to_owned()
    } else {
        folder.join(named).display().to_string()
    }
}

/// What is quiet at one of these times.
fn whole(parts: &[QuietHours]) -> anyhow::Result<QuietHours> {
    QuietHours::all(parts).map_err(anyhow::Error::msg)
}

fn plain<T>(written: Vec<Written<T>>) -> Vec<T> {
    written.into_iter().map(|written| written.0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> anyhow::Result<Config> {
        Config::parse(Path::new("clinic/holter.toml"), text)
    }

    #[test]
    fn the_example_in_the_readme_is_one() {
        let readme = include_str!("../../../README.md");
        let (_, example) = readme.split_once("```toml\n").unwrap();
        let (example, _) = example.split_once("```").unwrap();
        let config = parsed(example).unwrap();
        assert!(!config.quiet.is_empty() && config.rate.is_some() && config.ports.is_some());
        assert!(!config.networks.is_empty() && !config.schedules.is_empty() && !config.exclude.is_empty());
    }

    #[test]
    fn what_is_written_is_read() {
        let config = parsed(
            "own = ['203.0.113.0/24', '2001:db8::7', 'Portal.Example']\ninventory = ['assets.csv']\nexclude = ['10.20.1.40']\n\
             policy = ['nist-800-52r2', 'ours.toml']\nquiet_hours = ['Mon-Fri 07:00-19:00', 'Sun']\npace = 'gentle'\nrate = 50\nports = '443,8443'\n\
             [[network]]\nrange = '10.20.0.0/16'\nname = 'wards'\nrate = 0.5\nfragility = 'fragile'\nquiet_hours = ['22:00-06:00']\n\
             [[network]]\nrange = '10.21.0.1'\n",
        )
        .unwrap();
        assert_eq!(config.inventory, [Path::new("clinic/assets.csv")]);
        assert_eq!(config.policy, ["nist-800-52r2", "clinic/ours.toml"]);
        assert_eq!(config.quiet.to_string(), "Mon-Fri 07:00-19:00; Sun");
        assert_eq!((config.pace, config.rate), (Some(PaceName::Gentle), Some(50.0)));
        let wards = &config.networks[0];
        assert_eq!(
            (wards.rate, wards.fragility),
            (Some(0.5), Some(Fragility::Fragile))
        );
        assert_eq!(config.networks[1].range.to_string(), "10.21.0.1/32");
        assert_eq!(config.own.names, ["portal.example"]);
        assert!(parsed("").is_ok());
    }

    #[test]
    fn what_is_wrong_is_said_in_one_line_with_its_place() {
        for (text, place, why) in [
            ("owns = []", "line 1, column 1", "`owns`"),
            ("own = '10.0.0.1'", "line 1, column 7", "a list in brackets"),
            ("[schedule]\nname = 'x'", "line 1, column 1", "[[schedule]]"),
            (
                "pace = 'gentle'\nrate = 0",
                "line 2, column 8",
                "connections a second",
            ),
            ("rate = 'fast'", "line 1, column 8", "connections a second"),
            (
                "exclude = ['10.0.0.1', 'here']",
                "line 1, column 24",
                "192.0.2.0/24",
            ),
            (
                "own = ['0.0.0.0/0']",
                "line 1, column 8",
                "wider than any network",
            ),
            (
                "own = ['portal.example:443']",
                "line 1, column 8",
                "portal.example:443",
            ),
            ("quiet_hours = ['7-19']", "line 1, column 16", "07:00-19:00"),
            ("ports = 443", "line 1, column 9", "ports like"),
            ("pace = 'slow'", "line 1, column 8", "gentle, normal or fast"),
            ("own = [\n  '10.0.0.1'", "line 2", "array"),
            ("[[network]]\nname = 'x'", "line 1, column 1", "`range`"),
            (
                "[[network]]\nrange = '10.0.0.0/8'\nfragility = 'solid'",
                "line 3, column 13",
                "do-not-touch",
            ),
            ("[[schedule]]\nname = 'x'", "line 1, column 1", "at or every"),
            (
                "[[schedule]]\nname = 'x'\nat = '02:30'",
                "line 1, column 1",
                "targets",
            ),
            (
                "[[schedule]]\nname = 'x'\ntargets = ['a']\nat = '02:30'\nevery = '6h'",
                "line 1, column 1",
                "at or every",
            ),
            (
                "[[schedule]]\nname = 'x'\ntargets = ['a']\nevery = '6'",
                "line 4, column 9",
                "like 6h",
            ),
            (
                "[[schedule]]\nname = 'x'\ntargets = ['a']\nevery = '6h'\nauthorized_by = 'me'",
                "line 5, column 17",
                "who allowed",
            ),
            (
                "quiet_hours = ['Mon-Fri', 'Sat,Sun']",
                "holter.toml: ",
                "whole week",
            ),
            (
                "[[network]]\nrange = '10.0.0.1'\n[[network]]\nrange = '10.0.0.1/32'",
                "holter.toml: ",
                "two networks",
            ),
            (
                "[[schedule]]\nname = 'x'\ntargets = ['a']\nevery = '6h'\n[[schedule]]\nname = 'x'\ntargets = ['b']\nevery = '6h'",
                "holter.toml: ",
                "two schedules",
            ),
        ] {
            let said = format!("{:#}", parsed(text).unwrap_err());
            assert_eq!(said.lines().count(), 1, "{said}");
            assert!(said.starts_with("clinic/holter.toml"), "{said}");
            assert!(said.contains(place) && said.contains(why), "{text}: {said}");
        }
    }
}

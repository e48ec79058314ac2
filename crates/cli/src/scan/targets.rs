//! Targets from the command line, from files and from standard input: each once, in the order given.

use std::collections::HashSet;
use std::path::Path;

use anyhow::{anyhow, bail};
use holter_inventory::{Form, Inventory};
use holter_model::target::Place;
use holter_model::{Asset, Fragility, Target, Transport};
use ipnet::IpNet;

use super::{Args, files};
use crate::exit::complain;

/// So many targets are named that are left out.
const NAMED: usize = 5;

/// What the user named, and what the user's files say of it.
#[derive(Clone, Debug)]
pub(crate) struct Gathered {
    /// Each once, in the order given; none that must not be touched.
    pub(crate) targets: Vec<Target>,
    /// What all files say of the network.
    pub(crate) inventory: Inventory,
}

/// All targets and all that is known. The first that is wrong ends it, with its place: nothing is scanned by half.
pub(crate) fn gather(args: &Args) -> anyhow::Result<Gathered> {
    let mut seen = HashSet::new();
    let mut targets = Vec::new();
    let mut add = |target: Target| {
        if seen.insert(meant(&target)) {
            targets.push(target);
        }
    };
    let mut assets = Vec::new();
    // What was written for this purpose speaks first.
    for path in &args.inventory {
        assets.extend(files::inventory(path, args)?.assets);
    }
    for text in &args.targets {
        typed(text)?.into_iter().for_each(&mut add);
    }
    let mut lists_only = true;
    for path in &args.input {
        let read = files::targets(path, args)?;
        lists_only &= read.form == Form::List;
        assets.extend(read.assets);
        read.targets.into_iter().for_each(&mut add);
    }
    for path in &args.nmap_xml {
        let read = files::nmap_xml(path, args)?;
        lists_only = false;
        assets.extend(read.assets);
        read.targets.into_iter().for_each(&mut add);
    }
    if targets.is_empty() && args.input.is_empty() && args.nmap_xml.is_empty() {
        bail!("no target was given: name a host, a range or a URL, or a file of them with -i");
    }
    if targets.is_empty() && lists_only {
        bail!("the input holds no target: write one host, range or URL a line");
    }
    if targets.is_empty() {
        bail!("the input holds no target that may be asked: name hosts or ranges beside it");
    }
    let inventory = Inventory::new(assets);
    let targets = touchable(args, asked(args, targets)?, &inventory)?;
    Ok(Gathered { targets, inventory })
}

/// What the user's files say of systems, without their targets; not standard input, which was read before.
pub(crate) fn known_assets(args: &Args) -> anyhow::Result<Vec<Asset>> {
    let mut assets = Vec::new();
    for path in &args.inventory {
        assets.extend(files::inventory(path, args)?.assets);
    }
    for path in args.input.iter().filter(|path| path.as_path() != Path::new("-")) {
        assets.extend(files::targets(path, args)?.assets);
    }
    for path in &args.nmap_xml {
        assets.extend(files::nmap_xml(path, args)?.assets);
    }
    Ok(assets)
}

/// Without what is excluded as a whole: of it nothing may be said, not even that nothing answers.
fn asked(args: &Args, targets: Vec<Target>) -> anyhow::Result<Vec<Target>> {
    let excluded = |target: &Target| {
        let range = match &target.place {
            Place::Range(range) => *range,
            Place::Address(address) => IpNet::from(address.to_canonical()),
            Place::Name(_) => return false,
        };
        args.exclude.iter().any(|exclude| exclude.contains(&range))
    };
    let (left_out, left): (Vec<Target>, Vec<Target>) = targets.into_iter().partition(excluded);
    if left.is_empty() {
        bail!("nothing is left to ask: every target is excluded");
    }
    if !left_out.is_empty() && !args.quiet {
        complain(&format!(
            "{} not asked, because excluded: {}",
            left_out.len(),
            named(&left_out)
        ));
    }
    Ok(left)
}

/// Without what the inventory calls do-not-touch as a whole, whoever named it.
fn touchable(args: &Args, targets: Vec<Target>, inventory: &Inventory) -> anyhow::Result<Vec<Target>> {
    let names: HashSet<(&str, Option<u16>)> = inventory.untouchable_names().collect();
    let wide: Vec<(IpNet, Option<u16>)> = inventory
        .untouchable()
        .filter(|(range, _)| range.prefix_len() < range.max_prefix_len())
        .collect();
    // No entry is of port 0: what is said of it is said of all ports.
    let never = |address, port: Option<u16>| {
        [0, port.unwrap_or(0)]
            .iter()
            .any(|port| inventory.fragility(address, None, *port) == Some(Fragility::DoNotTouch))
    };
    let untouchable = |target: &Target| match &target.place {
        Place::Name(name) => [None, target.port]
            .iter()
            .any(|port| names.contains(&(name.as_str(), *port))),
        Place::Address(address) => never(*address, target.port),
        Place::Range(range) if range.prefix_len() == range.max_prefix_len() => {
            never(range.addr(), target.port)
        }
        Place::Range(range) => wide
            .iter()
            .any(|(wide, port)| wide.contains(range) && (port.is_none() || *port == target.port)),
    };
    let (left_out, left): (Vec<Target>, Vec<Target>) = targets.into_iter().partition(untouchable);
    if left.is_empty() {
        bail!("nothing is left to ask: the inventory calls every target do-not-touch");
    }
    if !left_out.is_empty() && !args.quiet {
        complain(&format!(
            "{} not asked, because the inventory calls them do-not-touch: {}",
            left_out.len(),
            named(&left_out)
        ));
    }
    Ok(left)
}

/// The first of them by name.
fn named(targets: &[Target]) -> String {
    let named: Vec<&str> = targets
        .iter()
        .take(NAMED)
        .map(|target| target.text.as_str())
        .collect();
    let more = if targets.len() > NAMED { ", …" } else { "" };
    format!("{}{more}", named.join(", "))
}

/// What two spellings of one target have in common.
fn meant(target: &Target) -> (String, Option<u16>, Option<String>, bool) {
    let place = match &target.place {
        Place::Name(name) => name.clone(),
        Place::Address(address) => address.to_string(),
        Place::Range(range) => range.to_string(),
    };
    let datagrams = target.transport == Transport::Udp;
    (place, target.port, target.scheme.clone(), datagrams)
}

/// The targets that a word on the command line stands for.
fn typed(text: &str) -> anyhow::Result<Vec<Target>> {
    holter_inventory::targets(text, &known).map_err(|why| {
        if Path::new(text).is_file() {
            anyhow!("{text:?} is a file: -i {text} asks the targets in it")
        } else {
            anyhow!(why)
        }
    })
}

/// Whether there is such a protocol; else what to write.
pub(crate) fn known(protocol: &str) -> Result<(), String> {
    if protocol == "http" {
        return Err(
            "\"http\" is not encrypted, so there is no TLS to ask: write https, or leave it out".to_owned(),
        );
    }
    match holter_protocols::by_id(protocol, 0) {
        Some(_) => Ok(()),
        None => Err(format!(
            "there is no protocol {protocol:?}; `holter scan --help` lists them"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_spellings_of_one_target_are_one() {
        let meant = |text| meant(&typed(text).unwrap()[0]);
        assert_eq!(meant("Portal.example.:443"), meant("portal.example:443/tcp"));
        assert_eq!(meant("https://10.0.0.1:444/login"), meant("https://10.0.0.1:444"));
        assert_eq!(meant("10.0.0.1/24"), meant("10.0.0.0/24"));
        assert_eq!(meant("dtls://10.0.0.1:443"), meant("10.0.0.1:443/udp"));
        assert_ne!(meant("10.0.0.1:443"), meant("10.0.0.1:443/udp"));
        assert_ne!(meant("10.0.0.1:443"), meant("https://10.0.0.1:443"));
    }

    #[test]
    fn what_is_wrong_is_said_with_what_to_write() {
        let said = |text| typed(text).unwrap_err().to_string();
        for (text, hint) in [
            ("http://portal.example", "not encrypted"),
            ("htps://portal.example", "htps://portal.example"),
            ("src/main.rs", "-i src/main.rs"),
        ] {
            assert!(said(text).contains(hint), "{text}: {}", said(text));
        }
    }

    #[test]
    fn every_protocol_that_nmap_can_name_is_one() {
        for id in holter_inventory::nmap_protocols() {
            assert_eq!(known(id), Ok(()), "{id}");
        }
    }
}

//! Targets from the command line, from files and from standard input: each once, in the order given.

use std::collections::HashSet;
use std::path::Path;

use anyhow::{Context as _, anyhow, bail};
use holter_model::target::{Place, TargetError};
use holter_model::{Target, Transport};
use ipnet::IpNet;

use super::Args;
use super::input;
use crate::exit::complain;

/// An IPv4 range wider than this is nobody's own.
const WIDEST_V4: u8 = 8;

/// An IPv6 range wider than this would take years.
const WIDEST_V6: u8 = 108;

/// All targets. The first that is wrong ends it, with its place: nothing is scanned by half.
pub(crate) fn gather(args: &Args) -> anyhow::Result<Vec<Target>> {
    let mut seen = HashSet::new();
    let mut targets = Vec::new();
    let mut add = |target: Target| {
        if seen.insert(meant(&target)) {
            targets.push(target);
        }
    };
    for text in &args.targets {
        add(target(text)?);
    }
    for path in &args.input {
        let list = input::read(path, args.quiet)?;
        for (index, line) in list.text.lines().enumerate() {
            let line = line.split('#').next().unwrap_or_default().trim();
            if !line.is_empty() {
                add(of_line(line).with_context(|| format!("{}, line {}", list.place, index + 1))?);
            }
        }
    }
    if targets.is_empty() && args.input.is_empty() {
        bail!("no target was given: name a host, a range or a URL, or a file of them with -i");
    }
    if targets.is_empty() {
        bail!("the input holds no target: write one host, range or URL a line");
    }
    asked(args, targets)
}

/// Without the ranges that are excluded as a whole: of them nothing may be said, not even that nothing answers.
fn asked(args: &Args, mut targets: Vec<Target>) -> anyhow::Result<Vec<Target>> {
    targets.retain(|target| {
        let Place::Range(range) = target.place else {
            return true;
        };
        let excluded = args.exclude.iter().any(|exclude| exclude.contains(&range));
        if excluded && !args.quiet {
            complain(&format!("{target} is not asked: --exclude holds all of it"));
        }
        !excluded
    });
    if targets.is_empty() {
        bail!("nothing is left to ask: --exclude holds every target");
    }
    Ok(targets)
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

/// A target and, behind it, the protocol that is spoken there.
fn of_line(line: &str) -> anyhow::Result<Target> {
    let mut words = line.split_whitespace();
    let mut target = target(words.next().unwrap_or_default())?;
    if let Some(protocol) = words.next() {
        known(protocol)?;
        target.scheme = Some(protocol.to_owned());
    }
    if let Some(more) = words.next() {
        bail!("{more:?} is one word too many: write a target and, if need be, its protocol");
    }
    Ok(target)
}

fn target(text: &str) -> anyhow::Result<Target> {
    let mut target: Target = text.parse().map_err(|error| wrong(text, error))?;
    // DTLS is TLS over datagrams, not a protocol of its own.
    if target.scheme.as_deref() == Some("dtls") {
        target.scheme = None;
        target.transport = Transport::Udp;
    }
    if let Some(scheme) = &target.scheme {
        known(scheme).with_context(|| format!("{text:?}"))?;
    }
    match &target.place {
        // No network's names end in a number, and other scanners take 192.0.2.1-9.
        Place::Name(name) if numeric(name) => bail!("{text:?} is not a range: write it like 192.0.2.0/24"),
        Place::Range(IpNet::V4(range)) if range.prefix_len() < WIDEST_V4 => {
            bail!("{text:?} is wider than any network of your own: name ranges of /{WIDEST_V4} or smaller")
        }
        Place::Range(IpNet::V6(range)) if range.prefix_len() < WIDEST_V6 => bail!(
            "{text:?} holds more addresses than can be asked: name a range of /{WIDEST_V6} or smaller, or the hosts themselves"
        ),
        _ => Ok(target),
    }
}

/// Why a target cannot be understood, and how it is written.
fn wrong(text: &str, error: TargetError) -> anyhow::Error {
    let before = text.split('/').next().unwrap_or_default();
    let host = before.parse::<std::net::IpAddr>().is_err();
    match error {
        TargetError::Empty => {
            anyhow!("one target is empty: name a host, a range like 192.0.2.0/24 or a URL")
        }
        _ if Path::new(text).is_file() => anyhow!("{text:?} is a file: -i {text} asks the targets in it"),
        TargetError::Range(_) if host => anyhow!(
            "{text:?} is neither a range nor a URL: write 192.0.2.0/24, or https://portal.example/ with what is spoken in front"
        ),
        TargetError::Host(_) if text.contains([',', ';']) => {
            anyhow!("{error}: write one target a word, parted by spaces, or one a line")
        }
        TargetError::Host(_) if !text.is_ascii() => {
            anyhow!("{error}: write a name with other letters than a to z in its xn-- form")
        }
        other => other.into(),
    }
}

/// Whether the last of a name's parts is a number or a range of numbers.
fn numeric(name: &str) -> bool {
    name.rsplit_once('.')
        .is_some_and(|(_, last)| last.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-'))
}

fn known(protocol: &str) -> anyhow::Result<()> {
    if protocol == "http" {
        bail!("\"http\" is not encrypted, so there is no TLS to ask: write https, or leave it out");
    }
    if holter_protocols::by_id(protocol, 0).is_none() {
        bail!("there is no protocol {protocol:?}; `holter scan --help` lists them");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_spellings_of_one_target_are_one() {
        let meant = |text| meant(&target(text).unwrap());
        assert_eq!(meant("Portal.example.:443"), meant("portal.example:443/tcp"));
        assert_eq!(meant("https://10.0.0.1:444/login"), meant("https://10.0.0.1:444"));
        assert_eq!(meant("10.0.0.1/24"), meant("10.0.0.0/24"));
        assert_eq!(meant("dtls://10.0.0.1:443"), meant("10.0.0.1:443/udp"));
        assert_ne!(meant("10.0.0.1:443"), meant("10.0.0.1:443/udp"));
        assert_ne!(meant("10.0.0.1:443"), meant("https://10.0.0.1:443"));
    }

    #[test]
    fn what_is_wrong_is_said_with_what_to_write() {
        let said = |text| format!("{:#}", target(text).unwrap_err());
        for (text, hint) in [
            ("", "name a host"),
            ("https:/portal.example", "neither a range nor a URL"),
            ("portal.example/login", "neither a range nor a URL"),
            ("10.0.0.0/33", "is not a range"),
            ("10.0.0.1-9", "is not a range"),
            ("0.0.0.0/0", "of /8 or smaller"),
            ("10.0.0.0/7", "of /8 or smaller"),
            ("2001:db8::/107", "of /108 or smaller"),
            ("10.0.0.1,10.0.0.2", "one target a word"),
            ("pr\u{e4}xis.example", "xn--"),
            ("http://portal.example", "not encrypted"),
            ("htps://portal.example", "htps://portal.example"),
        ] {
            assert!(said(text).contains(hint), "{text}: {}", said(text));
        }
        assert!(target("10.0.0.0/8").is_ok() && target("2001:db8::/108").is_ok());
        assert!(target("ward-7").is_ok() && target("7-1").is_ok() && target("pump-7.ward-7a").is_ok());
    }
}

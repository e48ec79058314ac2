//! Targets from the command line, from files and from standard input: each once, in the order given.

use std::collections::HashSet;
use std::io::Read as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use holter_model::target::Place;
use holter_model::{Target, Transport};
use ipnet::IpNet;

use super::Args;

/// An IPv6 range wider than this would take years.
const WIDEST_V6: u8 = 108;

/// All targets. The first that is wrong ends it, with its place: nothing is scanned by half.
pub(crate) fn gather(args: &Args) -> anyhow::Result<Vec<Target>> {
    let mut seen = HashSet::new();
    let mut targets = Vec::new();
    let mut add = |target: Target| {
        if seen.insert((target.text.clone(), target.scheme.clone())) {
            targets.push(target);
        }
    };
    for text in &args.targets {
        add(target(text)?);
    }
    for path in &args.input {
        let (text, place) = read(path)?;
        for (index, line) in text.lines().enumerate() {
            let line = line.split('#').next().unwrap_or_default().trim();
            if !line.is_empty() {
                add(of_line(line).with_context(|| format!("{place}, line {}", index + 1))?);
            }
        }
    }
    if targets.is_empty() && args.input.is_empty() {
        bail!("no target was given: name a host, a range or a URL, or a file of them with -i");
    }
    if targets.is_empty() {
        bail!("the input holds no target: write one host, range or URL a line");
    }
    Ok(targets)
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
    let mut target: Target = text.parse()?;
    // DTLS is TLS over datagrams, not a protocol of its own.
    if target.scheme.as_deref() == Some("dtls") {
        target.scheme = None;
        target.transport = Transport::Udp;
    }
    if let Some(scheme) = &target.scheme {
        known(scheme)?;
    }
    if let Place::Range(IpNet::V6(range)) = target.place
        && range.prefix_len() < WIDEST_V6
    {
        bail!(
            "{text:?} holds more addresses than can be asked: name a range of /{WIDEST_V6} or smaller, or the hosts themselves"
        );
    }
    Ok(target)
}

fn known(protocol: &str) -> anyhow::Result<()> {
    if holter_protocols::by_id(protocol, 0).is_none() {
        bail!("there is no protocol {protocol:?}; `holter scan --help` lists them");
    }
    Ok(())
}

fn read(path: &Path) -> anyhow::Result<(String, String)> {
    let mut text = String::new();
    if path == Path::new("-") {
        std::io::stdin()
            .read_to_string(&mut text)
            .context("standard input cannot be read")?;
        return Ok((text, "standard input".to_owned()));
    }
    let place = path.display().to_string();
    text = std::fs::read_to_string(path).with_context(|| format!("{place} cannot be read"))?;
    Ok((text, place))
}

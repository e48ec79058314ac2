//! What the user's files say, and the one line that tells the user how it was understood.

use std::path::Path;

use anyhow::{anyhow, bail};
use holter_inventory::{Form, Oddity, Read, ReadError, decode, read_as};
use holter_report::number;

use super::input::{self, Input};
use super::{Args, targets};
use crate::exit::complain;

/// So many oddities are told; the first say what is amiss.
const TOLD: usize = 3;

/// Reads targets from a file of any form.
pub(crate) fn targets(path: &Path, args: &Args) -> anyhow::Result<Read> {
    let (place, read) = read(path, args, |_| None)?;
    // Of a list, every line was understood.
    if read.form != Form::List {
        tell(&place, &read, true, args);
    }
    Ok(read)
}

/// Reads targets from what `nmap -oX` wrote.
pub(crate) fn nmap_xml(path: &Path, args: &Args) -> anyhow::Result<Read> {
    let (place, read) = read(path, args, |form| {
        (form != Form::NmapXml).then_some("but --nmap-xml takes what nmap -oX writes; -i takes every form")
    })?;
    tell(&place, &read, true, args);
    Ok(read)
}

/// Reads what is known of the network.
pub(crate) fn inventory(path: &Path, args: &Args) -> anyhow::Result<Read> {
    let (place, read) = read(path, args, |form| {
        (form == Form::List).then_some(
            "which says nothing of systems: an inventory is a table whose first line names its columns, one of them \"address\" or \"name\"",
        )
    })?;
    tell(&place, &read, false, args);
    Ok(read)
}

fn read(
    path: &Path,
    args: &Args,
    refuses: impl Fn(Form) -> Option<&'static str>,
) -> anyhow::Result<(String, Read)> {
    let Input { place, bytes } = input::read(path, args.quiet)?;
    let wrong = |error: ReadError| match error.line {
        Some(_) => anyhow!("{place}, {error}"),
        None => anyhow!("{place}: {error}"),
    };
    let Some(text) = decode(&bytes) else {
        bail!("{place} is not text in UTF-8: save it as plain text or CSV in UTF-8");
    };
    let form = Form::of(&text).map_err(wrong)?;
    if let Some(why) = refuses(form) {
        if text.trim().is_empty() {
            bail!("{place} is empty");
        }
        bail!("{place}: {form}, {why}");
    }
    let read = read_as(form, &text, &targets::known).map_err(wrong)?;
    Ok((place, read))
}

fn tell(place: &str, read: &Read, with_targets: bool, args: &Args) {
    if args.quiet {
        return;
    }
    let count = |list: usize, one: &str| {
        let many = if list == 1 { "" } else { "s" };
        format!(
            ", {} {one}{many}",
            number(u64::try_from(list).unwrap_or(u64::MAX))
        )
    };
    let mut said = format!("{place}: {}", read.form);
    if with_targets {
        said.push_str(&count(read.targets.len(), "target"));
    }
    if !read.assets.is_empty() || !with_targets {
        said.push_str(&count(read.assets.len(), "asset"));
    }
    for oddity in read.oddities.iter().take(TOLD).map(Oddity::to_string) {
        said.push_str("; ");
        said.push_str(&oddity);
    }
    if read.oddities.len() > TOLD {
        said.push_str(&format!("; and {} more", read.oddities.len() - TOLD));
    }
    complain(&said);
}

//! What holds for scans that are started from a page: `holter.toml`, as on the command line.

use anyhow::Context as _;
use clap::{Args as _, FromArgMatches as _};
use holter_engine::{Network, Networks};
use holter_inventory::Inventory;
use holter_model::Asset;
use holter_model::target::Place;
use holter_net::{Limits, Pace};
use holter_web::ScanRules;
use jiff::tz::TimeZone;

use super::{Args, targets, trust};
use crate::config::Config;

/// The rules.
pub(crate) fn rules(config: &Config) -> anyhow::Result<ScanRules> {
    let parser = Args::augment_args(clap::Command::new("holter scan").no_binary_name(true));
    let nothing: [&str; 0] = [];
    let matches = parser
        .try_get_matches_from(nothing)
        .context("a scan without arguments")?;
    let mut args = Args::from_arg_matches(&matches).context("a scan without arguments")?;
    args.inventory.extend(config.inventory.iter().cloned());
    args.pace = config.pace;
    args.rate = config.rate;
    let mut assets = targets::known_assets(&args)?;
    let of_network = |network: &Network| {
        Some(Asset {
            fragility: Some(network.fragility?),
            ..Asset::at(Place::Range(network.range))
        })
    };
    assets.extend(config.networks.iter().filter_map(of_network));
    let mut speed = args.speed().within_open_files();
    let rates = config.networks.iter();
    speed.tempo.networks = rates
        .filter_map(|network| Some((network.range, network.rate?)))
        .collect();
    Ok(ScanRules {
        own: config.own.clone(),
        exclude: config.exclude.clone(),
        inventory: Inventory::new(assets),
        networks: Networks::new(config.networks.clone()),
        quiet: config.quiet.clone(),
        zone: TimeZone::system(),
        pace: Pace::within(&speed.tempo),
        hosts_at_once: speed.hosts,
        limits: Limits::default(),
        trust: trust::stores(&[])?,
        runs: None,
    })
}

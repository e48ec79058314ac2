//! One scan with all that was said of it: on the command line, in its schedule and in `holter.toml`, in this order
//! of precedence. Exclusions and quiet hours add up.

use std::cell::Cell;
use std::path::Path;

use anyhow::{Context as _, anyhow};
use holter_engine::{Network, Networks, Own, Plan, QuietHours, When};
use holter_inventory::Inventory;
use holter_model::target::Place;
use holter_model::{Asset, Target};
use holter_policy::Policy;
use jiff::Zoned;

use super::args::ProfileName;
use super::repeat::Turn;
use super::targets::{self, Gathered};
use super::{Args, policies};
use crate::config::{Config, Schedule};
use crate::exit::complain;

/// One scan.
pub(crate) struct Job {
    /// How to scan.
    pub(crate) args: Args,
    /// What may be scanned though it is not private.
    pub(crate) own: Own,
    /// What is said of single networks; what is quiet everywhere is quiet there.
    pub(crate) networks: Networks,
    /// What services are held against.
    pub(crate) policies: Vec<Policy>,
    /// When.
    pub(crate) turn: Turn,
    /// The targets of the next run and what is said of them, as far as they are known already.
    known: Cell<Option<Gathered>>,
    /// What to go on with, where it is not for the arguments to say.
    unfinished: Cell<Option<Plan>>,
}

impl Job {
    /// The scans that the command line asks for: one, or those of the schedules. All that can be wrong with them
    /// without a packet being sent is found here, not in the middle of a night.
    pub(crate) fn all(args: Args, unfinished: Option<Plan>) -> anyhow::Result<Vec<Self>> {
        let config = if args.no_config {
            Config::default()
        } else {
            Config::load(args.config.as_deref())?
        };
        let Some(wanted) = &args.schedule else {
            let when = args.every.map(When::Every);
            return Ok(vec![Self::new(args, (None, when), &config, unfinished)?]);
        };
        let schedules = chosen(&config, wanted.as_deref())?;
        let job = |schedule: &Schedule| {
            let (name, when) = (Some(schedule.name.clone()), Some(schedule.when));
            Self::new(scheduled(&args, schedule), (name, when), &config, None)
                .with_context(|| format!("schedule {:?}", schedule.name))
        };
        schedules.into_iter().map(job).collect()
    }

    fn new(
        mut args: Args,
        (name, when): (Option<String>, Option<When>),
        config: &Config,
        unfinished: Option<Plan>,
    ) -> anyhow::Result<Self> {
        args.exclude.extend(&config.exclude);
        args.inventory.extend(config.inventory.iter().cloned());
        args.pace = args.pace.or(config.pace);
        args.rate = args.rate.or(config.rate);
        args.ports = args.ports.take().or_else(|| config.ports.clone());
        if let Some(word) = choose_policies(&mut args, config)
            && !args.quiet
        {
            complain(&word);
        }
        let quiet = together(args.quiet_hours.iter().chain([&config.quiet]))?;
        let network = |network: &Network| {
            Ok(Network {
                quiet: together([&quiet, &network.quiet])
                    .with_context(|| format!("network {}", network.range))?,
                ..network.clone()
            })
        };
        let networks = config
            .networks
            .iter()
            .map(network)
            .collect::<anyhow::Result<_>>()?;
        let known = match unfinished {
            Some(_) => None,
            None => Some(targets::gather(&args)?),
        };
        Ok(Self {
            known: Cell::new(known),
            unfinished: Cell::new(unfinished),
            policies: policies::chosen(&args.policy)?,
            own: config.own.clone(),
            networks: Networks::new(networks),
            turn: Turn { name, when, quiet },
            args,
        })
    }

    /// What to scan now. Lists are read anew for each run; standard input can be read only once.
    pub(crate) fn plan(&self) -> anyhow::Result<Plan> {
        if let Some(plan) = self.unfinished.take() {
            let known = targets::known_assets(&self.args)?;
            let now = Plan {
                exclude: self.args.exclude.clone(),
                inventory: Inventory::new(known.into_iter().chain(self.of_networks()).collect()),
                ..Plan::default()
            };
            return Ok(plan.sparing(&now));
        }
        let gathered = match self.known.take() {
            Some(gathered) => gathered,
            None => targets::gather(&self.args)?,
        };
        if self.args.input.iter().any(|path| path == Path::new("-")) {
            self.known.set(Some(gathered.clone()));
        }
        let Gathered { targets, inventory } = gathered;
        let assets = inventory.assets().iter().cloned().chain(self.of_networks());
        let plan = Plan {
            targets,
            ports: self.args.ports.clone().unwrap_or_default().0,
            exclude: self.args.exclude.clone(),
            inventory: Inventory::new(assets.collect()),
            protocol: self.args.protocol.clone().filter(|id| id != "auto"),
            family: self.args.family(),
        };
        plan.check()?;
        Ok(plan)
    }

    /// What is known already to be scanned when the time has come, without the names: nothing, where it need not wait
    /// or goes on with a run that has its permission.
    pub(crate) fn awaited(&self, now: &Zoned) -> Plan {
        let waits = self.turn.when.is_some() || self.turn.quiet.until(now).is_some();
        let known = self.known.take();
        let named = |target: &&Target| !matches!(target.place, Place::Name(_));
        let targets = match &known {
            Some(known) if waits && !self.args.resume => {
                known.targets.iter().filter(named).cloned().collect()
            }
            _ => Vec::new(),
        };
        self.known.set(known);
        Plan {
            targets,
            family: self.args.family(),
            ..Plan::default()
        }
    }
}

impl Job {
    /// What is said of whole networks is said of each host in them.
    fn of_networks(&self) -> impl Iterator<Item = Asset> {
        self.networks.iter().filter_map(|network| {
            Some(Asset {
                fragility: Some(network.fragility?),
                ..Asset::at(Place::Range(network.range))
            })
        })
    }
}

/// Takes the policies of the settings where the command line leaves room for them. Policies want every check: whoever
/// asks for fewer is told what gives way.
fn choose_policies(args: &mut Args, config: &Config) -> Option<String> {
    let smaller = args.profile.filter(|profile| *profile < ProfileName::Full);
    if !args.policy.is_empty() {
        return smaller.map(|_| "--policy asks every check, whatever --profile says".to_owned());
    }
    let file = config
        .path
        .as_ref()
        .filter(|_| !config.policy.is_empty())?
        .display();
    if !args.check.is_empty() || smaller.is_some() {
        let option = if args.check.is_empty() {
            "--profile"
        } else {
            "--check"
        };
        return Some(format!(
            "{option} leaves the policies of {file} out: they want every check; --profile full asks them"
        ));
    }
    args.policy.clone_from(&config.policy);
    // Whoever asks for all of it knows.
    args.profile.is_none().then(|| {
        format!("{file} holds services against policies, so every check is asked, as with --profile full")
    })
}

/// The schedules of this name, or all of them.
fn chosen<'a>(config: &'a Config, wanted: Option<&str>) -> anyhow::Result<Vec<&'a Schedule>> {
    let place = config
        .path
        .as_ref()
        .map(|path| path.display().to_string())
        .ok_or_else(|| {
            anyhow!("there is no holter.toml, so no schedule: write one, or name it with --config")
        })?;
    let all = &config.schedules;
    let found: Vec<_> = all
        .iter()
        .filter(|schedule| wanted.is_none_or(|name| name == schedule.name))
        .collect();
    match wanted {
        _ if all.is_empty() => Err(anyhow!(
            "{place} has no [[schedule]]: write one, or repeat this scan with --every"
        )),
        Some(name) if found.is_empty() => {
            let names: Vec<&str> = all.iter().map(|schedule| schedule.name.as_str()).collect();
            Err(anyhow!(
                "{place} has no schedule {name:?}; it has: {}",
                names.join(", ")
            ))
        }
        _ => Ok(found),
    }
}

/// The arguments with what the schedule says where they say nothing.
fn scheduled(args: &Args, schedule: &Schedule) -> Args {
    let mut args = args.clone();
    args.targets.clone_from(&schedule.targets);
    args.input.clone_from(&schedule.input);
    args.output.clone_from(&schedule.output);
    args.exclude.extend(&schedule.exclude);
    args.ports = args.ports.or_else(|| schedule.ports.clone());
    args.pace = args.pace.or(schedule.pace);
    args.format = args.format.or(schedule.format);
    args.authorized_by = args.authorized_by.or_else(|| schedule.authorized_by.clone());
    args
}

fn together<'a>(parts: impl IntoIterator<Item = &'a QuietHours>) -> anyhow::Result<QuietHours> {
    QuietHours::all(parts).map_err(anyhow::Error::msg)
}

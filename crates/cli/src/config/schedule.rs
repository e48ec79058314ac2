//! A scan that `holter.toml` describes and `holter scan --schedule` repeats.

use std::path::{Path, PathBuf};

use anyhow::bail;
use holter_engine::{At, Authorisation, Every, When};
use ipnet::IpNet;
use serde::Deserialize;

use super::plain;
use super::written::Written;
use crate::scan::{FormatName, PaceName, Ports};

/// One schedule. What it leaves open, the rest of the file decides.
#[derive(Clone, Debug)]
pub(crate) struct Schedule {
    /// What `--schedule` calls it.
    pub(crate) name: String,
    /// When.
    pub(crate) when: When,
    /// What to scan, as on the command line.
    pub(crate) targets: Vec<String>,
    /// Lists of targets.
    pub(crate) input: Vec<PathBuf>,
    /// Addresses never to be contacted, beside those of the whole file.
    pub(crate) exclude: Vec<IpNet>,
    /// Ports for targets that name none.
    pub(crate) ports: Option<Ports>,
    /// How fast to go.
    pub(crate) pace: Option<PaceName>,
    /// The form of the answer.
    pub(crate) format: Option<FormatName>,
    /// Where it goes.
    pub(crate) output: Option<PathBuf>,
    /// Who allowed it.
    pub(crate) authorized_by: Option<Authorisation>,
}

impl Schedule {
    /// All of a file. Paths are seen from its folder: a service's own folder is rarely where its files are.
    pub(crate) fn all(entries: Vec<Entry>, folder: &Path) -> anyhow::Result<Vec<Self>> {
        let mut found: Vec<Self> = Vec::with_capacity(entries.len());
        for Entry(mut schedule) in entries {
            if found.iter().any(|other| other.name == schedule.name) {
                bail!(
                    "there are two schedules of the name {:?}: rename one",
                    schedule.name
                );
            }
            for path in schedule.input.iter_mut().chain(&mut schedule.output) {
                *path = folder.join(&*path);
            }
            found.push(schedule);
        }
        Ok(found)
    }
}

/// A schedule as it is written, and possible.
#[derive(Debug, Deserialize)]
#[serde(try_from = "Lines")]
pub(crate) struct Entry(Schedule);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Lines {
    name: String,
    at: Option<Written<At>>,
    every: Option<Written<Every>>,
    #[serde(default)]
    targets: Vec<String>,
    #[serde(default)]
    input: Vec<PathBuf>,
    #[serde(default)]
    exclude: Vec<Written<IpNet>>,
    ports: Option<Written<Ports>>,
    pace: Option<Written<PaceName>>,
    format: Option<Written<FormatName>>,
    output: Option<PathBuf>,
    authorized_by: Option<Written<Authorisation>>,
}

impl TryFrom<Lines> for Entry {
    type Error = String;

    fn try_from(lines: Lines) -> Result<Self, String> {
        let name = lines.name;
        let when = match (lines.at, lines.every) {
            (Some(at), None) => When::At(at.0),
            (None, Some(every)) => When::Every(every.0),
            _ => return Err(format!("the schedule {name:?} must say either at or every")),
        };
        if lines.targets.is_empty() && lines.input.is_empty() {
            return Err(format!(
                "the schedule {name:?} names nothing to scan: give it targets or input"
            ));
        }
        Ok(Self(Schedule {
            name,
            when,
            targets: lines.targets,
            input: lines.input,
            exclude: plain(lines.exclude),
            ports: lines.ports.map(|ports| ports.0),
            pace: lines.pace.map(|pace| pace.0),
            format: lines.format.map(|format| format.0),
            output: lines.output,
            authorized_by: lines.authorized_by.map(|text| text.0),
        }))
    }
}

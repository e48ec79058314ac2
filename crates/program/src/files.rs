//! What was written down elsewhere, told by its looks: the journal of a run, a report, what Zeek or Suricata wrote, the log of a
//! device's sessions, or another program's list of systems.

use std::fs::File;
use std::io::{BufReader, Read as _};
use std::path::Path;

use holter_capture::SessionLog;
use holter_capture::captured::Kind;
use holter_capture::files::{LOOK, Unpacked, kind};
use holter_capture::others;
use holter_capture::takeover::{Columns, Log};
use holter_engine::{Journal, Summary};
use holter_model::seam::Clock;
use holter_store::{NewScan, Scope, Store};
use ipnet::IpNet;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};

use crate::import::{self, Imported};
use crate::ingest::Ingest;
use crate::keeper::{Keeper, hand_over};
use crate::overheard::{self, Beginning, Overheard, Overhearing};
use crate::{ProgramError, due, reported};

/// So many services are written at once.
const BATCH: usize = 50;

/// So much may the clock be ahead of whoever measured.
const SKEW: SignedDuration = SignedDuration::from_mins(10);

/// A longer file is none that is known: it may be a device without an end.
const LONGEST: u64 = 1 << 30;

/// What a file came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Brought {
    /// A run or a report: the number of the scan, how many services it has, and whether it came to its end.
    Scan(i64, i64, bool),
    /// What another tool heard, or the log of a device's sessions.
    Heard(Overheard),
    /// A list of systems.
    List(Imported),
}

/// What somebody says of the files that are brought in.
#[derive(Clone, Debug, Default)]
pub struct Saying {
    /// Addresses that are the user's own although they are not private.
    pub own: Vec<IpNet>,
    /// Which columns of a log of sessions mean what, where their names do not say it: then the files are such logs.
    pub columns: Option<Columns>,
    /// The name or the address of the device whose log of sessions it is.
    pub of: Option<String>,
}

/// Brings a file in; the same one twice changes nothing. It waits with the whole thread, which must be its own.
///
/// # Errors
/// When it cannot be read, is nothing that is known, or the database does not answer.
pub async fn bring_in(
    store: &Store,
    path: &Path,
    saying: &Saying,
    (clock, actor): (&dyn Clock, Option<i64>),
) -> Result<Brought, ProgramError> {
    let failed = |error: std::io::Error| ProgramError::Unreadable(error.to_string());
    let about = path.metadata().map_err(failed)?;
    if !about.is_file() {
        let why = if about.is_dir() {
            "it is a folder"
        } else {
            "it is no ordinary file, and is read more than once"
        };
        return Err(ProgramError::Unreadable(why.to_owned()));
    }
    if Journal::header(path).is_some() {
        return run(store, path, clock, actor).await;
    }
    let unpacked = || File::open(path).and_then(Unpacked::new).map_err(failed);
    let mut first = Vec::new();
    unpacked()?.take(LOOK).read_to_end(&mut first).map_err(failed)?;
    match kind(&first) {
        _ if saying.columns.is_some() => {}
        Some(Kind::Zeek | Kind::Suricata) => return told(store, path, &first, saying, (clock, actor)).await,
        Some(_) => {
            let why = "it is a capture: holter listen --remember hears it";
            return Err(ProgramError::Unreadable(why.to_owned()));
        }
        None => {}
    }
    let columns = saying.columns.clone().unwrap_or_default();
    let is_log = saying.columns.is_some()
        || Log::read(first.as_slice(), &columns).is_ok_and(|log| !log.uses.is_empty());
    if is_log {
        let log = Log::read(BufReader::new(unpacked()?), &columns)
            .map_err(|error| ProgramError::Unreadable(error.to_string()))?;
        let log = SessionLog::of(path.display().to_string(), &log);
        let by = (actor, clock.now());
        let heard = overheard::sessions(store, &log, saying.of.as_deref(), by).await?;
        return Ok(Brought::Heard(heard));
    }
    if about.len() >= LONGEST {
        return Err(ProgramError::Unreadable(format!(
            "it is longer than {} GiB",
            LONGEST >> 30
        )));
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(failed)?;
    file.take(LONGEST).read_to_end(&mut bytes).map_err(failed)?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
    let name = name.unwrap_or_default();
    if looks_like_a_report(&bytes) {
        return report(store, &bytes, &name, (clock, actor)).await;
    }
    let (listed, oddities) = import::read(&bytes)?;
    let mut imported = import::bring_in(store, &listed, &name, (actor, clock.now())).await?;
    imported.oddities.splice(0..0, oddities);
    Ok(Brought::List(imported))
}

/// What Zeek or Suricata wrote.
async fn told(
    store: &Store,
    path: &Path,
    first: &[u8],
    saying: &Saying,
    (clock, actor): (&dyn Clock, Option<i64>),
) -> Result<Brought, ProgramError> {
    let failed = |error: std::io::Error| ProgramError::Unreadable(error.to_string());
    let name = path.display().to_string();
    let which = kind(first).unwrap_or(Kind::Zeek);
    let unpacked = File::open(path).and_then(Unpacked::new).map_err(failed)?;
    let (captured, parts) = others::read(BufReader::new(unpacked), which, name.clone());
    let beginning = Beginning::of(&name, first, clock.now());
    let mut hearing = Overhearing::begin((store, clock), beginning, &saying.own, actor).await?;
    for part in parts {
        hearing.take(part, false).await?;
    }
    Ok(Brought::Heard(hearing.end(&captured, false).await?))
}

/// The journal of a run, of this machine or of another one.
async fn run(
    store: &Store,
    path: &Path,
    clock: &dyn Clock,
    actor: Option<i64>,
) -> Result<Brought, ProgramError> {
    let header = Journal::header(path)
        .ok_or_else(|| ProgramError::Unreadable("it is not the journal of a run".to_owned()))?;
    not_to_come(header.begun, clock.now())?;
    let keeper = Keeper {
        store,
        clock,
        fingerprint: header.fingerprint.clone(),
        about: NewScan {
            key: header.key(),
            method: "active".to_owned(),
            label: label(&header.plan),
            scope: Scope {
                targets: header
                    .plan
                    .targets
                    .iter()
                    .map(|target| target.text.clone())
                    .collect(),
                // Which were asked does not stand there; those that answered were.
                checks: Vec::new(),
            },
            actor,
            started: header.begun,
        },
    };
    let scan = keeper.begin().await?;
    let (mut hand, handed) = hand_over();
    let path = path.to_owned();
    let reading = std::thread::spawn(move || Journal::relate(&path, &mut hand));
    keeper.keep(&handed, |_| ()).await?;
    let failed = |why: &dyn std::fmt::Display| ProgramError::Unreadable(format!("the journal: {why}"));
    let ended: Option<Summary> = reading
        .join()
        .map_err(|_| failed(&"its reader failed"))?
        .map_err(|error| failed(&error))?;
    let whole = ended.is_some_and(|summary| !summary.interrupted);
    keeper.end(whole).await?;
    came_to(store, scan).await
}

/// A report in JSON, or its lines.
async fn report(
    store: &Store,
    bytes: &[u8],
    name: &str,
    (clock, actor): (&dyn Clock, Option<i64>),
) -> Result<Brought, ProgramError> {
    let services = reported::read(bytes)?;
    let digest = Sha256::digest(bytes);
    let digits: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let now = clock.now();
    let first = services.iter().map(|service| service.started).min();
    for service in &services {
        not_to_come(service.started, now)?;
    }
    let about = NewScan {
        key: format!("report-{digits}"),
        method: "active".to_owned(),
        label: format!("Report {}", name.chars().take(80).collect::<String>()),
        scope: Scope::default(),
        actor,
        started: first.unwrap_or(now),
    };
    let deadlines = due::chosen(store).await?;
    let ingest = Ingest::begin(store, about, deadlines).await?;
    for some in services.chunks(BATCH) {
        ingest.take(some).await?;
    }
    // Whether all of it was asked does not stand there.
    ingest.end(now, true).await?;
    came_to(store, ingest.scan).await
}

/// What was measured later outweighs what was measured before, so that a file whose clock was ahead would outweigh all that
/// is measured until then.
fn not_to_come(measured: Timestamp, now: Timestamp) -> Result<(), ProgramError> {
    if measured.duration_since(now) <= SKEW {
        return Ok(());
    }
    Err(ProgramError::Unreadable(format!(
        "it tells of {measured}, which is still to come: a clock is wrong, there or here"
    )))
}

async fn came_to(store: &Store, scan: i64) -> Result<Brought, ProgramError> {
    let known = store.scan(scan).await?;
    Ok(Brought::Scan(scan, known.sums.services, known.whole))
}

/// What a run is called that nobody has given a name.
#[must_use]
pub fn label(plan: &holter_engine::Plan) -> String {
    let mut names: Vec<&str> = plan
        .targets
        .iter()
        .take(3)
        .map(|target| target.text.as_str())
        .collect();
    let more = plan.targets.len() - names.len();
    let more = format!("{more} more");
    if plan.targets.len() > names.len() {
        names.push(&more);
    }
    let label: String = names.join(", ").chars().take(90).collect();
    format!("Scan of {label}")
}

/// A report names its schema before anything else.
fn looks_like_a_report(bytes: &[u8]) -> bool {
    let head = bytes.get(..200).unwrap_or(bytes);
    let head: String = String::from_utf8_lossy(head)
        .split_whitespace()
        .collect::<Vec<_>>()
        .concat();
    head.starts_with("{\"schema\":\"holter.report/") || head.starts_with("{\"schema\":\"holter.scan/")
}

#[cfg(test)]
mod tests {
    use holter_model::seam::SystemClock;

    use super::*;

    #[tokio::test]
    async fn what_is_still_to_come_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let db = folder.path().join("holter.db");
        let store = Store::open(db.to_str().unwrap()).await.unwrap();
        let file = folder.path().join("report.json");
        let line = |started: &str| {
            format!(
                r#"{{"schema":"holter.scan/1","target":"10.0.0.1","address":"10.0.0.1","port":443,"transport":"tcp","protocol":"https","started":"{started}","elapsed_ms":1,"reached":true,"connections":1,"bytes_sent":1,"bytes_received":1,"attempt":"completed","facts":{{}},"oddities":[],"verdicts":[{{"check":"heartbleed","flaw":"CVE-2014-0160","verdict":"not_affected","basis":"behaviour","evidence":"it was asked","foreign_bytes":0}}]}}"#
            )
        };
        for (started, is_taken) in [("2026-11-01T00:00:00Z", true), ("2099-01-01T00:00:00Z", false)] {
            std::fs::write(&file, line(started)).unwrap();
            let brought = bring_in(&store, &file, &Saying::default(), (&SystemClock, None)).await;
            assert_eq!(brought.is_ok(), is_taken, "{brought:?}");
            if let Err(error) = brought {
                assert!(error.to_string().contains("still to come"), "{error}");
            }
        }
        let scans = store.scans(&holter_store::Page::default()).await.unwrap();
        assert_eq!(scans.rows.len(), 1);
    }
}

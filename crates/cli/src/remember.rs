//! `holter remember`: brings in what was written down elsewhere.

use std::path::PathBuf;

use anyhow::Context as _;
use holter_capture::takeover::Columns;
use holter_model::seam::SystemClock;
use holter_program::files::{self, Brought, Saying};
use holter_report::{counted, number};

use crate::config::Config;
use crate::exit::{Outcome, complain};
use crate::listen::{columns, words};
use crate::memory::Memory;

/// The arguments of `holter remember`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Journals of runs (in the folder "runs" of the state folder), reports of `holter scan` in JSON or JSON Lines, logs of Zeek (ssl.log, notice.log) and Suricata (eve.json), logs of a VPN's or portal's sessions (CSV, JSON), and lists of systems: CSV, what nmap -oX wrote, CycloneDX, NetBox
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// The files are logs of sessions, and these of their columns mean what: time=NAME,session=NAME,source=NAME
    #[arg(long, value_name = "COLUMNS", value_parser = columns)]
    columns: Option<Columns>,
    /// The name or the address of the device whose log of sessions it is
    #[arg(long, value_name = "NAME|ADDRESS")]
    of: Option<String>,
    #[command(flatten)]
    memory: Memory,
}

/// Runs the verb.
pub(crate) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("the system gave no event loop")?;
    let mut outcome = Outcome::Clean;
    let saying = Saying {
        own: Config::load(None)?.own.ranges,
        columns: args.columns.clone(),
        of: args.of.clone(),
    };
    runtime.block_on(async {
        let store = args.memory.open().await?;
        for file in &args.files {
            match files::bring_in(&store, file, &saying, (&SystemClock, None)).await {
                Ok(brought) => tell(file, &brought),
                Err(error) => {
                    outcome = Outcome::Failed;
                    complain(&format!("{}: {error}", file.display()));
                }
            }
        }
        store.close().await;
        anyhow::Ok(())
    })?;
    Ok(outcome)
}

fn tell(file: &std::path::Path, brought: &Brought) {
    let file = file.display();
    match brought {
        Brought::Scan(scan, services, whole) => {
            let services = u64::try_from(*services).unwrap_or(0);
            let count = counted(services, "service", "services");
            let cut = if *whole {
                ""
            } else {
                "; it did not come to its end"
            };
            complain(&format!("{file}: scan {scan}, {count}{cut}"));
        }
        Brought::Heard(sums) => complain(&format!("{file}: {}", words(sums))),
        Brought::List(imported) => {
            complain(&format!(
                "{file}: {} new, {} changed, {} as before",
                counted(imported.added, "system", "systems"),
                number(imported.changed),
                number(imported.same)
            ));
            for oddity in &imported.oddities {
                complain(&format!("{file}: {oddity}"));
            }
        }
    }
}

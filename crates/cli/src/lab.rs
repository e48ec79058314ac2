//! `holter lab`: the hospital in a box, a dozen real servers on loopback addresses to try Holter on.

mod serve;

use std::io::{ErrorKind, Write as _};
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Subcommand;
use holter_lab::hospital::{self, Options, Status};

use crate::exit::{Outcome, complain};

/// The arguments of `holter lab`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    deed: Deed,
    /// Where the hospital keeps its state and its certificates [default: in the lab's cache]
    #[arg(long, global = true, value_name = "DIR")]
    folder: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Deed {
    /// Start every service that does not run yet
    Up {
        /// Build OpenSSL 1.1.0 for the DTLS services too, which takes about a minute the first time
        #[arg(long)]
        with_dtls: bool,
    },
    /// End them all
    Down,
    /// Say who runs
    Status,
    /// Print the services that run as targets, for `holter scan -i -`
    Targets,
    /// Run one server of the truth table until standard input ends, and print where it is and what is true of it
    Serve {
        /// Its name in the table; without one, all names are printed
        id: Option<String>,
    },
}

/// Runs the verb.
pub(crate) fn run(args: Args) -> anyhow::Result<Outcome> {
    let folder = args
        .folder
        .unwrap_or_else(|| holter_lab::cache::root().join("hospital"));
    let text = match args.deed {
        Deed::Up { with_dtls } => {
            let running = hospital::up(&folder, Options { with_dtls })
                .context("the hospital did not start; `holter lab down` ends what runs of it")?;
            complain(&format!(
                "{} services run; scan them with: holter lab targets | holter scan -i -",
                running.len()
            ));
            table(&running)
        }
        Deed::Down => {
            let ended = hospital::down(&folder).context("the hospital was not ended")?;
            complain(&format!("{ended} services ended"));
            String::new()
        }
        Deed::Status => table(&hospital::status(&folder).context("the hospital's state cannot be read")?),
        Deed::Serve { id: Some(id) } => {
            serve::run(&id)?;
            String::new()
        }
        Deed::Serve { id: None } => serve::names()?,
        Deed::Targets => {
            let all = hospital::status(&folder).context("the hospital's state cannot be read")?;
            let running = all.iter().filter(|status| status.pid.is_some());
            let targets = hospital::targets(running.map(|status| &status.service));
            if targets.is_empty() {
                complain("none of the services runs: `holter lab up` starts them");
            }
            targets
        }
    };
    match anstream::stdout().write_all(text.as_bytes()) {
        // A reader that went away wants no more.
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(error).context("standard output cannot be written")
        }
        _ => Ok(Outcome::Clean),
    }
}

fn table(services: &[Status]) -> String {
    services.iter().fold(String::new(), |text, status| {
        let service = &status.service;
        let runs = status
            .pid
            .map_or_else(|| "down".to_owned(), |pid| format!("pid {pid}"));
        let (target, name, department) = (service.target(), &service.name, &service.department);
        format!("{text}{target:<34} {runs:<12} {name} ({department})\n")
    })
}

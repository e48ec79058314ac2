//! The `holter` command: its verbs, and the only place that decides how it exits.

mod account;
mod audit;
mod backup;
mod bounded;
mod config;
mod exit;
mod explain;
#[cfg(feature = "lab")]
mod lab;
mod listen;
mod look;
mod memory;
mod remember;
mod scan;
mod screen;
mod serve;

use std::process::ExitCode;

use clap::{Command, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::exit::{Outcome, complain};

/// Finds and helps to close Heartbleed-class leaks in health-care systems, without harm and without reading
/// anyone's memory.
#[derive(Debug, Parser)]
#[command(name = "holter", bin_name = "holter", version, arg_required_else_help = true)]
#[command(max_term_width = 100, after_help = "Begin with: holter scan HOST")]
struct Holter {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Ask services whether they leak memory
    Scan(Box<scan::Args>),
    /// Say from packets alone who is on the network, and whether memory was taken
    Listen(Box<listen::Args>),
    /// Say what a flaw is, why it matters and what to do about it
    Explain(explain::Args),
    /// Serve the pages: what is exposed, what to do next, who does it
    Serve(serve::Args),
    /// Bring in what was found elsewhere: journals of runs, reports, lists of systems
    Remember(remember::Args),
    /// Let somebody in again whom no admin can help
    Account(account::Args),
    /// Look through the log of who did what
    Audit(audit::Args),
    /// Write all that is remembered into one file
    Backup(backup::Args),
    /// Put what `holter backup` wrote into an empty database
    Restore(backup::Args),
    /// Start, end and name the servers to try Holter on
    #[cfg(feature = "lab")]
    Lab(lab::Args),
}

fn main() -> ExitCode {
    let parsed = Holter::command()
        .try_get_matches()
        .and_then(|matches| Holter::from_arg_matches(&matches));
    let verb = match parsed {
        Ok(holter) => holter.verb,
        Err(error) => return exit::of_usage(&error, &asked()),
    };
    let done = match verb {
        Verb::Scan(args) => scan::run(*args),
        Verb::Listen(args) => listen::run(&args),
        Verb::Explain(args) => explain::run(&args),
        Verb::Serve(args) => serve::run(&args),
        Verb::Remember(args) => remember::run(&args),
        Verb::Account(args) => account::run(&args),
        Verb::Audit(args) => audit::run(&args),
        Verb::Backup(args) => backup::write(&args),
        Verb::Restore(args) => backup::restore(&args),
        #[cfg(feature = "lab")]
        Verb::Lab(args) => lab::run(args),
    };
    match done {
        Ok(outcome) => outcome.code(),
        Err(error) => {
            complain(&exit::told(&error));
            Outcome::Failed.code()
        }
    }
}

/// The command that was typed, as far as there is one: `holter lab up`.
fn asked() -> String {
    let mut command: &Command = &Holter::command();
    let mut typed = vec![command.get_name().to_owned()];
    for word in std::env::args_os().skip(1) {
        let Some(found) = command.find_subcommand(&word) else {
            break;
        };
        typed.push(found.get_name().to_owned());
        command = found;
    }
    typed.join(" ")
}

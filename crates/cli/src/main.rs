//! The `holter` command: its verbs, and the only place that decides how it exits.

mod exit;
mod scan;

use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::exit::{Outcome, complain};

/// Finds and helps to close Heartbleed-class leaks in health-care systems, without harm and without reading
/// anyone's memory.
#[derive(Debug, Parser)]
#[command(name = "holter", version, arg_required_else_help = true, max_term_width = 100)]
struct Holter {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Ask services whether they leak memory
    Scan(Box<scan::Args>),
}

fn main() -> ExitCode {
    let parsed = Holter::command()
        .try_get_matches()
        .and_then(|matches| Holter::from_arg_matches(&matches));
    let done = match parsed {
        Ok(Holter { verb: Verb::Scan(args) }) => scan::run(*args),
        Err(error) => return exit::of_usage(&error),
    };
    match done {
        Ok(outcome) => outcome.code(),
        Err(error) => {
            complain(&format!("{error:#}"));
            Outcome::Failed.code()
        }
    }
}

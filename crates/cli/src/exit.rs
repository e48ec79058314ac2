//! How Holter ends: the exit codes of the contract, and the one line that says what went wrong.

use std::process::ExitCode;

use clap::error::ErrorKind;

/// How a verb ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// All was assessed and nothing is affected.
    Clean,
    /// Something is affected.
    Affected,
    /// The user's or Holter's own error.
    Failed,
    /// Nothing is affected, but something could not be assessed.
    Unassessed,
}

impl Outcome {
    /// The exit code, as the contract has it.
    pub(crate) fn code(self) -> ExitCode {
        ExitCode::from(match self {
            Self::Clean => 0,
            Self::Affected => 1,
            Self::Failed => 2,
            Self::Unassessed => 3,
        })
    }
}

/// Says on standard error, in one line, what is wrong.
pub(crate) fn complain(what: &str) {
    use std::io::Write as _;
    // Where standard error is closed there is nobody to tell.
    let _ = writeln!(anstream::stderr(), "holter: {}", holter_report::terminal(what));
}

/// Ends on what the argument parser says: help on standard output, anything wrong in one line.
pub(crate) fn of_usage(error: &clap::Error) -> ExitCode {
    use ErrorKind::{DisplayHelp, DisplayHelpOnMissingArgumentOrSubcommand, DisplayVersion};
    match error.kind() {
        DisplayHelp | DisplayVersion => {
            let _ = error.print();
            Outcome::Clean.code()
        }
        DisplayHelpOnMissingArgumentOrSubcommand => {
            let _ = error.print();
            Outcome::Failed.code()
        }
        _ => {
            complain(&one_line(&error.render().to_string()));
            Outcome::Failed.code()
        }
    }
}

/// The parser's own words without its layout: what is wrong, the values that are possible, its tip.
fn one_line(rendered: &str) -> String {
    let lines = || rendered.lines().map(str::trim);
    let said = lines()
        .take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more information"))
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join("; ");
    let said = said.strip_prefix("error: ").unwrap_or(&said);
    let said = said.replace("; [", " [").replace(":;", ":");
    let usage = lines()
        .find_map(|line| line.strip_prefix("Usage:"))
        .unwrap_or(" holter");
    let verb = usage
        .split_whitespace()
        .take_while(|word| word.bytes().all(|byte| byte.is_ascii_lowercase()))
        .collect::<Vec<_>>()
        .join(" ");
    format!("{said}; `{verb} --help` lists what can be given")
}

/// Ends at once: the user asked twice.
#[allow(clippy::exit, reason = "this is the one place that may")]
pub(crate) fn at_once() -> ! {
    std::process::exit(130)
}

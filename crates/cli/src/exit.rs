//! How Holter ends: the exit codes of the contract, and the one line that says what went wrong.

use std::process::ExitCode;

use anyhow::Context as _;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use holter_model::Target;

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

/// A line longer than this loses its middle: what is wrong may be a file without line breaks.
const LONGEST: usize = 700;

/// Says on standard error, in one line, what is wrong.
pub(crate) fn complain(what: &str) {
    use std::io::Write as _;
    let shown = shortened(&holter_report::terminal(what));
    // Where standard error is closed there is nobody to tell.
    let _ = writeln!(anstream::stderr(), "holter: {shown}");
}

/// Says on standard output, in one line, what was asked for. Whoever stopped reading wants no more.
pub(crate) fn say(what: &str) -> anyhow::Result<()> {
    use std::io::Write as _;
    let shown = holter_report::terminal(what);
    match writeln!(anstream::stdout(), "{shown}") {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(error).context("standard output cannot be written")
        }
        _ => Ok(()),
    }
}

/// An error with what caused it, each said once: many an error says its cause itself.
pub(crate) fn told(error: &anyhow::Error) -> String {
    error.chain().fold(String::new(), |told, cause| {
        let cause = cause.to_string();
        if told.is_empty() {
            cause
        } else if told.ends_with(&cause) {
            told
        } else {
            format!("{told}: {cause}")
        }
    })
}

/// Ends on what the argument parser says: help on standard output, anything wrong in one line. `verb` is whose
/// help it is worth to read.
pub(crate) fn of_usage(error: &clap::Error, verb: &str) -> ExitCode {
    use ErrorKind::{
        DisplayHelp, DisplayHelpOnMissingArgumentOrSubcommand, DisplayVersion, InvalidSubcommand,
    };
    match error.kind() {
        DisplayHelp | DisplayVersion => {
            let _ = error.print();
            Outcome::Clean.code()
        }
        DisplayHelpOnMissingArgumentOrSubcommand => {
            let _ = error.print();
            Outcome::Failed.code()
        }
        kind => {
            let said = match kind {
                InvalidSubcommand => no_command(error),
                _ => one_line(&error.render().to_string()),
            };
            complain(&format!("{said}; `{verb} --help` lists what can be given"));
            Outcome::Failed.code()
        }
    }
}

/// What to type instead of a command that does not exist. Who types a target means to scan it.
fn no_command(error: &clap::Error) -> String {
    let typed = error.get(ContextKind::InvalidSubcommand);
    let typed = typed.map(ToString::to_string).unwrap_or_default();
    // The likest stands last.
    let similar = match error.get(ContextKind::SuggestedSubcommand) {
        Some(ContextValue::Strings(names)) => names.last(),
        Some(ContextValue::String(name)) => Some(name),
        _ => None,
    };
    let instead = match similar {
        Some(similar) => format!("; a similar one is '{similar}'"),
        None if typed.contains(['.', ':']) && typed.parse::<Target>().is_ok() => {
            format!("; to scan it: holter scan {typed}")
        }
        None => String::new(),
    };
    format!("there is no command '{typed}'{instead}")
}

/// The parser's own words without its layout: what is wrong, the values that are possible, its tip.
fn one_line(rendered: &str) -> String {
    let said = rendered
        .lines()
        .map(str::trim)
        .take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more information"))
        .filter(|line| !line.is_empty() && !line.starts_with("tip: to pass"))
        .collect::<Vec<_>>()
        .join("; ");
    let said = said.strip_prefix("error: ").unwrap_or(&said);
    said.replace("; [", " [").replace(":;", ":")
}

fn shortened(text: &str) -> String {
    let length = text.chars().count();
    if length <= LONGEST {
        return text.to_owned();
    }
    let head: String = text.chars().take(LONGEST / 2).collect();
    let tail: String = text.chars().skip(length - LONGEST / 4).collect();
    format!("{head} … {tail}")
}

/// Ends at once: the user asked twice.
#[allow(clippy::exit, reason = "this is the one place that may")]
pub(crate) fn at_once() -> ! {
    std::process::exit(130)
}

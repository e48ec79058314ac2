//! Runs the ordinary programs that the lab fetches and builds with, and says in one line what was missing.

use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::LabError;

/// Runs `command` to its end and gives back what it printed.
///
/// # Errors
/// [`LabError::Missing`] when the program is not installed, [`LabError::Command`] with its last words when it fails.
pub fn run(command: &mut Command) -> Result<String, LabError> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().map_err(|error| {
        if error.kind() == std::io::ErrorKind::NotFound {
            missing(&program)
        } else {
            LabError::Command {
                command: program.clone(),
                reason: error.to_string(),
            }
        }
    })?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let mut words = String::from_utf8_lossy(&output.stderr).into_owned();
    if words.trim().is_empty() {
        words = String::from_utf8_lossy(&output.stdout).into_owned();
    }
    Err(LabError::Command {
        command: format!("{command:?}"),
        reason: format!("{}: {}", output.status, last_lines(&words)),
    })
}

/// The error for a program that this machine does not have, with the command that brings it.
#[must_use]
pub fn missing(program: &str) -> LabError {
    let package = match program {
        "gnutls-serv" => "gnutls-bin",
        "make" | "cc" => "build-essential",
        "sha512sum" => "coreutils",
        "ip" => "iproute2",
        other => other,
    };
    let install = match package {
        "cargo" => "rustup".to_owned(),
        package => format!("apt-get install {package}"),
    };
    LabError::Missing {
        program: program.to_owned(),
        install,
    }
}

/// One line of progress on standard error, for what takes longer than a person expects.
pub fn say(words: &str) {
    // Nobody to tell is no reason to stop.
    let _ = writeln!(std::io::stderr(), "lab: {words}");
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    lines
        .get(lines.len().saturating_sub(4)..)
        .unwrap_or_default()
        .join(" | ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_program_names_what_brings_it() {
        let error = run(&mut Command::new("no-such-program-of-the-lab")).unwrap_err();
        assert!(matches!(error, LabError::Missing { .. }));
        assert!(
            missing("gnutls-serv")
                .to_string()
                .contains("apt-get install gnutls-bin")
        );
    }

    #[test]
    fn a_failure_quotes_its_last_words() {
        let error = run(Command::new("sh").args(["-c", "echo no space left >&2; exit 4"])).unwrap_err();
        assert!(error.to_string().contains("no space left"), "{error}");
    }
}

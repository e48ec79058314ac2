//! The least work that tells whether endpoints are affected by Heartbleed: connect, ClientHello, read to
//! ServerHelloDone, one heartbeat that is a byte short of padding, read the echo, close. One thread, one epoll.
//!
//! No pace, no scope, no fallback, no evidence: what Holter costs above this is the price of those.

mod arguments;
mod crowd;
mod message;
mod peer;
mod usage;

use std::io::Write as _;
use std::process::ExitCode;
use std::time::Instant;

use arguments::Arguments;
use crowd::Crowd;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            // Nobody to tell is no reason to say something else.
            let _ = writeln!(std::io::stderr(), "bare-loop: {reason}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<(), String> {
    let arguments = Arguments::parse(std::env::args().skip(1))?;
    usage::allow_open_files(arguments.in_flight);
    let started = Instant::now();
    let tally = Crowd::new(&arguments)
        .and_then(Crowd::run)
        .map_err(|error| format!("epoll: {error}"))?;
    let report = usage::report(&tally, started.elapsed()).map_err(|error| format!("/proc: {error}"))?;
    std::io::stdout()
        .write_all(report.as_bytes())
        .map_err(|error| format!("standard output: {error}"))
}

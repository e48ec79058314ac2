//! `holter lab serve`: one server of the truth table, for programs that compare scanners.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::SocketAddr;
use std::path::Path;

use anyhow::Context as _;
use holter_engine::Stop;
use holter_lab::truth::{Expected, Table, start_server};
use serde::Serialize;

use crate::scan::interrupt;

/// What is printed, as one line, when the server listens.
#[derive(Serialize)]
struct Serving<'a> {
    id: &'a str,
    what: &'a str,
    address: SocketAddr,
    /// The name to ask it by.
    name: &'static str,
    /// The lab's own root, which what is true of certificates takes to be trusted.
    root: &'a Path,
    protocol: &'a str,
    versions: &'a [String],
    /// How many suites it accepts in each version, where its own listing says so.
    suites: &'a BTreeMap<String, usize>,
    truth: BTreeMap<String, Right>,
    sources: &'a [String],
}

/// What is right of one flaw.
#[derive(Serialize)]
struct Right {
    verdict: &'static str,
    /// Why `inconclusive` is right too.
    #[serde(skip_serializing_if = "Option::is_none")]
    inconclusive: Option<String>,
    /// Why any verdict is.
    #[serde(skip_serializing_if = "Option::is_none")]
    open: Option<String>,
}

impl From<Expected> for Right {
    fn from(expected: Expected) -> Self {
        Self {
            verdict: expected.verdict.as_str(),
            inconclusive: expected.inconclusive,
            open: expected.open,
        }
    }
}

/// The name of every server, and what it is.
pub(super) fn names() -> anyhow::Result<String> {
    let table = Table::read().context("the truth table cannot be read")?;
    Ok(table.servers.iter().fold(String::new(), |text, server| {
        format!("{text}{:<34} {}\n", server.id, server.what)
    }))
}

/// Starts the server of that id, says where it is, and ends it when standard input ends or somebody interrupts.
pub(super) fn run(id: &str) -> anyhow::Result<()> {
    let table = Table::read().context("the truth table cannot be read")?;
    let server = table
        .find(id)
        .with_context(|| format!("the truth table has no server {id}; `holter lab serve` names them all"))?;
    let running = start_server(server).with_context(|| format!("{id} did not start"))?;
    let serving = Serving {
        id,
        what: &server.what,
        address: running.address,
        name: running.name,
        root: &running.root,
        protocol: &server.protocol,
        versions: &server.versions,
        suites: &server.suites,
        truth: table
            .expected(server)
            .into_iter()
            .map(|(flaw, expected)| (flaw, expected.into()))
            .collect(),
        sources: &server.sources,
    };
    let mut line = serde_json::to_string(&serving)?;
    line.push('\n');
    let mut output = anstream::stdout();
    output
        .write_all(line.as_bytes())
        .and_then(|()| output.flush())
        .context("standard output cannot be written")?;
    wait()
}

/// Until standard input ends or somebody interrupts. Nobody who holds the other end can forget to end the server: it ends
/// with its holder.
fn wait() -> anyhow::Result<()> {
    let stop = Stop::default();
    interrupt::watch(stop.clone());
    let ended = stop.clone();
    std::thread::spawn(move || {
        let mut nothing = [0; 64];
        while std::io::stdin().read(&mut nothing).is_ok_and(|count| count > 0) {}
        ended.now();
    });
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime
        .context("the system gives no event loop")?
        .block_on(stop.wait());
    Ok(())
}

//! One default scan of the hospital, for all the tests of this file, and what is left of it when the hospital is gone.

use std::collections::HashMap;
use std::io::Write as _;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;

use holter_lab::network::fake::{Event, Fake};
use holter_lab::network::hospital::{self, CONTROLLER, OFFERING_CONTROLLER, PUMP, RANGE};
use holter_lab::network::{self, Capture, Host, Packet};
use serde_json::Value;

/// What was seen of the scan.
#[derive(Debug)]
pub(crate) struct Day {
    /// Its exit code.
    pub(crate) code: Option<i32>,
    /// What it said on standard error.
    pub(crate) said: String,
    /// Every packet on its cable.
    pub(crate) packets: Vec<Packet>,
    /// Whether the controller answered a stranger's hello afterwards.
    pub(crate) controller_answers: bool,
    report: Value,
    events: HashMap<String, Vec<Event>>,
}

/// The scan, made once; none where this process may not make networks.
pub(crate) fn day() -> Option<&'static Day> {
    static DAY: LazyLock<Option<Day>> = LazyLock::new(|| network::is_allowed().then(scan));
    if DAY.is_none() {
        // Not by `println!`, which is kept from who runs the tests.
        let _ = writeln!(std::io::stderr(), "skipped: no right to make network namespaces");
    }
    DAY.as_ref()
}

impl Day {
    /// What the report says of this service.
    pub(crate) fn service(&self, address: Ipv4Addr, port: u16) -> &Value {
        let services = self.report["services"].as_array().unwrap();
        services
            .iter()
            .find(|service| service["address"] == address.to_string() && service["port"] == port)
            .unwrap_or_else(|| panic!("{address}:{port} is not in {:#}", self.report))
    }

    /// What the device of this host saw.
    pub(crate) fn events(&self, host: &str) -> &[Event] {
        &self.events[host]
    }

    /// The ports of the controllers.
    pub(crate) fn ports(&self, address: Ipv4Addr) -> &'static [u16] {
        match address {
            CONTROLLER | OFFERING_CONTROLLER => Fake::Controller.ports(),
            other => panic!("{other} is no controller"),
        }
    }
}

/// The hospital's inventory, which knows what must not be touched.
fn inventory(folder: &Path) -> PathBuf {
    let path = folder.join("assets.csv");
    let text = format!("address,role,fragility\n{PUMP},infusion pump gateway,do-not-touch\n");
    std::fs::write(&path, text).unwrap();
    path
}

fn scan() -> Day {
    let network = hospital::up().unwrap_or_else(|error| panic!("{error}"));
    let scanner = network.host("scanner").unwrap();
    let capture = Capture::start(scanner).unwrap_or_else(|error| panic!("{error}"));
    let mut holter = Command::new(env!("CARGO_BIN_EXE_holter"));
    holter.args(["scan", RANGE, "-f", "json"]);
    // Most of the range is empty. Here it is the kernel alone that accepts or refuses, at once, however busy the machine
    // is. Everything else is the default.
    holter.args(["--connect-timeout", "0.5"]);
    let folder = tempfile::tempdir().unwrap();
    holter.arg("--inventory").arg(inventory(folder.path()));
    holter.arg("--state").arg(folder.path());
    let Output {
        status,
        stdout,
        stderr,
    } = scanner.within(&holter).stdin(Stdio::null()).output().unwrap();
    let packets = capture.end().unwrap_or_else(|error| panic!("{error}"));
    let said = String::from_utf8(stderr).unwrap();
    Day {
        code: status.code(),
        report: serde_json::from_slice(&stdout).unwrap_or_else(|error| panic!("{error}: {said}")),
        said,
        packets,
        controller_answers: answers(scanner, CONTROLLER),
        events: network
            .hosts()
            .iter()
            .map(|host| (host.name.clone(), host.events().unwrap()))
            .collect(),
    }
}

/// Whether a ServerHello comes, by a client that has nothing of Holter's.
fn answers(scanner: &Host, address: Ipv4Addr) -> bool {
    let mut client = Command::new("openssl");
    client.args([
        "s_client",
        "-connect",
        &format!("{address}:443"),
        "-tls1_2",
        "-msg",
    ]);
    client.args(["-cipher", "AES128-SHA"]);
    // A device that has hung would never let it end.
    let mut patient = Command::new("timeout");
    patient
        .arg("120")
        .arg(client.get_program())
        .args(client.get_args());
    let output = scanner.within(&patient).stdin(Stdio::null()).output().unwrap();
    String::from_utf8_lossy(&output.stdout).contains("ServerHello")
}

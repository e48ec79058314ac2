//! What can be given to `holter scan`. Checks and protocols come from their rosters.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::PossibleValuesParser;
use clap::{ColorChoice, ValueEnum};
use holter_checks::{Check, Profile};
use holter_engine::{Authorisation, Every, QuietHours};
use holter_model::target::Place;
use holter_model::{Severity, Target};
use holter_net::proxy::Proxy;
use holter_net::resolve::Family;
use holter_report::Format;
use ipnet::IpNet;

use super::pace::{PaceName, Speed};
use super::ports::Ports;
use crate::memory::Remembering;

/// The arguments of `holter scan`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_long_help = after_help())]
pub(crate) struct Args {
    /// Hosts, host:port, URLs, addresses, [v6]:port or ranges like 192.0.2.0/24 and 192.0.2.1-9, all of them with or without a port; "/udp" at the end asks for DTLS
    #[arg(value_name = "TARGET")]
    pub(crate) targets: Vec<String>,
    /// Read targets from a file: a list (one a line, with an optional protocol behind it), what nmap -oX or -oG wrote, DHCP leases or a CSV inventory; "-" is standard input
    #[arg(short, long, value_name = "FILE", help_heading = "What to scan")]
    pub(crate) input: Vec<PathBuf>,
    /// Read targets from what nmap -oX wrote: every open port that may speak TLS
    #[arg(long, value_name = "FILE", help_heading = "What to scan")]
    pub(crate) nmap_xml: Vec<PathBuf>,
    /// What is known of the network, above all what must not be touched, without asking any of it: a CSV inventory, DHCP leases or nmap's
    #[arg(long, value_name = "FILE", help_heading = "What to scan")]
    pub(crate) inventory: Vec<PathBuf>,
    /// Ports for targets that name none, like clinical,web,8000-8010,443/udp; "-" is every one. `--help` lists the sets [default: the ports of all protocols]
    #[arg(
        short,
        long,
        value_name = "PORTS",
        allow_hyphen_values = true,
        help_heading = "What to scan"
    )]
    pub(crate) ports: Option<Ports>,
    /// Addresses or ranges never to be contacted
    #[arg(long, value_name = "RANGE", value_delimiter = ',', value_parser = range, help_heading = "What to scan")]
    pub(crate) exclude: Vec<IpNet>,
    /// Use only the IPv4 addresses of a name
    #[arg(short = '4', long, conflicts_with = "ipv6", help_heading = "What to scan")]
    pub(crate) ipv4: bool,
    /// Use only the IPv6 addresses of a name
    #[arg(short = '6', long, help_heading = "What to scan")]
    pub(crate) ipv6: bool,

    /// The protocol to speak; "auto" goes by the port, then by what the service says. `--help` lists them
    #[arg(long, value_name = "NAME", value_parser = protocols(), hide_possible_values = true, help_heading = "How to ask")]
    pub(crate) protocol: Option<String>,
    /// The host name to ask for instead of the target's own
    #[arg(long, value_name = "NAME", value_parser = host_name, help_heading = "How to ask")]
    pub(crate) sni: Option<String>,
    /// Ask only these checks
    #[arg(long, value_name = "ID", value_delimiter = ',', value_parser = checks(), hide_possible_values = true, conflicts_with = "profile", help_heading = "How to ask")]
    pub(crate) check: Vec<String>,
    /// Ask a set of checks [default: heartbleed, or full where there is a policy]
    #[arg(long, value_enum, help_heading = "How to ask")]
    pub(crate) profile: Option<ProfileName>,
    /// Hold services against a policy, by its name or as a file of your own; asks all that Holter knows of TLS. `--help` lists them
    #[arg(
        long,
        value_name = "NAME|FILE",
        conflicts_with = "check",
        help_heading = "How to ask"
    )]
    pub(crate) policy: Vec<String>,
    /// Where a service is affected, prove the over-read with bytes that Holter sent itself; never sent unasked
    #[arg(long, help_heading = "How to ask")]
    pub(crate) prove: bool,
    /// Ask third parties, too: the OCSP responder and the revocation list that a certificate names, and the DNS for TLSA and CAA
    #[arg(long, conflicts_with = "proxy", help_heading = "How to ask")]
    pub(crate) phone_out: bool,
    /// Go through a proxy: http://[user:password@]host:port or socks5://[user:password@]host:port
    #[arg(long, value_name = "URL", help_heading = "How to ask")]
    pub(crate) proxy: Option<Proxy>,
    /// Show this certificate (PEM) where a service demands one
    #[arg(long, value_name = "FILE", help_heading = "How to ask")]
    pub(crate) client_cert: Option<PathBuf>,
    /// Its private key (PEM), where it is not in the same file
    #[arg(
        long,
        value_name = "FILE",
        requires = "client_cert",
        help_heading = "How to ask"
    )]
    pub(crate) client_key: Option<PathBuf>,
    /// Rely on the authorities in this file (PEM or DER), too, beside Mozilla's and this machine's; can be given more than once
    #[arg(long, value_name = "FILE", help_heading = "How to ask")]
    pub(crate) ca_file: Vec<PathBuf>,

    /// How fast to go [default: normal]
    #[arg(long, value_enum, help_heading = "Pace")]
    pub(crate) pace: Option<PaceName>,
    /// At most this many new connections a second, over all hosts
    #[arg(long, value_name = "N", value_parser = rate, allow_negative_numbers = true, help_heading = "Pace")]
    pub(crate) rate: Option<f64>,
    /// Seconds to wait for a connection [default: 5]
    #[arg(long, value_name = "SECONDS", value_parser = seconds, allow_negative_numbers = true, help_heading = "Pace")]
    pub(crate) connect_timeout: Option<Duration>,
    /// Seconds to wait for each answer [default: 5]
    #[arg(long, value_name = "SECONDS", value_parser = seconds, allow_negative_numbers = true, help_heading = "Pace")]
    pub(crate) timeout: Option<Duration>,

    /// Go on with the last run of this that was cut off; without targets, with the last of all
    #[arg(long, conflicts_with = "no_state", help_heading = "Runs")]
    pub(crate) resume: bool,
    /// Say what is different from the last run of this; a repeated scan says it anyway
    #[arg(long, conflicts_with = "no_state", help_heading = "Runs")]
    pub(crate) diff: bool,
    /// The folder in which runs are written down [default: HOLTER_STATE, or else ~/.local/state/holter]
    #[arg(long, value_name = "DIR", help_heading = "Runs")]
    pub(crate) state: Option<PathBuf>,
    /// Write nothing down
    #[arg(long, conflicts_with = "state", help_heading = "Runs")]
    pub(crate) no_state: bool,

    #[command(flatten)]
    pub(crate) remembering: Remembering,

    /// Scan again and again: 6h, 90m or 1d after each beginning; lists of targets are read anew
    #[arg(
        long,
        value_name = "DURATION",
        conflicts_with = "schedule",
        help_heading = "When"
    )]
    pub(crate) every: Option<Every>,
    /// Carry out the [[schedule]] of this name in holter.toml whenever it is due; without a name, all of them
    #[arg(long, value_name = "NAME", num_args = 0..=1, conflicts_with_all = ["targets", "input", "output"], help_heading = "When")]
    #[expect(clippy::option_option, reason = "not given, given, and given with a name")]
    pub(crate) schedule: Option<Option<String>>,
    /// Begin nothing at these times, like "Mon-Fri 07:00-19:00", 22:00-06:00 or Sat,Sun; can be given more than once
    #[arg(long, value_name = "HOURS", help_heading = "When")]
    pub(crate) quiet_hours: Vec<QuietHours>,

    /// Who allowed to scan systems that are not yours, and on what ground; it is kept with the answer
    #[arg(long, value_name = "TEXT", help_heading = "Permission and settings")]
    pub(crate) authorized_by: Option<Authorisation>,
    /// Read the settings from this file [default: holter.toml here, in ~/.config/holter or in /etc/holter]
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with = "no_config",
        help_heading = "Permission and settings"
    )]
    pub(crate) config: Option<PathBuf>,
    /// Read no holter.toml
    #[arg(long, help_heading = "Permission and settings")]
    pub(crate) no_config: bool,

    /// The form of the answer [default: text]
    #[arg(short, long, value_enum, help_heading = "Answer")]
    pub(crate) format: Option<FormatName>,
    /// Write the answer to a file instead of standard output
    #[arg(short, long, value_name = "FILE", help_heading = "Answer")]
    pub(crate) output: Option<PathBuf>,
    /// End with code 1 only where something affected is at least so grave, or breaks a policy [default: low]
    #[arg(long, value_name = "SEVERITY", value_enum, help_heading = "Answer")]
    pub(crate) fail_on: Option<Gravity>,
    /// Say nothing on standard error but what is wrong
    #[arg(short, long, help_heading = "Answer")]
    pub(crate) quiet: bool,
    /// When to use colour
    #[arg(long, value_name = "WHEN", default_value_t = ColorChoice::Auto, help_heading = "Answer")]
    pub(crate) color: ColorChoice,
}

/// Sets of checks that have a name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum ProfileName {
    /// Heartbleed
    #[default]
    Heartbleed,
    /// What lets memory, keys or traffic out
    Standard,
    /// All that Holter knows of TLS
    Full,
}

/// Severities that can end a scan with code 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Gravity {
    /// Whatever is affected
    Low,
    /// Traffic can be read or changed under conditions that occur
    Medium,
    /// Traffic can be read or changed by whoever stands on the way
    High,
    /// Records, keys or passwords are to be had by anyone who can reach it
    Critical,
}

impl Gravity {
    /// The severity.
    pub(crate) const fn severity(self) -> Severity {
        match self {
            Self::Low => Severity::Low,
            Self::Medium => Severity::Medium,
            Self::High => Severity::High,
            Self::Critical => Severity::Critical,
        }
    }
}

/// Formats by name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum FormatName {
    /// For a person
    #[default]
    Text,
    /// One document
    Json,
    /// One object a line, as soon as each is decided
    Jsonl,
    /// One row a verdict, for a spreadsheet
    Csv,
    /// One page for people: it needs nothing else and prints well
    Html,
    /// SARIF 2.1.0, for code scanning and defect trackers
    Sarif,
    /// CycloneDX 1.6 with cryptographic assets (a CBOM)
    #[value(name = "cyclonedx")]
    CycloneDx,
}

impl Args {
    /// Which addresses of a name count.
    pub(crate) const fn family(&self) -> Family {
        match (self.ipv4, self.ipv6) {
            (true, _) => Family::V4,
            (_, true) => Family::V6,
            _ => Family::Any,
        }
    }

    /// The pace, with the user's own rate where one was given.
    pub(crate) fn speed(&self) -> Speed {
        let mut speed = self.pace.unwrap_or_default().speed();
        if self.rate.is_some() {
            speed.tempo.per_second = self.rate;
        }
        speed
    }

    /// The checks that ask, in the roster's order.
    pub(crate) fn checks(&self) -> Vec<&'static Check> {
        let profile = match self.profile.unwrap_or_default() {
            // A policy asks for what no smaller set finds out.
            _ if !self.policy.is_empty() => Profile::Full,
            ProfileName::Heartbleed => Profile::Heartbleed,
            ProfileName::Standard => Profile::Standard,
            ProfileName::Full => Profile::Full,
        };
        let ids: &[String] = &self.check;
        let wanted = |check: &&&'static Check| match ids {
            [] => check.profile <= profile,
            ids => ids.iter().any(|id| id == check.id),
        };
        holter_checks::ALL.iter().filter(wanted).copied().collect()
    }

    /// Whether the same document is written more than once.
    pub(crate) const fn repeats(&self) -> bool {
        self.every.is_some() || self.schedule.is_some()
    }

    /// The format.
    pub(crate) fn form(&self) -> Format {
        match self.format.unwrap_or_default() {
            FormatName::Text => Format::Text,
            FormatName::Json => Format::Json,
            FormatName::Jsonl => Format::Jsonl,
            FormatName::Csv => Format::Csv,
            FormatName::Html => Format::Html,
            FormatName::Sarif => Format::Sarif,
            FormatName::CycloneDx => Format::CycloneDx,
        }
    }
}

fn protocols() -> PossibleValuesParser {
    let ids = holter_protocols::ALL
        .iter()
        .flat_map(|protocol| [Some(protocol.id), protocol.direct_id])
        .flatten();
    PossibleValuesParser::new(std::iter::once("auto").chain(ids))
}

fn checks() -> PossibleValuesParser {
    PossibleValuesParser::new(holter_checks::ALL.iter().map(|check| check.id))
}

/// An address or a range.
pub(crate) fn range(text: &str) -> Result<IpNet, String> {
    let address = text.trim().parse::<IpAddr>().map(IpNet::from).ok();
    address
        .or_else(|| text.trim().parse::<IpNet>().ok())
        .map(|net| net.trunc())
        .ok_or_else(|| "write an address or a range like 192.0.2.0/24".to_owned())
}

fn host_name(text: &str) -> Result<String, String> {
    match text.parse::<Target>() {
        Ok(Target {
            place: Place::Name(name),
            port: None,
            scheme: None,
            ..
        }) => Ok(name),
        _ => Err("write a host name like portal.example".to_owned()),
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    text.parse::<f64>()
        .ok()
        .filter(|seconds| (0.05..=600.0).contains(seconds))
        .map(Duration::from_secs_f64)
        .ok_or_else(|| "write seconds from 0.05 to 600".to_owned())
}

/// Connections a second.
pub(crate) fn rate(text: &str) -> Result<f64, String> {
    text.parse::<f64>()
        .ok()
        .filter(|rate| (0.001..=1_000_000.0).contains(rate))
        .ok_or_else(|| "write connections a second from 0.001 to 1000000".to_owned())
}

/// How it is used, the rosters, and what the exit codes mean.
fn after_help() -> String {
    let mut text = String::from(
        "Examples:\n  holter scan portal.example                one host, every port that Holter knows\n  holter scan https://portal.example:8443   one service\n  holter scan 192.0.2.0/24 -f csv -o a.csv  a network, for a spreadsheet\n  holter scan -i hosts.txt                  a list, one target a line\n  holter scan --nmap-xml scan.xml --inventory assets.csv\n                                            what nmap found, less what must not be\n                                            touched\n  holter scan 192.0.2.0/24 --every 6h       again and again\n\nProtocols (--protocol):\n",
    );
    for protocol in holter_protocols::ALL {
        let ids = protocol.direct_id.map_or_else(
            || protocol.id.to_owned(),
            |direct| format!("{}, {direct}", protocol.id),
        );
        text.push_str(&format!("  {ids:<26} {}\n", protocol.about));
    }
    text.push_str("\nSets of ports (--ports):\n");
    for (name, about) in holter_protocols::sets::SETS {
        text.push_str(&format!("  {name:<26} {about}\n"));
    }
    text.push_str("\nChecks (--check):\n");
    for check in holter_checks::ALL {
        text.push_str(&format!("  {:<26} {}\n", check.id, check.name));
    }
    text.push_str("\nPolicies (--policy):\n");
    for (id, name) in holter_policy::listed() {
        text.push_str(&format!("  {id:<26} {name}\n"));
    }
    text.push_str(
        "\nExit codes:\n  0  all assessed, nothing affected\n  1  something is affected (--fail-on: as gravely as that), or breaks a policy\n  2  wrong usage, an unknown host, or Holter's own error\n  3  nothing affected, but something could not be assessed or was left alone,\n     or the scan was stopped\n",
    );
    text
}

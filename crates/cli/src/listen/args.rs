//! What can be given to `holter listen`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{ColorChoice, ValueEnum};
use holter_capture::takeover::Columns;
use holter_report::Format;
use jiff::SignedDuration;

use crate::memory::Remembering;
use crate::scan::Gravity;

/// The arguments of `holter listen`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_long_help = AFTER_HELP)]
pub(crate) struct Args {
    /// Captures (pcap or pcapng, also gzip), folders with them, logs of Zeek (ssl.log, notice.log) or Suricata (eve.json); "-" is standard input
    #[arg(value_name = "FILE|DIR|-")]
    pub(crate) files: Vec<PathBuf>,
    /// Listen to an interface until Ctrl-C; it takes root or CAP_NET_RAW, which is given up once it is open
    #[arg(short, long, value_name = "IFACE", conflicts_with_all = ["files", "follow"], help_heading = "What to listen to")]
    pub(crate) interface: Option<String>,
    /// Follow files that are still written, and folders into which captures are rotated, until Ctrl-C
    #[arg(long, requires = "files", help_heading = "What to listen to")]
    pub(crate) follow: bool,
    /// End by itself after this time, like 30s, 10m or 8h
    #[arg(long = "for", value_name = "DURATION", value_parser = duration, help_heading = "What to listen to")]
    pub(crate) duration: Option<Duration>,
    /// The log of a VPN or portal, as CSV or JSON: finds sessions that two users share, as after a theft
    #[arg(long, value_name = "LOG", help_heading = "What to listen to")]
    pub(crate) sessions: Vec<PathBuf>,
    /// Which columns of that log mean what, where their names do not say it: time=NAME,session=NAME,source=NAME
    #[arg(long, value_name = "COLUMNS", value_parser = columns, requires = "sessions", help_heading = "What to listen to")]
    pub(crate) columns: Option<Columns>,

    /// The name or the address of the device whose log of sessions it is, for what is remembered
    #[arg(
        long,
        value_name = "NAME|ADDRESS",
        requires = "sessions",
        help_heading = "Memory"
    )]
    pub(crate) of: Option<String>,
    #[command(flatten)]
    pub(crate) remembering: Remembering,
    /// How often what is known by then is remembered while -i and --follow go on
    #[arg(long, value_name = "DURATION", default_value = "1m", value_parser = duration, help_heading = "Memory")]
    pub(crate) every: Duration,

    /// The form of the answer [default: text]
    #[arg(
        short,
        long,
        value_enum,
        default_value_t,
        hide_default_value = true,
        help_heading = "Answer"
    )]
    pub(crate) format: Form,
    /// Write the answer to a file instead of standard output
    #[arg(short, long, value_name = "FILE", help_heading = "Answer")]
    pub(crate) output: Option<PathBuf>,
    /// Compute the SHA-256 of every file while it is read; -f html does so unasked
    #[arg(long, help_heading = "Answer")]
    pub(crate) sha256: bool,
    /// End with code 1 only where something affected is at least so grave [default: low]
    #[arg(long, value_name = "SEVERITY", value_enum, help_heading = "Answer")]
    pub(crate) fail_on: Option<Gravity>,
    /// Say nothing on standard error but what is wrong
    #[arg(short, long, help_heading = "Answer")]
    pub(crate) quiet: bool,
    /// When to use colour
    #[arg(long, value_name = "WHEN", default_value_t = ColorChoice::Auto, help_heading = "Answer")]
    pub(crate) color: ColorChoice,
}

/// Formats by name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// For a person
    #[default]
    Text,
    /// One document
    Json,
    /// One object a service or client, as soon as its capture is over
    Jsonl,
    /// One row a verdict, for a spreadsheet
    Csv,
    /// One page that a breach assessment can cite: it needs nothing else and prints well
    Html,
}

impl Form {
    /// The format.
    pub(crate) const fn form(self) -> Format {
        match self {
            Self::Text => Format::Text,
            Self::Json => Format::Json,
            Self::Jsonl => Format::Jsonl,
            Self::Csv => Format::Csv,
            Self::Html => Format::Html,
        }
    }
}

impl Args {
    /// Whether it is listened to what is still said, and that has no end of its own.
    pub(crate) fn is_endless(&self) -> bool {
        self.interface.is_some() || self.follow
    }

    /// Whether files are hashed as they are read.
    pub(crate) fn hashes(&self) -> bool {
        self.sha256 || self.format == Form::Html
    }
}

/// A time like 10m.
fn duration(text: &str) -> Result<Duration, String> {
    text.parse::<SignedDuration>()
        .ok()
        .and_then(|duration| Duration::try_from(duration).ok())
        .filter(|duration| !duration.is_zero())
        .ok_or_else(|| format!("{text:?} is not a time like 30s, 10m or 8h"))
}

/// `time=NAME,session=NAME,source=NAME`, each of them or some.
pub(crate) fn columns(text: &str) -> Result<Columns, String> {
    let mut columns = Columns::default();
    for part in text.split(',') {
        let wrong = || format!("write time=NAME,session=NAME,source=NAME; \"{part}\" is none of them");
        let (what, name) = part.split_once('=').ok_or_else(wrong)?;
        let place = match what.trim() {
            "time" => &mut columns.time,
            "session" => &mut columns.session,
            "source" => &mut columns.source,
            _ => return Err(wrong()),
        };
        if name.trim().is_empty() {
            return Err(wrong());
        }
        *place = Some(name.trim().to_owned());
    }
    Ok(columns)
}

const AFTER_HELP: &str = "\
Examples:
  holter listen capture.pcap           were we attacked, what leaked, who is there
  holter listen /var/captures -f html -o evidence.html
                                       a folder, for a breach assessment
  zcat old.pcap.gz | holter listen - -f jsonl
  holter listen --follow /var/captures captures that are still being written
  sudo holter listen -i eth0 --for 8h  a port that mirrors a switch
  holter listen --remember capture.pcap
                                       and keep it where holter serve shows it
  holter listen notice.log eve.json    what Zeek and Suricata wrote
  sudo holter listen -i eth0 --remember
                                       the same while it is heard, every minute
  holter listen --sessions vpn.csv --columns time=when,session=sid,source=addr

Exit codes:
  0  all that was captured could be heard; nothing in it is affected, and
     nobody tried. Of what was not captured it says nothing: no evidence is
     never the same as not attacked
  1  something is affected: memory leaked, a forbidden request was answered,
     a session was taken over, clinical messages pass in the clear, or a weak
     version, suite or certificate was used (--fail-on: as gravely as that)
  2  wrong usage, nothing that could be read, or Holter's own error
  3  nothing is affected, but somebody tried or may have tried, or something
     could not be read or heard";

//! Which columns of a log mean what.

use super::log::LogError;

/// Headings that name a moment, a session and a source, small letters only, in order of preference.
const TIME: [&str; 9] = [
    "time",
    "timestamp",
    "@timestamp",
    "date",
    "datetime",
    "ts",
    "at",
    "event_time",
    "_time",
];
const SESSION: [&str; 9] = [
    "session",
    "session_id",
    "sessionid",
    "sid",
    "session_token",
    "dsid",
    "vpn_session",
    "session.id",
    "cookie",
];
const SOURCE: [&str; 12] = [
    "source",
    "src",
    "source_ip",
    "src_ip",
    "srcip",
    "client_ip",
    "clientip",
    "remote_ip",
    "ip",
    "remote_addr",
    "source.ip",
    "address",
];

/// Which columns, or which members of the JSON objects, mean what, where their names do not say it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Columns {
    /// When.
    pub time: Option<String>,
    /// Which session.
    pub session: Option<String>,
    /// From where.
    pub source: Option<String>,
}

impl Columns {
    /// The names of the three columns among all names.
    pub(super) fn choose(&self, names: &[&str]) -> Result<[String; 3], LogError> {
        let find = |what: &'static str, named: Option<&String>, usual: &[&str]| {
            let found = match named {
                Some(named) => names.iter().find(|name| name.eq_ignore_ascii_case(named)),
                None => usual.iter().find_map(|usual| {
                    names
                        .iter()
                        .find(|name| name.replace([' ', '-'], "_").eq_ignore_ascii_case(usual))
                }),
            };
            found
                .map(|name| (*name).to_owned())
                .ok_or_else(|| LogError::NoColumn {
                    what,
                    names: names
                        .iter()
                        .take(40)
                        .map(|name| name.escape_debug().take(40).collect::<String>())
                        .collect::<Vec<_>>()
                        .join(", "),
                })
        };
        Ok([
            find("time", self.time.as_ref(), &TIME)?,
            find("session", self.session.as_ref(), &SESSION)?,
            find("source", self.source.as_ref(), &SOURCE)?,
        ])
    }
}

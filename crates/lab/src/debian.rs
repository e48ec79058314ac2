//! The real server of each protocol, from Debian's packages and one from PyPI: started on loopback, in a private
//! folder, with a configuration and a certificate of its own, and ended with all its children.
//!
//! `crates/lab/packages/install` brings the packages. Nothing of the system's own configuration is read or changed,
//! save for files that a package keeps read-only (an LDAP schema, a keymap).
//!
//! Two protocols have no entry, since Debian has no server for them: telnet's START_TLS and MS SQL Server's TDS.

use std::net::IpAddr;

use crate::LabError;

mod account;
mod apache;
mod certificate;
mod database;
mod dcmtk;
mod dovecot;
mod haproxy;
mod hl7;
mod inn;
mod inspircd;
mod leash;
mod lighttpd;
mod mariadb;
mod mosquitto;
mod nginx;
mod passwords;
mod port;
mod postfix;
mod postgresql;
mod program;
mod prosody;
mod rabbitmq;
pub mod receivers;
mod rsyslog;
mod service;
mod slapd;
mod stage;
mod stunnel;
mod vsftpd;
mod xrdp;

pub use certificate::HOST;
pub use database::Database;
pub use service::{Door, Service};

/// A row of a web server's page. A hundred and twenty are long enough that a server which compresses would.
const PAGE: &str = "<p>A page of the lab.</p>\n";

/// A kind of server that the lab can start.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// The program's name: "postfix".
    pub name: &'static str,
    /// The protocols of its doors, in their order; "tls" where the protocol's own name does not say that TLS
    /// starts at once.
    pub protocols: &'static [&'static str],
    /// Whether it only starts as root: it serves as several accounts, or as one of its own that it insists on.
    pub needs_root: bool,
    /// Starts one on free ports of the address and waits until every door is open.
    pub start: fn(IpAddr) -> Result<Service, LabError>,
}

impl Entry {
    /// Whether this process has the rights to start it.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        !self.needs_root || account::is_root()
    }
}

/// Every server, in the order in which the protocols are usually named.
pub const ALL: &[Entry] = &[
    nginx::ENTRY,
    apache::ENTRY,
    lighttpd::ENTRY,
    haproxy::ENTRY,
    stunnel::ENTRY,
    postfix::ENTRY,
    dovecot::ENTRY,
    vsftpd::ENTRY,
    slapd::ENTRY,
    prosody::ENTRY,
    postgresql::ENTRY,
    mariadb::ENTRY,
    xrdp::ENTRY,
    inn::ENTRY,
    inspircd::ENTRY,
    mosquitto::ENTRY,
    rsyslog::ENTRY,
    rabbitmq::ENTRY,
    hl7::ENTRY,
    dcmtk::ENTRY,
];

/// The entry of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Entry> {
    ALL.iter().find(|entry| entry.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn names_are_unique() {
        let names: HashSet<_> = ALL.iter().map(|entry| entry.name).collect();
        assert_eq!(names.len(), ALL.len());
        assert!(find("postfix").is_some());
    }
}

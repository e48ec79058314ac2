//! Who is in the hospital: the data of `assets/hospital/hospital.toml`.

use std::fmt::Write as _;
use std::net::SocketAddr;

use crate::LabError;
use crate::openssl3::Shape;
use crate::openssl110::Variant;

/// One service of one host.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// The host's short name; its services share it.
    pub host: String,
    /// What people call it: "Patient portal".
    pub name: String,
    /// Whose it is.
    pub department: String,
    /// What it is for.
    pub role: String,
    /// Where it listens.
    pub address: SocketAddr,
    /// What it speaks: a name of the contract's `--protocol`, or `dtls`.
    pub protocol: String,
    /// What a scan must find.
    pub truth: Truth,
    /// The server behind it.
    pub server: Backing,
    /// Its page or banner.
    pub text: Option<String>,
}

/// Whether a service is affected by CVE-2014-0160.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Truth {
    /// It leaks memory.
    Affected,
    /// It does not.
    NotAffected,
}

/// The real server behind a service.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Backing {
    /// An old Node.js.
    Node {
        /// One of [`crate::node::VERSIONS`], or `installed`.
        node: String,
        /// As in [`crate::node::NodeServer`].
        secure_protocol: Option<String>,
    },
    /// Debian's OpenSSL.
    Openssl3 {
        /// Its shape.
        openssl3: Shape,
    },
    /// DTLS on OpenSSL 1.1.0, which has to be built first.
    Openssl110 {
        /// Which build.
        openssl110: Variant,
    },
}

impl Service {
    /// The service as a target of `holter scan`: `mllp://127.77.0.12:6661`.
    #[must_use]
    pub fn target(&self) -> String {
        format!("{}://{}", self.protocol, self.address)
    }

    /// Whether it needs the OpenSSL 1.1.0 build.
    #[must_use]
    pub fn needs_build(&self) -> bool {
        matches!(self.server, Backing::Openssl110 { .. })
    }
}

/// Every service of the hospital.
///
/// # Errors
/// [`LabError::Command`] when the hospital's data is wrong, which its test rules out.
pub fn services() -> Result<Vec<Service>, LabError> {
    #[derive(serde::Deserialize)]
    struct Roster {
        service: Vec<Service>,
    }
    let roster: Roster =
        toml::from_str(include_str!("../../assets/hospital/hospital.toml")).map_err(|error| {
            LabError::Command {
                command: "read hospital.toml".to_owned(),
                reason: error.to_string(),
            }
        })?;
    Ok(roster.service)
}

/// These services as lines for `holter scan -i`.
#[must_use]
pub fn targets<'a>(services: impl IntoIterator<Item = &'a Service>) -> String {
    services.into_iter().fold(String::new(), |mut lines, service| {
        // Writing to a string cannot fail.
        let _ = writeln!(lines, "{}", service.target());
        lines
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn every_host_has_one_loopback_address_and_every_service_its_own_port() {
        let services = services().unwrap();
        let mut hosts = HashMap::new();
        let mut addresses = std::collections::HashSet::new();
        for service in &services {
            assert!(service.address.ip().is_loopback(), "{}", service.name);
            assert!(service.address.port() > 1024, "{}", service.name);
            assert!(addresses.insert(service.address), "{} twice", service.address);
            let ip = *hosts.entry(&service.host).or_insert(service.address.ip());
            assert_eq!(ip, service.address.ip(), "{}", service.host);
        }
        assert!(hosts.len() >= 12);
    }

    #[test]
    fn the_truth_is_that_of_the_server_behind_it() {
        for service in services().unwrap() {
            let affected = match &service.server {
                Backing::Node { node, .. } => crate::node::find(node).is_ok_and(|known| known.affected),
                Backing::Openssl3 { .. } => false,
                Backing::Openssl110 { openssl110 } => *openssl110 == Variant::Affected,
            };
            assert_eq!(affected, service.truth == Truth::Affected, "{}", service.name);
        }
    }

    #[test]
    fn targets_are_one_a_line() {
        let services = services().unwrap();
        assert_eq!(targets(&services).lines().count(), services.len());
        assert!(targets(&services).starts_with("https://127.77.0.10:8443\n"));
    }
}

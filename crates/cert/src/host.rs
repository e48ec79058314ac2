//! Whether a certificate is for a host (RFC 9525, which replaces RFC 6125).

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::Certificate;

/// How a certificate answers to a host's name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NameMatch {
    /// One of its names is the host's.
    Name(String),
    /// One of its names is a wildcard that takes the host in.
    Wildcard(String),
    /// Only its common name is the host's: clients stopped looking there (RFC 9525 section 2).
    OnlyCommonName(String),
    /// It is for others.
    None,
}

impl NameMatch {
    /// Whether today's clients take it.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        matches!(self, Self::Name(_) | Self::Wildcard(_))
    }
}

/// Whether `certificate` is for `host`, a DNS name or an address.
#[must_use]
pub fn matches_name(certificate: &Certificate, host: &str) -> NameMatch {
    let names = &certificate.extensions.names;
    let common = certificate.common_name.as_deref();
    if let Ok(address) = host.trim_matches(['[', ']']).parse::<IpAddr>() {
        if names.ip.contains(&address) {
            return NameMatch::Name(address.to_string());
        }
        return match common.filter(|name| name.parse() == Ok(address)) {
            Some(name) => NameMatch::OnlyCommonName(name.to_owned()),
            None => NameMatch::None,
        };
    }
    let host = normal(host);
    if host.is_empty() {
        return NameMatch::None;
    }
    if let Some(name) = names.dns.iter().find(|name| normal(name) == host) {
        return NameMatch::Name(name.clone());
    }
    if let Some(name) = names.dns.iter().find(|name| takes_in(name, &host)) {
        return NameMatch::Wildcard(name.clone());
    }
    match common.filter(|name| normal(name) == host || takes_in(name, &host)) {
        Some(name) => NameMatch::OnlyCommonName(name.to_owned()),
        None => NameMatch::None,
    }
}

fn normal(name: &str) -> String {
    name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase()
}

/// RFC 9525 section 6.3: the star is all of the leftmost label and stands for one label. A star before a single label
/// would take in a whole top-level domain; clients refuse it.
fn takes_in(pattern: &str, host: &str) -> bool {
    let pattern = normal(pattern);
    let (Some(domain), Some((label, rest))) = (pattern.strip_prefix("*."), host.split_once('.')) else {
        return false;
    };
    !label.is_empty() && domain == rest && domain.contains('.') && !domain.contains('*')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(dns: &[&str], ip: &[&str], common: Option<&str>) -> Certificate {
        let mut certificate = Certificate {
            common_name: common.map(str::to_owned),
            ..Certificate::default()
        };
        certificate.extensions.names.dns = dns.iter().map(|name| (*name).to_owned()).collect();
        certificate.extensions.names.ip = ip.iter().map(|ip| ip.parse().unwrap()).collect();
        certificate
    }

    #[test]
    fn names_and_wildcards() {
        let certificate = with(
            &["PACS.example.org", "*.lab.example.org", "*.org", "a*.x.org"],
            &[],
            Some("ris"),
        );
        let name = |host| matches_name(&certificate, host);
        assert_eq!(
            name("pacs.EXAMPLE.org."),
            NameMatch::Name("PACS.example.org".into())
        );
        assert_eq!(
            name("x.lab.example.org"),
            NameMatch::Wildcard("*.lab.example.org".into())
        );
        for host in [
            "y.x.lab.example.org",
            "lab.example.org",
            ".lab.example.org",
            "example.org",
            "ab.x.org",
            "",
            "org",
        ] {
            assert_eq!(name(host), NameMatch::None, "{host}");
        }
        assert_eq!(name("ris"), NameMatch::OnlyCommonName("ris".into()));
        assert!(!name("ris").is_accepted() && name("pacs.example.org").is_accepted());
    }

    #[test]
    fn addresses_are_matched_by_addresses_only() {
        let certificate = with(
            &["*.0.0.1", "10.0.0.2"],
            &["10.0.0.1", "fe80::1"],
            Some("10.0.0.3"),
        );
        let name = |host| matches_name(&certificate, host);
        assert!(name("10.0.0.1").is_accepted() && name("[fe80::1]").is_accepted());
        assert_eq!(name("10.0.0.2"), NameMatch::None, "a DNS name is no address");
        assert_eq!(name("9.0.0.1"), NameMatch::None, "a wildcard takes in no address");
        assert_eq!(name("10.0.0.3"), NameMatch::OnlyCommonName("10.0.0.3".into()));
    }
}

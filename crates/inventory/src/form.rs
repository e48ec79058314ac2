//! The forms of files that are read, and how they are told apart.

use std::fmt;
use std::net::IpAddr;

use crate::ReadError;
use crate::leases::{kea, windows};
use crate::sheet::columns::Columns;
use crate::table::{self, Table};

/// The form of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Form {
    /// One target a line.
    List,
    /// What `nmap -oX` writes.
    NmapXml,
    /// What `nmap -oG` writes.
    NmapGrepable,
    /// `dhcpd.leases` of ISC's DHCP server.
    Dhcpd,
    /// `dnsmasq.leases`.
    Dnsmasq,
    /// The file in which Kea keeps its leases.
    Kea,
    /// What Windows' `Get-DhcpServerv4Lease | Export-Csv` writes.
    WindowsDhcp,
    /// A table with a line of headings.
    Csv,
}

impl Form {
    /// What it is called.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::List => "list of targets",
            Self::NmapXml => "nmap XML",
            Self::NmapGrepable => "nmap's grepable form",
            Self::Dhcpd => "dhcpd leases",
            Self::Dnsmasq => "dnsmasq leases",
            Self::Kea => "Kea leases",
            Self::WindowsDhcp => "Windows DHCP leases",
            Self::Csv => "CSV inventory",
        }
    }

    /// The form that a file has by its looks; what looks like nothing else is a list of targets.
    ///
    /// # Errors
    /// It is plainly a file of a form that is not read.
    pub fn of(text: &str) -> Result<Self, ReadError> {
        let first = first_line(text);
        if first.starts_with('<') {
            return xml(text);
        }
        if first.starts_with("Nmap scan report for ") || first.starts_with("Starting Nmap ") {
            return Err(ReadError::whole(
                "it is nmap's output for people: let nmap write XML with -oX and give that",
            ));
        }
        if first.starts_with("Host: ") || first.starts_with("Timestamp: ") {
            return Ok(Self::NmapGrepable);
        }
        if let Some(form) = Table::of(text).and_then(|table| tabular(&table)) {
            return Ok(form);
        }
        if is_dnsmasq(first) {
            return Ok(Self::Dnsmasq);
        }
        let begins_lease = |line: &str| {
            let line = line.trim();
            line.ends_with('{') && (line.starts_with("lease ") || line.starts_with("ia-na "))
        };
        if text.lines().any(begins_lease) {
            return Ok(Self::Dhcpd);
        }
        Ok(Self::List)
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The first line that is neither empty nor a remark.
fn first_line(text: &str) -> &str {
    text.lines()
        .map(str::trim)
        .find(|line| !line.is_empty() && !line.starts_with('#'))
        .unwrap_or_default()
}

fn xml(text: &str) -> Result<Form, ReadError> {
    if text.contains("<nmaprun") {
        Ok(Form::NmapXml)
    } else {
        Err(ReadError::whole(
            "it is XML, but not nmap's: of XML, only what nmap -oX writes is read",
        ))
    }
}

fn tabular(table: &Table<'_>) -> Option<Form> {
    let names = table.columns();
    if kea::is(names) {
        return Some(Form::Kea);
    }
    if windows::is(names) {
        return Some(Form::WindowsDhcp);
    }
    let columns = Columns::of(names);
    // A line of a list may have a tab before the protocol, so a tab alone makes no table.
    let told = table.delimiter() != table::TAB || columns.known() >= 2;
    (columns.can_place() && told).then_some(Form::Csv)
}

/// A time, a hardware address and an address; or the identity of a DHCPv6 server.
fn is_dnsmasq(line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().take(5).collect();
    match words.as_slice() {
        ["duid", id] => id.contains(':'),
        [time, _, address, _, ..] => {
            time.bytes().all(|byte| byte.is_ascii_digit()) && address.parse::<IpAddr>().is_ok()
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_told_apart_by_their_looks() {
        for (text, form) in [
            ("", Form::List),
            ("# ours\n10.0.0.1\n", Form::List),
            ("host\thttps\n", Form::List),
            ("10.0.0.1\thttps\n", Form::List),
            ("lease.example\n", Form::List),
            (
                "<?xml version=\"1.0\"?>\n<!DOCTYPE nmaprun>\n<nmaprun>",
                Form::NmapXml,
            ),
            (
                "# Nmap 7.93 scan\nHost: 10.0.0.1 ()\tStatus: Up\n",
                Form::NmapGrepable,
            ),
            ("Timestamp: 1\tHost: 10.0.0.1 ()\tPorts: \n", Form::NmapGrepable),
            ("# x\nserver-duid \"a\";\n\nlease 10.0.0.1 {\n}\n", Form::Dhcpd),
            (
                "1795313002 02:00:00:00:00:01 10.0.0.1 pump 01:02\n",
                Form::Dnsmasq,
            ),
            ("duid 00:01:00:01\n", Form::Dnsmasq),
            (
                "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,hostname,state\n",
                Form::Kea,
            ),
            (
                "#TYPE x\n\"IPAddress\",\"ScopeId\",\"HostName\",\"AddressState\"\n",
                Form::WindowsDhcp,
            ),
            ("Department;IP Address;Name\n", Form::Csv),
            ("IP,Serial\n", Form::Csv),
            ("Host\tPort\n", Form::Csv),
        ] {
            assert_eq!(Form::of(text), Ok(form), "{text:?}");
        }
        for (text, said) in [
            ("<html>", "not nmap's"),
            (
                "# Nmap 7.93 scan initiated\nNmap scan report for 10.0.0.1\n",
                "with -oX",
            ),
        ] {
            assert!(Form::of(text).unwrap_err().what.contains(said), "{text:?}");
        }
    }
}

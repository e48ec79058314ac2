//! What nmap's names for services mean to Holter.

use holter_model::Transport;

/// What nmap says of who answers at a port.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Answer {
    /// nmap's name for the service; empty where it has none.
    pub(crate) name: String,
    /// Whether the service was heard, and not looked up by its port.
    pub(crate) heard: bool,
    /// Whether it was heard within TLS.
    pub(crate) in_tls: bool,
}

/// What to do with an open port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// Ask, in this protocol where it is known.
    Ask(Option<&'static str>),
    /// Leave it alone; what it is called.
    LeaveOut(String),
}

/// nmap's name, our protocol's id, and its id where TLS begins at once.
const KNOWN: [(&str, &str, &str); 24] = [
    ("acr-nema", "dicom", "dicom"),
    ("amqp", "amqp", "amqps"),
    ("dicom", "dicom", "dicom"),
    ("ftp", "ftp", "ftps"),
    ("https", "https", "https"),
    ("imap", "imap", "imaps"),
    ("irc", "irc", "ircs"),
    ("jabber", "xmpp", "xmpps"),
    ("ldap", "ldap", "ldaps"),
    ("lmtp", "lmtp", "tls"),
    ("mqtt", "mqtt", "mqtt"),
    ("ms-sql-s", "mssql", "tls"),
    ("ms-wbt-server", "rdp", "rdp"),
    ("mysql", "mysql", "tls"),
    ("nntp", "nntp", "nntps"),
    ("pop3", "pop3", "pop3s"),
    ("postgresql", "postgres", "tls"),
    ("sieve", "sieve", "tls"),
    ("smtp", "smtp", "smtps"),
    ("syslog", "syslog", "syslog"),
    ("telnet", "telnet", "telnets"),
    ("xmpp", "xmpp", "xmpps"),
    ("xmpp-client", "xmpp", "xmpps"),
    ("xmpp-server", "xmpp-server", "xmpps-server"),
];

/// Services that never carry TLS, or not in a way that can be asked.
const NEVER: [&str; 55] = [
    "asf-rmcp",
    "auth",
    "bacnet",
    "bgp",
    "chargen",
    "cifs",
    "daytime",
    "dhcpc",
    "dhcps",
    "dhcpv6-client",
    "dhcpv6-server",
    "discard",
    "domain",
    "echo",
    "epmap",
    "exec",
    "finger",
    "ident",
    "isakmp",
    "jetdirect",
    "kerberos-sec",
    "klogin",
    "kpasswd5",
    "kshell",
    "llmnr",
    "login",
    "mdns",
    "microsoft-ds",
    "modbus",
    "mountd",
    "msrpc",
    "nat-t-ike",
    "netbios-dgm",
    "netbios-ns",
    "netbios-ssn",
    "nfs",
    "nfs_acl",
    "nlockmgr",
    "ntp",
    "printer",
    "qotd",
    "rpcbind",
    "rtsp",
    "shell",
    "snmp",
    "snmptrap",
    "ssh",
    "status",
    "tcpmux",
    "tftp",
    "time",
    "upnp",
    "vnc",
    "vnc-http",
    "zeroconf",
];

/// Every protocol's id that nmap's files can come to.
pub fn ids() -> impl Iterator<Item = &'static str> {
    KNOWN
        .into_iter()
        .flat_map(|(_, id, direct)| [id, direct])
        .chain(["https", "tls"])
}

/// What an open port means.
pub(crate) fn meaning(port: u16, transport: Transport, answer: &Answer) -> Meaning {
    let name = answer.name.to_ascii_lowercase();
    let called = || {
        let plain = name.bytes().all(|byte| byte.is_ascii_graphic());
        match name.as_str() {
            short if plain && (1..=30).contains(&short.len()) => short.to_owned(),
            _ => format!("port {port}"),
        }
    };
    if delicate(port) {
        return Meaning::LeaveOut(called());
    }
    if transport == Transport::Udp {
        return if never(&name) {
            Meaning::LeaveOut(called())
        } else {
            Meaning::Ask(None)
        };
    }
    if answer.in_tls {
        return Meaning::Ask(Some(within_tls(&name)));
    }
    if never(&name) || (answer.heard && name == "http") {
        return Meaning::LeaveOut(called());
    }
    // What nmap looked up by the port says no more than our own table of ports, and that knows clinical protocols.
    let heard = KNOWN.iter().find(|(known, ..)| answer.heard && *known == name);
    Meaning::Ask(heard.map(|(_, id, _)| *id))
}

fn within_tls(name: &str) -> &'static str {
    if name.starts_with("http") {
        return "https";
    }
    KNOWN
        .iter()
        .find(|(known, ..)| *known == name)
        .map_or("tls", |(_, _, direct)| direct)
}

fn never(name: &str) -> bool {
    name.starts_with("x11") || NEVER.contains(&name)
}

/// Printers print what they receive, and management controllers fall over: a file of nmap's is not the user's word that
/// they may be asked.
const fn delicate(port: u16) -> bool {
    matches!(port, 515 | 623 | 664 | 9100..=9107 | 17988 | 17990)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_in_order() {
        assert!(KNOWN.is_sorted_by(|a, b| a.0 < b.0) && NEVER.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn what_was_heard_decides() {
        let tcp = |port, name: &str, heard, in_tls| {
            let answer = Answer {
                name: name.to_owned(),
                heard,
                in_tls,
            };
            meaning(port, Transport::Tcp, &answer)
        };
        let left_out = |name: &str| Meaning::LeaveOut(name.to_owned());
        for (port, name, heard, in_tls, meaning) in [
            (8443, "http", true, true, Meaning::Ask(Some("https"))),
            (8443, "https-alt", false, false, Meaning::Ask(None)),
            (443, "https", true, true, Meaning::Ask(Some("https"))),
            (2525, "smtp", true, false, Meaning::Ask(Some("smtp"))),
            (2525, "smtp", true, true, Meaning::Ask(Some("smtps"))),
            (2525, "ms-v-worlds", false, false, Meaning::Ask(None)),
            (3389, "ms-wbt-server", true, true, Meaning::Ask(Some("rdp"))),
            (5432, "postgresql", true, false, Meaning::Ask(Some("postgres"))),
            (7000, "unknown", true, true, Meaning::Ask(Some("tls"))),
            (22, "ssh", false, false, left_out("ssh")),
            (5900, "vnc", true, true, Meaning::Ask(Some("tls"))),
            (6001, "X11:1", false, false, left_out("x11:1")),
            (8080, "http", true, false, left_out("http")),
            (8080, "http-proxy", false, false, Meaning::Ask(None)),
            (9100, "", true, true, left_out("port 9100")),
        ] {
            assert_eq!(tcp(port, name, heard, in_tls), meaning, "{port} {name}");
        }
    }

    #[test]
    fn over_datagrams_only_dtls_is_asked() {
        let udp = |name: &str| {
            let answer = Answer {
                name: name.to_owned(),
                heard: true,
                in_tls: false,
            };
            meaning(4433, Transport::Udp, &answer)
        };
        assert_eq!(udp("ldap"), Meaning::Ask(None));
        assert_eq!(udp("ntp"), Meaning::LeaveOut("ntp".to_owned()));
    }
}

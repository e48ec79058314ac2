//! The JavaScript that the old Nodes run: `assets/node`, carried in the binary.

use std::path::Path;

use crate::LabError;

/// Protocols that start TLS at once.
pub const DIRECT: &[&str] = &[
    "https", "fhir", "smtps", "imaps", "pop3s", "ldaps", "ftps", "nntps", "ircs", "xmpps", "telnets", "mqtt",
    "syslog", "amqp", "mllp", "dicom",
];

/// Protocols that ask for TLS in their own words first.
pub const UPGRADING: &[&str] = &[
    "smtp",
    "lmtp",
    "imap",
    "pop3",
    "ftp",
    "ldap",
    "xmpp",
    "xmpp-server",
    "postgres",
    "mysql",
    "mssql",
    "rdp",
    "sieve",
    "nntp",
    "irc",
    "telnet",
    "amqp-upgrade",
];

const FILES: &[(&str, &str)] = &[
    ("main.js", include_str!("../../assets/node/main.js")),
    ("link.js", include_str!("../../assets/node/link.js")),
    (
        "dialects/amqp.js",
        include_str!("../../assets/node/dialects/amqp.js"),
    ),
    (
        "dialects/dicom.js",
        include_str!("../../assets/node/dialects/dicom.js"),
    ),
    (
        "dialects/ftp.js",
        include_str!("../../assets/node/dialects/ftp.js"),
    ),
    (
        "dialects/imap.js",
        include_str!("../../assets/node/dialects/imap.js"),
    ),
    (
        "dialects/irc.js",
        include_str!("../../assets/node/dialects/irc.js"),
    ),
    (
        "dialects/ldap.js",
        include_str!("../../assets/node/dialects/ldap.js"),
    ),
    (
        "dialects/lmtp.js",
        include_str!("../../assets/node/dialects/lmtp.js"),
    ),
    (
        "dialects/mllp.js",
        include_str!("../../assets/node/dialects/mllp.js"),
    ),
    (
        "dialects/mqtt.js",
        include_str!("../../assets/node/dialects/mqtt.js"),
    ),
    (
        "dialects/mssql.js",
        include_str!("../../assets/node/dialects/mssql.js"),
    ),
    (
        "dialects/mysql.js",
        include_str!("../../assets/node/dialects/mysql.js"),
    ),
    (
        "dialects/nntp.js",
        include_str!("../../assets/node/dialects/nntp.js"),
    ),
    (
        "dialects/pop3.js",
        include_str!("../../assets/node/dialects/pop3.js"),
    ),
    (
        "dialects/postgres.js",
        include_str!("../../assets/node/dialects/postgres.js"),
    ),
    (
        "dialects/rdp.js",
        include_str!("../../assets/node/dialects/rdp.js"),
    ),
    (
        "dialects/sieve.js",
        include_str!("../../assets/node/dialects/sieve.js"),
    ),
    (
        "dialects/sink.js",
        include_str!("../../assets/node/dialects/sink.js"),
    ),
    (
        "dialects/smtp.js",
        include_str!("../../assets/node/dialects/smtp.js"),
    ),
    (
        "dialects/telnet.js",
        include_str!("../../assets/node/dialects/telnet.js"),
    ),
    (
        "dialects/xmpp-server.js",
        include_str!("../../assets/node/dialects/xmpp-server.js"),
    ),
    (
        "dialects/xmpp.js",
        include_str!("../../assets/node/dialects/xmpp.js"),
    ),
];

/// Writes the scripts into `folder`.
///
/// # Errors
/// [`LabError::File`].
pub(super) fn write(folder: &Path) -> Result<(), LabError> {
    let at = |path: &Path, source| LabError::File {
        path: path.to_path_buf(),
        source,
    };
    let dialects = folder.join("dialects");
    std::fs::create_dir_all(&dialects).map_err(|source| at(&dialects, source))?;
    for (name, text) in FILES {
        let path = folder.join(name);
        std::fs::write(&path, text).map_err(|source| at(&path, source))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_upgrading_protocol_has_its_script() {
        for protocol in UPGRADING {
            let file = format!("dialects/{}.js", protocol.trim_end_matches("-upgrade"));
            assert!(FILES.iter().any(|(name, _)| *name == file), "{file}");
        }
    }
}

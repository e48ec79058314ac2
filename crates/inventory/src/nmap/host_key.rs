//! The SSH host keys that nmap's script `ssh-hostkey` tells of: by them a machine is known again at another address.

use data_encoding::{BASE64, BASE64_NOPAD};
use sha2::{Digest as _, Sha256};

/// A machine has one of each kind.
const MOST: usize = 16;
/// An RSA key of 16,384 bits has a third of this.
const LONGEST: usize = 8 << 10;

/// The keys of one host while its scripts are read.
#[derive(Debug, Default)]
pub(super) struct HostKeys {
    /// Within the script, how many tables are open around what is read.
    tables: Option<usize>,
    /// What is read is a key.
    is_key: bool,
    pub(super) fingerprints: Vec<String>,
}

impl HostKeys {
    /// A script begins.
    pub(super) fn script(&mut self, id: Option<&str>) {
        self.tables = (id == Some("ssh-hostkey")).then_some(0);
    }

    /// A table begins. Below the first lie keys that the script has only compared with.
    pub(super) fn table(&mut self) {
        self.tables = self.tables.map(|tables| tables + 1);
    }

    /// An element with a value begins.
    pub(super) fn element(&mut self, key: Option<&str>) {
        self.is_key = self.tables == Some(1) && key == Some("key");
    }

    /// Something ends.
    pub(super) fn end(&mut self, name: &str) {
        match name {
            "script" => self.tables = None,
            "table" => self.tables = self.tables.map(|tables| tables.saturating_sub(1)),
            _ => self.is_key = false,
        }
    }

    /// The text of an element: "ssh-rsa AAAA…".
    pub(super) fn text(&mut self, text: &str) {
        if !self.is_key || self.fingerprints.len() >= MOST || text.len() > LONGEST {
            return;
        }
        let blob = text.split_ascii_whitespace().next_back().unwrap_or_default();
        let Ok(blob) = BASE64.decode(blob.as_bytes()) else {
            return;
        };
        // Each begins with the length of its kind's name (RFC 4253 section 6.6).
        if !blob.starts_with(&[0, 0, 0]) || blob.len() < 32 {
            return;
        }
        let print = format!("SHA256:{}", BASE64_NOPAD.encode(&Sha256::digest(&blob)));
        if !self.fingerprints.contains(&print) {
            self.fingerprints.push(print);
        }
    }
}

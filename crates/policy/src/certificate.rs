//! What policies and grades ask of a certificate.

use holter_checks::Configuration;

/// The server's own certificate, as far as rules ask for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Leaf {
    /// "rsa", "ec", "dsa", "ed25519" …
    pub(crate) key: String,
    /// Bits of its key.
    pub(crate) bits: Option<u32>,
    /// Its curve, where it has one: "P-256".
    pub(crate) curve: Option<String>,
    /// What it was signed with: "rsa-sha256", "ecdsa-sha384".
    pub(crate) signature: String,
    /// How long it is meant to be used, in whole days, upwards.
    pub(crate) days: Option<i64>,
}

impl Leaf {
    /// The length of an RSA key about as strong (NIST SP 800-57 part 1, table 2).
    pub(crate) fn rsa_equivalent(&self) -> Option<u32> {
        let bits = self.bits?;
        Some(match self.key.as_str() {
            "rsa" | "rsa-pss" | "dsa" => bits,
            _ => of_curve(bits),
        })
    }
}

/// The length of an RSA key about as strong as an elliptic-curve one of so many bits.
pub(crate) const fn of_curve(bits: u32) -> u32 {
    match bits {
        0..160 => 512,
        160..224 => 1024,
        224..256 => 2048,
        256..384 => 3072,
        384..512 => 7680,
        _ => 15360,
    }
}

/// The certificates that a service showed for itself, one a chain.
pub(crate) fn leaves(configuration: &Configuration) -> Vec<Leaf> {
    let _ = configuration;
    Vec::new()
}

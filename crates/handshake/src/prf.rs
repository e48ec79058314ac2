//! The pseudorandom functions of SSLv3–TLS 1.2 and the digests of handshakes that go with them (RFC 5246 sections
//! 5 and 7.4.9).

use holter_legacy::{prf as old, ssl3, transcript as old_transcript};
use holter_wire::Version;
use sha2::{Digest as _, Sha256, Sha384};

use crate::mac::Mac;
use crate::suite::Suite;

/// Which side a Finished message is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// The client.
    Client,
    /// The server.
    Server,
}

/// How secrets are expanded and handshakes digested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prf {
    /// SSLv3's own.
    Ssl3,
    /// That of TLS 1.0 and 1.1.
    Old,
    /// TLS 1.2 with SHA-256.
    Sha256,
    /// TLS 1.2 with SHA-384.
    Sha384,
}

impl Prf {
    /// The function that a version and a suite mean.
    #[must_use]
    pub fn of(version: Version, suite: &Suite) -> Self {
        if version <= Version::SSL3 {
            Self::Ssl3
        } else if version.rules() < Version::TLS12 {
            Self::Old
        } else if suite.hash == Mac::Sha384 {
            Self::Sha384
        } else {
            Self::Sha256
        }
    }

    /// Fills `out` from a secret, a label (SSLv3 knows none) and the parts of a seed.
    pub fn expand(self, secret: &[u8], label: &[u8], seed: [&[u8]; 2], out: &mut [u8]) {
        let [first, second] = seed;
        let labelled = [label, first, second];
        out.fill(0);
        match self {
            Self::Ssl3 => ssl3::expand(secret, &seed, out),
            Self::Old => old::expand(secret, &labelled, out),
            Self::Sha256 => old::add_p_hash::<Sha256>(secret, &labelled, out),
            Self::Sha384 => old::add_p_hash::<Sha384>(secret, &labelled, out),
        }
    }

    /// The digest of a handshake's messages. SSLv3 digests only together with the master secret: empty.
    #[must_use]
    pub fn digest(self, messages: &[u8]) -> Vec<u8> {
        match self {
            Self::Ssl3 => Vec::new(),
            Self::Old => old_transcript::digest(messages).to_vec(),
            Self::Sha256 => Sha256::digest(messages).to_vec(),
            Self::Sha384 => Sha384::digest(messages).to_vec(),
        }
    }

    /// The body of a Finished message.
    #[must_use]
    pub fn verify_data(self, sender: Sender, master: &[u8], messages: &[u8]) -> Vec<u8> {
        let (label, ssl3_sender): (&[u8], _) = match sender {
            Sender::Client => (b"client finished", ssl3::Sender::Client),
            Sender::Server => (b"server finished", ssl3::Sender::Server),
        };
        if self == Self::Ssl3 {
            return ssl3::finished(ssl3_sender, master, messages).to_vec();
        }
        let mut out = vec![0; 12];
        self.expand(master, label, [&self.digest(messages), &[]], &mut out);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::unhex;

    #[test]
    fn master_secrets_are_those_of_openssl() {
        // openssl kdf -keylen 48 -kdfopt digest:… -kdfopt hexsecret:… -kdfopt hexseed:… TLS1-PRF
        let secret = unhex(
            "bded7fa5c1699c010be23dd06ada3a48349f21e5f86263d512c0c5cc379f0e780ec55d9844b2f1db02a96453513568d0",
        );
        let client = unhex("e5acaf549cd25c22d964c0d930fa4b5261d2507fad84c33715b7b9a864020693");
        let server = unhex("135e4d557fdf3aa6406d82975d5c606a9734c9334b42136e96990fbd5358cdb2");
        for (prf, expected) in [
            (
                Prf::Old,
                "2f6962dfbc744c4b2138bb6b3d33054c5ecc14f24851d9896395a44ab3964efc2090c5bf51a0891209f46c1e1e998f62",
            ),
            (
                Prf::Sha256,
                "79c5365344619a3030ee38be523c1c08f6ba4872e1f1286d2e2fac2920515ef88c8d89b5765cdf0ddce7653716b470b7",
            ),
            (
                Prf::Sha384,
                "53a32ed833e63ecb60f7e13e4b735def0f78e929aaed4d95fd6e07a2c0090e410e29dec13800f744a1f9f80fcdfb716e",
            ),
        ] {
            let mut out = [0; 48];
            prf.expand(&secret, b"master secret", [&client, &server], &mut out);
            assert_eq!(out.to_vec(), unhex(expected), "{prf:?}");
        }
    }

    #[test]
    fn finished_bodies_have_their_lengths() {
        for (prf, length) in [(Prf::Ssl3, 36), (Prf::Old, 12), (Prf::Sha256, 12)] {
            let ours = prf.verify_data(Sender::Client, &[1; 48], b"messages");
            assert_eq!(ours.len(), length);
            assert_ne!(ours, prf.verify_data(Sender::Server, &[1; 48], b"messages"));
        }
    }
}

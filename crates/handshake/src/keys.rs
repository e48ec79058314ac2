//! From a pre-master secret to the keys of both directions (RFC 5246 sections 6.3 and 8.1, RFC 7627).

use holter_wire::{Version, reader::Reader};

use crate::prf::{Prf, Sender};
use crate::suite::{KeyLengths, Suite};

/// The secret of a session, and what is made from it.
pub struct Secrets {
    prf: Prf,
    master: Vec<u8>,
}

/// The keys of one direction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keys {
    /// For the MAC.
    pub mac: Vec<u8>,
    /// For the cipher.
    pub key: Vec<u8>,
    /// The first, or the fixed part of each, nonce.
    pub iv: Vec<u8>,
}

impl Secrets {
    /// From a pre-master secret and the randoms of both sides.
    #[must_use]
    pub fn new(prf: Prf, pre_master: &[u8], client_random: &[u8], server_random: &[u8]) -> Self {
        let mut master = vec![0; 48];
        prf.expand(
            pre_master,
            b"master secret",
            [client_random, server_random],
            &mut master,
        );
        Self { prf, master }
    }

    /// From a pre-master secret and the messages up to the ClientKeyExchange (RFC 7627 section 4).
    #[must_use]
    pub fn extended(prf: Prf, pre_master: &[u8], messages: &[u8]) -> Self {
        let mut master = vec![0; 48];
        prf.expand(
            pre_master,
            b"extended master secret",
            [&prf.digest(messages), &[]],
            &mut master,
        );
        Self { prf, master }
    }

    /// Of a session that goes on.
    #[must_use]
    pub const fn again(prf: Prf, master: Vec<u8>) -> Self {
        Self { prf, master }
    }

    /// Those of a server that was told to change keys before any were agreed (CVE-2014-0224): the secret is empty.
    #[must_use]
    pub const fn empty(prf: Prf) -> Self {
        Self {
            prf,
            master: Vec::new(),
        }
    }

    /// The keys of the client's direction, then those of the server's.
    #[must_use]
    pub fn keys(
        &self,
        suite: &Suite,
        version: Version,
        client_random: &[u8],
        server_random: &[u8],
    ) -> (Keys, Keys) {
        let KeyLengths { mac, key, iv } = suite.key_lengths(version);
        let mut block = vec![0; 2 * (mac + key + iv)];
        self.prf.expand(
            &self.master,
            b"key expansion",
            [server_random, client_random],
            &mut block,
        );
        let mut reader = Reader::new(&block);
        let mut next = |length| reader.take(length).unwrap_or_default().to_vec();
        let [client_mac, server_mac] = [next(mac), next(mac)];
        let [client_key, server_key] = [next(key), next(key)];
        let [client_iv, server_iv] = [next(iv), next(iv)];
        (
            Keys {
                mac: client_mac,
                key: client_key,
                iv: client_iv,
            },
            Keys {
                mac: server_mac,
                key: server_key,
                iv: server_iv,
            },
        )
    }

    /// The body of a Finished message after these messages.
    #[must_use]
    pub fn verify_data(&self, sender: Sender, messages: &[u8]) -> Vec<u8> {
        self.prf.verify_data(sender, &self.master, messages)
    }

    /// The master secret: SSLv3 signs it into a CertificateVerify.
    #[must_use]
    pub fn master(&self) -> &[u8] {
        &self.master
    }
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Secrets")
            .field("prf", &self.prf)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use holter_wire::CipherSuite;

    use super::*;

    #[test]
    fn each_direction_gets_what_its_suite_needs() {
        let secrets = Secrets::new(Prf::Sha256, &[1; 48], &[2; 32], &[3; 32]);
        let cut = |code, version| {
            let suite = Suite::of(CipherSuite(code)).unwrap();
            let (client, server) = secrets.keys(&suite, version, &[2; 32], &[3; 32]);
            assert_ne!(client, server);
            (client.mac.len(), client.key.len(), client.iv.len())
        };
        assert_eq!(cut(0x002f, Version::TLS10), (20, 16, 16));
        assert_eq!(cut(0x002f, Version::TLS11), (20, 16, 0));
        assert_eq!(cut(0xc030, Version::TLS12), (0, 32, 4));
        assert_eq!(cut(0xcca8, Version::TLS12), (0, 32, 12));
        assert_eq!(cut(0x0005, Version::TLS12), (20, 16, 0));
    }
}

//! The hellos of the survey.

use holter_model::seam::Dice;
use holter_wire::client_hello::ClientHello;
use holter_wire::extension::Extension;
use holter_wire::{CipherSuite, ExtensionType, NamedGroup, SignatureScheme, Version};

use super::known;
use crate::hello::pad;
use crate::tolerance;

/// A code point that is reserved, so that nobody may choose it (RFC 8701).
const RESERVED: CipherSuite = CipherSuite(0x5a5a);

/// What a hello of the survey offers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Offer<'a> {
    /// The newest version.
    pub(super) version: Version,
    /// The suites, in the order in which they stand there.
    pub(super) suites: &'a [CipherSuite],
    /// The groups, likewise.
    pub(super) groups: &'a [NamedGroup],
    /// The schemes, likewise.
    pub(super) schemes: &'a [SignatureScheme],
    /// The name to ask for.
    pub(super) name: Option<&'a str>,
    /// What else is wanted.
    pub(super) extent: Extent,
    /// Whether it also has what nobody has defined yet, as the hellos of tomorrow will.
    pub(super) news: bool,
}

/// How much a hello asks for beyond its version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// All that a first hello can learn: heartbeats, stapling, tickets; web protocols by ALPN, where `true`.
    Everything(bool),
    /// What suites and groups need.
    Needed,
    /// Nothing that an old peer could choke on.
    Least,
}

/// `encrypt_then_mac` (RFC 7366).
const ENCRYPT_THEN_MAC: ExtensionType = ExtensionType(0x0016);

/// `status_request` (RFC 6066 section 8) for OCSP, no responders, no extensions.
const STATUS_REQUEST: (ExtensionType, [u8; 5]) = (ExtensionType(0x0005), [1, 0, 0, 0, 0]);

/// `signed_certificate_timestamp` (RFC 6962 section 3.3.1).
pub(super) const TIMESTAMPS: ExtensionType = ExtensionType(0x0012);

/// `application_layer_protocol_negotiation` (RFC 7301) for HTTP/2 and HTTP/1.1.
pub(super) const ALPN: ExtensionType = ExtensionType(0x0010);
const WEB: &[u8] = b"\x00\x0c\x02h2\x08http/1.1";

/// `signature_algorithms_cert` (RFC 8446 section 4.2.3), which TLS 1.2 heeds as well.
const SIGNATURE_ALGORITHMS_CERT: ExtensionType = ExtensionType(0x0032);

/// DEFLATE (RFC 3749).
const DEFLATE: u8 = 1;

impl Offer<'_> {
    /// The hello. One of TLS 1.3 brings no key share: the peer then says which group it wants, and neither side
    /// computes anything.
    pub(super) fn hello(&self, dice: &dyn Dice) -> ClientHello {
        let mut random = [0; 32];
        dice.fill(&mut random);
        let tls13 = self.version == Version::TLS13;
        let mut hello = ClientHello::new(if tls13 { Version::TLS12 } else { self.version }, random);
        hello.suites = self.suites.to_vec();
        // Who chooses this chooses anything. It stands first where choosing is all that a hello is about.
        if self.extent == Extent::Needed && self.suites.len() > 1 {
            hello.suites.insert(0, RESERVED);
        }
        if self.version == Version::SSL3 {
            hello.suites.push(CipherSuite::EMPTY_RENEGOTIATION_INFO_SCSV);
            hello.compression = self.compression();
            return hello;
        }
        if tls13 {
            // Middleboxes let pass what looks like a resumption (RFC 8446 appendix D.4).
            let mut session = [0; 32];
            dice.fill(&mut session);
            hello.session_id = session.to_vec();
        }
        hello.extensions = self.extensions();
        hello.compression = self.compression();
        if self.news {
            tolerance::with_new_version(&mut hello);
            tolerance::with_new_extensions(&mut hello);
        }
        pad(&mut hello);
        hello
    }

    fn extensions(&self) -> Vec<Extension> {
        let mut list = Vec::new();
        list.extend(
            self.name
                .filter(|_| self.extent != Extent::Least)
                .map(Extension::server_name),
        );
        if !self.groups.is_empty() {
            list.push(Extension::supported_groups(self.groups));
            list.push(Extension::ec_point_formats());
        }
        if matches!(self.version, Version::TLS12 | Version::TLS13 | Version::DTLS12) {
            list.push(Extension::signature_algorithms(self.schemes));
            // A scheme that is left out must not rule out the certificate that it signed.
            let all = known::schemes();
            if self.schemes.len() < all.len() {
                let kind = SIGNATURE_ALGORITHMS_CERT;
                list.push(Extension {
                    kind,
                    ..Extension::signature_algorithms(&all)
                });
            }
        }
        if self.version == Version::TLS13 {
            list.push(Extension::supported_versions(self.versions()));
            list.push(Extension::key_share(&[]));
        }
        if self.version != Version::TLS13 || self.is_first() {
            list.push(Extension::renegotiation_info());
        }
        if let Extent::Everything(web) = self.extent {
            list.push(empty(ExtensionType::EXTENDED_MASTER_SECRET));
            list.push(empty(ENCRYPT_THEN_MAC));
            list.push(Extension::session_ticket());
            list.push(Extension::heartbeat());
            list.push(Extension {
                kind: STATUS_REQUEST.0,
                body: STATUS_REQUEST.1.to_vec(),
            });
            list.push(empty(TIMESTAMPS));
            if web {
                list.push(Extension {
                    kind: ALPN,
                    body: WEB.to_vec(),
                });
            }
        }
        list
    }

    /// A first hello of TLS 1.3 takes an older version, too, so that a peer without it need not be asked again.
    fn versions(&self) -> &'static [Version] {
        if self.is_first() {
            &[Version::TLS13, Version::TLS12, Version::TLS11, Version::TLS10]
        } else {
            &[Version::TLS13]
        }
    }

    /// DEFLATE, to learn whether it is chosen. TLS 1.3 forbids to offer it (RFC 8446 section 4.1.2).
    fn compression(&self) -> Vec<u8> {
        if self.version == Version::TLS13 || self.extent == Extent::Least {
            vec![0]
        } else {
            vec![DEFLATE, 0]
        }
    }

    const fn is_first(&self) -> bool {
        matches!(self.extent, Extent::Everything(_))
    }
}

const fn empty(kind: ExtensionType) -> Extension {
    Extension {
        kind,
        body: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use holter_model::seam::FixedDice;

    use super::*;

    #[test]
    fn no_hello_has_a_length_that_hangs_old_load_balancers() {
        for version in [
            Version::SSL3,
            Version::TLS10,
            Version::TLS11,
            Version::TLS12,
            Version::TLS13,
        ] {
            let (suites, groups, schemes) =
                (known::suites(version), known::groups(version), known::schemes());
            for count in 1..=suites.len() {
                let mut bytes = Vec::new();
                let offer = Offer {
                    version,
                    suites: suites.get(..count).unwrap(),
                    groups: &groups,
                    schemes: &schemes,
                    name: Some("portal.hospital.example"),
                    extent: Extent::Everything(true),
                    news: false,
                };
                offer.hello(&FixedDice(1)).encode(&mut bytes);
                let hangs = (256..512).contains(&bytes.len());
                assert!(
                    !hangs || version == Version::SSL3,
                    "{version}, {count} suites: {}",
                    bytes.len()
                );
            }
        }
    }

    #[test]
    fn ssl3_is_asked_without_extensions() {
        let suites = known::suites(Version::SSL3);
        let offer = Offer {
            version: Version::SSL3,
            suites: &suites,
            groups: &[],
            schemes: &[],
            name: Some("portal.hospital.example"),
            extent: Extent::Needed,
            news: false,
        };
        assert!(offer.hello(&FixedDice(1)).extensions.is_empty());
    }
}

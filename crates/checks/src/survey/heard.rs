//! What a flight gives away, as facts. Pure but for the order in which they are noted.

use holter_model::{Der, Fact, Feature};
use holter_wire::key_exchange::{read_dhe, read_ecdhe, read_signature};
use holter_wire::reader::Reader;
use holter_wire::ssl2::ServerHello;
use holter_wire::suite::{Authentication, Exchange};
use holter_wire::{ExtensionType, NamedGroup, SignatureScheme, Version};
use sha2::{Digest as _, Sha256};

use super::offer::{ALPN, TIMESTAMPS};
use crate::conversation::Flight;

/// The end of a random by which a peer says that it knows a newer version (RFC 8446 section 4.1.3).
const DOWNGRADE: &[u8] = b"DOWNGRD";

/// What a key exchange shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Exchanged {
    /// The group that was chosen.
    pub(super) group: Option<NamedGroup>,
    /// The scheme that it was signed with.
    pub(super) scheme: Option<SignatureScheme>,
    /// The finite field, if it was one.
    pub(super) field: Option<Fact>,
}

/// Reads the key exchange of a flight.
pub(super) fn exchanged(flight: &Flight) -> Exchanged {
    let version = flight.hello.negotiated();
    if version == Version::TLS13 {
        // A retry request names the group alone, a ServerHello its share, too; either begins with it.
        let share = flight.hello.extension(ExtensionType::KEY_SHARE);
        return Exchanged {
            group: share
                .and_then(|share| Reader::new(&share.body).u16())
                .map(NamedGroup),
            ..Exchanged::default()
        };
    }
    let (Some(body), Some(parts)) = (&flight.key_exchange, flight.hello.suite.parts()) else {
        return Exchanged::default();
    };
    if parts.authentication == Authentication::Shared {
        let on_curves = flight
            .hello
            .suite
            .name()
            .is_some_and(|name| name.contains("_ECDHE_PSK_"));
        return Exchanged {
            group: on_curves.then(|| shared_group(body)).flatten(),
            ..Exchanged::default()
        };
    }
    let scheme = |signed| {
        read_signature(signed, version)
            .0
            .and_then(|signature| signature.scheme)
    };
    match parts.exchange {
        Exchange::Ecdhe => read_ecdhe(body)
            .0
            .map_or_else(Exchanged::default, |params| Exchanged {
                group: Some(params.group),
                scheme: scheme(params.signed),
                field: None,
            }),
        Exchange::Dhe | Exchange::Rsa => {
            read_dhe(body)
                .0
                .map_or_else(Exchanged::default, |params| Exchanged {
                    group: None,
                    scheme: scheme(params.signed),
                    field: (parts.exchange == Exchange::Dhe).then(|| Fact::FiniteField {
                        version: version.0,
                        suite: flight.hello.suite.0,
                        bits: bits(params.prime),
                        prime: sha256(params.prime),
                        public: sha256(params.public),
                    }),
                })
        }
        _ => Exchanged::default(),
    }
}

/// The group of an exchange with a shared key: a hint comes first, and nothing is signed (RFC 5489 section 2).
fn shared_group(body: &[u8]) -> Option<NamedGroup> {
    let mut reader = Reader::new(body);
    reader.vec16()?;
    read_ecdhe(reader.rest()).0.map(|params| params.group)
}

/// What a first flight of a version says beside its suite; `asked` is the version that was asked for.
pub(super) fn features(flight: &Flight, asked: Version) -> Vec<Fact> {
    let hello = &flight.hello;
    let version = hello.negotiated();
    if version == Version::TLS13 {
        return Vec::new();
    }
    let mut facts = Vec::new();
    let mut note = |feature, present| {
        facts.push(Fact::Feature {
            feature,
            version: version.0,
            present,
        });
    };
    note(
        Feature::SecureRenegotiation,
        hello.extension(ExtensionType::RENEGOTIATION_INFO).is_some(),
    );
    if version != Version::SSL3 {
        note(
            Feature::ExtendedMasterSecret,
            hello.extension(ExtensionType::EXTENDED_MASTER_SECRET).is_some(),
        );
        note(Feature::SignedTimestamps, hello.extension(TIMESTAMPS).is_some());
    }
    note(Feature::ClientCertificate, flight.client_certificate);
    if asked != Version::TLS13 && !flight.cut_short {
        let end = hello.random.get(24..31);
        note(Feature::DowngradeSentinel, end == Some(DOWNGRADE));
    }
    if let Some(protocols) = hello.extension(ALPN).and_then(|alpn| protocol(&alpn.body)) {
        facts.push(Fact::Alpn {
            protocols: vec![protocols],
        });
    }
    facts
}

/// What a hello of SSLv2 says; whether its certificate is the first that is seen. Who speaks nothing newer shows it here
/// alone, and never those of its issuers.
pub(super) fn ssl2(hello: ServerHello, first: bool) -> Vec<Fact> {
    let mut facts = vec![Fact::Ssl2 {
        kinds: hello.kinds.iter().map(|kind| kind.0).collect(),
    }];
    if first && !hello.certificate.is_empty() {
        facts.push(Fact::Chain {
            version: holter_wire::ssl2::VERSION.0,
            name: None,
            certificates: vec![Der(hello.certificate)],
        });
    }
    facts
}

/// The chain and, where it was asked for, what came stapled to it.
pub(super) fn certificates(flight: &Flight, name: Option<&str>, staple: bool) -> Vec<Fact> {
    if flight.chain.is_empty() {
        return Vec::new();
    }
    let mut facts = vec![Fact::Chain {
        version: flight.hello.negotiated().0,
        name: name.map(str::to_owned),
        certificates: flight.chain.iter().cloned().map(Der).collect(),
    }];
    if staple {
        facts.push(Fact::Ocsp {
            stapled: true,
            response: flight.status.as_deref().and_then(response).map(Der),
        });
    }
    facts
}

/// The OCSP response in a CertificateStatus (RFC 6066 section 8).
fn response(body: &[u8]) -> Option<Vec<u8>> {
    const OCSP: u8 = 1;
    let mut reader = Reader::new(body);
    (reader.u8()? == OCSP).then_some(())?;
    let length = reader.u24()?;
    reader.take(length).map(<[u8]>::to_vec)
}

/// The one protocol that a server's ALPN extension names; only what is printable.
fn protocol(body: &[u8]) -> Option<String> {
    let mut list = Reader::new(body);
    let mut names = Reader::new(list.vec16()?);
    let name = names.vec8()?;
    let printable = !name.is_empty() && name.len() <= 32 && name.iter().all(u8::is_ascii_graphic);
    printable.then(|| String::from_utf8_lossy(name).into_owned())
}

fn bits(number: &[u8]) -> u32 {
    let start = number.iter().position(|byte| *byte != 0).unwrap_or(number.len());
    let rest = number.get(start..).unwrap_or_default();
    let zeros = rest.first().map_or(0, |byte| byte.leading_zeros());
    u32::try_from(rest.len())
        .unwrap_or(0)
        .saturating_mul(8)
        .saturating_sub(zeros)
}

/// SHA-256 of a number without its leading zeros, in hex.
fn sha256(number: &[u8]) -> String {
    let start = number.iter().position(|byte| *byte != 0).unwrap_or(number.len());
    let digest = Sha256::digest(number.get(start..).unwrap_or_default());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_of_a_number_is_that_of_its_value() {
        assert_eq!((bits(&[0, 0, 1]), bits(&[0x80, 0]), bits(&[])), (1, 16, 0));
        assert_eq!(sha256(&[0, 7]), sha256(&[7]));
    }

    #[test]
    fn a_protocol_is_shown_only_where_it_is_printable() {
        assert_eq!(protocol(b"\x00\x03\x02h2").as_deref(), Some("h2"));
        assert_eq!(protocol(b"\x00\x03\x02h\x1b"), None);
        assert_eq!(protocol(b"\x00\x01\x00"), None);
    }

    #[test]
    fn the_group_of_an_exchange_with_a_shared_key_stands_behind_a_hint() {
        assert_eq!(
            shared_group(b"\x00\x02hi\x03\x00\x1d\x01p"),
            Some(NamedGroup::X25519)
        );
        assert_eq!(
            shared_group(b"\x00\x00\x03\x00\x17\x01p"),
            Some(NamedGroup::SECP256R1)
        );
        for cut in [&b""[..], b"\x00\x05hi", b"\x00\x00\x03\x00"] {
            assert_eq!(shared_group(cut), None);
        }
    }

    #[test]
    fn a_stapled_response_is_taken_out_of_its_message() {
        assert_eq!(response(b"\x01\x00\x00\x02ab"), Some(b"ab".to_vec()));
        assert_eq!(response(b"\x02\x00\x00\x02ab"), None);
        assert_eq!(response(b"\x01\x00\x00\x05ab"), None);
    }
}

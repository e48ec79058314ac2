//! The hellos that checks send: what they offer, and in which order.

use holter_handshake::tls13::shares;
use holter_model::seam::Dice;
use holter_wire::client_hello::ClientHello;
use holter_wire::extension::Extension;
use holter_wire::suite::Exchange;
use holter_wire::{CipherSuite, ExtensionType, NamedGroup, SignatureScheme, Version};

/// Which key exchanges a hello offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Suites {
    /// RSA key transport only: the device need not sign.
    Rsa,
    /// What nearly every device has one of.
    All,
    /// Every registered suite of neither of them, and those on curves once more, with every curve: for the one that has only
    /// ARIA, CCM or brainpool's curves.
    Rest,
}

/// RSA key transport: AES first, then what older devices have, the broken ones last. None of these is ever
/// used to protect anything: the handshake ends before keys are made.
const RSA: &[u16] = &[
    0x002f, 0x0035, 0x003c, 0x003d, 0x009c, 0x009d, 0x0041, 0x0084, 0x000a, 0x0096, 0x0007, 0x0005, 0x0004,
    0x0009, 0x0003, 0x0006, 0x0008, 0x0002, 0x0001, 0x003b,
];

/// Ephemeral and anonymous key exchanges.
const EPHEMERAL: &[u16] = &[
    0xc02f, 0xc02b, 0xc030, 0xc02c, 0xcca8, 0xcca9, 0xc013, 0xc009, 0xc014, 0xc00a, 0xc027, 0xc023, 0xc028,
    0xc024, 0x009e, 0x009f, 0xccaa, 0x0033, 0x0039, 0x0067, 0x006b, 0xc012, 0xc008, 0xc011, 0xc007, 0x0016,
    0x0015, 0x0014, 0x0032, 0x0038, 0x0013, 0x0045, 0x0088, 0x009a, 0xc018, 0xc019, 0x0034, 0x003a,
];

const TLS13: &[u16] = &[0x1301, 0x1302, 0x1303];

pub(crate) const GROUPS: &[NamedGroup] = &[
    NamedGroup::X25519,
    NamedGroup::SECP256R1,
    NamedGroup::SECP384R1,
    NamedGroup::SECP521R1,
    NamedGroup(0x0016),
    NamedGroup(0x0013),
];

pub(crate) const SCHEMES: &[SignatureScheme] = &[
    SignatureScheme::RSA_PKCS1_SHA256,
    SignatureScheme::ECDSA_SECP256R1_SHA256,
    SignatureScheme(0x0804),
    SignatureScheme(0x0805),
    SignatureScheme(0x0806),
    SignatureScheme::ECDSA_SECP384R1_SHA384,
    SignatureScheme(0x0501),
    SignatureScheme(0x0601),
    SignatureScheme(0x0603),
    SignatureScheme(0x0807),
    SignatureScheme::RSA_PKCS1_SHA1,
    SignatureScheme(0x0203),
    SignatureScheme(0x0202),
];

/// A hello that offers heartbeats, up to TLS 1.2 or DTLS 1.2.
pub(crate) fn heartbeat(
    version: Version,
    suites: Suites,
    name: Option<&str>,
    dice: &dyn Dice,
) -> ClientHello {
    let mut hello = bare(version, suites, dice);
    hello.extensions.extend(name.map(Extension::server_name));
    if suites != Suites::Rsa {
        let groups = if suites == Suites::Rest { &curves() } else { GROUPS };
        hello.extensions.push(Extension::supported_groups(groups));
        hello.extensions.push(Extension::ec_point_formats());
    }
    if version == Version::TLS12 || version == Version::DTLS12 {
        hello.extensions.push(Extension::signature_algorithms(SCHEMES));
    }
    // An empty ticket extension makes the answer's order of extensions tell OpenSSL from GnuTLS and Botan.
    hello.extensions.push(Extension::session_ticket());
    hello.extensions.push(Extension::heartbeat());
    pad(&mut hello);
    hello
}

/// A small hello for peers that choke on extensions: heartbeats, and nothing else.
pub(crate) fn spare(version: Version, dice: &dyn Dice) -> ClientHello {
    let mut hello = bare(version, Suites::All, dice);
    hello.extensions = vec![
        Extension::supported_groups(GROUPS),
        Extension::ec_point_formats(),
        Extension::heartbeat(),
    ];
    hello
}

/// A TLS 1.3 hello: to learn that a peer speaks nothing older. The share is random bytes: the handshake goes
/// no further than the ServerHello.
pub(crate) fn tls13(name: Option<&str>, dice: &dyn Dice) -> ClientHello {
    let mut hello = ClientHello::new(Version::TLS12, random(dice));
    let mut share = [0; 32];
    dice.fill(&mut share);
    hello.session_id = random(dice).to_vec();
    hello.suites = TLS13.iter().copied().map(CipherSuite).collect();
    hello.extensions.extend(name.map(Extension::server_name));
    hello.extensions.extend([
        Extension::supported_groups(&shares::GROUPS),
        Extension::signature_algorithms(SCHEMES),
        Extension::supported_versions(&[Version::TLS13]),
        Extension::key_share(&[(NamedGroup::X25519, &share)]),
    ]);
    pad(&mut hello);
    hello
}

/// Keeps a hello out of the lengths 256 to 511, on which F5 BIG-IP before 2014 hangs (RFC 7685 section 4).
pub(crate) fn pad(hello: &mut ClientHello) {
    const HEADER: usize = 4;
    let mut bytes = Vec::new();
    hello.encode(&mut bytes);
    if (256..512).contains(&bytes.len()) {
        // One byte at least: some peers reject a hello that ends in an empty extension.
        let missing = (512 - bytes.len()).saturating_sub(HEADER).max(1);
        hello.extensions.push(Extension {
            kind: ExtensionType::PADDING,
            body: vec![0; missing],
        });
    }
}

fn bare(version: Version, suites: Suites, dice: &dyn Dice) -> ClientHello {
    let mut hello = ClientHello::new(version, random(dice));
    // RSA first in both: a peer that follows the client's order need not sign.
    let offered = |suites: &[&[u16]]| suites.concat().into_iter().map(CipherSuite).collect();
    hello.suites = match suites {
        Suites::Rsa => offered(&[RSA]),
        Suites::All => offered(&[RSA, EPHEMERAL]),
        Suites::Rest => CipherSuite::registered()
            .filter(|suite| is_rest(suite.0) || is_on_curves(*suite))
            .collect(),
    };
    hello.suites.push(CipherSuite::EMPTY_RENEGOTIATION_INFO_SCSV);
    hello
}

/// Whether a suite is in neither list, and one that a TLS 1.2 hello can offer: no signal, none of TLS 1.3.
fn is_rest(code: u16) -> bool {
    let signal = matches!(code, 0x0000 | 0x00ff | 0x5600);
    let tls13 = matches!(code >> 8, 0x13) || matches!(code, 0xc0b4 | 0xc0b5 | 0x00c6 | 0x00c7);
    !signal && !tls13 && !RSA.contains(&code) && !EPHEMERAL.contains(&code)
}

fn is_on_curves(suite: CipherSuite) -> bool {
    let exchange = suite.parts().map(|parts| parts.exchange);
    EPHEMERAL.contains(&suite.0) && exchange == Some(Exchange::Ecdhe)
}

/// Every curve of before TLS 1.3.
fn curves() -> Vec<NamedGroup> {
    NamedGroup::registered()
        .filter(|group| (0x0001..=0x001e).contains(&group.0))
        .collect()
}

pub(crate) fn random(dice: &dyn Dice) -> [u8; 32] {
    let mut random = [0; 32];
    dice.fill(&mut random);
    random
}

#[cfg(test)]
mod tests {
    use holter_model::seam::FixedDice;

    use super::*;

    #[test]
    fn together_the_hellos_offer_every_suite_once() {
        let rest: Vec<u16> = CipherSuite::registered()
            .map(|suite| suite.0)
            .filter(|code| is_rest(*code))
            .collect();
        let mut all = [RSA, EPHEMERAL, &rest].concat();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
        assert!(count > 330, "{count}");
    }

    #[test]
    fn no_hello_has_a_length_that_hangs_old_load_balancers() {
        let name = Some("a-rather-long-name.radiology.hospital.example");
        for name in [None, name] {
            for version in [Version::SSL3, Version::TLS10, Version::TLS11, Version::TLS12] {
                for suites in [Suites::Rsa, Suites::All, Suites::Rest] {
                    let mut bytes = Vec::new();
                    heartbeat(version, suites, name, &FixedDice(1)).encode(&mut bytes);
                    assert!(
                        !(256..512).contains(&bytes.len()),
                        "{version} {suites:?}: {} bytes",
                        bytes.len()
                    );
                }
            }
        }
    }
}

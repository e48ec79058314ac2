//! Suites, groups and keys as algorithms with their strength. NIST's quantum levels: 0 is broken by Shor's algorithm or
//! weaker than AES-128; AES-128 is 1, AES-192 is 3, AES-256 is 5; hashes and ML-KEM by NIST's own categories.

use holter_wire::suite::{Authentication, Exchange, Mode, Parts};

use super::asset::Algorithm;

/// A name and what there is to say of it.
pub(super) type Named = (String, Algorithm);

/// What a cipher suite is made of.
pub(super) fn of_suite(parts: &Parts) -> Vec<Named> {
    exchange(parts.exchange)
        .into_iter()
        .chain(authentication(parts.authentication))
        .chain(cipher(parts))
        .chain(hash(parts))
        .collect()
}

/// A key-exchange group.
pub(super) fn of_group(name: &str) -> Named {
    let lower = name.to_lowercase();
    let quantum = if lower.contains("mlkem512") {
        1
    } else if lower.contains("mlkem768") || lower.contains("kyber768") {
        3
    } else if lower.contains("mlkem1024") {
        5
    } else {
        0
    };
    let classical = match lower.as_str() {
        "x25519" | "x25519mlkem768" | "secp256r1" | "secp256r1mlkem768" | "secp256k1" => Some(128),
        "brainpoolp256r1" | "brainpoolp256r1tls13" | "ffdhe3072" => Some(128),
        "secp384r1" | "brainpoolp384r1" | "brainpoolp384r1tls13" | "secp384r1mlkem1024" => Some(192),
        "x448" => Some(224),
        "secp521r1" | "brainpoolp512r1" | "brainpoolp512r1tls13" => Some(256),
        "ffdhe2048" | "secp224r1" | "secp224k1" => Some(112),
        "secp192r1" | "secp192k1" => Some(96),
        "secp160r1" | "secp160r2" | "secp160k1" => Some(80),
        _ => None,
    };
    let finite = lower.starts_with("ffdhe");
    let kem = lower.starts_with("mlkem");
    let algorithm = Algorithm {
        primitive: match (kem, quantum > 0) {
            (true, _) => "kem",
            (_, true) => "combiner",
            _ => "key-agree",
        },
        curve: (!finite && quantum == 0).then(|| name.to_owned()),
        parameter_set_identifier: finite.then(|| lower.trim_start_matches("ffdhe").to_owned()),
        crypto_functions: if quantum > 0 {
            &["encapsulate", "decapsulate"]
        } else {
            &["keygen", "keyderive"]
        },
        classical_security_level: classical,
        nist_quantum_security_level: Some(quantum),
        ..Algorithm::default()
    };
    (name.to_owned(), algorithm)
}

/// What signs: a certificate's signature or its key.
pub(super) fn of_signature(name: &str, bits: Option<u32>, curve: Option<&str>) -> Named {
    let lower = name.to_lowercase();
    let quantum = match lower.replace(['-', '_'], "").as_str() {
        name if name.contains("mldsa44") => 2,
        name if name.contains("mldsa65") => 3,
        name if name.contains("mldsa87") => 5,
        _ => 0,
    };
    let algorithm = Algorithm {
        primitive: "signature",
        parameter_set_identifier: bits.map(|bits| bits.to_string()),
        curve: curve.map(str::to_owned),
        crypto_functions: &["verify"],
        nist_quantum_security_level: Some(quantum),
        ..Algorithm::default()
    };
    let size = curve
        .map(str::to_owned)
        .or_else(|| bits.map(|bits| bits.to_string()))
        .map_or_else(String::new, |size| format!("-{size}"));
    (format!("{name}{size}"), algorithm)
}

fn exchange(exchange: Exchange) -> Option<Named> {
    let (name, primitive, functions): (_, _, &[_]) = match exchange {
        Exchange::Null | Exchange::Any => return None,
        Exchange::Rsa => ("RSA-key-transport", "pke", &["encrypt", "decrypt"]),
        Exchange::Dh => ("DH", "key-agree", &["keyderive"]),
        Exchange::Dhe => ("DHE", "key-agree", &["keygen", "keyderive"]),
        Exchange::Ecdh => ("ECDH", "key-agree", &["keyderive"]),
        Exchange::Ecdhe => ("ECDHE", "key-agree", &["keygen", "keyderive"]),
        Exchange::Psk => ("PSK", "other", &[]),
        Exchange::Srp => ("SRP", "key-agree", &["keyderive"]),
        Exchange::Kerberos => ("Kerberos", "other", &[]),
        Exchange::Gost => ("GOST-key-transport", "pke", &["encrypt", "decrypt"]),
        Exchange::Ecjpake => ("ECJPAKE", "key-agree", &["keyderive"]),
    };
    let algorithm = Algorithm {
        primitive,
        crypto_functions: functions,
        // A secret that both have beforehand does not fall to Shor's algorithm; how strong it is nobody measured.
        nist_quantum_security_level: (primitive != "other").then_some(0),
        ..Algorithm::default()
    };
    Some((name.to_owned(), algorithm))
}

fn authentication(authentication: Authentication) -> Option<Named> {
    let name = match authentication {
        Authentication::Anonymous | Authentication::Shared | Authentication::Any => return None,
        Authentication::Rsa => "RSA-signature",
        Authentication::Dss => "DSA",
        Authentication::Ecdsa => "ECDSA",
        Authentication::Gost => "GOST-signature",
    };
    Some(of_signature(name, None, None))
}

fn cipher(parts: &Parts) -> Option<Named> {
    let name = parts.cipher.replace('_', "-");
    let sound = parts.bits >= 128 && !name.starts_with("RC") && parts.block != 64;
    let level = match parts.bits {
        _ if !sound => 0,
        256.. => 5,
        192.. => 3,
        _ => 1,
    };
    let algorithm = Algorithm {
        primitive: match parts.mode {
            Mode::Null => return None,
            Mode::Stream => "stream-cipher",
            Mode::Cbc => "block-cipher",
            Mode::Aead => "ae",
        },
        parameter_set_identifier: (parts.bits > 0).then(|| parts.bits.to_string()),
        mode: match parts.mode {
            Mode::Cbc => Some("cbc"),
            Mode::Aead if name.contains("GCM") => Some("gcm"),
            Mode::Aead if name.contains("CCM") => Some("ccm"),
            _ => None,
        },
        crypto_functions: &["encrypt", "decrypt"],
        classical_security_level: Some(u32::from(parts.bits)),
        nist_quantum_security_level: Some(level),
        ..Algorithm::default()
    };
    Some((name, algorithm))
}

/// The MAC of an older suite, or the hash that keys are derived with.
fn hash(parts: &Parts) -> Option<Named> {
    let (name, classical, quantum) = match parts.hash {
        "SHA256" => ("SHA-256", Some(128), Some(2)),
        "SHA384" => ("SHA-384", Some(192), Some(4)),
        "SHA512" => ("SHA-512", Some(256), Some(5)),
        "SHA" => ("SHA-1", Some(80), Some(0)),
        "" => return None,
        other => (other, None, None),
    };
    let mac = parts.mode != Mode::Aead;
    let algorithm = Algorithm {
        primitive: if mac { "mac" } else { "hash" },
        crypto_functions: if mac { &["tag"] } else { &["digest", "keyderive"] },
        // A MAC does not fall with collisions of its hash.
        classical_security_level: classical.filter(|_| !mac),
        nist_quantum_security_level: quantum.filter(|_| !mac),
        ..Algorithm::default()
    };
    let name = if mac {
        format!("HMAC-{name}")
    } else {
        name.to_owned()
    };
    Some((name, algorithm))
}

#[cfg(test)]
mod tests {
    use holter_wire::CipherSuite;

    use super::*;

    fn named(code: u16) -> Vec<(String, Option<u8>)> {
        of_suite(&CipherSuite(code).parts().unwrap())
            .into_iter()
            .map(|(name, algorithm)| (name, algorithm.nist_quantum_security_level))
            .collect()
    }

    #[test]
    fn a_suite_is_its_algorithms_with_their_levels() {
        let expected = [
            ("ECDHE", 0),
            ("RSA-signature", 0),
            ("AES-256-GCM", 5),
            ("SHA-384", 4),
        ];
        assert_eq!(
            named(0xc030),
            expected.map(|(name, level)| (name.to_owned(), Some(level)))
        );
        assert_eq!(named(0x000a)[2], ("3DES-EDE-CBC".to_owned(), Some(0)));
        assert_eq!(named(0x1303)[0], ("CHACHA20-POLY1305".to_owned(), Some(5)));
    }

    #[test]
    fn every_registered_suite_has_a_level_for_its_cipher() {
        for suite in CipherSuite::registered() {
            let Some(parts) = suite.parts() else { continue };
            assert!(
                of_suite(&parts)
                    .iter()
                    .all(|(_, algorithm)| !algorithm.primitive.is_empty()),
                "{suite}"
            );
        }
    }

    #[test]
    fn hybrids_outlive_a_quantum_computer() {
        assert_eq!(of_group("X25519MLKEM768").1.nist_quantum_security_level, Some(3));
        assert_eq!(of_group("x25519").1.nist_quantum_security_level, Some(0));
        assert_eq!(of_group("ffdhe2048").1.classical_security_level, Some(112));
    }
}

//! The shapes of cryptographic assets in CycloneDX 1.6.

use std::collections::BTreeSet;

use serde::Serialize;

/// A component of the type `cryptographic-asset`.
#[derive(Debug, Serialize)]
pub(super) struct Asset {
    r#type: &'static str,
    #[serde(rename = "bom-ref")]
    pub(super) reference: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hashes: Option<[Hash; 1]>,
    #[serde(rename = "cryptoProperties")]
    properties: Properties,
}

#[derive(Debug, Serialize)]
struct Hash {
    alg: &'static str,
    content: String,
}

/// What kind of asset it is, with what there is to say of that kind.
#[derive(Debug, Serialize)]
#[serde(tag = "assetType", rename_all = "kebab-case")]
pub(super) enum Properties {
    /// A primitive.
    Algorithm {
        /// What there is to say.
        #[serde(rename = "algorithmProperties")]
        algorithm: Algorithm,
    },
    /// A certificate.
    Certificate {
        /// What there is to say.
        #[serde(rename = "certificateProperties")]
        certificate: Certificate,
    },
    /// A version of TLS with what is accepted in it.
    Protocol {
        /// What there is to say.
        #[serde(rename = "protocolProperties")]
        protocol: Protocol,
    },
    /// A public key.
    RelatedCryptoMaterial {
        /// What there is to say.
        #[serde(rename = "relatedCryptoMaterialProperties")]
        material: Material,
    },
}

/// A primitive.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Algorithm {
    pub(super) primitive: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) parameter_set_identifier: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) curve: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) mode: Option<&'static str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub(super) crypto_functions: &'static [&'static str],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) classical_security_level: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) nist_quantum_security_level: Option<u8>,
}

/// A certificate.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Certificate {
    pub(super) subject_name: String,
    pub(super) issuer_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) not_valid_before: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) not_valid_after: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) signature_algorithm_ref: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) subject_public_key_ref: Option<String>,
    pub(super) certificate_format: &'static str,
}

/// A version of TLS.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Protocol {
    pub(super) r#type: &'static str,
    pub(super) version: String,
    pub(super) cipher_suites: Vec<Suite>,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) crypto_ref_array: BTreeSet<String>,
}

/// A cipher suite.
#[derive(Debug, Serialize)]
pub(super) struct Suite {
    pub(super) name: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) algorithms: Vec<String>,
    pub(super) identifiers: [String; 2],
}

/// A public key.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Material {
    pub(super) r#type: &'static str,
    pub(super) id: String,
    pub(super) algorithm_ref: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) size: Option<u32>,
}

impl Asset {
    /// An asset under a reference of its own.
    pub(super) fn new(reference: String, name: impl Into<String>, properties: Properties) -> Self {
        Self {
            r#type: "cryptographic-asset",
            reference,
            name: name.into(),
            hashes: None,
            properties,
        }
    }

    /// With the SHA-256 of its bytes.
    pub(super) fn hashed(mut self, sha256: &str) -> Self {
        self.hashes = Some([Hash {
            alg: "SHA-256",
            content: sha256.to_owned(),
        }]);
        self
    }
}

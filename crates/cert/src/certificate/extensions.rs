//! Extensions (RFC 5280 section 4.2): who it is for, what it may do, and where more is said.

use std::collections::BTreeSet;
use std::net::IpAddr;

use asn1_rs::FromDer as _;
use serde::{Deserialize, Serialize};
use x509_parser::extensions::{
    BasicConstraints, DistributionPointName, ExtendedKeyUsage, GeneralName, KeyUsage, ParsedExtension,
    X509Extension,
};

use crate::Oddity;
use crate::fields::{Fields, dotted, tag};
use crate::name::shortened;
use crate::number::hex;
use crate::sct::{self, Sct};

/// Names, addresses and policies past this number are passed over.
const MOST: usize = 256;

/// A DNS name has 253 characters at most; addresses of the web should not have more.
const LONGEST: usize = 512;

/// What extensions say. What is not said is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extensions {
    /// The subject's other names.
    pub names: Names,
    /// Whether it may sign certificates.
    pub is_ca: bool,
    /// How many certificates of issuers may follow below it.
    pub path_length: Option<u32>,
    /// What the key may be used for, in RFC 5280's words.
    pub key_usage: Vec<String>,
    /// What the certificate is for: `serverAuth` and its like, or OIDs.
    pub purposes: Vec<String>,
    /// Whether a server must staple an OCSP response to it (RFC 7633).
    pub must_staple: bool,
    /// Promises of logs that it carries.
    pub scts: Vec<Sct>,
    /// Where its state may be asked by OCSP.
    pub ocsp: Vec<String>,
    /// Where lists of what was revoked are.
    pub crls: Vec<String>,
    /// Where its issuer's certificate is.
    pub issuers: Vec<String>,
    /// Policies, by OID.
    pub policies: Vec<String>,
    /// How the subject was validated.
    pub validation: Validation,
    /// The key's identifier, in hexadecimal.
    pub key_id: Option<String>,
    /// The identifier of the issuer's key.
    pub issuer_key_id: Option<String>,
    /// Critical extensions that are not known here: clients refuse them.
    pub unknown_critical: Vec<String>,
}

/// The subject's names for machines.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Names {
    /// DNS names.
    pub dns: Vec<String>,
    /// Addresses.
    pub ip: Vec<IpAddr>,
    /// Mail addresses.
    pub email: Vec<String>,
    /// Addresses of the web and others.
    pub uri: Vec<String>,
}

/// How a public authority validated the subject (CA/Browser Forum's policies 2.23.140.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Validation {
    /// It says nothing of it.
    #[default]
    None,
    /// Only by policies of the authority's own, which are not known here.
    Unknown,
    /// That the subject controls the name.
    Domain,
    /// Who the subject is: a person.
    Individual,
    /// Who the subject is: an organisation.
    Organisation,
    /// Extended validation.
    Extended,
}

/// Reads extensions, each given with its head.
pub(crate) fn read(extensions: &[&[u8]]) -> (Extensions, Vec<Oddity>) {
    let mut reading = Reading::default();
    for extension in extensions {
        match X509Extension::from_der(extension) {
            Ok((_, extension)) => reading.take(&extension),
            Err(_) => reading.oddities.push(Oddity::Unreadable("an extension")),
        }
    }
    (reading.found, reading.oddities)
}

#[derive(Default)]
struct Reading {
    found: Extensions,
    oddities: Vec<Oddity>,
    seen: BTreeSet<String>,
}

impl Reading {
    fn take(&mut self, extension: &X509Extension<'_>) {
        let oid = dotted(extension.oid.as_bytes());
        if !self.seen.insert(oid.clone()) {
            // Whoever reads the first and whoever reads the last would see two certificates.
            return self.oddities.push(Oddity::Duplicate("an extension"));
        }
        let found = &mut self.found;
        match extension.parsed_extension() {
            ParsedExtension::SubjectAlternativeName(names) => self.names(&names.general_names),
            ParsedExtension::BasicConstraints(BasicConstraints {
                ca,
                path_len_constraint,
            }) => {
                found.is_ca = *ca;
                found.path_length = *path_len_constraint;
            }
            ParsedExtension::KeyUsage(usage) => found.key_usage = key_usage(usage),
            ParsedExtension::ExtendedKeyUsage(usage) => found.purposes = purposes(usage),
            ParsedExtension::SubjectKeyIdentifier(id) => found.key_id = Some(short_hex(id.0)),
            ParsedExtension::AuthorityKeyIdentifier(id) => {
                found.issuer_key_id = id.key_identifier.as_ref().map(|id| short_hex(id.0));
            }
            ParsedExtension::CertificatePolicies(policies) => {
                found.policies = policies
                    .iter()
                    .take(MOST)
                    .map(|policy| dotted(policy.policy_id.as_bytes()))
                    .collect();
                found.validation = validation(&found.policies);
            }
            ParsedExtension::CRLDistributionPoints(points) => {
                for point in points.points.iter().take(MOST) {
                    if let Some(DistributionPointName::FullName(names)) = &point.distribution_point {
                        found.crls.extend(uris(names));
                    }
                }
            }
            ParsedExtension::AuthorityInfoAccess(access) => {
                for access in access.accessdescs.iter().take(MOST) {
                    let list = match dotted(access.access_method.as_bytes()).as_str() {
                        "1.3.6.1.5.5.7.48.1" => &mut found.ocsp,
                        "1.3.6.1.5.5.7.48.2" => &mut found.issuers,
                        _ => continue,
                    };
                    list.extend(uris(std::slice::from_ref(&access.access_location)));
                }
            }
            ParsedExtension::ParseError { .. } if oid != SCT_LIST => {
                self.oddities.push(Oddity::Unreadable("an extension's value"));
            }
            _ => self.take_other(&oid, extension),
        }
    }

    fn take_other(&mut self, oid: &str, extension: &X509Extension<'_>) {
        match oid {
            SCT_LIST => {
                let (scts, oddities) = sct::read_wrapped(extension.value);
                self.found.scts = scts;
                self.oddities.extend(oddities);
            }
            TLS_FEATURE => self.found.must_staple = asks_for_staple(extension.value),
            _ if extension.critical
                && matches!(
                    extension.parsed_extension(),
                    ParsedExtension::UnsupportedExtension { .. }
                ) =>
            {
                self.found.unknown_critical.push(oid.to_owned());
            }
            _ => {}
        }
    }

    fn names(&mut self, names: &[GeneralName<'_>]) {
        if names.len() > MOST {
            self.oddities.push(Oddity::TooMany("the subject's names"));
        }
        for name in names.iter().take(MOST) {
            let kept = &mut self.found.names;
            match name {
                GeneralName::DNSName(text) => kept.dns.push(shortened(text, LONGEST)),
                GeneralName::RFC822Name(text) => kept.email.push(shortened(text, LONGEST)),
                GeneralName::URI(text) => kept.uri.push(shortened(text, LONGEST)),
                GeneralName::IPAddress(octets) => match address(octets) {
                    Some(address) => kept.ip.push(address),
                    None => self
                        .oddities
                        .push(Oddity::Unreadable("an address among the names")),
                },
                GeneralName::Invalid(..) => self.oddities.push(Oddity::Unreadable("a name")),
                _ => {}
            }
        }
    }
}

/// Embedded SCTs (RFC 6962 section 3.3).
const SCT_LIST: &str = "1.3.6.1.4.1.11129.2.4.2";

/// What TLS extensions the server must answer (RFC 7633).
const TLS_FEATURE: &str = "1.3.6.1.5.5.7.1.24";

/// Whether `status_request`, 5, or `status_request_v2`, 17, is among the features.
fn asks_for_staple(value: &[u8]) -> bool {
    let Some(mut features) = Fields(value).sequence() else {
        return false;
    };
    while let Some(feature) = features.take(tag::INTEGER) {
        if matches!(feature.content, [5 | 17]) {
            return true;
        }
    }
    false
}

fn address(octets: &[u8]) -> Option<IpAddr> {
    <[u8; 4]>::try_from(octets)
        .map(IpAddr::from)
        .or_else(|_| <[u8; 16]>::try_from(octets).map(IpAddr::from))
        .ok()
}

fn uris(names: &[GeneralName<'_>]) -> Vec<String> {
    names
        .iter()
        .take(MOST)
        .filter_map(|name| match name {
            GeneralName::URI(text) => Some(shortened(text, LONGEST)),
            _ => None,
        })
        .collect()
}

fn short_hex(octets: &[u8]) -> String {
    hex(octets.get(..64).unwrap_or(octets))
}

fn key_usage(usage: &KeyUsage) -> Vec<String> {
    [
        (usage.digital_signature(), "digitalSignature"),
        (usage.non_repudiation(), "nonRepudiation"),
        (usage.key_encipherment(), "keyEncipherment"),
        (usage.data_encipherment(), "dataEncipherment"),
        (usage.key_agreement(), "keyAgreement"),
        (usage.key_cert_sign(), "keyCertSign"),
        (usage.crl_sign(), "cRLSign"),
        (usage.encipher_only(), "encipherOnly"),
        (usage.decipher_only(), "decipherOnly"),
    ]
    .into_iter()
    .filter(|(set, _)| *set)
    .map(|(_, name)| name.to_owned())
    .collect()
}

fn purposes(usage: &ExtendedKeyUsage<'_>) -> Vec<String> {
    let known = [
        (usage.any, "any"),
        (usage.server_auth, "serverAuth"),
        (usage.client_auth, "clientAuth"),
        (usage.code_signing, "codeSigning"),
        (usage.email_protection, "emailProtection"),
        (usage.time_stamping, "timeStamping"),
        (usage.ocsp_signing, "OCSPSigning"),
    ];
    known
        .into_iter()
        .filter(|(set, _)| *set)
        .map(|(_, name)| name.to_owned())
        .chain(usage.other.iter().take(MOST).map(|oid| dotted(oid.as_bytes())))
        .collect()
}

fn validation(policies: &[String]) -> Validation {
    policies
        .iter()
        .map(|policy| match policy.as_str() {
            "2.23.140.1.1" => Validation::Extended,
            "2.23.140.1.2.1" => Validation::Domain,
            "2.23.140.1.2.2" => Validation::Organisation,
            "2.23.140.1.2.3" => Validation::Individual,
            _ => Validation::Unknown,
        })
        .max()
        .unwrap_or_default()
}

//! Asks third parties about certificates, where the user allows it.

use holter_cert::crl::{look_up, read, verify_crl};
use holter_cert::{Certificate, Number, Signed, ocsp};
use holter_model::{Der, Fact};
use holter_phone::Phone;
use jiff::Timestamp;

use crate::{Configuration, Visit};

/// More addresses than these a certificate has no reason to name.
const MOST_ADDRESSES: usize = 2;

/// Asks about each certificate that the service showed.
pub(super) async fn ask(visit: &mut Visit<'_>) {
    let Some(phone) = visit.questions.phone.clone() else {
        return;
    };
    for chain in Configuration::of(visit.observations()).chains {
        let [leaf, issuer, ..] = chain.as_slice() else {
            continue;
        };
        let (certificate, _) = Certificate::read(&leaf.0);
        let answered = responder(visit, &phone, &certificate, (&leaf.0, &issuer.0)).await;
        if answered {
            continue;
        }
        if let Some(fact) = list(visit, &phone, &certificate, &issuer.0).await {
            visit.heard(fact);
        }
    }
}

/// Asks the responders that the certificate names; whether one answered.
async fn responder(
    visit: &mut Visit<'_>,
    phone: &Phone,
    certificate: &Certificate,
    (leaf, issuer): (&[u8], &[u8]),
) -> bool {
    let Some(request) = ocsp::request(leaf, issuer) else {
        return false;
    };
    let addresses = &certificate.extensions.ocsp;
    for address in addresses.iter().take(MOST_ADDRESSES) {
        match phone.ocsp(address, &request).await {
            Ok(response) => {
                visit.heard(Fact::Ocsp {
                    stapled: false,
                    response: Some(Der(response)),
                });
                return true;
            }
            Err(error) => visit.odd(format!("the OCSP responder of its certificate: {error}")),
        }
    }
    if !addresses.is_empty() {
        visit.heard(Fact::Ocsp {
            stapled: false,
            response: None,
        });
    }
    false
}

/// Looks the certificate up on its issuer's list.
async fn list(
    visit: &mut Visit<'_>,
    phone: &Phone,
    certificate: &Certificate,
    issuer: &[u8],
) -> Option<Fact> {
    let serial = serial(&certificate.serial)?;
    for address in certificate.extensions.crls.iter().take(MOST_ADDRESSES) {
        match phone.list(address).await {
            Ok(list) => {
                let (about, _) = read(&list);
                let now: Timestamp = visit.now();
                let current = about.this_update.is_some_and(|since| since <= now)
                    && about.next_update.is_none_or(|until| now <= until);
                let whole = !about.is_delta && !about.is_partial;
                return Some(Fact::RevocationList {
                    certificate: certificate.sha256.clone(),
                    listed: look_up(&list, &serial).map(|entry| (entry.at, entry.reason)),
                    sound: current && whole && verify_crl(&list, issuer) == Signed::Yes,
                });
            }
            Err(error) => visit.odd(format!("the revocation list of its certificate: {error}")),
        }
    }
    None
}

/// The serial number behind its hexadecimal form.
fn serial(hex: &str) -> Option<Number> {
    let digits = hex.as_bytes().chunks(2).map(|pair| {
        let pair = std::str::from_utf8(pair).ok()?;
        u8::from_str_radix(pair, 16).ok()
    });
    digits
        .collect::<Option<Vec<u8>>>()
        .map(|bytes| Number::new(&bytes))
}

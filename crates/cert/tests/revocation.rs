//! OCSP and CRL: what openssl's responder and authority say, and on whose authority.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may fail"
)]

use holter_cert::crl::{self, Revoked};
use holter_cert::ocsp::{self, Authority, Responder, State, Status};
use holter_cert::{Certificate, Number, Oddity, Signed};

mod made;

#[test]
fn a_good_answer_of_the_issuer() {
    let (leaf, issuing, root) = (made::der("leaf"), made::der("issuing"), made::der("root"));
    let der = made::file("good.ocsp");
    let (response, oddities) = ocsp::read(&der);
    assert_eq!(oddities, []);
    assert_eq!(response.status, Status::Successful);
    assert_eq!(
        response.responder,
        Some(Responder::Name("C=US,O=Hospital,CN=Hospital Issuing".into()))
    );
    let answer = response.about(&leaf, &issuing).unwrap();
    assert_eq!(answer.state, State::Good);
    let (since, until) = (answer.this_update.unwrap(), answer.next_update.unwrap());
    assert_eq!(answer.is_current_at(since), Some(true));
    assert_eq!((until - since).total(jiff::Unit::Hour).unwrap(), 720.0);
    assert_eq!(
        answer.is_current_at(until + jiff::Span::new().seconds(1)),
        Some(false)
    );
    assert_eq!(ocsp::authority(&der, &issuing), Authority::Issuer);
    assert_eq!(ocsp::authority(&der, &root), Authority::Nobody);
    assert_eq!(response.about(&made::der("expired"), &issuing), None);
    assert_eq!(response.about(&leaf, &root), None);
    let text = serde_json::to_string(&response).unwrap();
    assert_eq!(serde_json::from_str::<ocsp::Response>(&text).unwrap(), response);
}

#[test]
fn a_revocation_by_a_delegate_and_by_a_stranger() {
    let (leaf, issuing) = (made::der("leaf"), made::der("issuing"));
    let der = made::file("revoked.ocsp");
    let (response, _) = ocsp::read(&der);
    let State::Revoked { at, reason } = response.about(&leaf, &issuing).unwrap().state else {
        panic!("{response:?}");
    };
    assert!(at.is_some() && reason == Some(1));
    let Authority::Delegate {
        subject, not_after, ..
    } = ocsp::authority(&der, &issuing)
    else {
        panic!("no delegate");
    };
    assert_eq!(subject, "CN=Hospital OCSP");
    assert_eq!(not_after, "2039-12-31T23:59:59Z".parse().ok());
    assert_eq!(
        ocsp::authority(&made::file("stranger.ocsp"), &issuing),
        Authority::Nobody
    );
    let mut forged = der;
    let place = forged
        .windows(2)
        .position(|bytes| bytes == [0x82, 0])
        .unwrap_or(100);
    forged[place + 90] ^= 1;
    assert_eq!(ocsp::authority(&forged, &issuing), Authority::Nobody);
}

#[test]
fn the_question_is_openssl_s_question() {
    let (leaf, issuing) = (made::der("leaf"), made::der("issuing"));
    assert_eq!(ocsp::request(&leaf, &issuing).unwrap(), made::file("leaf.ask"));
    assert_eq!(ocsp::request(b"", &issuing), None);
}

#[test]
fn refusals_are_no_answers() {
    let (response, oddities) = ocsp::read(&[0x30, 3, 0x0a, 1, 6]);
    assert_eq!((response.status, oddities), (Status::Unauthorized, vec![]));
    let (response, oddities) = ocsp::read(&[0x30, 3, 0x0a, 1, 0]);
    assert_eq!(response.status, Status::Successful);
    assert_eq!(oddities, [Oddity::Unreadable("the OCSP response")]);
    assert_eq!(ocsp::read(b"").1, [Oddity::Truncated("the OCSP response")]);
    assert_eq!(ocsp::authority(b"", &made::der("issuing")), Authority::Unchecked);
}

#[test]
fn a_list_is_read_looked_through_and_verified() {
    let (issuing, root) = (made::der("issuing"), made::der("root"));
    let der = made::file("list.crl");
    let (list, oddities) = crl::read(&der);
    assert_eq!(oddities, []);
    assert_eq!(list.issuer, "C=US,O=Hospital,CN=Hospital Issuing");
    assert_eq!((list.entries, list.number.clone()), (1, Some(Number::new(&[7]))));
    assert_eq!(list.signature.name, "ecdsa-with-SHA256");
    assert!(list.this_update < list.next_update && !list.is_delta && !list.is_partial);
    let serial = |name| Number::new(&hex(&Certificate::read(&made::der(name)).0.serial));
    let Some(Revoked { at: Some(_), reason }) = crl::look_up(&der, &serial("leaf")) else {
        panic!("not on the list");
    };
    assert_eq!(reason, Some(1));
    assert_eq!(crl::look_up(&der, &serial("expired")), None);
    assert_eq!(crl::verify_crl(&der, &issuing), Signed::Yes);
    assert_eq!(crl::verify_crl(&der, &root), Signed::No);
    let cut = &der[..der.len() - 10];
    assert_eq!(crl::verify_crl(cut, &issuing), Signed::Unchecked);
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

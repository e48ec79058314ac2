//! The certificate of a service that speaks TLS 1.3 alone: it comes encrypted there, so that one handshake is finished
//! to see it. Where an older version showed one in the clear, nothing is asked.

use holter_handshake::{Offer, handshake};
use holter_model::{Der, Fact};
use holter_protocols::marks::recognise_certificate;
use holter_wire::Version;

use crate::{Configuration, Visit};

/// Asks, on a connection of its own.
pub(super) async fn ask(visit: &mut Visit<'_>) {
    let known = Configuration::of(visit.observations());
    let hidden = known.newest() == Some(Version::TLS13) && known.chains.is_empty();
    if !hidden || visit.is_spared() {
        return;
    }
    let Some(mut line) = visit.open().await else {
        return;
    };
    let name = visit.questions.sni.as_deref().or(visit.name);
    let groups = crate::session::groups(&known);
    let offer = Offer {
        suites: crate::session::suites(&known, Version::TLS13),
        groups: &groups,
        server_name: name,
        identity: visit.questions.identity.as_ref(),
        status_request: true,
        ..Offer::new(Version::TLS13)
    };
    match handshake(&mut line, &offer, visit.dice).await {
        Ok(session) => {
            let certificates: Vec<Der> = session.chain().iter().cloned().map(Der).collect();
            let response = session.facts().ocsp_response.clone().map(Der);
            let version = session.version().0;
            visit.recognised(
                session
                    .chain()
                    .first()
                    .and_then(|leaf| recognise_certificate(leaf)),
            );
            let _ = session.close(&mut line).await;
            if !certificates.is_empty() {
                let name = name.map(str::to_owned);
                visit.heard(Fact::Chain {
                    version,
                    name,
                    certificates,
                });
                visit.heard(Fact::Ocsp {
                    stapled: true,
                    response,
                });
            }
        }
        Err(error) => visit.odd(format!("no handshake could be finished in TLS 1.3: {error}")),
    }
    visit.done(line);
}

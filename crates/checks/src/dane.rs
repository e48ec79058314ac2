//! # What the DNS says of the certificate
//!
//! ## What it asks
//! Nothing of the service. Only with `--phone-out`, and where it was named: the DNS, for the TLSA records of its port and
//! the CAA records of its name.
//!
//! ## Why it matters
//! Mail servers refuse a certificate that its own TLSA record contradicts; and who may issue certificates for a name at
//! all is worth writing down. Records that DNSSEC does not vouch for prove nothing, either way (RFC 7671 section 2.1): clients
//! pass them over.
//!
//! ## What to do
//! See `flaws/DANE-MISMATCH.toml`.
//!
//! ## References
//! RFC 6698; RFC 7671; RFC 8659.

mod record;

use std::net::IpAddr;

use holter_cert::number::hex;
use holter_model::{Attempt, Fact, Judgement, Observation, Transport, Verdict};

use self::record::{Fit, Record};
use crate::certificate::shown;
use crate::ground::{self, Ruling, rule};
use crate::visit::PHONE_OUT;
use crate::{Check, Configuration, Needs, Profile, Visit};

/// Clients of these look for TLSA records (RFC 7672; RFC 7673); browsers do not.
const HEEDED: [&str; 4] = ["lmtp", "smtp", "xmpp", "xmpp-server"];

/// The check.
pub(crate) static CHECK: Check = Check {
    id: "dane",
    name: "Certificate against the DNS",
    about: "with --phone-out, compares the certificate with the TLSA records of the DNS, and notes CAA",
    profile: Profile::Full,
    needs: Needs::Survey,
    flaws: &[include_str!("../../../flaws/DANE-MISMATCH.toml")],
    ask: |visit| Box::pin(ask(visit)),
    judge: |observations, attempt| judge(observations, attempt).into_iter().collect(),
};

async fn ask(visit: &mut Visit<'_>) {
    let Some(phone) = visit.questions.phone.clone() else {
        return;
    };
    let name = visit.questions.sni.as_deref().or(visit.name);
    let Some(name) = name.filter(|name| name.parse::<IpAddr>().is_err()) else {
        return;
    };
    let transport = match visit.endpoint.transport {
        Transport::Tcp => "tcp",
        Transport::Udp => "udp",
    };
    match phone.tlsa(name, visit.endpoint.port, transport).await {
        Ok(found) => visit.heard(Fact::Tlsa {
            records: found
                .records
                .iter()
                .map(|record| {
                    let data = hex(&record.data);
                    format!("{} {} {} {data}", record.usage, record.selector, record.matching)
                })
                .collect(),
            authenticated: found.authenticated,
        }),
        Err(error) => visit.odd(format!("its TLSA records: {error}")),
    }
    match phone.caa(name).await {
        Ok(records) => visit.heard(Fact::Caa {
            records: records
                .iter()
                .map(|record| format!("{} {}", record.tag, record.value))
                .collect(),
        }),
        Err(error) => visit.odd(format!("its CAA records: {error}")),
    }
}

fn judge(observations: &[Observation], attempt: Attempt) -> Option<Judgement> {
    rule((CHECK.id, "DANE-MISMATCH"), observations, attempt, |known| {
        decide(known, observations, attempt)
    })
}

fn decide(known: &Configuration, observations: &[Observation], attempt: Attempt) -> Ruling {
    let asked = observations
        .iter()
        .rev()
        .find_map(|observation| match &observation.fact {
            Fact::Tlsa {
                records,
                authenticated,
            } => Some((records, *authenticated)),
            _ => None,
        });
    let Some((records, authenticated)) = asked else {
        return unasked(known, observations);
    };
    if records.is_empty() {
        return Ruling::not_applicable("the DNS has no TLSA records for its name and port");
    }
    let shown = shown::of(observations);
    if shown.is_empty() {
        return shown::unseen(known, attempt);
    }
    let records: Vec<Option<Record>> = records.iter().map(|record| Record::read(record)).collect();
    // A client may be shown any of its chains, and each must fit some record.
    let worst = shown
        .iter()
        .map(|shown| {
            let fits = records.iter().map(|record| match record {
                Some(record) => record.fits(shown, &known.trust),
                None => Fit::Open("a TLSA record could not be read".to_owned()),
            });
            fits.max_by_key(Fit::rank)
                .unwrap_or_else(|| Fit::Open(String::new()))
        })
        .min_by_key(Fit::rank);
    let (verdict, why) = match worst {
        Some(Fit::Yes) => (
            Verdict::NotAffected,
            "its certificate fits a TLSA record".to_owned(),
        ),
        Some(Fit::No(why)) => (
            Verdict::Affected,
            format!("it contradicts all of its {} TLSA records: {why}", records.len()),
        ),
        Some(Fit::Open(why)) => (Verdict::Inconclusive, why),
        None => (Verdict::Inconclusive, "no certificate was seen".to_owned()),
    };
    if authenticated {
        return (verdict, why).into();
    }
    Ruling::inconclusive(format!(
        "{why}; but no name server vouches for its TLSA records by DNSSEC, so clients pass them over: sign the zone, or \
         ask by a name server that validates"
    ))
}

/// What is to be said where the DNS said nothing.
fn unasked(known: &Configuration, observations: &[Observation]) -> Ruling {
    let heeded = ground::protocol(observations).is_some_and(|id| HEEDED.contains(&id));
    if known.name.is_none() {
        Ruling::not_applicable(
            "it was asked for by its address, and TLSA records belong to names: name it to have it compared",
        )
    } else if heeded {
        Ruling::inconclusive(
            "the DNS has not said which certificate belongs here: with --phone-out it is asked for TLSA records",
        )
        .needing(PHONE_OUT)
    } else {
        Ruling::not_applicable(
            "hardly a client of such a service looks for TLSA records; with --phone-out it is compared with them all the same",
        )
    }
}

#[cfg(test)]
mod tests;

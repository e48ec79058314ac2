//! # What the DNS says of the certificate
//!
//! ## What it asks
//! Nothing of the service. Only with `--phone-out`, and where it was named: the DNS, for the TLSA records of its port and
//! the CAA records of its name.
//!
//! ## Why it matters
//! Mail servers refuse a certificate that its own TLSA record contradicts; and who may issue certificates for a name at
//! all is worth writing down.
//!
//! ## What to do
//! See `flaws/DANE-MISMATCH.toml`.
//!
//! ## References
//! RFC 6698; RFC 7671; RFC 8659.

use std::fmt::Write as _;
use std::net::IpAddr;

use holter_model::{Attempt, Basis, Der, Fact, Judgement, Observation, Transport, Verdict};
use sha2::{Digest as _, Sha256, Sha512};

use crate::{Check, Configuration, Needs, Profile, Visit};

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

/// Judges. `None` when the DNS was not asked, or has no such records.
fn judge(observations: &[Observation], _: Attempt) -> Option<Judgement> {
    let (records, authenticated) =
        observations
            .iter()
            .rev()
            .find_map(|observation| match &observation.fact {
                Fact::Tlsa {
                    records,
                    authenticated,
                } if !records.is_empty() => Some((records, *authenticated)),
                _ => None,
            })?;
    let chains = Configuration::of(observations).chains;
    let matches: Vec<Option<bool>> = records
        .iter()
        .flat_map(|record| chains.iter().map(move |chain| fits(record, chain)))
        .collect();
    let vouched = if authenticated {
        ""
    } else {
        ", which no name server vouches for"
    };
    let (verdict, evidence) = if matches.contains(&Some(true)) {
        (
            Verdict::NotAffected,
            format!("its certificate matches a TLSA record{vouched}"),
        )
    } else if matches.is_empty() || matches.contains(&None) {
        (
            Verdict::Inconclusive,
            "its TLSA records, or its certificate, could not be read".to_owned(),
        )
    } else {
        (
            Verdict::Affected,
            format!(
                "none of the {} TLSA records matches its certificate{vouched}",
                records.len()
            ),
        )
    };
    Some(Judgement::new(
        CHECK.id,
        "DANE-MISMATCH",
        verdict,
        Basis::Configuration,
        evidence,
    ))
}

/// Whether a chain fits a record (RFC 6698 section 2.1); `None`: the record cannot be read.
fn fits(record: &str, chain: &[Der]) -> Option<bool> {
    let mut fields = record.split(' ');
    let mut number = || fields.next()?.parse::<u8>().ok();
    let (usage, selector, matching) = (number()?, number()?, number()?);
    let wanted = fields.next()?;
    // An authority may stand anywhere in the chain, the service's own certificate only first.
    let candidates = match usage {
        0 | 2 => chain,
        1 | 3 => chain.get(..1)?,
        _ => return None,
    };
    let mut any = false;
    for certificate in candidates {
        let key;
        let part = match selector {
            0 => certificate.0.as_slice(),
            1 => {
                key = holter_cert::certificate::public_key(&certificate.0)?;
                key
            }
            _ => return None,
        };
        let found = match matching {
            0 => hex(part),
            1 => hex(&Sha256::digest(part)),
            2 => hex(&Sha512::digest(part)),
            _ => return None,
        };
        any |= found == wanted;
    }
    Some(any)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_fits_the_certificate_that_it_describes() {
        let chain = [Der(b"leaf".to_vec()), Der(b"authority".to_vec())];
        let record = |usage: u8, of: &[u8]| format!("{usage} 0 1 {}", hex(&Sha256::digest(of)));
        assert_eq!(fits(&record(3, b"leaf"), &chain), Some(true));
        assert_eq!(fits(&record(3, b"authority"), &chain), Some(false));
        assert_eq!(fits(&record(2, b"authority"), &chain), Some(true));
        assert_eq!(fits(&format!("3 0 0 {}", hex(b"leaf")), &chain), Some(true));
        for odd in ["", "3 0 1", "9 0 1 aa", "3 7 1 aa", "3 0 9 aa", "x y z aa"] {
            assert_eq!(fits(odd, &chain), None, "{odd}");
        }
    }
}

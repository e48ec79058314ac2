//! The chains that a service showed, read once for all that is judged of them.

use holter_cert::{Certificate, Chain, Signed};
use holter_model::{Attempt, Der, Fact, Observation};
use holter_wire::suite::Authentication;
use jiff::Timestamp;

use crate::Configuration;
use crate::ground::Ruling;

/// A chain, and when and under which name it was seen.
pub(crate) struct Shown {
    pub(crate) at: Timestamp,
    pub(crate) name: Option<String>,
    pub(super) chain: Chain,
    certificates: Vec<Der>,
}

/// Every chain that was shown, each once, as it was last seen.
pub(crate) fn of(observations: &[Observation]) -> Vec<Shown> {
    let mut all: Vec<Shown> = Vec::new();
    for observation in observations {
        let Fact::Chain {
            name, certificates, ..
        } = &observation.fact
        else {
            continue;
        };
        if certificates.is_empty() {
            continue;
        }
        if let Some(known) = all.iter_mut().find(|shown| shown.certificates == *certificates) {
            known.at = known.at.max(observation.at);
            continue;
        }
        let ders: Vec<&[u8]> = certificates.iter().map(|der| der.0.as_slice()).collect();
        all.push(Shown {
            at: observation.at,
            name: name.clone(),
            chain: Chain::read(&ders).0,
            certificates: certificates.clone(),
        });
    }
    all
}

/// What is to be said where no certificate was seen.
pub(crate) fn unseen(configuration: &Configuration, attempt: Attempt) -> Ruling {
    let mut suites = configuration.suites();
    let shows = suites.any(|(_, _, parts)| {
        !matches!(
            parts.authentication,
            Authentication::Anonymous | Authentication::Shared
        )
    });
    if !shows && configuration.complete {
        return Ruling::not_applicable("it shows no certificate");
    }
    Ruling::inconclusive(match attempt {
        Attempt::Completed => "its certificate was not seen".to_owned(),
        _ => format!("its certificate was not seen: {}", attempt.explain()),
    })
}

impl Shown {
    /// The way up from the service's own certificate: places among [`Self::ders`].
    pub(crate) fn way_up(&self) -> &[usize] {
        &self.chain.path
    }

    /// Whether the issuer at the end of what was sent was not.
    pub(crate) const fn path_ends_unsent(&self) -> bool {
        self.chain.ends_at.is_some()
    }

    pub(crate) fn ders(&self) -> Vec<&[u8]> {
        self.certificates.iter().map(|der| der.0.as_slice()).collect()
    }

    /// The service's own certificate.
    pub(crate) fn leaf(&self) -> Option<&Certificate> {
        self.chain.certificates.first()
    }

    /// Whether nobody vouches for it. An old signature of its own cannot be computed here, and is taken at its word.
    pub(super) fn is_self_signed(&self) -> bool {
        self.leaf().is_some_and(|leaf| {
            leaf.self_signed == Signed::Yes || (leaf.self_issued && leaf.self_signed == Signed::Unchecked)
        })
    }

    /// The certificates of the path up from the service's own, each with what to call it.
    pub(super) fn path(&self) -> impl Iterator<Item = (String, &Certificate)> {
        let places = self.chain.path.iter().enumerate();
        places.filter_map(|(level, place)| {
            let certificate = self.chain.certificates.get(*place)?;
            Some((self.called(level), certificate))
        })
    }

    /// What to call the certificate at this level of the path.
    pub(super) fn called(&self, level: usize) -> String {
        match level {
            0 => "its certificate".to_owned(),
            1 => "the certificate above its own".to_owned(),
            _ => format!("the certificate {level} above its own"),
        }
    }
}

//! The certificates that a server sent, in the order that it sent them: what belongs together and what does not.

use serde::{Deserialize, Serialize};

use crate::certificate::signed_by;
use crate::parts::{self, Parts};
use crate::{Certificate, Oddity, Signed};

/// No path needs more, and each costs a signature.
const MOST: usize = 32;

/// How many signatures may be computed for one chain: a hostile one could ask for its square.
const MOST_CHECKS: usize = 48;

/// What a server sent. Places count from 0, which is the server's own certificate.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chain {
    /// The certificates, as sent.
    pub certificates: Vec<Certificate>,
    /// The way up from the first one, by names and signatures.
    pub path: Vec<usize>,
    /// Whether the first one is the leaf: false when it is the issuer of another.
    pub leaf_first: bool,
    /// Whether the path stands in its order (TLS before 1.3 asks for that).
    pub in_order: bool,
    /// What belongs to no path from the first one.
    pub surplus: Vec<usize>,
    /// What had been sent before.
    pub duplicates: Vec<usize>,
    /// A root that was sent: it convinces nobody and costs bytes.
    pub root_sent: Option<usize>,
    /// The name of the issuer at the end of the path, when it was not sent. It may be a root, which need not be, or a
    /// missing intermediate: a trust store knows which.
    pub ends_at: Option<String>,
    /// Where a certificate's issuer was sent by name, but did not sign it.
    pub broken: Vec<usize>,
    /// The weakest key on the path.
    pub weakest_key: Option<usize>,
    /// The weakest signature on the path. A root's signature of itself proves nothing and does not count.
    pub weakest_signature: Option<usize>,
}

impl Chain {
    /// Reads what was sent.
    #[must_use]
    pub fn read(ders: &[&[u8]]) -> (Self, Vec<Oddity>) {
        let (mut chain, mut oddities) = (Self::default(), Vec::new());
        if ders.len() > MOST {
            oddities.push(Oddity::TooMany("the chain"));
        }
        let ders = ders.get(..MOST).unwrap_or(ders);
        for der in ders {
            let (certificate, odd) = Certificate::read(der);
            chain.certificates.push(certificate);
            oddities.extend(odd);
        }
        let all: Vec<Sent<'_>> = ders
            .iter()
            .enumerate()
            .map(|(place, der)| Sent {
                place,
                der,
                parts: parts::read(der).0,
            })
            .collect();
        chain.climb(&all);
        chain.sort_out(&all);
        chain.weigh();
        (chain, oddities)
    }

    fn climb(&mut self, all: &[Sent<'_>]) {
        let mut checks = MOST_CHECKS;
        let Some(mut here) = all.first() else {
            return;
        };
        self.path.push(0);
        while !here.is_self_issued() {
            let mut above = None;
            for issuer in all.iter().filter(|sent| here.names(sent)) {
                if checks == 0
                    || self
                        .path
                        .iter()
                        .any(|place| all.get(*place).is_some_and(|on| on.der == issuer.der))
                {
                    continue;
                }
                checks -= 1;
                match signed_by(here.der, issuer.der) {
                    Signed::Yes => above = Some(issuer),
                    Signed::Unchecked => above = above.or(Some(issuer)),
                    Signed::No => continue,
                }
                break;
            }
            let Some(issuer) = above else {
                if all.iter().any(|sent| here.names(sent)) {
                    self.broken.push(here.place);
                }
                self.ends_at = self.certificates.get(here.place).map(|last| last.issuer.clone());
                return;
            };
            self.path.push(issuer.place);
            here = issuer;
        }
        if here.place != 0 {
            self.root_sent = Some(here.place);
        }
    }

    fn sort_out(&mut self, all: &[Sent<'_>]) {
        for sent in all {
            if all.iter().take(sent.place).any(|before| before.der == sent.der) {
                self.duplicates.push(sent.place);
            } else if !self.path.contains(&sent.place) {
                self.surplus.push(sent.place);
            }
        }
        self.in_order = self.path.iter().enumerate().all(|(at, place)| at == *place);
        self.leaf_first = all.first().is_some_and(|first| {
            !all.iter()
                .any(|sent| sent.der != first.der && !sent.is_self_issued() && sent.names(first))
        });
    }

    fn weigh(&mut self) {
        let on_path = |place: &&usize| self.certificates.get(**place);
        self.weakest_key = self
            .path
            .iter()
            .filter_map(|place| Some((on_path(&place)?.key.strength()?, *place)))
            .min()
            .map(|(_, place)| place);
        self.weakest_signature = self
            .path
            .iter()
            .filter_map(|place| {
                let certificate = on_path(&place)?;
                let proves = *place == 0 || !certificate.self_issued;
                proves.then_some(())?;
                Some((certificate.signature.hash?, *place))
            })
            .min()
            .map(|(_, place)| place);
    }
}

struct Sent<'a> {
    place: usize,
    der: &'a [u8],
    parts: Parts<'a>,
}

impl Sent<'_> {
    fn is_self_issued(&self) -> bool {
        self.parts.subject == self.parts.issuer
    }

    /// Whether it names the other as its issuer.
    fn names(&self, other: &Sent<'_>) -> bool {
        self.place != other.place && !self.parts.issuer.is_empty() && self.parts.issuer == other.parts.subject
    }
}

//! What a person is told of all that was heard: the gravest of each kind, and how many there were. A report of a million services
//! is as long as one of a few hundred, and takes no more memory.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use holter_capture::flaws;
use holter_capture::subject::{End, Inventory, Said, Sign, Subject};
use holter_model::{Severity, Verdict};

use super::words::place;
use super::{is_told, is_weakness};

/// As many of each kind are told; the forms for programs have all.
pub(super) const MOST: usize = 500;

/// As many places are named behind a flaw.
const PLACES: usize = 40;

/// What is told, and of whom.
#[derive(Debug)]
pub(super) struct Told<T> {
    /// Without what is told elsewhere.
    pub(super) subject: Subject,
    pub(super) what: T,
}

/// Those that are told, and how many there were.
#[derive(Debug)]
pub(super) struct Few<T> {
    pub(super) told: Vec<T>,
    pub(super) all: usize,
}

/// Where a weakness is.
#[derive(Debug, Default)]
pub(super) struct Weak {
    pub(super) places: Vec<String>,
    pub(super) all: usize,
}

/// What is told.
#[derive(Debug, Default)]
pub(super) struct Digest {
    /// Attacks that worked, the gravest first.
    pub(super) worked: Few<Told<Said>>,
    /// Those that did not, or that nobody knows of whether they did.
    pub(super) tried: Few<Told<Said>>,
    /// The flaws that attacks worked by.
    pub(super) flaws: BTreeSet<String>,
    pub(super) clear_text: Few<Told<Said>>,
    pub(super) signs: Few<Told<Sign>>,
    pub(super) servers: Few<Subject>,
    pub(super) weak: BTreeMap<(Reverse<Severity>, String), Weak>,
}

impl<T> Default for Few<T> {
    fn default() -> Self {
        Self {
            told: Vec::new(),
            all: 0,
        }
    }
}

impl<T> Few<T> {
    /// Takes one more, where there is room for it.
    fn take(&mut self, one: impl FnOnce() -> T) {
        self.all += 1;
        if self.told.len() < MOST {
            self.told.push(one());
        }
    }
}

impl Few<Told<Said>> {
    /// Takes one more where it belongs: the gravest first, and of the like those that came first.
    fn rank(&mut self, subject: &Subject, said: &Said) {
        self.all += 1;
        let place = self
            .told
            .partition_point(|told| gravity(&told.what) >= gravity(said));
        if place < MOST {
            self.told.truncate(MOST - 1);
            self.told.insert(place, told(subject, said.clone()));
        }
    }
}

impl Digest {
    /// Takes a subject.
    pub(super) fn take(&mut self, subject: &Subject) {
        for said in &subject.verdicts {
            if is_told(said) {
                if said.verdict == Verdict::Affected {
                    self.worked.rank(subject, said);
                    if !self.flaws.contains(&said.flaw) {
                        self.flaws.insert(said.flaw.clone());
                    }
                } else {
                    self.tried.rank(subject, said);
                }
            }
            if said.flaw == flaws::CLEAR_CLINICAL {
                self.clear_text.take(|| told(subject, said.clone()));
            }
            if is_weakness(said) {
                let key = (Reverse(flaws::severity(&said.flaw)), said.flaw.clone());
                let weak = self.weak.entry(key).or_default();
                weak.all += 1;
                if weak.places.len() < PLACES {
                    weak.places.push(place(subject));
                }
            }
        }
        for sign in &subject.signs {
            self.signs.take(|| told(subject, sign.clone()));
        }
        if subject.subject.role == End::Server {
            self.servers.take(|| Subject {
                inventory: subject.inventory.clone(),
                ..bare(subject)
            });
        }
    }
}

fn gravity(said: &Said) -> impl Ord {
    (said.verdict, said.weight.map(|weight| weight.ladder))
}

fn told<T>(subject: &Subject, what: T) -> Told<T> {
    Told {
        subject: bare(subject),
        what,
    }
}

/// A subject without what was found of it.
fn bare(subject: &Subject) -> Subject {
    Subject {
        schema: subject.schema,
        file: subject.file.clone(),
        subject: subject.subject,
        transport: subject.transport,
        protocol: subject.protocol.clone(),
        peers: subject.peers.clone(),
        more_peers: subject.more_peers,
        first: subject.first,
        last: subject.last,
        verdicts: Vec::new(),
        signs: Vec::new(),
        inventory: Inventory::default(),
        coverage: subject.coverage.clone(),
        so_far: subject.so_far,
        observations: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use holter_capture::Ladder;
    use holter_capture::subject::{Coverage, SCHEMA, Weight, Who};
    use holter_model::{Basis, Transport};
    use jiff::Timestamp;

    use super::*;

    fn robbed(port: u16, ladder: Ladder) -> Subject {
        let said = Said {
            check: "heartbeats-heard".to_owned(),
            flaw: "CVE-2014-0160".to_owned(),
            verdict: Verdict::Affected,
            basis: Basis::Behaviour,
            weight: Some(Weight {
                ladder,
                attempts: 1,
                answers: 1,
                leaked_min: 1,
                leaked_max: 1,
                first_leak: None,
                last_leak: None,
            }),
            evidence: String::new(),
            by: Vec::new(),
            exposure: None,
        };
        Subject {
            schema: SCHEMA,
            file: String::new(),
            subject: Who {
                address: IpAddr::V4(Ipv4Addr::LOCALHOST),
                port,
                role: End::Server,
            },
            transport: Transport::Tcp,
            protocol: None,
            peers: Vec::new(),
            more_peers: false,
            first: Timestamp::UNIX_EPOCH,
            last: Timestamp::UNIX_EPOCH,
            verdicts: vec![said],
            signs: Vec::new(),
            inventory: Inventory::default(),
            coverage: Coverage::default(),
            so_far: false,
            observations: Vec::new(),
        }
    }

    #[test]
    fn the_gravest_are_told_however_many_came_before() {
        let mut digest = Digest::default();
        for port in 0..2000 {
            digest.take(&robbed(port, Ladder::LeakProbable));
        }
        digest.take(&robbed(9000, Ladder::LeakExact));
        assert_eq!((digest.worked.told.len(), digest.worked.all), (MOST, 2001));
        assert_eq!(
            digest.worked.told.first().map(|told| told.subject.subject.port),
            Some(9000)
        );
        assert_eq!(
            digest.worked.told.get(1).map(|told| told.subject.subject.port),
            Some(0)
        );
        assert_eq!((digest.servers.told.len(), digest.servers.all), (MOST, 2001));
    }
}

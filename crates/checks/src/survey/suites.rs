//! All suites of one version, by taking away what was chosen.

use holter_model::{Fact, Order, Refusal};
use holter_wire::{AlertDescription, CipherSuite, Version};

use super::axes::Narrow;
use super::enumerate::{News, Survey};
use super::known;
use super::offer::Extent;
use super::say::Said;
use super::tally::Tally;
use crate::tolerance::tolerates;

/// How often a no is heard before it is believed of one server of several.
const SEVERAL: usize = 5;

/// How often a no is heard for the sake of turns: a line in between may be in the way.
const TURNS: usize = 2;

/// How often one is heard that says that a version is not spoken which was spoken before.
const STRANGE: usize = 4;

/// `internal_error`: a server's own fault, and no answer to what was asked.
const INTERNAL_ERROR: u8 = AlertDescription::INTERNAL_ERROR.0;

impl Survey<'_, '_> {
    /// Suites until no other is accepted; whether that is so. Offers stand backwards and forwards in turn.
    ///
    /// Where servers take turns behind an address, the next no comes from another one: so the last no, of one version or of
    /// several, is heard in both turns, and every strange one twice.
    pub(super) async fn suites(
        &mut self,
        version: Version,
        tally: &mut Tally<CipherSuite>,
        mut backwards: bool,
    ) -> bool {
        let mut rest = known::suites(version);
        rest.retain(|suite| !tally.chosen().contains(suite));
        let mut refused = None;
        let mut noes: Vec<Option<Refusal>> = Vec::new();
        // Some fail on a suite that they have themselves chosen, and so refuse all in that order of suites. Where they fail
        // in both orders they often have no field to offer for DHE, and where they chose suites with a shared key they may
        // have none: such are then asked for apart.
        let mut failing = None;
        let mut shared = has_shared(tally) || self.found.iter().any(|(_, tally)| has_shared(tally));
        let mut apart: Option<fn(CipherSuite) -> bool> = shared.then_some(known::is_shared);
        while !rest.is_empty() {
            let mut offered = without(&rest, apart);
            offered.truncate(self.window);
            if failing.is_some_and(|failing| failing == backwards) && noes.is_empty() {
                backwards = !backwards;
            }
            if backwards {
                offered.reverse();
            }
            let axes = self.axes(version);
            // In TLS 1.3 every suite needs a group, so that a no to fewer groups would leave open what was missed.
            let (groups, schemes, narrow) = if version == Version::TLS13 {
                (axes.groups.all(), axes.schemes.all(), Narrow::NOT)
            } else {
                (axes.groups.offer(), axes.schemes.offer(), axes.narrow())
            };
            let news = self.begin_news(version, narrow);
            let said = self
                .ask((version, Extent::Needed), &offered, &groups, &schemes)
                .await;
            if news && !self.end_news(version, &said) {
                // Not for want of a suite, perhaps: then the same without what is new.
                let by_alert = matches!(said, Said::No(Refusal::Alert(_)));
                if !by_alert || !self.takes_news(version, tally.chosen()).await {
                    continue;
                }
            }
            match said {
                Said::Flight(flight) if flight.hello.negotiated() == version => {
                    let chosen = flight.hello.suite;
                    if let Some(no) = noes.pop().filter(|_| !known::is_shared(chosen)) {
                        let what = format!("{chosen} was refused in {version}, and then accepted");
                        self.contradict(!matches!(no, Some(Refusal::Closed | Refusal::Silence)), what);
                    }
                    noes.clear();
                    self.take(version, &flight, (&groups, &schemes));
                    self.compresses(version, &flight);
                    if let Some(refused) = refused.take() {
                        self.axes(version).exhaust(refused);
                    }
                    let unseen = self.old.groups.unseen();
                    let hope = self.new.groups.seen().iter().any(|group| unseen.contains(group));
                    self.axes(version).spend(narrow, chosen, hope);
                    tally.chose(chosen, &narrow.usable(chosen, offered));
                    shared |= known::is_shared(chosen);
                    rest.retain(|suite| *suite != chosen);
                    backwards = !backwards;
                }
                // That may be for want of a group or a scheme.
                Said::Flight(_) | Said::No(_) if narrow.is_any() => {
                    refused = Some(self.axes(version).widen(narrow));
                    backwards = !backwards;
                }
                Said::No(Refusal::Alert(code)) if code == INTERNAL_ERROR && failing.is_none() => {
                    failing = Some(backwards);
                }
                Said::No(Refusal::Alert(code)) if code == INTERNAL_ERROR && apart.is_none() => {
                    failing = None;
                    apart = Some(known::has_field);
                }
                Said::No(Refusal::Alert(_))
                    if apart.is_none() && shared && !offered.iter().all(|suite| known::is_shared(*suite)) =>
                {
                    apart = Some(known::is_shared);
                }
                // An older version, for want of a suite in this one, is as good as a no.
                said @ (Said::Flight(_) | Said::No(_)) => {
                    refused = None;
                    noes.push(match said {
                        Said::No(how) => Some(how),
                        _ => None,
                    });
                    // Of those that it has chosen itself it may falter over the first in one order, and not in the other.
                    let falters = shared && offered.iter().all(|suite| known::is_shared(*suite));
                    if falters && noes.len() < 2 {
                        failing = Some(backwards);
                        backwards = !backwards;
                    } else if self.believes(version, offered.len() == rest.len(), &noes) {
                        noes.clear();
                        rest.retain(|suite| !offered.contains(suite));
                        backwards = !backwards;
                    }
                }
                Said::End => return false,
            }
        }
        true
    }

    /// Makes the next hello one of tomorrow, once: the second one of the newest version, which answered the first. Whether
    /// it is one.
    fn begin_news(&mut self, version: Version, narrow: Narrow) -> bool {
        let streams = (Version::TLS10..=Version::TLS13).contains(&version);
        let ordinary = self.first != Extent::Least && !narrow.is_any();
        let wanted = self.news == News::Yet && self.visit.may_be_asked_all();
        let news = wanted && streams && ordinary && self.found.is_empty();
        if news {
            self.news = News::Now;
        }
        news
    }

    /// Says a hello of tomorrow with suites that are known to be accepted, where one without them was refused. Whether it is
    /// taken, so that the refusal was for want of a suite.
    async fn takes_news(&mut self, version: Version, accepted: &[CipherSuite]) -> bool {
        let axes = self.axes(version);
        let (groups, schemes) = (axes.groups.all(), axes.schemes.all());
        self.news = News::Now;
        let said = self
            .ask((version, Extent::Needed), accepted, &groups, &schemes)
            .await;
        self.end_news(version, &said) && !matches!(said, Said::End)
    }

    /// Takes the answer to a hello of tomorrow. Whether it says as much as one to an ordinary hello, or nothing ever will.
    fn end_news(&mut self, version: Version, said: &Said) -> bool {
        self.news = News::Past;
        let taken = matches!(said, Said::Flight(flight) if flight.hello.negotiated() == version);
        if taken {
            self.ledger.note_all(tolerates(version).into());
        }
        taken || matches!(said, Said::End)
    }

    /// Whether to believe a no, or rather the last of several to the same question.
    fn believes(&mut self, version: Version, last: bool, noes: &[Option<Refusal>]) -> bool {
        if let [.., before, now] = noes
            && let differ = match (before, now) {
                (Some(Refusal::Alert(before)), Some(Refusal::Alert(now))) => before != now,
                (before, now) => before.is_none() != now.is_none(),
            }
            && differ
        {
            self.servers
                .contradict(format!("it refused the same hello of {version} in two ways"));
        }
        // An older version than is spoken, or none such, is what another server says.
        let strange = match noes.last() {
            Some(Some(Refusal::Alert(code))) => *code == AlertDescription::PROTOCOL_VERSION.0,
            no => matches!(no, Some(None)),
        };
        if self.servers.why().is_some() {
            return noes.len() >= SEVERAL;
        }
        if last && version != Version::TLS13 {
            let turn = if self.visit.connections().is_multiple_of(2) {
                &mut self.turns.0
            } else {
                &mut self.turns.1
            };
            *turn = true;
        }
        !strange || noes.len() >= STRANGE
    }

    /// Hears the last no of the versions that share their suites in both turns. Whether there is any use in asking on.
    pub(super) async fn in_both_turns(&mut self) -> bool {
        for _ in 0..TURNS {
            let shared = self.found.iter().any(|(version, _)| shares(*version));
            let done = self.turns == (true, true) || self.servers.why().is_some();
            if !shared || done || !self.may_go_on() {
                break;
            }
            if !self.last_no().await {
                return false;
            }
        }
        true
    }

    /// Asks once more for the suites that are left of the newest version that shares its suites with others, or of the only
    /// one. Whether there is any use in asking on.
    pub(super) async fn last_no(&mut self) -> bool {
        let shared = self.found.iter().find(|(version, _)| shares(*version));
        let Some((version, mut tally)) = shared.or(self.found.first()).cloned() else {
            return true;
        };
        let before = tally.chosen().len();
        let on = self.suites(version, &mut tally, true).await;
        let more = tally.chosen().get(before..).unwrap_or_default();
        if let Some(suite) = more.first() {
            let what = format!("{suite} was refused in {version}, and then accepted");
            self.contradict(self.uses_alerts, what);
            self.found_more(version, more);
        }
        on
    }

    /// Compares with the version before: what fits both and is accepted in one alone is asked for again in the other.
    /// Whether there is any use in asking on.
    pub(super) async fn compare(&mut self, version: Version, tally: &mut Tally<CipherSuite>) -> bool {
        let Some((before, other)) = self
            .found
            .last()
            .filter(|(before, _)| shares(*before) && shares(version))
            .map(|(before, tally)| (*before, tally.chosen().to_vec()))
        else {
            return true;
        };
        let only = |these: &[CipherSuite], those: &[CipherSuite], version| {
            // Over those with a shared key some falter in one version and not in another.
            let only = |suite: &&CipherSuite| {
                !those.contains(suite) && suite.fits(version) && !known::is_shared(**suite)
            };
            these.iter().filter(only).copied().collect::<Vec<_>>()
        };
        let missed = only(tally.chosen(), &other, before);
        let missing = only(&other, tally.chosen(), version);
        for (version, suites) in [(before, missed), (version, missing)] {
            if suites.is_empty() {
                continue;
            }
            let axes = self.axes(version);
            let (groups, schemes) = (axes.groups.all(), axes.schemes.all());
            match self
                .ask((version, Extent::Needed), &suites, &groups, &schemes)
                .await
            {
                Said::Flight(flight)
                    if flight.hello.negotiated() == version && suites.contains(&flight.hello.suite) =>
                {
                    let suite = flight.hello.suite;
                    let what = format!("{suite} was refused in {version}, and then accepted");
                    self.contradict(self.uses_alerts, what);
                    self.found_more(version, &[suite]);
                }
                Said::Flight(_) | Said::No(_) => {}
                Said::End => return false,
            }
        }
        true
    }

    /// Notes suites of a version that was thought to have no more.
    pub(super) fn found_more(&mut self, version: Version, suites: &[CipherSuite]) {
        self.ledger.note(Fact::Suites {
            version: version.0,
            suites: suites.iter().map(|suite| suite.0).collect(),
            order: Order::Unknown,
            complete: false,
        });
    }
}

/// What is left without those that are asked for apart; when nothing else is left, those.
fn without(rest: &[CipherSuite], apart: Option<fn(CipherSuite) -> bool>) -> Vec<CipherSuite> {
    let others = |suite: &&CipherSuite| apart.is_none_or(|apart| !apart(**suite));
    let others: Vec<CipherSuite> = rest.iter().filter(others).copied().collect();
    if others.is_empty() { rest.to_vec() } else { others }
}

/// Whether a suite was chosen that needs a key which both sides know.
fn has_shared(tally: &Tally<CipherSuite>) -> bool {
    tally.chosen().iter().any(|suite| known::is_shared(*suite))
}

/// Whether a version is one of those that share their suites, so that what one has and another has not is a wonder.
fn shares(version: Version) -> bool {
    (Version::TLS10..=Version::TLS12).contains(&version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_apart_comes_last() {
        // ECDHE with RSA, a shared key with RSA, a password, DHE with RSA.
        let rest = [0xc02f, 0x0094, 0xc01e, 0x009e].map(CipherSuite);
        assert_eq!(without(&rest, None), rest);
        let certified = [0xc02f, 0x009e].map(CipherSuite);
        assert_eq!(without(&rest, Some(known::is_shared)), certified);
        assert_eq!(without(&certified, Some(known::has_field)), [certified[0]]);
        assert_eq!(without(&certified[1..], Some(known::has_field)), [certified[1]]);
    }
}

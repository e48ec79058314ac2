//! What is asked again: what cannot be of one server, and everything where there are several.

use holter_model::Refusal;
use holter_wire::suite::{Exchange, Mode};
use holter_wire::{NamedGroup, Version};

use super::enumerate::Survey;
use super::say::Said;
use super::streams::VERSIONS;

/// So many connections beside one for each suite and each group are little enough.
const ALLOWANCE: usize = 25;

/// So many are for other questions than the survey's, so many more for ROBOT and so many for padding.
const LATER: usize = 11;
const ROBOT: usize = 5;
const PADDING: usize = 6;

/// More repeats make nothing surer.
const MOST_REPEATS: usize = 6;

/// How often a version is asked for that one server of several may speak.
const TRIES: usize = 3;

impl Survey<'_, '_> {
    /// Asks again for what was refused and lies between versions that are spoken: no server that answered a hello of the
    /// older one would refuse it. Then, of several servers, for all that was refused. Whether there is any use in asking on.
    pub(super) async fn again(&mut self, refused: &[Version]) -> bool {
        let oldest = self.found.iter().map(|(version, _)| *version).min();
        for version in refused {
            if oldest.is_none_or(|oldest| oldest > *version) || self.servers.why().is_some() {
                continue;
            }
            match self.first(*version).await {
                Ok(_) => self.contradict(
                    self.uses_alerts,
                    format!("a hello of {version} was refused, and then answered"),
                ),
                Err(Some(_)) => {}
                Err(None) => return false,
            }
        }
        if !self.in_both_turns().await || !self.by_chance().await {
            return false;
        }
        self.servers.why().is_none() || (self.versions().await && self.all_suites().await)
    }

    /// Asks again what was asked first, and for the suites that are left, as long as that costs no more connections than a
    /// survey may: where chance says which server answers, two of them show themselves sooner or later.
    async fn by_chance(&mut self) -> bool {
        for turn in 0..self.room().min(MOST_REPEATS) {
            if self.servers.why().is_some() {
                break;
            }
            if turn % 2 == 0 {
                if !self.as_first().await {
                    return false;
                }
            } else if !self.last_no().await {
                return false;
            }
        }
        true
    }

    /// The hello that was answered first, to the letter.
    async fn as_first(&mut self) -> bool {
        let Some((version, answer)) = self.answer else {
            return true;
        };
        let backwards = false;
        match self.say_first(version, backwards).await {
            Said::Flight(flight) => {
                if (flight.hello.negotiated(), flight.hello.suite) != answer {
                    self.servers
                        .contradict(format!("a hello of {version} was answered in two ways"));
                }
            }
            Said::No(how) => {
                let what = format!("a hello of {version} was answered, and then refused");
                self.contradict(matches!(how, Refusal::Alert(_)), what);
            }
            Said::End => return false,
        }
        true
    }

    /// How many connections are left for what is good to know and decides no flaw.
    pub(super) fn room(&self) -> usize {
        let parts = || {
            let suites = self.found.iter().flat_map(|(_, tally)| tally.chosen());
            suites.filter_map(|suite| suite.parts())
        };
        let rsa = parts().any(|parts| parts.exchange == Exchange::Rsa);
        let cbc = parts().any(|parts| parts.mode == Mode::Cbc);
        let mut groups: Vec<NamedGroup> = self.old.groups.seen().to_vec();
        groups.extend(self.new.groups.seen());
        groups.sort_unstable_by_key(|group| group.0);
        groups.dedup();
        let may = parts().count() + groups.len() + ALLOWANCE;
        let later = LATER + if rsa { ROBOT } else { 0 } + if cbc { PADDING } else { 0 };
        let spent = usize::try_from(self.visit.connections()).unwrap_or(usize::MAX);
        may.saturating_sub(later).saturating_sub(spent)
    }

    /// The versions that were not found.
    async fn versions(&mut self) -> bool {
        for version in VERSIONS {
            for _ in 0..TRIES {
                if self.speaks(version) {
                    break;
                }
                match self.first(version).await {
                    Ok(first) if first.flight.hello.negotiated() == version => {
                        if !self.version(first).await {
                            return false;
                        }
                    }
                    Ok(_) | Err(Some(_)) => {}
                    Err(None) => return false,
                }
            }
        }
        true
    }

    /// The suites that were not found, in all versions.
    async fn all_suites(&mut self) -> bool {
        for (version, mut tally) in self.found.clone() {
            let before = tally.chosen().len();
            let on = self.suites(version, &mut tally, true).await;
            let suites = tally.chosen().get(before..).unwrap_or_default();
            if !suites.is_empty() {
                self.found_more(version, suites);
            }
            if !on {
                return false;
            }
        }
        true
    }
}

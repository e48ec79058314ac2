//! What is asked again: what cannot be of one server, and everything where there are several.

use holter_model::Refusal;
use holter_wire::Version;

use super::enumerate::Survey;
use super::say::Said;
use super::streams::VERSIONS;

/// More repeats make nothing surer.
const MOST_REPEATS: usize = 6;

/// So many connections are left for a no to be heard again, and for asking whether it still listens.
const ASSURANCE: usize = 3;

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
        self.of_several().await
    }

    /// Of several servers, asks for all that was refused. Whether there is any use in asking on.
    pub(super) async fn of_several(&mut self) -> bool {
        if self.servers.why().is_none() {
            return true;
        }
        self.versions().await && self.all_suites().await
    }

    /// Asks again what was asked first, and for the suites that are left, as long as connections are left: where chance says
    /// which server answers, two of them show themselves sooner or later.
    pub(super) async fn by_chance(&mut self) {
        for turn in 0..MOST_REPEATS {
            if self.servers.why().is_some() || !self.may_go_on() {
                break;
            }
            let on = if turn % 2 == 0 {
                self.as_first().await
            } else {
                self.last_no().await
            };
            if !on {
                return;
            }
        }
    }

    /// Whether there is time and a connection for what is good to know and decides no flaw, and for making sure of it.
    pub(super) fn may_go_on(&self) -> bool {
        let visit = &self.visit;
        visit.room() > ASSURANCE
            && !visit.is_spared()
            && !visit.is_mostly_spent()
            && visit.has_broken_off().is_none()
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

//! One question of the survey, and whether its answer may be believed.

use holter_model::{Attempt, Refusal, Transport};
use holter_wire::{CipherSuite, NamedGroup, SignatureScheme, Version};

use super::enumerate::{News, Survey};
use super::offer::{Extent, Offer};
use super::say::{Said, say};
use super::{heard, known};

/// So many lines one after the other may end without a word before that is looked into: the last suite of a version, and
/// the next version.
const BARE: usize = 3;

/// How often it is asked whether it still listens: of several servers the next one may say something else.
const CONTROLS: usize = 3;

impl Survey<'_, '_> {
    /// Asks. A line that ends without a word is a no only from a peer that says no so: one that has used alerts, or that ends
    /// one line after the other, must first show that it still answers what it answered before, and say no again.
    pub(super) async fn ask(
        &mut self,
        what: (Version, Extent),
        suites: &[CipherSuite],
        groups: &[NamedGroup],
        schemes: &[SignatureScheme],
    ) -> Said {
        let said = self.ask_once(what, suites, groups, schemes).await;
        match &said {
            Said::No(Refusal::Alert(_)) => (self.uses_alerts, self.bare) = (true, 0),
            Said::No(_) => self.bare += 1,
            Said::Flight(_) | Said::End => self.bare = 0,
        }
        // An ordinary hello follows one of tomorrow that was refused.
        let suspicious = self.news != News::Now && self.bare > 0 && (self.uses_alerts || self.bare > BARE);
        if !suspicious || self.control.is_none() {
            return said;
        }
        self.bare = 0;
        if !self.listens().await {
            if self.visit.room() == 0 {
                return Said::End;
            }
            let why = "it no longer answers what it answered before".to_owned();
            self.visit.broke(Attempt::Closed, Some(why));
            return Said::End;
        }
        if self.uses_alerts {
            return self.ask_once(what, suites, groups, schemes).await;
        }
        said
    }

    /// Whether it still answers what it answered before; if there is something to be learned by that, it is. A server that
    /// says no by an alert may be another one than answered.
    pub(super) async fn listens(&mut self) -> bool {
        let control = self.control.map(|(version, suite)| (version, vec![suite]));
        let Some((version, suites)) = self.telling().or(control) else {
            return false;
        };
        let (groups, schemes) = (known::groups(version), known::schemes());
        let (mut refused, mut by_alert) = (false, false);
        for _ in 0..CONTROLS {
            match self
                .ask_once((version, Extent::Needed), &suites, &groups, &schemes)
                .await
            {
                Said::Flight(flight) => {
                    if refused {
                        self.contradict(
                            by_alert,
                            format!("what it accepted in {version} was refused, and accepted again"),
                        );
                    }
                    self.told(&flight, version, &suites);
                    return true;
                }
                Said::No(how) => {
                    refused = true;
                    by_alert |= matches!(how, Refusal::Alert(_));
                }
                Said::End => break,
            }
        }
        false
    }

    async fn ask_once(
        &mut self,
        (version, extent): (Version, Extent),
        suites: &[CipherSuite],
        groups: &[NamedGroup],
        schemes: &[SignatureScheme],
    ) -> Said {
        if self.servers.why().is_some() {
            self.visit.may_cost_twice();
        }
        if let Err(why) = self.bound.hello() {
            return self.give_up(why);
        }
        if self.visit.is_mostly_spent() {
            if self.rests {
                return Said::End;
            }
            return self.give_up("its answers took longer than a survey may".to_owned());
        }
        let offer = Offer {
            version,
            suites,
            groups,
            schemes,
            name: None,
            extent,
            news: self.news == News::Now,
        };
        let before = self.visit.open_for();
        let said = match say(self.visit, &offer).await {
            Ok(said) => said,
            // It may be thrown by what is new, which the next hello does not have.
            Err(misfit) if self.news == News::Now => {
                self.visit.odd(misfit);
                Said::No(Refusal::Nonsense)
            }
            Err(misfit) => {
                let why = misfit.to_string();
                self.servers.feign(&why);
                return self.give_up(why);
            }
        };
        // An alert is a no by somebody who listens; so is a closed datagram port, which nobody confuses with a full one.
        let listens = match &said {
            Said::Flight(_) | Said::No(Refusal::Alert(_)) => true,
            Said::No(_) => self.visit.endpoint.transport == Transport::Udp && self.control.is_none(),
            Said::End => false,
        };
        self.ledger.answered(listens);
        if let Said::Flight(flight) = &said {
            let took = self.visit.open_for().saturating_sub(before);
            // A datagram that is lost is nobody's silence.
            let whole = !flight.torn || self.visit.endpoint.transport == Transport::Udp;
            if let Err(why) = self.bound.flight(whole, took) {
                self.servers.feign(&why);
                self.visit.give_up();
                self.visit.odd(&why);
                self.visit.broke(Attempt::TimedOut, Some(why));
                return Said::End;
            }
            let impossible = self.servers.is_impossible(flight);
            let (spoken, suite) = (flight.hello.negotiated(), flight.hello.suite);
            let group = heard::exchanged(flight).group;
            // Numbers that nobody gave a group cost nothing, lest a peer that invents them be asked without an end.
            let group = group.filter(|group| NamedGroup::registered().any(|known| known == *group));
            self.visit.may_cost(spoken, suite, group);
            self.shown.extend(group.map(|group| (spoken, group)));
            if let Err(why) = self.bound.chosen(flight.hello.suite, impossible) {
                self.servers.feign(&why);
                return self.give_up(why);
            }
            self.servers.heard(flight);
        }
        said
    }

    /// What one server does not do: it said no, by an alert or otherwise, and yes to the same.
    pub(super) fn contradict(&mut self, by_alert: bool, what: String) {
        if by_alert {
            self.servers.contradict(what);
        } else {
            self.servers.flicker(what);
        }
    }

    /// There is no use in asking on, and that is the peer's doing.
    fn give_up(&mut self, why: String) -> Said {
        self.visit.odd(&why);
        self.visit.broke(Attempt::Misbehaved, Some(why));
        Said::End
    }
}

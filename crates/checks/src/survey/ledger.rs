//! What a survey found, and how much of it is sure: a peer that shuts everybody out after a while looks, from then on, as
//! if it knew nothing more. Pure.

use holter_model::{Fact, Order};

/// Facts in the order in which they were found.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    facts: Vec<Fact>,
    /// So many of them are sure: the peer has shown since that it listens.
    sure: usize,
    /// The last answer was one of somebody who listens, so what follows from it is sure as well.
    listens: bool,
}

impl Ledger {
    pub(super) fn note(&mut self, fact: Fact) {
        self.note_all(vec![fact]);
    }

    pub(super) fn note_all(&mut self, facts: Vec<Fact>) {
        self.facts.extend(facts);
        if self.listens {
            self.sure = self.facts.len();
        }
    }

    /// Takes note of an answer: whether it shows that the peer listens, so that it does not know what it refused so far.
    pub(super) const fn answered(&mut self, listens: bool) {
        self.listens = listens;
        if listens {
            self.sure = self.facts.len();
        }
    }

    /// Whether nothing rests on a silence that may have another reason.
    pub(super) const fn is_sure(&self) -> bool {
        self.sure == self.facts.len()
    }

    /// The peer listens no more: what rests on its last silence is left open.
    pub(super) fn doubt(&mut self) {
        let unsure = self.facts.split_off(self.sure.min(self.facts.len()));
        let open = unsure.into_iter().filter_map(|fact| match fact {
            Fact::HelloRefused { .. } => None,
            Fact::Suites {
                version,
                suites,
                order,
                ..
            } => Some(Fact::Suites {
                version,
                suites,
                order,
                complete: false,
            }),
            Fact::Groups {
                version,
                groups,
                order,
                ..
            } => Some(Fact::Groups {
                version,
                groups,
                order,
                complete: false,
            }),
            Fact::Schemes { version, schemes, .. } => Some(Fact::Schemes {
                version,
                schemes,
                complete: false,
            }),
            sure => Some(sure),
        });
        self.facts.extend(open);
    }

    /// Nothing that was refused is held against anybody: another server of several may accept it.
    pub(super) fn leave_open(&mut self) {
        self.sure = 0;
        self.doubt();
    }

    /// Whose order decides, where a version by itself has not told it.
    pub(super) fn order(&mut self, whose: Order) {
        for fact in &mut self.facts {
            if let Fact::Suites { suites, order, .. } = fact
                && *order == Order::Unknown
                && suites.len() > 1
            {
                *order = whose;
            }
        }
    }

    pub(super) fn into_facts(self) -> Vec<Fact> {
        self.facts
    }
}

#[cfg(test)]
mod tests {
    use holter_model::Refusal;

    use super::*;

    fn suites(complete: bool) -> Fact {
        Fact::Suites {
            version: 0x0303,
            suites: vec![0x002f],
            order: Order::Client,
            complete,
        }
    }

    fn refused(offered: u16) -> Fact {
        Fact::HelloRefused {
            offered,
            how: Refusal::Closed,
        }
    }

    #[test]
    fn what_was_refused_since_the_last_answer_is_left_open() {
        let mut ledger = Ledger::default();
        ledger.note(refused(0x0304));
        ledger.answered(true);
        ledger.answered(false);
        ledger.note_all(vec![suites(true), refused(0x0302)]);
        assert!(!ledger.is_sure());
        ledger.doubt();
        assert_eq!(ledger.into_facts(), [refused(0x0304), suites(false)]);
    }

    #[test]
    fn of_several_servers_nothing_is_refused() {
        let mut ledger = Ledger::default();
        ledger.answered(true);
        ledger.note_all(vec![suites(true), refused(0x0302)]);
        ledger.leave_open();
        assert_eq!(ledger.into_facts(), [suites(false)]);
    }

    #[test]
    fn what_an_alert_refuses_is_sure_at_once() {
        let mut ledger = Ledger::default();
        ledger.answered(true);
        ledger.note(refused(0x0304));
        assert!(ledger.is_sure());
        ledger.answered(false);
        assert!(ledger.is_sure(), "nothing was noted since");
        ledger.note(refused(0x0303));
        assert!(!ledger.is_sure());
    }
}

//! The same questions over datagrams: many in one session, until one is not passed over.

use holter_handshake::Offer;
use holter_handshake::odd::cbc::{self, Bait, Malformed};
use holter_handshake::odd::{Heard, Reaction as Odd};
use holter_model::{Fact, Reaction};
use holter_wire::{AlertDescription, CipherSuite, Version};

use super::WAYS;
use crate::oracle::{self, ROUNDS, Table};
use crate::{Visit, reaction, session, spoken};

/// Every way once, and one of each kind again where they are not taken alike.
pub(super) async fn ask(
    visit: &mut Visit<'_>,
    suite: (Version, CipherSuite),
    series: &str,
    all: &[&'static str],
) {
    let mut again = all.to_vec();
    let mut bait = Bait::Hello;
    for round in 1..=ROUNDS {
        if put(visit, suite, &mut bait, (series, round), &again)
            .await
            .is_none()
        {
            return;
        }
        let table = Table::of(visit.observations(), series, all);
        if table.is_uniform() {
            return;
        }
        again = table.kinds();
    }
}

/// Puts these questions, in as few sessions as they take. `None`: what came of one of them cannot be told.
async fn put(
    visit: &mut Visit<'_>,
    (version, suite): (Version, CipherSuite),
    bait: &mut Bait,
    (series, round): (&str, usize),
    ways: &[&str],
) -> Option<()> {
    let mut left: Vec<(&str, Malformed)> = WAYS.into_iter().filter(|(way, _)| ways.contains(way)).collect();
    while !left.is_empty() {
        if !spoken::may_ask(visit) {
            return None;
        }
        let mut line = visit.open().await?;
        let suites = [suite];
        let offer = Offer {
            suites: &suites,
            ..session::offer(visit, version)
        };
        let waits = (visit.short_patience(), spoken::patience(visit));
        let malformed: Vec<Malformed> = left.iter().map(|(_, malformed)| *malformed).collect();
        let over = cbc::probe_over_datagrams(&mut line, &offer, (*bait, &malformed), visit.dice, waits).await;
        visit.provoked(line);
        let over = match over {
            Ok(over) => over,
            Err(error) => {
                visit.odd(format!(
                    "no handshake with a CBC suite could be finished in {version}: {error}"
                ));
                return None;
            }
        };
        if over.reaction.is_none() && !over.stands {
            if *bait == Bait::Goodbye {
                visit.odd("over datagrams it answers neither a goodbye nor the wish to negotiate again");
                return None;
            }
            *bait = Bait::Goodbye;
            continue;
        }
        // What came before one that was answered was passed over in a session that stood.
        for (index, (way, _)) in left.drain(..over.asked.min(left.len())).enumerate() {
            let probe = oracle::id(series, way, round);
            match &over.reaction {
                Some(heard) if index + 1 == over.asked && !is_taken(heard) => {
                    reaction::note(visit, &probe, (version, suite), heard, waits.0);
                }
                other => {
                    let taken = other.is_some() && index + 1 == over.asked;
                    let waited = u32::try_from(waits.0.as_millis()).unwrap_or(u32::MAX);
                    visit.heard(Fact::Probe {
                        probe,
                        version: version.0,
                        suite: suite.0,
                        reaction: if taken {
                            Reaction::Continued
                        } else {
                            Reaction::Silence(waited)
                        },
                    });
                }
            }
        }
    }
    Some(())
}

/// Whether it was answered as a sound one is.
fn is_taken(heard: &Odd) -> bool {
    let answers = |heard: &Heard| match heard {
        Heard::Alert(fatal, description) => {
            !fatal
                && matches!(
                    *description,
                    AlertDescription::CLOSE_NOTIFY | AlertDescription::NO_RENEGOTIATION
                )
        }
        Heard::Handshake(_) | Heard::Data(_) | Heard::ChangeCipherSpec => true,
        _ => false,
    };
    heard.heard.iter().any(answers)
}

//! What an odd conversation's reaction is as facts, and facts as reactions that can be compared.

use std::time::Duration;

use holter_handshake::odd::{End, Heard, Reaction as Odd};
use holter_model::{Fact, Observation, Reaction};
use holter_wire::{CipherSuite, Version};

use crate::{Visit, ground};

/// The one word that a reaction comes to: how it refused, or that it did not.
pub(crate) fn gist(reaction: &Odd, waited: Duration) -> Reaction {
    let words = words(reaction, waited);
    let alert = words.iter().find(|word| matches!(word, Reaction::Alert(_)));
    let other = words.iter().find(|word| matches!(word, Reaction::Continued));
    *alert
        .or(other)
        .or(words.last())
        .unwrap_or(&Reaction::Silence(milliseconds(waited)))
}

/// Notes a reaction, a fact for each word of it.
pub(crate) fn note(
    visit: &mut Visit<'_>,
    probe: &str,
    (version, suite): (Version, CipherSuite),
    reaction: &Odd,
    waited: Duration,
) -> Vec<Reaction> {
    let words = words(reaction, waited);
    for word in &words {
        visit.heard(Fact::Probe {
            probe: probe.to_owned(),
            version: version.0,
            suite: suite.0,
            reaction: *word,
        });
    }
    words
}

/// What was noted under one probe.
pub(crate) fn signature(observations: &[Observation], probe: &str) -> Vec<Reaction> {
    ground::answers(observations, probe)
        .filter(|answer| answer.probe == probe)
        .map(|answer| match answer.reaction {
            // How long it was waited for says nothing of the peer.
            Reaction::Silence(_) => Reaction::Silence(0),
            other => other,
        })
        .collect()
}

/// A signature in words.
pub(crate) fn in_words(signature: &[Reaction]) -> String {
    let words: Vec<String> = signature
        .iter()
        .map(|word| match word {
            Reaction::Silence(_) => "waited".to_owned(),
            other => crate::greeting::in_words(*other),
        })
        .collect();
    words.join(" and ")
}

/// The words of a reaction. What a peer says after it went on is no part of them: it differs from page to page.
fn words(reaction: &Odd, waited: Duration) -> Vec<Reaction> {
    let length = |count: usize| Reaction::Other(u32::try_from(count).unwrap_or(u32::MAX));
    let mut words: Vec<Reaction> = reaction
        .heard
        .iter()
        .map(|heard| match heard {
            Heard::Alert(_, description) => Reaction::Alert(description.0),
            Heard::ChangeCipherSpec | Heard::Data(1..) => Reaction::Continued,
            Heard::Data(count) | Heard::Handshake(count) => length(*count),
            Heard::Other(_, count) | Heard::Unreadable(_, count) => length(*count),
        })
        .collect();
    if let Some(at) = words.iter().position(|word| *word == Reaction::Continued) {
        words.truncate(at + 1);
        if words.iter().any(|word| matches!(word, Reaction::Alert(_))) {
            // An alert is its answer. That it has more to say only shows that it leaves the connection open.
            words.pop();
            words.push(Reaction::Silence(milliseconds(waited)));
        }
        return words;
    }
    words.push(match reaction.end {
        End::Closed => Reaction::Closed,
        End::Reset => Reaction::Reset,
        End::Silence => Reaction::Silence(milliseconds(waited)),
        End::GoesOn => Reaction::Continued,
        End::NotTls => Reaction::Other(0),
    });
    words
}

fn milliseconds(wait: Duration) -> u32 {
    u32::try_from(wait.as_millis()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use holter_wire::AlertDescription;

    use super::*;

    const BAD: Heard = Heard::Alert(true, AlertDescription(20));

    fn check(heard: &[Heard], end: End, expected: &[Reaction]) {
        let reaction = Odd {
            heard: heard.to_vec(),
            end,
        };
        assert_eq!(words(&reaction, Duration::from_millis(300)), expected);
    }

    #[test]
    fn what_comes_after_an_alert_or_after_going_on_is_no_part_of_the_answer() {
        let open = Reaction::Silence(300);
        check(&[BAD], End::Closed, &[Reaction::Alert(20), Reaction::Closed]);
        check(&[BAD, Heard::Data(9)], End::GoesOn, &[Reaction::Alert(20), open]);
        check(&[BAD], End::Silence, &[Reaction::Alert(20), open]);
        check(&[Heard::Data(9)], End::GoesOn, &[Reaction::Continued]);
        check(&[Heard::ChangeCipherSpec], End::GoesOn, &[Reaction::Continued]);
        check(&[], End::Silence, &[open]);
    }

    #[test]
    fn the_gist_is_the_alert_if_there_is_one() {
        let reaction = Odd {
            heard: vec![BAD],
            end: End::Reset,
        };
        assert_eq!(gist(&reaction, Duration::ZERO), Reaction::Alert(20));
    }
}

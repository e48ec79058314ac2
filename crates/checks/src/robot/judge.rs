//! From the table of answers to a verdict.

use holter_model::{Attempt, Basis, Judgement, Observation, Reaction, Verdict};
use holter_wire::Version;
use holter_wire::suite::Exchange;

use super::{CHECK, INTRODUCED, UNMADE, askable, table};
use crate::ground::{self, Decision};
use crate::oracle::Table;
use crate::{Configuration, reaction, session, spoken};

pub(super) fn judge(observations: &[Observation], attempt: Attempt) -> Vec<Judgement> {
    let about = (CHECK.id, "ROBOT", Basis::Behaviour);
    spoken::judge(about, observations, attempt, |known| {
        decide(known, observations, attempt)
    })
}

fn decide(known: &Configuration, observations: &[Observation], attempt: Attempt) -> Decision {
    let table = table(observations);
    let mut introduced = ground::answers(observations, INTRODUCED).peekable();
    if table.is_asked() {
        // A slow word on the missing certificate is none on the secret.
        let complains = |word: &Reaction| matches!(word, Reaction::Alert(40..=49 | 116));
        return if introduced.peek().is_some()
            && table.is_uniform()
            && table.first("sound").iter().any(complains)
        {
            wants_certificate()
        } else {
            by(&table)
        };
    }
    let rsa = known
        .suites()
        .any(|(version, _, parts)| version.rules() <= Version::TLS12 && parts.exchange == Exchange::Rsa);
    if !rsa && known.complete && known.is_settled() {
        let why = "it accepts no suite in which a secret is encrypted to its RSA key";
        return (Verdict::NotApplicable, why.to_owned());
    }
    if rsa && introduced.next().is_some() {
        return wants_certificate();
    }
    if rsa && askable(known).is_none() {
        let why = "it accepts RSA key exchange only with ciphers that Holter cannot finish a handshake with";
        return (Verdict::Inconclusive, why.to_owned());
    }
    match ground::answers(observations, UNMADE).last() {
        Some(answer) => {
            let how = session::failed(answer.reaction);
            let why = format!("no RSA key exchange came about in {}: it {how}", answer.version);
            (Verdict::Inconclusive, why)
        }
        None => ground::not_asked(attempt),
    }
}

fn wants_certificate() -> Decision {
    let why =
        "it demands a certificate of every client, and refuses for want of one before it looks at the secret";
    (Verdict::Inconclusive, why.to_owned())
}

fn by(table: &Table) -> Decision {
    let said = |way: &str| reaction::in_words(table.first(way));
    if table.is_silent() {
        let why = "it said nothing in time to any of them, a sound one among them".to_owned();
        return (Verdict::Inconclusive, why);
    }
    if table.is_uniform() && table.is_steady() {
        let why = format!(
            "it took a sound secret and four wrongly encrypted ones alike: it {}",
            said("sound")
        );
        return (Verdict::NotAffected, why);
    }
    match table.differing() {
        Some((one, other)) => {
            let strength = if is_weak(table) {
                "a weak oracle: it takes very many questions"
            } else {
                "a strong oracle"
            };
            let why = format!(
                "three times over it {} after a {} secret and {} after a {} one: {strength}",
                said(one),
                named(one),
                said(other),
                named(other)
            );
            (Verdict::Affected, why)
        }
        None => (
            Verdict::Inconclusive,
            "it took wrongly encrypted secrets differently, but not in the same way each time".to_owned(),
        ),
    }
}

/// Whether only a block that is right in every way is told from the others (ROBOT, section 4).
fn is_weak(table: &Table) -> bool {
    let ways = ["wrong-start", "no-zero", "wrong-zero"];
    let mut always = ways.iter().filter_map(|way| table.always(way));
    let first = always.next();
    always.all(|signature| Some(signature) == first)
}

fn named(way: &str) -> &'static str {
    match way {
        "sound" => "sound",
        "wrong-start" => "wrongly begun",
        "no-zero" => "never-ending",
        "wrong-zero" => "wrongly divided",
        _ => "wrongly versioned",
    }
}

#[cfg(test)]
mod tests {
    use holter_model::Fact;

    use super::*;
    use crate::oracle::id;
    use crate::robot::{SERIES, WAYS};
    use crate::testing::{alone, hello, judged, observed, probe, refused, suites};

    fn facts(rounds: &[[u8; 5]]) -> Vec<Fact> {
        let mut facts = vec![suites(0x0303, &[0x002f])];
        for (round, codes) in rounds.iter().enumerate() {
            for ((way, _), code) in WAYS.iter().zip(codes) {
                facts.push(probe(&id(SERIES, way, round + 1), 0x0303, Reaction::Alert(*code)));
            }
        }
        facts
    }

    #[test]
    fn a_difference_counts_when_it_comes_back() {
        let check = |facts: &[Fact], expected: &str| assert_eq!(judged(judge, facts), expected);
        check(&facts(&[[20; 5]]), "not_affected");
        let odd = [40, 20, 20, 20, 20];
        check(&facts(&[odd]), "inconclusive");
        check(&facts(&[odd, odd, odd]), "affected");
        check(&facts(&[odd, [20; 5], odd]), "inconclusive");
    }

    #[test]
    fn a_word_that_came_late_is_the_same_word() {
        let [late, ends] = [Reaction::Silence(6), Reaction::Closed];
        let said = |way: &str, round, words: &[Reaction]| {
            let id = id(SERIES, way, round);
            words
                .iter()
                .map(|word| probe(&id, 0x0303, *word))
                .collect::<Vec<_>>()
        };
        let [wrong, bad] = [Reaction::Alert(51), Reaction::Alert(20)];
        let first = |of_sound: Reaction, first: &[Reaction]| {
            let prompt = ["no-zero", "wrong-zero", "wrong-version"].map(|way| said(way, 1, &[wrong, ends]));
            [
                vec![suites(0x0303, &[0x002f])],
                said("wrong-start", 1, first),
                said("sound", 1, &[late, of_sound, ends]),
                prompt.concat(),
            ]
            .concat()
        };
        let check =
            |parts: &[Vec<Fact>], expected: &str| assert_eq!(judged(judge, &parts.concat()), expected);
        // What was asked meanwhile reset the connection.
        let begun = first(bad, &[late, wrong, Reaction::Reset]);
        let again = |round, word| said("sound", round, &[Reaction::Silence(300), word, ends]);
        let sound = [again(2, bad), again(3, bad)].concat();
        let prompt = |word| said("wrong-start", 2, &[word, ends]);
        check(&[begun.clone(), sound.clone()], "affected");
        check(&[begun.clone(), sound.clone(), prompt(wrong)], "affected");
        check(&[begun, sound, prompt(bad)], "inconclusive");
        // All alike, of which two were late.
        let same = first(wrong, &[late, wrong, ends]);
        let once_more = said("sound", 2, &[wrong, ends]);
        check(&[same.clone(), prompt(wrong), once_more.clone()], "not_affected");
        // That it says something else the next time is no lateness.
        check(&[same, prompt(bad), once_more], "inconclusive");
    }

    #[test]
    fn an_oracle_that_knows_only_what_is_right_in_every_way_is_weak() {
        let evidence = |codes| {
            let facts = facts(&[codes, codes, codes]);
            judge(&observed(&facts), Attempt::Completed)[0].evidence.clone()
        };
        assert!(evidence([40, 20, 40, 40, 20]).contains("weak"));
        assert!(evidence([40, 20, 20, 20, 20]).contains("strong"));
    }

    #[test]
    fn without_rsa_key_exchange_there_is_no_question() {
        let check = |facts: &[Fact], expected: &str| assert_eq!(judged(judge, facts), expected);
        let alone = |version, suite| [&[suites(version, &[suite])][..], &alone(version)].concat();
        check(&alone(0x0303, 0xc02f), "not_applicable");
        check(&alone(0x0304, 0x1301), "not_applicable");
        check(&[suites(0x0304, &[0x1301])], "inconclusive");
        check(&[hello(0x0303)], "inconclusive");
        check(&[suites(0x0303, &[0xc02f]), hello(0x0302)], "inconclusive");
        let datagrams = [suites(0xfefd, &[0xc02f]), refused(0xfeff)];
        check(&datagrams, "not_applicable");
    }

    #[test]
    fn a_word_on_a_missing_certificate_is_none_on_the_secret() {
        let check = |facts: &[Fact], expected: &str| assert_eq!(judged(judge, facts), expected);
        let introduced = |reaction| vec![suites(0x0303, &[0x002f]), probe(INTRODUCED, 0x0303, reaction)];
        check(&introduced(Reaction::Alert(40)), "inconclusive");
        let silent = introduced(Reaction::Silence(300));
        check(&[silent.clone(), facts(&[[20; 5]])].concat(), "not_affected");
        check(&[silent, facts(&[[40; 5]])].concat(), "inconclusive");
    }
}

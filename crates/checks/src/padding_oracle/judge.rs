//! From the table of answers to four verdicts.

use holter_model::{Attempt, Basis, Judgement, Observation, Reaction, Verdict};
use holter_wire::Version;
use holter_wire::suite::Mode;

use super::{CHECK, askable, table};
use crate::ground::{self, Decision};
use crate::oracle::Table;
use crate::{Configuration, reaction, session};

/// POODLE against TLS: a wrong filler is taken.
const POODLE: &str = "CVE-2014-8730";
/// Zombie POODLE: wrong padding with a right checksum is told from what is all wrong.
const ZOMBIE: &str = "CVE-2019-6485";
/// GOLDENDOODLE: right padding with a wrong checksum is told from what is all wrong.
const GOLDEN: &str = "CVE-2019-6593";
/// The zero-length oracle: a record without text is told from one with a text, both with a wrong checksum.
const EMPTY: &str = "CVE-2019-1559";

pub(super) fn judge(observations: &[Observation], attempt: Attempt) -> Vec<Judgement> {
    [POODLE, EMPTY, ZOMBIE, GOLDEN]
        .into_iter()
        .flat_map(|flaw| {
            let about = (CHECK.id, flaw, Basis::Behaviour);
            ground::on_tls(about, observations, attempt, |known| {
                decide(flaw, known, observations, attempt)
            })
        })
        .collect()
}

fn decide(flaw: &str, known: &Configuration, observations: &[Observation], attempt: Attempt) -> Decision {
    let table = table(observations);
    if table.is_asked() {
        return by(flaw, &table);
    }
    let cbc = known.suites().any(|(version, _, parts)| {
        (Version::TLS10..=Version::TLS12).contains(&version) && parts.mode == Mode::Cbc
    });
    if !cbc && known.complete && known.is_settled() {
        let why = "it accepts no suite with a block cipher in CBC mode in TLS 1.0 to 1.2";
        return (Verdict::NotApplicable, why.to_owned());
    }
    if cbc && askable(known).is_none() {
        let why = "it accepts CBC only with ciphers that Holter cannot finish a handshake with";
        return (Verdict::Inconclusive, why.to_owned());
    }
    let why = format!(
        "how it takes records that are wrong {}",
        session::why_not(observations, attempt)
    );
    (Verdict::Inconclusive, why)
}

fn by(flaw: &str, table: &Table) -> Decision {
    let any = table.kinds().first().copied().unwrap_or("all-wrong");
    if table.first("all-wrong").contains(&Reaction::Continued)
        || (table.is_uniform() && table.first(any).contains(&Reaction::Continued))
    {
        let why = "it spoke before any answer to a wrong record could come, so its answers cannot be told from that";
        return (Verdict::Inconclusive, why.to_owned());
    }
    if table.is_silent() {
        let why = "it said nothing in time to any of the wrong records".to_owned();
        return (Verdict::Inconclusive, why);
    }
    if table.is_uniform() {
        let said = reaction::in_words(table.first(any));
        return (
            Verdict::NotAffected,
            format!("it took four records, each wrong in another way, alike: it {said}"),
        );
    }
    let Some(base) = table.always("all-wrong") else {
        return unsteady();
    };
    // What `way` is told from, if it is.
    let told = |way: &'static str| table.always(way).map(|words| (way, words, words != base));
    let filler_taken = table.always("filler").is_some_and(|words| is_taken(words, base));
    let ways: &[&'static str] = match flaw {
        POODLE => &["filler"],
        ZOMBIE => &["filler", "length"],
        GOLDEN => &["checksum"],
        _ => &["empty"],
    };
    let mut steady = true;
    for way in ways {
        let Some((way, words, differs)) = told(way) else {
            steady = false;
            continue;
        };
        let is_this = match flaw {
            POODLE => filler_taken,
            ZOMBIE => differs && !(way == "filler" && filler_taken),
            // With a text and without it takes a wrong checksum alike: that is GOLDENDOODLE.
            EMPTY => differs && Some(words) != table.always("checksum"),
            _ => differs,
        };
        if is_this {
            let why = format!(
                "three times over it {} after a record with {}, and {} after one that is wrong in every way",
                reaction::in_words(words),
                named(way),
                reaction::in_words(base)
            );
            return (Verdict::Affected, why);
        }
    }
    if steady {
        (
            Verdict::NotAffected,
            format!(
                "it took records with {} as others that are wrong",
                ways.iter().map(|way| named(way)).collect::<Vec<_>>().join(" or ")
            ),
        )
    } else {
        unsteady()
    }
}

/// Whether a record was taken: answered, or passed over in silence where others end the connection.
fn is_taken(words: &[Reaction], base: &[Reaction]) -> bool {
    let silent = |words: &[Reaction]| matches!(words, [Reaction::Silence(_)]);
    words.contains(&Reaction::Continued) || (silent(words) && !silent(base))
}

fn unsteady() -> Decision {
    (
        Verdict::Inconclusive,
        "it took wrong records differently, but not in the same way each time".to_owned(),
    )
}

fn named(way: &str) -> &'static str {
    match way {
        "filler" => "wrong filler in the padding and a right checksum",
        "length" => "padding that claims to be too long and a right checksum",
        "checksum" => "right padding and a wrong checksum",
        "empty" => "no text, right padding and a wrong checksum",
        _ => "everything wrong",
    }
}

#[cfg(test)]
mod tests {
    use holter_model::Fact;

    use super::*;
    use crate::oracle::id;
    use crate::padding_oracle::{SERIES, WAYS};
    use crate::testing::{alone, hello, judged, probe, suites};

    const BAD: Reaction = Reaction::Alert(20);

    fn facts(rounds: usize, words: [Reaction; 5]) -> Vec<Fact> {
        let mut facts = vec![suites(0x0303, &[0x002f])];
        for round in 1..=rounds {
            for ((way, _), word) in WAYS.iter().zip(words) {
                facts.push(probe(&id(SERIES, way, round), 0x0303, word));
            }
        }
        facts
    }

    /// POODLE, zero length, Zombie, GOLDENDOODLE.
    fn check(facts: &[Fact], expected: &str) {
        assert_eq!(judged(judge, facts), expected);
    }

    #[test]
    fn each_oracle_is_told_by_what_differs() {
        let fine = "not_affected not_affected not_affected";
        check(&facts(1, [BAD; 5]), &format!("not_affected {fine}"));
        let taken = [BAD, Reaction::Continued, BAD, BAD, BAD];
        check(&facts(3, taken), &format!("affected {fine}"));
        let silent = [BAD, Reaction::Silence(300), BAD, BAD, BAD];
        check(&facts(3, silent), &format!("affected {fine}"));
        let zombie = [BAD, Reaction::Alert(21), Reaction::Alert(21), BAD, BAD];
        check(
            &facts(3, zombie),
            "not_affected not_affected affected not_affected",
        );
        let golden = [BAD, BAD, BAD, Reaction::Alert(21), Reaction::Alert(21)];
        check(
            &facts(3, golden),
            "not_affected not_affected not_affected affected",
        );
        let empty = [BAD, BAD, BAD, BAD, Reaction::Closed];
        check(
            &facts(3, empty),
            "not_affected affected not_affected not_affected",
        );
    }

    #[test]
    fn what_does_not_come_back_or_cannot_be_told_is_inconclusive() {
        let open = "inconclusive inconclusive inconclusive inconclusive";
        let taken = [BAD, Reaction::Continued, BAD, BAD, BAD];
        check(&facts(1, taken), open);
        check(&facts(1, [Reaction::Continued; 5]), open);
        check(&[hello(0x0303)], open);
    }

    #[test]
    fn without_cbc_there_is_no_question() {
        let none = "not_applicable not_applicable not_applicable not_applicable";
        let alone = |version, suite| [&[suites(version, &[suite])][..], &alone(version)].concat();
        check(&alone(0x0303, 0xc02f), none);
        check(&alone(0x0300, 0x002f), none);
    }
}

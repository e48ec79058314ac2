//! From the tables of answers to five verdicts.

use holter_model::{Attempt, Basis, Judgement, Observation, Reaction, Verdict};
use holter_wire::Version;
use holter_wire::suite::Mode;

use super::{CHECK, SERIES, askable, is_stitched, plain, plain_table, table};
use crate::ground::{self, Decision};
use crate::oracle::Table;
use crate::{Configuration, reaction, session, spoken};

/// POODLE against TLS: a wrong filler is taken.
const POODLE: &str = "CVE-2014-8730";
/// Zombie POODLE: wrong padding with a right checksum is told from what is all wrong.
const ZOMBIE: &str = "CVE-2019-6485";
/// GOLDENDOODLE: right padding with a wrong checksum is told from what is all wrong.
const GOLDEN: &str = "CVE-2019-6593";
/// The zero-length oracle: a record without text is told from one with a text, both with a wrong checksum.
const EMPTY: &str = "CVE-2019-1559";

/// OpenSSL's code for processors with AES: nothing but padding is told from what is wrong otherwise, as a record too long.
const STITCHED: &str = "CVE-2016-2107";
const TOO_LONG: Reaction = Reaction::Alert(22);

pub(super) fn judge(observations: &[Observation], attempt: Attempt) -> Vec<Judgement> {
    [POODLE, STITCHED, EMPTY, ZOMBIE, GOLDEN]
        .into_iter()
        .flat_map(|flaw| {
            let about = (CHECK.id, flaw, Basis::Behaviour);
            spoken::judge(about, observations, attempt, |known| {
                decide(flaw, known, observations, attempt)
            })
        })
        .collect()
}

fn decide(flaw: &str, known: &Configuration, observations: &[Observation], attempt: Attempt) -> Decision {
    let stitched = known.suites().any(|(_, code, _)| is_stitched(code));
    if flaw == STITCHED && !stitched && known.complete && known.is_settled() {
        let why = "it accepts no suite of AES in CBC mode with SHA-1 or SHA-256";
        return (Verdict::NotApplicable, why.to_owned());
    }
    let table = table(observations);
    if table.is_asked() {
        let asked = ground::answers(observations, SERIES).last();
        if flaw == STITCHED && !asked.is_some_and(|answer| is_stitched(answer.suite)) {
            let why = "it was asked with another suite than those of AES with SHA-1 or SHA-256";
            return (Verdict::Inconclusive, why.to_owned());
        }
        let datagrams = asked.is_some_and(|answer| answer.version.is_datagram());
        let decision = by(flaw, &table, datagrams);
        let stitched = asked.is_some_and(|answer| is_stitched(answer.suite));
        if flaw == EMPTY && stitched && plain(known).is_some() && decision.0 != Verdict::Affected {
            return apart(&plain_table(observations), datagrams, decision);
        }
        return decision;
    }
    let cbc = known.suites().any(|(version, _, parts)| {
        (Version::TLS10..=Version::TLS12).contains(&version.rules()) && parts.mode == Mode::Cbc
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

/// The zero-length oracle with a suite that OpenSSL computes by its general code, beside what was found with AES.
fn apart(table: &Table, datagrams: bool, decision: Decision) -> Decision {
    if !table.is_asked() {
        let why = "it was not asked with a suite that is not of AES with SHA-1 or SHA-256, where alone OpenSSL has it";
        return (Verdict::Inconclusive, why.to_owned());
    }
    if let Some((one, other)) = table.differing() {
        let why = format!(
            "with another cipher than AES, three times over it {} after a record with {}, and {} after one with {}",
            reaction::in_words(table.first(one)),
            named(one),
            reaction::in_words(table.first(other)),
            named(other)
        );
        return (Verdict::Affected, why);
    }
    let unclear = table.first("checksum").contains(&Reaction::Continued) || (table.is_silent() && !datagrams);
    if table.is_uniform() && !unclear {
        return decision;
    }
    unsteady()
}

fn by(flaw: &str, table: &Table, datagrams: bool) -> Decision {
    let any = table.kinds().first().copied().unwrap_or("all-wrong");
    if table.first("all-wrong").contains(&Reaction::Continued)
        || (table.is_uniform() && table.first(any).contains(&Reaction::Continued))
    {
        let why = "it spoke before any answer to a wrong record could come, so its answers cannot be told from that";
        return (Verdict::Inconclusive, why.to_owned());
    }
    if table.is_silent() && datagrams {
        let why = "it passed over records that are each wrong in another way, and answered a sound one that came after them";
        return (Verdict::NotAffected, why.to_owned());
    }
    if table.is_silent() {
        let why = "it said nothing in time to any of the wrong records".to_owned();
        return (Verdict::Inconclusive, why);
    }
    if table.is_uniform() {
        let said = reaction::in_words(table.first(any));
        return (
            Verdict::NotAffected,
            format!("it took five records, each wrong in another way, alike: it {said}"),
        );
    }
    let Some(base) = table.always("all-wrong") else {
        return unsteady();
    };
    // What `way` is told from, if it is.
    let told = |way: &'static str| table.always(way).map(|words| (way, words, words != base));
    let filler_taken = table
        .always("filler")
        .is_some_and(|words| is_taken(words, base, datagrams));
    let ways: &[&'static str] = match flaw {
        POODLE => &["filler"],
        STITCHED => &["only-padding"],
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
            STITCHED => differs && words.contains(&TOO_LONG),
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
/// Over datagrams silence is how it is dropped.
fn is_taken(words: &[Reaction], base: &[Reaction], datagrams: bool) -> bool {
    let silent = |words: &[Reaction]| matches!(words, [Reaction::Silence(_)]);
    words.contains(&Reaction::Continued) || (!datagrams && silent(words) && !silent(base))
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
        "only-padding" => "nothing but padding",
        _ => "everything wrong",
    }
}

#[cfg(test)]
mod tests {
    use holter_model::Fact;

    use super::*;
    use crate::oracle::id;
    use crate::padding_oracle::{PLAIN, SERIES, WAYS};
    use crate::testing::{alone, hello, judged, probe, suites};

    const BAD: Reaction = Reaction::Alert(20);
    const SILENT: Reaction = Reaction::Silence(300);

    /// In the order of [`WAYS`].
    fn facts(rounds: usize, words: [Reaction; 6]) -> Vec<Fact> {
        let mut facts = vec![suites(0x0303, &[0x002f])];
        for round in 1..=rounds {
            for ((way, _), word) in WAYS.iter().zip(words) {
                facts.push(probe(&id(SERIES, way, round), 0x0303, word));
            }
        }
        facts
    }

    /// POODLE, AES-NI, zero length, Zombie, GOLDENDOODLE.
    fn check(facts: &[Fact], expected: [&str; 5]) {
        let expected = expected.map(|one| match one {
            "yes" => "affected",
            "no" => "not_affected",
            other => other,
        });
        assert_eq!(judged(judge, facts), expected.join(" "));
    }

    #[test]
    fn each_oracle_is_told_by_what_differs() {
        check(&facts(1, [BAD; 6]), ["no"; 5]);
        let taken = [BAD, Reaction::Continued, BAD, BAD, BAD, BAD];
        check(&facts(3, taken), ["yes", "no", "no", "no", "no"]);
        let silent = [BAD, SILENT, BAD, BAD, BAD, BAD];
        check(&facts(3, silent), ["yes", "no", "no", "no", "no"]);
        let other = Reaction::Alert(21);
        let zombie = [BAD, other, other, BAD, BAD, BAD];
        check(&facts(3, zombie), ["no", "no", "no", "yes", "no"]);
        let golden = [BAD, BAD, BAD, other, other, BAD];
        check(&facts(3, golden), ["no", "no", "no", "no", "yes"]);
        let empty = [BAD, BAD, BAD, BAD, Reaction::Closed, BAD];
        check(&facts(3, empty), ["no", "no", "yes", "no", "no"]);
        let stitched = [BAD, BAD, BAD, BAD, BAD, TOO_LONG];
        check(&facts(3, stitched), ["no", "yes", "no", "no", "no"]);
        check(&facts(1, stitched), ["inconclusive"; 5]);
    }

    #[test]
    fn the_zero_length_oracle_is_asked_for_where_openssl_has_it() {
        let with = |more: &[Fact]| {
            [
                &facts(1, [BAD; 6])[1..],
                &[suites(0x0303, &[0x002f, 0x000a])],
                more,
            ]
            .concat()
        };
        check(&with(&[]), ["no", "no", "inconclusive", "no", "no"]);
        let said = |rounds: usize, empty: Reaction| {
            let answers = (1..=rounds).flat_map(|round| {
                [("checksum", BAD), ("empty", empty)]
                    .map(|(way, word)| probe(&id(PLAIN, way, round), 0x0303, word))
            });
            with(&answers.collect::<Vec<_>>())
        };
        check(&said(1, BAD), ["no"; 5]);
        check(&said(3, Reaction::Closed), ["no", "no", "yes", "no", "no"]);
        check(
            &said(2, Reaction::Closed),
            ["no", "no", "inconclusive", "no", "no"],
        );
    }

    #[test]
    fn over_datagrams_silence_is_noted_only_beside_a_control_and_clears() {
        let over = |rounds: usize, words: [Reaction; 6]| {
            let mut facts = vec![suites(0xfefd, &[0x002f])];
            for round in 1..=rounds {
                for ((way, _), word) in WAYS.iter().zip(words) {
                    facts.push(probe(&id(SERIES, way, round), 0xfefd, word));
                }
            }
            facts
        };
        check(&over(1, [SILENT; 6]), ["no"; 5]);
        check(&over(1, [BAD; 6]), ["no"; 5]);
        let taken = [SILENT, Reaction::Continued, SILENT, SILENT, SILENT, SILENT];
        check(&over(3, taken), ["yes", "no", "no", "no", "no"]);
        let golden = [SILENT, SILENT, SILENT, BAD, BAD, SILENT];
        check(&over(3, golden), ["no", "no", "no", "no", "yes"]);
        check(&[hello(0xfefd)], ["inconclusive"; 5]);
    }

    #[test]
    fn what_does_not_come_back_or_cannot_be_told_is_inconclusive() {
        let taken = [BAD, Reaction::Continued, BAD, BAD, BAD, BAD];
        check(&facts(1, taken), ["inconclusive"; 5]);
        check(&facts(1, [Reaction::Continued; 6]), ["inconclusive"; 5]);
        check(&[hello(0x0303)], ["inconclusive"; 5]);
    }

    #[test]
    fn without_cbc_there_is_no_question() {
        let none = ["not_applicable"; 5];
        let alone = |version, suite| [&[suites(version, &[suite])][..], &alone(version)].concat();
        check(&alone(0x0303, 0xc02f), none);
        check(&alone(0x0300, 0x000a), none);
        let camellia = alone(0x0303, 0x0041);
        let open = "inconclusive";
        check(&camellia, [open, "not_applicable", open, open, open]);
    }
}

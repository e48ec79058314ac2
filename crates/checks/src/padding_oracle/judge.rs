//! From the tables of answers to five verdicts.

use holter_model::{Attempt, Basis, Judgement, Observation, Reaction, Verdict};
use holter_wire::Version;
use holter_wire::suite::Mode;

use super::{CHECK, EMPTY, ONLY, PLAIN, SERIES, askable, is_stitched, plain, plain_table, table};
use crate::ground::{self, Decision};
use crate::oracle::{self, ROUNDS, Table};
use crate::session::http2;
use crate::{Configuration, reaction, session, spoken};

/// POODLE against TLS: a wrong filler is taken.
const POODLE: &str = "CVE-2014-8730";
/// Zombie POODLE: wrong padding with a right checksum is told from what is all wrong.
const ZOMBIE: &str = "CVE-2019-6485";
/// GOLDENDOODLE: right padding with a wrong checksum is told from what is all wrong.
const GOLDEN: &str = "CVE-2019-6593";
/// The zero-length oracle: a record without text is told from one with a text, both with a wrong checksum.
const ZERO_LENGTH: &str = "CVE-2019-1559";

/// OpenSSL's code for processors with AES: nothing but padding is told from what is wrong otherwise, as a record too long.
const STITCHED: &str = "CVE-2016-2107";
const TOO_LONG: Reaction = Reaction::Alert(22);

pub(super) fn judge(observations: &[Observation], attempt: Attempt) -> Vec<Judgement> {
    [POODLE, STITCHED, ZERO_LENGTH, ZOMBIE, GOLDEN]
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
        let datagrams = asked.is_some_and(|answer| answer.version.is_datagram());
        let with_stitched = asked.is_some_and(|answer| is_stitched(answer.suite));
        return match flaw {
            STITCHED if !with_stitched => {
                let why = "it was asked with another suite than those of AES with SHA-1 or SHA-256";
                (Verdict::Inconclusive, why.to_owned())
            }
            STITCHED => only_padding(&table, observations, datagrams),
            ZERO_LENGTH if with_stitched && plain(known).is_some() => apart(&table, observations, datagrams),
            _ => by(flaw, &table, datagrams),
        };
    }
    let cbc = known.suites().any(|(version, _, parts)| {
        (Version::TLS10..=Version::TLS12).contains(&version.rules()) && parts.mode == Mode::Cbc
    });
    if !cbc && known.complete && known.is_settled() {
        let why = "it accepts no suite with a block cipher in CBC mode in TLS 1.0 to 1.2";
        return (Verdict::NotApplicable, why.to_owned());
    }
    if cbc && askable(known).is_none() && !session::keyed::everywhere(known) {
        let why = "it accepts CBC only with ciphers that Holter cannot finish a handshake with";
        return (Verdict::Inconclusive, why.to_owned());
    }
    if http2::is_brittle(known, observations) {
        let why = "it serves HTTP/2 alone, as old Node.js does, which ends altogether over a wrong record: none was sent";
        return (Verdict::Inconclusive, why.to_owned());
    }
    let why = format!(
        "how it takes records that are wrong {}",
        session::why_not(observations, attempt)
    );
    (Verdict::Inconclusive, why)
}

/// The zero-length oracle with a suite that OpenSSL computes by its general code, and with AES where it was asked there, too.
fn apart(main: &Table, observations: &[Observation], datagrams: bool) -> Decision {
    if let Some((one, other)) = plain_table(observations).differing() {
        let table = plain_table(observations);
        let why = format!(
            "with another suite than those of AES with SHA-1 or SHA-256, three times over it {} after a record with {}, and {} after \
             one with {}",
            reaction::in_words(table.first(one)),
            named(one),
            reaction::in_words(table.first(other)),
            named(other)
        );
        return (Verdict::Affected, why);
    }
    let heard = reaction::signature(observations, &oracle::id(PLAIN, EMPTY, 1));
    if heard.is_empty() {
        let why = "it was not asked with a suite that is not of AES with SHA-1 or SHA-256, where alone OpenSSL has it";
        return (Verdict::Inconclusive, why.to_owned());
    }
    let alike = heard == main.first("checksum") || plain_table(observations).is_uniform();
    if !alike {
        return unsteady();
    }
    if !main.first(EMPTY).is_empty() || is_unclear(main, datagrams).is_some() {
        return by(ZERO_LENGTH, main, datagrams);
    }
    (
        Verdict::NotAffected,
        format!(
            "it took a record with {} as others that are wrong: it {}",
            named(EMPTY),
            reaction::in_words(&heard)
        ),
    )
}

/// The oracle of AES-NI.
fn only_padding(table: &Table, observations: &[Observation], datagrams: bool) -> Decision {
    if let Some(decision) = is_unclear(table, datagrams) {
        return decision;
    }
    let base = table.first("checksum");
    let heard: Vec<Vec<Reaction>> = (1..=ROUNDS)
        .map(|round| reaction::signature(observations, &oracle::id(SERIES, ONLY, round)))
        .filter(|words| !words.is_empty())
        .collect();
    let Some(first) = heard.first() else {
        let why = "how it takes a record of nothing but padding is not known";
        return (Verdict::Inconclusive, why.to_owned());
    };
    // The word counts: when the connection ends behind it differs from time to time.
    if table.begins_so(first) {
        let said = reaction::in_words(first);
        let why = format!(
            "it took a record with {} as others that are wrong: it {said}",
            named(ONLY)
        );
        return (Verdict::NotAffected, why);
    }
    if heard.len() < 2 || heard.iter().any(|words| words != first) {
        return unsteady();
    }
    let (said, other) = (reaction::in_words(first), reaction::in_words(base));
    if first.contains(&TOO_LONG) && !base.contains(&TOO_LONG) {
        let why = format!(
            "each time it {said} after a record with {}, and {other} after others that are wrong",
            named(ONLY)
        );
        return (Verdict::Affected, why);
    }
    let why = format!(
        "it {said} after a record with {}, and {other} after others that are wrong, which is not how OpenSSL does it",
        named(ONLY)
    );
    (Verdict::Inconclusive, why)
}

/// What keeps answers from being told apart at all.
fn is_unclear(table: &Table, datagrams: bool) -> Option<Decision> {
    let any = table.kinds().first().copied().unwrap_or("all-wrong");
    if table.first("all-wrong").contains(&Reaction::Continued)
        || (table.is_uniform() && table.first(any).contains(&Reaction::Continued))
    {
        let why = "it spoke before any answer to a wrong record could come, so its answers cannot be told from that";
        return Some((Verdict::Inconclusive, why.to_owned()));
    }
    if table.is_silent() && !datagrams {
        let why = "it said nothing in time to any of the wrong records".to_owned();
        return Some((Verdict::Inconclusive, why));
    }
    None
}

fn by(flaw: &str, table: &Table, datagrams: bool) -> Decision {
    if let Some(decision) = is_unclear(table, datagrams) {
        return decision;
    }
    if table.is_silent() {
        let why = "it passed over records that are each wrong in another way, and answered a sound one that came after them";
        return (Verdict::NotAffected, why.to_owned());
    }
    let any = table.kinds().first().copied().unwrap_or("all-wrong");
    if table.is_uniform() {
        let said = reaction::in_words(table.first(any));
        return (
            Verdict::NotAffected,
            format!("it took records that are each wrong in another way alike: it {said}"),
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
        ZOMBIE => &["filler", "length"],
        GOLDEN => &["checksum"],
        _ => &[EMPTY],
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
            ZERO_LENGTH => differs && Some(words) != table.always("checksum"),
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
        EMPTY => "no text, right padding and a wrong checksum",
        ONLY => "nothing but padding",
        _ => "everything wrong",
    }
}

#[cfg(test)]
mod tests {
    use holter_model::Fact;

    use super::*;
    use crate::oracle::id;
    use crate::padding_oracle::WAYS;
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
        check(&facts(2, stitched), ["no", "yes", "no", "no", "no"]);
        check(&facts(1, stitched), ["no", "inconclusive", "no", "no", "no"]);
        let other = [BAD, BAD, BAD, BAD, BAD, Reaction::Closed];
        check(&facts(2, other), ["no", "inconclusive", "no", "no", "no"]);
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
        let alone = |word| with(&[probe(&id(PLAIN, "empty", 1), 0x0303, word)]);
        check(&alone(BAD), ["no"; 5]);
        check(&alone(Reaction::Closed), ["no", "no", "inconclusive", "no", "no"]);
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
        let open = "inconclusive";
        // What the others have in common is steady by that.
        check(&facts(1, taken), [open, "no", "no", open, "no"]);
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

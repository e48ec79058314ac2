//! A grade by SSL Labs' published rating guide (2009 in its revisions up to r), as Holter adapts it: `docs/grades.md` says
//! where it differs, and why.

mod caps;
mod score;

use holter_model::assessment::Grade;

use self::caps::Cap;
use crate::subject::Subject;

/// What a letter is, from the worst to the best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Letter {
    F,
    E,
    D,
    C,
    B,
    AMinus,
    A,
    APlus,
}

impl Letter {
    const fn as_str(self) -> &'static str {
        match self {
            Self::F => "F",
            Self::E => "E",
            Self::D => "D",
            Self::C => "C",
            Self::B => "B",
            Self::AMinus => "A-",
            Self::A => "A",
            Self::APlus => "A+",
        }
    }

    /// The guide's table 1.
    const fn of(score: u8) -> Self {
        match score {
            80.. => Self::A,
            65.. => Self::B,
            50.. => Self::C,
            35.. => Self::D,
            20.. => Self::E,
            _ => Self::F,
        }
    }
}

/// Its grade, or why it has none: an unknown suite might be the worst, and so might an answer to what was not asked.
pub(crate) fn grade(subject: &Subject<'_>) -> Result<Grade, String> {
    let configuration = &subject.configuration;
    if !configuration.complete || !configuration.is_settled() {
        return Err("the survey of versions and suites did not come to its end".to_owned());
    }
    let score = score::score(subject);
    let mut caps = caps::caps(subject);
    let scored = Letter::of(score.total);
    if scored < Letter::A {
        caps.push(Cap {
            letter: scored,
            why: format!(
                "the score is {}: {} for versions, {} for keys, {} for ciphers",
                score.total, score.versions, score.keys, score.ciphers
            ),
        });
    }
    caps.sort_by_key(|cap| cap.letter);
    let worst = caps.first().map_or(scored, |cap| cap.letter.min(scored));
    let exceptional = worst == Letter::A && caps.is_empty() && caps::is_exceptional(subject);
    let letter = if exceptional { Letter::APlus } else { worst };
    let unasked = caps::unasked(subject);
    // No answer makes an F better.
    if letter > Letter::F && !unasked.is_empty() {
        let (checks, was) = match unasked.len() {
            1 => ("a check that can lower it", "was"),
            _ => ("checks that can lower it", "were"),
        };
        return Err(format!(
            "{checks} {was} not asked: {}; --profile full asks them all",
            unasked.join(", ")
        ));
    }
    let reasons = caps
        .into_iter()
        .map(|Cap { letter, why }| format!("{}: {why}", letter.as_str()))
        .collect();
    let mut notes = score.notes;
    notes.extend(caps::notes(subject));
    Ok(Grade {
        letter: letter.as_str().to_owned(),
        score: score.total,
        reasons,
        notes,
    })
}

//! Evidence put into verdicts and plain words.

use std::net::IpAddr;

use holter_model::Verdict;

use super::{said, time};
use crate::book::evidence::Evidence;
use crate::book::server::{Early, Pushed};
use crate::flaws::TLS_DOWNGRADED;
use crate::heartbeat::{Ladder, Tally};
use crate::subject::{Asker, Coverage, End, Manner, Said, Weight};

const HEARTBLEED: &str = "CVE-2014-0160";

/// More forbidden requests than this are no try any more.
const TRIES: u64 = 2;

/// More than this in all is no try either: a scanner that over-asks is content with one answer.
const MUCH: u64 = 2 * 65_535;

/// What heartbeats towards a subject come to.
pub(super) fn heartbeats(evidence: &Evidence, coverage: &Coverage, end: End) -> Said {
    let tally = &evidence.tally;
    let verdict = tally.ladder.verdict(tally.ignored);
    let mut said = said(
        "heartbeats-heard",
        HEARTBLEED,
        verdict,
        words(tally, coverage, end),
    );
    said.weight = Some(Weight {
        ladder: tally.ladder,
        attempts: tally.attempts,
        answers: tally.answers,
        leaked_min: tally.least,
        leaked_max: tally.most,
        first_leak: tally.first_leak.map(time),
        last_leak: tally.last_leak.map(time),
    });
    let asked = evidence.peers.iter().filter(|(_, tally)| tally.attempts > 0);
    said.by = asked.map(|(peer, tally)| asker(*peer, tally)).collect();
    said
}

/// What changes of keys that came too early come to.
pub(super) fn early_change(early: &Early) -> Said {
    let (verdict, evidence) = if early.went_on > 0 {
        (
            Verdict::Affected,
            format!(
                "keys were changed {} before any were agreed, and it changed its own and went on",
                times(early.attempts)
            ),
        )
    } else if early.refused > 0 {
        (
            Verdict::NotAffected,
            format!(
                "keys were changed {} before any were agreed, and it refused",
                times(early.attempts)
            ),
        )
    } else {
        (
            Verdict::Inconclusive,
            format!(
                "keys were changed {} before any were agreed; what it made of that is not in the capture",
                times(early.attempts)
            ),
        )
    };
    said("ccs-heard", "CVE-2014-0224", verdict, evidence)
}

/// What connections with an older version than both ends can speak come to; `best` is the newest that the service chose.
pub(super) fn downgrade(pushed: &Pushed, best: u16) -> Option<Said> {
    let told = (pushed.told > 0).then(|| {
        format!(
            "it said in its hello {} that it can speak a newer version than it chose (RFC 8446 section 4.1.3), and the client had \
             offered that",
            times(pushed.told)
        )
    });
    // Of a service that never spoke more nobody can tell whether it could.
    let unsaid = (pushed.unsaid > 0 && pushed.least < best).then(|| {
        format!(
            "a client whose offer had come to nothing came again {} with an older version than it speaks, and did not say that it \
             fell back (RFC 7507)",
            times(pushed.unsaid)
        )
    });
    let evidence: Vec<String> = told.into_iter().chain(unsaid).collect();
    (!evidence.is_empty()).then(|| {
        let evidence = format!(
            "{}; somebody between them does so, or a faulty box: packets do not say which",
            evidence.join("; ")
        );
        said("downgrade-heard", TLS_DOWNGRADED, Verdict::Inconclusive, evidence)
    })
}

fn asker(address: IpAddr, tally: &Tally) -> Asker {
    let manner = if tally.clear_attempts > 0
        && tally.harmless == tally.clear_attempts
        && tally.attempts <= tally.clear_attempts
    {
        Manner::AskedForNothing
    } else if tally.attempts > TRIES || tally.least > MUCH {
        Manner::Repeated
    } else {
        Manner::OnceOrTwice
    };
    Asker {
        address,
        manner,
        attempts: tally.attempts,
        answers: tally.answers,
        leaked_min: tally.least,
        leaked_max: tally.most,
    }
}

fn words(tally: &Tally, coverage: &Coverage, end: End) -> String {
    let who = match end {
        End::Server => "it",
        End::Client => "it, as a client,",
    };
    let bytes = if tally.least == tally.most {
        format!("{} bytes", tally.least)
    } else {
        format!("between {} and {} bytes", tally.least, tally.most)
    };
    let asked = format!(
        "{} {}",
        tally.attempts,
        if tally.attempts == 1 {
            "request"
        } else {
            "requests"
        }
    );
    let text = match tally.ladder {
        Ladder::LeakExact => format!(
            "{who} answered {} of {asked} that RFC 6520 forbids, in the clear, with {bytes} that no request had brought",
            tally.answers
        ),
        Ladder::LeakBounded => format!(
            "{who} answered {} of {asked} with {bytes} more than the requests explain, however they were padded",
            tally.answers
        ),
        Ladder::LeakProbable => format!(
            "{who} answered {} of {asked} with {bytes} more than the requests explain, if it pads as OpenSSL does",
            tally.answers
        ),
        Ladder::AnsweredNoLeak => format!(
            "{who} answered {} of {asked} that RFC 6520 forbids, as only what is not repaired does; \
             that bytes went out that no request had brought is not shown (at most {})",
            tally.answers, tally.most
        ),
        Ladder::AttemptUnanswered if tally.ignored => {
            format!("{who} passed over {asked} that RFC 6520 forbids, and the connection went on")
        }
        Ladder::AttemptUnanswered => format!(
            "{asked} that RFC 6520 forbids came, and no answer is in the capture; whether one was sent is not shown"
        ),
        Ladder::Suspicious if tally.unbounded => format!(
            "{} encrypted heartbeats; records are compressed, so that what went out is not bounded",
            tally.heartbeats
        ),
        Ladder::Suspicious => format!(
            "{} encrypted heartbeats that may have been in order or not: lengths do not decide",
            tally.heartbeats
        ),
        Ladder::BenignHeartbeat => format!(
            "{} heartbeats, none of which RFC 6520 forbids as far as their lengths tell",
            tally.heartbeats
        ),
        Ladder::NoEvidence if coverage.sessions > 0 && coverage.hidden == coverage.sessions => {
            "all its sessions speak TLS 1.3, in which heartbeats cannot be told from data".to_owned()
        }
        Ladder::NoEvidence => {
            "no heartbeat is in the capture, which says nothing of what was not captured".to_owned()
        }
    };
    if tally.crashes > 0 {
        format!(
            "{text}; {} asked for more than a datagram holds, which ends an affected process",
            tally.crashes
        )
    } else {
        text
    }
}

fn times(count: u64) -> String {
    match count {
        1 => "once".to_owned(),
        count => format!("{count} times"),
    }
}

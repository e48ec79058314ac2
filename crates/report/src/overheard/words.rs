//! What text and HTML say alike: the answer in one sentence, the method and its limits.

use std::net::IpAddr;

use holter_capture::Ladder;
use holter_capture::subject::{Asker, End, Manner, Said, Subject, Weight};
use holter_model::Basis;

use super::Sums;
use crate::sentence::Mood;
use crate::text::{counted, number};

/// How it is found out, in words that a breach assessment can cite.
pub(super) const METHOD: [&str; 4] = [
    "The captures were read once, packet by packet; nothing was sent. TCP was put together in order with every hole counted, and TLS was followed record by record.",
    "A heartbeat request is forbidden where its content is shorter than 19 bytes, or where its payload and 16 bytes of padding do not fit into it: the line that RFC 6520 draws, and that the remedy in OpenSSL 1.0.1g holds.",
    "In the clear, the bytes that an answer gives beyond what its request brought are counted. Encrypted, the lengths of records bound the content of request and answer for the suite and version in use, and the difference is bounded; a verdict rests on the lower bound, never on the upper.",
    "Bytes are counted and never kept: nothing that leaked is in this report, or anywhere that it was made from but the captures themselves. Guard those as you guard the records.",
];

/// What it cannot say.
pub(super) const LIMITS: [&str; 5] = [
    "What was not captured proves nothing: no evidence is never the same as not attacked. The flaw was in the world from 14 March 2012 on.",
    "The bounds count bytes that were sent beyond the request, not different secrets: repeated answers may hold the same memory.",
    "What the bytes were is not said. Take for lost what the process can have had in memory: keys, session cookies, passwords, records in transit.",
    "Heartbeats inside of TLS 1.3, and records that were compressed, cannot be measured; OpenSSL 1.0.1, which has the flaw, speaks no TLS 1.3.",
    "Who owns an address, and whether a scanner was welcome, does not stand in packets.",
];

/// The whole answer.
pub(super) fn answer(sums: &Sums) -> (Mood, String) {
    if sums.leaked_from > 0 {
        let from = counted(sums.leaked_from, "system gave", "systems gave");
        let least = if sums.leaked_min == sums.leaked_max {
            format!("{} bytes", number(sums.leaked_min))
        } else {
            format!(
                "between {} and {} bytes",
                number(sums.leaked_min),
                number(sums.leaked_max)
            )
        };
        let to = counted(sums.takers, "address", "addresses");
        return (
            Mood::Bad,
            format!("Memory leaked: {from} away {least} of it to {to}."),
        );
    }
    if sums.answered > 0 {
        let are = counted(sums.answered, "system is", "systems are");
        return (
            Mood::Bad,
            format!("{are} open to Heartbleed and somebody tried; that memory went out is not shown."),
        );
    }
    if sums.sessions_taken_over > 0 {
        let were = counted(sums.sessions_taken_over, "session was", "sessions were");
        return (
            Mood::Bad,
            format!("{were} used from two networks at once, as a stolen one is."),
        );
    }
    let (mood, tail) = if sums.affected > 0 {
        let are = counted(sums.affected, "system is", "systems are");
        (Mood::Bad, format!(" {are} affected by something else."))
    } else {
        (Mood::Open, String::new())
    };
    if sums.suspicious > 0 {
        let on = counted(sums.suspicious, "system", "systems");
        return (
            mood,
            format!(
                "Somebody tried, or may have tried, to get at memory or keys on {on}; that it worked is not shown.{tail}"
            ),
        );
    }
    let nothing = if sums.sources == 0 {
        "Nothing was heard."
    } else if sums.subjects == 0 {
        "Nothing that Holter can judge was heard."
    } else {
        "No sign of an attack was heard. That speaks of what was captured, and of nothing else."
    };
    let clear = sums.affected == 0 && sums.subjects > 0 && sums.exit == 0;
    (if clear { Mood::Good } else { mood }, format!("{nothing}{tail}"))
}

/// A step of the ladder, as a title.
pub(super) const fn step(ladder: Ladder) -> &'static str {
    match ladder {
        Ladder::LeakExact => "memory leaked, counted exactly",
        Ladder::LeakBounded => "memory leaked, within bounds",
        Ladder::LeakProbable => "memory leaked, very probably",
        Ladder::AnsweredNoLeak => "open to it, no leaked byte shown",
        Ladder::AttemptUnanswered => "tried, no answer seen",
        Ladder::Suspicious => "suspicious",
        Ladder::BenignHeartbeat => "heartbeats in good order",
        Ladder::NoEvidence => "no evidence",
    }
}

/// What a verdict on heartbeats comes to, as a title. Another tool's word says neither that nothing was answered nor how much.
pub(super) fn title(said: &Said, weight: &Weight) -> String {
    if said.basis == Basis::Statement {
        let what = match weight.ladder {
            Ladder::AttemptUnanswered => "tried",
            Ladder::BenignHeartbeat => "heartbeats in good order",
            _ => "suspicious",
        };
        return format!("{what}, by another tool's word");
    }
    if weight.ladder.is_leak() {
        return format!("{}, {}", step(weight.ladder), bytes(weight));
    }
    step(weight.ladder).to_owned()
}

/// What a step rests on, and how sure it is.
pub(super) const fn meaning(ladder: Ladder) -> &'static str {
    match ladder {
        Ladder::LeakExact => {
            "An answer in the clear gives more than its request brought, and all of it is in the capture. Certain."
        }
        Ladder::LeakBounded => {
            "An answer is longer than its request explains, however either was padded; or it is in the clear, and its end was not seen. Very sure; it assumes one answer to each request."
        }
        Ladder::LeakProbable => {
            "An encrypted answer is longer than its request explains if its sender pads as OpenSSL does, which is what has the flaw. Sure."
        }
        Ladder::AnsweredNoLeak => {
            "A forbidden request was answered, as only what is not repaired does; no byte beyond the request is shown."
        }
        Ladder::AttemptUnanswered => {
            "A forbidden request was made: the attempt is certain. No answer to it is in the capture."
        }
        Ladder::Suspicious => "An encrypted heartbeat whose length does not decide whether it was in order.",
        Ladder::BenignHeartbeat => {
            "Heartbeats were heard, and none that is forbidden, as far as their lengths tell."
        }
        Ladder::NoEvidence => "No heartbeat is in what was captured. That is not the same as not attacked.",
    }
}

/// Bytes, as a range where they are one.
pub(super) fn bytes(weight: &Weight) -> String {
    match (weight.leaked_min, weight.leaked_max) {
        (0, 0) => "no byte".to_owned(),
        (least, most) if least == most => counted(least, "byte", "bytes"),
        (0, most) => format!("at most {}", counted(most, "byte", "bytes")),
        (least, most) => format!("{} to {} bytes", number(least), number(most)),
    }
}

/// One who asked.
pub(super) fn asker(asker: &Asker) -> String {
    let manner = match asker.manner {
        Manner::AskedForNothing => "asked for no byte that it had not brought, as careful scanners do",
        Manner::OnceOrTwice => "once or twice: a scanner, or a thief who tries",
        Manner::Repeated => "again and again, or for much: no scanner has a reason to",
    };
    let got = match (asker.leaked_min, asker.leaked_max) {
        (0, _) => String::new(),
        (least, most) if least == most => format!(", got {} bytes", number(least)),
        (least, most) => format!(", got {} to {} bytes", number(least), number(most)),
    };
    format!(
        "{}: {}, {}{got} ({manner})",
        asker.address,
        counted(asker.attempts, "request", "requests"),
        counted(asker.answers, "answer", "answers"),
    )
}

/// Where a subject is.
pub(super) fn place(subject: &Subject) -> String {
    let who = subject.subject;
    let address = match who.address {
        IpAddr::V4(address) => format!("{address}:{}", who.port),
        IpAddr::V6(address) => format!("[{address}]:{}", who.port),
    };
    match who.role {
        End::Server => format!("{address}/{}", subject.transport),
        End::Client => format!("{} as a client", who.address),
    }
}

/// A moment for people, to the second.
pub(super) fn moment(at: jiff::Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

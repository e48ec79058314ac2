//! How it was found out, what each step means, and what all this cannot say.

use holter_capture::Ladder;
use maud::{Markup, html};

use super::super::words::{LIMITS, METHOD, meaning, step};

/// The steps, the gravest first.
const STEPS: [Ladder; 8] = [
    Ladder::LeakExact,
    Ladder::LeakBounded,
    Ladder::LeakProbable,
    Ladder::AnsweredNoLeak,
    Ladder::AttemptUnanswered,
    Ladder::Suspicious,
    Ladder::BenignHeartbeat,
    Ladder::NoEvidence,
];

pub(super) fn all() -> Markup {
    html! {
        section aria-labelledby="method" {
            h2 id="method" { "How this was found out" }
            ol { @for line in METHOD { li { (line) } } }
            div class="scroll" {
                table class="stack" {
                    caption { "What each step means" }
                    thead { tr { th scope="col" { "Step" } th scope="col" { "What it rests on" } } }
                    tbody {
                        @for ladder in STEPS {
                            tr {
                                th scope="row" { (step(ladder)) br; code { (ladder.as_str()) } }
                                td data-l="What it rests on" { (meaning(ladder)) }
                            }
                        }
                    }
                }
            }
            p class="small soft" {
                "References: RFC 6520 section 4; OpenSSL security advisory of 7 April 2014 (CVE-2014-0160); OpenSSL 1.0.1g. "
                "Whether a disclosure is a breach is for the risk assessment of 45 CFR 164.402 to say; this report gives it facts."
            }
        }
        section aria-labelledby="limits" {
            h2 id="limits" { "What this cannot say" }
            ul { @for line in LIMITS { li { (line) } } }
        }
    }
}

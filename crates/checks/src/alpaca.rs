//! # ALPACA (CVE-2021-3618)
//!
//! ## What it asks
//! One hello for a name that is nobody's (RFC 2606) and, by ALPN, for a protocol that nobody speaks. A strict service
//! refuses one or the other. Asked only of services whose protocol answers a browser's request line by line: those are
//! the ones that a stolen request can be led to.
//!
//! ## Why it matters
//! Whoever stands on the way can lead a browser's request for the portal to a mail or file server whose certificate is
//! valid for the portal's name, too. It answers as if it were the portal: cookies are stored or echoed there.
//!
//! ## References
//! Brinkmann et al., "ALPACA: Application Layer Protocol Confusion", USENIX Security 2021; RFC 7301 section 3.2; RFC 6066
//! section 3.

use holter_model::{Attempt, Basis, Fact, Feature, Judgement, Observation, Reaction, Verdict};
use holter_wire::extension::Extension;
use holter_wire::{AlertDescription, ExtensionType, Version};

use crate::greeting::{self, Taken};
use crate::ground::{self, Decision};
use crate::{Check, Configuration, Needs, Profile, Visit};

/// What takes a line for a command and answers one that it does not know, as the paper's substitute servers do.
const LINE_BY_LINE: [&str; 8] = ["ftp", "imap", "irc", "lmtp", "nntp", "pop3", "sieve", "smtp"];

/// A name that belongs to nobody (RFC 2606 section 2).
const NAME: &str = "holter.invalid";

/// The ALPN list with one protocol that nobody speaks: "holter".
const PROTOCOLS: &[u8] = b"\x00\x07\x06holter";

const PROBE: &str = "alpaca";

/// The check.
pub(crate) static CHECK: Check = Check {
    id: "alpaca",
    name: "ALPACA",
    about: "says hello for a name and a protocol that are nobody's, which a strict service refuses",
    profile: Profile::Full,
    needs: Needs::Survey,
    flaws: &[include_str!("../../../flaws/CVE-2021-3618.toml")],
    ask: |visit| Box::pin(ask(visit)),
    judge,
};

async fn ask(visit: &mut Visit<'_>) {
    visit.note_protocol();
    let known = greeting::known(visit);
    let Some(newest) = greeting::versions(&known).next_back() else {
        return;
    };
    let id = visit.chosen().protocol.id;
    if newest <= Version::SSL3 || !LINE_BY_LINE.contains(&id) || !greeting::may_ask(visit) {
        return;
    }
    let mut hello = greeting::ordinary(visit, &known, newest.min(Version::TLS12));
    if newest >= Version::TLS13 {
        greeting::with_tls13(&mut hello, visit, &known, &[Version::TLS13, Version::TLS12]);
    }
    greeting::replace(&mut hello, Extension::server_name(NAME));
    hello.extensions.push(Extension {
        kind: ExtensionType::ALPN,
        body: PROTOCOLS.to_vec(),
    });
    let Some(taken) = greeting::say(visit, hello).await else {
        return;
    };
    let (reaction, strict) = match taken {
        Taken::Answered(_) => (Reaction::Continued, Some((Feature::StrictName, false))),
        Taken::Refused(reaction) => (reaction, strictness(reaction)),
    };
    visit.heard(Fact::Probe {
        probe: PROBE.to_owned(),
        version: newest.0,
        suite: 0,
        reaction,
    });
    if let Some((feature, present)) = strict {
        note(visit, newest, feature, present);
    }
    if reaction == Reaction::Continued {
        note(visit, newest, Feature::StrictAlpn, false);
    }
    if matches!(reaction, Reaction::Closed | Reaction::Reset) {
        greeting::still_listens(visit, &known, newest, PROBE).await;
    }
}

/// What a refusal shows that the service insists on.
fn strictness(reaction: Reaction) -> Option<(Feature, bool)> {
    match reaction {
        Reaction::Alert(code) if code == AlertDescription::UNRECOGNIZED_NAME.0 => {
            Some((Feature::StrictName, true))
        }
        Reaction::Alert(code) if code == AlertDescription::NO_APPLICATION_PROTOCOL.0 => {
            Some((Feature::StrictAlpn, true))
        }
        _ => None,
    }
}

fn note(visit: &mut Visit<'_>, version: Version, feature: Feature, present: bool) {
    visit.heard(Fact::Feature {
        feature,
        version: version.0,
        present,
    });
}

fn judge(observations: &[Observation], attempt: Attempt) -> Vec<Judgement> {
    let about = (CHECK.id, "CVE-2021-3618", Basis::Behaviour);
    ground::on_streams(about, observations, attempt, |known| {
        decide(known, observations, attempt)
    })
}

fn decide(known: &Configuration, observations: &[Observation], attempt: Attempt) -> Decision {
    let answer = ground::answers(observations, PROBE).last();
    match (ground::protocol(observations), answer) {
        (_, Some(answer)) => match answer.reaction {
            Reaction::Continued => (
                Verdict::Inconclusive,
                "it takes any name and any protocol; a request that is meant for a web service can be led here if a \
                 certificate of this service is also valid for the web service's name"
                    .to_owned(),
            ),
            reaction if strictness(reaction).is_some() => (
                Verdict::NotAffected,
                format!("it {} a name and a protocol that are not its own", refused(reaction)),
            ),
            Reaction::Closed | Reaction::Reset if !greeting::listened(observations, PROBE) => (
                Verdict::Inconclusive,
                format!(
                    "it {} when asked for a name and a protocol that are not its own, and did not answer its own either \
                     after that",
                    greeting::in_words(answer.reaction)
                ),
            ),
            Reaction::Alert(_) | Reaction::Closed | Reaction::Reset => (
                Verdict::NotAffected,
                format!("it {} when asked for a name and a protocol that are not its own", greeting::in_words(answer.reaction)),
            ),
            reaction => (
                Verdict::Inconclusive,
                format!("it {} when asked for a name and a protocol that are not its own", greeting::in_words(reaction)),
            ),
        },
        (Some(id), None) if !LINE_BY_LINE.contains(&id) => (
            Verdict::NotApplicable,
            "a web request that is led here is not answered line by line, as mail and file servers do".to_owned(),
        ),
        (Some(_), None) if greeting::versions(known).next_back() == Some(Version::SSL3) => (
            Verdict::Inconclusive,
            "it speaks nothing newer than SSLv3, in which neither a name nor a protocol can be asked for".to_owned(),
        ),
        _ => ground::not_asked(attempt),
    }
}

fn refused(reaction: Reaction) -> &'static str {
    match strictness(reaction) {
        Some((Feature::StrictAlpn, _)) => "insists on its protocol and refused",
        _ => "insists on its name and refused",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{hello, judged, probe, protocol};

    #[test]
    fn only_servers_that_answer_line_by_line_can_take_a_request_that_is_not_theirs() {
        let check = |facts: &[Fact], expected: &str| assert_eq!(judged(judge, facts), expected);
        check(&[hello(0x0303), protocol("https")], "not_applicable");
        check(&[hello(0x0303), protocol("smtp")], "inconclusive");
        check(&[hello(0x0303)], "inconclusive");
        let asked = |reaction| [hello(0x0303), protocol("smtp"), probe(PROBE, 0x0303, reaction)];
        check(&asked(Reaction::Alert(112)), "not_affected");
        check(&asked(Reaction::Alert(120)), "not_affected");
        check(&asked(Reaction::Continued), "inconclusive");
        check(&asked(Reaction::Silence(300)), "inconclusive");
        let controlled = |answer| {
            let control = probe("control-alpaca", 0x0303, answer);
            [&asked(Reaction::Closed)[..], &[control]].concat()
        };
        check(&asked(Reaction::Closed), "inconclusive");
        check(&controlled(Reaction::Closed), "inconclusive");
        check(&controlled(Reaction::Continued), "not_affected");
    }
}

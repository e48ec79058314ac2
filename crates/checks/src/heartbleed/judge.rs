//! From facts to a verdict. Pure: the same facts, the same verdict, whoever heard them and when.

use std::collections::BTreeMap;

use holter_model::{Attempt, Basis, Fact, HeartbeatAnswer, Judgement, Observation, Stage, Verdict};
use holter_wire::Version;
use holter_wire::heartbeat::LEAST_PADDING;

use super::stack::{Stack, by_order};

/// An echo with this payload or less leaves OpenSSL's handshake buffer only after the handshake.
const STAYS_IN_BUFFER: u32 = 4072;

/// What is known of one version, and why.
#[derive(Debug)]
struct Finding {
    verdict: Verdict,
    why: String,
    foreign: u64,
}

/// All that was heard under one version.
#[derive(Debug, Default)]
struct Heard<'a> {
    offered: Option<Option<u8>>,
    order: &'a [u16],
    beats: Vec<Beat>,
    proof: Option<Proof>,
}

#[derive(Clone, Copy, Debug)]
struct Beat {
    stage: Stage,
    payload: u32,
    padding: u32,
    answer: HeartbeatAnswer,
}

#[derive(Clone, Copy, Debug)]
struct Proof {
    own: u32,
    foreign: u32,
}

/// Judges. `None` when no service was reached: there is nothing to have a verdict on.
pub(super) fn judge(observations: &[Observation], attempt: Attempt) -> Option<Judgement> {
    let heard = by_version(observations);
    let mut findings: Vec<Finding> = heard
        .iter()
        .filter_map(|(version, heard)| heard.judge(*version))
        .collect();
    // The gravest first; among equals the newest version.
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.verdict));
    let foreign_bytes = findings.iter().map(|finding| finding.foreign).sum();
    let (verdict, evidence) = match findings.first() {
        Some(first) if first.verdict == Verdict::Affected => (Verdict::Affected, first.why.clone()),
        _ if attempt == Attempt::TlsDeclined => (
            Verdict::NotApplicable,
            "it offers no TLS here, so there are no heartbeats to ask for".to_owned(),
        ),
        _ if !attempt.reached() && findings.is_empty() => return None,
        _ if attempt != Attempt::Completed => (
            Verdict::Inconclusive,
            format!("it could not be asked to the end: {}", attempt.explain()),
        ),
        Some(first) if first.verdict == Verdict::Inconclusive => (Verdict::Inconclusive, first.why.clone()),
        Some(_) => (Verdict::NotAffected, together(&findings, &heard)),
        None => (
            Verdict::Inconclusive,
            "no version of TLS could be agreed on".to_owned(),
        ),
    };
    Some(Judgement {
        check: super::CHECK.id.to_owned(),
        flaw: "CVE-2014-0160".to_owned(),
        verdict,
        basis: Basis::Behaviour,
        evidence,
        foreign_bytes,
    })
}

fn by_version(observations: &[Observation]) -> BTreeMap<std::cmp::Reverse<Version>, Heard<'_>> {
    let mut heard: BTreeMap<_, Heard<'_>> = BTreeMap::new();
    for observation in observations {
        match &observation.fact {
            Fact::Hello {
                version,
                heartbeat,
                extensions,
                ..
            } => {
                let entry = heard.entry(std::cmp::Reverse(Version(*version))).or_default();
                entry.offered = Some(*heartbeat);
                entry.order = extensions;
            }
            Fact::Heartbeat {
                version,
                stage,
                payload,
                padding,
                answer,
            } => {
                let beat = Beat {
                    stage: *stage,
                    payload: *payload,
                    padding: *padding,
                    answer: *answer,
                };
                heard
                    .entry(std::cmp::Reverse(Version(*version)))
                    .or_default()
                    .beats
                    .push(beat);
            }
            Fact::OverRead {
                version,
                own,
                foreign,
                answered: true,
                ..
            } => {
                let entry = heard.entry(std::cmp::Reverse(Version(*version))).or_default();
                entry.proof = Some(Proof {
                    own: *own,
                    foreign: *foreign,
                });
            }
            _ => {}
        }
    }
    heard
}

impl Heard<'_> {
    fn judge(&self, std::cmp::Reverse(version): std::cmp::Reverse<Version>) -> Option<Finding> {
        let finding = |verdict, why| {
            Some(Finding {
                verdict,
                why,
                foreign: 0,
            })
        };
        match self.offered? {
            None if version == Version::TLS13 => finding(
                Verdict::NotAffected,
                "it speaks TLS 1.3 only; no OpenSSL with this flaw ever did".to_owned(),
            ),
            None => finding(
                Verdict::NotAffected,
                format!("it does not offer heartbeats in {version}"),
            ),
            Some(1) => Some(self.judge_beats(version)),
            Some(_) => finding(
                Verdict::Inconclusive,
                format!("in {version} it has heartbeats but forbids us to send one, so none was sent"),
            ),
        }
    }

    fn judge_beats(&self, version: Version) -> Finding {
        let finding = |verdict, why| Finding {
            verdict,
            why,
            foreign: 0,
        };
        if let Some(beyond) = self.beats.iter().find_map(Beat::beyond) {
            return Finding {
                verdict: Verdict::Affected,
                why: format!(
                    "an honest heartbeat in {version} was answered with {beyond} bytes beyond it; none was kept, and asking ended"
                ),
                foreign: beyond.into(),
            };
        }
        if let Some(short) = self.beats.iter().find(|beat| beat.is_short() && beat.is_echo()) {
            return self.judge_echo(version, *short);
        }
        let decides = |beat: &&Beat| !beat.is_short() && beat.is_echo();
        if let Some(control) = self.beats.iter().find(decides) {
            let when = control.stage.words();
            return finding(
                Verdict::NotAffected,
                format!(
                    "proven fixed in {version}: {when} it dropped a heartbeat 1 byte short of RFC 6520's padding and answered one in good order"
                ),
            );
        }
        finding(
            Verdict::Inconclusive,
            match self.beats.last().map(|beat| beat.answer) {
                Some(HeartbeatAnswer::Alert { .. } | HeartbeatAnswer::Closed) => {
                    format!("in {version} it offers heartbeats but ends the connection when one comes")
                }
                Some(HeartbeatAnswer::Other { .. }) => {
                    format!("in {version} it answered a heartbeat with something that is not its echo")
                }
                _ => format!(
                    "in {version} it offers heartbeats but answered none, neither short nor in good order"
                ),
            },
        )
    }

    /// A short heartbeat was echoed: the flaw, unless a stack is recognised that echoes within its bounds.
    fn judge_echo(&self, version: Version, short: Beat) -> Finding {
        let not = |stack: Stack, sign: &str| Finding {
            verdict: Verdict::NotAffected,
            why: format!(
                "it echoed a heartbeat 1 byte short of RFC 6520's padding in {version}, but {sign}: this is {}'s old way, which stays within what it was sent; update it all the same",
                stack.name()
            ),
            foreign: 0,
        };
        if matches!(short.answer, HeartbeatAnswer::Echo { zero_padding: true, padding } if padding > 0) {
            return not(Stack::Botan, "its answer is padded with zeros");
        }
        let unbuffered = self.beats.iter().any(|beat| {
            beat.stage == Stage::MidHandshake
                && beat.is_short()
                && beat.is_echo()
                && beat.payload <= STAYS_IN_BUFFER
        });
        let stack = by_order(self.order);
        let stream = version.0 >> 8 == 3;
        if unbuffered && stream {
            let stack = if stack == Stack::OpenSsl {
                Stack::Unknown
            } else {
                stack
            };
            return not(
                stack,
                "a small one came back in mid-handshake, where OpenSSL would hold it back",
            );
        }
        let unsure = match stack {
            Stack::OpenSsl | Stack::Unknown => "",
            Stack::GnuTls | Stack::Botan => {
                " (its ServerHello is not laid out as OpenSSL's; a stack that echoes within its bounds cannot be ruled out)"
            }
        };
        let proof = self.proof.map_or_else(String::new, |proof| match proof {
            Proof { foreign: 0, own } if own > 0 => {
                format!("; proved: it read {own} bytes beyond the request, all of them our own marker")
            }
            Proof { foreign: 0, .. } => "; the proof found no over-read".to_owned(),
            Proof { foreign, .. } => {
                format!("; the proof met {foreign} bytes that were not ours, wiped them and stopped")
            }
        });
        let short_by = u32::try_from(LEAST_PADDING).unwrap_or(0) - short.padding;
        Finding {
            verdict: Verdict::Affected,
            why: format!(
                "a heartbeat {short_by} byte short of RFC 6520's padding was echoed in {version}; 0 foreign bytes asked for{unsure}{proof}"
            ),
            foreign: self.proof.map_or(0, |proof| proof.foreign.into()),
        }
    }
}

impl Beat {
    fn is_short(&self) -> bool {
        usize::try_from(self.padding).is_ok_and(|padding| padding < LEAST_PADDING)
    }

    const fn is_echo(&self) -> bool {
        matches!(self.answer, HeartbeatAnswer::Echo { .. })
    }

    const fn beyond(&self) -> Option<u32> {
        match self.answer {
            HeartbeatAnswer::Other { beyond, .. } if beyond > 0 => Some(beyond),
            _ => None,
        }
    }
}

trait Words {
    fn words(&self) -> &'static str;
}

impl Words for Stage {
    fn words(&self) -> &'static str {
        match self {
            Self::MidHandshake => "in mid-handshake",
            Self::Finished => "after the handshake",
        }
    }
}

/// One sentence for all versions when every one is clear.
fn together(findings: &[Finding], heard: &BTreeMap<std::cmp::Reverse<Version>, Heard<'_>>) -> String {
    let silent = heard.values().all(|heard| heard.offered == Some(None));
    let versions: Vec<String> = heard.keys().map(|version| version.0.to_string()).collect();
    match findings {
        [only] => only.why.clone(),
        _ if silent => format!("it does not offer heartbeats in {}", versions.join(", ")),
        _ => findings
            .iter()
            .map(|finding| finding.why.as_str())
            .collect::<Vec<_>>()
            .join("; "),
    }
}

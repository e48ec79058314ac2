//! From facts to a verdict. Pure: the same facts, the same verdict, whoever heard them and when.

mod table;

use holter_model::{Attempt, Basis, Fact, HeartbeatAnswer, Judgement, Observation, Stage, Verdict};
use holter_protocols::marks::{self, Mark};
use holter_wire::Version;
use holter_wire::heartbeat::LEAST_PADDING;

use super::stack::{Stack, by_order};

/// An echo with this payload or less leaves OpenSSL's handshake buffer only after the handshake.
const STAYS_IN_BUFFER: u32 = 4072;

/// Judges. `None` when no service was reached: there is nothing to have a verdict on.
pub(super) fn judge(observations: &[Observation], attempt: Attempt) -> Option<Judgement> {
    if let Some(judgement) = overheard(observations) {
        return Some(judgement);
    }
    let heard = by_version(observations);
    let spared = delicate(observations);
    let findings: Vec<Finding> = heard.iter().map(|heard| heard.judge(spared)).collect();
    let worst = findings.iter().map(|finding| finding.verdict).max();
    let (verdict, evidence) = match worst {
        Some(Verdict::Affected) => (Verdict::Affected, sentence(&findings, Verdict::Affected)),
        // Who offered TLS once and declines it later was not asked to the end.
        _ if attempt == Attempt::TlsDeclined && findings.is_empty() => (
            Verdict::NotApplicable,
            "it offers no TLS here, so there are no heartbeats to ask for".to_owned(),
        ),
        _ if !attempt.reached() && findings.is_empty() => return None,
        _ if attempt != Attempt::Completed => (
            Verdict::Inconclusive,
            format!("it could not be asked to the end: {}", attempt.explain()),
        ),
        Some(verdict) => (verdict, sentence(&findings, verdict)),
        None if speaks_ssl2_alone(observations) => (
            Verdict::NotApplicable,
            "it speaks SSLv2 alone, which has no heartbeats".to_owned(),
        ),
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
        foreign_bytes: findings.iter().map(|finding| finding.foreign).sum(),
        needs: None,
    })
}

/// What was overheard, where it shows the flaw and nobody has asked since.
fn overheard(observations: &[Observation]) -> Option<Judgement> {
    let asked = |fact: &Fact| matches!(fact, Fact::Heartbeat { .. } | Fact::OverRead { .. });
    let last_asked = observations.iter().filter(|observation| asked(&observation.fact));
    let last_asked = last_asked.map(|observation| observation.at).max();
    observations
        .iter()
        .filter(|observation| last_asked.is_none_or(|asked| asked < observation.at))
        .filter_map(|observation| match &observation.fact {
            Fact::Overheard {
                ladder,
                ignored,
                attempts,
                answers,
                leaked_min,
                leaked_max,
            } if ladder.verdict(*ignored) == Verdict::Affected => Some((
                *ladder,
                format!(
                    "overheard: it answered {answers} of {attempts} requests that RFC 6520 forbids, and gave away \
                     {leaked_min} to {leaked_max} bytes that nobody had brought"
                ),
            )),
            _ => None,
        })
        .max_by_key(|(ladder, _)| *ladder)
        .map(|(_, evidence)| {
            let (check, flaw) = (super::CHECK.id, "CVE-2014-0160");
            Judgement::new(check, flaw, Verdict::Affected, Basis::Behaviour, evidence)
        })
}

/// Whether SSLv2 was answered, and no version of TLS.
fn speaks_ssl2_alone(observations: &[Observation]) -> bool {
    let heard = |wanted: fn(&Fact) -> bool| observations.iter().any(|observation| wanted(&observation.fact));
    heard(|fact| matches!(fact, Fact::Ssl2 { .. })) && !heard(|fact| matches!(fact, Fact::Hello { .. }))
}

/// What is known of one version, and why.
#[derive(Debug)]
struct Finding {
    version: Version,
    verdict: Verdict,
    why: String,
    foreign: u64,
}

/// All that was heard under one version.
#[derive(Debug)]
struct Heard<'a> {
    version: Version,
    hello: Option<Offer<'a>>,
    beats: Vec<Beat>,
    proof: Option<Proof>,
}

#[derive(Clone, Copy, Debug)]
struct Offer<'a> {
    heartbeat: Option<u8>,
    order: &'a [u16],
    cut_short: bool,
}

#[derive(Clone, Copy, Debug)]
struct Beat {
    stage: Stage,
    payload: u32,
    padding: u32,
    answer: HeartbeatAnswer,
}

/// What came of asking for the over-read itself.
#[derive(Clone, Copy, Debug, Default)]
struct Proof {
    answered: bool,
    own: u32,
    foreign: u32,
}

/// The facts by version, in the order in which the versions were first heard: newest first.
fn by_version(observations: &[Observation]) -> Vec<Heard<'_>> {
    let mut all: Vec<Heard<'_>> = Vec::new();
    for observation in observations {
        match &observation.fact {
            Fact::Hello {
                version,
                heartbeat,
                extensions,
                cut_short,
                ..
            } => {
                let offer = Offer {
                    heartbeat: *heartbeat,
                    order: extensions,
                    cut_short: *cut_short,
                };
                under(&mut all, *version, |heard| heard.offered(offer));
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
                under(&mut all, *version, |heard| heard.beats.push(beat));
            }
            Fact::OverRead {
                version,
                own,
                foreign,
                answered,
                ..
            } => under(&mut all, *version, |heard| {
                let proof = heard.proof.get_or_insert_default();
                proof.answered |= answered;
                proof.own = proof.own.max(*own);
                proof.foreign = proof.foreign.saturating_add(*foreign);
            }),
            _ => {}
        }
    }
    all
}

/// What a service gave itself away as, if such a one is left alone.
fn delicate(observations: &[Observation]) -> Option<&'static Mark> {
    observations
        .iter()
        .filter_map(|observation| match &observation.fact {
            Fact::Recognised { mark } => marks::by_id(mark),
            _ => None,
        })
        .find(|mark| mark.is_delicate())
}

/// Notes something under its version.
fn under<'a>(all: &mut Vec<Heard<'a>>, version: u16, note: impl FnOnce(&mut Heard<'a>)) {
    let version = Version(version);
    if let Some(heard) = all.iter_mut().find(|heard| heard.version == version) {
        return note(heard);
    }
    let mut heard = Heard {
        version,
        hello: None,
        beats: Vec::new(),
        proof: None,
    };
    note(&mut heard);
    all.push(heard);
}

impl<'a> Heard<'a> {
    /// Notes an offer. Several machines may stand behind one address: the one that offers most counts.
    fn offered(&mut self, offer: Offer<'a>) {
        let weight = |offer: &Offer<'_>| match offer.heartbeat {
            Some(1) => 3,
            Some(_) => 2,
            None if offer.cut_short => 1,
            None => 0,
        };
        if self.hello.is_none_or(|earlier| weight(&offer) > weight(&earlier)) {
            self.hello = Some(offer);
        }
    }

    /// `spared`: what it gave itself away as, where that keeps us from sending it anything.
    fn judge(&self, spared: Option<&Mark>) -> Finding {
        // Only who offers heartbeats is sent one, whether or not the offer itself was noted.
        let offer = self.hello.unwrap_or(Offer {
            heartbeat: Some(1),
            order: &[],
            cut_short: false,
        });
        let (verdict, why) = match offer.heartbeat {
            _ if !self.beats.is_empty() || self.proof.is_some() => return self.judge_beats(offer),
            Some(1) => match spared {
                Some(mark) => return self.finding(Verdict::Inconclusive, left_alone(mark)),
                None => return self.judge_beats(offer),
            },
            None if offer.cut_short => (
                Verdict::Inconclusive,
                "its ServerHello breaks off, so whether it offers heartbeats is not known",
            ),
            None if self.version == Version::TLS13 => (
                Verdict::NotAffected,
                "it speaks nothing older than TLS 1.3; no OpenSSL with this flaw ever spoke that",
            ),
            None => (Verdict::NotAffected, "it does not offer heartbeats"),
            Some(_) => (
                Verdict::Inconclusive,
                "it has heartbeats but forbids us to send one, so none was sent",
            ),
        };
        self.finding(verdict, why.to_owned())
    }

    fn judge_beats(&self, offer: Offer<'_>) -> Finding {
        if let Some(beyond) = self.beats.iter().find_map(Beat::beyond) {
            let why = format!(
                "an honest heartbeat was answered with {beyond} bytes beyond it; none was kept, and asking ended"
            );
            let mut finding = self.finding(Verdict::Affected, why);
            finding.foreign += u64::from(beyond);
            return finding;
        }
        if let Some(short) = self.beats.iter().find(|beat| beat.is_short() && beat.is_echo()) {
            return self.judge_echo(offer, *short);
        }
        if let Some(proof) = self.proof.filter(|proof| proof.shows_it()) {
            let why = format!("no short heartbeat came back, yet {}", proof.words());
            return self.finding(Verdict::Affected, why);
        }
        if let Some(control) = self.beats.iter().find(|beat| self.is_control(beat)) {
            let when = words(control.stage);
            let why = format!(
                "proven fixed: {when} it did not answer a heartbeat 1 byte short of RFC 6520's padding, and answered one in good order"
            );
            return self.finding(Verdict::NotAffected, why);
        }
        let why = match self.beats.last().map(|beat| beat.answer) {
            Some(HeartbeatAnswer::Alert { .. } | HeartbeatAnswer::Closed) => {
                "it offers heartbeats but ends the connection when one comes"
            }
            Some(HeartbeatAnswer::Echo { .. }) => {
                "it answered a heartbeat in good order, but a short one was not tried beside it"
            }
            Some(HeartbeatAnswer::Other { .. }) => {
                "it answered a heartbeat with something that is not its echo"
            }
            Some(HeartbeatAnswer::Silence { .. }) => {
                "it offers heartbeats but answered none, neither short nor in good order"
            }
            None => "it offers heartbeats, but none could be sent",
        };
        self.finding(Verdict::Inconclusive, why.to_owned())
    }

    /// A short heartbeat was echoed: the flaw, unless a stack is recognised that echoes within its bounds.
    fn judge_echo(&self, offer: Offer<'_>, short: Beat) -> Finding {
        let over_reads = self.proof.is_some_and(Proof::shows_it);
        let zeros =
            matches!(short.answer, HeartbeatAnswer::Echo { zero_padding: true, padding } if padding > 0);
        let stack = by_order(offer.order);
        // OpenSSL without randomness leaves zeros there too, but lays out its ServerHello its own way.
        if zeros && stack != Stack::OpenSsl && !over_reads {
            return self.bounded("its answer is padded with zeros, as Botan 1.11 did");
        }
        let unbuffered = |beat: &Beat| {
            beat.stage == Stage::MidHandshake
                && beat.is_short()
                && beat.is_echo()
                && beat.payload <= STAYS_IN_BUFFER
        };
        // The buffer is a stream's; DTLS answers leave it at once.
        if self.version.0 >> 8 == 3 && self.beats.iter().any(unbuffered) && !over_reads {
            return self.bounded("a small one came back in mid-handshake too, where OpenSSL holds it back");
        }
        let unsure = match stack {
            Stack::OpenSsl | Stack::Unknown => "",
            Stack::Other => {
                "; its ServerHello is not laid out as OpenSSL's, so a stack that echoes within its bounds cannot be ruled out"
            }
        };
        // Whoever was asked to prove it was asked for more than was brought, answer or not.
        let asked = self
            .proof
            .map_or("0 foreign bytes asked for".to_owned(), Proof::words);
        let missing = LEAST_PADDING.saturating_sub(usize::try_from(short.padding).unwrap_or(0));
        let why =
            format!("a heartbeat {missing} byte short of RFC 6520's padding was echoed; {asked}{unsure}");
        self.finding(Verdict::Affected, why)
    }

    /// Whether this echo in good order stands beside a short heartbeat that got none, at the same stage and no
    /// smaller, so that nothing but its padding can have kept it from being answered.
    fn is_control(&self, beat: &Beat) -> bool {
        let beside =
            |short: &Beat| short.is_short() && short.stage == beat.stage && short.payload >= beat.payload;
        !beat.is_short() && beat.is_echo() && self.beats.iter().any(beside)
    }

    fn bounded(&self, sign: &str) -> Finding {
        let why = format!(
            "it echoed a heartbeat 1 byte short of RFC 6520's padding, but {sign}: another stack than OpenSSL, which stays within what it was sent; update it all the same"
        );
        self.finding(Verdict::NotAffected, why)
    }

    /// A finding of this version. What the proof met counts whatever the verdict.
    fn finding(&self, verdict: Verdict, why: String) -> Finding {
        Finding {
            version: self.version,
            verdict,
            why,
            foreign: self.proof.map_or(0, |proof| proof.foreign.into()),
        }
    }
}

impl Proof {
    /// Whether a byte beyond the request came back.
    const fn shows_it(self) -> bool {
        self.own > 0 || self.foreign > 0
    }

    fn words(self) -> String {
        match self {
            Self { answered: false, .. } => "the proof got no answer".to_owned(),
            Self {
                foreign: 0, own: 0, ..
            } => "the proof found no over-read".to_owned(),
            Self { foreign: 0, own, .. } => {
                format!("proved: it read {own} bytes beyond the request, all of them our own marker")
            }
            Self { foreign, .. } => {
                format!("the proof met {foreign} bytes that were not ours, wiped them and stopped")
            }
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

fn left_alone(mark: &Mark) -> String {
    let says = match mark.place {
        marks::Place::Certificate => "its certificate says",
        marks::Place::Words => "its first words say",
    };
    format!(
        "it offers heartbeats, and {says} that it is a {}: it was left alone; name it by itself, host:port, to have it asked",
        mark.name
    )
}

const fn words(stage: Stage) -> &'static str {
    match stage {
        Stage::MidHandshake => "in mid-handshake",
        Stage::Finished => "after the handshake",
    }
}

/// Why the verdict is what it is: each reason once, with the versions that it holds for.
fn sentence(findings: &[Finding], verdict: Verdict) -> String {
    let mut reasons: Vec<(&str, Vec<String>)> = Vec::new();
    for finding in findings.iter().filter(|finding| finding.verdict == verdict) {
        match reasons.iter_mut().find(|(why, _)| *why == finding.why) {
            Some((_, versions)) => versions.push(finding.version.to_string()),
            None => reasons.push((&finding.why, vec![finding.version.to_string()])),
        }
    }
    let reasons: Vec<String> = reasons
        .iter()
        .map(|(why, versions)| format!("{why} ({})", versions.join(", ")))
        .collect();
    reasons.join("; ")
}

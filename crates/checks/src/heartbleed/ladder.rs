//! The order of questions: first a hello that this peer understands, then each older version that it speaks.

mod spared;
mod walks;

use holter_cert::Certificate;
use holter_model::{Attempt, Fact, Refusal, Transport};
use holter_wire::{AlertDescription, Version};

use super::{finished, probe, prove};
use crate::Visit;
use crate::conversation::{Conversation, Flight, Reply, answered};
use crate::hello::{self, Suites};

/// A way to say hello.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Up to this version, with RSA key transport only.
    Rsa(Version),
    /// Up to this version, with every key exchange.
    All(Version),
    /// Up to this version, with every suite and every curve that the others leave out.
    Rest(Version),
    /// Up to this version, with as few extensions as may be.
    Spare(Version),
    /// TLS 1.3 and nothing older.
    Tls13,
}

/// What became of a hello.
enum Said {
    /// It was answered, and everything worth asking on this connection was asked.
    Version(Version),
    /// It was refused like this.
    No(Refusal),
    /// Nothing more can be learned here.
    End,
}

/// Asks, and notes what it hears in the visit.
pub(super) async fn ask(visit: &mut Visit<'_>) {
    if visit.is_surveyed() {
        return again(visit).await;
    }
    let Some((way, version)) = first_answer(visit).await else {
        return;
    };
    for older in older_than(version) {
        if decided(visit) {
            return;
        }
        if spoken(visit, *older) {
            continue;
        }
        // Older hellos go the way that was understood.
        let same = match way {
            Way::Rsa(_) => Way::Rsa(*older),
            Way::All(_) => Way::All(*older),
            Way::Rest(_) => Way::Rest(*older),
            Way::Spare(_) => Way::Spare(*older),
            Way::Tls13 => return,
        };
        let mut said = say(visit, same).await;
        // It may know this version with other suites than the newer one.
        let other_suites =
            matches!(said, Said::No(how) if how != PROTOCOL_VERSION && !seems_gone(visit, how));
        if other_suites && matches!(way, Way::Rsa(_)) {
            said = say(visit, Way::All(*older)).await;
        }
        let gone =
            matches!(said, Said::No(how) if seems_gone(visit, how)) && !still_answers(visit, way).await;
        if gone {
            let why =
                format!("it answered no more when it was asked for {older}, nor what it had answered before");
            visit.suffers(&why);
            visit.broke(Attempt::TimedOut, Some(why));
        }
        if gone || matches!(said, Said::End) {
            return;
        }
    }
}

/// Asks in the versions that the survey found heartbeats offered in; in the others there is nothing to ask.
async fn again(visit: &mut Visit<'_>) {
    let offered = |visit: &Visit<'_>, version: Version| {
        visit.observations().iter().any(|observation| {
            matches!(observation.fact, Fact::Hello { version: spoken, heartbeat: Some(1), .. } if spoken == version.0)
        })
    };
    let versions = [
        Version::TLS12,
        Version::TLS11,
        Version::TLS10,
        Version::SSL3,
        Version::DTLS12,
        Version::DTLS10,
    ];
    for version in versions {
        if !offered(visit, version) || decided(visit) {
            continue;
        }
        let mut said = say(visit, Way::All(version)).await;
        // It has nothing that is usual.
        if matches!(said, Said::No(Refusal::Alert(_))) {
            said = say(visit, Way::Rest(version)).await;
        }
        if matches!(said, Said::End) {
            return;
        }
    }
}

/// Whether this is how a peer ends that is there no more. A stream that is closed is a refusal; a datagram port that is
/// has lost its service.
fn seems_gone(visit: &Visit<'_>, how: Refusal) -> bool {
    how == Refusal::Silence || (how == Refusal::Closed && visit.endpoint.transport == Transport::Udp)
}

/// Whether a hello that was understood before still is. Silence to another version means "I do not speak that" only
/// from a peer that has not fallen silent altogether.
async fn still_answers(visit: &mut Visit<'_>, way: Way) -> bool {
    let Some(line) = visit.open().await else {
        return visit.is_given_up();
    };
    let mut conversation = Conversation::over(line);
    let answered = matches!(conversation.hello(&way.hello(visit)).await, Reply::Flight(_));
    visit.done(conversation.end());
    answered
}

/// It knows TLS, but not this version: other suites would not change that.
const PROTOCOL_VERSION: Refusal = Refusal::Alert(AlertDescription::PROTOCOL_VERSION.0);

/// Finds a hello that is answered, and the version that it leads to.
async fn first_answer(visit: &mut Visit<'_>) -> Option<(Way, Version)> {
    let ways: &[Way] = match visit.endpoint.transport {
        Transport::Tcp => &[
            Way::Rsa(Version::TLS12),
            Way::All(Version::TLS12),
            Way::Rest(Version::TLS12),
            Way::Tls13,
            Way::Spare(Version::TLS11),
            Way::Spare(Version::TLS10),
            Way::Spare(Version::SSL3),
        ],
        Transport::Udp => &[
            Way::Rsa(Version::DTLS12),
            Way::All(Version::DTLS12),
            Way::Rest(Version::DTLS12),
            Way::Spare(Version::DTLS10),
        ],
    };
    let mut last = None;
    for way in ways {
        match last {
            Some(PROTOCOL_VERSION) if matches!(way, Way::All(_) | Way::Rest(_)) => continue,
            // The port is closed: a datagram is refused by nobody else.
            Some(Refusal::Closed) if visit.endpoint.transport == Transport::Udp => break,
            // It may choke on what is new or long; only the smallest hello is worth another wait.
            Some(Refusal::Silence) if visit.endpoint.transport == Transport::Udp => break,
            Some(Refusal::Silence) if *way != Way::Spare(Version::TLS10) => continue,
            _ => {}
        }
        match say(visit, *way).await {
            Said::Version(version) => return Some((*way, version)),
            Said::No(refusal) => last = Some(refusal),
            Said::End => return None,
        }
    }
    let attempt = match (last, visit.endpoint.transport) {
        (Some(Refusal::Silence), _) => Attempt::TimedOut,
        // A closed UDP port shows itself only when it is spoken to.
        (Some(Refusal::Closed), Transport::Udp) => Attempt::Refused,
        (Some(Refusal::Closed), Transport::Tcp) => Attempt::Closed,
        _ => Attempt::HandshakeRefused,
    };
    visit.broke(attempt, None);
    None
}

/// Says hello once; where heartbeats are offered, asks on.
async fn say(visit: &mut Visit<'_>, way: Way) -> Said {
    let mut retries = 2;
    let (mut conversation, flight, offered) = loop {
        let Some(line) = visit.open().await else {
            return Said::End;
        };
        let hello = way.hello(visit);
        let offered = way.version();
        let mut conversation = Conversation::over(line);
        match conversation.hello(&hello).await {
            Reply::Flight(flight) => break (conversation, flight, offered),
            Reply::Refused(how) => {
                visit.done(conversation.end());
                // A name that is not known here must not hide what serves the address.
                if how == Refusal::Alert(AlertDescription::UNRECOGNIZED_NAME.0) && visit.name.take().is_some()
                {
                    visit.odd("it does not know the name that was asked for; asked again without one");
                    continue;
                }
                visit.heard(Fact::HelloRefused {
                    offered: offered.0,
                    how,
                });
                return Said::No(how);
            }
            Reply::NotTls(words) => {
                visit.done(conversation.end());
                if visit.not_tls(&words) {
                    continue;
                }
                return Said::End;
            }
            Reply::Misfit(misfit) => {
                visit.done(conversation.end());
                visit.broke(Attempt::Misbehaved, Some(misfit.to_string()));
                return Said::End;
            }
            Reply::Broken(broken) => {
                visit.done(conversation.end());
                // A part of the flight was lost, and the peer does not send it again.
                if broken.attempt == Attempt::TimedOut
                    && visit.endpoint.transport == Transport::Udp
                    && retries > 0
                {
                    retries -= 1;
                    continue;
                }
                // Only an offer of heartbeats makes us read on behind a ServerHello, so this one has it.
                if let Some(hello) = &broken.hello {
                    visit.heard(answered(offered, hello, (false, false)));
                }
                visit.broke(broken.attempt, Some(broken.why));
                return Said::End;
            }
        }
    };
    let version = flight.hello.negotiated();
    for oddity in &flight.oddities {
        visit.odd(oddity);
    }
    visit.heard(flight.fact(offered));
    visit.recognised(flight.mark);
    note_key(visit, &flight);
    if flight.invites() && visit.is_spared() {
        visit.done(conversation.end());
        return Said::End;
    }
    let unanswered = flight.invites()
        && probe::mid_handshake(visit, &mut conversation, version, looks_foreign(&flight)).await;
    visit.done(conversation.end());
    if unanswered && visit.endpoint.transport == Transport::Tcp {
        finished::ask(visit, version).await;
    }
    if decided(visit) && visit.questions.prove.is_some() {
        prove::ask(visit, way).await;
    }
    Said::Version(version)
}

impl Way {
    /// The version that it offers.
    const fn version(self) -> Version {
        match self {
            Self::Rsa(version) | Self::All(version) | Self::Rest(version) | Self::Spare(version) => version,
            Self::Tls13 => Version::TLS13,
        }
    }

    /// The hello.
    pub(super) fn hello(self, visit: &Visit<'_>) -> holter_wire::client_hello::ClientHello {
        let name = visit.questions.sni.as_deref().or(visit.name);
        match self {
            Self::Rsa(version) => hello::heartbeat(version, Suites::Rsa, name, visit.dice),
            Self::All(version) => hello::heartbeat(version, Suites::All, name, visit.dice),
            Self::Rest(version) => hello::heartbeat(version, Suites::Rest, name, visit.dice),
            Self::Spare(version) => hello::spare(version, visit.dice),
            Self::Tls13 => hello::tls13(name, visit.dice),
        }
    }
}

/// Notes by which key this system is known again, once, and where no survey does.
fn note_key(visit: &mut Visit<'_>, flight: &Flight) {
    let is_noted = |fact: &Fact| matches!(fact, Fact::Key { .. } | Fact::Chain { .. });
    if visit.observations().iter().any(|one| is_noted(&one.fact)) {
        return;
    }
    let leaf = flight.chain.first().map(|leaf| Certificate::read(leaf).0);
    if let Some(key) = leaf.map(|leaf| leaf.key).filter(|key| !key.sha256.is_empty()) {
        visit.heard(Fact::Key { sha256: key.sha256 });
    }
}

fn looks_foreign(flight: &Flight) -> bool {
    let order: Vec<u16> = flight
        .hello
        .extensions
        .iter()
        .map(|extension| extension.kind.0)
        .collect();
    super::stack::by_order(&order) != super::stack::Stack::OpenSsl
}

/// Whether this visit has found what it looks for.
fn decided(visit: &Visit<'_>) -> bool {
    super::judge::judge(visit.observations(), Attempt::Completed)
        .is_some_and(|judgement| judgement.verdict == holter_model::Verdict::Affected)
}

/// Whether the peer has already led a hello to this version, so that all was asked in it.
fn spoken(visit: &Visit<'_>, version: Version) -> bool {
    visit.observations().iter().any(
        |observation| matches!(observation.fact, Fact::Hello { version: spoken, .. } if spoken == version.0),
    )
}

/// Versions older than this one, newest first.
fn older_than(version: Version) -> &'static [Version] {
    match version {
        Version::TLS12 => &[Version::TLS11, Version::TLS10, Version::SSL3],
        Version::TLS11 => &[Version::TLS10, Version::SSL3],
        Version::TLS10 => &[Version::SSL3],
        Version::DTLS12 => &[Version::DTLS10],
        _ => &[],
    }
}

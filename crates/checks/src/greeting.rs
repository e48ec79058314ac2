//! One hello on a connection of its own, in a version that a peer is known to speak: what checks ask by that ends with
//! the ServerHello.

use holter_model::{Fact, Observation, Reaction, Refusal, Transport};
use holter_wire::client_hello::ClientHello;
use holter_wire::extension::Extension;
use holter_wire::server_hello::ServerHello;
use holter_wire::{CipherSuite, ExtensionType, NamedGroup, SignatureScheme, Version};

use crate::conversation::{Conversation, Reply};
use crate::hello::{self, Suites};
use crate::{Configuration, Visit, ground};

/// How a hello was taken.
#[derive(Debug)]
pub(crate) enum Taken {
    /// With a ServerHello.
    Answered(Box<ServerHello>),
    /// Otherwise.
    Refused(Reaction),
}

/// Whether questions may be put that a peer in good order is not asked every day: to TLS over a stream that answered
/// before, and to nothing delicate.
pub(crate) fn may_ask(visit: &Visit<'_>) -> bool {
    visit.endpoint.transport == Transport::Tcp && !visit.is_spared() && !visit.is_given_up()
}

/// What is known of the service so far.
pub(crate) fn known(visit: &Visit<'_>) -> Configuration {
    Configuration::of(visit.observations())
}

/// The versions of TLS over streams that a service speaks, oldest first.
pub(crate) fn versions(configuration: &Configuration) -> impl DoubleEndedIterator<Item = Version> + '_ {
    let spoken = configuration.versions.keys().copied();
    spoken.filter(|version| (Version::SSL3..=Version::TLS13).contains(version))
}

/// A hello up to a version before TLS 1.3, with the suites that the service is known to accept there.
pub(crate) fn ordinary(visit: &Visit<'_>, known: &Configuration, version: Version) -> ClientHello {
    let name = visit.questions.sni.as_deref().or(visit.name);
    let mut hello = hello::heartbeat(version, Suites::All, name, visit.dice);
    let unwanted = [ExtensionType::HEARTBEAT, ExtensionType::PADDING];
    hello
        .extensions
        .retain(|extension| !unwanted.contains(&extension.kind));
    if version <= Version::SSL3 {
        hello.extensions.clear();
    }
    if version == Version::TLS12 {
        replace(&mut hello, Extension::signature_algorithms(&schemes()));
    }
    if let Some(spoken) = known
        .versions
        .get(&version)
        .filter(|spoken| !spoken.suites.is_empty())
    {
        let signal = CipherSuite::EMPTY_RENEGOTIATION_INFO_SCSV;
        hello.suites = spoken.suites.iter().copied().chain([signal]).collect();
    }
    if let Some(spoken) = known
        .versions
        .get(&version)
        .filter(|spoken| spoken.groups_complete && !spoken.groups.is_empty())
    {
        replace(&mut hello, Extension::supported_groups(&spoken.groups));
    }
    hello
}

/// Makes an ordinary hello one that offers TLS 1.3, too, with the suites and groups that are known to be accepted there.
/// The share is random: nothing is finished with it.
pub(crate) fn with_tls13(
    hello: &mut ClientHello,
    visit: &Visit<'_>,
    known: &Configuration,
    versions: &[Version],
) {
    let newest = known.versions.get(&Version::TLS13);
    let share = hello::random(visit.dice);
    hello.session_id = hello::random(visit.dice).to_vec();
    let mut suites = newest.map(|newest| newest.suites.clone()).unwrap_or_default();
    if suites.is_empty() {
        suites = [0x1301, 0x1302, 0x1303].map(CipherSuite).to_vec();
    }
    hello.suites.splice(0..0, suites);
    // A group that only older versions know stays in the hello: the peer may choose one of those.
    let groups = groups(known);
    replace(hello, Extension::supported_groups(&groups));
    replace(hello, Extension::signature_algorithms(&schemes()));
    hello.extensions.push(Extension::supported_versions(versions));
    // No share may be of a group that is not offered; a peer that misses one asks for it.
    let shares: &[(NamedGroup, &[u8])] = if groups.contains(&NamedGroup::X25519) {
        &[(NamedGroup::X25519, &share)]
    } else {
        &[]
    };
    hello.extensions.push(Extension::key_share(shares));
}

/// The groups that a service is known to accept in any version, those of the newest first; the usual ones where none is.
pub(crate) fn groups(known: &Configuration) -> Vec<NamedGroup> {
    let mut groups: Vec<NamedGroup> = Vec::new();
    for group in known.versions.values().rev().flat_map(|spoken| &spoken.groups) {
        if !groups.contains(group) {
            groups.push(*group);
        }
    }
    if groups.is_empty() {
        groups = hello::GROUPS.to_vec();
    }
    groups
}

/// The usual schemes, and those of keys that few have: Ed448, RSA that may do nothing but PSS, brainpool's curves.
pub(crate) fn schemes() -> Vec<SignatureScheme> {
    const RARE: [u16; 7] = [0x0808, 0x0809, 0x080a, 0x080b, 0x081a, 0x081b, 0x081c];
    let rare = RARE.into_iter().map(SignatureScheme);
    hello::SCHEMES.iter().copied().chain(rare).collect()
}

/// Says a hello on a new connection. `None`: there was none to be had, and why is noted.
pub(crate) async fn say(visit: &mut Visit<'_>, mut hello: ClientHello) -> Option<Taken> {
    hello::pad(&mut hello);
    let line = visit.open().await?;
    let patience = visit.patience().min(line.step());
    let mut conversation = Conversation::over(line).patient(patience);
    let reply = conversation.hello(&hello).await;
    let line = conversation.end();
    let reset = line.was_reset();
    visit.provoked(line);
    let ended = if reset { Reaction::Reset } else { Reaction::Closed };
    Some(match reply {
        Reply::Flight(flight) => Taken::Answered(Box::new(flight.hello)),
        Reply::Refused(Refusal::Alert(code)) => Taken::Refused(Reaction::Alert(code)),
        Reply::Refused(Refusal::Closed) => Taken::Refused(ended),
        Reply::Refused(Refusal::Silence) => {
            let waited = u32::try_from(patience.as_millis()).unwrap_or(u32::MAX);
            Taken::Refused(Reaction::Silence(waited))
        }
        Reply::Refused(Refusal::Nonsense) => Taken::Refused(Reaction::Other(0)),
        Reply::NotTls(words) => {
            Taken::Refused(Reaction::Other(u32::try_from(words.len()).unwrap_or(u32::MAX)))
        }
        Reply::Broken(broken) => match broken.hello {
            Some(hello) => Taken::Answered(Box::new(hello)),
            None => Taken::Refused(ended),
        },
        Reply::Misfit(misfit) => {
            visit.odd(misfit);
            Taken::Refused(Reaction::Other(0))
        }
    })
}

/// The control of a question that was answered without a word: whether the peer still answers a hello as it is used to.
/// Noted, and found again by [`listened`].
pub(crate) async fn still_listens(
    visit: &mut Visit<'_>,
    known: &Configuration,
    newest: Version,
    probe: &str,
) -> bool {
    let mut hello = ordinary(visit, known, newest.min(Version::TLS12));
    if newest >= Version::TLS13 {
        with_tls13(&mut hello, visit, known, &[Version::TLS13, Version::TLS12]);
    }
    let reaction = match say(visit, hello).await {
        None => return false,
        Some(Taken::Answered(_)) => Reaction::Continued,
        Some(Taken::Refused(reaction)) => reaction,
    };
    visit.heard(Fact::Probe {
        probe: format!("{CONTROL}{probe}"),
        version: newest.0,
        suite: 0,
        reaction,
    });
    reaction == Reaction::Continued
}

/// What the ids of controls begin with.
const CONTROL: &str = "control-";

/// Whether a probe's control was answered.
pub(crate) fn listened(observations: &[Observation], probe: &str) -> bool {
    ground::answers(observations, CONTROL).any(|answer| {
        answer.probe.strip_prefix(CONTROL) == Some(probe) && answer.reaction == Reaction::Continued
    })
}

/// What a reaction is, in words that end a sentence about a peer: "it …".
pub(crate) fn in_words(reaction: Reaction) -> String {
    match reaction {
        Reaction::Alert(code) => format!("refused with the alert {}", holter_wire::AlertDescription(code)),
        Reaction::Closed => "closed the connection".to_owned(),
        Reaction::Reset => "reset the connection".to_owned(),
        Reaction::Silence(waited) => format!("said nothing for {waited} ms"),
        Reaction::Continued => "went on".to_owned(),
        Reaction::Other(0) => "answered with what was not offered, or with what is no handshake".to_owned(),
        Reaction::Other(length) => format!("answered with something else of {length} bytes"),
    }
}

/// Puts an extension in the place of the one of its type.
pub(crate) fn replace(hello: &mut ClientHello, extension: Extension) {
    match hello
        .extensions
        .iter_mut()
        .find(|other| other.kind == extension.kind)
    {
        Some(other) => *other = extension,
        None => hello.extensions.push(extension),
    }
}

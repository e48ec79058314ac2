//! The hellos of TLS 1.3 (RFC 8446 sections 4.1 and 2.1), and the way down to lower versions.

use holter_model::seam::Dice;
use holter_net::Line;
use holter_wire::client_hello::ClientHello;
use holter_wire::extension::Extension;
use holter_wire::server_hello::ServerHello;
use holter_wire::{CipherSuite, ContentType, ExtensionType, NamedGroup, Version};

use super::flight::{Agreed, finish};
use super::resuming::Resuming;
use super::schedule::{Hash, Schedule};
use super::shares::Share;
use crate::dialogue::Dialogue;
use crate::protect::Protection;
use crate::transcript::Transcript;
use crate::{HandshakeError, Offer, Session, Suite, bleed, client, hello};

/// Finishes a handshake in TLS 1.3, or in the lower version that the peer chooses.
pub(crate) async fn handshake(
    line: &mut Line,
    offer: &Offer<'_>,
    dice: &dyn Dice,
) -> Result<Session, HandshakeError> {
    let resuming = Resuming::of(offer);
    let mut share = offer
        .groups
        .iter()
        .find_map(|group| Share::new(*group, dice))
        .ok_or(HandshakeError::Unsupported("any of the groups to offer"))?;
    let mut hello = first_hello(offer, &share, dice)?;
    let early = offer
        .early_data
        .filter(|data| resuming.as_ref().is_some_and(|resuming| resuming.takes(data)));
    if early.is_some() {
        hello.extensions.push(Extension::empty(ExtensionType::EARLY_DATA));
    }
    hello::pad(&mut hello);

    let mut dialogue = Dialogue::new(line, offer.version);
    say(&mut dialogue, &mut hello, resuming.as_ref()).await?;
    if let (Some(data), Some(resuming)) = (early, &resuming) {
        send_early(&mut dialogue, resuming, data).await?;
    }
    let first = dialogue.transcript.clone();
    let mut answer = heard(&mut dialogue, &hello).await?;
    let retried = answer.is_retry_request();
    if retried {
        dialogue.records.unprotect_writing();
        share = again(&mut dialogue, &mut hello, &answer, share, &first, dice)?;
        say(&mut dialogue, &mut hello, resuming.as_ref()).await?;
        answer = heard(&mut dialogue, &hello).await?;
        if answer.is_retry_request() {
            return Err(HandshakeError::PeerMisbehaved("it asks for another share twice"));
        }
    }
    if answer.negotiated() != Version::TLS13 {
        dialogue.records.unprotect_writing();
        return client::go_on(dialogue, offer, &hello, answer, dice).await;
    }
    let suite = chosen(answer.suite)?;
    let resumed = resuming.filter(|_| answer.extension(ExtensionType::PRE_SHARED_KEY).is_some());
    let secret = agreed(&answer, &share)?;
    let hash = Hash::of(&suite);
    let schedule = match &resumed {
        Some(resuming) if Hash::of(&resuming.resumption().suite()) == hash => resuming.early.clone(),
        Some(_) => {
            return Err(HandshakeError::PeerMisbehaved(
                "it goes on with a session in a suite of another hash",
            ));
        }
        None => Schedule::new(hash, None),
    };
    let agreed = Agreed {
        schedule: schedule.followed_by(Some(&secret)),
        suite,
        group: share.group(),
        resumed: resumed.is_some(),
        retried,
        early: early.is_some(),
    };
    finish(dialogue, offer, answer, agreed).await
}

fn first_hello(offer: &Offer<'_>, share: &Share, dice: &dyn Dice) -> Result<ClientHello, HandshakeError> {
    let mut random = [0; 32];
    dice.fill(&mut random);
    let mut hello = hello::client_hello(offer, random)?;
    if hello.session_id.is_empty() && offer.session_id.is_none() {
        // Something between that knows TLS 1.2 alone wants to see a session (appendix D.4).
        hello.session_id = vec![0; 32];
        dice.fill(&mut hello.session_id);
    }
    let ours = Extension::key_share(&[(share.group(), &share.public())]);
    if offer.extensions.iter().all(|theirs| theirs.kind != ours.kind) {
        hello.extensions.push(ours);
    }
    Ok(hello)
}

/// Sends a hello, with its ticket's binder.
async fn say(
    dialogue: &mut Dialogue<'_>,
    hello: &mut ClientHello,
    resuming: Option<&Resuming<'_>>,
) -> Result<(), HandshakeError> {
    if let Some(resuming) = resuming {
        resuming.name(hello);
    }
    let mut message = Vec::new();
    hello.encode(&mut message);
    if let Some(resuming) = resuming {
        resuming.bind(&dialogue.transcript, &mut message);
    }
    dialogue.transcript.add_encoded(&message);
    let mut out = Vec::new();
    dialogue
        .records
        .seal(&mut out, ContentType::HANDSHAKE, &message)?;
    Ok(dialogue.line.send(&out).await?)
}

async fn send_early(
    dialogue: &mut Dialogue<'_>,
    resuming: &Resuming<'_>,
    data: &[u8],
) -> Result<(), HandshakeError> {
    let suite = resuming.resumption().suite();
    let secret = resuming
        .early
        .derive(b"c e traffic", dialogue.transcript.messages());
    let keys = Hash::of(&suite).keys(&suite, &secret);
    dialogue.records.version = Version::TLS12;
    let mut out = Vec::new();
    dialogue.change_writing(&mut out, Protection::tls13(&suite, keys)?)?;
    dialogue
        .records
        .seal(&mut out, ContentType::APPLICATION_DATA, data)?;
    Ok(dialogue.line.send(&out).await?)
}

async fn heard(dialogue: &mut Dialogue<'_>, hello: &ClientHello) -> Result<ServerHello, HandshakeError> {
    let mut answer = dialogue.server_hello(hello).await?;
    if bleed::measure(hello, &mut answer).is_bleeding() {
        return Err(HandshakeError::PeerMisbehaved(
            "it says more of a session id again than was sent",
        ));
    }
    if answer.negotiated() == Version::TLS13 {
        dialogue.records.version = Version::TLS12;
        dialogue.records.ignores_changes = true;
    }
    Ok(answer)
}

/// The second hello that a retry asks for, and the share in it.
fn again(
    dialogue: &mut Dialogue<'_>,
    hello: &mut ClientHello,
    retry: &ServerHello,
    share: Share,
    first: &Transcript,
    dice: &dyn Dice,
) -> Result<Share, HandshakeError> {
    let suite = chosen(retry.suite)?;
    let mut transcript = Transcript::default();
    transcript.digested(&Hash::of(&suite).digest(first.messages()));
    let messages = dialogue.transcript.messages();
    transcript.add_encoded(messages.get(first.messages().len()..).unwrap_or_default());
    dialogue.transcript = transcript;

    let wanted: Option<NamedGroup> = retry
        .extension(ExtensionType::KEY_SHARE)
        .and_then(Extension::retry_group);
    let share = match wanted.filter(|group| *group != share.group()) {
        None => share,
        Some(group) => {
            Share::new(group, dice).ok_or(HandshakeError::Unsupported("the group that the peer asks for"))?
        }
    };
    hello
        .extensions
        .retain(|extension| ![ExtensionType::EARLY_DATA, ExtensionType::KEY_SHARE].contains(&extension.kind));
    let public = share.public();
    hello
        .extensions
        .push(Extension::key_share(&[(share.group(), &public)]));
    if let Some(cookie) = retry.extension(ExtensionType::COOKIE) {
        hello.extensions.push(Extension::cookie(&cookie.body));
    }
    Ok(share)
}

fn chosen(code: CipherSuite) -> Result<Suite, HandshakeError> {
    Suite::of(code)
        .filter(Suite::is_tls13)
        .ok_or(HandshakeError::Unsupported("the suite that the peer chose"))
}

fn agreed(answer: &ServerHello, share: &Share) -> Result<Vec<u8>, HandshakeError> {
    let (_, theirs) = answer
        .extension(ExtensionType::KEY_SHARE)
        .and_then(Extension::server_share)
        .ok_or(HandshakeError::PeerMisbehaved("it sends no share"))?;
    share
        .agree_on(theirs)
        .ok_or(HandshakeError::PeerMisbehaved("its share is none of its group"))
}

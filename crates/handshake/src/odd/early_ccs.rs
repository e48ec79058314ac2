//! A ChangeCipherSpec before keys are agreed (CVE-2014-0224). OpenSSL before 1.0.1h takes it, and makes its keys from a
//! master secret that is still empty; nothing makes them anew. So whoever goes on under keys of the empty secret is
//! answered by an affected server, and by no other: the answer is the proof, and no silence need be sat out.

use std::time::Duration;

use holter_model::seam::Dice;
use holter_net::Line;
use holter_wire::client_hello::ClientHello;
use holter_wire::{ContentType, HandshakeType};

use super::reaction::{self, End, Heard, Reaction};
use crate::client::{agree, answer, conclude, protections, secrets};
use crate::datagrams::leave;
use crate::dialogue::{Dialogue, Next};
use crate::flight::Flight;
use crate::keys::Secrets;
use crate::prf::{Prf, Sender};
use crate::session::GOODBYE;
use crate::{HandshakeError, Offer, hello};

/// What the conversation showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EarlyCcs {
    /// The server went on, and its Finished opened under keys of the empty secret.
    Proven,
    /// Over datagrams: the server passed over that, and then finished under the keys that were agreed.
    PassedOver,
    /// The server did something else.
    Reaction(Reaction),
}

/// Over what the client's Finished is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FinishedOver {
    /// All messages, by the secret that was agreed in the end: as OpenSSL 1.0.1 and 1.0.2-beta expect it.
    Everything,
    /// The messages before the ChangeCipherSpec, by the empty secret: as OpenSSL up to 1.0.0 works it out when keys
    /// change. There the flaw breaks no session of a server's clients, but it is the same.
    UntilChange,
}

/// A message that comes before keys are agreed, with nothing behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Untimely {
    /// The ChangeCipherSpec, for which an affected server waits with the rest.
    Change,
    /// A byte of data, for which no server waits: who says nothing to that either is silent to everything.
    Data,
}

/// Goes through with it, in one write after the server's flight. Nothing is said after the proof.
///
/// # Errors
/// What keeps the server's flight from coming, or a peer that wants what Holter cannot do.
pub async fn prove(
    line: &mut Line,
    offer: &Offer<'_>,
    finished: FinishedOver,
    dice: &dyn Dice,
    wait: Duration,
) -> Result<EarlyCcs, HandshakeError> {
    let (mut dialogue, hello, mut flight) = flight(line, offer, dice).await?;
    let agreement = agree(&hello, &flight, dice)?;
    let before = dialogue.transcript.clone();
    let number = dialogue.records.datagrams().map(|datagrams| datagrams.number());
    let empty = Secrets::empty(Prf::of(flight.version, &flight.suite));
    let [ours, theirs] = protections(&empty, &hello, &flight, dice)?;
    let until_change = empty.verify_data(Sender::Client, dialogue.transcript.messages());

    let mut out = Vec::new();
    dialogue.change_writing(&mut out, ours)?;
    answer(&mut dialogue, &mut out, offer, &flight, &agreement)?;
    let secrets = secrets(&dialogue, &hello, &flight, &agreement.pre_master);
    let verify_data = match finished {
        FinishedOver::Everything => secrets.verify_data(Sender::Client, dialogue.transcript.messages()),
        FinishedOver::UntilChange => until_change,
    };
    dialogue.say(&mut out, HandshakeType::FINISHED, &verify_data)?;
    if let Err(error) = dialogue.send(&out).await {
        return Ok(EarlyCcs::Reaction(Reaction {
            heard: Vec::new(),
            end: reaction::end(error)?,
        }));
    }

    let reaction = reaction::hear(&mut dialogue.records, dialogue.line, wait).await?;
    if let Some(number) = number.filter(|_| reaction.is_silence()) {
        // A datagram with a change may overtake others, so that a sound server drops an early one; then the rest counts.
        dialogue.transcript = before;
        dialogue.records.unprotect_writing();
        if let Some(datagrams) = dialogue.records.datagrams() {
            datagrams.number_from(number);
        }
        let concluded = conclude(&mut dialogue, offer, &hello, (&mut flight, &agreement), dice).await;
        return Ok(match concluded {
            Ok(_) => {
                say_goodbye(dialogue).await;
                EarlyCcs::PassedOver
            }
            Err(_) => {
                leave(dialogue.line, offer.version).await;
                EarlyCcs::Reaction(reaction)
            }
        });
    }
    if reaction.heard.last() != Some(&Heard::ChangeCipherSpec) {
        return Ok(EarlyCcs::Reaction(reaction));
    }
    dialogue.records.protect_reading(theirs);
    match dialogue.next().await {
        // Nobody without the empty secret's keys could write it.
        Ok(Next::Message(HandshakeType::FINISHED, _)) => Ok(EarlyCcs::Proven),
        Ok(_) => Ok(EarlyCcs::Reaction(reaction)),
        Err(error) => {
            let end = reaction::end(error)?;
            Ok(EarlyCcs::Reaction(Reaction { end, ..reaction }))
        }
    }
}

async fn say_goodbye(mut dialogue: Dialogue<'_>) {
    let mut out = Vec::new();
    if dialogue
        .records
        .seal(&mut out, ContentType::ALERT, &GOODBYE.encode())
        .is_ok()
    {
        let _ = dialogue.send(&out).await;
    }
}

/// Sends one untimely message alone. A sound server ends the connection; one that is affected by the message waits for the
/// rest, as does one that is merely slow or silent to everything: silence is a hint and no proof.
///
/// # Errors
/// As [`prove`].
pub async fn alone(
    line: &mut Line,
    offer: &Offer<'_>,
    untimely: Untimely,
    dice: &dyn Dice,
    wait: Duration,
) -> Result<Reaction, HandshakeError> {
    let (mut dialogue, _, _) = flight(line, offer, dice).await?;
    let mut out = Vec::new();
    let content = match untimely {
        Untimely::Change => ContentType::CHANGE_CIPHER_SPEC,
        Untimely::Data => ContentType::APPLICATION_DATA,
    };
    dialogue.records.seal(&mut out, content, &[1])?;
    if let Err(error) = dialogue.send(&out).await {
        return Ok(Reaction {
            heard: Vec::new(),
            end: reaction::end(error)?,
        });
    }
    reaction::hear(&mut dialogue.records, dialogue.line, wait).await
}

/// Says hello and hears the server's flight. Whether it ends there, is what the end says.
pub(super) async fn flight<'a>(
    line: &'a mut Line,
    offer: &Offer<'_>,
    dice: &dyn Dice,
) -> Result<(Dialogue<'a>, ClientHello, Flight), HandshakeError> {
    let mut random = [0; 32];
    dice.fill(&mut random);
    let hello = hello::client_hello(offer, random)?;
    let mut dialogue = Dialogue::new(line, offer.version);
    let answer = dialogue.greet(&hello).await?;
    let flight = dialogue.first_flight(&hello, answer, false).await?;
    Ok((dialogue, hello, flight))
}

impl EarlyCcs {
    /// Whether the server ended the conversation over it, as a sound one does.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        match self {
            Self::Proven | Self::PassedOver => false,
            Self::Reaction(reaction) => {
                reaction.alert().is_some() || matches!(reaction.end, End::Closed | End::Reset)
            }
        }
    }
}

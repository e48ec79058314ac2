//! A secret that is not padded as PKCS#1 v1.5 has it (Böck, Somorovsky, Young: "Return Of Bleichenbacher's Oracle Threat",
//! USENIX Security 2018, section 4). A sound server takes all of these alike (RFC 5246 section 7.4.7.1); one that does not
//! lets whoever asks often enough decrypt and sign with its key. What is asked here is far from enough.

use std::time::Duration;

use holter_model::seam::Dice;
use holter_net::Line;
use holter_wire::client_hello::ClientHello;
use holter_wire::{HandshakeType, Version};

use super::early_ccs::flight;
use super::reaction::{self, Reaction};
use crate::client::{answer, introduce, protections, secrets};
use crate::datagrams::leave;
use crate::dialogue::Dialogue;
use crate::flight::Flight;
use crate::key_agreement::{Agreement, rsa};
use crate::keys::Secrets;
use crate::prf::{Prf, Sender};
use crate::suite::Exchange;
use crate::{HandshakeError, Offer};

/// What is encrypted to the server's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Plaintext {
    /// As it should be.
    Sound,
    /// Its first two bytes are wrong.
    WrongStart,
    /// No zero ends the filler.
    NoZero,
    /// The zero stands a byte too early, so that the secret is a byte too long.
    WrongZero,
    /// The secret begins with a version that nobody offered.
    WrongVersion,
}

impl Plaintext {
    /// Every plaintext, the sound one first.
    pub const ALL: [Self; 5] = [
        Self::Sound,
        Self::WrongStart,
        Self::NoZero,
        Self::WrongZero,
        Self::WrongVersion,
    ];

    /// A block of this length around the secret, which has no zeros after its version.
    fn block(self, secret: &[u8; 48], length: usize, filler: &[u8]) -> Option<Vec<u8>> {
        let mut secret = *secret;
        if self == Self::WrongVersion {
            let [first, second, ..] = &mut secret;
            [*first, *second] = [2, 2];
        }
        let (start, end): ([u8; 2], &[u8]) = match self {
            Self::Sound | Self::WrongVersion => ([0, 2], &[0]),
            Self::WrongStart => ([0x41, 0x17], &[0]),
            Self::NoZero => ([0, 2], &[0x11]),
            Self::WrongZero => ([0, 2], &[0, 0x11]),
        };
        let count = length.checked_sub(start.len() + end.len() + secret.len())?;
        let filler = filler.get(..count).filter(|filler| filler.len() >= 8)?;
        Some([&start, filler, end, &secret[..]].concat())
    }
}

/// What follows the ClientKeyExchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ending {
    /// ChangeCipherSpec and a Finished that is right where the plaintext was: with a sound one the server goes on. A server
    /// that puts the right version in place of a wrong one goes on then too, and is no oracle for it.
    Right,
    /// The same under keys that nobody agreed on, for every plaintext alike.
    Wrong,
    /// Nothing: only the secret is judged.
    Nothing,
}

/// What came of asking in steps.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Steps {
    /// How the server took that the client has no certificate, where it asked for one. Unless that is silence, the secret was
    /// not sent.
    pub introduced: Option<Reaction>,
    /// How the server took the secret alone.
    pub alone: Reaction,
    /// How it took a Finished under keys that nobody agreed on, where it had said nothing until then.
    pub finished: Option<Reaction>,
}

/// Sends one plaintext and hears how the server takes it. The suites offered should be of RSA key exchange.
///
/// # Errors
/// What keeps the server's flight from coming; [`HandshakeError::Unsupported`] when the server chose another key
/// exchange.
pub async fn ask(
    line: &mut Line,
    offer: &Offer<'_>,
    plaintext: Plaintext,
    ending: Ending,
    dice: &dyn Dice,
    wait: Duration,
) -> Result<Reaction, HandshakeError> {
    let mut asking = Asking::begin(line, offer, plaintext, dice).await?;
    if ending != Ending::Nothing {
        asking.finish(ending, dice)?;
    }
    asking.send().await?;
    asking.hear(wait).await
}

/// As [`ask`], with the secret alone first and, where the server says nothing of that within `pause`, the ending behind
/// it: some tell the plaintexts apart only while they wait for more, and others only by what they say in the end.
///
/// # Errors
/// As [`ask`].
pub async fn ask_in_steps(
    line: &mut Line,
    offer: &Offer<'_>,
    plaintext: Plaintext,
    dice: &dyn Dice,
    (pause, wait): (Duration, Duration),
) -> Result<Steps, HandshakeError> {
    let (dialogue, hello, flight) = flight(line, offer, dice).await?;
    let mut asking = Asking::of(dialogue, hello, flight, dice)?;
    let introduced = asking.introduce(offer, wait).await?;
    if let Some(reaction) = introduced.clone().filter(|reaction| !reaction.is_silence()) {
        return Ok(Steps {
            introduced,
            alone: reaction,
            finished: None,
        });
    }
    asking.encrypt(offer, plaintext)?;
    asking.send().await?;
    let alone = asking.hear(pause).await?;
    if !alone.is_silence() {
        return Ok(Steps {
            introduced,
            alone,
            finished: None,
        });
    }
    asking.finish(Ending::Wrong, dice)?;
    let finished = match asking.send().await {
        Ok(()) => asking.hear(wait).await?,
        // It ended the connection just now.
        Err(error) => Reaction {
            heard: Vec::new(),
            end: reaction::end(error)?,
        },
    };
    Ok(Steps {
        introduced,
        alone,
        finished: Some(finished),
    })
}

/// As [`ask`], over datagrams, where a Finished under keys that nobody agreed on would be dropped without a word: one in the
/// open stands in its place, which whoever still listens may refuse. A silence about all of them says nothing.
///
/// # Errors
/// As [`ask`].
pub async fn ask_over_datagrams(
    line: &mut Line,
    offer: &Offer<'_>,
    plaintext: Plaintext,
    dice: &dyn Dice,
    wait: Duration,
) -> Result<Steps, HandshakeError> {
    const VERIFY_DATA: [u8; 12] = [0; 12];
    let (dialogue, hello, flight) = flight(line, offer, dice).await?;
    let mut asking = Asking::of(dialogue, hello, flight, dice)?;
    let introduced = asking.introduce(offer, wait).await?;
    let alone = match introduced.clone().filter(|reaction| !reaction.is_silence()) {
        Some(reaction) => reaction,
        None => {
            asking.encrypt(offer, plaintext)?;
            asking
                .dialogue
                .say(&mut asking.out, HandshakeType::FINISHED, &VERIFY_DATA)?;
            asking.send().await?;
            asking.hear(wait).await?
        }
    };
    if alone.alert().is_none() {
        leave(asking.dialogue.line, offer.version).await;
    }
    Ok(Steps {
        introduced,
        alone,
        finished: None,
    })
}

/// A conversation that stands behind the server's flight.
struct Asking<'a> {
    dialogue: Dialogue<'a>,
    hello: ClientHello,
    flight: Flight,
    secret: [u8; 48],
    filler: Vec<u8>,
    out: Vec<u8>,
}

impl<'a> Asking<'a> {
    /// Up to the ClientKeyExchange, which is not sent yet.
    async fn begin(
        line: &'a mut Line,
        offer: &Offer<'_>,
        plaintext: Plaintext,
        dice: &dyn Dice,
    ) -> Result<Self, HandshakeError> {
        let (dialogue, hello, flight) = flight(line, offer, dice).await?;
        let mut asking = Self::of(dialogue, hello, flight, dice)?;
        asking.encrypt(offer, plaintext)?;
        Ok(asking)
    }

    /// Behind the server's flight, with nothing said yet.
    fn of(
        dialogue: Dialogue<'a>,
        hello: ClientHello,
        flight: Flight,
        dice: &dyn Dice,
    ) -> Result<Self, HandshakeError> {
        if flight.suite.exchange != Exchange::Rsa {
            return Err(HandshakeError::Unsupported(
                "an odd secret in another key exchange than RSA",
            ));
        }
        let secret = secret(hello.version, dice);
        Ok(Self {
            dialogue,
            hello,
            flight,
            secret,
            filler: nonzero(dice),
            out: Vec::new(),
        })
    }

    /// Says that the client has no certificate, where the server asks for one, and hears how it takes that: whoever refuses for
    /// want of one does so for whatever secret, and must not be heard as if it were of that.
    async fn introduce(
        &mut self,
        offer: &Offer<'_>,
        wait: Duration,
    ) -> Result<Option<Reaction>, HandshakeError> {
        if self.flight.request.is_none() || offer.identity.is_some() {
            return Ok(None);
        }
        introduce(&mut self.dialogue, &mut self.out, offer, self.flight.version)?;
        self.flight.request = None;
        self.send().await?;
        self.hear(wait).await.map(Some)
    }

    /// Appends the ClientKeyExchange, and what must come before.
    fn encrypt(&mut self, offer: &Offer<'_>, plaintext: Plaintext) -> Result<(), HandshakeError> {
        let leaf = self.flight.chain.first().map_or(&[][..], Vec::as_slice);
        let message = rsa::message(self.flight.version, leaf, |length| {
            plaintext.block(&self.secret, length, &self.filler)
        })?;
        let agreement = Agreement {
            pre_master: self.secret.to_vec(),
            message,
        };
        answer(&mut self.dialogue, &mut self.out, offer, &self.flight, &agreement)
    }

    /// Appends a ChangeCipherSpec and a Finished.
    fn finish(&mut self, ending: Ending, dice: &dyn Dice) -> Result<(), HandshakeError> {
        let Self {
            dialogue,
            hello,
            flight,
            ..
        } = self;
        let used = match ending {
            Ending::Right => secrets(dialogue, hello, flight, &self.secret),
            Ending::Wrong | Ending::Nothing => {
                Secrets::again(Prf::of(flight.version, &flight.suite), self.filler.clone())
            }
        };
        let [ours, _] = protections(&used, hello, flight, dice)?;
        dialogue.change_writing(&mut self.out, ours)?;
        let verify_data = used.verify_data(Sender::Client, dialogue.transcript.messages());
        dialogue.say(&mut self.out, HandshakeType::FINISHED, &verify_data)
    }

    async fn send(&mut self) -> Result<(), HandshakeError> {
        self.dialogue.send(&std::mem::take(&mut self.out)).await
    }

    async fn hear(&mut self, wait: Duration) -> Result<Reaction, HandshakeError> {
        reaction::hear(&mut self.dialogue.records, self.dialogue.line, wait).await
    }
}

fn secret(version: Version, dice: &dyn Dice) -> [u8; 48] {
    let mut secret = [0; 48];
    dice.fill(&mut secret);
    for byte in &mut secret {
        *byte = (*byte).max(1);
    }
    let [first, second, ..] = &mut secret;
    [*first, *second] = version.0.to_be_bytes();
    secret
}

fn nonzero(dice: &dyn Dice) -> Vec<u8> {
    let mut filler = vec![0; crate::power::MOST];
    dice.fill(&mut filler);
    for byte in &mut filler {
        *byte = (*byte).max(1);
    }
    filler
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_block_is_wrong_in_its_own_way() {
        let secret = [3; 48];
        for plaintext in Plaintext::ALL {
            let block = plaintext.block(&secret, 256, &[7; 256]).unwrap();
            assert_eq!(block.len(), 256);
            let zero = block.iter().skip(2).position(|byte| *byte == 0).map(|at| at + 2);
            let sound = block.starts_with(&[0, 2]) && zero == Some(207) && block.ends_with(&secret);
            assert_eq!(sound, plaintext == Plaintext::Sound, "{plaintext:?}");
        }
        assert_eq!(Plaintext::Sound.block(&secret, 58, &[7; 256]), None);
    }
}

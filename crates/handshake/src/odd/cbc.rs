//! One record of a block cipher that is wrong in a chosen way, in a session that was fine until then. A sound server says
//! the same to every wrong one; one that does not is an oracle by which a session can be read.
//!
//! Which record stands out names the flaw, as padcheck and Merget et al. have it: a [`Malformed::Filler`] or
//! [`Malformed::Ssl3Filler`] that is taken is POODLE against TLS (CVE-2014-8730), and one that is merely answered in another
//! way Zombie POODLE, for the tag's soundness shows; a wrong tag under sound padding is GOLDENDOODLE, for the padding's
//! does; [`Malformed::OnlyPadding`] is CVE-2016-2107; the two empty ones apart are CVE-2019-1559.

use std::time::Duration;

use holter_model::seam::Dice;
use holter_net::Line;
use holter_wire::extension::Extension;
use holter_wire::{ContentType, ExtensionType, HandshakeType, dtls};
use zeroize::Zeroize as _;

use super::reaction::{self, Reaction};
use crate::session::GOODBYE;
use crate::suite::Bulk;
use crate::{HandshakeError, Offer, Session, handshake, hello};

pub use crate::protect::Malformed;

const UNSUITABLE: HandshakeError =
    HandshakeError::Unsupported("a malformed record in this suite's protection");

/// Finishes a handshake, sends `text` in one malformed record, and hears how the server takes it. A text that the server
/// answers by itself, such as a whole request, shows at once where a malformed record is taken. Whoever greets by itself is
/// heard out for `greeting` first, so that its words are not taken for an answer.
///
/// # Errors
/// What keeps the handshake from being finished; [`HandshakeError::Unsupported`] when its suite has no padding or
/// encrypts before it authenticates.
pub async fn probe(
    line: &mut Line,
    offer: &Offer<'_>,
    malformed: Malformed,
    text: &[u8],
    dice: &dyn Dice,
    (greeting, wait): (Duration, Duration),
) -> Result<Reaction, HandshakeError> {
    let mut session = handshake(line, offer, dice).await?;
    if !greeting.is_zero() {
        // Silence is no fault here, and whoever ended the session shows that below.
        if let Ok((_, mut text)) = session.receive(line, greeting).await {
            text.zeroize();
        }
    }
    let mut out = Vec::new();
    let padded = matches!(session.suite().bulk, Bulk::Cbc(_));
    padded
        .then(|| {
            session
                .records
                .malform(&mut out, ContentType::APPLICATION_DATA, text, malformed)
        })
        .flatten()
        .ok_or(UNSUITABLE)?;
    line.send(&out).await?;
    reaction::hear(&mut session.records, line, wait).await
}

/// What came of malformed records over datagrams, where most are passed over without a word (RFC 6347 section 4.1.2.7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassedOver {
    /// How many were asked until one was not passed over, that one among them.
    pub asked: usize,
    /// How the last one was taken, if it was not passed over.
    pub reaction: Option<Reaction>,
    /// Whether the session still stood after all of them: it answered a sound goodbye.
    pub stands: bool,
}

/// What is sent malformed, and sound at the end: something that whoever takes it answers, in every protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bait {
    /// A goodbye (RFC 5246 section 7.2.1).
    Goodbye,
    /// The wish to negotiate again, for servers that leave without a goodbye of their own.
    Hello,
}

impl Bait {
    fn record(
        self,
        session: &Session,
        offer: &Offer<'_>,
        dice: &dyn Dice,
    ) -> Result<(ContentType, Vec<u8>), HandshakeError> {
        if self == Self::Goodbye {
            return Ok((ContentType::ALERT, GOODBYE.encode().to_vec()));
        }
        let mut random = [0; 32];
        dice.fill(&mut random);
        let mut hello = hello::client_hello(offer, random)?;
        if let (Some(finished), true) = (&session.finished, session.facts.secure_renegotiation) {
            let bound = ExtensionType::RENEGOTIATION_INFO;
            hello.extensions.retain(|extension| extension.kind != bound);
            hello
                .extensions
                .push(Extension::renegotiation_again(&finished.client));
        }
        let (mut body, mut fragment) = (Vec::new(), Vec::new());
        hello.encode_body(&mut body);
        dtls::encode_message(&mut fragment, HandshakeType::CLIENT_HELLO, 0, &body);
        Ok((ContentType::HANDSHAKE, fragment))
    }
}

/// Finishes a handshake and sends one malformed record after the other, until one is not passed over; at the end a sound one.
/// Each is sent several times, since a lost one would look like one that is passed over.
///
/// # Errors
/// As [`probe`].
pub async fn probe_over_datagrams(
    line: &mut Line,
    offer: &Offer<'_>,
    (bait, ways): (Bait, &[Malformed]),
    dice: &dyn Dice,
    (pause, wait): (Duration, Duration),
) -> Result<PassedOver, HandshakeError> {
    let mut session = handshake(line, offer, dice).await?;
    let result = go_through(&mut session, line, offer, (bait, ways), dice, (pause, wait)).await;
    let ended = |over: &PassedOver| {
        bait == Bait::Goodbye || over.reaction.as_ref().is_some_and(Reaction::is_farewell)
    };
    // Who has ended the session may take what comes behind for another's first word.
    if !result.as_ref().is_ok_and(ended) {
        let _ = session.close(line).await;
    }
    result
}

async fn go_through(
    session: &mut Session,
    line: &mut Line,
    offer: &Offer<'_>,
    (bait, ways): (Bait, &[Malformed]),
    dice: &dyn Dice,
    (pause, wait): (Duration, Duration),
) -> Result<PassedOver, HandshakeError> {
    const SENDINGS: usize = 3;
    // A goodbye that is not answered ends a session, too, and nobody should hear of it again.
    let last = if bait == Bait::Goodbye { 1 } else { SENDINGS };
    let (content, text) = bait.record(session, offer, dice)?;
    if !matches!(session.suite().bulk, Bulk::Cbc(_)) {
        return Err(UNSUITABLE);
    }
    if let Some(datagrams) = session.records.datagrams().filter(|_| bait == Bait::Hello) {
        datagrams.begin_handshake();
    }
    for (malformed, asked) in ways.iter().zip(1..) {
        for _ in 0..SENDINGS {
            let mut out = Vec::new();
            session
                .records
                .malform(&mut out, content, &text, *malformed)
                .ok_or(UNSUITABLE)?;
            line.send(&out).await?;
        }
        let reaction = reaction::hear(&mut session.records, line, pause).await?;
        if !reaction.is_silence() {
            return Ok(PassedOver {
                asked,
                reaction: Some(reaction),
                stands: false,
            });
        }
    }
    let mut stands = false;
    for _ in 0..last {
        let mut out = Vec::new();
        session
            .records
            .malform(&mut out, content, &text, Malformed::Sound)
            .ok_or(UNSUITABLE)?;
        line.send(&out).await?;
        let wait = wait / u32::try_from(last).unwrap_or(1);
        // Only what opens under the session's keys comes this far.
        stands = session.records.receive_any(line, wait).await.is_ok();
        if stands {
            break;
        }
    }
    Ok(PassedOver {
        asked: ways.len(),
        reaction: None,
        stands,
    })
}

//! One hello of the survey and what came of it.

use holter_model::{Attempt, Refusal, Transport};
use holter_wire::{AlertDescription, Misfit};

use super::offer::Offer;
use crate::Visit;
use crate::conversation::{Conversation, Flight, Reply};

/// What came of a hello.
#[derive(Debug)]
pub(super) enum Said {
    /// A flight, or the ServerHello of one that broke off.
    Flight(Box<Flight>),
    /// A refusal.
    No(Refusal),
    /// Nothing more can be learned here; the visit knows why.
    End,
}

/// Says hello on a line of its own. An error is a ServerHello that chooses what was not offered.
pub(super) async fn say(visit: &mut Visit<'_>, offer: &Offer<'_>) -> Result<Said, Misfit> {
    let mut retries = 2;
    loop {
        if visit.is_spared() {
            return Ok(Said::End);
        }
        // Made while the peer ends the line before.
        let name = visit.questions.sni.as_deref().or(visit.name);
        let hello = Offer { name, ..*offer }.hello(visit.dice);
        let Some(line) = visit.open().await else {
            return Ok(Said::End);
        };
        let mut conversation = Conversation::thorough(line).patient(visit.patience());
        let reply = conversation.hello(&hello).await;
        visit.done(conversation.end());
        match reply {
            Reply::Flight(flight) => {
                flight.oddities.iter().for_each(|oddity| visit.odd(oddity));
                visit.recognised(flight.mark);
                return Ok(Said::Flight(Box::new(flight)));
            }
            // A name that is not known here must not hide what serves the address.
            Reply::Refused(Refusal::Alert(code))
                if code == AlertDescription::UNRECOGNIZED_NAME.0 && visit.name.take().is_some() =>
            {
                visit.odd("it does not know the name that was asked for; asked again without one");
            }
            Reply::Refused(how) => return Ok(Said::No(how)),
            Reply::Misfit(misfit) => return Err(misfit),
            Reply::NotTls(words) => {
                if !visit.not_tls(&words) {
                    return Ok(Said::End);
                }
            }
            Reply::Broken(broken) => {
                // A part of the flight was lost, and the peer does not send it again.
                let lost = broken.attempt == Attempt::TimedOut && visit.endpoint.transport == Transport::Udp;
                if lost && retries > 0 {
                    retries -= 1;
                    continue;
                }
                let Some(hello) = broken.hello else {
                    visit.broke(broken.attempt, Some(broken.why));
                    return Ok(Said::End);
                };
                visit.odd(format!(
                    "a flight breaks off behind its ServerHello: {}",
                    broken.why
                ));
                return Ok(Said::Flight(Box::new(Flight::cut_off(
                    hello,
                    broken.attempt == Attempt::TimedOut,
                ))));
            }
        }
    }
}

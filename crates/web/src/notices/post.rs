//! Sends what stands in the outbox. A message is taken up under a lease before it is sent and ticked off afterwards: who
//! dies in between has it sent again, under the same key. So nothing is lost, and a receiver that looks at the key has
//! nothing twice.

use std::sync::Arc;

use holter_notify::{Again, Channel, Failure, Office, Parcel, Sent};
use holter_program::notices::letter::Content;
use holter_program::notices::pause;
use holter_store::{Message, StoreError, Tried};
use jiff::SignedDuration;
use tokio::task::JoinSet;

use super::links::Linking;
use super::{keep, url};
use crate::access::token;
use crate::app::App;
use crate::trouble::Trouble;

/// So many are under way at once.
const AT_ONCE: i64 = 8;
/// Longer than any try takes.
const LEASE: SignedDuration = SignedDuration::from_mins(3);

/// Sends some of what waits; how many were tried.
pub(super) async fn send_some(app: &Arc<App>) -> Result<usize, Trouble> {
    let held = token::new(app.dice.as_ref())?;
    let now = app.clock.now();
    let until = now.checked_add(LEASE).unwrap_or(now);
    let mut writing = app.store.write().await?;
    let taken = writing.take_messages(&held, (now, until), AT_ONCE).await?;
    if taken.is_empty() {
        return Ok(0);
    }
    writing.commit().await?;
    let count = taken.len();
    let url = url(app).await?;
    let mut under_way = JoinSet::new();
    for message in taken {
        let (app, held, url) = (Arc::clone(app), held.clone(), url.clone());
        under_way.spawn(async move {
            let came = attempt(&app, &message, &url).await;
            note(&app, &message, &held, came).await
        });
    }
    while under_way.join_next().await.is_some() {}
    Ok(count)
}

async fn attempt(app: &App, message: &Message, url: &str) -> Result<Sent, Failure> {
    let again = |error: StoreError| Failure {
        why: error.to_string(),
        again: Again::Later,
    };
    let never = |why: String| Failure {
        why,
        again: Again::Never,
    };
    let about = &message.about;
    let channel = app.store.channel(about.channel).await.map_err(again)?;
    let ticket = match about.finding {
        Some(finding) => app.store.ticket(channel.id, finding).await.map_err(again)?,
        None => None,
    };
    let secret = keep::secret(app, &channel).map_err(|error| never(error.to_string()))?;
    let way = Channel::read(&channel.kind, &channel.config).map_err(|wrong| never(wrong.to_string()))?;
    let content: Content = serde_json::from_value(about.content.clone())
        .map_err(|_| never("what it says cannot be read".to_owned()))?;
    let parcel = Parcel {
        key: &about.key,
        tries: message.tries,
        address: &about.address,
        content: &content,
        ticket: ticket.as_deref(),
    };
    let links = Linking {
        keys: &app.links,
        url,
    };
    let office = Office {
        url,
        zone: &app.zone,
        now: app.clock.now(),
        links: &links,
    };
    holter_notify::send(&way, &secret, &parcel, &office).await
}

/// Notes what came of it. Where that cannot be noted, the lease ends by itself and it is sent again.
async fn note(
    app: &App,
    message: &Message,
    held: &str,
    came: Result<Sent, Failure>,
) -> Result<(), StoreError> {
    let now = app.clock.now();
    let mine = (message.id, held);
    let mut writing = app.store.write().await?;
    match came {
        Ok(sent) => {
            writing.tried_message(mine, Tried::Sent, &sent.said, now).await?;
            if let (Some(key), Some(finding)) = (&sent.ticket, message.about.finding) {
                let place = (message.about.channel, finding);
                writing.keep_ticket(place, key, now).await?;
            }
        }
        Err(failure) => {
            let next = pause::next(message.tries, now, app.dice.as_ref());
            let tried = match (failure.again, next) {
                (Again::Never, _) | (_, None) => Tried::Failed,
                (Again::Later, Some(next)) => Tried::Again(next),
                (Again::After(wait), Some(next)) => {
                    let asked = SignedDuration::try_from(wait).unwrap_or_default();
                    Tried::Again(now.checked_add(asked).unwrap_or(next).max(next))
                }
            };
            writing.tried_message(mine, tried, &failure.why, now).await?;
        }
    }
    writing.commit().await
}

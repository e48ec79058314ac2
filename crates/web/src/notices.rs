//! Notices on their way out: what is to be told is written into the outbox, and what stands there is sent.

pub(crate) mod keep;
pub(crate) mod links;
mod post;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use holter_engine::Stop;
use holter_program::notices::calendar::Calendar;
use holter_program::notices::{digest, round};
use holter_store::StoreError;
use jiff::SignedDuration;

use crate::app::App;
use crate::trouble::Trouble;

/// The setting that says where readers of mail find the pages.
pub(crate) const URL: &str = "notices.url";

/// So often it is looked whether there is anything to tell or to send,
const LOOK: Duration = Duration::from_secs(1);
/// every so many looks, what the calendar says,
const CALENDAR: u32 = 60;
/// and every so many, what was sent so long ago that nobody asks for it.
const TIDY: u32 = 3600;
const KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);
/// So long what is being sent has when the server ends.
const GRACE: Duration = Duration::from_secs(5);

/// Begins. After a stop the future gives what is being sent a moment to come to its end: what does not is sent again,
/// since nobody ticks it off.
pub(crate) fn start(app: Arc<App>, stop: Stop) -> impl Future<Output = ()> + use<> {
    let mut task = tokio::spawn(work(app, stop));
    async move {
        if tokio::time::timeout(GRACE, &mut task).await.is_err() {
            task.abort();
        }
    }
}

async fn work(app: Arc<App>, stop: Stop) {
    let mut calendar = Calendar::default();
    let mut looks: u32 = 0;
    while !stop.asked() {
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            () = stop.wait() => break,
        }
        // Where the database is away, all of it is done at the next look.
        if looks.is_multiple_of(CALENDAR) {
            let _ = calendar.look(&app.store, app.clock.now()).await;
            let _ = digest::make(&app.store, app.dice.as_ref(), &app.zone, app.clock.now()).await;
        }
        if looks.is_multiple_of(TIDY) {
            let _ = tidy(&app).await;
        }
        looks = looks.wrapping_add(1);
        while !stop.asked()
            && round::tell(&app.store, app.dice.as_ref(), app.clock.now())
                .await
                .unwrap_or(0)
                > 0
        {}
        while !stop.asked() && post::send_some(&app).await.unwrap_or(0) > 0 {}
    }
}

async fn tidy(app: &App) -> Result<(), StoreError> {
    let before = app.clock.now().checked_sub(KEPT).unwrap_or_default();
    let mut writing = app.store.write().await?;
    writing.forget_messages(before).await?;
    writing.forget_notices(before).await?;
    writing.commit().await
}

/// Where readers of mail find the pages: what an admin said, or where the server listens.
pub(crate) async fn url(app: &App) -> Result<String, StoreError> {
    let said = app.store.setting(URL).await?;
    Ok(said
        .filter(|said| !said.is_empty())
        .unwrap_or_else(|| app.url.clone()))
}

/// An address for links in mail.
pub(crate) fn checked_url(text: &str) -> Result<String, Trouble> {
    let text = text.trim().trim_end_matches('/');
    let plain = |letter: char| letter.is_ascii_alphanumeric() || ".-:/[]_~".contains(letter);
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://127.0.0.1"));
    if text.is_empty() || (rest.is_some_and(|rest| !rest.is_empty()) && text.chars().all(plain)) {
        return Ok(text.to_owned());
    }
    Err(Trouble::Wrong(
        "Say where your people find Holter: an address like https://holter.example.org".to_owned(),
    ))
}

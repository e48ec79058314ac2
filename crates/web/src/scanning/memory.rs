//! What a scan found, handed to the program, which makes assets, observations and findings of it. Where the database is
//! away it is tried again: what was measured is not to be lost to a server that is started anew.

use std::time::Duration;

use holter_model::Service;
use holter_program::Ingest;
use holter_store::{NewScan, StoreError};

use crate::app::App;
use crate::life;

/// How long the database may be away, in tries.
const TRIES: u32 = 60;
/// Between two tries.
const PAUSE: Duration = Duration::from_secs(2);

/// Writes a scan down: its number.
pub(super) async fn begin(app: &App, about: &NewScan) -> Result<i64, StoreError> {
    let deadlines = life::deadlines(&app.store).await?;
    Ok(Ingest::begin(&app.store, about.clone(), deadlines).await?.scan)
}

/// Keeps these services.
pub(super) async fn keep(app: &App, about: &NewScan, services: &[Service]) -> Result<(), StoreError> {
    for _ in 0..TRIES {
        let kept = async {
            let deadlines = life::deadlines(&app.store).await?;
            let ingest = Ingest::begin(&app.store, about.clone(), deadlines).await?;
            ingest.take(services).await.map(drop)
        };
        match kept.await {
            Err(error) if error.is_away() => tokio::time::sleep(PAUSE).await,
            done => return done,
        }
    }
    Err(StoreError::Conflict(
        "the database was away for too long".to_owned(),
    ))
}

/// Notes that a scan is over, and settles what it closes. Where that fails the scan looks as if it had been cut off, and
/// closes nothing.
pub(super) async fn end(app: &App, about: &NewScan, whole: bool) -> bool {
    for _ in 0..TRIES {
        let ended = async {
            let deadlines = life::deadlines(&app.store).await?;
            let ingest = Ingest::begin(&app.store, about.clone(), deadlines).await?;
            ingest.end(app.clock.now(), whole).await.map(drop)
        };
        match ended.await {
            Err(error) if error.is_away() => tokio::time::sleep(PAUSE).await,
            done => return done.is_ok(),
        }
    }
    false
}

//! What a scan found, handed to the store; there it becomes assets, observations and findings.

use holter_model::Service;
use holter_store::StoreError;

use crate::app::App;

/// Keeps these services.
pub(super) async fn keep(_app: &App, _scan: i64, _services: &[Service]) -> Result<(), StoreError> {
    Ok(())
}

/// Notes that a scan is over.
pub(super) async fn end(app: &App, scan: i64, whole: bool) {
    let ended = async {
        let mut writing = app.store.write().await?;
        writing.end_scan(scan, app.clock.now(), whole).await?;
        writing.commit().await
    };
    // Where it cannot be written down, the scan looks as if it had been cut off, and closes nothing.
    let _: Result<(), StoreError> = ended.await;
}

//! Ctrl-C: the first ends the scan in good order, the second ends it at once.

use holter_engine::Stop;

use crate::exit::complain;

/// Waits for the user to interrupt.
pub(crate) async fn watch(stop: Stop, quiet: bool) {
    if tokio::signal::ctrl_c().await.is_err() {
        return;
    }
    stop.now();
    if !quiet {
        complain("stopping; what is known so far follows (Ctrl-C again ends at once)");
    }
    if tokio::signal::ctrl_c().await.is_ok() {
        crate::exit::at_once();
    }
}

/// Waits until the run was asked to stop.
pub(crate) async fn asked(stop: &Stop) {
    stop.wait().await;
}

//! Ctrl-C, or a polite `kill`: the first ends the scan in good order, the second ends it at once.

use std::io;

use holter_engine::Stop;
use tokio::signal::unix::{SignalKind, signal};

/// Waits for the user to interrupt, in a thread of its own: also while a reader keeps the document waiting.
pub(crate) fn watch(stop: Stop) {
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build();
        // Without it Ctrl-C does what it always does.
        let Ok(runtime) = runtime else { return };
        runtime.block_on(async {
            if asked().await.is_err() {
                return;
            }
            stop.now();
            if asked().await.is_ok() {
                crate::exit::at_once();
            }
        });
    });
}

async fn asked() -> io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminate.recv() => Ok(()),
    }
}

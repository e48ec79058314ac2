//! Ctrl-C: the first ends the scan in good order, the second ends it at once.

use holter_engine::Stop;

/// Waits for the user to interrupt, in a thread of its own: also while a reader keeps the document waiting.
pub(crate) fn watch(stop: Stop) {
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build();
        // Without it Ctrl-C does what it always does.
        let Ok(runtime) = runtime else { return };
        runtime.block_on(async {
            if tokio::signal::ctrl_c().await.is_err() {
                return;
            }
            stop.now();
            if tokio::signal::ctrl_c().await.is_ok() {
                crate::exit::at_once();
            }
        });
    });
}

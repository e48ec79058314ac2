//! Ctrl-C, or a polite `kill`: the first ends the scan in good order, the second ends it at once.

use std::io;
use std::sync::mpsc;

use holter_engine::Stop;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Waits for the user to interrupt, in a thread of its own: also while a reader keeps the document waiting. Whoever
/// interrupts after this has returned is heard.
pub(crate) fn watch(stop: Stop) {
    let (ready, listening) = mpsc::channel::<()>();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build();
        // Without it Ctrl-C does what it always does.
        let Ok(runtime) = runtime else { return };
        runtime.block_on(async {
            let Ok(mut signals) = Signals::new() else { return };
            drop(ready);
            signals.asked().await;
            stop.now();
            signals.asked().await;
            crate::exit::at_once();
        });
    });
    // It says nothing, and is gone when all is done that can be.
    let _ = listening.recv();
}

/// The two ways to ask.
struct Signals(Signal, Signal);

impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self(
            signal(SignalKind::interrupt())?,
            signal(SignalKind::terminate())?,
        ))
    }

    async fn asked(&mut self) {
        tokio::select! {
            _ = self.0.recv() => {}
            _ = self.1.recv() => {}
        }
    }
}

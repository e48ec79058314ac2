//! A request to stop: Ctrl-C, or a test.

use tokio_util::sync::CancellationToken;

/// Tells a run to stop. What is known by then is reported.
#[derive(Clone, Debug, Default)]
pub struct Stop(CancellationToken);

impl Stop {
    /// Asks the run to stop.
    pub fn now(&self) {
        self.0.cancel();
    }

    /// Whether it was asked to.
    #[must_use]
    pub fn asked(&self) -> bool {
        self.0.is_cancelled()
    }

    /// Waits until it is asked to.
    pub async fn wait(&self) {
        self.0.cancelled().await;
    }
}

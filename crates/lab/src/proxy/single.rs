//! A proxy that lets one client in at a time and resets every other, as small devices do.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::cutting::loopback_like;
use super::pump;
use crate::LabError;
use crate::zoo::Running;
use crate::zoo::running::serve;

/// Starts a proxy to `upstream` on loopback that serves one connection and resets those that come meanwhile.
///
/// # Errors
/// [`LabError::Listen`] when no port can be opened.
pub fn start(upstream: SocketAddr) -> Result<Running, LabError> {
    let busy = Arc::new(AtomicBool::new(false));
    serve(loopback_like(upstream), move |client| {
        if busy.swap(true, Ordering::SeqCst) {
            client.reset_on_close();
            return Ok(());
        }
        let joined = client
            .dial(upstream)
            .and_then(|mut server| pump::join(client, &mut server, pump::as_is, pump::as_is));
        // Both ends are done with here, so the next client finds the place free.
        busy.store(false, Ordering::SeqCst);
        joined
    })
}

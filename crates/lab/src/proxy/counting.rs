//! A proxy that counts what a client does to a server, and can keep the bytes for a test at wire level.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use super::cutting::loopback_like;
use super::pump;
use crate::LabError;
use crate::zoo::Running;
use crate::zoo::running::serve;

/// A running counting proxy; dropping it ends it.
#[derive(Debug)]
pub struct Counting {
    running: Running,
    tally: Arc<Mutex<Tally>>,
}

/// What passed through so far.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// Bytes that clients sent.
    pub to_server: usize,
    /// Bytes that the server sent.
    pub to_client: usize,
    /// One entry a connection, in the order in which they came.
    pub conversations: Vec<Conversation>,
}

/// The bytes of one connection, each direction by itself, up to the bound given at the start.
#[derive(Debug, Clone, Default)]
pub struct Conversation {
    /// What the client sent.
    pub to_server: Vec<u8>,
    /// What the server sent.
    pub to_client: Vec<u8>,
}

impl Counting {
    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.running.address
    }

    /// How many connections came.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.running.contacts()
    }

    /// How many were open at once, at most.
    #[must_use]
    pub fn peak(&self) -> usize {
        self.running.peak()
    }

    /// What passed through so far.
    #[must_use]
    pub fn tally(&self) -> Tally {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Starts a proxy to `upstream` on loopback that counts, and keeps the first `keep` bytes of each direction of each
/// connection.
///
/// # Errors
/// [`LabError::Listen`] when no port can be opened.
pub fn start(upstream: SocketAddr, keep: usize) -> Result<Counting, LabError> {
    let tally = Arc::new(Mutex::new(Tally::default()));
    let shared = Arc::clone(&tally);
    let running = serve(loopback_like(upstream), move |client| {
        let mut server = client.dial(upstream)?;
        let number = with(&shared, |tally| {
            tally.conversations.push(Conversation::default());
            tally.conversations.len() - 1
        });
        pump::join(
            client,
            &mut server,
            |bytes, to| {
                with(&shared, |tally| {
                    tally.to_server += bytes.len();
                    if let Some(conversation) = tally.conversations.get_mut(number) {
                        append(&mut conversation.to_server, bytes, keep);
                    }
                });
                to.send(bytes)
            },
            |bytes, to| {
                with(&shared, |tally| {
                    tally.to_client += bytes.len();
                    if let Some(conversation) = tally.conversations.get_mut(number) {
                        append(&mut conversation.to_client, bytes, keep);
                    }
                });
                to.send(bytes)
            },
        )
    })?;
    Ok(Counting { running, tally })
}

fn with<T>(tally: &Mutex<Tally>, change: impl FnOnce(&mut Tally) -> T) -> T {
    change(&mut tally.lock().unwrap_or_else(PoisonError::into_inner))
}

fn append(kept: &mut Vec<u8>, bytes: &[u8], bound: usize) {
    let room = bound.saturating_sub(kept.len());
    kept.extend(bytes.iter().take(room));
}

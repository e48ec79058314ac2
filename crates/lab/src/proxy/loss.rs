//! A UDP proxy that loses datagrams.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;

use super::cutting::loopback_like;
use crate::LabError;
use crate::zoo::Running;
use crate::zoo::log::Log;
use crate::zoo::running::serve_datagrams;

/// Starts a proxy to `upstream` on loopback that drops every `every`-th datagram, counted over both directions and all
/// clients; 0 drops none and 1 drops all.
///
/// # Errors
/// [`LabError::Listen`] when no port can be opened.
pub fn start(upstream: SocketAddr, every: usize) -> Result<Running, LabError> {
    serve_datagrams(loopback_like(upstream), move |socket, log| {
        run(socket, log, upstream, Loss { every, seen: 0 })
    })
}

/// Counts datagrams and says which are lost.
#[derive(Debug)]
struct Loss {
    every: usize,
    seen: usize,
}

impl Loss {
    fn takes_this_one(&mut self) -> bool {
        self.seen += 1;
        self.every != 0 && self.seen.is_multiple_of(self.every)
    }
}

/// One thread looks at all sockets in turn: a proxy of tests has a handful of clients.
fn run(socket: &UdpSocket, log: &Arc<Log>, upstream: SocketAddr, mut loss: Loss) {
    let mut ways: HashMap<SocketAddr, (usize, UdpSocket)> = HashMap::new();
    let mut buffer = vec![0; 65_536];
    let _ = socket.set_read_timeout(Some(std::time::Duration::from_millis(1)));
    while !log.has_ended() {
        if let Ok((count, from)) = socket.recv_from(&mut buffer) {
            if let Entry::Vacant(place) = ways.entry(from) {
                let Ok(way) = dial(upstream) else {
                    continue;
                };
                place.insert((log.arrive(), way));
            }
            if let (Some((client, way)), Some(datagram)) = (ways.get(&from), buffer.get(..count)) {
                log.hear(*client, datagram);
                if !loss.takes_this_one() {
                    let _ = way.send(datagram);
                }
            }
        }
        for (client, (_, way)) in &ways {
            while let Ok(count) = way.recv(&mut buffer) {
                if !loss.takes_this_one() {
                    let _ = socket.send_to(buffer.get(..count).unwrap_or_default(), client);
                }
            }
        }
    }
}

fn dial(upstream: SocketAddr) -> std::io::Result<UdpSocket> {
    let socket = UdpSocket::bind(SocketAddr::new(loopback_like(upstream), 0))?;
    socket.connect(upstream)?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

//! Peers on loopback that say something at once, or nothing until they are told.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

/// A peer.
pub(crate) struct Peer {
    pub(crate) address: SocketAddr,
    asked: Arc<AtomicUsize>,
    speaks: Arc<AtomicBool>,
}

/// One that answers, though not in TLS.
pub(crate) fn answering(address: [u8; 4]) -> Peer {
    peer(address, true)
}

/// One that takes every connection and says nothing.
pub(crate) fn silent(address: [u8; 4]) -> Peer {
    peer(address, false)
}

impl Peer {
    /// How often somebody connected.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    /// From now on it answers.
    pub(crate) fn answer(&self) {
        self.speaks.store(true, Ordering::SeqCst);
    }
}

fn peer(address: [u8; 4], speaks: bool) -> Peer {
    let listener = TcpListener::bind((Ipv4Addr::from(address), 0)).unwrap();
    let peer = Peer {
        address: listener.local_addr().unwrap(),
        asked: Arc::default(),
        speaks: Arc::new(AtomicBool::new(speaks)),
    };
    let (asked, speaks) = (Arc::clone(&peer.asked), Arc::clone(&peer.speaks));
    std::thread::spawn(move || {
        let mut held = Vec::new();
        for stream in listener.incoming().flatten() {
            asked.fetch_add(1, Ordering::SeqCst);
            if speaks.load(Ordering::SeqCst) {
                std::thread::spawn(move || reply(stream));
            } else {
                held.push(stream);
            }
        }
    });
    peer
}

fn reply(mut stream: TcpStream) {
    let mut words = [0; 512];
    let _ = stream.set_read_timeout(Some(Duration::from_secs(60)));
    if stream.read(&mut words).is_ok_and(|read| read > 0) {
        let _ = stream.write_all(b"HTTP/1.0 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    }
}

//! A relay on loopback that notes what passes, so that a capture can be made of it without any privilege.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use holter_capture::Side;

/// What one end said in one go.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    pub(crate) side: Side,
    pub(crate) bytes: Vec<u8>,
}

/// A relay for one connection.
pub(crate) struct Tap {
    pub(crate) address: SocketAddr,
    heard: Arc<Mutex<Vec<Piece>>>,
    running: Option<JoinHandle<()>>,
}

impl Tap {
    pub(crate) fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&heard);
        let running = std::thread::spawn(move || {
            let (client, _) = listener.accept().unwrap();
            let server = TcpStream::connect(server).unwrap();
            let (back, noted_back) = (
                (server.try_clone().unwrap(), client.try_clone().unwrap()),
                noted.clone(),
            );
            let other = std::thread::spawn(move || relay(back.0, back.1, Side::Answerer, &noted_back));
            relay(client, server, Side::Opener, &noted);
            other.join().unwrap();
        });
        Self {
            address,
            heard,
            running: Some(running),
        }
    }

    /// Everything that passed, once both ends have closed.
    pub(crate) fn finish(mut self) -> Vec<Piece> {
        self.running.take().unwrap().join().unwrap();
        self.heard.lock().unwrap().clone()
    }
}

/// A relay for as many connections as come, one after the other or at once.
pub(crate) struct Taps {
    pub(crate) address: SocketAddr,
    heard: Arc<Mutex<Vec<Noted>>>,
    /// The sides that have not come to their end.
    open: Arc<AtomicUsize>,
}

/// What passed in one of them.
#[derive(Clone, Default)]
struct Noted(Arc<Mutex<Vec<Piece>>>);

impl Taps {
    pub(crate) fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let all = Arc::clone(&heard);
        let open = Arc::new(AtomicUsize::new(0));
        let sides = Arc::clone(&open);
        // It ends with the process of the test.
        std::thread::spawn(move || {
            while let Ok((client, _)) = listener.accept() {
                let Ok(server) = TcpStream::connect(server) else {
                    break;
                };
                let noted = Noted::default();
                all.lock().unwrap().push(noted.clone());
                let (back, to) = (server.try_clone().unwrap(), client.try_clone().unwrap());
                let noted_back = noted.clone();
                sides.fetch_add(2, Ordering::SeqCst);
                let (one, other) = (Arc::clone(&sides), Arc::clone(&sides));
                std::thread::spawn(move || {
                    relay(back, to, Side::Answerer, &noted_back.0);
                    one.fetch_sub(1, Ordering::SeqCst);
                });
                std::thread::spawn(move || {
                    relay(client, server, Side::Opener, &noted.0);
                    other.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self { address, heard, open }
    }

    /// What has passed, connection by connection, once all have come to their end.
    pub(crate) fn heard(&self) -> Vec<Vec<Piece>> {
        while self.open.load(Ordering::SeqCst) > 0 {
            std::thread::sleep(Duration::from_millis(5));
        }
        let all = self.heard.lock().unwrap();
        all.iter().map(|noted| noted.0.lock().unwrap().clone()).collect()
    }
}

fn relay(mut from: TcpStream, mut to: TcpStream, side: Side, noted: &Mutex<Vec<Piece>>) {
    let mut buffer = vec![0; 32 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        let bytes = buffer[..count].to_vec();
        noted.lock().unwrap().push(Piece { side, bytes });
        if to.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}

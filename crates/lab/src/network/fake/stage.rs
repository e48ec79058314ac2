//! The inside of a scripted device's process: it listens on every port and notes what happens.

use std::fs::File;
use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::script;
use super::{Event, Fake, Part};
use crate::command::say;
use crate::network::sockets::{self, State};
use crate::zoo::line::Line;
use crate::zoo::log::Log;

/// What all connections of the device share.
#[derive(Debug)]
pub(super) struct Stage {
    /// What it plays.
    pub(super) fake: Fake,
    /// Its certificate, if it shows one of its own.
    pub(super) certificate: Option<Vec<u8>>,
    notes: Mutex<File>,
    log: Arc<Log>,
}

/// Listens for ever. An error ends the process; who waits for its ports reads why in its log.
pub(super) fn enter(part: &Part) {
    let opened = File::options().create(true).append(true).open(&part.notes);
    let notes = match opened {
        Ok(notes) => notes,
        Err(error) => return say(&format!("{}: {error}", part.notes.display())),
    };
    let stage = Arc::new(Stage {
        fake: part.fake.clone(),
        certificate: part
            .certificate
            .as_ref()
            .and_then(|path| std::fs::read(path).ok()),
        notes: Mutex::new(notes),
        log: Arc::default(),
    });
    let mut threads = Vec::new();
    for port in part.fake.ports() {
        let listener = match TcpListener::bind((part.address, *port)) {
            Ok(listener) => listener,
            Err(error) => return say(&format!("{}:{port}: {error}", part.address)),
        };
        let stage = Arc::clone(&stage);
        threads.push(std::thread::spawn(move || stage.accept(&listener, *port)));
    }
    for thread in threads {
        let _ = thread.join();
    }
}

impl Stage {
    /// Writes the event down at once: the process ends by being killed.
    pub(super) fn note(&self, event: &Event) {
        let line = serde_json::to_string(event).unwrap_or_default();
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        // In one piece, so that a reader sees whole lines. With a full disk the test that reads them fails.
        let _ = notes.write_all(format!("{line}\n").as_bytes());
    }

    /// Locks the device up for ever: this thread now, the others before their next word.
    pub(super) fn hang(&self, why: &str) -> ! {
        self.note(&Event::Hung { why: why.to_owned() });
        self.log.hang();
        self.stay_silent()
    }

    /// Does not come back once the device has locked up.
    pub(super) fn live(&self) {
        if self.log.is_hung() {
            self.stay_silent();
        }
    }

    fn stay_silent(&self) -> ! {
        loop {
            std::thread::park();
        }
    }

    fn accept(self: &Arc<Self>, listener: &TcpListener, port: u16) {
        loop {
            let Ok((stream, _)) = listener.accept() else {
                std::thread::sleep(Duration::from_millis(1));
                continue;
            };
            self.live();
            let connection = self.log.arrive();
            self.note(&Event::Opened { connection, port });
            // A connection that its client has ended counts no more, even if its thread has not woken yet.
            if self.fake.is_controller()
                && sockets::count("thread-self", State::Established, self.fake.ports()) > 1
            {
                self.hang("a second connection beside the first");
            }
            let stage = Arc::clone(self);
            std::thread::spawn(move || stage.converse(stream, port, connection));
        }
    }

    fn converse(&self, stream: TcpStream, port: u16, connection: usize) {
        if let Ok(mut line) = Line::of_client(stream, Arc::clone(&self.log), connection) {
            let _ = script::converse(self, &mut line, port, connection);
        }
        self.live();
        let conversations = self.log.conversations();
        let received = conversations.get(connection).map_or(0, Vec::len);
        self.note(&Event::Closed { connection, received });
    }
}

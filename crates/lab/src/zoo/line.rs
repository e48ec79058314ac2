//! One TCP connection as a script sees it: every wait ends soon after the guard has dropped.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::log::Log;

/// How often a blocked read or write looks whether the guard has dropped.
pub(crate) const POLL: Duration = Duration::from_millis(20);

/// The conversation is over: the client went away, or the guard dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ended;

/// One end of a TCP connection.
#[derive(Debug)]
pub(crate) struct Line {
    stream: TcpStream,
    log: Arc<Log>,
    /// The client's number in the log; none for a connection that the lab itself opened.
    client: Option<usize>,
}

impl Line {
    /// A connection that a client opened.
    pub(crate) fn of_client(stream: TcpStream, log: Arc<Log>, client: usize) -> std::io::Result<Self> {
        prepare(&stream)?;
        Ok(Self {
            stream,
            log,
            client: Some(client),
        })
    }

    /// A connection to a server behind this peer.
    pub(crate) fn dial(&self, upstream: SocketAddr) -> Result<Self, Ended> {
        let stream = TcpStream::connect_timeout(&upstream, Duration::from_secs(60)).map_err(|_| Ended)?;
        prepare(&stream).map_err(|_| Ended)?;
        Ok(Self {
            stream,
            log: Arc::clone(&self.log),
            client: None,
        })
    }

    /// The same connection for a second thread; what it reads is not noted a second time by being the same bytes.
    pub(crate) fn twin(&self) -> Result<Self, Ended> {
        let stream = self.stream.try_clone().map_err(|_| Ended)?;
        Ok(Self {
            stream,
            log: Arc::clone(&self.log),
            client: self.client,
        })
    }

    /// Sends all of `bytes`.
    pub(crate) fn send(&mut self, mut bytes: &[u8]) -> Result<(), Ended> {
        while !bytes.is_empty() {
            self.go_on()?;
            match self.stream.write(bytes) {
                Ok(0) => return Err(Ended),
                Ok(sent) => bytes = bytes.get(sent..).unwrap_or_default(),
                Err(error) if is_wait(error.kind()) => {}
                Err(_) => return Err(Ended),
            }
        }
        Ok(())
    }

    /// Sends `bytes` in pieces of `piece` bytes with a short pause after each, so that they travel one by one.
    pub(crate) fn send_in_pieces(&mut self, bytes: &[u8], piece: usize) -> Result<(), Ended> {
        for part in bytes.chunks(piece.max(1)) {
            self.send(part)?;
            std::thread::sleep(Duration::from_micros(50));
        }
        Ok(())
    }

    /// Reads what is there, or waits for it; 0 is the other side's end of the stream.
    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Ended> {
        loop {
            self.go_on()?;
            match self.stream.read(buffer) {
                Ok(count) => {
                    if let (Some(client), Some(bytes)) = (self.client, buffer.get(..count)) {
                        self.log.hear(client, bytes);
                    }
                    return Ok(count);
                }
                Err(error) if is_wait(error.kind()) => {}
                Err(_) => return Err(Ended),
            }
        }
    }

    /// Reads exactly `count` bytes.
    pub(crate) fn read_exactly(&mut self, count: usize) -> Result<Vec<u8>, Ended> {
        let mut bytes = vec![0; count];
        let mut rest = bytes.as_mut_slice();
        while !rest.is_empty() {
            let got = self.read(rest)?;
            if got == 0 {
                return Err(Ended);
            }
            rest = rest.get_mut(got..).unwrap_or_default();
        }
        Ok(bytes)
    }

    /// Says nothing and listens until the client goes away.
    pub(crate) fn wait_for_end(&mut self) -> Result<(), Ended> {
        let mut buffer = [0; 4096];
        while self.read(&mut buffer)? > 0 {}
        Ok(())
    }

    /// Waits, but not longer than the guard lives.
    pub(crate) fn pause(&self, time: Duration) -> Result<(), Ended> {
        let start = Instant::now();
        while let Some(left) = time.checked_sub(start.elapsed()).filter(|left| !left.is_zero()) {
            self.go_on()?;
            std::thread::sleep(left.min(POLL));
        }
        self.go_on()
    }

    /// Ends this side of the stream; the other may go on.
    pub(crate) fn finish(&self) {
        let _ = self.stream.shutdown(Shutdown::Write);
    }

    /// Ends both sides at once, so that a thread that still reads here wakes.
    pub(crate) fn hang_up(&self) {
        let _ = self.stream.shutdown(Shutdown::Both);
    }

    /// Makes the coming close a reset (RST) instead of an orderly end (FIN).
    pub(crate) fn reset_on_close(&self) {
        let _ = socket2::SockRef::from(&self.stream).set_linger(Some(Duration::ZERO));
    }

    /// The memory of the peer that this connection belongs to.
    pub(crate) fn log(&self) -> &Log {
        &self.log
    }

    fn go_on(&self) -> Result<(), Ended> {
        if self.log.has_ended() { Err(Ended) } else { Ok(()) }
    }
}

fn prepare(stream: &TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(POLL))?;
    stream.set_write_timeout(Some(POLL))
}

fn is_wait(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted
    )
}

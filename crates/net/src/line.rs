//! A connection to a peer that is handed out ready: bounded in time and bytes, perhaps recorded.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::Instant;
use zeroize::Zeroize as _;

use crate::Limits;
use crate::pace::Permit;
use crate::tape::{End, Recorder, Replay};

/// The most that one read takes; nearly every server's first flight fits.
const READ: usize = 8 << 10;

/// A peer that answers at all mostly does so sooner. A line that waits longer keeps nobody else waiting.
const PROMPT: Duration = Duration::from_millis(300);

/// How long a peer may take to end its side of a connection.
const FAREWELL: Duration = Duration::from_millis(500);

/// How many reads of what it still sends.
const MOST_REST: usize = 64;

/// Why nothing more comes from, or goes to, the peer. Who is to blame stands first.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LineError {
    /// The peer said nothing within the step's time. The line still stands.
    #[error("the peer said nothing in time")]
    Silence,
    /// The peer closed the connection in order.
    #[error("the peer closed the connection")]
    Closed,
    /// The peer, or something between, reset the connection.
    #[error("the peer reset the connection")]
    Reset,
    /// The peer sent more than the cap.
    #[error("the peer sent more than {0} bytes")]
    TooMuch(u64),
    /// The peer kept the connection busy past its whole time.
    #[error("the peer did not come to an end in time")]
    Deadline,
    /// What the peer sent does not fit the framing around TLS.
    #[error("the peer broke the framing: {0}")]
    Framing(&'static str),
    /// This machine's fault.
    #[error("this machine: {0}")]
    Ours(io::Error),
}

/// Wraps each write and unwraps what is read: TDS carries the TLS handshake inside its own packets.
pub trait Framing: Send {
    /// Appends `bytes` as they go on the wire.
    fn wrap(&mut self, bytes: &[u8], out: &mut Vec<u8>);

    /// Moves what is complete from `raw` to `out`, unwrapped.
    ///
    /// # Errors
    /// What about the peer's framing is wrong.
    fn unwrap(&mut self, raw: &mut Vec<u8>, out: &mut Vec<u8>) -> Result<(), &'static str>;
}

/// A bounded connection. Datagram lines send and receive one datagram a call.
pub struct Line {
    stream: Stream,
    limits: Limits,
    begun: Instant,
    end: Instant,
    sent: u64,
    received: u64,
    slowest: Duration,
    reset: bool,
    pending: Vec<u8>,
    framing: Option<(Box<dyn Framing>, Vec<u8>)>,
    recorder: Option<Recorder>,
    permit: Option<Permit>,
}

enum Stream {
    Tcp(TcpStream),
    Udp(UdpSocket),
    Replay(Replay),
}

impl Line {
    /// A line over a connected stream.
    pub(crate) fn tcp(
        stream: TcpStream,
        limits: Limits,
        permit: Option<Permit>,
        recorder: Option<Recorder>,
    ) -> Self {
        Self::over(Stream::Tcp(stream), limits, permit, recorder)
    }

    /// A line over a connected datagram socket.
    pub(crate) fn udp(
        socket: UdpSocket,
        limits: Limits,
        permit: Option<Permit>,
        recorder: Option<Recorder>,
    ) -> Self {
        Self::over(Stream::Udp(socket), limits, permit, recorder)
    }

    /// A line that plays a tape.
    pub(crate) fn replay(replay: Replay, limits: Limits) -> Self {
        Self::over(Stream::Replay(replay), limits, None, None)
    }

    fn over(stream: Stream, limits: Limits, permit: Option<Permit>, recorder: Option<Recorder>) -> Self {
        let begun = Instant::now();
        Self {
            stream,
            limits,
            begun,
            end: begun + limits.whole,
            sent: 0,
            received: 0,
            slowest: Duration::ZERO,
            reset: false,
            pending: Vec::new(),
            framing: None,
            recorder,
            permit,
        }
    }

    /// Sends all of `bytes`.
    ///
    /// # Errors
    /// See [`LineError`].
    pub async fn send(&mut self, bytes: &[u8]) -> Result<(), LineError> {
        if let Some((framing, _)) = &mut self.framing {
            let mut wrapped = Vec::with_capacity(bytes.len() + 64);
            framing.wrap(bytes, &mut wrapped);
            return self.send_raw(&wrapped).await;
        }
        self.send_raw(bytes).await
    }

    /// Appends what comes next to `into` and returns how much: at least one byte, at most what one read takes.
    ///
    /// # Errors
    /// [`LineError::Silence`] after the step's time; see [`LineError`].
    pub async fn receive(&mut self, into: &mut Vec<u8>) -> Result<usize, LineError> {
        self.receive_within(self.limits.step, into).await
    }

    /// As [`Self::receive`], but gives up after `wait`.
    ///
    /// # Errors
    /// See [`LineError`].
    pub async fn receive_within(&mut self, wait: Duration, into: &mut Vec<u8>) -> Result<usize, LineError> {
        if !self.pending.is_empty() {
            let count = self.pending.len();
            into.append(&mut self.pending);
            return Ok(count);
        }
        let until = Instant::now() + wait;
        loop {
            let Some((mut framing, mut raw)) = self.framing.take() else {
                return self.receive_raw(until, into).await;
            };
            let read = self.receive_raw(until, &mut raw).await;
            let before = into.len();
            let unwrapped = framing.unwrap(&mut raw, into);
            self.framing = Some((framing, raw));
            read?;
            unwrapped.map_err(LineError::Framing)?;
            if into.len() > before {
                return Ok(into.len() - before);
            }
        }
    }

    /// Puts bytes back, to be received again before all others.
    pub fn put_back(&mut self, mut bytes: Vec<u8>) {
        bytes.append(&mut self.pending);
        self.pending = bytes;
    }

    /// What was received but not yet taken.
    #[must_use]
    pub fn pending(&self) -> &[u8] {
        &self.pending
    }

    /// From here on wraps and unwraps; bytes already pending are unwrapped too.
    pub fn frame(&mut self, framing: Box<dyn Framing>) {
        self.framing = Some((framing, std::mem::take(&mut self.pending)));
    }

    /// Whether this line carries datagrams.
    #[must_use]
    pub const fn is_datagram(&self) -> bool {
        match &self.stream {
            Stream::Tcp(_) => false,
            Stream::Udp(_) => true,
            Stream::Replay(replay) => replay.datagrams(),
        }
    }

    /// The most time that one step may take.
    #[must_use]
    pub const fn step(&self) -> Duration {
        self.limits.step
    }

    /// Bytes sent so far.
    #[must_use]
    pub const fn sent(&self) -> u64 {
        self.sent
    }

    /// Bytes received so far.
    #[must_use]
    pub const fn received(&self) -> u64 {
        self.received
    }

    /// Tells the peer that nothing more is sent, so that it ends the connection while this side is still at work with what it
    /// said. [`Self::end`] waits for that.
    pub fn take_leave(&self) {
        if let Stream::Tcp(stream) = &self.stream {
            // Where the peer was faster there is nothing left to end.
            let _ = socket2::SockRef::from(stream).shutdown(std::net::Shutdown::Write);
        }
    }

    /// Ends the connection and waits until the peer has done so too, so that the next one is never its second. A peer
    /// that does not end it in time loses it by a reset.
    pub async fn end(mut self) {
        self.take_leave();
        let Stream::Tcp(stream) = &mut self.stream else {
            return;
        };
        let mut rest = [0; 4096];
        let ended = async {
            // What it still sends is nobody's; a peer that talks on for ever is cut off.
            for _ in 0..MOST_REST {
                if !matches!(stream.read(&mut rest).await, Ok(1..)) {
                    return true;
                }
            }
            false
        };
        let ended = tokio::time::timeout(FAREWELL, ended).await.unwrap_or(false);
        rest.zeroize();
        if !ended {
            let _ = socket2::SockRef::from(&*stream).set_linger(Some(Duration::ZERO));
        }
    }

    /// How long it has stood open.
    #[must_use]
    pub fn age(&self) -> Duration {
        self.begun.elapsed()
    }

    /// The longest that the peer took for an answer.
    #[must_use]
    pub const fn slowest(&self) -> Duration {
        self.slowest
    }

    /// Whether the peer, or something between, reset the connection.
    #[must_use]
    pub const fn was_reset(&self) -> bool {
        self.reset
    }

    async fn send_raw(&mut self, bytes: &[u8]) -> Result<(), LineError> {
        let until = self.end.min(Instant::now() + self.limits.step);
        let outcome = match &mut self.stream {
            Stream::Tcp(stream) => match stream.try_write(bytes) {
                // Almost every write fits the socket's buffer; only the rest needs a timer.
                Ok(count) if count == bytes.len() => Ok(Ok(())),
                Ok(count) => {
                    tokio::time::timeout_at(until, stream.write_all(bytes.get(count..).unwrap_or_default()))
                        .await
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    tokio::time::timeout_at(until, stream.write_all(bytes)).await
                }
                Err(error) => Ok(Err(error)),
            },
            Stream::Udp(socket) => tokio::time::timeout_at(until, socket.send(bytes))
                .await
                .map(|sent| sent.map(drop)),
            Stream::Replay(replay) => {
                replay.send(bytes);
                Ok(Ok(()))
            }
        };
        match outcome {
            Ok(Ok(())) => {
                self.sent += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
                if let Some(recorder) = &mut self.recorder {
                    recorder.sent(bytes);
                }
                Ok(())
            }
            Ok(Err(error)) => Err(blame(error)),
            Err(_) if until == self.end => Err(LineError::Deadline),
            Err(_) => Err(LineError::Silence),
        }
    }

    async fn receive_raw(&mut self, until: Instant, into: &mut Vec<u8>) -> Result<usize, LineError> {
        let until = until.min(self.end);
        let before = into.len();
        let begun = Instant::now();
        let prompt = until.min(begun + PROMPT);
        let outcome = match &mut self.stream {
            Stream::Tcp(stream) => match tokio::time::timeout_at(prompt, read(stream, into)).await {
                Err(_) if prompt < until => {
                    rest(&mut self.permit);
                    tokio::time::timeout_at(until, read(stream, into)).await
                }
                read => read,
            },
            Stream::Udp(socket) => {
                into.reserve(1 << 16);
                match tokio::time::timeout_at(prompt, socket.recv_buf(into)).await {
                    Err(_) if prompt < until => {
                        rest(&mut self.permit);
                        tokio::time::timeout_at(until, socket.recv_buf(into)).await
                    }
                    read => read,
                }
            }
            Stream::Replay(replay) => match replay.receive(into) {
                Ok(count) => Ok(Ok(count)),
                Err(End::Closed) => Ok(Ok(0)),
                Err(End::Reset) => Ok(Err(io::ErrorKind::ConnectionReset.into())),
                Err(End::Silence) => return Err(LineError::Silence),
            },
        };
        let result = match outcome {
            Ok(Ok(0)) if !self.is_datagram() => Err(LineError::Closed),
            Ok(Ok(count)) => Ok(count),
            Ok(Err(error)) => Err(blame(error)),
            Err(_) if until == self.end => Err(LineError::Deadline),
            Err(_) => Err(LineError::Silence),
        };
        match &result {
            Ok(_) => self.slowest = self.slowest.max(begun.elapsed()),
            Err(LineError::Reset) => self.reset = true,
            Err(_) => {}
        }
        if let Some(recorder) = &mut self.recorder {
            match &result {
                Ok(_) => recorder.received(into.get(before..).unwrap_or_default()),
                Err(LineError::Closed) => recorder.ended(End::Closed),
                Err(LineError::Reset) => recorder.ended(End::Reset),
                Err(_) => recorder.ended(End::Silence),
            }
        }
        let count = result?;
        self.received += u64::try_from(count).unwrap_or(u64::MAX);
        if self.received > self.limits.most_bytes {
            return Err(LineError::TooMuch(self.limits.most_bytes));
        }
        Ok(count)
    }
}

impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Line")
            .field("sent", &self.sent)
            .field("received", &self.received)
            .finish_non_exhaustive()
    }
}

/// Reads what is there, once something is. Most answers are far shorter than a read may be, and room for the longest is
/// dear to make for each.
async fn read(stream: &TcpStream, into: &mut Vec<u8>) -> io::Result<usize> {
    loop {
        stream.readable().await?;
        let mut piece = [0; READ];
        match stream.try_read(&mut piece) {
            Ok(count) => {
                let read = piece.get_mut(..count).unwrap_or_default();
                into.extend_from_slice(read);
                read.zeroize();
                return Ok(count);
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
}

/// Gives the line's place among the busy ones to another host: its peer is only waited for.
fn rest(permit: &mut Option<Permit>) {
    if let Some(permit) = permit {
        permit.rest();
    }
}

pub(crate) fn blame(error: io::Error) -> LineError {
    use io::ErrorKind::{
        BrokenPipe, ConnectionAborted, ConnectionRefused, ConnectionReset, HostUnreachable,
        NetworkUnreachable, NotConnected, PermissionDenied, TimedOut,
    };
    match error.kind() {
        // A closed UDP port answers by ICMP, which the socket reports as refused; one behind a firewall that says no,
        // as unreachable or as forbidden.
        ConnectionReset | ConnectionAborted | ConnectionRefused | BrokenPipe | NotConnected
        | HostUnreachable | NetworkUnreachable | PermissionDenied => LineError::Reset,
        TimedOut => LineError::Silence,
        _ => LineError::Ours(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_way_says_is_not_this_machines_fault() {
        let blamed = |code| blame(io::Error::from_raw_os_error(code));
        for code in [
            libc::ECONNREFUSED,
            libc::EHOSTUNREACH,
            libc::ENETUNREACH,
            libc::EACCES,
        ] {
            assert!(matches!(blamed(code), LineError::Reset), "{code}");
        }
        assert!(matches!(blamed(libc::ENOBUFS), LineError::Ours(_)));
    }
}

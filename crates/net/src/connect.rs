//! Opens a TCP connection, and learns from a closed port at the least cost.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::TcpStream;
use tokio::time::Instant;

use crate::Pace;
use crate::pace::Permit;

/// What came of knocking at a port.
#[derive(Debug)]
pub(crate) enum Knock {
    /// It was accepted.
    Open(TcpStream),
    /// Nothing answered in time.
    Silent,
    /// Refused, no route, or this machine's fault; and how long it took.
    Failed(io::Error, Duration),
}

/// Knocks at `address` and waits up to `wait`. While nothing answers promptly the permit's place goes to another.
pub(crate) async fn knock(
    address: SocketAddr,
    pace: &Pace,
    permit: &mut Option<Permit>,
    wait: Duration,
) -> Knock {
    let begun = Instant::now();
    let failed = |error| Knock::Failed(error, begun.elapsed());
    let stream = match begin(address) {
        Ok(stream) => stream,
        Err(error) => return failed(error),
    };
    let prompt = pace.prompt().min(wait);
    let writable = match tokio::time::timeout_at(begun + prompt, stream.writable()).await {
        Ok(writable) => writable,
        Err(_) => {
            if let Some(permit) = permit {
                permit.rest();
            }
            match tokio::time::timeout_at(begun + wait, stream.writable()).await {
                Ok(writable) => writable,
                Err(_) => return Knock::Silent,
            }
        }
    };
    match writable.and_then(|()| stream.take_error()) {
        Ok(None) => Knock::Open(stream),
        Ok(Some(error)) | Err(error) => failed(error),
    }
}

/// Sends the SYN. A refusal that is there at once, as from a host next door, costs no event loop.
#[allow(clippy::disallowed_methods, reason = "this is the crate that opens sockets")]
fn begin(address: SocketAddr) -> io::Result<TcpStream> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM.nonblocking(),
        Some(Protocol::TCP),
    )?;
    match socket.connect(&address.into()) {
        Ok(()) => {}
        Err(error) if pending(&error) => {}
        Err(error) => return Err(error),
    }
    if let Some(error) = socket.take_error()? {
        return Err(error);
    }
    // A probe is one write; waiting to fill a segment would only add delay.
    socket.set_tcp_nodelay(true)?;
    TcpStream::from_std(socket.into())
}

fn pending(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::WouldBlock || error.raw_os_error() == Some(libc::EINPROGRESS)
}

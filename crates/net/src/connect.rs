//! Knocks at TCP ports, and learns from a closed one at the least cost.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
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
    /// Refused, reset, no route, or this machine's fault; and how long it took.
    Failed(io::Error, Duration),
}

/// Knocks. A socket that was refused is as good as new: one is kept for IPv4 and one for IPv6.
#[derive(Debug, Default)]
pub(crate) struct Knocker {
    v4: Mutex<Option<Socket>>,
    v6: Mutex<Option<Socket>>,
}

impl Knocker {
    /// Knocks at `address` and waits up to `wait`. While nothing answers promptly the permit's place goes to another.
    pub(crate) async fn knock(
        &self,
        address: SocketAddr,
        pace: &Pace,
        permit: &mut Option<Permit>,
        wait: Duration,
    ) -> Knock {
        let begun = Instant::now();
        let failed = |error| Knock::Failed(error, begun.elapsed());
        let stream = match self.begin(address) {
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
            // A SYN to a port of this machine that it has just left from meets itself (RFC 9293 section 3.5): nobody is there.
            Ok(None) if stream.local_addr().is_ok_and(|own| own == address) => {
                failed(ErrorKind::ConnectionRefused.into())
            }
            Ok(None) => Knock::Open(stream),
            Ok(Some(error)) | Err(error) => failed(error),
        }
    }

    /// Sends the SYN and looks once for its answer: from a host next door it is there already, and a refusal then
    /// costs no event loop.
    fn begin(&self, address: SocketAddr) -> io::Result<TcpStream> {
        let spare = if address.is_ipv4() { &self.v4 } else { &self.v6 };
        let kept = spare.lock().unwrap_or_else(PoisonError::into_inner).take();
        let socket = match kept {
            Some(socket) => socket,
            None => Socket::new(
                Domain::for_address(address),
                Type::STREAM.nonblocking(),
                Some(Protocol::TCP),
            )?,
        };
        let place = address.into();
        match socket.connect(&place) {
            Err(error) if is_pending(&error) => {}
            Err(error) => return Err(error),
            Ok(()) => return ready(socket),
        }
        // On Linux this also makes a socket that was refused fit for its next connection.
        match socket.connect(&place) {
            Err(error) if error.kind() == ErrorKind::ConnectionRefused => {
                if cfg!(target_os = "linux") {
                    *spare.lock().unwrap_or_else(PoisonError::into_inner) = Some(socket);
                }
                Err(error)
            }
            Err(error) if !is_pending(&error) && error.raw_os_error() != Some(libc::EISCONN) => Err(error),
            _ => ready(socket),
        }
    }
}

#[allow(clippy::disallowed_methods, reason = "this is the crate that opens sockets")]
fn ready(socket: Socket) -> io::Result<TcpStream> {
    // A probe is one write; waiting to fill a segment would only add delay.
    socket.set_tcp_nodelay(true)?;
    TcpStream::from_std(socket.into())
}

fn is_pending(error: &io::Error) -> bool {
    let pending = [libc::EINPROGRESS, libc::EALREADY];
    error.kind() == ErrorKind::WouldBlock || error.raw_os_error().is_some_and(|code| pending.contains(&code))
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    async fn knock(knocker: &Knocker, address: SocketAddr) -> Knock {
        let pace = Pace::new(1, None, Duration::ZERO);
        knocker
            .knock(address, &pace, &mut None, Duration::from_secs(5))
            .await
    }

    #[tokio::test]
    async fn a_port_that_meets_itself_is_closed() {
        // Bound to the very port that it knocks at, as now and then the system binds one of its own choice.
        let socket = Socket::new(Domain::IPV4, Type::STREAM.nonblocking(), Some(Protocol::TCP)).unwrap();
        socket
            .bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into())
            .unwrap();
        let place = socket.local_addr().unwrap().as_socket().unwrap();
        let knocker = Knocker {
            v4: Mutex::new(Some(socket)),
            v6: Mutex::default(),
        };
        let Knock::Failed(error, _) = knock(&knocker, place).await else {
            panic!("it takes itself for a service");
        };
        assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
    }

    #[tokio::test]
    async fn a_socket_that_was_refused_knocks_again_and_elsewhere() {
        let knocker = Knocker::default();
        let open = TcpListener::bind("127.0.0.1:0").unwrap();
        let shut: Vec<TcpListener> = (1..9)
            .map(|last| TcpListener::bind(SocketAddr::from(([127, 0, 0, last], 0))).unwrap())
            .collect();
        let places: Vec<SocketAddr> = shut
            .iter()
            .map(|listener| listener.local_addr().unwrap())
            .collect();
        drop(shut);
        for place in places {
            let refused = knock(&knocker, place).await;
            let kind = |knock: &Knock| match knock {
                Knock::Failed(error, _) => Some(error.kind()),
                _ => None,
            };
            assert_eq!(kind(&refused), Some(ErrorKind::ConnectionRefused), "{place}");
            let Knock::Open(stream) = knock(&knocker, open.local_addr().unwrap()).await else {
                panic!("the open port is not seen");
            };
            let (accepted, from) = open.accept().unwrap();
            assert_eq!(stream.local_addr().unwrap(), from);
            drop(accepted);
        }
    }
}

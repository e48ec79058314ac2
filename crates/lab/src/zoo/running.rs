//! The guard of a scripted peer or proxy: it listens as long as the guard lives, and no thread outlives it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use super::line::{Ended, Line};
use super::log::Log;
use crate::LabError;

/// A running scripted peer. Dropping it ends its threads, waits for them and frees its port.
#[derive(Debug)]
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    log: Arc<Log>,
    keeper: Option<JoinHandle<()>>,
    /// A TCP keeper sleeps in `accept` and has to be woken by a connection.
    wake: bool,
}

impl Running {
    /// How many connections came; over UDP, how many source addresses.
    #[must_use]
    pub fn contacts(&self) -> usize {
        self.log.contacts()
    }

    /// How many connections are open, as far as the peer has noticed.
    #[must_use]
    pub fn open(&self) -> usize {
        self.log.open()
    }

    /// How many connections were open at once, at most.
    #[must_use]
    pub fn peak(&self) -> usize {
        self.log.peak()
    }

    /// Everything that clients sent, one connection after the other; the first 4 MiB of it.
    #[must_use]
    pub fn received(&self) -> Vec<u8> {
        self.log.conversations().concat()
    }

    /// What clients sent, one entry a connection.
    #[must_use]
    pub fn conversations(&self) -> Vec<Vec<u8>> {
        self.log.conversations()
    }

    /// Whether the device that this peer plays has locked up for ever: a scan did harm.
    #[must_use]
    pub fn hung(&self) -> bool {
        self.log.is_hung()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.log.end();
        if self.wake {
            let _ = TcpStream::connect_timeout(&reachable(self.address), Duration::from_secs(1));
        }
        if let Some(keeper) = self.keeper.take() {
            let _ = keeper.join();
        }
    }
}

/// Listens on a free TCP port and gives each connection to `script`, in a thread of its own.
pub(crate) fn serve<F>(ip: IpAddr, script: F) -> Result<Running, LabError>
where
    F: Fn(&mut Line) -> Result<(), Ended> + Send + Sync + 'static,
{
    let wish = SocketAddr::new(ip, 0);
    let failed = |source| LabError::Listen {
        address: wish,
        source,
    };
    let listener = TcpListener::bind(wish).map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let log = Arc::new(Log::default());
    let shared = Arc::clone(&log);
    let keeper = std::thread::spawn(move || accept(&listener, &shared, &Arc::new(script)));
    Ok(Running {
        address,
        log,
        keeper: Some(keeper),
        wake: true,
    })
}

/// Opens a free UDP port and gives the socket to `script`, which must look at the log for its end.
pub(crate) fn serve_datagrams<F>(ip: IpAddr, script: F) -> Result<Running, LabError>
where
    F: FnOnce(&UdpSocket, &Arc<Log>) + Send + 'static,
{
    let wish = SocketAddr::new(ip, 0);
    let failed = |source| LabError::Listen {
        address: wish,
        source,
    };
    let socket = UdpSocket::bind(wish).map_err(failed)?;
    socket.set_read_timeout(Some(super::line::POLL)).map_err(failed)?;
    let address = socket.local_addr().map_err(failed)?;
    let log = Arc::new(Log::default());
    let shared = Arc::clone(&log);
    let keeper = std::thread::spawn(move || script(&socket, &shared));
    Ok(Running {
        address,
        log,
        keeper: Some(keeper),
        wake: false,
    })
}

fn accept<F>(listener: &TcpListener, log: &Arc<Log>, script: &Arc<F>)
where
    F: Fn(&mut Line) -> Result<(), Ended> + Send + Sync + 'static,
{
    let mut threads: Vec<JoinHandle<()>> = Vec::new();
    while !log.has_ended() {
        let accepted = listener.accept();
        if log.has_ended() {
            break;
        }
        // A client that resets before `accept` is an error of that client, not the end of the peer.
        let Ok((stream, _)) = accepted else {
            std::thread::sleep(Duration::from_millis(1));
            continue;
        };
        threads.retain(|thread| !thread.is_finished());
        let client = log.arrive();
        let log = Arc::clone(log);
        let script = Arc::clone(script);
        threads.push(std::thread::spawn(move || {
            if let Ok(mut line) = Line::of_client(stream, Arc::clone(&log), client) {
                let _ = script(&mut line);
            }
            log.leave();
        }));
    }
    for thread in threads {
        let _ = thread.join();
    }
}

fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

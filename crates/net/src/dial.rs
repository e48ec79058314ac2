//! Opens lines: asks the scope, waits for the pace, connects directly or through the proxy.

use std::collections::HashSet;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use holter_model::{Attempt, Endpoint, Transport};
use tokio::net::{TcpStream, UdpSocket};

use crate::connect::{Knock, Knocker};
use crate::line::Line;
use crate::pace::Permit;
use crate::proxy::{Proxy, ProxyError};
use crate::tape::{Recording, Replay, Tape};
use crate::{Care, Limits, Pace, Scope};

/// Why no line came about.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DialError {
    /// The address is not in the scope; nothing was sent.
    #[error("the address is outside the scope")]
    OutOfScope,
    /// The host is left alone; nothing was sent.
    #[error("the host is left alone")]
    LeftAlone,
    /// The port is closed.
    #[error("the port is closed")]
    Refused,
    /// It accepted the connection, and reset it before a word was said.
    #[error("it accepted the connection and reset it at once")]
    Reset,
    /// Nothing answers.
    #[error("nothing answers at this address")]
    Silent,
    /// Something on the way says that there is no way, after so long.
    #[error("nothing answers at this address: there is no way to it")]
    NoRoute(Duration),
    /// The proxy did not connect us.
    #[error(transparent)]
    Proxy(#[from] ProxyError),
    /// Datagrams cannot go through the proxy.
    #[error("datagrams cannot go through a proxy")]
    NoDatagrams,
    /// This machine's fault.
    #[error("this machine could not open a connection: {0}")]
    Ours(io::Error),
}

impl DialError {
    /// What this means for the attempt.
    #[must_use]
    pub const fn attempt(&self) -> Attempt {
        match self {
            Self::OutOfScope => Attempt::OutOfScope,
            Self::Refused => Attempt::Refused,
            Self::Reset => Attempt::Closed,
            Self::LeftAlone | Self::Silent | Self::NoRoute(_) => Attempt::Unreachable,
            Self::Proxy(_) | Self::NoDatagrams => Attempt::ProxyFailed,
            Self::Ours(_) => Attempt::OurFault,
        }
    }
}

/// The right to dial one endpoint now.
#[derive(Debug)]
pub struct Turn {
    endpoint: Endpoint,
    permit: Option<Permit>,
}

/// Opens lines within a scope, at a pace, under limits.
#[derive(Clone, Debug)]
pub struct Dialer {
    scope: Arc<Scope>,
    pace: Arc<Pace>,
    knocker: Arc<Knocker>,
    limits: Limits,
    proxy: Option<Arc<Proxy>>,
    source: Source,
    /// Hosts that are not dialled any more.
    left_alone: Arc<Mutex<HashSet<IpAddr>>>,
}

#[derive(Clone, Debug)]
enum Source {
    Network,
    Recorded(Recording),
    Replayed(Arc<Mutex<Tape>>),
}

impl Dialer {
    /// A dialer to the network.
    #[must_use]
    pub fn new(scope: Scope, pace: Arc<Pace>, limits: Limits) -> Self {
        Self {
            scope: Arc::new(scope),
            pace,
            knocker: Arc::default(),
            limits,
            proxy: None,
            source: Source::Network,
            left_alone: Arc::default(),
        }
    }

    /// The same, through a proxy.
    #[must_use]
    pub fn through(mut self, proxy: Option<Proxy>) -> Self {
        self.proxy = proxy.map(Arc::new);
        self
    }

    /// The same, and all that goes over its lines is recorded.
    #[must_use]
    pub fn recording(mut self, recording: Recording) -> Self {
        self.source = Source::Recorded(recording);
        self
    }

    /// A dialer that plays a tape, connection after connection, and opens no socket.
    #[must_use]
    pub fn replaying(mut self, tape: Tape) -> Self {
        self.source = Source::Replayed(Arc::new(Mutex::new(tape)));
        self
    }

    /// Whether somebody else connects for us, or nobody does: then a knock tells nothing of the target.
    #[must_use]
    pub const fn is_indirect(&self) -> bool {
        self.proxy.is_some() || matches!(self.source, Source::Replayed(_))
    }

    /// The pace of its lines.
    #[must_use]
    pub fn pace(&self) -> &Pace {
        &self.pace
    }

    /// Leaves a host alone from now on, under whatever name: whoever waits for its turn gets no line any more.
    pub fn leave_alone(&self, address: IpAddr) {
        self.left_alone().insert(address.to_canonical());
    }

    /// Whether a host is left alone.
    #[must_use]
    pub fn leaves_alone(&self, address: IpAddr) -> bool {
        self.left_alone().contains(&address.to_canonical())
    }

    fn left_alone(&self) -> MutexGuard<'_, HashSet<IpAddr>> {
        self.left_alone.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A host that lives was not heard: fewer connections at once.
    pub fn gave_way(&self) {
        self.pace.gave_way();
    }

    /// The limits of its lines.
    #[must_use]
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Opens a line.
    ///
    /// # Errors
    /// See [`DialError`].
    pub async fn dial(&self, endpoint: Endpoint, care: Care) -> Result<Line, DialError> {
        let turn = self.turn(endpoint, care).await?;
        self.dial_within(self.limits.connect, turn).await
    }

    /// Waits until the endpoint may be dialled, which can take hours: at the host's turn and at the pace's.
    ///
    /// # Errors
    /// [`DialError::OutOfScope`], [`DialError::LeftAlone`].
    pub async fn turn(&self, endpoint: Endpoint, care: Care) -> Result<Turn, DialError> {
        // In other clothes it would be another host, and have a turn and a rate of its own.
        let endpoint = Endpoint {
            address: endpoint.address.to_canonical(),
            ..endpoint
        };
        if !self.scope.allows_port(endpoint.address, endpoint.port) {
            return Err(DialError::OutOfScope);
        }
        let permit = match self.source {
            Source::Replayed(_) => None,
            _ => self.pace.enter(endpoint.address, care).await,
        };
        if self.leaves_alone(endpoint.address) {
            return Err(DialError::LeftAlone);
        }
        Ok(Turn { endpoint, permit })
    }

    /// As [`Self::dial`], with a turn that has come, but gives up after `wait` where nothing answers.
    ///
    /// # Errors
    /// See [`DialError`].
    pub async fn dial_within(&self, wait: Duration, turn: Turn) -> Result<Line, DialError> {
        let Turn { endpoint, mut permit } = turn;
        if let Source::Replayed(tape) = &self.source {
            return replay(tape, endpoint, self.limits);
        }
        let recorder = match &self.source {
            Source::Recorded(recording) => Some(recording.connection()),
            _ => None,
        };
        match endpoint.transport {
            Transport::Tcp => {
                let stream = match &self.proxy {
                    None => self.connect(endpoint.socket(), &mut permit, wait).await?,
                    Some(proxy) => self.connect_by(proxy, endpoint.socket()).await?,
                };
                if let Some(permit) = &mut permit {
                    permit.connected();
                }
                Ok(Line::tcp(stream, self.limits, permit, recorder))
            }
            Transport::Udp => {
                let socket = self.bind(endpoint.socket()).await?;
                if let Some(permit) = &mut permit {
                    permit.connected();
                }
                Ok(Line::udp(socket, self.limits, permit, recorder))
            }
        }
    }

    async fn connect(
        &self,
        target: SocketAddr,
        permit: &mut Option<Permit>,
        wait: Duration,
    ) -> Result<TcpStream, DialError> {
        let mut pauses = SHORTAGES.into_iter();
        loop {
            let begun = tokio::time::Instant::now();
            match self.knocker.knock(target, &self.pace, permit, wait).await {
                Knock::Open(stream) => {
                    self.pace.answered(begun.elapsed());
                    return Ok(stream);
                }
                Knock::Silent => return Err(DialError::Silent),
                Knock::Failed(error, after) => {
                    let error = connect_blame(error, after);
                    let DialError::Ours(ours) = &error else {
                        if matches!(error, DialError::Refused | DialError::Reset) {
                            self.pace.answered(after);
                        }
                        return Err(error);
                    };
                    if !is_shortage(ours) {
                        return Err(error);
                    }
                    if ours.kind() == io::ErrorKind::AddrNotAvailable && !has_way(target).await {
                        return Err(DialError::NoRoute(after));
                    }
                    // It has it again when other connections end.
                    self.pace.gave_way();
                    match pauses.next() {
                        Some(pause) => tokio::time::sleep(pause).await,
                        None => return Err(error),
                    }
                }
            }
        }
    }

    async fn connect_by(&self, proxy: &Proxy, target: SocketAddr) -> Result<TcpStream, DialError> {
        let connecting = async {
            let mut last = DialError::Silent;
            for address in tokio::net::lookup_host(&proxy.place)
                .await
                .map_err(ProxyError::Broken)?
            {
                match open_tcp(address).await {
                    Ok(mut stream) => {
                        proxy.connect(&mut stream, target).await?;
                        return Ok(stream);
                    }
                    Err(error) => last = ProxyError::Broken(error).into(),
                }
            }
            Err(last)
        };
        let stream = tokio::time::timeout(self.limits.connect, connecting)
            .await
            .map_err(|_| ProxyError::Silent)??;
        stream.set_nodelay(true).map_err(DialError::Ours)?;
        Ok(stream)
    }

    async fn bind(&self, target: SocketAddr) -> Result<UdpSocket, DialError> {
        if self.proxy.is_some() {
            return Err(DialError::NoDatagrams);
        }
        let socket = UdpSocket::bind(any(target)).await.map_err(DialError::Ours)?;
        let blame = |error| connect_blame(error, Duration::ZERO);
        socket.connect(target).await.map_err(blame)?;
        Ok(socket)
    }
}

/// Whether this machine has an address to reach the target from; else none is free just now. Sends nothing.
async fn has_way(target: SocketAddr) -> bool {
    match UdpSocket::bind(any(target)).await {
        Ok(socket) => socket.connect(target).await.is_ok(),
        Err(_) => true,
    }
}

fn any(target: SocketAddr) -> SocketAddr {
    if target.is_ipv4() {
        ([0, 0, 0, 0], 0).into()
    } else {
        ([0u16; 8], 0).into()
    }
}

#[allow(clippy::disallowed_methods, reason = "this is the crate that opens sockets")]
async fn open_tcp(address: SocketAddr) -> io::Result<TcpStream> {
    TcpStream::connect(address).await
}

fn replay(tape: &Mutex<Tape>, endpoint: Endpoint, limits: Limits) -> Result<Line, DialError> {
    let mut tape = tape.lock().unwrap_or_else(PoisonError::into_inner);
    if tape.connections.is_empty() {
        return Err(DialError::Silent);
    }
    let events = tape.connections.remove(0);
    Ok(Line::replay(
        Replay::new(events, endpoint.transport == Transport::Udp),
        limits,
    ))
}

fn connect_blame(error: io::Error, after: Duration) -> DialError {
    use io::ErrorKind::{
        ConnectionRefused, ConnectionReset, HostUnreachable, NetworkUnreachable, PermissionDenied, TimedOut,
    };
    match error.kind() {
        ConnectionRefused => DialError::Refused,
        ConnectionReset => DialError::Reset,
        // A firewall of this machine answers like one on the way.
        HostUnreachable | NetworkUnreachable | PermissionDenied => DialError::NoRoute(after),
        TimedOut => DialError::Silent,
        _ => DialError::Ours(error),
    }
}

/// How long to wait for what this machine ran short of, one try after the other.
const SHORTAGES: [Duration; 4] = [
    Duration::from_millis(50),
    Duration::from_millis(200),
    Duration::from_secs(1),
    Duration::from_secs(3),
];

/// Whether there is too little of something just now: files, ports, memory.
fn is_shortage(error: &io::Error) -> bool {
    let short = [
        libc::EMFILE,
        libc::ENFILE,
        libc::ENOBUFS,
        libc::ENOMEM,
        libc::EAGAIN,
    ];
    error.kind() == io::ErrorKind::AddrNotAvailable
        || error.raw_os_error().is_some_and(|code| short.contains(&code))
}

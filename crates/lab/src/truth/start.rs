//! Starts a server of the table by its id.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use super::chain::{self, Chain};
use super::run::{Node, Openssl3, Openssl110, Run};
use super::table::{Front, Server, Table};
use crate::certificate::{Certificate, KeyKind};
use crate::gnutls::{self, GnutlsServer};
use crate::java::{self, JavaServer};
use crate::node::{self, NodeServer};
use crate::openssl110::weak::{self, WeakDatagrams, WeakServer, serve_tls};
use crate::ports::{on_a_free_port, on_a_free_udp_port};
use crate::proxy::{banning, single};
use crate::{LabError, caddy, debian, erlang, openssl3, openssl102, zoo};

/// A running server of the table. Dropping it ends it.
#[derive(Debug)]
pub struct Running {
    /// Its id in the table.
    pub id: String,
    /// Where it, or what stands in front of it, listens.
    pub address: SocketAddr,
    /// The name to ask it by, as a client would.
    pub name: &'static str,
    /// Holter's name for what it speaks; a protocol with STARTTLS starts in plain.
    pub protocol: String,
    /// The root of the lab's internal CA, for a scan that is told to trust it.
    pub root: PathBuf,
    // In this order: the front goes first.
    front: Option<zoo::Running>,
    _kept: Kept,
}

impl Running {
    /// Whether the front has banned its client; `false` where there is none.
    #[must_use]
    pub fn has_banned(&self) -> bool {
        self.front.as_ref().is_some_and(zoo::Running::hung)
    }

    /// Whether nobody is inside, as far as the front has noticed; `true` where there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.front.as_ref().is_none_or(|front| front.open() == 0)
    }

    /// How many connections the front saw; `None` where there is none.
    #[must_use]
    pub fn connections(&self) -> Option<usize> {
        self.front.as_ref().map(zoo::Running::contacts)
    }
}

#[derive(Debug)]
enum Kept {
    Process { _server: crate::Server },
    Debian { _service: debian::Service },
}

/// Starts the server of that id and waits until it listens.
///
/// # Errors
/// [`LabError::Command`] for an id that is not in the table, and whatever its program can say.
pub fn start(id: &str) -> Result<Running, LabError> {
    let table = Table::read()?;
    let server = table.find(id).ok_or_else(|| LabError::Command {
        command: format!("start {id}"),
        reason: "no server of assets/truth has this id".to_owned(),
    })?;
    start_server(server)
}

/// The same, of a table that has been read already.
///
/// # Errors
/// Whatever its program can say.
pub fn start_server(server: &Server) -> Result<Running, LabError> {
    let (address, kept) = match &server.run {
        Run::Debian { name } => start_debian(name, &server.protocol)?,
        run if run.is_datagram() => {
            let process = on_a_free_udp_port(|address| start_process(run, server, address))?;
            (process.address, Kept::Process { _server: process })
        }
        run => {
            let process = on_a_free_port(|address| start_process(run, server, address))?;
            (process.address, Kept::Process { _server: process })
        }
    };
    let front = match server.front {
        None => None,
        Some(Front::OneAtATime) => Some(single::start(address)?),
        Some(Front::BansAfterTwenty) => Some(banning::start(address, banning::Limit::USUAL)?),
    };
    Ok(Running {
        id: server.id.clone(),
        address: front.as_ref().map_or(address, |front| front.address),
        name: server.name(),
        protocol: server.protocol.clone(),
        root: chain::root()?,
        front,
        _kept: kept,
    })
}

fn start_debian(name: &str, protocol: &str) -> Result<(SocketAddr, Kept), LabError> {
    let unknown = |reason: &str| LabError::Command {
        command: format!("start {name}"),
        reason: reason.to_owned(),
    };
    let entry = debian::find(name).ok_or_else(|| unknown("the lab has no such Debian server"))?;
    let service = (entry.start)(IpAddr::V4(Ipv4Addr::LOCALHOST))?;
    let door = service
        .door(protocol)
        // The lab names a door for the protocol, and a scan may have to be told that TLS begins at once there.
        .or_else(|| service.door(protocol.trim_end_matches('s')))
        .ok_or_else(|| unknown("it has no door for this protocol"))?;
    Ok((door.address, Kept::Debian { _service: service }))
}

fn start_process(run: &Run, server: &Server, address: SocketAddr) -> Result<crate::Server, LabError> {
    let certificate = server.chain.files()?;
    match run {
        Run::Node(node) => start_node(node, server, certificate, address),
        Run::Openssl102 {} => openssl102::serve(address),
        Run::Dtls102 {} => openssl102::serve_dtls(address),
        Run::Openssl110(weak) => start_weak(weak, certificate, address),
        Run::Dtls110(wanted) => weak::serve_dtls(&WeakDatagrams {
            address,
            ciphers: wanted.ciphers.clone(),
            require_client_cert: wanted.require_client_cert,
            fault: wanted.fault,
            certificate,
        }),
        Run::Dtls3 { arguments } => openssl3::serve_dtls(arguments, address, &or_shared(certificate)?),
        // It listens on every address, and answers from the first.
        Run::DtlsGnutls { priority } => gnutls::serve(&GnutlsServer {
            heartbeat: false,
            priority: priority.clone(),
            certificate,
            ..GnutlsServer::dtls(SocketAddr::new(Ipv4Addr::LOCALHOST.into(), address.port()))
        }),
        Run::Openssl3(current) => start_current(current, server.chain, certificate, address),
        Run::Gnutls { priority } => gnutls::serve(&GnutlsServer {
            heartbeat: false,
            priority: priority.clone(),
            certificate,
            ..GnutlsServer::tls(address)
        }),
        Run::Java(wanted) => java::serve(&JavaServer {
            address,
            unrestricted: wanted.unrestricted,
            protocols: wanted.protocols.clone(),
            suites: wanted.suites.clone(),
            certificate,
        }),
        Run::Erlang { everything } => erlang::serve(address, &or_shared(certificate)?, *everything),
        Run::Caddy { lines } => caddy::serve(address, &or_shared(certificate)?, lines),
        Run::Debian { name } => Err(LabError::Command {
            command: format!("start {name}"),
            reason: "Debian's servers choose their own ports".to_owned(),
        }),
    }
}

fn start_node(
    wanted: &Node,
    server: &Server,
    certificate: Option<Certificate>,
    address: SocketAddr,
) -> Result<crate::Server, LabError> {
    let mut options = wanted.options.clone();
    if let Some(group) = wanted.group {
        let file = group.file()?.display().to_string();
        options.insert("dhparam".to_owned(), serde_json::Value::String(file));
    }
    node::serve(&NodeServer {
        secure_protocol: wanted.secure_protocol.clone(),
        ciphers: wanted.ciphers.clone(),
        request_client_cert: wanted.request_client_cert,
        flags: wanted.flags.clone(),
        options,
        http2: wanted.http2,
        keeps_plaintext: wanted.keeps_plaintext,
        certificate,
        ..NodeServer::new(&wanted.version, &server.protocol, address)
    })
}

fn start_weak(
    wanted: &Openssl110,
    certificate: Option<Certificate>,
    address: SocketAddr,
) -> Result<crate::Server, LabError> {
    let mut commands: Vec<(String, String)> = wanted.commands.clone().into_iter().collect();
    if let Some(group) = wanted.group {
        commands.push(("DHParameters".to_owned(), group.file()?.display().to_string()));
    }
    serve_tls(&WeakServer {
        address,
        commands,
        fault: wanted.fault,
        certificate,
    })
}

fn start_current(
    wanted: &Openssl3,
    chain: Chain,
    certificate: Option<Certificate>,
    address: SocketAddr,
) -> Result<crate::Server, LabError> {
    let mut arguments: Vec<String> = wanted.arguments.clone();
    let mut add = |name: &str, file: PathBuf| arguments.extend([name.to_owned(), file.display().to_string()]);
    if let Some(group) = wanted.group {
        add("-dhparam", group.file()?);
    }
    if wanted.staples {
        add("-status_file", chain::staple()?);
    }
    if let Some(rest) = chain.rest()? {
        add("-cert_chain", rest);
    }
    let certificate = or_shared(certificate)?;
    let title = format!("openssl s_server, {chain:?}");
    openssl3::serve_as_told(title, &arguments, address, &certificate)
}

fn or_shared(certificate: Option<Certificate>) -> Result<Certificate, LabError> {
    match certificate {
        Some(certificate) => Ok(certificate),
        None => Certificate::shared(KeyKind::Rsa),
    }
}

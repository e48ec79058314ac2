//! Syslog (RFC 5424): over TLS (RFC 5425), TCP with counted octets (RFC 6587), or UDP (RFC 5426), where "sent" means
//! no more than that this machine let it go.

use std::time::Duration;

use holter_program::notices::told::Told;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::UdpSocket;

use crate::channel::host;
use crate::text::{self, Short, short};
use crate::{Failure, Office, Parcel, Sent, Wrong, address, tls};

/// How it is carried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Carrier {
    /// TLS: port 6514.
    #[default]
    Tls,
    /// TCP, in clear text.
    Tcp,
    /// UDP, in clear text and without an answer.
    Udp,
}

/// A receiver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Syslog {
    /// Its name, which its certificate must have.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How it is carried.
    #[serde(default)]
    pub carrier: Carrier,
    /// The facility, 0 to 23; 16 is local0.
    #[serde(default = "local")]
    pub facility: u8,
    /// The one authority whose certificates count, in PEM; empty: those of this machine.
    #[serde(default)]
    pub ca: String,
}

const fn local() -> u8 {
    16
}

/// The other end closes when it has read; one that does not is not waited for any longer.
const CLOSING: Duration = Duration::from_secs(3);
/// What every receiver of UDP takes (RFC 5426 section 3.2).
const DATAGRAM: usize = 2048;
/// The number that RFC 5612 keeps for examples: Holter has none of its own.
const ENTERPRISE: &str = "holter@32473";

impl Syslog {
    pub(crate) fn checked(self) -> Result<Self, Wrong> {
        host(&self.host)?;
        tls::authorities(&self.ca)?;
        if self.facility > 23 {
            return Err(Wrong("the facility is a number from 0 to 23".to_owned()));
        }
        Ok(self)
    }

    pub(crate) async fn send(&self, parcel: &Parcel<'_>, office: &Office<'_>) -> Result<Sent, Failure> {
        let line = line(self.facility, parcel, office)?;
        let addresses = address::of(&self.host, self.port).await?;
        let framed = format!("{} {line}", line.len());
        match self.carrier {
            Carrier::Tls => {
                let stream = address::connect(&addresses).await?;
                write(tls::over(stream, &self.host, &self.ca).await?, &framed).await?;
            }
            Carrier::Tcp => write(address::connect(&addresses).await?, &framed).await?,
            Carrier::Udp => {
                let gone = |_| Failure::later("this machine could not send it");
                let to = addresses
                    .first()
                    .ok_or_else(|| Failure::later("it has no address"))?;
                let from = if to.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
                let socket = UdpSocket::bind(from).await.map_err(gone)?;
                let mut end = line.len().min(DATAGRAM);
                while !line.is_char_boundary(end) {
                    end -= 1;
                }
                let datagram = line.get(..end).unwrap_or_default();
                socket.send_to(datagram.as_bytes(), to).await.map_err(gone)?;
                return Ok(Sent {
                    ticket: None,
                    said: "let go by UDP, which nobody answers".to_owned(),
                });
            }
        }
        Ok(Sent::default())
    }
}

async fn write<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S, framed: &str) -> Result<(), Failure> {
    let broke = |_| Failure::later("the connection broke");
    stream.write_all(framed.as_bytes()).await.map_err(broke)?;
    stream.flush().await.map_err(broke)?;
    stream.shutdown().await.map_err(broke)?;
    // Syslog has no answers. A reset shows here at least; an end, or nothing, is all that a good receiver says.
    let mut rest = [0; 64];
    let closing = async {
        loop {
            match stream.read(&mut rest).await {
                Ok(0) => return Ok(()),
                Ok(_) => {}
                Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(()),
                Err(error) => return Err(error),
            }
        }
    };
    match tokio::time::timeout(CLOSING, closing).await {
        Ok(Err(_)) => Err(Failure::later("the connection broke")),
        _ => Ok(()),
    }
}

/// The message, in one line (RFC 5424 section 6).
fn line(facility: u8, parcel: &Parcel<'_>, office: &Office<'_>) -> Result<String, Failure> {
    let host = office.url.split("://").nth(1).unwrap_or("-");
    let host: String = host
        .split(['/', ':'])
        .next()
        .unwrap_or("-")
        .chars()
        .filter(|letter| letter.is_ascii_graphic())
        .take(255)
        .collect();
    let host = if host.is_empty() { "-".to_owned() } else { host };
    let at = office.now.strftime("%Y-%m-%dT%H:%M:%S%.3fZ");
    let (level, kind, data, words) = match short(parcel.content)? {
        Short::Notice(told) => (
            level(told),
            told.kind.clone(),
            elements(parcel.key, told),
            text::lines(told, office, &str::to_owned).join("; "),
        ),
        Short::Trial(words) => (
            6,
            "trial".to_owned(),
            format!("[{ENTERPRISE} key=\"{}\"]", parcel.key),
            words,
        ),
    };
    let priority = u16::from(facility) * 8 + level;
    Ok(format!(
        "<{priority}>1 {at} {host} holter - {kind} {data} \u{feff}{words}"
    ))
}

const fn of_severity(severity: &str) -> u16 {
    match severity.as_bytes() {
        b"critical" => 2,
        b"high" => 3,
        b"medium" => 4,
        _ => 5,
    }
}

fn level(told: &Told) -> u16 {
    if told.kind == "fixed" {
        5
    } else {
        of_severity(&told.severity)
    }
}

fn elements(key: &str, told: &Told) -> String {
    let mut out = format!("[{ENTERPRISE} key=\"{key}\" finding=\"{}\"", told.finding);
    for (name, value) in [
        ("flaw", Some(&told.flaw)),
        ("severity", Some(&told.severity)),
        ("state", Some(&told.state)),
        ("asset", Some(&told.asset_name)),
        ("place", told.place.as_ref()),
        ("department", told.department.as_ref()),
        ("assignee", told.assignee.as_ref()),
    ] {
        if let Some(value) = value {
            // Section 6.3.3.
            out.push_str(&format!(" {name}=\"{}\"", text::slashed(value, "\\\"]")));
        }
    }
    out.push(']');
    out
}

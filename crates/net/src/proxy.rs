//! Proxies on the way: HTTP CONNECT (RFC 9110 section 9.3.6) and SOCKS5 (RFC 1928, RFC 1929).

use std::net::SocketAddr;
use std::str::FromStr;

use base64::Engine as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A proxy's answer to CONNECT is one short head; more is not from a proxy.
const LONGEST_HEAD: usize = 8 << 10;

/// A proxy as the user named it: `http://[user:password@]host:port` or `socks5://…`.
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy {
    kind: Kind,
    /// Host and port.
    pub place: String,
    login: Option<(String, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Connect,
    Socks5,
}

/// Why a connection through the proxy did not come about.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProxyError {
    /// The text does not name a proxy.
    #[error("{0:?} is not a proxy: write http://host:port or socks5://host:port")]
    Unusable(String),
    /// The proxy said no.
    #[error("the proxy refused: {0}")]
    Refused(String),
    /// The proxy does not speak its protocol.
    #[error("what listens there is not such a proxy")]
    NotSpoken,
    /// It did not answer in time.
    #[error("the proxy, or what it connects to, did not answer in time")]
    Silent,
    /// It could not be reached, or broke off.
    #[error("the proxy broke off: {0}")]
    Broken(#[from] std::io::Error),
}

impl FromStr for Proxy {
    type Err = ProxyError;

    fn from_str(text: &str) -> Result<Self, ProxyError> {
        let unusable = || ProxyError::Unusable(text.to_owned());
        let (scheme, rest) = text.split_once("://").unwrap_or(("http", text));
        let kind = match scheme {
            "http" => Kind::Connect,
            "socks5" | "socks5h" | "socks" => Kind::Socks5,
            _ => return Err(unusable()),
        };
        let rest = rest.trim_end_matches('/');
        let (login, place) = match rest.rsplit_once('@') {
            Some((login, place)) => {
                let (user, password) = login.split_once(':').unwrap_or((login, ""));
                (Some((user.to_owned(), password.to_owned())), place)
            }
            None => (None, rest),
        };
        let port = place
            .rsplit_once(':')
            .and_then(|(host, port)| port.parse::<u16>().ok().filter(|_| !host.is_empty()));
        if port.is_none() {
            return Err(unusable());
        }
        Ok(Self {
            kind,
            place: place.to_owned(),
            login,
        })
    }
}

impl std::fmt::Debug for Proxy {
    /// Without the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Proxy")
            .field("kind", &self.kind)
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}

impl Proxy {
    /// Asks the proxy at the other end of `stream` for a connection to `target`.
    ///
    /// # Errors
    /// See [`ProxyError`].
    pub(crate) async fn connect(&self, stream: &mut TcpStream, target: SocketAddr) -> Result<(), ProxyError> {
        match self.kind {
            Kind::Connect => self.http_connect(stream, target).await,
            Kind::Socks5 => self.socks5(stream, target).await,
        }
    }

    async fn http_connect(&self, stream: &mut TcpStream, target: SocketAddr) -> Result<(), ProxyError> {
        let login = self.login.as_ref().map_or_else(String::new, |(user, password)| {
            let code = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"));
            format!("Proxy-Authorization: Basic {code}\r\n")
        });
        let request = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n{login}\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut head = Vec::new();
        // Byte by byte: whatever follows the head belongs to the target.
        while !head.ends_with(b"\r\n\r\n") {
            if head.len() > LONGEST_HEAD {
                return Err(ProxyError::NotSpoken);
            }
            head.push(stream.read_u8().await?);
        }
        let head = String::from_utf8_lossy(&head);
        let mut words = head.lines().next().unwrap_or_default().splitn(3, ' ');
        let (version, code) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        match (version.starts_with("HTTP/1."), code.parse::<u16>()) {
            (true, Ok(200..=299)) => Ok(()),
            (true, Ok(code)) => Err(ProxyError::Refused(format!("HTTP status {code}"))),
            _ => Err(ProxyError::NotSpoken),
        }
    }

    async fn socks5(&self, stream: &mut TcpStream, target: SocketAddr) -> Result<(), ProxyError> {
        const VERSION: u8 = 5;
        const NONE: u8 = 0;
        const PASSWORD: u8 = 2;
        let method = if self.login.is_some() { PASSWORD } else { NONE };
        stream.write_all(&[VERSION, 1, method]).await?;
        let mut answer = [0; 2];
        stream.read_exact(&mut answer).await?;
        match (answer, &self.login) {
            ([VERSION, NONE], _) => {}
            ([VERSION, PASSWORD], Some((user, password))) => {
                let mut login = vec![1];
                for text in [user, password] {
                    let text = text.as_bytes();
                    let text = text.get(..255).unwrap_or(text);
                    login.push(u8::try_from(text.len()).unwrap_or(u8::MAX));
                    login.extend_from_slice(text);
                }
                stream.write_all(&login).await?;
                stream.read_exact(&mut answer).await?;
                if answer != [1, 0] {
                    return Err(ProxyError::Refused("user or password".to_owned()));
                }
            }
            ([VERSION, _], _) => {
                return Err(ProxyError::Refused("it wants another way to log in".to_owned()));
            }
            _ => return Err(ProxyError::NotSpoken),
        }
        let mut request = vec![VERSION, 1, 0];
        match target {
            SocketAddr::V4(v4) => {
                request.push(1);
                request.extend(v4.ip().octets());
            }
            SocketAddr::V6(v6) => {
                request.push(4);
                request.extend(v6.ip().octets());
            }
        }
        request.extend(target.port().to_be_bytes());
        stream.write_all(&request).await?;
        let mut head = [0; 4];
        stream.read_exact(&mut head).await?;
        let [version, reply, _, kind] = head;
        if version != VERSION {
            return Err(ProxyError::NotSpoken);
        }
        if reply != 0 {
            return Err(ProxyError::Refused(socks_reply(reply).to_owned()));
        }
        let rest = match kind {
            1 => 4,
            4 => 16,
            3 => usize::from(stream.read_u8().await?),
            _ => return Err(ProxyError::NotSpoken),
        } + 2;
        stream.read_exact(&mut vec![0; rest]).await?;
        Ok(())
    }
}

const fn socks_reply(code: u8) -> &'static str {
    match code {
        2 => "its rules forbid it",
        3 => "the network is unreachable",
        4 => "the host is unreachable",
        5 => "the port is closed",
        6 => "the connection expired",
        7 => "it does not connect streams",
        8 => "it does not know this kind of address",
        _ => "it failed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxies_as_people_write_them() {
        let proxy: Proxy = "socks5://u:p@127.0.0.1:1080".parse().unwrap();
        assert_eq!(
            (proxy.kind, proxy.place.as_str()),
            (Kind::Socks5, "127.0.0.1:1080")
        );
        assert!(
            !format!("{proxy:?}").contains("\"p\""),
            "a password is never printed"
        );
        assert_eq!("proxy.example:3128".parse::<Proxy>().unwrap().kind, Kind::Connect);
        assert!("ftp://x:1".parse::<Proxy>().is_err());
        assert!("http://proxy".parse::<Proxy>().is_err());
    }
}

//! What is asked of a provider directly: over TLS, unless it runs on this machine; to no other address than the one that
//! was named; within bounds of time and size.

use std::net::IpAddr;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use data_encoding::BASE64;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::{Method, Request, StatusCode, Uri, header};
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::ServerName;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::Refused;
use super::discovery::Provided;

/// Whoever takes longer is away.
const LONGEST: Duration = Duration::from_secs(10);
/// No honest answer is larger.
const LARGEST: usize = 1 << 20;

/// What a code was changed for.
#[derive(Deserialize)]
pub(super) struct Tokens {
    pub(super) id_token: String,
    #[serde(default)]
    pub(super) access_token: String,
}

/// Whose certificates are relied on: those that this machine relies on.
static ROOTS: LazyLock<Arc<ClientConfig>> = LazyLock::new(|| {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider);
    let config = builder
        .with_safe_default_protocol_versions()
        .map(|builder| builder.with_root_certificates(roots).with_no_client_auth());
    // The provider has the default versions; were it otherwise, nothing would be relied on.
    Arc::new(config.unwrap_or_else(|_| {
        ClientConfig::builder()
            .with_root_certificates(RootCertStore::empty())
            .with_no_client_auth()
    }))
});

/// A document of the provider's.
pub(super) async fn document<T: DeserializeOwned>(address: &str) -> Result<T, Refused> {
    json(address, Method::GET, &[], String::new()).await
}

/// Changes a code for what it stands for. A secret is shown in the way that the provider wants it.
pub(super) async fn tokens(
    provided: &Provided,
    (client, secret): (&str, &str),
    fields: &[(&str, &str)],
) -> Result<Tokens, Refused> {
    let mut fields = fields.to_vec();
    let mut headers = vec![(
        header::CONTENT_TYPE.as_str(),
        "application/x-www-form-urlencoded".to_owned(),
    )];
    if secret.is_empty() {
        fields.push(("client_id", client));
    } else if provided.takes_basic() {
        let shown = format!("{}:{}", form(client)?, form(secret)?);
        let shown = format!("Basic {}", BASE64.encode(shown.as_bytes()));
        headers.push((header::AUTHORIZATION.as_str(), shown));
    } else {
        fields.extend([("client_id", client), ("client_secret", secret)]);
    }
    let body = serde_urlencoded::to_string(fields).map_err(away)?;
    json(&provided.token_endpoint, Method::POST, &headers, body).await
}

/// What else the provider says of whoever the token is about.
pub(super) async fn userinfo(address: &str, token: &str) -> Result<Map<String, Value>, Refused> {
    let shown = [(header::AUTHORIZATION.as_str(), format!("Bearer {token}"))];
    json(address, Method::GET, &shown, String::new()).await
}

/// As RFC 6749 section 2.3.1 wants it before it is joined.
fn form(text: &str) -> Result<String, Refused> {
    let pair = serde_urlencoded::to_string([("", text)]).map_err(away)?;
    Ok(pair.trim_start_matches('=').to_owned())
}

/// Why an address is none that may be asked. In clear text only this machine is spoken to.
pub(super) fn objection(address: &str) -> Option<&'static str> {
    let Ok(uri) = address.parse::<Uri>() else {
        return Some("it is no address");
    };
    let host = uri.host().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let is_here = host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    match uri.scheme_str() {
        _ if host.is_empty() => Some("it names no host"),
        Some("https") => None,
        Some("http") if is_here => None,
        _ => Some("it must begin with https://"),
    }
}

async fn json<T: DeserializeOwned>(
    address: &str,
    method: Method,
    headers: &[(&str, String)],
    body: String,
) -> Result<T, Refused> {
    if let Some(why) = objection(address) {
        return Err(Refused::Away(why.to_owned()));
    }
    let uri: Uri = address.parse().map_err(away)?;
    let host = uri.host().unwrap_or_default().to_owned();
    let is_tls = uri.scheme_str() == Some("https");
    let port = uri.port_u16().unwrap_or(if is_tls { 443 } else { 80 });
    let authority = uri.authority().map(ToString::to_string).unwrap_or_default();
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, authority)
        .header(header::ACCEPT, "application/json");
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    let request = request.body(Full::new(Bytes::from(body))).map_err(away)?;
    let answered = async {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        #[allow(
            clippy::disallowed_methods,
            reason = "a provider that the admin has named is no target"
        )]
        let stream = TcpStream::connect((bare, port)).await.map_err(away)?;
        if !is_tls {
            return answer(stream, request).await;
        }
        let name = ServerName::try_from(bare.to_owned()).map_err(away)?;
        let connector = TlsConnector::from(Arc::clone(&ROOTS));
        let stream = connector.connect(name, stream).await.map_err(away)?;
        answer(stream, request).await
    };
    let bytes = tokio::time::timeout(LONGEST, answered)
        .await
        .map_err(|_| Refused::Away("it takes too long".to_owned()))??;
    // What it said instead is not repeated.
    serde_json::from_slice(&bytes)
        .map_err(|_| Refused::Away("its answer is not what was asked for".to_owned()))
}

async fn answer<S>(stream: S, request: Request<Full<Bytes>>) -> Result<Bytes, Refused>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, conversation) = http1::handshake(TokioIo::new(stream)).await.map_err(away)?;
    let conversation = tokio::spawn(conversation);
    let answered = async {
        let response = sender.send_request(request).await.map_err(away)?;
        if response.status() != StatusCode::OK {
            return Err(Refused::Away(format!(
                "its answer is {}",
                response.status().as_u16()
            )));
        }
        let body = Limited::new(response.into_body(), LARGEST).collect().await;
        let body = body.map_err(|_| Refused::Away("its answer is too large, or breaks off".to_owned()))?;
        Ok(body.to_bytes())
    };
    let answered = answered.await;
    conversation.abort();
    answered
}

fn away(why: impl std::fmt::Display) -> Refused {
    Refused::Away(why.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_clear_text_only_this_machine_is_asked() {
        for good in [
            "https://login.example/realms/a",
            "http://127.0.0.1:8080",
            "http://[::1]:8080/a",
            "http://localhost/a",
        ] {
            assert_eq!(objection(good), None, "{good}");
        }
        for bad in [
            "http://login.example",
            "http://127.0.0.1.example",
            "ftp://127.0.0.1",
            "/a",
            "",
            "https://",
        ] {
            assert!(objection(bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn a_secret_is_written_as_a_form_is() {
        assert_eq!(form("a b:c%").ok().as_deref(), Some("a+b%3Ac%25"));
    }
}

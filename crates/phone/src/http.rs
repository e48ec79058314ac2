//! One HTTP request, bounded in time and bytes. No redirect is followed: responders and lists have none to make.

use std::time::Duration;

use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::Bytes;
use hyper::{Method, Request, StatusCode, Uri, header};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::{Phone, PhoneError};

/// For all of a request.
const WHOLE: Duration = Duration::from_secs(10);

/// What is asked.
pub(crate) struct Ask<'a> {
    pub(crate) url: &'a str,
    /// The type and the bytes of what is sent; `None`: a GET.
    pub(crate) post: Option<(&'static str, &'a [u8])>,
    /// The most bytes of an answer.
    pub(crate) most: usize,
}

/// Asks; the body of the answer.
pub(crate) async fn ask(phone: &Phone, ask: &Ask<'_>) -> Result<Vec<u8>, PhoneError> {
    timeout(WHOLE, exchange(phone, ask))
        .await
        .unwrap_or(Err(PhoneError::Silent))
}

async fn exchange(phone: &Phone, ask: &Ask<'_>) -> Result<Vec<u8>, PhoneError> {
    let uri: Uri = ask.url.parse().map_err(|_| PhoneError::NotHttp)?;
    let (Some("http"), Some(host)) = (uri.scheme_str(), uri.host()) else {
        return Err(PhoneError::NotHttp);
    };
    let address = phone.address(host, uri.port_u16().unwrap_or(80)).await?;
    #[allow(
        clippy::disallowed_methods,
        reason = "no target: a third party that the user allowed to ask"
    )]
    let stream = TcpStream::connect(address).await.map_err(unreached)?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(unreached)?;
    let request = request(ask, &uri, host)?;
    let answered = async {
        let answer = sender.send_request(request).await.map_err(unreached)?;
        if answer.status() != StatusCode::OK {
            return Err(PhoneError::Status(answer.status().as_u16()));
        }
        match Limited::new(answer.into_body(), ask.most).collect().await {
            Ok(body) => Ok(body.to_bytes().to_vec()),
            Err(error) if error.is::<LengthLimitError>() => Err(PhoneError::TooMuch(ask.most)),
            Err(error) => Err(unreached(error)),
        }
    };
    tokio::pin!(answered, connection);
    // The connection moves only while somebody polls it; its end before the answer's shows in the answer.
    tokio::select! {
        biased;
        answer = &mut answered => answer,
        ended = &mut connection => match ended {
            Ok(()) => answered.await,
            Err(error) => Err(unreached(error)),
        },
    }
}

fn request(ask: &Ask<'_>, uri: &Uri, host: &str) -> Result<Request<Full<Bytes>>, PhoneError> {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let authority = match uri.port_u16() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    };
    let request = Request::builder()
        .uri(path)
        .header(header::HOST, authority)
        .header(header::USER_AGENT, "holter");
    let request = match ask.post {
        Some((kind, body)) => request
            .method(Method::POST)
            .header(header::CONTENT_TYPE, kind)
            .body(Full::new(Bytes::copy_from_slice(body))),
        None => request.body(Full::default()),
    };
    request.map_err(|_| PhoneError::NotHttp)
}

fn unreached(error: impl std::fmt::Display) -> PhoneError {
    PhoneError::Unreached(error.to_string())
}

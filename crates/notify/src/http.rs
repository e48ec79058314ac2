//! One request over HTTPS, bounded in time and bytes. A redirect is not followed: it would lead to where no admin has
//! said. In clear text only to this machine itself.

use std::time::Duration;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1::SendRequest;
use hyper::{Method, Request, StatusCode, Uri, header};
use hyper_util::rt::TokioIo;
use serde_json::Value as Json;
use tokio::io::{AsyncRead, AsyncWrite};

use crate::{Again, Failure, Wrong, address, tls};

/// More of an answer is not read.
const MOST: usize = 64 << 10;
/// Nobody is asked to wait longer.
const LONGEST: u64 = 6 * 60 * 60;

/// What is asked.
pub(crate) struct Ask<'a> {
    pub(crate) method: Method,
    pub(crate) url: &'a str,
    /// Beside the usual ones.
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
    /// The one authority whose certificates count; empty: those of this machine.
    pub(crate) ca: &'a str,
}

/// The body of a good answer.
pub(crate) async fn ask(ask: Ask<'_>) -> Result<Vec<u8>, Failure> {
    let uri: Uri = ask
        .url
        .parse()
        .map_err(|_| Failure::never("its address is none"))?;
    let host = uri
        .host()
        .ok_or_else(|| Failure::never("its address names no host"))?;
    let is_tls = uri.scheme_str() == Some("https");
    let port = uri.port_u16().unwrap_or(if is_tls { 443 } else { 80 });
    let addresses = address::of(host, port).await?;
    if !is_tls && !addresses.iter().all(|address| address.ip().is_loopback()) {
        return Err(Failure::never(
            "without TLS only this machine itself is spoken to",
        ));
    }
    let stream = address::connect(&addresses).await?;
    if is_tls {
        exchange(tls::over(stream, host, ask.ca).await?, &uri, &ask).await
    } else {
        exchange(stream, &uri, &ask).await
    }
}

/// The same with JSON, signed in by name and secret; what is no JSON is `null`, and so is no body.
pub(crate) async fn json(
    method: Method,
    url: &str,
    (user, secret): (&str, &str),
    body: &Json,
    ca: &str,
) -> Result<Json, Failure> {
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    let asked = ask(Ask {
        method,
        url,
        headers: vec![authorization(user, secret)],
        body,
        ca,
    });
    Ok(serde_json::from_slice(&asked.await?).unwrap_or(Json::Null))
}

async fn exchange<S>(stream: S, uri: &Uri, ask: &Ask<'_>) -> Result<Vec<u8>, Failure>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let broke = |_| Failure::later("the connection broke");
    let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(broke)?;
    let answered = answered(sender, uri, ask);
    tokio::pin!(answered, connection);
    // The connection moves only while somebody polls it; its end before the answer's shows in the answer.
    tokio::select! {
        biased;
        answer = &mut answered => answer,
        ended = &mut connection => match ended {
            Ok(()) => answered.await,
            Err(_) => Err(Failure::later("the connection broke")),
        },
    }
}

async fn answered(
    mut sender: SendRequest<Full<Bytes>>,
    uri: &Uri,
    ask: &Ask<'_>,
) -> Result<Vec<u8>, Failure> {
    let answer = sender
        .send_request(request(uri, ask)?)
        .await
        .map_err(|_| Failure::later("the connection broke"))?;
    let status = answer.status();
    let wait = answer
        .headers()
        .get(header::RETRY_AFTER)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.trim().parse::<u64>().ok());
    if !status.is_success() {
        return Err(refused(status, wait));
    }
    let body = Limited::new(answer.into_body(), MOST).collect().await;
    // It was taken: what else there was to say does not change that.
    Ok(body.map(|body| body.to_bytes().to_vec()).unwrap_or_default())
}

fn refused(status: StatusCode, wait: Option<u64>) -> Failure {
    let why = match status.as_u16() {
        300..=399 => "it sent us elsewhere, where nobody has said that messages may go".to_owned(),
        401 | 403 => format!("it did not let us in (status {})", status.as_u16()),
        code => format!("it answered with status {code}"),
    };
    let again = match (status.as_u16(), wait) {
        (408 | 425 | 429 | 500..=599, Some(seconds)) => {
            Again::After(Duration::from_secs(seconds.min(LONGEST)))
        }
        (408 | 425 | 429 | 500..=599, None) => Again::Later,
        _ => Again::Never,
    };
    Failure { why, again }
}

fn request(uri: &Uri, ask: &Ask<'_>) -> Result<Request<Full<Bytes>>, Failure> {
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let mut request = Request::builder()
        .method(ask.method.clone())
        .uri(path)
        .header(header::HOST, authority)
        .header(header::USER_AGENT, concat!("holter/", env!("CARGO_PKG_VERSION")))
        .header(header::ACCEPT, "application/json");
    if ask.method != Method::GET {
        request = request.header(header::CONTENT_TYPE, "application/json");
    }
    for (name, value) in &ask.headers {
        request = request.header(*name, value.as_str());
    }
    request
        .body(Full::new(Bytes::from(ask.body.clone())))
        .map_err(|_| Failure::never("its address or its secret has letters that HTTP does not carry"))
}

/// Whether an address can be one of a receiver: https, or http on this machine; no user and no fragment in it.
pub(crate) fn checked(url: &str) -> Result<(), Wrong> {
    let wrong = |why: &str| Err(Wrong(why.to_owned()));
    let Ok(uri) = url.parse::<Uri>() else {
        return wrong("the address is none, like https://hooks.example.org/holter");
    };
    let Some(host) = uri.host() else {
        return wrong("the address names no host");
    };
    if uri
        .authority()
        .is_some_and(|authority| authority.as_str().contains('@'))
        || url.contains('#')
    {
        return wrong("no user, password or # stands in the address");
    }
    match uri.scheme_str() {
        Some("https") => Ok(()),
        Some("http") if matches!(host, "localhost" | "127.0.0.1" | "[::1]") => Ok(()),
        _ => wrong("the address begins with https://: without TLS, findings could be read on the way"),
    }
}

/// The header that lets us in: by name and password, or by a token alone.
pub(crate) fn authorization(user: &str, secret: &str) -> (&'static str, String) {
    let value = if user.is_empty() {
        format!("Bearer {secret}")
    } else {
        let both = data_encoding::BASE64.encode(format!("{user}:{secret}").as_bytes());
        format!("Basic {both}")
    };
    ("authorization", value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_leaves_the_machine() {
        for good in [
            "https://hooks.example.org/x",
            "http://127.0.0.1:9/x",
            "https://10.0.0.7/",
        ] {
            assert_eq!(checked(good), Ok(()), "{good}");
        }
        for bad in [
            "http://hooks.example.org/",
            "ftp://x/",
            "https://a:b@x/",
            "x",
            "https://x/#y",
            "",
        ] {
            assert!(checked(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_will_fail_again_is_not_tried_again() {
        let again = |code| refused(StatusCode::from_u16(code).unwrap(), None).again;
        assert_eq!(
            [again(302), again(400), again(401), again(410)],
            [Again::Never; 4]
        );
        assert_eq!([again(429), again(500), again(503)], [Again::Later; 3]);
        let asked = refused(StatusCode::TOO_MANY_REQUESTS, Some(9_999_999));
        assert_eq!(asked.again, Again::After(Duration::from_secs(LONGEST)));
    }
}

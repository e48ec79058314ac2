//! A provider that says what a test wants it to say, true or not.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use data_encoding::BASE64URL_NOPAD;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256};
use serde_json::{Value, json};

/// A key that tokens are signed with.
pub(super) struct Signing {
    kid: String,
    key: KeyPair,
}

impl Signing {
    pub(super) fn new(kid: &str) -> Self {
        Self {
            kid: kid.to_owned(),
            key: KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap(),
        }
    }

    /// As a provider publishes it.
    pub(super) fn public(&self) -> Value {
        let point = self.key.public_key_raw();
        let (x, y) = point[1..].split_at(32);
        let text = |bytes| BASE64URL_NOPAD.encode(bytes);
        json!({ "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": self.kid, "x": text(x), "y": text(y) })
    }

    /// A token that says this.
    pub(super) fn token(&self, claims: &Value) -> String {
        let mut head = Header::new(Algorithm::ES256);
        head.kid = Some(self.kid.clone());
        encode(
            &head,
            claims,
            &EncodingKey::from_ec_der(&self.key.serialize_der()),
        )
        .unwrap()
    }
}

/// What it answers.
#[derive(Clone, Debug, Default)]
pub(super) struct Script {
    /// Beside what it must say of itself.
    pub(super) about: Value,
    pub(super) keys: Vec<Value>,
    pub(super) token: String,
    pub(super) userinfo: Value,
    /// Instead of all of it.
    pub(super) instead: Option<(u16, String)>,
    /// What it was sent for a token.
    pub(super) heard: Vec<String>,
    /// How often its keys were asked for.
    pub(super) fetched: usize,
}

/// A provider.
pub(super) struct Scripted {
    pub(super) issuer: String,
    pub(super) script: Arc<Mutex<Script>>,
    listening: tokio::task::JoinHandle<()>,
}

impl Drop for Scripted {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

impl Scripted {
    pub(super) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0)))
            .await
            .unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let script = Arc::new(Mutex::new(Script {
            about: json!({}),
            ..Script::default()
        }));
        let (own, named) = (Arc::clone(&script), issuer.clone());
        let listening = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (script, issuer) = (Arc::clone(&own), named.clone());
                let answer = service_fn(move |request| answer(Arc::clone(&script), issuer.clone(), request));
                tokio::spawn(
                    hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), answer),
                );
            }
        });
        Self {
            issuer,
            script,
            listening,
        }
    }

    pub(super) fn say(&self, change: impl FnOnce(&mut Script)) {
        change(&mut self.script.lock().unwrap());
    }
}

async fn answer(
    script: Arc<Mutex<Script>>,
    issuer: String,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, hyper::Error> {
    let path = request.uri().path().to_owned();
    let shown = request.headers().get("authorization").cloned();
    let body = request.into_body().collect().await?.to_bytes();
    let mut script = script.lock().unwrap();
    let mut said = match path.as_str() {
        "/.well-known/openid-configuration" => json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}/auth"),
            "token_endpoint": format!("{issuer}/token"),
            "jwks_uri": format!("{issuer}/keys"),
            "userinfo_endpoint": format!("{issuer}/userinfo"),
        }),
        "/keys" => {
            script.fetched += 1;
            json!({ "keys": script.keys })
        }
        "/token" => {
            let shown = shown.map_or_else(String::new, |shown| shown.to_str().unwrap().to_owned());
            script
                .heard
                .push(format!("{shown} {}", String::from_utf8_lossy(&body)));
            json!({ "id_token": script.token, "access_token": "opaque", "token_type": "Bearer" })
        }
        _ => script.userinfo.clone(),
    };
    if path.starts_with("/.well-known") {
        for (name, value) in script.about.as_object().unwrap() {
            said[name] = value.clone();
        }
    }
    let (status, text) = match &script.instead {
        Some((status, text)) if path != "/.well-known/openid-configuration" => (*status, text.clone()),
        _ => (200, said.to_string()),
    };
    let mut response = Response::new(Full::new(Bytes::from(text)));
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    Ok(response)
}

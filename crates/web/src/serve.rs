//! Listens, over TLS or on this machine alone, under bounds of time, size and number.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use holter_engine::Stop;
use holter_model::seam::{Clock, Dice, NoChance};
use holter_store::{AuditKey, Store, StoreError};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use jiff::tz::TimeZone;
use rustls::ServerConfig;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tower_http::limit::RequestBodyLimitLayer;

use crate::access::form_key::FormKeys;
use crate::access::seal::Key;
use crate::access::token;
use crate::app::App;
use crate::metrics::Counters;
use crate::notices::links::LinkKeys;
use crate::scanning::{ScanRules, Scanner};
use crate::{certificate, headers, notices, routes, spelling};

/// So many conversations at once.
const MOST: usize = 512;
/// A browser that takes longer to say what it wants is none.
const WORDS: Duration = Duration::from_secs(15);
/// So long those under way have when the server ends.
const GRACE: Duration = Duration::from_secs(5);
/// The largest request.
const LARGEST: usize = 8 << 20;

/// What is served, and where.
pub struct Serving {
    /// What is remembered.
    pub store: Store,
    /// Seals secrets.
    pub key: Key,
    /// Where to listen.
    pub listen: SocketAddr,
    /// What it shows over TLS; `None`: without TLS, which only this machine may reach.
    pub tls: Option<Tls>,
    /// Whose clocks are shown.
    pub zone: TimeZone,
    /// The rules of scans that are started from a page.
    pub rules: ScanRules,
    /// The time.
    pub clock: Box<dyn Clock>,
    /// Chance.
    pub dice: Box<dyn Dice>,
}

/// A certificate with its chain, and its key.
#[derive(Clone)]
pub struct Tls {
    /// The certificate, in PEM.
    pub certificate: Vec<u8>,
    /// Its key, in PEM.
    pub key: Vec<u8>,
    /// Whether somebody gave it, so that browsers trust it and are told to come over TLS only. Holter's own is another
    /// after every new start with an empty folder.
    pub is_given: bool,
}

/// What there is to say once it listens.
#[derive(Clone, Debug)]
pub struct Ready {
    /// Where its pages are.
    pub url: String,
    /// The link that makes the first account, where there is none.
    pub setup: Option<String>,
    /// The fingerprint of its certificate.
    pub fingerprint: Option<String>,
}

/// Why it cannot serve.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// Others would hear.
    #[error(
        "{0} can be reached from other machines: without TLS, passwords and findings could be read on the way"
    )]
    Bare(SocketAddr),
    /// The port is taken, or not ours.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why not.
        source: std::io::Error,
    },
    /// The certificate or its key cannot be used.
    #[error("the certificate or its key cannot be used: {0}")]
    Certificate(String),
    /// Nothing can be remembered.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No secret can be made.
    #[error(transparent)]
    Chance(#[from] NoChance),
}

/// Serves until told to stop.
///
/// # Errors
/// See [`ServeError`].
pub async fn serve(serving: Serving, ready: impl FnOnce(&Ready), stop: &Stop) -> Result<(), ServeError> {
    let secure = serving.tls.is_some();
    if !secure && !serving.listen.ip().is_loopback() {
        return Err(ServeError::Bare(serving.listen));
    }
    let address = serving.listen;
    let fingerprint = serving
        .tls
        .as_ref()
        .and_then(|tls| certificate::fingerprint(&tls.certificate));
    let lasting = serving.tls.as_ref().is_some_and(|tls| tls.is_given);
    let acceptor = serving.tls.as_ref().map(acceptor).transpose()?;
    let listen = |source| ServeError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(listen)?;
    let address = listener.local_addr().map_err(listen)?;
    let url = format!("{}://{address}", if secure { "https" } else { "http" });
    let app = app(serving, secure, &url)?;
    let setup = match app.store.has_accounts().await? {
        true => None,
        false => {
            let fresh = token::new(app.dice.as_ref())?;
            *app.setup
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner) = Some(token::hash(&fresh));
            Some(format!("{url}/setup/{fresh}"))
        }
    };
    ready(&Ready {
        url,
        setup,
        fingerprint,
    });
    let working = app.scanner.start(Arc::clone(&app), stop.clone());
    let telling = notices::start(Arc::clone(&app), stop.clone());
    listen_on(&listener, acceptor, &wrapped(&app, lasting), stop).await;
    working.await;
    telling.await;
    app.store.close().await;
    Ok(())
}

/// The key of the audit log's chain, which comes of the key that seals.
#[must_use]
pub fn audit_key(key: &Key) -> AuditKey {
    AuditKey(key.derived("audit"))
}

fn app(serving: Serving, secure: bool, url: &str) -> Result<Arc<App>, ServeError> {
    let key = serving.key;
    Ok(Arc::new(App {
        store: serving.store,
        audit_key: audit_key(&key),
        forms: FormKeys::new(key.derived("forms")),
        links: LinkKeys::new(key.derived("links")),
        key,
        hashing: Semaphore::new(2),
        setup: Mutex::new(None),
        secure,
        zone: serving.zone,
        url: url.to_owned(),
        clock: serving.clock,
        dice: serving.dice,
        #[cfg(feature = "oidc")]
        providers: crate::oidc::Providers::default(),
        scanner: Scanner::new(serving.rules),
        counters: Counters::default(),
    }))
}

/// The routes within the bounds that hold for all of them.
pub(crate) fn wrapped(app: &Arc<App>, lasting: bool) -> Router {
    routes::router(app)
        .layer(RequestBodyLimitLayer::new(LARGEST))
        .layer(from_fn(spelling::spell))
        .layer(from_fn_with_state(lasting, headers::add))
}

fn acceptor(tls: &Tls) -> Result<TlsAcceptor, ServeError> {
    let wrong = |why: &dyn std::fmt::Display| ServeError::Certificate(why.to_string());
    let chain = CertificateDer::pem_slice_iter(&tls.certificate)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| wrong(&error))?;
    if chain.is_empty() {
        return Err(wrong(&"there is no certificate in it, in PEM"));
    }
    let key = PrivateKeyDer::from_pem_slice(&tls.key)
        .map_err(|error| wrong(&format_args!("no private key can be read, in PEM: {error}")))?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(|error| wrong(&error))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

async fn listen_on(listener: &TcpListener, acceptor: Option<TlsAcceptor>, router: &Router, stop: &Stop) {
    let places = Arc::new(Semaphore::new(MOST));
    let mut under_way = JoinSet::new();
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            break;
        };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.wait() => break,
        };
        while under_way.try_join_next().is_some() {}
        let Ok((stream, peer)) = accepted else {
            // Too many open files, most likely: some of them will be closed in a moment.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let (acceptor, router, stop) = (acceptor.clone(), router.clone(), stop.clone());
        under_way.spawn(async move {
            receive(stream, peer, acceptor, router, stop).await;
            drop(place);
        });
    }
    let _ = tokio::time::timeout(GRACE, async { while under_way.join_next().await.is_some() {} }).await;
}

async fn receive(
    stream: TcpStream,
    peer: SocketAddr,
    acceptor: Option<TlsAcceptor>,
    router: Router,
    stop: Stop,
) {
    let _ = stream.set_nodelay(true);
    match acceptor {
        None => converse(stream, peer, router, stop).await,
        Some(acceptor) => {
            if let Ok(Ok(stream)) = tokio::time::timeout(WORDS, acceptor.accept(stream)).await {
                converse(stream, peer, router, stop).await;
            }
        }
    }
}

async fn converse<S>(stream: S, peer: SocketAddr, router: Router, stop: Stop)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = TowerToHyperService::new(router.layer(axum::Extension(peer)));
    let conversation = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(WORDS)
        .max_buf_size(64 << 10)
        .serve_connection(TokioIo::new(stream), service);
    tokio::pin!(conversation);
    tokio::select! {
        _ = conversation.as_mut() => return,
        () = stop.wait() => conversation.as_mut().graceful_shutdown(),
    }
    let _ = conversation.await;
}

//! Over TLS with a certificate of Holter's own; and never in clear text to other machines.

use std::net::SocketAddr;
use std::sync::Arc;

use holter_engine::Stop;
use holter_model::seam::{SystemClock, SystemDice};
use holter_store::Store;
use jiff::tz::TimeZone;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::house::{House, rules};
use crate::access::seal::Key;
use crate::certificate::OwnCertificate;
use crate::serve::{ServeError, Serving, Tls, serve};

#[tokio::test]
async fn its_own_certificate_is_good_for_whoever_trusts_it() {
    let said = asked_over_tls(false).await;
    let cookie = said.lines().find(|line| line.starts_with("set-cookie")).unwrap();
    assert!(
        cookie.contains("__Host-holter-visitor=") && cookie.contains("Secure"),
        "{cookie}"
    );
    assert!(!said.contains("strict-transport-security"), "{said}");
}

#[tokio::test]
async fn with_a_certificate_that_was_given_a_browser_comes_over_tls_only() {
    let said = asked_over_tls(true).await;
    assert!(
        said.contains("strict-transport-security: max-age=31536000\r\n"),
        "{said}"
    );
}

#[allow(clippy::disallowed_methods, reason = "a browser of the tests, on loopback")]
async fn asked_over_tls(is_given: bool) -> String {
    let made = OwnCertificate::make(vec!["127.0.0.1".to_owned()]).unwrap();
    let der = CertificateDer::from_pem_slice(made.certificate.as_bytes()).unwrap();
    let house = House::with(Some(Tls {
        certificate: made.certificate.into_bytes(),
        key: made.key.into_bytes(),
        is_given,
    }))
    .await;
    assert!(house.ready.url.starts_with("https://") && house.ready.fingerprint.as_ref().unwrap().len() == 95);
    let mut roots = RootCertStore::empty();
    roots.add(der).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
    let address: SocketAddr = house.ready.url.strip_prefix("https://").unwrap().parse().unwrap();
    let stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let name = ServerName::try_from("127.0.0.1").unwrap();
    let mut stream = connector.connect(name, stream).await.unwrap();
    stream
        .write_all(b"GET /login HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        .await
        .unwrap();
    let mut said = Vec::new();
    let _ = stream.read_to_end(&mut said).await;
    String::from_utf8_lossy(&said).into_owned()
}

#[tokio::test]
async fn other_machines_are_not_served_in_clear_text() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("h.db").to_str().unwrap())
        .await
        .unwrap();
    let serving = Serving {
        store,
        key: Key::new(&SystemDice).unwrap(),
        listen: SocketAddr::from(([0, 0, 0, 0], 0)),
        tls: None,
        zone: TimeZone::UTC,
        rules: rules(),
        clock: Box::new(SystemClock),
        dice: Box::new(SystemDice),
    };
    let refused = serve(serving, |_| panic!("it listens"), &Stop::default()).await;
    assert!(matches!(refused, Err(ServeError::Bare(_))));
}

//! TLS to receivers: by the roots that this machine relies on, or by an authority of the hospital's own and then by it
//! alone.

use std::error::Error;
use std::sync::Arc;

use rustls::{CertificateError, ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, ServerName};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::{Failure, Wrong};

/// Certificates of authorities, in PEM; none where the text is empty.
pub(crate) fn authorities(pem: &str) -> Result<Vec<CertificateDer<'static>>, Wrong> {
    let wrong = || Wrong("the authority's certificate is none, or not in PEM".to_owned());
    let found: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(pem.as_bytes())
        .collect::<Result<_, _>>()
        .map_err(|_| wrong())?;
    if found.is_empty() && !pem.trim().is_empty() {
        return Err(wrong());
    }
    Ok(found)
}

/// Speaks TLS over a connection.
pub(crate) async fn over(stream: TcpStream, host: &str, ca: &str) -> Result<TlsStream<TcpStream>, Failure> {
    let mut roots = RootCertStore::empty();
    let own = authorities(ca).map_err(|wrong| Failure::never(wrong.to_string()))?;
    if own.is_empty() {
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    } else {
        roots.add_parsable_certificates(own);
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Failure::never(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let bare = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let name = ServerName::try_from(bare).map_err(|_| Failure::never("its host is no name for TLS"))?;
    TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
        .map_err(|error| Failure::later(explained(&error).unwrap_or("the connection broke while TLS began")))
}

/// Why TLS did not come about, where the error holds what the library says of it; nothing of the peer's own words.
pub(crate) fn explained(error: &(dyn Error + 'static)) -> Option<&'static str> {
    let mut next = Some(error);
    while let Some(error) = next {
        // An error of input and output holds another that is none of its sources.
        let inner = error
            .downcast_ref::<std::io::Error>()
            .and_then(std::io::Error::get_ref);
        let found = match inner {
            Some(inner) => inner.downcast_ref::<rustls::Error>(),
            None => error.downcast_ref::<rustls::Error>(),
        };
        match found {
            Some(rustls::Error::InvalidCertificate(why)) => return Some(distrusted(why)),
            Some(_) => return Some("it did not agree to TLS"),
            None => next = error.source(),
        }
    }
    None
}

fn distrusted(why: &CertificateError) -> &'static str {
    match why {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "its certificate is out of date"
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "its certificate is not valid yet: one of the two clocks is wrong"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "its certificate has another name than the one that it is reached by"
        }
        // Another authority may have the name of one's own.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            "its certificate is of an authority that is not relied on: give the certificate of your own"
        }
        _ => "its certificate is not to be relied on",
    }
}

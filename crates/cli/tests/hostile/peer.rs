//! A peer that calls itself what it likes: in its certificate, its headers, and what it says before TLS.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, SanType};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use rustls_pki_types::PrivateKeyDer;

use crate::words::line;

/// How TLS is come to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Https,
    Smtp,
}

/// Starts it at a port of this address, for as long as the test lasts.
pub(crate) fn start(address: &str, port: u16, words: &str, way: Way) -> u16 {
    let listener = TcpListener::bind((address, port)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let (config, words) = (config(words), line(words));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (config, words) = (Arc::clone(&config), words.clone());
            // Whoever goes away in mid-sentence is nobody's failure.
            std::thread::spawn(move || converse(stream, config, &words, way));
        }
    });
    port
}

fn converse(mut stream: TcpStream, config: Arc<ServerConfig>, words: &str, way: Way) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    if way == Way::Smtp {
        write!(stream, "220 {words} ESMTP {words}\r\n")?;
        let mut lines = BufReader::new(stream.try_clone()?);
        let mut said = String::new();
        lines.read_line(&mut said)?;
        write!(stream, "250-{words}\r\n250-{words}\r\n250 STARTTLS\r\n")?;
        lines.read_line(&mut said)?;
        write!(stream, "220 {words}\r\n")?;
    }
    let mut secure = StreamOwned::new(
        ServerConnection::new(config).map_err(std::io::Error::other)?,
        stream,
    );
    let _ = secure.read(&mut [0; 4096])?;
    write!(
        secure,
        "HTTP/1.1 200 {words}\r\nServer: {words}\r\nStrict-Transport-Security: {words}\r\n\
         Content-Security-Policy: {words}\r\nX-Frame-Options: {words}\r\nX-{words}: {words}\r\nContent-Length: 0\r\n\r\n"
    )?;
    secure.flush()
}

fn config(words: &str) -> Arc<ServerConfig> {
    let mut params = CertificateParams::default();
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, words);
    name.push(DnType::OrganizationName, words);
    name.push(DnType::OrganizationalUnitName, words);
    params.distinguished_name = name;
    let ascii: String = words.chars().filter(char::is_ascii).collect();
    for name in [ascii.as_str(), "host.example"] {
        params
            .subject_alt_names
            .push(SanType::DnsName(name.try_into().unwrap()));
        params
            .subject_alt_names
            .push(SanType::URI(name.try_into().unwrap()));
    }
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    Arc::new(config)
}

//! A peer that calls itself what it likes: in its certificate, its headers, and what it says before TLS or instead of it.

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
    /// TLS at once, and headers of a web service inside.
    Https,
    /// STARTTLS.
    Smtp,
    /// HL7 in the clear, whoever asks: sender, receiver and facility in its head (HL7 v2.5, 2.15.9).
    Mllp,
    /// DICOM in the clear: called and calling title, and the implementation's name (PS3.8, 9.3.3; PS3.7, D.3.3.2).
    Dicom,
    /// A banner of SSH (RFC 4253, 4.2).
    Ssh,
    /// FTP that names itself and knows no TLS.
    Ftp,
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
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    if let Some(said) = in_the_clear(way, words) {
        if way != Way::Ssh && way != Way::Ftp {
            let _ = stream.read(&mut [0; 4096])?;
        }
        stream.write_all(&said)?;
        // It listens to whatever comes, and says no more.
        let _ = stream.read(&mut [0; 4096])?;
        return stream.write_all(&said);
    }
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
         Content-Security-Policy: {words}\r\nX-Frame-Options: {words}\r\nX-{words}: {words}\r\nX-Powered-By: {words}\r\n\
         Content-Type: application/fhir+json; fhirVersion={words}\r\nWWW-Authenticate: Bearer realm=\"{words}\"\r\n\
         X-Request-Id: {words}\r\nETag: W/\"{words}\"\r\nLocation: {words}\r\nSet-Cookie: {words}={words}\r\nVia: {words}\r\n\
         Content-Encoding: {words}\r\nContent-Length: 0\r\n\r\n"
    )?;
    secure.flush()
}

/// What it says where it knows no TLS.
fn in_the_clear(way: Way, words: &str) -> Option<Vec<u8>> {
    match way {
        Way::Https | Way::Smtp => None,
        Way::Mllp => Some(hl7(words)),
        Way::Dicom => Some(associated(words)),
        Way::Ssh => Some(format!("SSH-2.0-{words}\r\n").into_bytes()),
        Way::Ftp => Some(format!("220 {words}\r\n").into_bytes()),
    }
}

/// A message of HL7 in whose head everybody is called so.
pub(crate) fn hl7(words: &str) -> Vec<u8> {
    format!("\u{b}MSH|^~\\&|{words}|{words}|{words}|{words}|20261122||ACK^{words}|{words}|P|2.5\rMSA|AA|{words}|{words}\r\u{1c}\r")
        .into_bytes()
}

/// An association of DICOM that is accepted, in which everybody is called so.
pub(crate) fn associated(words: &str) -> Vec<u8> {
    let title: Vec<u8> = words.bytes().chain(std::iter::repeat(b' ')).take(16).collect();
    let item = |kind: u8, body: &[u8]| {
        let length = u16::try_from(body.len()).unwrap();
        [&[kind, 0][..], &length.to_be_bytes(), body].concat()
    };
    let name: Vec<u8> = words.bytes().take(16).collect();
    let user = [
        item(0x51, &[0, 0, 0x40, 0]),
        item(0x52, words.as_bytes()),
        item(0x55, &name),
    ]
    .concat();
    let rest = [item(0x10, words.as_bytes()), item(0x50, &user)].concat();
    let body = [&[0, 1, 0, 0][..], &title, &title, &[0; 32], &rest].concat();
    let length = u32::try_from(body.len()).unwrap();
    [&[2, 0][..], &length.to_be_bytes(), &body].concat()
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

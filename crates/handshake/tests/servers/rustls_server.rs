//! A server on rustls in a thread of the test: it says every piece again, under new keys each time.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use holter_net::identity::Identity;
use rustls::crypto::{CryptoProvider, SupportedKxGroup, aws_lc_rs};
use rustls::{ServerConfig, ServerConnection};

use crate::peer::files;

/// Serves until the test ends.
pub(crate) fn serve(groups: &[&'static dyn SupportedKxGroup]) -> SocketAddr {
    let file = |end| std::fs::read(files().join("rsa").with_extension(end)).unwrap();
    let identity = Identity::from_pem(&file("pem"), &file("key")).unwrap();
    let provider = CryptoProvider {
        kx_groups: groups.to_vec(),
        ..aws_lc_rs::default_provider()
    };
    let mut config = ServerConfig::builder_with_provider(provider.into())
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(identity.chain, identity.key)
        .unwrap();
    config.alpn_protocols = vec![b"mllp".to_vec()];
    let config = Arc::new(config);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let config = Arc::clone(&config);
            std::thread::spawn(move || talk(stream.unwrap(), config));
        }
    });
    address
}

fn talk(mut stream: TcpStream, config: Arc<ServerConfig>) {
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let mut connection = ServerConnection::new(config).unwrap();
    let mut piece = [0; 1024];
    loop {
        let count = match rustls::Stream::new(&mut connection, &mut stream).read(&mut piece) {
            Ok(count @ 1..) => count,
            _ => return,
        };
        if connection.refresh_traffic_keys().is_err() {
            return;
        }
        let mut secured = rustls::Stream::new(&mut connection, &mut stream);
        if secured.write_all(piece.get(..count).unwrap_or_default()).is_err() {
            return;
        }
    }
}

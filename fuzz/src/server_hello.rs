//! A ServerHello that was read is written and read back the same, even one that broke off, and answers a hello or does not.

use holter_wire::client_hello::ClientHello;
use holter_wire::extension::Extension;
use holter_wire::server_hello::ServerHello;
use holter_wire::{NamedGroup, Version};

/// Reads `data` as the body of a ServerHello.
pub fn run(data: &[u8]) {
    let (hello, _) = ServerHello::read(data);
    let mut body = Vec::new();
    hello.encode_body(&mut body);
    let (again, _) = ServerHello::read(&body);
    assert_eq!(again, hello);
    assert_eq!(again.heartbeat(), hello.heartbeat());
    let _ = (hello.negotiated(), hello.is_retry_request());
    let mut asked = ClientHello::new(Version::TLS12, [1; 32]);
    asked.suites = vec![hello.suite];
    asked.extensions = vec![
        Extension::supported_versions(&[Version::TLS13]),
        Extension::supported_groups(&[NamedGroup::X25519]),
        Extension::key_share(&[(NamedGroup::X25519, &[7; 32])]),
    ];
    if hello.answers(&asked).is_ok() {
        assert_eq!(hello.compression, 0);
    }
}

//! A ClientHello that was read is written and read back the same.

use holter_wire::Oddity;
use holter_wire::client_hello::ClientHello;

/// Reads `data` as the body of a ClientHello, of TLS and of DTLS.
pub fn run(data: &[u8]) {
    for datagram in [false, true] {
        let (hello, oddities) = ClientHello::read(data, datagram);
        // What broke off before its extensions cannot be written again: a field is missing.
        if oddities.contains(&Oddity::Truncated("the ClientHello")) {
            continue;
        }
        let mut body = Vec::new();
        hello.encode_body(&mut body);
        assert!(body.len() <= data.len());
        assert_eq!(ClientHello::read(&body, datagram).0, hello);
    }
}

//! A ServerHello that was read is written and read back the same, even one that broke off.

use holter_wire::server_hello::ServerHello;

/// Reads `data` as the body of a ServerHello.
pub fn run(data: &[u8]) {
    let (hello, _) = ServerHello::read(data);
    let mut body = Vec::new();
    hello.encode_body(&mut body);
    let (again, _) = ServerHello::read(&body);
    assert_eq!(again, hello);
    assert_eq!(again.heartbeat(), hello.heartbeat());
    let _ = (hello.negotiated(), hello.is_retry_request());
}

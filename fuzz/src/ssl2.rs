//! An SSLv2 SERVER-HELLO that was read is written and read back the same, and never grows beyond its bytes.

use holter_wire::ssl2::{Answer, Next, next_record, read_answer};

/// Reads `data` as a stream and as the body of a server's first record.
pub fn run(data: &[u8]) {
    if let Next::Record(body, used) = next_record(data) {
        assert!(used <= data.len() && body.len() < used);
    }
    let (answer, oddities) = read_answer(data);
    let Some(Answer::Hello(hello)) = answer else {
        return;
    };
    let bytes = hello.certificate.len() + 3 * hello.kinds.len() + hello.connection_id_length;
    assert!(bytes <= data.len());
    if !oddities.is_empty() {
        return;
    }
    let mut stream = Vec::new();
    hello.encode(&mut stream);
    if let Next::Record(body, _) = next_record(&stream) {
        assert!(body.len() < data.len() || read_answer(body).0 == Some(Answer::Hello(hello)));
    }
}

//! What peers answer before TLS: a reader takes no more than is there, and once it has called the bytes foreign
//! no further byte makes them its own. So fed byte by byte and fed whole end the same.

use holter_protocols::{Packet, read};

/// Reads `data` as the answer of each protocol that has one of its own.
pub fn run(data: &[u8]) {
    check(data, read::amqp_header);
    check(data, read::ldap_response);
    check(data, read::mysql_greeting);
    check(data, read::postgres_answer);
    check(data, read::tds_prelogin);
    check(data, read::telnet_command);
    check(data, read::x224_confirm);
    check(data, read::xmpp_proceed);
    check(data, read::xmpp_stream);
}

/// Prefixes longer than this are tried at every sixteenth length only.
const CLOSE: usize = 64;

fn check<T>(data: &[u8], read: impl Fn(&[u8]) -> Packet<T>) {
    match read(data) {
        Packet::Whole(_, count) => assert!((1..=data.len()).contains(&count)),
        Packet::Part => {}
        Packet::Foreign => return,
    }
    for end in (0..data.len()).filter(|end| *end < CLOSE || end % 16 == 0) {
        let prefix = data.get(..end).unwrap_or_default();
        assert!(
            !matches!(read(prefix), Packet::Foreign),
            "{end} of {} bytes are foreign, all of them are not",
            data.len()
        );
    }
}

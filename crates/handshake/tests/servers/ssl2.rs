//! The hellos of SSLv2 with a real server that speaks it, and with one that does not know it any more.

use std::net::SocketAddr;

use holter_wire::ssl2::{Answer, ClientHello, KINDS, Next, VERSION, next_record, read_answer};

use crate::early_ccs::{dial, node};
use crate::peer::Peer;

/// What the server answers; `None` when it is nothing of SSLv2.
async fn asked(address: SocketAddr, kinds: usize) -> Option<Answer> {
    let mut line = dial(address).await;
    let hello = ClientHello {
        version: VERSION,
        kinds: KINDS.into_iter().skip(kinds).collect(),
        challenge: [7; 16],
    };
    let (mut out, mut stream) = (Vec::new(), Vec::new());
    hello.encode(&mut out);
    line.send(&out).await.unwrap();
    loop {
        match next_record(&stream) {
            Next::Record(body, used) => {
                assert_eq!(used, stream.len());
                let (answer, oddities) = read_answer(body);
                assert_eq!(oddities, []);
                return answer;
            }
            Next::NotSsl2 => return None,
            Next::Incomplete => line.receive(&mut stream).await.ok()?,
        };
    }
}

#[tokio::test]
async fn an_old_server_shows_its_certificate_and_the_kinds_in_common() {
    for release in ["0.8.28", "0.10.1"] {
        let (_server, address) = node(release);
        let Some(Answer::Hello(hello)) = asked(address, 0).await else {
            panic!("{release} does not speak SSLv2");
        };
        assert_eq!((hello.version, hello.certificate_type), (2, 1));
        assert_eq!(hello.connection_id_length, 16);
        assert!(hello.certificate.starts_with(&[0x30, 0x82]));
        assert!(hello.kinds.iter().all(|kind| KINDS.contains(kind)));
        assert!(hello.kinds.iter().any(|kind| kind.is_export()));
        let Some(Answer::Hello(few)) = asked(address, 6).await else {
            panic!("{release} refuses its strongest kind");
        };
        assert_eq!(few.kinds, KINDS[6..]);
    }
}

#[tokio::test]
async fn a_current_server_answers_in_something_else() {
    let peer = Peer::openssl(&["-cipher", "ALL:@SECLEVEL=0"]);
    assert_eq!(asked(peer.address(), 0).await, None);
    let peer = Peer::gnutls(&["--priority=NORMAL:+VERS-ALL"]);
    assert_eq!(asked(peer.address(), 0).await, None);
}

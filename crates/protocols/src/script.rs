//! A peer that follows a script, on loopback: each protocol's tests talk to one.
//!
//! ```text
//! S(bytes)  the server says this
//! C(bytes)  the server hears exactly this
//! Wait      the server keeps silent until the client has given up waiting
//! ```

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use holter_model::{Endpoint, Transport};
use holter_net::{Dialer, Limits, Line, Pace, Scope};

pub(crate) use Step::{C, S};

use crate::{Asking, Opening, Protocol};

/// One step of a script.
#[derive(Clone, Copy)]
pub(crate) enum Step {
    /// The server says this.
    S(&'static [u8]),
    /// The server hears exactly this.
    C(&'static [u8]),
    /// The server keeps silent until the client has given up waiting.
    Wait,
}

/// Opens `protocol` to a peer that follows `script` and then closes; compares how that ended.
#[track_caller]
pub(crate) fn check(protocol: &Protocol, script: &[Step], expected: &str) {
    assert_eq!(play(protocol, script), expected);
}

/// How opening `protocol` to a peer that follows `script` ends, in words.
#[track_caller]
pub(crate) fn play(protocol: &Protocol, script: &[Step]) -> String {
    let (outcome, line) = perform(protocol, script);
    match outcome {
        Ok(()) => "TLS".into(),
        Err(Opening::Declined(why)) => format!("declined: {why}"),
        Err(Opening::Misbehaved(why)) => format!("misbehaved: {why}"),
        Err(Opening::NotSpoken) => format!("not spoken: {}", line.pending().escape_ascii()),
        Err(Opening::Line(error)) => format!("line: {error}"),
    }
}

/// The same, with the line as it was left.
#[track_caller]
pub(crate) fn perform(protocol: &Protocol, script: &[Step]) -> (Result<(), Opening>, Line) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let script = script.to_vec();
    let peer = std::thread::spawn(move || follow(&script, &listener.accept().unwrap().0));
    let played = block_on(async {
        let mut line = dialer().dial(endpoint(port)).await.unwrap();
        let asking = Asking {
            name: Some("ward.example"),
        };
        let outcome = protocol.open.unwrap()(&mut line, &asking).await;
        (outcome, line)
    });
    peer.join().unwrap();
    played
}

const STEP: Duration = Duration::from_millis(300);

/// A dialer with short waits.
pub(crate) fn dialer() -> Dialer {
    let limits = Limits {
        step: STEP,
        ..Limits::default()
    };
    Dialer::new(Scope::default(), Pace::new(1, None, Duration::ZERO), limits)
}

/// A port on loopback.
pub(crate) fn endpoint(port: u16) -> Endpoint {
    Endpoint {
        address: [127, 0, 0, 1].into(),
        port,
        transport: Transport::Tcp,
    }
}

/// Runs a future to its end.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}

fn follow(script: &[Step], mut stream: &TcpStream) {
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    for step in script {
        match step {
            Step::Wait => std::thread::sleep(STEP * 2),
            S(bytes) => stream.write_all(bytes).unwrap(),
            C(expected) => {
                let mut heard = vec![0; expected.len()];
                stream.read_exact(&mut heard).unwrap();
                assert_eq!(
                    heard.escape_ascii().to_string(),
                    expected.escape_ascii().to_string()
                );
            }
        }
    }
}

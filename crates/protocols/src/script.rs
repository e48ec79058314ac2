//! A peer that follows a script, on loopback: each protocol's tests talk to one.
//!
//! ```text
//! S(bytes)  the server says this
//! C(bytes)  the server hears exactly this
//! Wait      the server keeps silent until the client has given up waiting
//! ```

#![cfg(test)]

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use holter_model::{Endpoint, Transport};
use holter_net::{Care, Dialer, Limits, Line, Pace, Scope};

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
pub(crate) fn play(protocol: &Protocol, script: &[Step]) -> String {
    converse(script, async |line| match open(protocol, line).await {
        Ok(()) => "TLS".into(),
        Err(Opening::Declined(why)) => format!("declined: {why}"),
        Err(Opening::TurnedAway(why)) => format!("turned away: {why}"),
        Err(Opening::Misbehaved(why)) => format!("misbehaved: {why}"),
        Err(Opening::NotSpoken) => format!("not spoken: {}", line.pending().escape_ascii()),
        Err(Opening::Line(error)) => format!("line: {error}"),
    })
}

/// Opens `protocol` on a line, asking for ward.example.
pub(crate) async fn open(protocol: &Protocol, line: &mut Line) -> Result<(), Opening> {
    let asking = Asking {
        name: Some("ward.example"),
    };
    protocol.open.unwrap()(line, &asking).await
}

/// Runs `talk` on a line to a peer that follows `script`, which must come to its end.
pub(crate) fn converse<T>(script: &[Step], talk: impl AsyncFnOnce(&mut Line) -> T) -> T {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let script = script.to_vec();
    let peer = std::thread::spawn(move || follow(&script, &listener.accept().unwrap().0));
    let outcome = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(async { talk(&mut dialer().dial(endpoint(port), Care::ROBUST).await.unwrap()).await });
    peer.join().unwrap();
    outcome
}

const STEP: Duration = Duration::from_millis(300);

/// A dialer with short waits.
fn dialer() -> Dialer {
    let limits = Limits {
        step: STEP,
        ..Limits::default()
    };
    Dialer::new(Scope::default(), Pace::new(1, None, Duration::ZERO), limits)
}

/// A port on loopback.
fn endpoint(port: u16) -> Endpoint {
    Endpoint {
        address: [127, 0, 0, 1].into(),
        port,
        transport: Transport::Tcp,
    }
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

//! An interface in a network namespace of the test's own is listened to without rights, and every byte over it is heard.
#![cfg(all(target_os = "linux", feature = "live"))]
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod forge;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use forge::Notes;
use holter_capture::live::{Account, Live, LiveError, give_up};
use holter_capture::{Hearing, Limits, Side};

/// Says that this process is the one within the namespace.
const INSIDE: &str = "HOLTER_TEST_INSIDE";

#[test]
fn an_interface_is_heard() {
    if std::env::var_os(INSIDE).is_some() {
        return inside();
    }
    let namespace = |script: &str| {
        let mut unshare = Command::new("unshare");
        unshare.args(["--net", "sh", "-c", script]);
        unshare
    };
    if !namespace("ip link set lo up")
        .status()
        .is_ok_and(|status| status.success())
    {
        let _ = writeln!(std::io::stderr(), "skipped: no right to make network namespaces");
        return;
    }
    let me = std::env::current_exe().unwrap();
    let ended = namespace("ip link set lo up && exec \"$0\" --exact an_interface_is_heard --nocapture")
        .arg(me)
        .env(INSIDE, "1")
        .status();
    assert!(ended.unwrap().success());
}

fn inside() {
    assert!(matches!(Live::listen("nosuch0"), Err(LiveError::Unknown(_))));
    let mut live = Live::listen("lo").unwrap();
    give_up(Account::NOBODY).unwrap();
    assert!(matches!(Live::listen("lo"), Err(LiveError::Rights(_))));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let sent: Vec<u8> = (0..2_000_000_u32)
        .map(|at| u8::try_from(at % 251).unwrap())
        .collect();
    let expected = sent.clone();
    // The talk waits for whoever listens, so that nothing is dropped on however busy a machine.
    let heard = Arc::new(AtomicU64::new(0));
    let so_far = Arc::clone(&heard);
    let talk = thread::spawn(move || {
        let mut client = TcpStream::connect(("127.0.0.1", port)).unwrap();
        client.write_all(b"question").unwrap();
        let (mut server, _) = listener.accept().unwrap();
        let mut question = [0; 8];
        server.read_exact(&mut question).unwrap();
        let writer = thread::spawn(move || {
            let mut before = 0;
            for part in sent.chunks(1 << 15) {
                while so_far.load(Ordering::Relaxed) < before {
                    thread::sleep(Duration::from_millis(1));
                }
                server.write_all(part)?;
                before += u64::try_from(part.len()).unwrap_or(u64::MAX);
            }
            std::io::Result::Ok(())
        });
        let mut answer = Vec::new();
        client.read_to_end(&mut answer).unwrap();
        writer.join().unwrap().unwrap();
    });
    let mut hearing = Hearing::new(Notes::default(), Limits::default());
    let mut quiet = 0;
    while quiet < 5 {
        let packets = live.hear(&mut hearing, Duration::from_millis(200)).unwrap();
        heard.store(hearing.coverage().bytes, Ordering::Relaxed);
        quiet = if packets == 0 && talk.is_finished() {
            quiet + 1
        } else {
            0
        };
    }
    talk.join().unwrap();
    let (notes, coverage) = hearing.finish();
    let told = notes
        .0
        .iter()
        .find(|told| told.ends.unwrap().answerer.port() == port)
        .unwrap();
    assert!(told.ends.unwrap().begun && told.ending.unwrap().closed);
    assert_eq!(told.heard(Side::Opener), b"question");
    assert!(told.heard(Side::Answerer) == expected, "{coverage:?}");
    assert_eq!((coverage.dropped, coverage.missing, coverage.cut), (0, 0, 0));
}

//! Every server of the truth table starts, and speaks exactly the versions that the table says.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test may panic, and tells how long a server took"
)]

use std::net::{SocketAddr, TcpStream};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use holter_lab::truth::{Front, Run, Server, Table, start, start_server};

#[path = "truth/clear.rs"]
mod clear;
#[path = "debian/dialogue.rs"]
mod dialogue;
#[path = "truth/versions.rs"]
mod versions;

/// What takes longer has failed, on whatever machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// Until it is so.
fn until(mut so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !so() {
        assert!(start.elapsed() < PATIENCE, "it never came");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn every_server_starts_and_speaks_the_versions_of_the_table() {
    let table = Table::read().unwrap();
    let waiting = Mutex::new(table.servers.iter());
    let wrong = Mutex::new(Vec::new());
    let slow = Mutex::new(Vec::new());
    // Two at a time: most of a start is waiting.
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(server) = { waiting.lock().unwrap().next() } {
                    let begin = Instant::now();
                    if let Err(story) = meet(server) {
                        wrong.lock().unwrap().push(format!("{}: {story}", server.id));
                    }
                    slow.lock().unwrap().push((begin.elapsed(), server.id.clone()));
                }
            });
        }
    });
    let mut slow = slow.into_inner().unwrap();
    slow.sort();
    eprintln!("slowest: {:?}", slow.iter().rev().take(8).collect::<Vec<_>>());
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn meet(server: &Server) -> Result<(), String> {
    if let Run::Debian { name } = &server.run
        && !holter_lab::debian::find(name).is_some_and(holter_lab::debian::Entry::is_allowed)
    {
        eprintln!("{}: skipped: only root can start it", server.id);
        return Ok(());
    }
    let running = start_server(server).map_err(|error| error.to_string())?;
    if server.run.is_datagram() {
        // No stream reaches it; the engine's truth test holds what it speaks.
        return Ok(());
    }
    let mut found = Vec::new();
    for (name, version) in versions::VERSIONS {
        // A door for one client at a time has to notice that the last one has left.
        until(|| running.is_empty());
        let mut stream = reach(running.address, &server.protocol)?;
        if versions::speaks(&mut stream, version) {
            found.push(name.to_owned());
        }
    }
    if found == server.versions {
        Ok(())
    } else {
        Err(format!(
            "speaks {found:?}, and the table says {:?}",
            server.versions
        ))
    }
}

fn reach(address: SocketAddr, protocol: &str) -> Result<TcpStream, String> {
    let mut last = String::new();
    for _ in 0..40 {
        let mut stream = TcpStream::connect(address).map_err(|error| error.to_string())?;
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        if matches!(protocol, "https" | "tls" | "mqtt" | "amqp") {
            std::thread::sleep(Duration::from_millis(20));
            match stream.take_error() {
                Ok(None) if stream.set_nodelay(true).is_ok() && is_open(&stream) => return Ok(stream),
                other => last = format!("{other:?}"),
            }
        } else {
            match dialogue::upgrade(&mut stream, protocol) {
                Ok(()) => return Ok(stream),
                Err(error) => last = error,
            }
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Err(last)
}

/// Whether nothing has come that ends it; TLS servers are silent until they are spoken to.
fn is_open(stream: &TcpStream) -> bool {
    stream.set_nonblocking(true).unwrap();
    let open = matches!(stream.peek(&mut [0]), Err(error) if error.kind() == std::io::ErrorKind::WouldBlock);
    stream.set_nonblocking(false).unwrap();
    open
}

#[test]
fn an_id_that_nobody_has_is_refused() {
    assert!(
        start("no-such-server")
            .unwrap_err()
            .to_string()
            .contains("no-such-server")
    );
}

#[test]
fn the_doors_do_what_they_are_called() {
    let table = Table::read().unwrap();
    let of = |front| {
        table
            .servers
            .iter()
            .find(|server| server.front == Some(front))
            .unwrap()
    };
    let single = start_server(of(Front::OneAtATime)).unwrap();
    let first = reach(single.address, "https").unwrap();
    let second = TcpStream::connect(single.address).unwrap();
    until(|| !is_open(&second));
    assert!(is_open(&first));
    drop((first, second));
    until(|| single.is_empty());
    reach(single.address, "https").unwrap();

    let banning = start_server(of(Front::BansAfterTwenty)).unwrap();
    for _ in 0..20 {
        reach(banning.address, "https").unwrap();
    }
    assert!(!banning.has_banned());
    let beyond = TcpStream::connect(banning.address).unwrap();
    until(|| !is_open(&beyond));
    assert!(banning.has_banned());
    assert_eq!(banning.connections(), Some(21));
}

/// What shows before a key is there; the oracles of records need a whole client, which is Holter's.
#[test]
fn a_changed_server_has_its_flaw_and_the_unchanged_has_none() {
    let of = |id: &str| {
        let running = start(id).unwrap();
        clear::look(running.address)
    };
    let usual = of("openssl-1.1.0i");
    let right = clear::Sight {
        compresses: false,
        knows_renegotiation: true,
        keeps_its_key: false,
        answer_to_a_wrong_secret: Some(clear::BAD_RECORD_MAC),
    };
    assert_eq!(usual, right);
    let compresses = clear::Sight {
        compresses: true,
        ..right
    };
    assert_eq!(of("openssl-1.1.0i-crime"), compresses);
    for id in ["fault-robot-strong", "fault-robot-weak"] {
        assert_eq!(
            of(id).answer_to_a_wrong_secret,
            Some(clear::DECRYPT_ERROR),
            "{id}"
        );
    }
    assert!(of("fault-raccoon").keeps_its_key);
    assert!(!of("fault-insecure-renegotiation").knows_renegotiation);
}

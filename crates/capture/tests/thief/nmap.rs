//! The script of nmap that everybody tries first, against a real old server and a repaired one, heard through a relay.

use std::process::Command;

use holter_capture::subject::{End, Manner};
use holter_capture::{Ladder, Side};
use holter_model::Verdict;
use holter_wire::ContentType;
use holter_wire::record::Deframer;

use crate::packets::{connection, heard, said};
use crate::robbery::{count, old_node};
use crate::tap::{Piece, Taps};

/// The bodies of one side's heartbeat records: nmap's script sends no others before keys change.
fn beats(pieces: &[Piece], side: Side) -> Vec<Vec<u8>> {
    let mut deframer = Deframer::default();
    for piece in pieces.iter().filter(|piece| piece.side == side) {
        deframer.push(&piece.bytes);
    }
    let mut found = Vec::new();
    while let Ok(Some(record)) = deframer.next_record() {
        if record.content == ContentType::HEARTBEAT {
            found.push(record.body.to_vec());
        }
    }
    found
}

/// All connections, and what it says.
fn asked_by_nmap(version: &str) -> Option<(Vec<Vec<Piece>>, String)> {
    let server = old_node(version, "https");
    let taps = Taps::to(server.address);
    let port = taps.address.port().to_string();
    let mut nmap = Command::new("nmap");
    nmap.args([
        "-n",
        "-Pn",
        "-sT",
        "--unprivileged",
        "--host-timeout",
        "600",
        "-p",
        &port,
    ]);
    let said = nmap
        .args(["--script", "ssl-heartbleed", "127.0.0.1"])
        .output()
        .ok()?;
    let connections = taps.heard();
    Some((connections, String::from_utf8_lossy(&said.stdout).into_owned()))
}

#[test]
fn what_nmaps_script_gets_is_counted_to_the_byte() {
    let Some((connections, says)) = asked_by_nmap("0.10.1") else {
        println!("skipped: nmap is not installed");
        return;
    };
    assert!(says.contains("State: VULNERABLE"), "{says}");
    let mut robbed = 0;
    let asked = |pieces: &&Vec<Piece>| !beats(pieces, Side::Opener).is_empty();
    for pieces in connections.iter().filter(asked) {
        let requests = beats(pieces, Side::Opener);
        let loot = count(&requests, &beats(pieces, Side::Answerer));
        let heard = heard(&connection(pieces));
        let (verdict, weight) = said(&heard, End::Server).unwrap();
        println!("{loot:?} {weight:?}");
        assert_eq!(weight.attempts, loot.requests);
        if loot.answers == 0 {
            assert_ne!(verdict, Verdict::Affected);
            continue;
        }
        robbed += 1;
        assert_eq!(verdict, Verdict::Affected);
        // In the middle of a handshake OpenSSL holds back the end of what it answers, and the script never gets it: the server's FIN
        // stands where that would come.
        assert_eq!(
            (weight.leaked_min, weight.leaked_max),
            (loot.foreign, loot.foreign)
        );
        assert_eq!(weight.ladder, Ladder::LeakExact);
        // It claims once, and goes: who means no harm cannot be told from who does.
        let said = heard.subjects.iter().flat_map(|subject| &subject.verdicts);
        let by = said.flat_map(|said| &said.by).next().unwrap();
        assert_eq!(by.manner, Manner::OnceOrTwice);
    }
    assert!(robbed > 0);
}

#[test]
fn a_repaired_server_that_nmap_asked_is_accused_of_nothing() {
    let Some((connections, says)) = asked_by_nmap("0.10.29") else {
        println!("skipped: nmap is not installed");
        return;
    };
    assert!(!says.contains("State: VULNERABLE"), "{says}");
    for pieces in &connections {
        // It is built without heartbeats, and the script asks only where they were agreed on.
        let heard = heard(&connection(pieces));
        let verdicts = heard.subjects.iter().flat_map(|subject| &subject.verdicts);
        let mut ours = verdicts.filter(|said| said.flaw == "CVE-2014-0160");
        assert!(ours.all(|said| said.verdict != Verdict::Affected));
    }
}

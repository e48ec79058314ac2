//! `holter listen` as it is typed: captures, folders, pipes, other tools' logs, and what is no capture at all.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says what it skipped"
)]

mod command;
#[path = "listen/harm.rs"]
mod harm;
#[path = "listen/packets.rs"]
#[allow(dead_code, reason = "it has conversations for other tests too")]
mod packets;
#[cfg(target_os = "linux")]
#[path = "listen/pipe.rs"]
mod pipe;
#[cfg(target_os = "linux")]
#[path = "listen/rights.rs"]
mod rights;

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use command::{Said, command, said, signal};
use jsonschema::Validator;
use packets::{Conversation, HOSTILE, file};
use serde_json::Value;

fn listen(arguments: &[&str]) -> Said {
    said(command("listen").args(arguments).output().unwrap())
}

fn written(folder: &Path, name: &str, bytes: &[u8]) -> String {
    let path = folder.join(name);
    fs::write(&path, bytes).unwrap();
    path.display().to_string()
}

fn validator(schema: &str) -> Validator {
    jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap()
}

fn lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn heartbleed(object: &Value) -> &Value {
    let verdicts = object["verdicts"].as_array().unwrap();
    verdicts
        .iter()
        .find(|said| said["flaw"] == "CVE-2014-0160")
        .unwrap()
}

#[test]
fn a_theft_is_told_in_every_form() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path(), "theft.pcap", &file(&Conversation::theft(200)));
    let said = listen(&[&path, "-f", "jsonl"]);
    assert_eq!((said.code, said.err.as_str()), (Some(1), ""));
    let schema = validator(include_str!("../../../docs/schema/holter.capture-1.json"));
    let objects = lines(&said.out);
    let server = objects
        .iter()
        .find(|one| one["subject"]["role"] == "server")
        .unwrap();
    schema.validate(server).unwrap();
    let verdict = heartbleed(server);
    assert_eq!(
        (&verdict["verdict"], &verdict["ladder"]),
        (&"affected".into(), &"leak_exact".into()),
        "{verdict}"
    );
    // It claimed 203 bytes more than none: 200 came back beyond what was brought.
    assert_eq!(
        (&verdict["leaked_min"], &verdict["leaked_max"]),
        (&200.into(), &200.into())
    );
    assert_eq!(server["file"], path.as_str());

    let said = listen(&[&path, "-f", "json", "--sha256"]);
    let document: Value = serde_json::from_str(&said.out).unwrap();
    validator(include_str!("../../../docs/schema/holter.capture-report-1.json"))
        .validate(&document)
        .unwrap();
    assert_eq!(document["subjects"].as_array().unwrap().len(), objects.len());
    assert_eq!(document["summary"]["exit"], 1);
    let hash = document["captures"][0]["sources"][0]["sha256"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(hash, sha256(&fs::read(&path).unwrap()));

    let said = listen(&[&path]);
    assert_eq!(said.code, Some(1));
    assert!(
        said.out
            .starts_with("Memory leaked: 1 system gave away 200 bytes of it to 1 address."),
        "{}",
        said.out
    );
    let page = listen(&[&path, "-f", "html"]).out;
    assert!(page.contains(&hash) && page.contains("leak_exact") && page.contains("What this cannot say"));
    let table = listen(&[&path, "-f", "csv"]).out;
    assert!(
        table
            .lines()
            .any(|row| row.contains("CVE-2014-0160,critical,affected,behaviour,leak_exact,1,1,200,200")),
        "{table}"
    );
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    holter_cert::number::hex(&sha2::Sha256::digest(bytes))
}

#[test]
fn what_nobody_did_is_never_called_not_attacked() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path(), "quiet.pcap", &file(&Conversation::quiet()));
    let said = listen(&[&path]);
    assert!(
        said.out
            .contains("That speaks of what was captured, and of nothing else."),
        "{}",
        said.out
    );
    // All of it could be heard, and an old version alone is not so grave.
    assert_eq!(listen(&[&path, "--fail-on", "critical"]).code, Some(0));
    let said = listen(&[&path, "-f", "jsonl"]);
    let verdict = heartbleed(&lines(&said.out)[0]).clone();
    assert_eq!(
        (&verdict["verdict"], &verdict["ladder"]),
        (&"inconclusive".into(), &"no_evidence".into())
    );
}

#[test]
fn what_cannot_be_read_is_said_in_one_line_and_nothing_else_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let theft = file(&Conversation::theft(200));
    let good = written(folder.path(), "good.pcap", &theft);
    let torn = written(folder.path(), "torn.pcap", &theft[..theft.len() - 20]);
    let empty = written(folder.path(), "empty.pcap", &[]);
    let bare = written(folder.path(), "bare.pcap", &theft[..24]);
    let letter = written(folder.path(), "letter.txt", b"Dear colleague");
    let missing = folder.path().join("missing.pcap").display().to_string();
    for (path, says) in [
        (&empty, "it is empty"),
        (&letter, "it is neither pcap nor pcapng"),
        (&missing, "there is no such file"),
    ] {
        let said = listen(&[path]);
        assert_eq!(
            (said.code, said.err.lines().count()),
            (Some(2), 1),
            "{}",
            said.err
        );
        assert!(
            said.err.contains(path.as_str()) && said.err.contains(says),
            "{}",
            said.err
        );
        // Beside one that can be read, nothing is lost.
        let said = listen(&[path, &good, "-f", "jsonl"]);
        assert_eq!(
            (said.code, said.err.lines().count()),
            (Some(1), 1),
            "{}",
            said.err
        );
        assert!(!said.out.is_empty());
    }
    let said = listen(&[&bare]);
    assert_eq!(said.code, Some(3));
    assert!(said.err.contains("there is no packet in it"), "{}", said.err);
    let said = listen(&[&torn, "-f", "jsonl"]);
    assert!(
        said.err.contains("ends in the middle") && !said.out.is_empty(),
        "{}",
        said.err
    );
    // All of it as a folder: two captures with packets, and what is no capture is counted.
    let said = listen(&[&folder.path().display().to_string(), "-f", "json"]);
    let document: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(document["captures"].as_array().unwrap().len(), 3, "{}", said.err);
    assert!(
        said.err.contains("2 files in the folders are no captures"),
        "{}",
        said.err
    );
}

#[test]
fn rotated_files_are_one_capture() {
    let folder = tempfile::tempdir().unwrap();
    let whole = Conversation::theft(200);
    let (first, second) = whole.split_at(whole.len() - 2);
    written(folder.path(), "net_00001.pcap", &file(first));
    written(folder.path(), "net_00002.pcap", &file(second));
    let said = listen(&[&folder.path().display().to_string(), "-f", "jsonl"]);
    let objects = lines(&said.out);
    let server = objects
        .iter()
        .find(|one| one["subject"]["role"] == "server")
        .unwrap();
    assert_eq!(server["files"].as_array().unwrap().len(), 2);
    assert_eq!(heartbleed(server)["leaked_min"], 200);
}

#[test]
fn standard_input_is_read_and_an_interrupted_one_answers() {
    let folder = tempfile::tempdir().unwrap();
    let theft = file(&Conversation::theft(200));
    let path = written(folder.path(), "theft.pcap", &theft);
    let output = command("listen - -f jsonl")
        .stdin(fs::File::open(&path).unwrap())
        .output()
        .unwrap();
    let from_stdin = said(output);
    assert_eq!(from_stdin.code, Some(1), "{}", from_stdin.err);
    assert_eq!(heartbleed(&lines(&from_stdin.out)[0])["leaked_min"], 200);
    // A pipe that stays open: Ctrl-C ends it with what was heard.
    let mut child = command("listen - -f jsonl")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(&theft).unwrap();
    // More than is looked at to tell what it is, and than a pipe holds: when all of it is written, the first of it has been read.
    for _ in 0..400 {
        stdin.write_all(&theft[24..]).unwrap();
    }
    signal("-INT", child.id());
    let stopped = said(child.wait_with_output().unwrap());
    drop(stdin);
    assert!(
        stopped.err.contains("this is what was heard by then"),
        "{}",
        stopped.err
    );
    assert_eq!(stopped.code, Some(1));
}

#[test]
fn a_file_that_grows_is_followed() {
    let folder = tempfile::tempdir().unwrap();
    let theft = file(&Conversation::theft(200));
    let path = written(folder.path(), "growing.pcap", &theft[..200]);
    let mut child = command("listen --follow --for 600s -f jsonl")
        .arg(&path)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It says how far it is when it has come to the end of what there is.
    let mut err = BufReader::new(child.stderr.take().unwrap()).lines();
    let far = err.next().unwrap().unwrap();
    assert!(far.contains(" heard, "), "{far}");
    let mut growing = fs::File::options().append(true).open(&path).unwrap();
    growing.write_all(&theft[200..]).unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap()).lines();
    let news: Value = serde_json::from_str(&out.next().unwrap().unwrap()).unwrap();
    assert_eq!(heartbleed(&news)["leaked_min"], 200);
    signal("-INT", child.id());
    let last: Value = serde_json::from_str(&out.last().unwrap().unwrap()).unwrap();
    assert_eq!(heartbleed(&last)["leaked_min"], 200);
    assert_eq!(child.wait().unwrap().code(), Some(1));
}

#[test]
fn what_is_known_by_now_is_told_while_it_is_followed() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path(), "growing.pcap", &file(&Conversation::theft(200)));
    let mut child = command("listen --follow --for 600s -f jsonl")
        .arg(&path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap()).lines();
    let news: Value = serde_json::from_str(&out.next().unwrap().unwrap()).unwrap();
    // Long before it is over.
    assert!(child.try_wait().unwrap().is_none());
    assert_eq!(
        (&news["so_far"], &heartbleed(&news)["leaked_min"]),
        (&true.into(), &200.into())
    );
    let schema = validator(include_str!("../../../docs/schema/holter.capture-1.json"));
    schema.validate(&news).unwrap();
    signal("-INT", child.id());
    let rest: Vec<Value> = out
        .map(|line| serde_json::from_str(&line.unwrap()).unwrap())
        .collect();
    assert_eq!(rest.len(), 1);
    assert!(rest[0].get("so_far").is_none());
    assert_eq!(child.wait().unwrap().code(), Some(1));
}

#[test]
fn others_words_are_taken_for_no_more_than_they_prove() {
    let folder = tempfile::tempdir().unwrap();
    let notice = format!(
        "#separator \\x09\n#path\tnotice\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tnote\tmsg\n\
         1396980000.5\tC1\t192.0.2.7\t41459\t192.0.2.1\t443\ttcp\tHeartbleed::SSL_Heartbeat_Attack\tAn TLS heartbleed attack was detected! Record length 16368. Payload length 16365\n\
         1396980001.5\tC1\t192.0.2.7\t41459\t192.0.2.1\t443\ttcp\tHeartbleed::SSL_Heartbeat_Attack_Success\tAn TLS heartbleed attack detected before was probably exploited. Message length: 16384. Payload length: 16365\n\
         1396980002.5\tC2\t192.0.2.7\t41460\t192.0.2.1\t443\ttcp\tHeartbleed::{HOSTILE}\tx\nshort\n"
    );
    let zeek = written(folder.path(), "notice.log", notice.as_bytes());
    let said = listen(&[&zeek, "-f", "jsonl"]);
    assert_eq!(said.code, Some(3), "{}", said.out);
    assert!(
        said.err.contains("1 line could not be used; the first is line 7"),
        "{}",
        said.err
    );
    let verdict = heartbleed(&lines(&said.out)[0]).clone();
    assert_eq!(
        (&verdict["ladder"], &verdict["basis"]),
        (&"attempt_unanswered".into(), &"statement".into())
    );
    assert_eq!(
        (&verdict["answers"], &verdict["leaked_max"]),
        (&1.into(), &0.into())
    );
    assert!(
        verdict["evidence"]
            .as_str()
            .unwrap()
            .contains("SSL_Heartbeat_Attack_Success")
    );

    let sessions = "{\"ts\":1396980000.5,\"uid\":\"C1\",\"id.orig_h\":\"192.0.2.7\",\"id.orig_p\":41459,\"id.resp_h\":\"192.0.2.1\",\"id.resp_p\":443,\"version\":\"SSLv3\",\"cipher\":\"TLS_RSA_WITH_RC4_128_SHA\",\"established\":true}\n";
    let ssl = written(folder.path(), "ssl.json", sessions.as_bytes());
    let objects = lines(&listen(&[&ssl, "-f", "jsonl"]).out);
    let flaws: Vec<&str> = objects[0]["verdicts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|said| said["flaw"].as_str().unwrap())
        .collect();
    assert!(flaws.contains(&"CVE-2015-2808"), "{flaws:?}");

    let event = |sid: u32, flow: u32| {
        format!(
            "{{\"timestamp\":\"2026-11-21T22:24:37.251547+0100\",\"flow_id\":{flow},\"event_type\":\"alert\",\"src_ip\":\"192.0.2.7\",\"src_port\":50096,\"dest_ip\":\"192.0.2.1\",\"dest_port\":443,\"proto\":\"TCP\",\"alert\":{{\"signature_id\":{sid},\"signature\":\"SURICATA TLS\"}}}}\n"
        )
    };
    let tls = "{\"timestamp\":\"2026-11-21T22:24:37.251547+0100\",\"flow_id\":9,\"event_type\":\"tls\",\"src_ip\":\"192.0.2.7\",\"src_port\":50096,\"dest_ip\":\"192.0.2.1\",\"dest_port\":443,\"proto\":\"TCP\",\"tls\":{\"sni\":\"portal.example\",\"version\":\"TLSv1\"}}\n";
    let eve = event(2_230_012, 1) + &event(2_230_014, 2) + tls;
    let eve = written(folder.path(), "eve.json", eve.as_bytes());
    let said = listen(&[&eve, "-f", "jsonl"]);
    assert_eq!(said.code, Some(3), "{}", said.err);
    let objects = lines(&said.out);
    assert_eq!(objects.len(), 1);
    assert_eq!(objects[0]["last"], "2026-11-21T21:24:37.251547Z");
    assert_eq!(objects[0]["inventory"]["names"][0], "portal.example");
    let verdict = heartbleed(&objects[0]);
    assert_eq!(
        (&verdict["ladder"], &verdict["attempts"], &verdict["answers"]),
        (&"attempt_unanswered".into(), &2.into(), &1.into())
    );
}

#[test]
fn stolen_sessions_are_told_in_every_form() {
    let folder = tempfile::tempdir().unwrap();
    let log = "when,sid,addr\n2014-04-08T10:00:00Z,abc,203.0.113.5\n2014-04-08T10:00:02Z,abc,198.51.100.7\n\
               2014-04-08T10:00:03Z,abc,203.0.113.5\n2014-04-08T10:00:05Z,abc,198.51.100.7\n";
    let path = written(folder.path(), "vpn.csv", log.as_bytes());
    let asked = [
        "--sessions",
        &path,
        "--columns",
        "time=when,session=sid,source=addr",
    ];
    let form = |form: &str| listen(&[asked.as_slice(), &["-f", form]].concat());
    let said = form("jsonl");
    assert_eq!(said.code, Some(1), "{}", said.err);
    let object = &lines(&said.out)[0];
    validator(include_str!("../../../docs/schema/holter.sessions-1.json"))
        .validate(object)
        .unwrap();
    assert_eq!(object["flips"][0]["verdict"], "affected");
    for (name, part) in [
        ("text", "1 session was used from two networks"),
        ("csv", "SESSION-TAKEOVER"),
        ("html", "came back"),
        ("json", "holter.sessions/1"),
    ] {
        let said = form(name);
        assert!(said.out.contains(part), "{name}: {}", said.out);
        // The number opens the session.
        assert!(!said.out.contains("abc"), "{name}: {}", said.out);
    }
    let said = listen(&["--sessions", &path]);
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("--columns"), "{}", said.err);
}

#[test]
fn what_a_peer_wrote_is_inert_wherever_it_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let log = format!(
        "#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tversion\tcipher\tserver_name\n\
         1396980000.5\tC1\t192.0.2.7\t41459\t192.0.2.1\t443\tTLSv12\t={HOSTILE}\t={HOSTILE}\n"
    );
    let path = written(folder.path(), "<b>ssl\u{1b}[2J.log", log.as_bytes());
    for form in ["text", "json", "jsonl", "csv", "html"] {
        let shown = listen(&[&path, "-f", form]).out;
        assert!(
            !shown
                .chars()
                .any(|letter| letter == '\u{1b}' || letter == '\u{202e}'),
            "{form}: {shown}"
        );
        if form == "html" {
            assert!(!shown.contains("<script") && !shown.contains("<b>"), "{shown}");
        }
        if form == "csv" {
            assert!(!shown.contains(",=") && !shown.contains("\"="), "{shown}");
        }
    }
}

#[test]
fn wrong_usage_is_one_line() {
    for (arguments, says) in [
        (vec!["-q"], "nothing to listen to was given"),
        (vec!["--columns", "time=x", "a.pcap"], "--sessions"),
        (vec!["--sessions", "x", "--columns", "when=x"], "time=NAME"),
        (vec!["-i", "no-such-interface0"], "no-such-interface0"),
        (vec!["-f", "sarif", "a.pcap"], "'sarif'"),
    ] {
        let said = listen(&arguments);
        assert_eq!(
            (said.code, said.err.lines().count(), said.out.as_str()),
            (Some(2), 1, ""),
            "{arguments:?}: {}",
            said.err
        );
        assert!(said.err.contains(says), "{arguments:?}: {}", said.err);
    }
}

/// The real captures, where they are.
fn corpus() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/pcap");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: no corpus");
    None
}

#[test]
fn every_real_capture_is_told_and_other_tools_prove_no_leak() {
    let Some(folder) = corpus() else { return };
    let said = listen(&[&folder.display().to_string(), "-f", "json"]);
    assert_eq!(said.code, Some(1), "{}", said.err);
    let document: Value = serde_json::from_str(&said.out).unwrap();
    let schema = validator(include_str!("../../../docs/schema/holter.capture-1.json"));
    for subject in document["subjects"].as_array().unwrap() {
        schema.validate(subject).unwrap();
        for verdict in subject["verdicts"].as_array().unwrap() {
            if verdict["basis"] == "statement" {
                assert_eq!(verdict.get("leaked_min").unwrap_or(&0.into()), &0, "{verdict}");
                assert_ne!(
                    (&verdict["flaw"], &verdict["verdict"]),
                    (&"CVE-2014-0160".into(), &"affected".into())
                );
            }
        }
    }
    // The captures lie in the folder; the logs in those below it.
    let of = |kind: &str| {
        let captures = document["captures"].as_array().unwrap().iter();
        captures.filter(|one| one["sources"][0]["kind"] == kind).count()
    };
    assert!(
        of("capture") >= 140 && of("zeek") >= 24,
        "{} {}",
        of("capture"),
        of("zeek")
    );
    assert_eq!(document["summary"]["damaged"], 1);
}

//! What an authority says of a certificate, asked of a responder and of a list on loopback: both are OpenSSL's words.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test fails by panicking"
)]

mod support;

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use holter_checks::Questions;
use holter_lab::ports::free_tcp;
use holter_model::{Service, Verdict};
use holter_net::Scope;
use holter_phone::Phone;
use support::assess_fully;
use tempfile::TempDir;

/// An authority with one server's certificate, and whoever answers for it.
struct Authority {
    _folder: TempDir,
    server: Child,
    address: SocketAddr,
}

impl Drop for Authority {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn openssl(folder: &Path, arguments: &str) {
    let done = Command::new("openssl")
        .current_dir(folder)
        .args(arguments.split_whitespace())
        .output()
        .unwrap();
    assert!(
        done.status.success(),
        "{arguments}: {}",
        String::from_utf8_lossy(&done.stderr)
    );
}

/// An authority whose list says this of the certificate; `ocsp`: whether its responder answers.
fn authority(line: &str, ocsp: bool) -> Authority {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let responder = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = responder.local_addr().unwrap().port();
    fs::write(
        path.join("leaf.cnf"),
        format!(
            "subjectAltName=DNS:portal.example\nauthorityInfoAccess=OCSP;URI:http://127.0.0.1:{port}/ocsp\n\
             crlDistributionPoints=URI:http://127.0.0.1:{port}/ca.crl\n"
        ),
    )
    .unwrap();
    fs::write(path.join("index.txt"), line).unwrap();
    fs::write(path.join("number"), "01\n").unwrap();
    fs::write(
        path.join("ca.cnf"),
        "[ca]\ndefault_ca=it\n[it]\ndatabase=index.txt\ncrlnumber=number\ndefault_md=sha256\ndefault_crl_days=7\n",
    )
    .unwrap();
    openssl(
        path,
        "req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -subj /CN=House -days 30",
    );
    openssl(
        path,
        "req -newkey rsa:2048 -nodes -keyout leaf.key -out leaf.csr -subj /CN=portal.example",
    );
    openssl(
        path,
        "x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -set_serial 0x1001 -days 30 -extfile leaf.cnf -out leaf.pem",
    );
    openssl(
        path,
        "ca -config ca.cnf -gencrl -cert ca.pem -keyfile ca.key -out crl.pem",
    );
    openssl(path, "crl -in crl.pem -outform DER -out ca.crl");
    let own = path.to_owned();
    thread::spawn(move || {
        for stream in responder.incoming().flatten() {
            answer(stream, &own, ocsp);
        }
    });
    let address = free_tcp().unwrap();
    let server = Command::new("openssl")
        .current_dir(path)
        .args([
            "s_server",
            "-quiet",
            "-www",
            "-cert",
            "leaf.pem",
            "-key",
            "leaf.key",
            "-cert_chain",
            "ca.pem",
        ])
        .args(["-accept", &address.to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    for _ in 0..2400 {
        if TcpStream::connect(address).is_ok() {
            break;
        }
        thread::sleep(Duration::from_millis(50));
    }
    Authority {
        _folder: folder,
        server,
        address,
    }
}

/// Answers one request: with what OpenSSL says of a question, or with the list.
fn answer(mut stream: TcpStream, folder: &Path, ocsp: bool) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first).ok()?;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        if line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let body = if first.starts_with("POST /ocsp") && ocsp {
        let mut question = vec![0; length];
        reader.read_exact(&mut question).ok()?;
        fs::write(folder.join("question.der"), question).ok()?;
        openssl(
            folder,
            "ocsp -index index.txt -CA ca.pem -rsigner ca.pem -rkey ca.key -reqin question.der -respout answer.der -ndays 1",
        );
        fs::read(folder.join("answer.der")).ok()?
    } else if first.starts_with("GET /ca.crl") {
        fs::read(folder.join("ca.crl")).ok()?
    } else {
        stream
            .write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            .ok()?;
        return None;
    };
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n",
        body.len()
    )
    .ok()?;
    stream.write_all(&body).ok()
}

/// The verdict on revocation, and why.
fn verdict(authority: &Authority, phone: bool) -> Option<(Verdict, String)> {
    let service = scan(authority, phone, false);
    let mut found = service
        .judgements
        .into_iter()
        .filter(|judgement| judgement.flaw == "CERT-REVOKED");
    found
        .next()
        .map(|judgement| (judgement.verdict, judgement.evidence))
}

fn scan(authority: &Authority, phone: bool, by_name: bool) -> Service {
    let questions = Questions {
        sni: Some("portal.example".to_owned()),
        phone: phone.then(|| Arc::new(Phone::new(Scope::default(), None).unwrap().anywhere())),
        by_name,
        ..Questions::default()
    };
    assess_fully(authority.address, "https", questions, Duration::ZERO)
}

const GOOD: &str = "V\t361120000000Z\t\t1001\tunknown\t/CN=portal.example\n";
const REVOKED: &str = "R\t361120000000Z\t261120000000Z,keyCompromise\t1001\tunknown\t/CN=portal.example\n";

#[test]
fn a_responder_is_believed() {
    let good = authority(GOOD, true);
    let (is, why) = verdict(&good, true).unwrap();
    assert_eq!(is, Verdict::NotAffected, "{why}");
    let (is, why) = verdict(&authority(REVOKED, true), true).unwrap();
    assert_eq!(is, Verdict::Affected);
    assert!(
        why.ends_with("on 2026-11-20, because its key is compromised"),
        "{why}"
    );
}

#[test]
fn what_nobody_may_be_asked_is_no_verdict_but_for_who_names_the_check() {
    let good = authority(GOOD, true);
    let by_profile = scan(&good, false, false);
    let not_asked: Vec<_> = by_profile
        .not_asked
        .iter()
        .map(|one| (&*one.flaw, &*one.needs))
        .collect();
    assert_eq!(not_asked, [("CERT-REVOKED", "--phone-out")]);
    assert!(by_profile.judgements.iter().all(|one| one.flaw != "CERT-REVOKED"));
    let by_name = scan(&good, false, true);
    let open = by_name
        .judgements
        .iter()
        .find(|one| one.flaw == "CERT-REVOKED")
        .unwrap();
    assert_eq!(open.verdict, Verdict::Inconclusive);
    assert!(open.evidence.contains("--phone-out") && by_name.not_asked.is_empty());
}

#[test]
fn a_list_is_looked_up_where_no_responder_answers() {
    let (is, why) = verdict(&authority(REVOKED, false), true).unwrap();
    assert_eq!(is, Verdict::Affected);
    assert!(
        why.starts_with("it stands on its issuer's revocation list"),
        "{why}"
    );
    let (is, why) = verdict(&authority(GOOD, false), true).unwrap();
    assert_eq!(is, Verdict::NotAffected, "{why}");
}

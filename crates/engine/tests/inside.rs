//! What a web service says of itself is asked also where its port says nothing, and one page further where it leads on.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and starts servers"
)]

mod support;

use std::io::{BufRead as _, BufReader};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::{Child, Command, Stdio};

use holter_checks::Questions;
use holter_lab::certificate::{Certificate, KeyKind};
use holter_lab::node::{self, NodeServer};
use holter_lab::ports::free_tcp;
use holter_lab::{caddy, debian};
use holter_model::{Judgement, Service};
use support::assess_auto;

fn verdict<'a>(service: &'a Service, flaw: &str) -> (&'a str, &'a str) {
    let found = |judgement: &&Judgement| judgement.flaw == flaw;
    service
        .judgements
        .iter()
        .find(found)
        .map_or(("none", ""), |judgement| {
            (judgement.verdict.as_str(), judgement.evidence.as_str())
        })
}

#[test]
fn a_web_service_on_any_port_is_assessed_as_one() {
    let server = node::serve(&NodeServer::new("12.22.12", "https", free_tcp().unwrap())).unwrap();
    let service = assess_auto(server.address);
    assert_eq!(service.protocol, "https", "{:?}", service.oddities);
    assert_eq!(verdict(&service, "HTTP-NO-HSTS").0, "affected");
    assert_eq!(verdict(&service, "CVE-2013-3587").0, "not_affected");
}

#[test]
fn one_in_tls_1_3_alone_too() {
    let certificate = Certificate::shared(KeyKind::Ecdsa).unwrap();
    let lines = ["protocols tls1.3".to_owned()];
    let server = caddy::serve(free_tcp().unwrap(), &certificate, &lines).unwrap();
    let service = assess_auto(server.address);
    assert_eq!(service.protocol, "https", "{:?}", service.oddities);
    assert_eq!(verdict(&service, "CVE-2013-3587").0, "inconclusive");
}

#[test]
fn who_speaks_first_is_known_by_the_greeting() {
    let server = node::serve(&NodeServer::new("12.22.12", "imaps", free_tcp().unwrap())).unwrap();
    let service = assess_auto(server.address);
    assert_eq!(service.protocol, "imaps", "{:?}", service.oddities);
    assert_eq!(verdict(&service, "HTTP-NO-HSTS").0, "not_applicable");
}

#[test]
fn who_echoes_stays_unknown() {
    let entry = debian::find("stunnel").unwrap();
    let running = (entry.start)(IpAddr::V4(Ipv4Addr::LOCALHOST)).unwrap();
    let door = running.doors.iter().find(|door| door.protocol == "tls").unwrap();
    let service = assess_auto(door.address);
    assert_eq!(service.protocol, "tls", "{:?}", service.oddities);
    assert_eq!(verdict(&service, "HTTP-NO-HSTS").0, "not_applicable");
}

/// A portal that leads to its log-in, which it compresses for each visitor by itself.
struct Portal {
    process: Child,
    address: SocketAddr,
}

impl Drop for Portal {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

const PORTAL: &str = r#"
import gzip, http.server, ssl, sys
class Portal(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        if self.path == "/":
            body, head = b"over there", [("Location", sys.argv[3])]
            self.send_response(302)
        else:
            body = gzip.compress(b"<p>Log in.</p>" * 200)
            head = [("Content-Encoding", "gzip"), ("Set-Cookie", "id=7"), ("Content-Type", "text/html")]
            self.send_response(200)
        for name, value in head + [("Content-Length", str(len(body)))]:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *words):
        pass
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1], sys.argv[2])
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Portal)
server.daemon_threads = True
port = server.server_port
server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
print(port, flush=True)
server.serve_forever()
"#;

fn portal(leads_to: &str) -> Portal {
    let certificate = Certificate::shared(KeyKind::Rsa).unwrap();
    let mut process = Command::new("python3")
        .args(["-c", PORTAL])
        .args([&certificate.chain, &certificate.key])
        .arg(leads_to)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut port = String::new();
    let mut said = BufReader::new(process.stdout.take().unwrap());
    said.read_line(&mut port).unwrap();
    let port = port.trim().parse().unwrap();
    let address = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port);
    Portal { process, address }
}

#[test]
fn a_page_that_it_leads_to_is_looked_at_and_one_of_somebody_else_is_not() {
    let own = portal("/login");
    let service = support::assess_fully(
        own.address,
        "https",
        Questions::default(),
        std::time::Duration::ZERO,
    );
    let (verdict_of_own, why) = verdict(&service, "CVE-2013-3587");
    assert_eq!(verdict_of_own, "affected", "{why}");
    let other = portal("https://other.example/login");
    let service = support::assess_fully(
        other.address,
        "https",
        Questions::default(),
        std::time::Duration::ZERO,
    );
    let (verdict_of_other, why) = verdict(&service, "CVE-2013-3587");
    assert_eq!(verdict_of_other, "inconclusive", "{why}");
    assert!(why.contains("leads elsewhere"), "{why}");
}

//! Third parties on loopback: a real name server, and an HTTP server that answers as each test says.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use holter_net::Scope;
use holter_phone::{Phone, PhoneError};

struct Dns(Child, SocketAddr);

impl Drop for Dns {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// dnsmasq with one zone and nobody to ask, on a port that nobody else took meanwhile.
fn dns() -> Dns {
    (0..20).find_map(|_| try_dns()).unwrap()
}

fn try_dns() -> Option<Dns> {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    UdpSocket::bind(address).ok()?;
    let child = Command::new("dnsmasq")
        .args([
            "--no-daemon",
            "--conf-file=/dev/null",
            "--no-resolv",
            "--no-hosts",
            "--user=",
        ])
        .args(["--listen-address=127.0.0.1", "--bind-interfaces", "--auth-ttl=60"])
        .arg(format!("--port={}", address.port()))
        .args(["--local=/example/", "--address=/ocsp.example/127.0.0.1"])
        .arg("--caa-record=hospital.example,0,issue,ca.example")
        .arg("--dns-rr=_443._tcp.portal.hospital.example,52,030101aabbcc")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut dns = Dns(child, address);
    for _ in 0..2400 {
        thread::sleep(Duration::from_millis(50));
        if dns.0.try_wait().unwrap().is_some() {
            return None;
        }
        // It listens, for streams too, so that the port is its own and not another's.
        if TcpStream::connect(address).is_ok() && dns.0.try_wait().unwrap().is_none() {
            return Some(dns);
        }
    }
    None
}

/// Answers one request with these bytes, or with nothing.
fn http(answer: Option<Vec<u8>>) -> (SocketAddr, thread::JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let served = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = vec![0; 4096];
        let count = stream.read(&mut request).unwrap();
        request.truncate(count);
        match answer {
            // The client may have gone before all of it is sent.
            Some(answer) => drop(stream.write_all(&answer)),
            None => thread::sleep(Duration::from_secs(11)),
        }
        request
    });
    (address, served)
}

fn ok(body: &[u8]) -> Vec<u8> {
    let mut answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len()).into_bytes();
    answer.extend_from_slice(body);
    answer
}

fn phone(dns: &Dns) -> Phone {
    Phone::new(Scope::default(), Some(dns.1)).unwrap().anywhere()
}

#[tokio::test]
async fn the_dns_says_who_may_issue_and_what_must_match() {
    let dns = dns();
    let phone = phone(&dns);
    let caa = phone.caa("portal.hospital.example").await.unwrap();
    assert_eq!(
        (caa[0].tag.as_str(), caa[0].value.as_str()),
        ("issue", "ca.example")
    );
    assert!(phone.caa("elsewhere.example").await.unwrap().is_empty());
    let tlsa = phone.tlsa("portal.hospital.example", 443, "tcp").await.unwrap();
    let found = &tlsa.records[0];
    assert_eq!((found.usage, found.selector, found.matching), (3, 1, 1));
    assert_eq!(
        (found.data.as_slice(), tlsa.authenticated),
        (&[0xaa, 0xbb, 0xcc][..], false)
    );
    assert!(
        phone
            .tlsa("portal.hospital.example", 8443, "tcp")
            .await
            .unwrap()
            .records
            .is_empty()
    );
}

#[tokio::test]
async fn a_responder_is_asked_by_post_and_a_list_fetched_once() {
    let dns = dns();
    let phone = phone(&dns);
    let (address, served) = http(Some(ok(b"answer")));
    let url = format!("http://ocsp.example:{}/ocsp", address.port());
    assert_eq!(phone.ocsp(&url, b"question").await.unwrap(), b"answer");
    let request = String::from_utf8(served.join().unwrap()).unwrap();
    assert!(
        request.starts_with("POST /ocsp HTTP/1.1\r\n") && request.ends_with("question"),
        "{request}"
    );

    let (address, served) = http(Some(ok(b"list")));
    let url = format!("http://{address}/ca.crl");
    assert_eq!(phone.list(&url).await.unwrap().as_slice(), b"list");
    served.join().unwrap();
    assert_eq!(
        phone.list(&url).await.unwrap().as_slice(),
        b"list",
        "nobody serves it any more"
    );
}

#[tokio::test]
async fn nobody_is_asked_for_more_than_is_good_or_against_the_users_word() {
    let dns = dns();
    let phone = phone(&dns);
    let (address, _) = http(Some(ok(&vec![0; 70 << 10])));
    let told = phone.ocsp(&format!("http://{address}/"), b"x").await;
    assert_eq!(told, Err(PhoneError::TooMuch(64 << 10)));
    let (address, _) = http(Some(
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.9/\r\n\r\n".to_vec(),
    ));
    assert_eq!(
        phone.ocsp(&format!("http://{address}/"), b"x").await,
        Err(PhoneError::Status(302))
    );
    let (address, _) = http(Some(b"\x16\x03\x01 nonsense".to_vec()));
    assert!(matches!(
        phone.ocsp(&format!("http://{address}/"), b"x").await,
        Err(PhoneError::Unreached(_))
    ));
    for url in [
        "https://127.0.0.1/",
        "ldap://127.0.0.1/",
        "file:///etc/passwd",
        "",
        "http://",
    ] {
        assert_eq!(phone.ocsp(url, b"x").await, Err(PhoneError::NotHttp), "{url}");
    }
    let scope = Scope::all_but(&["127.0.0.1/32".parse().unwrap()]);
    let barred = Phone::new(scope, Some(dns.1)).unwrap().anywhere();
    let told = barred.ocsp("http://ocsp.example/", b"x").await;
    assert_eq!(told, Err(PhoneError::Excluded(Ipv4Addr::LOCALHOST.into())));
    assert!(matches!(
        phone.ocsp("http://nobody.example/", b"x").await,
        Err(PhoneError::NoAddress(_))
    ));
}

#[tokio::test]
async fn a_certificate_leads_to_no_printer_and_not_to_this_machine() {
    let dns = dns();
    let phone = Phone::new(Scope::default(), Some(dns.1)).unwrap();
    for place in [
        "127.0.0.1",
        "169.254.169.254",
        "[::1]",
        "10.0.0.7:9100",
        "10.0.0.7:623",
        "ocsp.example",
    ] {
        let told = phone.ocsp(&format!("http://{place}/"), b"x").await;
        assert!(matches!(told, Err(PhoneError::Excluded(_))), "{place}: {told:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_responder_that_says_nothing_is_given_up() {
    let dns = dns();
    let (address, _) = http(None);
    let told = phone(&dns).ocsp(&format!("http://{address}/"), b"x").await;
    assert_eq!(told, Err(PhoneError::Silent));
}

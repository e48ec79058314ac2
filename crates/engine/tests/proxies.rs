//! The same verdicts through real proxies: HTTP CONNECT and SOCKS5.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use holter_checks::Questions;
use holter_lab::node::{self, NodeServer};
use holter_lab::ports::free_tcp;
use holter_lab::proxy::forward;
use holter_model::{Attempt, Service};
use holter_net::proxy::Proxy;
use support::{scan_with, verdict};

fn through(proxy: &str, version: &str) -> Service {
    let server = node::serve(&NodeServer::new(version, "https", free_tcp().unwrap())).unwrap();
    let proxy: Proxy = proxy.parse().unwrap();
    scan_with(
        server.address,
        false,
        Some("https"),
        Questions::default(),
        |dialer| dialer.through(Some(proxy)),
    )
}

#[test]
fn verdicts_are_the_same_through_http_connect() {
    let proxy = forward::http().unwrap();
    let url = format!("http://{}", proxy.address);
    assert_eq!(verdict(&through(&url, "0.10.1")), "affected");
    assert_eq!(verdict(&through(&url, "0.10.2")), "not_affected");
}

#[test]
fn verdicts_are_the_same_through_socks5_with_and_without_a_login() {
    let open = forward::socks(None).unwrap();
    assert_eq!(
        verdict(&through(&format!("socks5://{}", open.address), "0.10.1")),
        "affected"
    );
    let closed = forward::socks(Some(("holter", "listens"))).unwrap();
    assert_eq!(
        verdict(&through(
            &format!("socks5://holter:listens@{}", closed.address),
            "0.10.1"
        )),
        "affected"
    );
    let refused = through(&format!("socks5://holter:wrong@{}", closed.address), "0.10.1");
    assert_eq!(
        (verdict(&refused), refused.attempt),
        ("none", Attempt::ProxyFailed),
        "{refused:?}"
    );
}

#[test]
fn a_proxy_that_is_none_is_named() {
    let plain = node::serve(&NodeServer::new("0.10.2", "smtp", free_tcp().unwrap())).unwrap();
    for kind in ["http", "socks5"] {
        let found = through(&format!("{kind}://{}", plain.address), "0.10.1");
        assert_eq!(
            (verdict(&found), found.attempt),
            ("none", Attempt::ProxyFailed),
            "{found:?}"
        );
    }
}

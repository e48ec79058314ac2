//! Clients that meet the golden services.

use holter_model::assessment::ClientOutcome;
use holter_model::{Fact, Order, Service};
use holter_wire::Version;

use super::golden::{Known as _, device, intermediate, modern, node, service};
use crate::assess;

fn outcome(service: &Service, id: &str) -> ClientOutcome {
    let clients = assess(service, &[]).unwrap().clients;
    let found = clients.into_iter().find(|result| result.client == id);
    found.unwrap_or_else(|| panic!("there is no {id}")).outcome
}

/// "TLS 1.3 TLS_AES_128_GCM_SHA256 x25519 fs", or why not.
fn told(service: &Service, id: &str) -> String {
    match outcome(service, id) {
        ClientOutcome::Connects {
            version,
            suite,
            group,
            forward_secret,
        } => {
            let group = group.unwrap_or_else(|| "-".to_owned());
            format!(
                "{version} {suite} {group} {}",
                if forward_secret { "fs" } else { "no fs" }
            )
        }
        ClientOutcome::Fails { why } => format!("fails: {why}"),
        ClientOutcome::Unknown { why } => format!("unknown: {why}"),
    }
}

#[test]
fn clients_come_to_terms_or_say_why_not() {
    for (service, client, expected) in [
        (
            intermediate(),
            "chrome-156",
            "TLS 1.3 TLS_AES_128_GCM_SHA256 x25519 fs",
        ),
        (
            intermediate(),
            "java-17",
            "TLS 1.3 TLS_AES_256_GCM_SHA384 x25519 fs",
        ),
        (
            intermediate(),
            "net-4.8-server-2019",
            "TLS 1.2 TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 x25519 fs",
        ),
        (
            intermediate(),
            "net-4.8-server-2012-r2",
            "TLS 1.2 TLS_DHE_RSA_WITH_AES_256_GCM_SHA384 - fs",
        ),
        (
            intermediate(),
            "java-8u31",
            "TLS 1.2 TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 secp256r1 fs",
        ),
        (
            intermediate(),
            "java-7",
            "fails: no common version: the client speaks TLS 1.0, the service TLS 1.2, TLS 1.3",
        ),
        (
            intermediate(),
            "mirth-4-java-17",
            "TLS 1.3 TLS_AES_256_GCM_SHA384 x25519 fs",
        ),
        (
            modern(),
            "openssl-1.0.2",
            "fails: no common version: the client speaks TLS 1.0, TLS 1.1, TLS 1.2, the service TLS 1.3",
        ),
        (
            modern(),
            "dcmtk-3.6",
            "TLS 1.3 TLS_AES_256_GCM_SHA384 secp256r1 fs",
        ),
        (
            node(),
            "chrome-156",
            "TLS 1.2 TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 secp256r1 fs",
        ),
        (
            node(),
            "go-1.24",
            "TLS 1.2 TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 secp256r1 fs",
        ),
        (
            node(),
            "openssl-0.9.8",
            "TLS 1.0 TLS_RSA_WITH_AES_128_CBC_SHA - no fs",
        ),
        (
            device(),
            "chrome-156",
            "fails: no common version: the client speaks TLS 1.2, TLS 1.3, the service SSLv3, TLS 1.0",
        ),
        (
            device(),
            "java-6u45",
            "unknown: whose order decides was not heard: it is TLS_RSA_WITH_RC4_128_SHA or TLS_DHE_RSA_WITH_AES_128_CBC_SHA",
        ),
        (
            device(),
            "openssl-0.9.8",
            "unknown: whose order decides was not heard: it is TLS_RSA_WITH_3DES_EDE_CBC_SHA or TLS_DHE_RSA_WITH_AES_128_CBC_SHA",
        ),
    ] {
        assert_eq!(told(&service, client), expected, "{client}");
    }
}

#[test]
fn a_clients_limits_are_its_own() {
    let dhe = |bits| {
        service("https")
            .speaks(
                Version::TLS12,
                Order::Server,
                &["TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"],
            )
            .refuses(&[Version::TLS13])
            .prime(Version::TLS12, bits)
    };
    assert!(told(&dhe(512), "java-17").contains("512 bits, and the client wants 1024"));
    assert!(told(&dhe(1024), "openssl-3.0").contains("the client wants 2048"));
    assert!(told(&dhe(2048), "openssl-3.0").starts_with("TLS 1.2"));
    let old = service("https")
        .speaks(
            Version::TLS10,
            Order::Server,
            &["TLS_DHE_RSA_WITH_AES_128_CBC_SHA"],
        )
        .refuses(&[Version::TLS13, Version::TLS12, Version::TLS11])
        .prime(Version::TLS10, 2048);
    assert!(told(&old, "java-6u45").contains("can count with 1024 at most"));
}

#[test]
fn what_was_not_heard_is_not_made_up() {
    let one = service("https").speaks(
        Version::TLS12,
        Order::Server,
        &["TLS_RSA_WITH_AES_128_GCM_SHA256"],
    );
    assert!(told(&one, "chrome-156").contains("whether it speaks TLS 1.3 was not heard"));
    // What a client does not speak is no matter.
    assert!(told(&one, "net-4.8-server-2019").starts_with("TLS 1.2 TLS_RSA_WITH_AES_128_GCM_SHA256 - no fs"));
    let open = service("https")
        .fact(Fact::Suites {
            version: 0x0303,
            suites: vec![0x0005],
            order: Order::Unknown,
            complete: false,
        })
        .refuses(&[Version::TLS13]);
    assert!(told(&open, "chrome-156").contains("not all suites of TLS 1.2 are known"));
}

#[test]
fn a_servers_order_of_groups_is_not_the_last_word_in_tls_1_3() {
    let group = |order| {
        let service = service("https")
            .speaks(Version::TLS13, Order::Server, &["TLS_AES_128_GCM_SHA256"])
            .fact(Fact::Groups {
                version: 0x0304,
                groups: vec![0x001d, 0x0017],
                order,
                complete: true,
            });
        told(&service, "gnutls-3.7")
    };
    // GnuTLS sends its share for P-256 first, and a server that likes x25519 better may take it.
    assert_eq!(group(Order::Server), "TLS 1.3 TLS_AES_128_GCM_SHA256 - fs");
    assert_eq!(
        group(Order::Client),
        "TLS 1.3 TLS_AES_128_GCM_SHA256 secp256r1 fs"
    );
}

#[test]
fn groups_and_schemes_can_stand_between() {
    let apart = service("https")
        .speaks(Version::TLS13, Order::Server, &["TLS_AES_128_GCM_SHA256"])
        .groups(Version::TLS13, &["x448"]);
    assert_eq!(told(&apart, "chrome-156"), "fails: no common group in TLS 1.3");
    let signs = service("https")
        .speaks(
            Version::TLS12,
            Order::Server,
            &["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"],
        )
        .refuses(&[Version::TLS13])
        .groups(Version::TLS12, &["secp256r1"])
        .fact(Fact::Schemes {
            version: 0x0303,
            schemes: vec![0x0201],
            complete: true,
        });
    assert_eq!(
        told(&signs, "chrome-156"),
        "fails: no common signature scheme in TLS 1.2"
    );
    assert!(told(&signs, "java-17").starts_with("TLS 1.2"));
}

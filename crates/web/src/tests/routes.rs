//! Every route has a rule, and the rule holds.

use std::collections::BTreeSet;

use hyper::{Method, StatusCode};

use super::house::House;
use crate::guard::{Kind, Rule};
use crate::role::Role;
use crate::routes::{self, Script};

/// What everybody may reach. Whoever adds a route here has to say why in `routes.rs`.
const OPEN: [&str; 10] = [
    "GET /acknowledge/{token}",
    "GET /healthz",
    "GET /join/{token}",
    "GET /login",
    "GET /setup/{token}",
    "GET /static/{name}",
    "POST /acknowledge/{token}",
    "POST /join/{token}",
    "POST /login",
    "POST /setup/{token}",
];

fn path(route: &str) -> String {
    route
        .replace("{id}", "1")
        .replace("{service}", "1")
        .replace("{task}", "1")
        .replace("{token}", "x")
        .replace("{name}", "x")
}

#[test]
fn only_what_is_named_here_is_open_to_everybody() {
    let open: BTreeSet<String> = routes::all()
        .iter()
        .filter(|route| route.rule == Rule::Anyone)
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    let provider = ["GET /login/provider", "GET /login/provider/back"];
    let provider = provider.iter().filter(|_| cfg!(feature = "oidc"));
    let named: BTreeSet<String> = OPEN
        .iter()
        .chain(provider)
        .map(|route| (*route).to_owned())
        .collect();
    assert_eq!(open, named);
}

/// What a page can do, a script can do, under the same rule; or the table says why not.
#[test]
fn a_script_can_do_what_a_page_can() {
    let all = routes::all();
    for route in all.iter().filter(|route| route.kind() == Kind::Page) {
        let name = format!("{} {}", route.method, route.path);
        match route.script {
            Script::Nothing => assert_eq!(
                route.method,
                Method::GET,
                "{name}: which route of the API does it?"
            ),
            Script::Never(why) => assert!(why.len() > 15, "{name}"),
            Script::By(path) => {
                let same = all
                    .iter()
                    .find(|other| other.path == path && other.method == route.method);
                let same = same.unwrap_or_else(|| panic!("{name}: there is no {path}"));
                assert_eq!(same.kind(), Kind::Api, "{name}");
                // One route takes all that is done with a finding, and asks what the deed itself needs.
                if path != "/api/v1/findings/{id}/events" {
                    assert_eq!(same.rule, route.rule, "{name}");
                }
            }
        }
    }
}

/// All Rust of this crate, without its tests.
fn rust_files() -> Vec<std::path::PathBuf> {
    fn rust(folder: &std::path::Path, found: &mut Vec<std::path::PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                rust(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.push(path);
            }
        }
    }
    let mut files = Vec::new();
    rust(
        std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")),
        &mut files,
    );
    files
}

/// What is changed for somebody is written down with it: pages and the API have no other way to the database than
/// `Doing`.
#[test]
fn no_page_writes_without_a_row_in_the_log() {
    let writes = [["store.", "write"].concat(), [".com", "mit()"].concat()];
    let may = [
        "doing.rs",
        "guard/caller.rs",
        "accounts.rs",
        "scanning/running.rs",
        // The outbox, which nobody sends but the server itself.
        "notices.rs",
        "notices/post.rs",
    ];
    let strays: Vec<_> = rust_files()
        .into_iter()
        .filter(|path| !path.to_string_lossy().contains("/src/tests/"))
        .filter(|path| !may.iter().any(|file| path.ends_with(format!("src/{file}"))))
        .filter(|path| {
            let text = std::fs::read_to_string(path).unwrap();
            writes.iter().any(|word| text.contains(word))
        })
        .collect();
    assert!(strays.is_empty(), "{strays:?}");
}

#[test]
fn no_route_is_made_anywhere_else() {
    let files = rust_files();
    let words = [
        [".rou", "te("].concat(),
        ["nest", "_service("].concat(),
        ["route", "_service("].concat(),
        [".ne", "st("].concat(),
    ];
    let strays: Vec<_> = files
        .iter()
        .filter(|path| !path.ends_with("src/routes.rs"))
        .filter(|path| {
            let text = std::fs::read_to_string(path).unwrap();
            words.iter().any(|word| text.contains(word))
        })
        .collect();
    assert!(strays.is_empty(), "routes that pass the guard by: {strays:?}");
}

#[tokio::test]
async fn nobody_gets_past_the_guard_without_the_right() {
    let house = House::full().await;
    let mut stranger = house.browser();
    let mut people = Vec::new();
    for role in Role::ALL {
        let mut browser = house.signed_in(role).await;
        let key = browser.open("/account").await.form_key().to_owned();
        people.push((role, browser, key));
    }
    let mut asked = 0;
    for route in routes::all() {
        let at = path(route.path);
        let name = format!("{} {}", route.method, route.path);
        let Rule::May(deed) = route.rule else {
            continue;
        };
        let said = stranger.send(route.method.clone(), &at, &[], String::new()).await;
        let expected = match route.kind() {
            Kind::Page => StatusCode::SEE_OTHER,
            Kind::Api => StatusCode::UNAUTHORIZED,
        };
        assert_eq!(said.status, expected, "{name}: a stranger got {}", said.text);
        if route.kind() == Kind::Page {
            assert!(said.header("location").starts_with("/login"), "{name}");
        }
        for (role, browser, _) in people.iter_mut().filter(|(role, ..)| !role.may(deed)) {
            let said = browser.send(route.method.clone(), &at, &[], String::new()).await;
            assert_eq!(said.status, StatusCode::FORBIDDEN, "{name}: {role} got in");
            asked += 1;
        }
        if route.method == Method::POST {
            // Even an admin's form is one only with its key.
            let (_, admin, _) = people.last_mut().unwrap();
            let said = admin.post(&at, &[("form_key", "AAAA")]).await;
            assert_eq!(said.status, StatusCode::BAD_REQUEST, "{name}: {}", said.text);
            assert!(
                said.text.contains("did not come from Holter"),
                "{name}: {}",
                said.text
            );
        } else if route.path != "/scans/{id}/events" {
            for (role, browser, _) in people.iter_mut().filter(|(role, ..)| role.may(deed)) {
                let said = browser.open(&at).await;
                let good = matches!(said.status, StatusCode::OK | StatusCode::NOT_FOUND);
                assert!(good, "{name}: {role} got {} {}", said.status, said.text);
            }
        }
    }
    assert!(asked > 40, "{asked}");
}

#[tokio::test]
async fn every_answer_carries_what_keeps_a_browser_from_harm() {
    let house = House::full().await;
    let mut admin = house.signed_in(Role::Admin).await;
    for at in [
        "/",
        "/findings",
        "/nowhere",
        "/healthz",
        "/api/v1/findings",
        "/login",
    ] {
        let said = admin.open(at).await;
        let policy = said.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'; script-src 'self'"),
            "{at}"
        );
        assert!(!policy.contains("unsafe"), "{at}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "same-origin"),
            ("cache-control", "no-store"),
            ("cross-origin-embedder-policy", "require-corp"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(said.header(name), value, "{at}");
        }
        for inline in [
            "<style",
            " style=",
            "onclick",
            "onload",
            "<script>",
            "javascript:",
        ] {
            assert!(!said.text.contains(inline), "{at} has {inline}");
        }
    }
}

//! What peers, files and people call things is shown on every page, and does nothing on any.

use holter_model::finding::{Next, State};
use holter_model::seam::Clock as _;
use holter_model::{Basis, Endpoint, Severity, Transport, Verdict};
use holter_store::{
    AssetAbout, Channel, Finding, Interface, KnownService, NewEvent, NewMessage, NewScan, NewTask, Page,
    Person, Scope,
};
use hyper::Method;

use super::house::House;
use crate::guard::Kind;
use crate::notices::links::{Link, LinkKeys};
use crate::role::Role;
use crate::routes;

/// Markup, an attribute's end, a formula, a terminal's escape, and marks that turn the direction of writing.
const HOSTILE: &str =
    "=1+1\"'><script>alert(1)</script><img src=x onerror=alert(1)>\u{1b}[2J\u{202e}evil\u{2066}";

/// Fills the house; the path of a link that shows a finding.
async fn fill(house: &House) -> String {
    let at = house.clock.now();
    let hostile = || HOSTILE.to_owned();
    let mut writing = house.store.write_alone().await.unwrap();
    let department = writing.department_named(HOSTILE).await.unwrap();
    writing.site_named(HOSTILE).await.unwrap();
    let person = Person {
        id: 0,
        name: hostile(),
        email: Some(hostile()),
        department: Some(department),
        active: true,
    };
    let person = writing.add_person(&person).await.unwrap();
    let about = AssetAbout {
        name: hostile(),
        role: hostile(),
        note: hostile(),
        department: Some(department),
        owner: Some(person),
        ..AssetAbout::default()
    };
    let asset = writing.add_asset(&about, at).await.unwrap();
    let endpoint = Endpoint {
        address: [10, 0, 0, 7].into(),
        port: 443,
        transport: Transport::Tcp,
    };
    let service = KnownService {
        id: 0,
        asset,
        endpoint,
        name: hostile(),
        protocol: "https".to_owned(),
        role: hostile(),
        key: hostile(),
        first_seen: at,
        last_seen: at,
        last_visit: None,
    };
    let service = writing.add_service(&service).await.unwrap();
    for kind in ["name", "import"] {
        writing.mark_asset(asset, kind, HOSTILE, at).await.unwrap();
    }
    let interface = Interface {
        id: 0,
        from_asset: asset,
        to_asset: asset,
        protocol: "https".to_owned(),
        port: 443,
        is_declared: true,
        encrypted: Some(false),
        purpose: hostile(),
        first_seen: at,
        last_seen: at,
    };
    writing.note_interface(&interface).await.unwrap();
    let scan = NewScan {
        key: "scan".to_owned(),
        method: "active".to_owned(),
        label: hostile(),
        scope: Scope {
            targets: vec![hostile()],
            checks: vec![hostile()],
        },
        actor: Some(person),
        started: at,
    };
    writing.begin_scan(&scan).await.unwrap();
    let finding = Finding {
        id: 0,
        flaw: "CVE-2014-0160".to_owned(),
        check: "heartbleed".to_owned(),
        asset,
        cause: hostile(),
        service: Some(service),
        state: State::Open,
        severity: Severity::Critical,
        weight: 1000,
        verdict: Verdict::Affected,
        basis: Basis::Behaviour,
        evidence: hostile(),
        foreign_bytes: 0,
        first_seen: at,
        last_seen: at,
        measured_at: at,
        visit: None,
        fixed_at: None,
        due: Some(at),
        inconclusive: 0,
        returns: 0,
        assignee: Some(person),
        accepted_until: None,
        next: Next::Assignee,
        site: None,
        department: Some(department),
    };
    let finding = writing.add_finding(&finding).await.unwrap();
    let event = NewEvent {
        finding,
        at,
        actor: Some(person),
        kind: hostile(),
        state: State::Open,
        visit: None,
        text: hostile(),
        detail: serde_json::Value::Null,
    };
    writing.add_events(&[event]).await.unwrap();
    let task = NewTask {
        kind: "identity".to_owned(),
        key: "task".to_owned(),
        finding: Some(finding),
        asset: Some(asset),
        department: Some(department),
        text: hostile(),
        detail: serde_json::Value::Null,
        created: at,
    };
    writing.add_task(&task).await.unwrap();
    let channel = Channel {
        id: 0,
        kind: "servicenow".to_owned(),
        name: hostile(),
        config: serde_json::json!({ "url": "https://x/", "group": HOSTILE }),
        secret: String::new(),
        hears: Vec::new(),
        severity: Severity::Info,
        department: Some(department),
        active: false,
        created: at,
    };
    let message = NewMessage {
        key: "message".to_owned(),
        channel: writing.add_channel(&channel).await.unwrap(),
        person: Some(person),
        address: hostile(),
        subject: hostile(),
        finding: Some(finding),
        content: serde_json::Value::Null,
        created: at,
    };
    writing.add_messages(&[message]).await.unwrap();
    writing.commit().await.unwrap();
    assert!(!house.store.scans(&Page::default()).await.unwrap().rows.is_empty());
    let until = at + jiff::SignedDuration::from_hours(24);
    LinkKeys::new(house.key.derived("links")).token(Link {
        finding,
        person,
        until,
    })
}

#[tokio::test]
async fn hostile_words_do_nothing_on_any_page() {
    let house = House::full().await;
    let link = fill(&house).await;
    let mut admin = house.signed_in(Role::Admin).await;
    admin.fill("/people", "/departments", &[("name", HOSTILE)]).await;
    let mut shown = 0;
    for route in routes::all() {
        if route.method != Method::GET || route.kind() != Kind::Page || route.path.contains("events") {
            continue;
        }
        let path = route
            .path
            .replace("{id}", "1")
            .replace("/acknowledge/{token}", &format!("/acknowledge/{link}"))
            .replace("{token}", "x")
            .replace("{name}", "x");
        let said = admin.open(&path).await;
        for harm in ["<script>alert", "<img", "\u{1b}", "\u{202e}", "\u{2066}", "\"'>"] {
            assert!(!said.text.contains(harm), "{path} shows {harm:?}:\n{}", said.text);
        }
        shown += usize::from(said.text.contains("&lt;script&gt;alert(1)"));
    }
    assert!(shown >= 11, "the words stand on {shown} pages only");
}

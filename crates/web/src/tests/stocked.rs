//! Something to look at: one of everything.

use holter_model::finding::{Next, State};
use holter_model::seam::Clock as _;
use holter_model::{Basis, Endpoint, Severity, Transport, Verdict};
use holter_store::{
    AssetAbout, Channel, Finding, Interface, KnownService, NewEvent, NewMessage, NewScan, NewTask, Person,
    ScanSums, Scope, Tried,
};
use jiff::SignedDuration;

use super::house::House;
use crate::notices::links::{Link, LinkKeys};

/// A scan met so many services, and its number more: no other number on a page is like it.
pub(super) const SUM: i64 = 770_077_000;

/// What there is.
pub(super) struct Stocked {
    pub(super) department: i64,
    pub(super) person: i64,
    pub(super) asset: i64,
    pub(super) service: i64,
    pub(super) scan: i64,
    pub(super) finding: i64,
    pub(super) interface: i64,
    /// A doubt about the system.
    pub(super) task: i64,
    pub(super) channel: i64,
    pub(super) message: i64,
    /// The token of a link that shows the finding.
    pub(super) link: String,
}

impl Stocked {
    /// What such a route is about.
    pub(super) fn id(&self, route: &str) -> i64 {
        let all = [
            ("/findings/", self.finding),
            ("/assets/", self.asset),
            ("/scans/", self.scan),
            ("/interfaces/", self.interface),
            ("/channels/", self.channel),
            ("/messages/", self.message),
        ];
        let known = all.iter().find(|(part, _)| route.contains(part));
        known.map_or(1, |(_, id)| *id)
    }
}

/// One of everything, called by these words; `number` keeps it apart from others.
pub(super) async fn stock(house: &House, number: u8, words: &str) -> Stocked {
    let at = house.clock.now();
    let named = || words.to_owned();
    let mut writing = house.store.write_alone().await.unwrap();
    let department = writing.department_named(words).await.unwrap();
    writing.site_named(words).await.unwrap();
    let person = Person {
        id: 0,
        name: named(),
        email: Some(named()),
        department: Some(department),
        active: true,
    };
    let person = writing.add_person(&person).await.unwrap();
    let about = AssetAbout {
        name: named(),
        role: named(),
        note: named(),
        department: Some(department),
        owner: Some(person),
        ..AssetAbout::default()
    };
    let asset = writing.add_asset(&about, at).await.unwrap();
    let endpoint = Endpoint {
        address: [10, 0, number, 7].into(),
        port: 443,
        transport: Transport::Tcp,
    };
    let service = KnownService {
        id: 0,
        asset,
        endpoint,
        name: named(),
        protocol: "https".to_owned(),
        role: named(),
        key: named(),
        first_seen: at,
        last_seen: at,
        last_visit: None,
    };
    let second = KnownService {
        endpoint: Endpoint {
            port: 8443,
            ..endpoint
        },
        ..service.clone()
    };
    let service = writing.add_service(&service).await.unwrap();
    writing.add_service(&second).await.unwrap();
    let neighbour = writing.add_asset(&about, at).await.unwrap();
    for kind in ["name", "import"] {
        writing.mark_asset(asset, kind, words, at).await.unwrap();
    }
    let interface = Interface {
        id: 0,
        from_asset: asset,
        to_asset: neighbour,
        protocol: "https".to_owned(),
        port: 443,
        is_declared: true,
        encrypted: Some(false),
        purpose: named(),
        first_seen: at,
        last_seen: at,
    };
    let interface = writing.note_interface(&interface).await.unwrap();
    let scan = NewScan {
        key: format!("scan {number}"),
        method: "active".to_owned(),
        label: named(),
        scope: Scope {
            targets: vec![named()],
            checks: vec![named()],
        },
        actor: Some(person),
        started: at,
    };
    let (scan, _) = writing.begin_scan(&scan).await.unwrap();
    let sums = ScanSums {
        services: SUM + i64::from(number),
        ..ScanSums::default()
    };
    writing.count_scan(scan, sums).await.unwrap();
    writing.end_scan(scan, at, true).await.unwrap();
    let finding = Finding {
        id: 0,
        flaw: "CVE-2014-0160".to_owned(),
        check: "heartbleed".to_owned(),
        asset,
        cause: named(),
        service: Some(service),
        state: State::Open,
        severity: Severity::Critical,
        weight: 1000,
        verdict: Verdict::Affected,
        basis: Basis::Behaviour,
        evidence: named(),
        foreign_bytes: 0,
        first_seen: at,
        last_seen: at,
        measured_at: at,
        visit: None,
        fixed_at: None,
        due: Some(at + SignedDuration::from_hours(24 * 300)),
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
        kind: named(),
        state: State::Open,
        visit: None,
        text: named(),
        detail: serde_json::Value::Null,
    };
    writing.add_events(&[event]).await.unwrap();
    let task = NewTask {
        kind: "identity".to_owned(),
        key: format!("task {number}"),
        finding: Some(finding),
        asset: Some(asset),
        department: Some(department),
        text: named(),
        detail: serde_json::Value::Null,
        created: at,
    };
    writing.add_task(&task).await.unwrap();
    let doubt = NewTask {
        key: format!("doubt {number}"),
        finding: None,
        detail: serde_json::json!({ "service": service, "key": words }),
        ..task
    };
    writing.add_task(&doubt).await.unwrap();
    let channel = Channel {
        id: 0,
        kind: "servicenow".to_owned(),
        name: named(),
        config: serde_json::json!({ "url": "https://127.0.0.1:9/", "group": words }),
        secret: String::new(),
        hears: Vec::new(),
        severity: Severity::Info,
        department: Some(department),
        active: true,
        created: at,
    };
    let channel = writing.add_channel(&channel).await.unwrap();
    let message = NewMessage {
        key: format!("message {number}"),
        channel,
        person: Some(person),
        address: named(),
        subject: named(),
        finding: Some(finding),
        content: serde_json::Value::Null,
        created: at,
    };
    writing.add_messages(&[message]).await.unwrap();
    // It has failed, so nobody sends it while a test looks.
    let held = writing.take_messages("held", (at, at), 1).await.unwrap();
    let message = held[0].id;
    writing
        .tried_message((message, "held"), Tried::Failed, words, at)
        .await
        .unwrap();
    writing.commit().await.unwrap();
    let task = house.store.tasks_of_asset(asset).await.unwrap().remove(0).id;
    let until = at + SignedDuration::from_hours(24);
    let link = LinkKeys::new(house.key.derived("links")).token(Link {
        finding,
        person,
        until,
    });
    Stocked {
        department,
        person,
        asset,
        service,
        scan,
        finding,
        interface,
        task,
        channel,
        message,
        link,
    }
}

//! A database in which everything that has a name has a strange one.

use holter_model::finding::{Next, State};
use holter_model::{Attempt, Basis, Endpoint, Severity, Transport, Verdict};
use holter_store::{
    AssetAbout, AssetEvent, Finding, Interface, KnownService, NewAcceptance, NewEvent, NewScan, NewTask,
    NewVisit, Person, Scope, Store, Writing,
};
use jiff::Timestamp;
use serde_json::json;

/// Fills it: of everything one for each of the words, and what comes first is called by the first of them.
pub(crate) async fn fill(store: &Store, words: &[&str]) {
    let mut writing = store.write_alone().await.unwrap();
    for (number, word) in (1..).zip(words) {
        one(&mut writing, i64::from(number), word).await;
    }
    writing.commit().await.unwrap();
}

async fn one(writing: &mut Writing, number: i64, word: &str) {
    let at = Timestamp::new(1_790_000_000 + number, 0).unwrap();
    let text = || word.to_owned();
    // Names of which there is one each are told apart at their end.
    let named = format!("{word} {number}");
    let department = writing.department_named(&named).await.unwrap();
    let site = writing.site_named(&named).await.unwrap();
    let product = writing.product_named(&named, word, word).await.unwrap();
    let mut people = Vec::new();
    for email in [format!("{named}@example"), format!("{named}@other.example")] {
        let person = Person {
            id: 0,
            name: text(),
            email: Some(email),
            department: Some(department),
            active: true,
        };
        people.push(writing.add_person(&person).await.unwrap());
    }
    let about = AssetAbout {
        name: text(),
        role: text(),
        note: text(),
        site: Some(site),
        department: Some(department),
        owner: Some(people[0]),
        product: Some(product),
        ..AssetAbout::default()
    };
    let asset = writing.add_asset(&about, at).await.unwrap();
    let endpoint = Endpoint {
        address: [10, 0, 0, u8::try_from(number).unwrap()].into(),
        port: 443,
        transport: Transport::Tcp,
    };
    let service = KnownService {
        id: 0,
        asset,
        endpoint,
        name: text(),
        protocol: text(),
        role: text(),
        key: text(),
        first_seen: at,
        last_seen: at,
        last_visit: None,
    };
    let service = writing.add_service(&service).await.unwrap();
    for kind in ["name", "import", "key", word] {
        writing.mark_asset(asset, kind, word, at).await.unwrap();
    }
    let event = AssetEvent {
        id: 0,
        asset,
        at,
        actor: Some(people[0]),
        kind: text(),
        detail: json!({ "said": word }),
    };
    writing.add_asset_event(&event).await.unwrap();
    let interface = Interface {
        id: 0,
        from_asset: asset,
        to_asset: asset,
        protocol: text(),
        port: 443,
        is_declared: true,
        encrypted: Some(false),
        purpose: text(),
        first_seen: at,
        last_seen: at,
    };
    writing.note_interface(&interface).await.unwrap();
    let scan = NewScan {
        key: named,
        method: "active".to_owned(),
        label: text(),
        scope: Scope {
            targets: vec![text()],
            checks: vec![text()],
        },
        actor: Some(people[0]),
        started: at,
    };
    let (scan, _) = writing.begin_scan(&scan).await.unwrap();
    writing.end_scan(scan, at, true).await.unwrap();
    let visit = NewVisit {
        scan,
        service,
        target: text(),
        started: at,
        elapsed_ms: 1,
        connections: 1,
        bytes_sent: 1,
        bytes_received: 1,
        attempt: Attempt::Unreachable,
        trouble: text(),
        oddities: vec![text()],
        judgements: Vec::new(),
        judged_by: text(),
    };
    let visit = writing.add_visit(&visit).await.unwrap();
    let finding = finding(
        number,
        word,
        (asset, service, visit),
        (department, site, people[0]),
        at,
    );
    let finding = writing.add_finding(&finding).await.unwrap();
    let event = NewEvent {
        finding,
        at,
        actor: Some(people[0]),
        kind: text(),
        state: State::Open,
        visit,
        text: text(),
        detail: json!({ "said": word }),
    };
    writing.add_events(&[event]).await.unwrap();
    let asked = NewAcceptance {
        finding,
        is_false: false,
        reason: text(),
        ground: text(),
        until: Some(at),
        author: people[1],
        asked_at: at,
    };
    writing.add_acceptance(&asked).await.unwrap();
    let task = NewTask {
        kind: text(),
        key: format!("{number}"),
        finding: Some(finding),
        asset: Some(asset),
        department: Some(department),
        text: text(),
        detail: json!({ "said": word }),
        created: at,
    };
    writing.add_task(&task).await.unwrap();
}

fn finding(
    number: i64,
    word: &str,
    (asset, service, visit): (i64, i64, Option<i64>),
    (department, site, person): (i64, i64, i64),
    at: Timestamp,
) -> Finding {
    Finding {
        id: 0,
        // Of half of them it is not known what they are.
        flaw: if number % 2 == 0 {
            "CVE-2014-0160".to_owned()
        } else {
            format!("{word} {number}")
        },
        check: word.to_owned(),
        asset,
        cause: word.to_owned(),
        service: Some(service),
        state: State::Open,
        severity: Severity::Critical,
        weight: 1000 + number,
        verdict: Verdict::Affected,
        basis: Basis::Behaviour,
        evidence: word.to_owned(),
        foreign_bytes: 0,
        first_seen: at,
        last_seen: at,
        measured_at: at,
        visit,
        fixed_at: None,
        due: Some(at),
        inconclusive: 0,
        returns: 0,
        assignee: Some(person),
        accepted_until: None,
        next: Next::Assignee,
        site: Some(site),
        department: Some(department),
    }
}

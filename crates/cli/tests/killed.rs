//! The server is killed, and its database is: what was acknowledged over HTTP is there, and the log of it is whole.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test fails by panicking"
)]

mod command;
mod served;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Sender};
use std::time::{Duration, Instant};

use holter_lab::debian::Database;
use holter_model::finding::{Next, State};
use holter_model::{Basis, Severity, Verdict};
use holter_store::{AssetAbout, AssetFilter, Finding, Page, Person, Store};
use jiff::Timestamp;
use served::{Asker, Served};

const ROUNDS: usize = 20;

/// What takes longer has failed, on whatever machine.
const PATIENCE: Duration = Duration::from_secs(300);

/// What somebody was told that it is kept.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kept {
    Comment(String),
    Asset(String),
    Given(i64),
}

/// A system with a finding, and two people to whom it can be given.
async fn fill(store: &Store) -> (i64, [i64; 2]) {
    let at = Timestamp::new(1_790_000_000, 0).unwrap();
    let mut writing = store.write().await.unwrap();
    let mut people = Vec::new();
    for name in ["Ann", "Bo"] {
        let person = Person {
            id: 0,
            name: name.to_owned(),
            email: None,
            department: None,
            active: true,
        };
        people.push(writing.add_person(&person).await.unwrap());
    }
    let about = AssetAbout {
        name: "gateway".to_owned(),
        ..AssetAbout::default()
    };
    let asset = writing.add_asset(&about, at).await.unwrap();
    let finding = Finding {
        id: 0,
        flaw: "CVE-2014-0160".to_owned(),
        check: "heartbleed".to_owned(),
        asset,
        cause: "file:/usr/lib/libssl.so".to_owned(),
        service: None,
        state: State::Open,
        severity: Severity::Critical,
        weight: 1000,
        verdict: Verdict::Affected,
        basis: Basis::Behaviour,
        evidence: "it was asked".to_owned(),
        foreign_bytes: 0,
        first_seen: at,
        last_seen: at,
        measured_at: at,
        visit: None,
        fixed_at: None,
        due: None,
        inconclusive: 0,
        returns: 0,
        assignee: None,
        accepted_until: None,
        next: Next::Department,
        site: None,
        department: None,
    };
    let finding = writing.add_finding(&finding).await.unwrap();
    writing.commit().await.unwrap();
    (finding, [people[0], people[1]])
}

/// Writes without a pause, and says what was acknowledged, until told to stop or the server is gone.
fn write(
    mut asker: Asker,
    what: usize,
    round: usize,
    (finding, people): (i64, [i64; 2]),
    over: &AtomicBool,
    says: &Sender<Kept>,
) {
    let act = format!("/api/v1/findings/{finding}/events");
    for number in 0.. {
        if over.load(Ordering::Relaxed) {
            return;
        }
        let name = format!("{round}-{number}");
        let (answer, kept) = match what {
            0 => {
                let body = format!("{{\"deed\": \"comment\", \"text\": \"words {name}\"}}");
                let answer = asker.send(&act, "application/json", &body);
                (answer, Kept::Comment(format!("words {name}")))
            }
            1 => {
                let list = format!("name,role\nhost-{name}.example,PACS\n");
                let answer = asker.send("/api/v1/assets/import", "text/csv", &list);
                (answer, Kept::Asset(format!("host-{name}.example")))
            }
            _ => {
                let person = people[number % 2];
                let body = format!("{{\"deed\": \"assign\", \"person\": {person}}}");
                (asker.send(&act, "application/json", &body), Kept::Given(person))
            }
        };
        match answer {
            Some(answer) if answer.status == 200 => says.send(kept).unwrap(),
            // The database is away, or the deed makes no sense after one that was not acknowledged.
            Some(answer) => assert!(matches!(answer.status, 503 | 409), "{answer:?}"),
            None if over.load(Ordering::Relaxed) => return,
            None => std::thread::sleep(Duration::from_millis(1)),
        }
    }
}

/// Everything that is there.
async fn there(store: &Store, finding: i64) -> (BTreeSet<Kept>, usize) {
    let mut all = BTreeSet::new();
    let mut given = 0;
    let mut page = Page::first(500);
    loop {
        let listed = store.events(finding, &page).await.unwrap();
        for event in listed.rows {
            given += usize::from(event.about.kind == "assigned");
            all.insert(Kept::Comment(event.about.text));
        }
        page.after = listed.next;
        if page.after.is_none() {
            break;
        }
    }
    loop {
        let listed = store.assets(&AssetFilter::default(), &page).await.unwrap();
        all.extend(listed.rows.into_iter().map(|asset| Kept::Asset(asset.about.name)));
        page.after = listed.next;
        if page.after.is_none() {
            return (all, given);
        }
    }
}

/// Nothing of this is lost, the database is sound, and so is the log.
async fn nothing_is_lost(store: &Store, finding: i64, acknowledged: &[Kept]) {
    let (all, given) = there(store, finding).await;
    let lost: Vec<&Kept> = acknowledged
        .iter()
        .filter(|kept| !matches!(kept, Kept::Given(_)) && !all.contains(kept))
        .collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    let told = acknowledged
        .iter()
        .filter(|kept| matches!(kept, Kept::Given(_)))
        .count();
    assert!(given >= told, "given {told} times, and {given} are known");
    store.check().await.unwrap();
}

fn log_is_whole(db: &str, state: &Path) {
    let said = command::said(
        command::command("audit verify --db")
            .arg(db)
            .env("HOLTER_STATE", state)
            .output()
            .unwrap(),
    );
    assert_eq!(said.code, Some(0), "{}", said.err);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_has_kept_what_it_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("holter.db").display().to_string();
    let (mut served, mut admin) = Served::set_up(&db, folder.path());
    let token = admin.by_token();
    let store = Store::open(&db).await.unwrap();
    let about = fill(&store).await;
    store.close().await;
    let mut acknowledged = Vec::new();
    for round in 0..ROUNDS {
        let (says, hears) = mpsc::channel();
        let over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for what in 0..3 {
                let (asker, says, over) = (token.at(&served), says.clone(), &over);
                scope.spawn(move || write(asker, what, round, about, over, &says));
            }
            // In each round after another number of answers, the first time before any; the others are under way then.
            acknowledged.extend(hears.iter().take(3 * round));
            served.kill();
            over.store(true, Ordering::Relaxed);
        });
        drop(says);
        acknowledged.extend(hears.iter());
        let store = Store::open(&db).await.unwrap();
        nothing_is_lost(&store, about.0, &acknowledged).await;
        store.close().await;
        log_is_whole(&db, folder.path());
        served = Served::start(&db, folder.path());
    }
    println!("{} acknowledged, none lost", acknowledged.len());
    let said = token.at(&served).open("/api/v1/audit?size=500").unwrap();
    assert_eq!(said.status, 200, "{said:?}");
    assert!(acknowledged.len() > ROUNDS);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_outlives_its_database() {
    let folder = tempfile::tempdir().unwrap();
    let mut database = Database::start().unwrap();
    let db = database.create("killed").unwrap();
    let (served, mut admin) = Served::set_up(&db, folder.path());
    let token = admin.by_token();
    let store = Store::open(&db).await.unwrap();
    let about = fill(&store).await;
    let mut acknowledged = Vec::new();
    for round in 0..2 {
        let (says, hears) = mpsc::channel();
        let over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let (mut page, mut api) = (admin.clone(), token.clone());
            for what in 0..3 {
                let (asker, says, over) = (token.clone(), says.clone(), &over);
                scope.spawn(move || write(asker, what, round, about, over, &says));
            }
            acknowledged.extend(hears.iter().take(10));
            database.kill();
            let asked = scope.spawn(move || page.open("/findings").unwrap());
            let said = api.open("/api/v1/findings").unwrap();
            assert_eq!(said.status, 503, "{said:?}");
            assert!(
                said.body.starts_with('{') && said.body.contains("does not answer"),
                "{said:?}"
            );
            let said = asked.join().unwrap();
            assert_eq!(said.status, 503, "{said:?}");
            assert!(said.head.contains("text/html"), "{said:?}");
            assert!(
                said.body.contains("The database does not answer just now"),
                "{said:?}"
            );
            assert!(!said.body.contains("postgres"), "{said:?}");
            database.start_again().unwrap();
            let back = Instant::now();
            while admin.open("/findings").unwrap().status != 200 {
                assert!(back.elapsed() < PATIENCE, "it does not come back");
                std::thread::sleep(Duration::from_millis(50));
            }
            acknowledged.extend(hears.iter().take(10));
            over.store(true, Ordering::Relaxed);
        });
        drop(says);
        acknowledged.extend(hears.iter());
        nothing_is_lost(&store, about.0, &acknowledged).await;
        log_is_whole(&db, folder.path());
    }
    drop(served);
    println!("{} acknowledged, none lost", acknowledged.len());
}

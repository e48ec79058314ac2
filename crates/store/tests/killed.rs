//! Whatever is killed, what was acknowledged is there, and nothing is there by halves.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a test, which is its own child"
)]

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use holter_lab::debian::Database;
use holter_store::{NewScan, Page, ScanSums, Scope, Store};
use jiff::Timestamp;

const WHERE: &str = "HOLTER_TEST_KILLED";
const ROUNDS: u64 = 20;

/// One transaction: a scan, and what it is counted by.
async fn write(store: &Store, number: i64) -> Result<(), holter_store::StoreError> {
    let scan = NewScan {
        key: format!("scan {number}"),
        method: "active".to_owned(),
        label: String::new(),
        scope: Scope::default(),
        actor: None,
        started: Timestamp::new(1_790_000_000 + number, 0).unwrap(),
    };
    let mut writing = store.write().await?;
    let (id, _) = writing.begin_scan(&scan).await?;
    let sums = ScanSums {
        services: number,
        ..ScanSums::default()
    };
    writing.count_scan(id, sums).await?;
    writing.commit().await
}

/// Every scan that is there; none of them by halves.
async fn numbers(store: &Store) -> BTreeSet<i64> {
    let mut page = Page::first(500);
    let mut all = BTreeSet::new();
    loop {
        let listed = store.scans(&page).await.unwrap();
        for scan in listed.rows {
            assert_eq!(scan.about.key, format!("scan {}", scan.sums.services));
            all.insert(scan.sums.services);
        }
        page.after = listed.next;
        if page.after.is_none() {
            return all;
        }
    }
}

#[tokio::test]
#[ignore = "it is the child of the test below"]
async fn child() {
    let Ok(told) = std::env::var(WHERE) else { return };
    let (from, path) = told.split_once(' ').unwrap();
    let store = Store::open(path).await.unwrap();
    for number in from.parse::<i64>().unwrap().. {
        write(&store, number).await.unwrap();
        println!("acknowledged {number}");
        std::io::stdout().flush().unwrap();
    }
}

#[tokio::test]
async fn sqlite_is_killed_twenty_times() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("holter.db");
    let mut acknowledged = BTreeSet::new();
    for round in 0..ROUNDS {
        let first = 1_000_000 * i64::try_from(round).unwrap() + 1;
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["child", "--exact", "--ignored", "--nocapture"])
            .env(WHERE, format!("{first} {}", path.display()))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let said = BufReader::new(child.stdout.take().unwrap());
        let (kill, killed) = mpsc::channel::<()>();
        let killer = std::thread::spawn(move || {
            // Each round at another moment of its work, and the first ones while it opens; every other one once it has
            // written something, however slow it is.
            let moment = Duration::from_millis(30 + 23 * round);
            let _ = killed.recv_timeout(if round % 2 == 0 { moment } else { Duration::MAX });
            child.kill().unwrap();
            child.wait().unwrap();
        });
        let mut kill = Some(kill);
        let before = acknowledged.len();
        for line in said.lines() {
            let line = line.unwrap();
            // The first word may stand behind the test's own name; the last line may be cut short by the kill.
            if let Some((_, number)) = line.split_once("acknowledged ") {
                acknowledged.insert(number.parse::<i64>().unwrap());
            }
            if round % 2 == 1 && acknowledged.len() - before >= usize::try_from(round).unwrap() {
                kill = None;
            }
        }
        drop(kill);
        killer.join().unwrap();
        let store = Store::open(path.to_str().unwrap()).await.unwrap();
        let there = numbers(&store).await;
        let lost: Vec<&i64> = acknowledged.difference(&there).collect();
        assert!(
            lost.is_empty(),
            "acknowledged and lost in round {round}: {lost:?}"
        );
        store.check().await.unwrap();
        store.close().await;
    }
    println!("{} acknowledged, none lost", acknowledged.len());
    assert!(!acknowledged.is_empty());
}

#[tokio::test]
async fn postgres_is_killed_and_the_store_goes_on() {
    let mut database = Database::start().unwrap();
    let store = Store::open(&database.create("killed").unwrap()).await.unwrap();
    let mut acknowledged = BTreeSet::new();
    for round in 0..3 {
        for number in 0..20 {
            let number = 100 * round + number;
            write(&store, number).await.unwrap();
            acknowledged.insert(number);
        }
        database.kill();
        // Whoever asks while it is gone waits, and is served when it is back.
        let back = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(500));
            database.start_again().unwrap();
            database
        });
        let during = write(&store, 100 * round + 50).await;
        database = tokio::task::spawn_blocking(|| back.join().unwrap())
            .await
            .unwrap();
        if during.is_ok() {
            acknowledged.insert(100 * round + 50);
        } else if let Err(error) = during {
            assert!(error.is_away(), "{error}");
        }
        store.answers().await.unwrap();
        let there = numbers(&store).await;
        assert!(acknowledged.is_subset(&there));
    }
    store.check().await.unwrap();
}

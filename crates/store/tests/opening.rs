//! What a database is opened from: a file for its owner alone, never one that a newer Holter wrote.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use holter_store::{Store, StoreError};

#[tokio::test]
async fn the_file_is_its_owners_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new folder/a%20?b.db");
    let store = Store::open(path.to_str().unwrap()).await.unwrap();
    store.answers().await.unwrap();
    let mut files = 0;
    for entry in std::fs::read_dir(path.parent().unwrap()).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", entry.path());
        files += 1;
    }
    assert!(files >= 1);
    assert!(path.exists());
    store.close().await;
}

#[tokio::test]
async fn what_a_newer_holter_wrote_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("holter.db");
    let url = path.to_str().unwrap();
    Store::open(url).await.unwrap().close().await;
    let pool = sqlx::AnyPool::connect(&format!("sqlite://{url}")).await.unwrap();
    sqlx::query("INSERT INTO schema_step (version, description, success, checksum, execution_time) VALUES (9999, 'x', 1, x'00', 0)")
        .execute(&pool)
        .await
        .unwrap();
    pool.close().await;
    let error = Store::open(url).await.unwrap_err();
    assert!(matches!(error, StoreError::Newer { step: 9999, .. }));
    assert!(error.to_string().contains("newer Holter"), "{error}");
}

#[tokio::test]
async fn what_cannot_be_opened_is_said_plainly() {
    let error = Store::open("/proc/no/such/holter.db").await.unwrap_err();
    assert!(error.to_string().contains("/proc/no/such/holter.db"), "{error}");
    let error = Store::open("postgres://holter:secret@127.0.0.1:1/holter")
        .await
        .unwrap_err();
    assert!(!error.to_string().contains("secret"), "{error}");
}

#[tokio::test]
async fn a_copy_is_made_while_work_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("holter.db").to_str().unwrap())
        .await
        .unwrap();
    let mut writing = store.write().await.unwrap();
    writing.site_named("West").await.unwrap();
    writing.commit().await.unwrap();
    let copy = folder.path().join("copy.db");
    store.back_up(&copy).await.unwrap();
    assert!(store.back_up(&copy).await.is_err());
    assert_eq!(copy.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let copied = Store::open(copy.to_str().unwrap()).await.unwrap();
    assert_eq!(copied.sites().await.unwrap().len(), 1);
    copied.check().await.unwrap();
}

#[test]
fn several_that_open_a_new_file_at_once_all_find_it_set_up() {
    for _ in 0..5 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("holter.db");
        let open = || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let store = Store::open(path.to_str().unwrap()).await.unwrap();
                let writing = store.write_alone().await.unwrap();
                writing.commit().await.unwrap();
                store.close().await;
            });
        };
        std::thread::scope(|scope| {
            for _ in 0..6 {
                scope.spawn(open);
            }
        });
    }
}

#[tokio::test]
async fn beside_somebody_who_writes_all_the_time_others_have_their_turn() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("holter.db");
    let busy = Store::open(path.to_str().unwrap()).await.unwrap();
    let person = Store::open(path.to_str().unwrap()).await.unwrap();
    let is_over = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&is_over);
    let writer = tokio::spawn(async move {
        let mut number = 0;
        while !seen.load(Ordering::Relaxed) {
            number += 1;
            assert!(number < 2000, "nobody else had a turn");
            let mut writing = busy.write().await.unwrap();
            writing.site_named(&format!("site {number}")).await.unwrap();
            // What a large batch takes.
            tokio::time::sleep(Duration::from_millis(30)).await;
            writing.commit_and_rest().await.unwrap();
        }
    });
    for number in 0..20 {
        let mut writing = person.write_alone().await.unwrap();
        writing
            .department_named(&format!("department {number}"))
            .await
            .unwrap();
        writing.commit().await.unwrap();
    }
    is_over.store(true, Ordering::Relaxed);
    writer.await.unwrap();
    assert_eq!(person.departments().await.unwrap().len(), 20);
}

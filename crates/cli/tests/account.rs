//! Whoever holds the machine lets somebody in again whom no admin can help.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod command;

use command::holter;
use holter_store::{NewAccount, Page, Person, Session, Store};
use jiff::Timestamp;

async fn filled(db: &str) -> i64 {
    let at = Timestamp::from_second(1_800_000_000).unwrap();
    let store = Store::open(db).await.unwrap();
    let mut writing = store.write_alone().await.unwrap();
    let person = Person {
        id: 0,
        name: "Mira".to_owned(),
        email: None,
        department: None,
        active: true,
    };
    let person = writing.add_person(&person).await.unwrap();
    let account = NewAccount {
        person,
        name: "mira".to_owned(),
        role: "viewer".to_owned(),
        password: "a hash".to_owned(),
        created: at,
    };
    let account = writing.add_account(&account).await.unwrap();
    writing.set_second(account, "sealed").await.unwrap();
    let session = Session {
        hash: "a session".to_owned(),
        account,
        created: at,
        seen: at,
        expires: Timestamp::MAX,
        address: String::new(),
        agent: String::new(),
    };
    writing.open_session(&session).await.unwrap();
    writing.commit().await.unwrap();
    store.close().await;
    account
}

#[test]
fn the_last_admin_comes_in_again() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("holter.db").display().to_string();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let account = runtime.block_on(filled(&db));
    let run = |words: &str| {
        let said = holter(&format!("account {words} --db {db}"));
        (said.code, said.err + &said.out)
    };
    let (code, said) = run("list");
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("mira: viewer, with one-time codes"), "{said}");
    let (code, said) = run("reset noor");
    assert_eq!(code, Some(2), "{said}");
    assert!(
        said.contains("there is no account \"noor\"; there are: mira"),
        "{said}"
    );
    let (code, said) = run("reset mira --admin --url https://holter.example/");
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("within an hour: https://holter.example/join/"),
        "{said}"
    );
    runtime.block_on(async {
        let store = Store::open(&db).await.unwrap();
        let after = store.account(account).await.unwrap();
        assert_eq!((after.role.as_str(), after.active), ("admin", true));
        assert!(after.password.is_empty() && after.second.is_empty());
        let at = Timestamp::from_second(1_800_000_000).unwrap();
        assert!(store.sessions(account, at, 9).await.unwrap().is_empty());
        let rows = store.audited(&Page::default()).await.unwrap().rows;
        assert_eq!(rows[0].deed.subject, "account mira");
        assert!(rows[0].deed.actor.starts_with("holter account (user "));
        store.close().await;
    });
    assert_eq!(holter(&format!("audit verify --db {db}")).code, Some(0));
}

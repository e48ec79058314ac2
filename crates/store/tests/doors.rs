//! Accounts, sessions, tokens, codes, failures and the audit log, on both databases.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

mod both;

use holter_store::{
    Account, ApiToken, AuditKey, Deed, NewAccount, Page, Person, Session, Store, Subject, Verified, Witness,
};
use jiff::{SignedDuration, Timestamp};

on_both! {
    an_account_is_found_by_every_way_to_it,
    a_code_opens_once_whoever_is_quicker,
    a_session_ends_in_its_time_and_with_its_account,
    a_link_opens_until_a_password_is_chosen,
    a_token_is_worth_what_its_account_is,
    codes_for_a_lost_telephone_open_once,
    failures_are_counted_and_forgiven,
    what_is_remembered_of_strangers_is_bounded,
    a_subject_is_bound_to_one_account,
    the_log_is_a_chain_whoever_writes,
    a_change_and_its_row_are_there_together_or_not_at_all,
    settings_are_written_over,
    all_of_it_is_in_a_backup,
}

const KEY: AuditKey = AuditKey([9; 32]);

fn at(second: i64) -> Timestamp {
    Timestamp::new(1_790_000_000 + second, 123_456_000).unwrap()
}

async fn account(store: &Store, name: &str) -> Account {
    let mut writing = store.write_alone().await.unwrap();
    let department = writing.department_named("Radiology").await.unwrap();
    let person = Person {
        id: 0,
        name: format!("Somebody {name}"),
        email: Some(format!("{name}@Hospital.example")),
        department: Some(department),
        active: true,
    };
    let person = writing.add_person(&person).await.unwrap();
    let new = NewAccount {
        person,
        name: name.to_uppercase(),
        role: "admin".to_owned(),
        password: "a hash".to_owned(),
        created: at(0),
    };
    let id = writing.add_account(&new).await.unwrap();
    writing.commit().await.unwrap();
    store.account(id).await.unwrap()
}

async fn opened(store: &Store, account: i64, hash: &str, from: i64) {
    let session = Session {
        hash: hash.to_owned(),
        account,
        created: at(from),
        seen: at(from),
        expires: at(from + 100),
        address: "192.0.2.7".to_owned(),
        agent: "a browser".to_owned(),
    };
    let mut writing = store.write().await.unwrap();
    writing.open_session(&session).await.unwrap();
    writing.commit().await.unwrap();
}

fn deed(subject: &str) -> Deed {
    Deed {
        actor: "mira".to_owned(),
        address: "192.0.2.7".to_owned(),
        deed: "finding.assigned".to_owned(),
        subject: subject.to_owned(),
        detail: "ü \0 '; --".to_owned(),
    }
}

async fn an_account_is_found_by_every_way_to_it(store: Store) {
    assert!(!store.has_accounts().await.unwrap());
    let mira = account(&store, "mira").await;
    assert!(store.has_accounts().await.unwrap());
    assert_eq!((mira.name.as_str(), mira.active), ("mira", true));
    assert_eq!(mira.shown, "Somebody mira");
    let found = [
        store.account_named("MIRA").await.unwrap(),
        store.account_of(mira.person).await.unwrap(),
        store.account_of_email(" Mira@hospital.EXAMPLE").await.unwrap(),
    ];
    for found in found {
        assert_eq!(found.as_ref(), Some(&mira));
    }
    let all = store.accounts(&Page::first(1)).await.unwrap();
    assert_eq!(
        (all.rows.as_slice(), all.next),
        (std::slice::from_ref(&mira), None)
    );
    assert_eq!(store.accounts_of(&[mira.person, 99]).await.unwrap(), all.rows);
    assert!(!store.is_another(mira.id, &mira.role).await.unwrap());
    for other in ["", "noor", "mira@hospital.example"] {
        assert_eq!(store.account_named(other).await.unwrap(), None);
    }
    assert_eq!(store.account_of_email("").await.unwrap(), None);
    assert_eq!(store.account_of(mira.person + 1).await.unwrap(), None);
    let mut writing = store.write().await.unwrap();
    writing.came_in(mira.id, at(5)).await.unwrap();
    writing.set_role(mira.id, "viewer", false).await.unwrap();
    writing.commit().await.unwrap();
    let after = store.account(mira.id).await.unwrap();
    assert_eq!(
        (after.role.as_str(), after.active, after.seen),
        ("viewer", false, Some(at(5)))
    );
}

async fn a_code_opens_once_whoever_is_quicker(store: Store) {
    let mira = account(&store, "mira").await;
    let mut writing = store.write().await.unwrap();
    writing.set_second(mira.id, "sealed").await.unwrap();
    assert!(writing.use_second(mira.id, 7).await.unwrap());
    for used in [7, 6] {
        assert!(!writing.use_second(mira.id, used).await.unwrap());
    }
    writing.commit().await.unwrap();
    let after = store.account(mira.id).await.unwrap();
    assert_eq!((after.second.as_str(), after.second_step), ("sealed", 7));
}

async fn a_session_ends_in_its_time_and_with_its_account(store: Store) {
    let (mira, noor) = (account(&store, "mira").await, account(&store, "noor").await);
    opened(&store, mira.id, "one", 0).await;
    opened(&store, noor.id, "two", 10).await;
    let (session, whose) = store.session("one", at(99)).await.unwrap().unwrap();
    assert_eq!((session.account, whose.id), (mira.id, mira.id));
    assert_eq!(store.session("one", at(100)).await.unwrap(), None);
    assert_eq!(store.session("three", at(0)).await.unwrap(), None);
    let mut writing = store.write().await.unwrap();
    writing.use_session("one", at(50)).await.unwrap();
    writing.commit().await.unwrap();
    assert_eq!(store.sessions(mira.id, at(60), 9).await.unwrap()[0].seen, at(50));
    // A new one sweeps away those that are over.
    opened(&store, noor.id, "four", 105).await;
    assert!(store.sessions(mira.id, at(0), 9).await.unwrap().is_empty());
    let mut writing = store.write().await.unwrap();
    writing.set_role(noor.id, "viewer", false).await.unwrap();
    writing.commit().await.unwrap();
    assert_eq!(store.session("four", at(106)).await.unwrap(), None);
}

async fn a_link_opens_until_a_password_is_chosen(store: Store) {
    let mira = account(&store, "mira").await;
    let mut writing = store.write().await.unwrap();
    writing.invite(mira.id, "old", at(0), at(100)).await.unwrap();
    writing.invite(mira.id, "new", at(1), at(100)).await.unwrap();
    writing.commit().await.unwrap();
    assert_eq!(store.invited("old", at(2)).await.unwrap(), None);
    assert_eq!(store.invited("new", at(100)).await.unwrap(), None);
    assert_eq!(store.invited("new", at(2)).await.unwrap().unwrap().id, mira.id);
    opened(&store, mira.id, "session", 2).await;
    let mut writing = store.write().await.unwrap();
    writing.set_password(mira.id, "another").await.unwrap();
    writing.commit().await.unwrap();
    assert_eq!(store.invited("new", at(3)).await.unwrap(), None);
    assert_eq!(store.session("session", at(3)).await.unwrap(), None);
}

async fn a_token_is_worth_what_its_account_is(store: Store) {
    let mira = account(&store, "mira").await;
    let token = ApiToken {
        id: 0,
        account: mira.id,
        name: "a script".to_owned(),
        role: "viewer".to_owned(),
        created: at(0),
        expires: at(100),
        used: None,
    };
    let mut writing = store.write().await.unwrap();
    let id = writing.add_api_token(&token, "hash").await.unwrap();
    writing.use_api_token(id, at(4)).await.unwrap();
    writing.commit().await.unwrap();
    let (found, whose) = store.api_token("hash", at(99)).await.unwrap().unwrap();
    assert_eq!((found.id, found.used, whose.id), (id, Some(at(4)), mira.id));
    assert_eq!(store.api_token("hash", at(100)).await.unwrap(), None);
    assert_eq!(store.api_tokens(mira.id).await.unwrap().len(), 1);
    let mut writing = store.write().await.unwrap();
    let live = async |writing: &mut holter_store::Writing, now| {
        writing.live_api_tokens(mira.id, at(now)).await.unwrap()
    };
    assert_eq!(
        (live(&mut writing, 99).await, live(&mut writing, 100).await),
        (1, 0)
    );
    drop(writing);
    let mut writing = store.write().await.unwrap();
    assert!(!writing.end_api_token(mira.id + 1, id).await.unwrap());
    writing.set_role(mira.id, "viewer", false).await.unwrap();
    writing.commit().await.unwrap();
    assert_eq!(store.api_token("hash", at(5)).await.unwrap(), None);
    let mut writing = store.write().await.unwrap();
    assert!(writing.end_api_token(mira.id, id).await.unwrap());
    assert!(!writing.end_api_token(mira.id, id).await.unwrap());
    writing.commit().await.unwrap();
}

async fn codes_for_a_lost_telephone_open_once(store: Store) {
    let (mira, noor) = (account(&store, "mira").await, account(&store, "noor").await);
    let codes = |of: &str| vec![format!("{of} one"), format!("{of} two")];
    let mut writing = store.write().await.unwrap();
    writing.set_recovery_codes(mira.id, &codes("a")).await.unwrap();
    writing.set_recovery_codes(noor.id, &codes("n")).await.unwrap();
    writing.set_recovery_codes(mira.id, &codes("m")).await.unwrap();
    for (whose, code, opens) in [
        (mira.id, "a one", false),
        (mira.id, "n one", false),
        (mira.id, "m one", true),
        (mira.id, "m one", false),
    ] {
        assert_eq!(writing.use_recovery_code(whose, code).await.unwrap(), opens);
    }
    writing.commit().await.unwrap();
    assert_eq!(store.recovery_codes(mira.id).await.unwrap(), 1);
    // Another telephone, or none: they stand in for nothing any more.
    let mut writing = store.write().await.unwrap();
    writing.set_second(mira.id, "").await.unwrap();
    writing.commit().await.unwrap();
    assert_eq!(store.recovery_codes(mira.id).await.unwrap(), 0);
    assert_eq!(store.recovery_codes(noor.id).await.unwrap(), 2);
}

async fn failures_are_counted_and_forgiven(store: Store) {
    let mut writing = store.write_alone().await.unwrap();
    for second in 0..3 {
        writing.note_failure("mira", at(second)).await.unwrap();
    }
    writing.note_failure("noor", at(3)).await.unwrap();
    writing.commit().await.unwrap();
    let failed = store.failures("mira").await.unwrap().unwrap();
    assert_eq!((failed.count, failed.last), (3, at(2)));
    let mut writing = store.write_alone().await.unwrap();
    writing.forgive("mira").await.unwrap();
    writing.commit().await.unwrap();
    assert_eq!(store.failures("mira").await.unwrap(), None);
    // A quiet day forgives, too.
    let mut writing = store.write_alone().await.unwrap();
    let later = at(4) + SignedDuration::from_hours(24);
    writing.note_failure("noor", later).await.unwrap();
    writing.commit().await.unwrap();
    assert_eq!(store.failures("noor").await.unwrap().unwrap().count, 1);
}

async fn what_is_remembered_of_strangers_is_bounded(store: Store) {
    let mut writing = store.write_alone().await.unwrap();
    for _ in 0..6 {
        writing.note_failure("mira", at(0)).await.unwrap();
    }
    for number in 0..21_500 {
        writing.note_failure(&number.to_string(), at(1)).await.unwrap();
    }
    writing.commit().await.unwrap();
    assert_eq!(store.failures("mira").await.unwrap().unwrap().count, 6);
    let mut left = 0;
    for number in (0..21_500).step_by(100) {
        left += usize::from(store.failures(&number.to_string()).await.unwrap().is_some());
    }
    assert!(left <= 200, "{left}");
}

async fn a_subject_is_bound_to_one_account(store: Store) {
    let (mira, noor) = (account(&store, "mira").await, account(&store, "noor").await);
    let subject = |issuer: &str| Subject {
        issuer: issuer.to_owned(),
        subject: "17".to_owned(),
    };
    let (one, other) = (subject("https://one.example"), subject("https://other.example"));
    let mut writing = store.write().await.unwrap();
    writing.bind_subject(&one, mira.id, at(0)).await.unwrap();
    writing.bind_subject(&one, noor.id, at(1)).await.unwrap();
    writing.commit().await.unwrap();
    assert_eq!(store.account_of_subject(&one).await.unwrap().unwrap().id, noor.id);
    assert_eq!(store.account_of_subject(&other).await.unwrap(), None);
    assert_eq!(store.subjects(noor.id).await.unwrap(), std::slice::from_ref(&one));
    assert!(store.subjects(mira.id).await.unwrap().is_empty());
    let mut writing = store.write().await.unwrap();
    assert_eq!(writing.free_subjects(noor.id).await.unwrap(), 1);
    writing.commit().await.unwrap();
    assert_eq!(store.account_of_subject(&one).await.unwrap(), None);
}

async fn the_log_is_a_chain_whoever_writes(store: Store) {
    let mut writers = tokio::task::JoinSet::new();
    for number in 0..20 {
        let store = store.clone();
        writers.spawn(async move { store.audit(&KEY, &deed(&number.to_string()), at(number)).await });
    }
    let mut places: Vec<i64> = Vec::new();
    while let Some(written) = writers.join_next().await {
        places.push(written.unwrap().unwrap());
    }
    places.sort_unstable();
    assert_eq!(places, (1..=20).collect::<Vec<_>>());
    let Verified::Whole { rows: 20, last } = store.verify_audit(&KEY, None).await.unwrap() else {
        panic!("it is not whole");
    };
    let noted = format!("20:{last}");
    assert!(matches!(
        store
            .verify_audit(&KEY, Witness::parse(&noted).as_ref())
            .await
            .unwrap(),
        Verified::Whole { .. }
    ));
    let page = store.audited(&Page::first(5)).await.unwrap();
    let places: Vec<i64> = page.rows.iter().map(|row| row.place).collect();
    assert_eq!(places, [20, 19, 18, 17, 16]);
    assert_eq!(page.rows[0].deed.actor, "mira");
}

async fn a_change_and_its_row_are_there_together_or_not_at_all(store: Store) {
    for keeps in [false, true] {
        let mut writing = store.write_alone().await.unwrap();
        writing.set_setting("deadlines", "strict").await.unwrap();
        writing.audit(&KEY, &deed("setting"), at(0)).await.unwrap();
        if keeps {
            writing.commit().await.unwrap();
        } else {
            drop(writing);
        }
        let there = store.setting("deadlines").await.unwrap().is_some();
        let noted = store.audited(&Page::default()).await.unwrap().rows.len();
        assert_eq!((there, noted), (keeps, usize::from(keeps)));
    }
}

async fn settings_are_written_over(store: Store) {
    assert_eq!(store.setting("a").await.unwrap(), None);
    for value in ["one", "two"] {
        let mut writing = store.write().await.unwrap();
        writing.set_setting("a", value).await.unwrap();
        writing.commit().await.unwrap();
        assert_eq!(store.setting("a").await.unwrap().as_deref(), Some(value));
    }
}

async fn all_of_it_is_in_a_backup(store: Store) {
    let mira = account(&store, "mira").await;
    opened(&store, mira.id, "session", 0).await;
    let subject = Subject {
        issuer: "https://one.example".to_owned(),
        subject: "17".to_owned(),
    };
    let mut writing = store.write_alone().await.unwrap();
    writing.bind_subject(&subject, mira.id, at(0)).await.unwrap();
    let codes = ["code".to_owned()];
    writing.set_recovery_codes(mira.id, &codes).await.unwrap();
    writing.note_failure("noor", at(0)).await.unwrap();
    writing.audit(&KEY, &deed("setting"), at(0)).await.unwrap();
    writing.commit().await.unwrap();
    let mut file = Vec::new();
    store.backup(&mut file).await.unwrap();
    let (other, _folder) = both::sqlite().await;
    other.restore(&mut file.as_slice()).await.unwrap();
    assert_eq!(
        other.account_of_subject(&subject).await.unwrap(),
        Some(mira.clone())
    );
    assert_eq!(other.recovery_codes(mira.id).await.unwrap(), 1);
    // Nobody stays signed in, and nobody waits, over a restore.
    assert_eq!(other.session("session", at(1)).await.unwrap(), None);
    assert_eq!(other.failures("noor").await.unwrap(), None);
    assert!(matches!(
        other.verify_audit(&KEY, None).await.unwrap(),
        Verified::Whole { rows: 1, .. }
    ));
}

//! The outbox: what is to be told is told once, and what is to be sent is held by one at a time, on both databases.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

mod both;

use holter_model::finding::{Next, State};
use holter_model::{Basis, Severity, Verdict};
use holter_store::{
    AssetAbout, Channel, Date, Dated, Finding, NewAccount, NewMessage, NewNotice, Page, Person, Store, Tried,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

on_both! {
    a_notice_is_told_once,
    a_notice_lasts_with_what_it_tells_of_or_not_at_all,
    a_message_is_held_by_one_at_a_time,
    messages_about_a_finding_leave_in_their_order,
    what_failed_stays_until_somebody_asks,
    all_that_failed_by_a_channel_is_tried_again,
    readers_are_those_who_answer_follow_or_have_it,
    nobody_is_left_out_of_many_readers,
    a_link_is_used_once_and_a_digest_made_once,
    dates_are_gone_through_in_their_order,
    all_of_it_is_in_a_backup,
}

fn at(second: i64) -> Timestamp {
    Timestamp::new(1_790_000_000 + second, 123_456_000).unwrap()
}

async fn finding(store: &Store, due: i64) -> i64 {
    let mut writing = store.write().await.unwrap();
    let about = AssetAbout {
        name: "pacs".to_owned(),
        department: Some(writing.department_named("Radiology").await.unwrap()),
        ..AssetAbout::default()
    };
    let asset = writing.add_asset(&about, at(0)).await.unwrap();
    let finding = Finding {
        id: 0,
        flaw: "CVE-2014-0160".to_owned(),
        check: "heartbleed".to_owned(),
        asset,
        cause: "service:1".to_owned(),
        service: None,
        state: State::Open,
        severity: Severity::Critical,
        weight: 10,
        verdict: Verdict::Affected,
        basis: Basis::Behaviour,
        evidence: String::new(),
        foreign_bytes: 0,
        first_seen: at(0),
        last_seen: at(0),
        measured_at: at(0),
        visit: None,
        fixed_at: None,
        due: Some(at(due)),
        inconclusive: 0,
        returns: 0,
        assignee: None,
        accepted_until: None,
        next: Next::Department,
        site: None,
        department: about.department,
    };
    let id = writing.add_finding(&finding).await.unwrap();
    writing.commit().await.unwrap();
    id
}

fn notice(finding: i64, key: &str) -> NewNotice {
    NewNotice {
        kind: "opened".to_owned(),
        finding,
        at: at(1),
        actor: None,
        key: key.to_owned(),
    }
}

async fn channel(store: &Store) -> i64 {
    let channel = Channel {
        id: 0,
        kind: "webhook".to_owned(),
        name: "hook".to_owned(),
        config: json!({ "url": "https://hooks.example.org/" }),
        secret: String::new(),
        hears: vec!["opened".to_owned()],
        severity: Severity::High,
        department: None,
        active: true,
        created: at(0),
    };
    let mut writing = store.write().await.unwrap();
    let id = writing.add_channel(&channel).await.unwrap();
    writing.commit().await.unwrap();
    assert_eq!(store.channels().await.unwrap(), [Channel { id, ..channel }]);
    id
}

fn message(key: &str, channel: i64, finding: Option<i64>) -> NewMessage {
    NewMessage {
        key: key.to_owned(),
        channel,
        person: None,
        address: String::new(),
        subject: "New".to_owned(),
        finding,
        content: json!({ "form": "trial", "by": "mira" }),
        created: at(0),
    }
}

async fn put(store: &Store, messages: &[NewMessage]) {
    let mut writing = store.write().await.unwrap();
    writing.add_messages(messages).await.unwrap();
    writing.commit().await.unwrap();
}

/// Takes messages up, and gives their keys and numbers.
async fn take(store: &Store, token: &str, now: i64) -> Vec<(String, i64)> {
    let mut writing = store.write().await.unwrap();
    let taken = writing
        .take_messages(token, (at(now), at(now + 180)), 8)
        .await
        .unwrap();
    writing.commit().await.unwrap();
    taken.into_iter().map(|one| (one.about.key, one.id)).collect()
}

async fn tried(store: &Store, (id, token): (i64, &str), came: Tried, now: i64) -> bool {
    let mut writing = store.write().await.unwrap();
    let mine = writing
        .tried_message((id, token), came, "said", at(now))
        .await
        .unwrap();
    writing.commit().await.unwrap();
    mine
}

async fn a_notice_is_told_once(store: Store) {
    let finding = finding(&store, 0).await;
    let mut writing = store.write().await.unwrap();
    writing
        .add_notices(&[notice(finding, "a"), notice(finding, "b"), notice(finding, "a")])
        .await
        .unwrap();
    writing.commit().await.unwrap();
    let untold = store.untold(10).await.unwrap();
    let ids: Vec<i64> = untold.iter().map(|one| one.id).collect();
    assert_eq!(ids.len(), 2);
    let mut writing = store.write().await.unwrap();
    assert!(writing.told(&ids[..1], at(2)).await.unwrap());
    writing.commit().await.unwrap();
    // Who comes later with what is partly told is told so, and writes nothing.
    let mut writing = store.write().await.unwrap();
    assert!(!writing.told(&ids, at(2)).await.unwrap());
    drop(writing);
    assert_eq!(store.untold(10).await.unwrap(), untold[1..]);
    let department = store.departments().await.unwrap()[0].id;
    let happened = async |kind, from, most| {
        let span = (at(from), at(9));
        let notices = store.notices_of(department, kind, span, most).await.unwrap();
        notices.len()
    };
    let kind = untold[0].about.kind.as_str();
    assert_eq!((happened(kind, 0, 9).await, happened(kind, 0, 1).await), (2, 1));
    assert_eq!((happened("back", 0, 9).await, happened(kind, 2, 9).await), (0, 0));
}

async fn a_notice_lasts_with_what_it_tells_of_or_not_at_all(store: Store) {
    let finding = finding(&store, 0).await;
    let mut writing = store.write().await.unwrap();
    writing.add_notices(&[notice(finding, "a")]).await.unwrap();
    drop(writing);
    assert!(store.untold(10).await.unwrap().is_empty());
}

async fn a_message_is_held_by_one_at_a_time(store: Store) {
    let channel = channel(&store).await;
    put(
        &store,
        &[message("one", channel, None), message("two", channel, None)],
    )
    .await;
    let mut first = store.write().await.unwrap();
    let taken = first.take_messages("a", (at(0), at(180)), 1).await.unwrap();
    first.commit().await.unwrap();
    let (id, key) = (taken[0].id, taken[0].about.key.clone());
    assert_eq!((key.as_str(), taken[0].tries), ("one", 1));
    let others = take(&store, "b", 1).await;
    assert_eq!(others.len(), 1);
    assert_eq!(others[0].0, "two");
    assert!(take(&store, "c", 2).await.is_empty());
    // Whoever held it is not heard of any more: another has it, and the first one's word counts for nothing.
    let again = take(&store, "c", 200).await;
    assert_eq!(again.len(), 2);
    assert!(!tried(&store, (id, "a"), Tried::Sent, 201).await);
    assert!(tried(&store, (id, "c"), Tried::Sent, 201).await);
    assert!(!tried(&store, (id, "c"), Tried::Failed, 202).await);
    let sent = store.messages(Some("sent"), &Page::first(10)).await.unwrap().rows;
    assert_eq!((sent.len(), sent[0].id, sent[0].tries), (1, id, 2));
    assert_eq!(sent[0].ended_at, Some(at(201)));
    // The same key is the same message.
    let mut writing = store.write().await.unwrap();
    assert!(
        writing
            .add_messages(&[message("one", channel, None)])
            .await
            .is_err()
    );
}

async fn messages_about_a_finding_leave_in_their_order(store: Store) {
    let (channel, finding) = (channel(&store).await, finding(&store, 0).await);
    let keys = ["opened", "fixed", "back"];
    put(&store, &keys.map(|key| message(key, channel, Some(finding)))).await;
    for (round, key) in keys.into_iter().enumerate() {
        let now = i64::try_from(round).unwrap() * 10;
        let taken = take(&store, "a", now).await;
        assert_eq!(taken.len(), 1);
        assert_eq!(taken[0].0, key);
        // While it waits for its next try, nothing passes it by.
        assert!(tried(&store, (taken[0].1, "a"), Tried::Again(at(now + 5)), now).await);
        assert!(take(&store, "b", now + 1).await.is_empty());
        let taken = take(&store, "b", now + 6).await;
        assert!(tried(&store, (taken[0].1, "b"), Tried::Sent, now + 6).await);
    }
    let mut writing = store.write().await.unwrap();
    for key in ["SEC-1", "SEC-2"] {
        writing.keep_ticket((channel, finding), key, at(0)).await.unwrap();
    }
    writing.commit().await.unwrap();
    assert_eq!(
        store.ticket(channel, finding).await.unwrap().as_deref(),
        Some("SEC-1")
    );
    assert_eq!(store.ticket(channel, finding + 1).await.unwrap(), None);
}

async fn what_failed_stays_until_somebody_asks(store: Store) {
    let channel = channel(&store).await;
    put(
        &store,
        &[message("one", channel, None), message("two", channel, None)],
    )
    .await;
    let taken = take(&store, "a", 0).await;
    assert!(tried(&store, (taken[0].1, "a"), Tried::Failed, 1).await);
    assert!(tried(&store, (taken[1].1, "a"), Tried::Sent, 1).await);
    assert!(take(&store, "b", 10_000_000).await.is_empty());
    let mut writing = store.write().await.unwrap();
    assert_eq!(writing.forget_messages(at(10_000_000)).await.unwrap(), 1);
    assert!(!writing.retry_message(taken[1].1, at(2)).await.unwrap());
    writing.commit().await.unwrap();
    assert_eq!(store.messages_in("failed").await.unwrap(), 1);
    let mut writing = store.write().await.unwrap();
    assert!(writing.retry_message(taken[0].1, at(2)).await.unwrap());
    writing.commit().await.unwrap();
    assert_eq!(take(&store, "b", 2).await.len(), 1);
    // What a channel that is switched off was to send waits for it.
    put(&store, &[message("three", channel, None)]).await;
    let mut off = store.channel(channel).await.unwrap();
    off.active = false;
    let mut writing = store.write().await.unwrap();
    writing.update_channel(&off).await.unwrap();
    writing.commit().await.unwrap();
    assert!(take(&store, "c", 3).await.is_empty());
}

async fn all_that_failed_by_a_channel_is_tried_again(store: Store) {
    let mine = channel(&store).await;
    put(
        &store,
        &[
            message("failed", mine, None),
            message("waits", mine, None),
            message("sent", mine, None),
            message("sending", mine, None),
        ],
    )
    .await;
    let taken = take(&store, "a", 0).await;
    let id = |key: &str| taken.iter().find(|(other, _)| other == key).unwrap().1;
    tried(&store, (id("failed"), "a"), Tried::Failed, 1).await;
    tried(&store, (id("waits"), "a"), Tried::Again(at(900)), 1).await;
    tried(&store, (id("sent"), "a"), Tried::Sent, 1).await;
    put(&store, &[message("new", mine, None)]).await;
    assert_eq!(store.stuck_messages(at(5)).await.unwrap(), [(mine, 2)].into());
    let mut writing = store.write().await.unwrap();
    assert_eq!(writing.retry_messages(mine + 1, at(5)).await.unwrap(), 0);
    assert_eq!(writing.retry_messages(mine, at(5)).await.unwrap(), 2);
    writing.commit().await.unwrap();
    assert!(store.stuck_messages(at(5)).await.unwrap().is_empty());
    let mut writing = store.write().await.unwrap();
    let again = writing.take_messages("b", (at(5), at(200)), 8).await.unwrap();
    let mut again: Vec<(&str, i64)> = again
        .iter()
        .map(|one| (one.about.key.as_str(), one.tries))
        .collect();
    again.sort_unstable();
    // Whoever was tried before may have arrived before.
    assert_eq!(again, [("failed", 2), ("new", 1), ("waits", 2)]);
}

async fn readers_are_those_who_answer_follow_or_have_it(store: Store) {
    let mut writing = store.write().await.unwrap();
    let radiology = writing.department_named("Radiology").await.unwrap();
    let ward = writing.department_named("Ward").await.unwrap();
    let mut people = Vec::new();
    for (name, department, role, email) in [
        ("owner", Some(radiology), Some("owner"), true),
        ("other", Some(ward), Some("owner"), true),
        ("follower", None, Some("operator"), true),
        ("assignee", None, None, true),
        ("mute", Some(radiology), Some("owner"), false),
    ] {
        let person = Person {
            id: 0,
            name: name.to_owned(),
            email: email.then(|| format!("{name}@example.org")),
            department,
            active: true,
        };
        let id = writing.add_person(&person).await.unwrap();
        if let Some(role) = role {
            let account = NewAccount {
                person: id,
                name: name.to_owned(),
                role: role.to_owned(),
                password: String::new(),
                created: at(0),
            };
            writing.add_account(&account).await.unwrap();
        }
        people.push(id);
    }
    let wishes = [("overdue".to_owned(), "never".to_owned())].into();
    writing
        .set_wishes(people[2], &wishes, &[radiology])
        .await
        .unwrap();
    writing.commit().await.unwrap();
    let names = |readers: Vec<holter_store::Reader>| {
        readers
            .into_iter()
            .map(|reader| (reader.name, reader.answers))
            .collect::<Vec<_>>()
    };
    let readers = store.readers(Some(radiology), &[people[3]]).await.unwrap();
    assert_eq!(readers[1].wishes, wishes);
    assert_eq!(readers[2].role, None);
    let expected = [("owner", true), ("follower", true), ("assignee", false)];
    assert_eq!(
        names(readers),
        expected.map(|(name, answers)| (name.to_owned(), answers))
    );
    let of_ward = names(store.readers(Some(ward), &[]).await.unwrap());
    assert_eq!(of_ward, [("other".to_owned(), true)]);
    assert!(store.readers(None, &[]).await.unwrap().is_empty());
    let mut writing = store.write().await.unwrap();
    writing
        .set_wishes(people[2], &Default::default(), &[0])
        .await
        .unwrap();
    writing.commit().await.unwrap();
    assert_eq!(store.follows(people[2]).await.unwrap(), [0]);
    assert!(store.wishes(people[2]).await.unwrap().is_empty());
    let all = names(store.readers(None, &[]).await.unwrap());
    assert_eq!(all, [("follower".to_owned(), true)]);
}

/// More than are looked up at once, and the one to whom it was given comes last of all.
async fn nobody_is_left_out_of_many_readers(store: Store) {
    let mut writing = store.write().await.unwrap();
    let ward = writing.department_named("Ward").await.unwrap();
    let wishes = [("back".to_owned(), "never".to_owned())].into();
    let mut last = 0;
    for number in 0..1001 {
        let person = Person {
            id: 0,
            name: format!("nurse {number}"),
            email: Some(format!("{number}@example.org")),
            department: Some(ward),
            active: true,
        };
        last = writing.add_person(&person).await.unwrap();
        let follows = if number < 1000 { vec![ward] } else { Vec::new() };
        writing.set_wishes(last, &wishes, &follows).await.unwrap();
    }
    writing.commit().await.unwrap();
    let readers = store.readers(Some(ward), &[last]).await.unwrap();
    assert_eq!(readers.len(), 1001);
    assert!(readers.is_sorted_by_key(|reader| reader.person));
    assert!(readers.iter().all(|reader| reader.wishes == wishes));
    assert!(!readers[1000].answers && readers[999].answers);
    assert_eq!(store.readers(Some(ward), &[]).await.unwrap().len(), 1000);
}

async fn a_link_is_used_once_and_a_digest_made_once(store: Store) {
    let finding = finding(&store, 0).await;
    let mut writing = store.write().await.unwrap();
    let person = writing.person_named("Mira").await.unwrap();
    assert!(writing.use_link((finding, person), at(9), at(1)).await.unwrap());
    assert!(!writing.use_link((finding, person), at(9), at(2)).await.unwrap());
    assert!(writing.use_link((finding, person), at(10), at(2)).await.unwrap());
    writing.commit().await.unwrap();
    assert!(store.is_link_used((finding, person), at(9)).await.unwrap());
    assert!(!store.is_link_used((finding, person), at(11)).await.unwrap());
    let digest = store.digests().await.unwrap()[0].clone();
    assert_eq!((digest.every.clone(), digest.last), (None, None));
    let mut writing = store.write().await.unwrap();
    assert!(writing.digested(&digest, "week", at(1)).await.unwrap());
    assert!(!writing.digested(&digest, "week", at(2)).await.unwrap());
    writing.set_digest(digest.department, "day").await.unwrap();
    writing.commit().await.unwrap();
    let digest = store.digests().await.unwrap()[0].clone();
    assert_eq!((digest.every.as_deref(), digest.last), (Some("day"), Some(at(1))));
    let mut writing = store.write().await.unwrap();
    assert!(writing.digested(&digest, "week", at(3)).await.unwrap());
    writing.commit().await.unwrap();
    assert_eq!(store.digests().await.unwrap()[0].every.as_deref(), Some("day"));
}

async fn dates_are_gone_through_in_their_order(store: Store) {
    let late = finding(&store, 20).await;
    let early = finding(&store, 10).await;
    let all = store.dated(Date::Due, None, at(20)).await.unwrap();
    let numbers: Vec<i64> = all.iter().map(|one| one.finding).collect();
    assert_eq!(numbers, [early, late]);
    assert_eq!(
        store.dated(Date::Due, Some(all[0]), at(20)).await.unwrap(),
        all[1..]
    );
    let from = Dated {
        finding: i64::MAX,
        at: at(10),
    };
    let hour = SignedDuration::from_hours(1);
    assert_eq!(
        store.dated(Date::Due, Some(from), at(0) + hour).await.unwrap(),
        all[1..]
    );
    assert!(store.dated(Date::Due, None, at(9)).await.unwrap().is_empty());
    assert!(
        store
            .dated(Date::AcceptanceEnd, None, at(99))
            .await
            .unwrap()
            .is_empty()
    );
}

async fn all_of_it_is_in_a_backup(store: Store) {
    let (channel, finding) = (channel(&store).await, finding(&store, 0).await);
    put(&store, &[message("one", channel, Some(finding))]).await;
    let mut writing = store.write().await.unwrap();
    writing.add_notices(&[notice(finding, "a")]).await.unwrap();
    writing
        .keep_ticket((channel, finding), "SEC-1", at(0))
        .await
        .unwrap();
    writing.commit().await.unwrap();
    let mut file = Vec::new();
    store.backup(&mut file).await.unwrap();
    let (other, _folder) = both::sqlite().await;
    other.restore(&mut file.as_slice()).await.unwrap();
    assert_eq!(other.channels().await.unwrap(), store.channels().await.unwrap());
    assert_eq!(other.untold(9).await.unwrap(), store.untold(9).await.unwrap());
    assert_eq!(
        other.ticket(channel, finding).await.unwrap().as_deref(),
        Some("SEC-1")
    );
    assert_eq!(take(&other, "a", 0).await, take(&store, "a", 0).await);
}

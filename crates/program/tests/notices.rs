//! Who is told of what, from the first scan on, on both databases.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

#[path = "../../store/tests/both/mod.rs"]
mod both;
mod scanned;

use std::collections::BTreeSet;

use holter_model::seam::SystemDice;
use holter_model::{Severity, Verdict};
use holter_program::deeds::{self, By};
use holter_program::notices::calendar::Calendar;
use holter_program::notices::letter::{Content, Letter, Way};
use holter_program::notices::{digest, round};
use holter_store::{Channel, Message, NewAccount, NewNotice, Page, Person, Store};
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use scanned::{at, by, once, only, service};
use serde_json::json;

on_both! {
    each_is_told_once_and_to_whom_it_concerns,
    two_rounds_at_once_tell_it_once,
    dates_are_told_once_whoever_looks,
    a_digest_says_what_happened_and_who_acts_next,
    a_large_department_is_told_to_the_last,
    without_a_channel_nothing_piles_up,
    channels_hear_what_they_should,
}

const MINUTES_A_DAY: i64 = 24 * 60;

/// The people of Radiology: who answers for it, and somebody without an account.
struct House {
    owner: i64,
    mira: i64,
    finding: i64,
}

/// A hostile name, as a certificate could bring it.
const NAME: &str = "pacs\r\nBcc: x@evil.example\u{202e}<b>";

async fn channel(store: &Store, kind: &str, hears: &[&str], severity: Severity) -> i64 {
    let channel = Channel {
        id: 0,
        kind: kind.to_owned(),
        name: kind.to_owned(),
        config: json!({}),
        secret: String::new(),
        hears: hears.iter().map(|kind| (*kind).to_owned()).collect(),
        severity,
        department: None,
        active: true,
        created: at(0),
    };
    let mut writing = store.write().await.unwrap();
    let id = writing.add_channel(&channel).await.unwrap();
    writing.commit().await.unwrap();
    id
}

async fn house(store: &Store) -> House {
    let mut writing = store.write().await.unwrap();
    let radiology = writing.department_named("Radiology").await.unwrap();
    let ward = writing.department_named("Ward").await.unwrap();
    let mut people = Vec::new();
    for (name, department, role) in [
        ("Olga", radiology, Some("owner")),
        ("Walter", ward, Some("owner")),
        ("Mira", radiology, None),
    ] {
        let person = Person {
            id: 0,
            name: name.to_owned(),
            email: Some(format!("{}@example.org", name.to_lowercase())),
            department: Some(department),
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
    writing.commit().await.unwrap();
    once(store, "first", 1, service("10.0.0.7", 1, Verdict::Affected)).await;
    let found = only(store).await;
    let mut about = store.asset(found.asset).await.unwrap().about;
    about.department = Some(radiology);
    about.name = NAME.to_owned();
    let mut writing = store.write().await.unwrap();
    writing
        .update_asset(found.asset, &about, &BTreeSet::new())
        .await
        .unwrap();
    writing.commit().await.unwrap();
    House {
        owner: people[0],
        mira: people[2],
        finding: found.id,
    }
}

/// Tells everything there is to tell, and gives what is new in the outbox.
async fn told(store: &Store, minute: i64) -> Vec<Message> {
    let before = all(store).await.len();
    while round::tell(store, &SystemDice, at(minute)).await.unwrap() > 0 {}
    all(store).await.split_off(before)
}

async fn all(store: &Store) -> Vec<Message> {
    let mut rows = store.messages(None, &Page::first(500)).await.unwrap().rows;
    rows.reverse();
    rows
}

fn letter(message: &Message) -> Letter {
    match serde_json::from_value(message.about.content.clone()).unwrap() {
        Content::Letter(letter) => letter,
        other => panic!("{other:?}"),
    }
}

fn addresses(messages: &[Message]) -> Vec<&str> {
    messages
        .iter()
        .map(|message| message.about.address.as_str())
        .collect()
}

/// Gives the finding to Mira.
async fn hand_to_mira(store: &Store, house: &House, by: By<'_>) {
    let mut writing = store.write_alone().await.unwrap();
    deeds::assign(&mut writing, house.finding, house.mira, by)
        .await
        .unwrap();
    writing.commit().await.unwrap();
}

async fn each_is_told_once_and_to_whom_it_concerns(store: Store) {
    channel(&store, "mail", &[], Severity::Info).await;
    let house = house(&store).await;
    // What was found goes into the digest.
    assert!(told(&store, 2).await.is_empty());
    // What is given to somebody is told to them, and to nobody else.
    hand_to_mira(&store, &house, by(house.owner, 3)).await;
    let messages = told(&store, 3).await;
    assert_eq!(addresses(&messages), ["mira@example.org"]);
    let given = letter(&messages[0]);
    assert!(
        given.subject.starts_with("[Holter] Given to you: "),
        "{}",
        given.subject
    );
    assert!(
        !given.subject.contains(['\r', '\n', '\u{202e}']),
        "{:?}",
        given.subject
    );
    // Mira has no account: her way is a link.
    let until = at(3) + round::LINK;
    let way = given.sections[0].items[0].way;
    assert_eq!(
        way,
        Way::Link {
            person: house.mira,
            until
        }
    );
    assert!(told(&store, 4).await.is_empty());
    // Nobody is told what they did.
    hand_to_mira(&store, &house, by(house.mira, 5)).await;
    assert!(told(&store, 5).await.is_empty());
    // Fixed is good news and can wait; back cannot, for whoever has it and whoever answers for it.
    once(&store, "second", 6, service("10.0.0.7", 6, Verdict::NotAffected)).await;
    assert!(told(&store, 6).await.is_empty());
    once(&store, "third", 7, service("10.0.0.7", 7, Verdict::Affected)).await;
    let messages = told(&store, 7).await;
    assert_eq!(addresses(&messages), ["olga@example.org", "mira@example.org"]);
    assert_eq!(letter(&messages[0]).sections[0].items[0].way, Way::Page);
    // Whoever wishes otherwise is told otherwise.
    let mut writing = store.write().await.unwrap();
    let wishes = [
        ("back".to_owned(), "never".to_owned()),
        ("fixed".to_owned(), "now".to_owned()),
    ];
    writing
        .set_wishes(house.owner, &wishes.into(), &[])
        .await
        .unwrap();
    writing.commit().await.unwrap();
    once(&store, "fourth", 8, service("10.0.0.7", 8, Verdict::NotAffected)).await;
    assert_eq!(addresses(&told(&store, 8).await), ["olga@example.org"]);
    once(&store, "fifth", 9, service("10.0.0.7", 9, Verdict::Affected)).await;
    assert_eq!(addresses(&told(&store, 9).await), ["mira@example.org"]);
}

async fn two_rounds_at_once_tell_it_once(store: Store) {
    channel(&store, "mail", &[], Severity::Info).await;
    channel(&store, "webhook", &["assigned"], Severity::Info).await;
    let house = house(&store).await;
    hand_to_mira(&store, &house, by(house.owner, 3)).await;
    let round = || round::tell(&store, &SystemDice, at(4));
    let (one, two, three) = tokio::join!(round(), round(), round());
    one.and(two).and(three).unwrap();
    while round().await.unwrap() > 0 {}
    assert_eq!(all(&store).await.len(), 2);
}

async fn dates_are_told_once_whoever_looks(store: Store) {
    channel(&store, "mail", &[], Severity::Info).await;
    let house = house(&store).await;
    hand_to_mira(&store, &house, by(house.owner, 3)).await;
    told(&store, 3).await;
    let due = only(&store).await.due.unwrap();
    let day = (due.as_second() - at(0).as_second()) / 60 / MINUTES_A_DAY;
    let mut subjects = Vec::new();
    let mut calendar = Calendar::default();
    for minute in (0..day + 3).map(|days| days * MINUTES_A_DAY) {
        calendar.look(&store, at(minute)).await.unwrap();
        // A server that was started again knows nothing of what the one before has looked at.
        Calendar::default().look(&store, at(minute)).await.unwrap();
        for message in told(&store, minute).await {
            let title = letter(&message).sections[0].title.clone();
            subjects.push((title, message.about.address));
        }
    }
    let expected = [
        ("Due soon", "mira@example.org"),
        ("Overdue", "olga@example.org"),
        ("Overdue", "mira@example.org"),
    ];
    assert_eq!(
        subjects,
        expected.map(|(title, to)| (title.to_owned(), to.to_owned()))
    );
}

async fn a_digest_says_what_happened_and_who_acts_next(store: Store) {
    channel(&store, "mail", &[], Severity::Info).await;
    let zone = TimeZone::UTC;
    let make = |minute| digest::make(&store, &SystemDice, &zone, at(minute));
    let mut writing = store.write().await.unwrap();
    let radiology = writing.department_named("Radiology").await.unwrap();
    writing.set_digest(radiology, "day").await.unwrap();
    writing.commit().await.unwrap();
    make(0).await.unwrap();
    house(&store).await;
    told(&store, 2).await;
    make(2 * MINUTES_A_DAY).await.unwrap();
    make(2 * MINUTES_A_DAY).await.unwrap();
    let messages = all(&store).await;
    // Mira answers for nothing, and Walter for another department.
    assert_eq!(addresses(&messages), ["olga@example.org"]);
    let digest = letter(&messages[0]);
    let titles: Vec<&str> = digest
        .sections
        .iter()
        .map(|section| section.title.as_str())
        .collect();
    assert_eq!(titles, ["New", "Who must act next, the heaviest first"]);
    // Nothing happened since: nobody is written to.
    make(4 * MINUTES_A_DAY).await.unwrap();
    assert_eq!(all(&store).await.len(), 1);
}

/// Six hundred people follow it, and what is grave lies behind two thousand good news.
async fn a_large_department_is_told_to_the_last(store: Store) {
    const NURSES: usize = 600;
    channel(&store, "mail", &[], Severity::Info).await;
    digest::make(&store, &SystemDice, &TimeZone::UTC, at(0))
        .await
        .unwrap();
    let house = house(&store).await;
    let mut writing = store.write().await.unwrap();
    let radiology = writing.department_named("Radiology").await.unwrap();
    writing.set_digest(radiology, "day").await.unwrap();
    for number in 0..NURSES {
        let person = Person {
            id: 0,
            name: format!("Nurse {number}"),
            email: Some(format!("{number}@example.org")),
            department: Some(radiology),
            active: true,
        };
        let nurse = writing.add_person(&person).await.unwrap();
        let account = NewAccount {
            person: nurse,
            name: person.name.clone(),
            role: "viewer".to_owned(),
            password: String::new(),
            created: at(0),
        };
        writing.add_account(&account).await.unwrap();
        writing
            .set_wishes(nurse, &Default::default(), &[radiology])
            .await
            .unwrap();
    }
    writing.commit().await.unwrap();
    digest::make(&store, &SystemDice, &TimeZone::UTC, at(1))
        .await
        .unwrap();
    told(&store, 2).await;
    once(&store, "second", 6, service("10.0.0.7", 6, Verdict::NotAffected)).await;
    once(&store, "third", 7, service("10.0.0.7", 7, Verdict::Affected)).await;
    while round::tell(&store, &SystemDice, at(7)).await.unwrap() > 0 {}
    let waiting = store.messages_in("waiting").await.unwrap();
    assert_eq!(waiting, NURSES as u64 + 1, "and Olga, who answers for it");

    let good: Vec<NewNotice> = (0..2100)
        .map(|number| NewNotice {
            kind: "fixed".to_owned(),
            finding: house.finding,
            at: at(9),
            actor: None,
            key: format!("fixed {number}"),
        })
        .collect();
    let mut writing = store.write().await.unwrap();
    writing.add_notices(&good).await.unwrap();
    writing.commit().await.unwrap();
    digest::make(&store, &SystemDice, &TimeZone::UTC, at(2 * MINUTES_A_DAY))
        .await
        .unwrap();
    let digests = store.messages_in("waiting").await.unwrap() - waiting;
    assert_eq!(digests, NURSES as u64 + 1);
    let last = &store.messages(None, &Page::first(1)).await.unwrap().rows[0];
    let digest = letter(last);
    let sections: Vec<(&str, usize, bool)> = digest
        .sections
        .iter()
        .map(|section| (section.title.as_str(), section.items.len(), section.more))
        .collect();
    assert_eq!(
        sections[..],
        [
            ("Back", 1, false),
            ("New", 1, false),
            ("Fixed, as measured", 25, true),
            ("Who must act next, the heaviest first", 1, false),
        ]
    );
}

async fn without_a_channel_nothing_piles_up(store: Store) {
    let house = house(&store).await;
    hand_to_mira(&store, &house, by(house.owner, 3)).await;
    assert!(told(&store, 4).await.is_empty());
    channel(&store, "mail", &[], Severity::Info).await;
    assert!(told(&store, 5).await.is_empty());
    assert!(store.untold(10).await.unwrap().is_empty());
}

async fn channels_hear_what_they_should(store: Store) {
    channel(&store, "webhook", &["fixed", "back"], Severity::Info).await;
    let jira = channel(&store, "jira", &["opened", "fixed", "back"], Severity::Critical).await;
    channel(&store, "syslog", &[], Severity::Info).await;
    let house = house(&store).await;
    once(&store, "second", 6, service("10.0.0.7", 6, Verdict::NotAffected)).await;
    let messages = told(&store, 7).await;
    assert_eq!(messages.len(), 3);
    let to_jira = messages.iter().filter(|message| message.about.channel == jira);
    assert!(
        to_jira
            .clone()
            .all(|message| message.about.finding == Some(house.finding))
    );
    let kinds: Vec<String> = to_jira
        .map(|message| message.about.content["kind"].to_string())
        .collect();
    assert_eq!(kinds, ["\"opened\"", "\"fixed\""]);
    let hour = SignedDuration::from_hours(1);
    let mut writing = store.write().await.unwrap();
    let taken = writing
        .take_messages("a", (at(8), at(8) + hour), 9)
        .await
        .unwrap();
    assert_eq!(taken.len(), 2, "the second about a finding waits for the first");
}

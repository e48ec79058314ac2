//! Nothing is lost, whatever is killed: a real server is killed between sending and ticking off, again and again.

use std::collections::BTreeMap;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use holter_engine::Stop;
use holter_model::Severity;
use holter_model::seam::{FixedClock, SystemDice};
use holter_store::{Channel, NewMessage, Page, Store};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::house::rules;
use super::receiver;
use crate::access::seal::Key;
use crate::serve::{Serving, serve};

const WHERE: &str = "HOLTER_TEST_OUTBOX";
const MESSAGES: usize = 60;
const KILLS: usize = 8;

#[tokio::test]
#[ignore = "it is the child of the test below"]
#[allow(
    clippy::disallowed_methods,
    reason = "the child is told what to do by its environment"
)]
async fn child() {
    let Ok(told) = std::env::var(WHERE) else { return };
    let mut told = told.splitn(3, ' ');
    let mut next = || told.next().unwrap();
    let now: Timestamp = next().parse().unwrap();
    let serving = Serving {
        key: Key::read(next()).unwrap(),
        store: Store::open(next()).await.unwrap(),
        listen: ([127, 0, 0, 1], 0).into(),
        tls: None,
        zone: TimeZone::UTC,
        rules: rules(),
        clock: Box::new(FixedClock(now)),
        dice: Box::new(SystemDice),
    };
    serve(serving, |_| {}, &Stop::default()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_between_sending_and_noting_it_sends_again_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("holter.db");
    let path = path.to_str().unwrap();
    let key = Key::new(&SystemDice).unwrap();
    let start: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();

    // The receiver kills whoever spoke to it, before it answers, after every few messages.
    let server: Arc<Mutex<Option<Child>>> = Arc::default();
    let mut kills = 0;
    let mut since = 0;
    let victim = Arc::clone(&server);
    let (address, heard) = receiver::start(move |_| {
        since += 1;
        if since < 5 || kills == KILLS {
            return;
        }
        if let Some(mut child) = victim.lock().unwrap().take() {
            child.kill().unwrap();
            child.wait().unwrap();
            (since, kills) = (0, kills + 1);
        }
    });

    let store = Store::open(path).await.unwrap();
    let channel = Channel {
        id: 0,
        kind: "webhook".to_owned(),
        name: "hook".to_owned(),
        config: json!({ "url": format!("http://{address}/") }),
        secret: String::new(),
        hears: Vec::new(),
        severity: Severity::Info,
        department: None,
        active: true,
        created: start,
    };
    let mut writing = store.write().await.unwrap();
    let channel = writing.add_channel(&channel).await.unwrap();
    let messages: Vec<NewMessage> = (0..MESSAGES)
        .map(|number| NewMessage {
            key: format!("message-{number}"),
            channel,
            person: None,
            address: String::new(),
            subject: "A trial".to_owned(),
            finding: None,
            content: json!({ "form": "trial", "by": format!("{number}") }),
            created: start,
        })
        .collect();
    writing.add_messages(&messages).await.unwrap();
    writing.commit().await.unwrap();

    let mut round = 0;
    while unsent(&store).await > 0 {
        let is_running = server.lock().unwrap().as_mut().is_some_and(|child| {
            assert!(child.try_wait().unwrap().is_none(), "the server ended by itself");
            true
        });
        if !is_running {
            // What the one before held is free again when its lease has ended.
            let now = start + SignedDuration::from_hours(round);
            let child = Command::new(std::env::current_exe().unwrap())
                .args(["tests::outbox::child", "--exact", "--ignored"])
                .env(WHERE, format!("{now} {} {path}", key.written()))
                .stdout(Stdio::null())
                .spawn()
                .unwrap();
            *server.lock().unwrap() = Some(child);
            round += 1;
            assert!(round < 40, "it does not come to an end");
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    if let Some(mut child) = server.lock().unwrap().take() {
        child.kill().unwrap();
        child.wait().unwrap();
    }

    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    let mut bodies: BTreeMap<String, serde_json::Value> = BTreeMap::new();
    for request in heard.try_iter() {
        let key = request.header("webhook-id").to_owned();
        *times.entry(key.clone()).or_default() += 1;
        let mut body: serde_json::Value = serde_json::from_str(&request.body).unwrap();
        // When it was sent is all that may differ.
        body["timestamp"] = serde_json::Value::Null;
        let known = bodies.entry(key).or_insert_with(|| body.clone());
        assert_eq!(*known, body);
    }
    assert_eq!(times.len(), MESSAGES, "a message was lost");
    let again: usize = times.values().map(|count| count - 1).sum();
    assert!(
        again > 0,
        "whoever is killed before it hears the answer must send again"
    );
    assert!(again <= KILLS * 8, "no more come again than were under way");
    store.check().await.unwrap();
}

async fn unsent(store: &Store) -> usize {
    let sent = store.messages(Some("sent"), &Page::first(500)).await.unwrap();
    MESSAGES - sent.rows.len()
}

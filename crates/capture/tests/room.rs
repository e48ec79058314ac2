//! More servers, clients and pairs than are remembered: what is handed on to make room is told, and nothing of it twice.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod forge;

use std::collections::{BTreeMap, BTreeSet};

use forge::flows::{begin, ending, ends, flow, server, steal};
use holter_capture::{Bounds, Heard, Listener as _, Listening, Subject};

const FEW: Bounds = Bounds {
    servers: 64,
    evidence: 64,
    clients: 64,
    interfaces: 64,
    certificates: 12 << 20,
    handshakes: 12 << 20,
};

const FLOWS: u32 = 5000;

#[test]
fn whoever_makes_room_for_others_is_told() {
    let mut listening = Listening::new(FEW);
    let mut heard = Heard::default();
    let mut handed_on = 0;
    // Somebody robs this one first, and it is never forgotten for those that nobody touched.
    flow(&mut listening, 0, Some(400));
    let open = begin(&mut listening, 1);
    for number in 2..FLOWS {
        flow(&mut listening, number, None);
        if number % 16 == 0 && listening.has_handed_on() {
            handed_on += 1;
            listening.handed_on().for_each(|part| heard.take(part));
        }
    }
    assert!(handed_on > 50);
    listening.end(open, &ends(1), ending(1));
    let mut rest = listening.rest();
    rest.by_ref().for_each(|part| heard.take(part));
    assert!(!rest.beyond().any(), "{:?}", rest.beyond());
    let count = usize::try_from(FLOWS).unwrap();
    let mut subjects = BTreeMap::new();
    for subject in &heard.subjects {
        *subjects.entry(subject.subject.address).or_insert(0) += subject.coverage.sessions;
    }
    // Each once, and each session of it.
    assert_eq!((subjects.len(), heard.subjects.len()), (count, count));
    assert!(subjects.values().all(|sessions| *sessions == 1));
    assert_eq!((heard.clients.len(), heard.interfaces.len()), (count, count));
    let place = |number| {
        heard
            .subjects
            .iter()
            .position(|subject| subject.subject.address == server(number))
    };
    // The one whose session ran all the time was remembered all the time.
    assert!(place(1) > place(100));
    assert_eq!(
        heard.subjects[place(0).unwrap()].verdicts[0]
            .weight
            .unwrap()
            .leaked_min,
        400
    );
}

#[test]
fn where_nothing_is_told_nothing_grows_and_what_is_left_out_is_counted() {
    let mut listening = Listening::new(FEW);
    for number in 0..FLOWS {
        flow(&mut listening, number, None);
    }
    let heard = listening.finish();
    assert!(heard.subjects.len() <= FEW.servers + FEW.servers / 2);
    let told = u64::try_from(heard.subjects.len()).unwrap();
    assert_eq!(told + heard.beyond.servers, u64::from(FLOWS));
}

#[test]
fn news_are_told_once_and_again_when_there_are_more() {
    let mut listening = Listening::new(FEW);
    flow(&mut listening, 1, None);
    let news = |listening: &mut Listening| listening.news().collect::<Vec<_>>();
    assert!(matches!(&news(&mut listening)[..], [one] if one.so_far));
    // One session more is none.
    flow(&mut listening, 1, None);
    assert_eq!(news(&mut listening), []);
    flow(&mut listening, 1, Some(200));
    assert_eq!(
        news(&mut listening)[0].verdicts[0].weight.unwrap().leaked_min,
        200
    );
    assert_eq!(news(&mut listening), []);
    assert_eq!(listening.finish().subjects[0].coverage.sessions, 3);
}

#[test]
fn sessions_that_never_end_keep_out_nobody_who_comes_new() {
    let mut listening = Listening::new(FEW);
    let mut heard = Heard::default();
    let mut open = Vec::new();
    for number in 0..FLOWS {
        open.push(begin(&mut listening, number));
        if listening.has_handed_on() {
            listening.handed_on().for_each(|part| heard.take(part));
        }
    }
    let told: BTreeSet<_> = heard
        .subjects
        .iter()
        .map(|subject| subject.subject.address)
        .collect();
    assert!(told.contains(&server(0)) && told.len() == heard.subjects.len());
    // All but those that are still remembered were forgotten while a session ran, and that is counted.
    let all = usize::try_from(FLOWS).unwrap();
    let forgotten = u64::try_from(told.len()).unwrap();
    assert_eq!(listening.beyond().servers, forgotten);
    assert!(all - told.len() <= FEW.servers);
    // What is tried on one that was forgotten is told all the same.
    steal(&mut listening, &mut open[0], 0, 400);
    for (number, flow) in (0..).zip(open) {
        listening.end(flow, &ends(number), ending(number));
    }
    listening.rest().for_each(|part| heard.take(part));
    let robbed =
        |subject: &&Subject| subject.subject.address == server(0) && subject.verdicts[0].exposure.is_some();
    let robbed = heard.subjects.iter().find(robbed).unwrap();
    assert_eq!(robbed.verdicts[0].weight.unwrap().leaked_min, 400);
    assert_eq!(robbed.verdicts[0].exposure.as_ref().unwrap().sessions, 1);
    let subjects: BTreeSet<_> = heard
        .subjects
        .iter()
        .map(|subject| subject.subject.address)
        .collect();
    assert_eq!(subjects.len(), all);
}

//! More servers, clients and pairs than are remembered: what is handed on to make room is told, and nothing of it twice.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod forge;

use std::collections::BTreeMap;

use forge::flows::{begin, ending, ends, flow, server};
use holter_capture::{Bounds, Heard, Listener as _, Listening};

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

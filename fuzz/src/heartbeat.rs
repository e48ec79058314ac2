//! Heartbeats: an echo is told from anything else, an over-read is counted right and wiped, and no request
//! claims a byte that it does not bring.

use holter_wire::heartbeat::{Answer, Marker, OverClaim, ProveConsent, Request, Seen, compare};

/// Takes `data` as an answer, and as the payload of a request.
pub fn run(data: &[u8]) {
    honest(data);
    compared(data);
    verified(data);
}

fn honest(data: &[u8]) {
    let (payload, padding) = data.split_at(data.len() / 2);
    let request = Request::new(payload.to_vec(), padding.to_vec());
    let mut body = Vec::new();
    request.encode(&mut body);
    let seen = Seen::read(&body);
    assert!(seen.is_some_and(|seen| seen.is_honest() && seen.claimed == request.payload().len()));
    if let Some(seen) = Seen::read(data) {
        assert_eq!(seen.brought + 3, data.len());
    }
}

fn compared(data: &[u8]) {
    // An answer to the payload that it seems to carry is an echo or is not; to any other it is not.
    let carried: Vec<u8> = data.iter().skip(3).take(16).copied().collect();
    let asked = Request::new(carried.clone(), vec![0; 15]);
    match compare(&asked, data) {
        Answer::Echo { padding, .. } => {
            assert_eq!(3 + carried.len() + padding, data.len());
        }
        Answer::Other { length, beyond } => {
            assert_eq!(length, data.len());
            assert!(beyond <= length);
        }
    }
    let other: Vec<u8> = carried.iter().map(|byte| !byte).collect();
    if !other.is_empty() {
        let asked = Request::new(other, vec![0; 15]);
        assert!(matches!(compare(&asked, data), Answer::Other { .. }));
    }
}

fn verified(data: &[u8]) {
    let body = data.get(3..).unwrap_or_default();
    let marker = Marker(*body.first_chunk::<16>().unwrap_or(b"holter:marker:16"));
    let claim = OverClaim::new(marker, 8192, 16, ProveConsent::given_by_user());
    let mut answer = data.to_vec();
    let counts = claim.verify(&mut answer);
    assert!(answer.iter().all(|byte| *byte == 0));
    assert!(counts.over_read + counts.foreign <= data.len());
    // Not one byte that is not our marker's may go uncounted, but for the padding.
    let strange = body
        .iter()
        .zip(marker.bytes(body.len()))
        .filter(|(byte, ours)| *byte != ours)
        .count();
    assert!(strange <= counts.foreign + 16);
}

//! Real old servers on loopback, robbed by these tests themselves: what is said of the capture is what the thief got, byte for byte.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that panics has failed"
)]

mod datagram;
mod downgrade;
mod early;
#[path = "../forge/mod.rs"]
mod forge;
mod invented;
mod nmap;
mod packets;
mod property;
mod robbery;
mod tap;
mod world;

use holter_capture::subject::End;
use holter_capture::{Ladder, Side};
use holter_model::Verdict;
use holter_wire::{CipherSuite, Version};

use packets::{Chance, Sent, connection, cut_in, heard, of_one_side, said};
use robbery::{Loot, claim, honest, node};

/// A request that claims so much and brings so much, and an honest one with so much padding.
fn requests() -> Vec<Vec<u8>> {
    // More than 4,096 bytes each, for in the middle of a handshake OpenSSL holds back what is shorter.
    vec![
        claim(0x4000, 0),
        claim(0xffff, 0),
        claim(5000, 19),
        claim(16_365, 100),
        claim(4200, 4200),
    ]
}

fn assert_exact(packets: &[Sent], loot: &Loot, what: &str) {
    let (verdict, weight) = said(&heard(packets), End::Server).unwrap();
    println!("{what}: {loot:?} {weight:?}");
    assert_eq!(verdict, Verdict::Affected, "{what}");
    assert_eq!(weight.attempts, loot.requests, "{what}: {weight:?}");
    assert_eq!(weight.answers, loot.answers, "{what}: {weight:?}");
    assert_eq!(weight.leaked_min, loot.foreign, "{what}: {weight:?}");
    assert_eq!(weight.leaked_max, loot.foreign, "{what}: {weight:?}");
}

#[test]
fn in_the_clear_every_byte_is_counted() {
    let server = node("https");
    for (place, request) in requests().iter().enumerate() {
        let (pieces, loot) = robbery::in_clear(server.address, None, std::slice::from_ref(request));
        let packets = connection(&pieces);
        assert_exact(&packets, &loot, &format!("request {place}"));
        let (_, weight) = said(&heard(&packets), End::Server).unwrap();
        let ladder = if loot.foreign == 0 {
            Ladder::AnsweredNoLeak
        } else {
            Ladder::LeakExact
        };
        assert_eq!(weight.ladder, ladder, "{place}");
        // Where its end is not in the capture, OpenSSL may still send what it has held back.
        let open = &packets[..packets.len() - 3];
        let (_, weight) = said(&heard(open), End::Server).unwrap();
        let owed = u64::from(u16::from_be_bytes([request[1], request[2]])) + 3;
        let most = owed - u64::try_from(request.len()).unwrap();
        assert_eq!((weight.leaked_min, weight.leaked_max), (loot.foreign, most));
        assert_eq!(
            weight.ladder == Ladder::LeakBounded,
            loot.foreign < most,
            "{place}"
        );
    }
}

/// What OpenSSL holds back of one answer it sends before the next, so that the last alone is cut short.
#[test]
fn answers_are_exact_one_after_the_other() {
    let server = node("https");
    let [first, second] = [[claim(0x4000, 0)], [claim(0xffff, 7)]];
    let rounds = [&first[..], &second, &first, &first];
    let (pieces, loot) = robbery::in_rounds(server.address, None, &rounds);
    assert_eq!(loot.answers, 4);
    assert_exact(&connection(&pieces), &loot, "one after the other");
}

#[test]
fn several_in_one_go_and_after_starttls() {
    let server = node("https");
    let (pieces, loot) = robbery::in_clear(server.address, None, &[claim(0x4000, 0), claim(0xffff, 0)]);
    assert_exact(&connection(&pieces), &loot, "pipelined");
    let server = node("smtp");
    let (pieces, loot) = robbery::in_clear(server.address, Some("smtp"), &[claim(0x8000, 0)]);
    assert_exact(&connection(&pieces), &loot, "smtp");
}

/// Who opens its window by a byte makes the other side say its hello byte by byte, and nothing less is known for that.
#[test]
fn a_byte_at_a_time_is_as_good() {
    let server = node("https");
    for suite in [0x009c, 0x002f] {
        let requests = [claim(100, 19), honest(40), claim(5000, 0)];
        let (pieces, loot) =
            robbery::encrypted(server.address, Version::TLS12, CipherSuite(suite), &requests);
        let (_, whole) = said(&heard(&connection(&pieces)), End::Server).unwrap();
        for size in [1, 3, 10] {
            let (_, mut weight) = said(&heard(&cut_in(&pieces, size)), End::Server).unwrap();
            (weight.first_leak, weight.last_leak) = (whole.first_leak, whole.last_leak);
            assert_eq!(weight, whole, "{loot:?} by {size}");
        }
    }
}

#[test]
fn an_opening_that_stands_behind_its_data_takes_nothing_away() {
    let server = node("https");
    let requests = [claim(100, 19), honest(40), claim(5000, 0)];
    let suite = CipherSuite(0x002f);
    let (pieces, _) = robbery::encrypted(server.address, Version::TLS12, suite, &requests);
    let packets = connection(&pieces);
    let untimed = |packets: &[Sent]| {
        let (verdict, mut weight) = said(&heard(packets), End::Server).unwrap();
        (weight.first_leak, weight.last_leak) = (None, None);
        (verdict, weight)
    };
    let whole = untimed(&packets);
    // As far as captures mix up packets; and no heartbeat has come by then.
    for late in 1..=8 {
        let mut moved = packets.clone();
        let syn = moved.remove(0);
        moved.insert(late, syn.clone());
        assert_eq!(untimed(&moved), whole, "SYN at {late}");
        let answer = moved.remove(0);
        moved.insert(late, answer);
        assert_eq!(untimed(&moved), whole, "both at {late}");
    }
}

/// Suites of every kind of cover: RC4 with both MACs, CBC with blocks of both sizes and three MACs, GCM.
const SUITES: [(Version, u16); 10] = [
    (Version::TLS10, 0x002f),
    (Version::TLS10, 0x000a),
    (Version::TLS10, 0x0005),
    (Version::TLS10, 0x0004),
    (Version::TLS11, 0x0035),
    (Version::TLS11, 0x000a),
    (Version::TLS12, 0x009c),
    (Version::TLS12, 0x003c),
    (Version::TLS12, 0x0035),
    (Version::TLS12, 0x0005),
];

#[test]
fn under_every_cipher_the_truth_lies_between_the_bounds() {
    let server = node("https");
    for (version, suite) in SUITES {
        let suite = CipherSuite(suite);
        for request in requests()
            .into_iter()
            .chain([claim(200, 19), claim(40, 40), claim(1, 0)])
        {
            let brought = u64::try_from(request.len() - 3).unwrap();
            let (pieces, loot) = robbery::encrypted(server.address, version, suite, &[request]);
            let (verdict, weight) = said(&heard(&connection(&pieces)), End::Server).unwrap();
            let what = format!("{version} {suite} {loot:?} {weight:?}");
            println!("{what}");
            assert_eq!(loot.answers, 1, "{what}");
            let (least, most) = (weight.leaked_min, weight.leaked_max);
            assert!((least..=most).contains(&loot.foreign), "{what}");
            if loot.foreign > 300 {
                assert_eq!(
                    (verdict, weight.ladder),
                    (Verdict::Affected, Ladder::LeakBounded),
                    "{what}"
                );
                assert!(most - least <= 64 + brought, "{what}");
            }
            if suite.to_string().contains("GCM") || suite.to_string().contains("RC4") {
                assert_eq!((least, most), (loot.foreign, loot.foreign), "{what}");
                assert_eq!(verdict, Verdict::Affected, "{what}");
            }
        }
    }
}

#[test]
fn honest_heartbeats_give_no_alarm_under_any_cipher() {
    let server = node("https");
    let honest: Vec<Vec<u8>> = [0, 1, 16, 100, 4000, 16_000].map(robbery::honest).to_vec();
    for (version, suite) in SUITES {
        let (pieces, loot) = robbery::encrypted(server.address, version, CipherSuite(suite), &honest);
        assert_eq!(loot.foreign, 0);
        for seed in 0..20 {
            let mut chance = Chance(seed);
            let packets = connection(&pieces);
            let torn = [
                packets.clone(),
                packets::mixed(&packets, &mut chance),
                packets::doubled(&packets, &mut chance),
                packets::lossy(&packets, 8, &mut chance),
                packets::lossy(&packets, 2, &mut chance),
                packets[chance.below(packets.len())..].to_vec(),
                of_one_side(&packets, Side::Opener),
                of_one_side(&packets, Side::Answerer),
            ];
            for (place, packets) in torn.iter().enumerate() {
                let heard = heard(packets);
                for subject in &heard.subjects {
                    let said = subject.verdicts.iter().find(|said| said.flaw == "CVE-2014-0160");
                    let said = said.unwrap();
                    assert_eq!(
                        (said.verdict, said.weight.unwrap().leaked_min),
                        (Verdict::Inconclusive, 0),
                        "{version} {suite:#x} seed {seed} way {place}: {said:?}"
                    );
                }
            }
        }
    }
}

/// What networks and captures do to packets takes bytes from the lower bound, never puts one there, and takes the verdict only where
/// the answer itself is gone.
#[test]
fn torn_captures_shrink_bounds_and_keep_verdicts() {
    let server = node("https");
    let thieves = [
        (
            "clear",
            robbery::in_clear(server.address, None, &[claim(0xffff, 0)]),
        ),
        (
            "gcm",
            robbery::encrypted(
                server.address,
                Version::TLS12,
                CipherSuite(0x009c),
                &[claim(0xffff, 0)],
            ),
        ),
        (
            "cbc",
            robbery::encrypted(
                server.address,
                Version::TLS11,
                CipherSuite(0x0035),
                &[claim(0xffff, 0)],
            ),
        ),
    ];
    for (name, (pieces, loot)) in thieves {
        let packets = connection(&pieces);
        let claimed = 0xffff;
        for seed in 0..40 {
            let mut chance = Chance(seed);
            let whole = [
                packets::mixed(&packets, &mut chance),
                packets::doubled(&packets, &mut chance),
            ];
            for (place, packets) in whole.iter().enumerate() {
                let (verdict, weight) = said(&heard(packets), End::Server).unwrap();
                let what = format!("{name} seed {seed} way {place}: {weight:?}");
                assert_eq!(verdict, Verdict::Affected, "{what}");
                assert!(
                    weight.leaked_min <= loot.foreign && weight.leaked_max >= loot.foreign,
                    "{what}"
                );
                assert!(weight.leaked_min + 64 >= loot.foreign, "{what}");
            }
            for one_in in [3, 10, 40] {
                let packets = packets::lossy(&packets, one_in, &mut chance);
                let heard = heard(&packets);
                let Some((verdict, weight)) = said(&heard, End::Server) else {
                    continue;
                };
                let what = format!("{name} seed {seed} lost 1 in {one_in}: {verdict:?} {weight:?}");
                assert!(weight.leaked_min <= claimed, "{what}");
                assert_ne!(verdict, Verdict::NotAffected, "{what}");
                if one_in == 40 {
                    println!("{what}");
                }
                assert!(
                    said(&heard, End::Client).is_none_or(|(verdict, _)| verdict != Verdict::Affected),
                    "{what}"
                );
            }
            let cut = chance.below(packets.len());
            let heard = heard(&packets[cut..]);
            if let Some((verdict, weight)) = said(&heard, End::Server) {
                let what = format!("{name} from packet {cut}: {verdict:?} {weight:?}");
                println!("{what}");
                assert!(weight.leaked_min <= loot.foreign, "{what}");
            }
        }
        for side in [Side::Opener, Side::Answerer] {
            let heard = heard(&of_one_side(&packets, side));
            let (verdict, weight) = said(&heard, End::Server).unwrap();
            println!("{name} {side:?} alone: {verdict:?} {weight:?}");
            assert!(weight.leaked_min <= loot.foreign);
        }
    }
}

/// One who has no heartbeats passes over the request and goes on: that is shown, and only there.
#[test]
fn who_passes_over_and_goes_on_is_not_affected() {
    let server = robbery::old_node("0.10.29", "https");
    let (pieces, loot) = robbery::encrypted(
        server.address,
        Version::TLS12,
        CipherSuite(0x009c),
        &[claim(0xffff, 0)],
    );
    assert_eq!(loot.answers, 0);
    let packets = connection(&pieces);
    let (verdict, weight) = said(&heard(&packets), End::Server).unwrap();
    println!("{verdict:?} {weight:?}");
    assert_eq!(weight.ladder, Ladder::AttemptUnanswered);
    let (verdict, _) = said(&heard(&of_one_side(&packets, Side::Opener)), End::Server).unwrap();
    assert_eq!(verdict, Verdict::Inconclusive);
}

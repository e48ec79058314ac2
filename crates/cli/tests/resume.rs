//! Killed at any moment and taken up again, a scan says the same as one that nobody killed, and asks nothing twice but
//! at the hosts that were under way.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod command;
mod ward;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use command::said;
use holter_lab::Server;
use holter_lab::node::{self, NodeServer};
use holter_lab::openssl102;
use holter_model::seam::{Dice as _, SystemDice};
use serde_json::Value;
use ward::{AT_ONCE, Ward, answer, journal, written};

/// A generator that a printed seed starts again (SplitMix64).
struct Chance(u64);

impl Chance {
    /// A number from 0 to 1.
    fn part(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        f64::from(u32::try_from((mixed ^ mixed >> 31) >> 32).unwrap()) / f64::from(u32::MAX)
    }
}

/// What a scan that nobody kills comes to.
struct Unbroken {
    answer: (Value, Vec<Value>),
    contacts: BTreeMap<IpAddr, usize>,
    lasted: Duration,
    journal: u64,
}

fn unbroken(ward: &Ward) -> Unbroken {
    let state = tempfile::tempdir().unwrap();
    let begun = Instant::now();
    let scan = ward.scan(&format!("-f json --state {}", state.path().display()));
    let said = said({ scan }.output().unwrap());
    assert_eq!(said.code, Some(1), "{said:?}");
    Unbroken {
        answer: answer(&said.out),
        contacts: ward.contacts(),
        lasted: begun.elapsed(),
        journal: journal(state.path()).unwrap().metadata().unwrap().len(),
    }
}

/// Waits for a moment of this run: until its journal has grown so far, or so much time is over. Whether it is still
/// going on then.
fn moment(child: &mut Child, state: &Path, unbroken: &Unbroken, chance: &mut Chance) -> bool {
    let begun = Instant::now();
    // Where a run lasts long, one server's silence is what lasts.
    let by_progress = chance.part() < 0.7 || unbroken.lasted > Duration::from_secs(5);
    let part = chance.part();
    loop {
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        let grown = journal(state).and_then(|path| Some(path.metadata().ok()?.len()));
        #[allow(clippy::cast_precision_loss, reason = "a journal of this size is exact")]
        let come = if by_progress {
            grown.unwrap_or(0) as f64 >= part * 0.98 * unbroken.journal as f64
        } else {
            begun.elapsed() >= unbroken.lasted.mul_f64(part)
        };
        if come {
            return true;
        }
        // A look costs time that the run needs.
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Kills a run at a few moments, takes it up each time, and says how often it was killed.
fn killed(ward: &Ward, unbroken: &Unbroken, times: usize, chance: &mut Chance) -> usize {
    let state = tempfile::tempdir().unwrap();
    let before = ward.contacts();
    let mut kills = 0;
    let mut done = BTreeMap::new();
    let out = loop {
        let resume = if kills > 0 { "--resume" } else { "" };
        let mut scan = ward.scan(&format!("-f json {resume} --state {}", state.path().display()));
        let mut child = scan
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let kill = kills < times && moment(&mut child, state.path(), unbroken, chance);
        if kill {
            child.kill().unwrap();
        }
        let output = child.wait_with_output().unwrap();
        let contacts = ward.contacts();
        for (address, count) in &done {
            assert_eq!(contacts.get(address), Some(count), "{address} was asked again");
        }
        if output.status.code().is_some() {
            break said(output);
        }
        kills += 1;
        done = contacts;
        let written = written(state.path());
        done.retain(|address, _| written.contains(address));
    };
    assert_eq!(out.code, Some(1), "{out:?}");
    assert_eq!(answer(&out.out), unbroken.answer, "after {kills} kills");
    let mut twice = 0;
    for (address, after) in ward.contacts() {
        let (count, once) = (after - before[&address], unbroken.contacts[&address]);
        assert!(count >= once, "{address} was not asked to the end");
        assert!(count <= once * (1 + kills), "{address}: {count} of {once}");
        twice += usize::from(count > once);
    }
    assert!(twice <= AT_ONCE * kills, "{twice} addresses were asked twice");
    kills
}

/// A ward with an affected server in it, and one that is not. The fixed one takes seconds: it answers by silence.
fn hospital(fixed: bool) -> (Ward, [Server; 2]) {
    let ward = Ward::new(22, 30);
    let server = |version, at| node::serve(&NodeServer::new(version, "https", ward.address(at))).unwrap();
    let affected = server("0.10.1", 1);
    let other = if fixed {
        openssl102::serve(ward.address(700)).unwrap()
    } else {
        server("0.10.2", 700)
    };
    (ward, [affected, other])
}

#[test]
fn killed_at_twenty_moments_it_says_the_same_and_asks_nothing_twice() {
    let mut seed = [0; 8];
    SystemDice.fill(&mut seed);
    #[allow(clippy::disallowed_methods, reason = "the seed of a test that failed")]
    let seed =
        std::env::var("HOLTER_TEST_SEED").map_or(u64::from_le_bytes(seed), |text| text.parse().unwrap());
    println!("HOLTER_TEST_SEED={seed} does the same again");
    let side = |number: u64, times: &'static [usize]| {
        move || {
            let (ward, _servers) = hospital(number == 0);
            let mut chance = Chance(seed.wrapping_add(number));
            let unbroken = unbroken(&ward);
            let mut kills = 0;
            for times in times {
                let before = kills;
                // On a busy machine a run may have come to its end before anybody got to kill it.
                while kills == before {
                    kills += killed(&ward, &unbroken, *times, &mut chance);
                }
            }
            kills
        }
    };
    let times: [&[usize]; 3] = [
        &[1, 2],
        &[1, 1, 2, 1, 1, 3, 1, 1, 1],
        &[1, 2, 1, 1, 1, 1, 4, 1, 1],
    ];
    let sides: Vec<_> = (0..)
        .zip(times)
        .map(|(number, times)| std::thread::spawn(side(number, times)))
        .collect();
    let kills: usize = sides.into_iter().map(|side| side.join().unwrap()).sum();
    println!("{kills} kills");
    assert!(kills >= 20);
}

//! What the checks that ask find on real servers, beside what is known of those, and at what price.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test fails by panicking"
)]

mod support;

use holter_checks::Profile;
use holter_lab::truth;
use support::assess;

#[test]
fn look() {
    let ids = std::env::var("IDS").unwrap_or_default();
    for id in ids.split_whitespace() {
        let running = match truth::start(id) {
            Ok(running) => running,
            Err(error) => {
                println!("== {id}: {error}");
                continue;
            }
        };
        let service = assess(running.address, &running.protocol, Profile::Full, &[]);
        println!(
            "== {id}: {} connections, {} ms, {:?} {:?} {:?}",
            service.connections, service.elapsed_ms, service.attempt, service.trouble, service.oddities
        );
        let suites: usize = holter_checks::Configuration::of(&service.observations)
            .versions
            .values()
            .map(|spoken| spoken.suites.len() + spoken.groups.len())
            .sum();
        println!("   suites and groups, summed over versions: {suites}");
        for judgement in &service.judgements {
            println!("   {:24} {:22} {:14} {}", judgement.check, judgement.flaw, judgement.verdict.as_str(), judgement.evidence);
        }
        if std::env::var_os("FACTS").is_some() {
            for observation in &service.observations {
                match &observation.fact {
                    holter_model::Fact::Chain { .. } | holter_model::Fact::Ocsp { .. } => {}
                    fact => println!("   . {} {fact:?}", observation.at),
                }
            }
        }
    }
}

//! Every real capture gets the verdict that is known of it, and ordinary traffic gives no alarm.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that panics has failed"
)]

mod forge;

use std::collections::BTreeMap;
use std::fs::File;

use holter_capture::files::hear;
use holter_capture::subject::{End, Weight};
use holter_capture::{Bounds, Heard, Hearing, Ladder, Limits, Listening, Subject};
use holter_model::Verdict;

const TRUTH: &str = include_str!("verdicts.tsv");

fn heard(path: &std::path::Path) -> Heard {
    let mut hearing = Hearing::new(Listening::new(Bounds::default()), Limits::default());
    hear(File::open(path).unwrap(), &mut hearing);
    hearing.finish().0.finish()
}

fn name(subject: &Subject) -> String {
    let role = match subject.subject.role {
        End::Server => "server",
        End::Client => "client",
    };
    format!("{role}\t{}\t{}", subject.subject.address, subject.subject.port)
}

fn heartbleed(subject: &Subject) -> Option<(Verdict, Weight)> {
    let said = subject
        .verdicts
        .iter()
        .find(|said| said.flaw == "CVE-2014-0160")?;
    Some((said.verdict, said.weight.unwrap()))
}

#[test]
fn every_capture_gets_its_verdict() {
    let mut truth: BTreeMap<String, Vec<Vec<&str>>> = BTreeMap::new();
    for line in TRUTH.lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split('\t').collect();
        truth.entry(fields[0].to_owned()).or_default().push(fields);
    }
    let mut wrong = Vec::new();
    for path in forge::corpus().unwrap_or_default() {
        let file = path.file_name().unwrap().to_str().unwrap();
        let rows = truth.remove(file).unwrap_or_default();
        let heard = heard(&path);
        for row in &rows {
            let wanted = row[1..4].join("\t");
            let Some(subject) = heard.subjects.iter().find(|subject| name(subject) == wanted) else {
                wrong.push(format!("{file}: {wanted} is no subject"));
                continue;
            };
            let (verdict, weight) = heartbleed(subject).unwrap();
            let said = [
                verdict.as_str().to_owned(),
                weight.ladder.as_str().to_owned(),
                weight.attempts.to_string(),
                weight.answers.to_string(),
            ];
            let (low, high): (u64, u64) = (row[8].parse().unwrap(), row[9].parse().unwrap());
            if said != row[4..8] || weight.leaked_min > low || weight.leaked_max < high {
                wrong.push(format!(
                    "{file}: {wanted}: {said:?} {}..{}, not {row:?}",
                    weight.leaked_min, weight.leaked_max
                ));
            }
        }
        for subject in &heard.subjects {
            let listed = rows.iter().any(|row| row[1..4].join("\t") == name(subject));
            let ladder = heartbleed(subject).map(|(_, weight)| weight.ladder);
            if !listed && ladder.is_some_and(|ladder| ladder != Ladder::NoEvidence) {
                wrong.push(format!("{file}: {}: {ladder:?}", name(subject)));
            }
            let early = subject.verdicts.iter().find(|said| said.flaw == "CVE-2014-0224");
            wrong.extend(early.map(|said| format!("{file}: {}: {}", name(subject), said.evidence)));
            // In this one a client is refused and comes again with less.
            let dances = file == "ndpi-tls_alert.pcap";
            let signs = subject.signs.iter().filter(|_| !dances);
            wrong.extend(signs.map(|sign| format!("{file}: {}: {sign:?}", name(subject))));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What it says is the same however the file is read, and nothing of it is more than is bounded.
#[test]
fn what_is_said_has_the_published_shape() {
    let Some(paths) = forge::corpus() else { return };
    let path = paths
        .iter()
        .find(|path| path.ends_with("own-sim-enc-tls12-gcm-64k.pcap"))
        .unwrap();
    let heard = heard(path);
    let value = serde_json::to_value(&heard.subjects[0]).unwrap();
    assert_eq!(value["schema"], "holter.capture/1");
    assert_eq!(value["subject"]["role"], "server");
    let verdict = &value["verdicts"][0];
    assert_eq!(verdict["flaw"], "CVE-2014-0160");
    assert_eq!(verdict["verdict"], "affected");
    assert_eq!(verdict["ladder"], "leak_bounded");
    assert_eq!(verdict["attempts"], 1);
    assert_eq!(verdict["answers"], 1);
    assert_eq!(verdict["leaked_min"], 65535);
    assert_eq!(verdict["leaked_max"], 65535);
    assert!(verdict["evidence"].is_string());
    assert!(value["first"].as_str().unwrap() < value["last"].as_str().unwrap());
    assert!(value["coverage"]["sessions"].is_number());
}

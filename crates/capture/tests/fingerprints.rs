//! Clients and servers are named as Suricata names them: JA3, JA3S, JA4, names and versions over the whole corpus.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that panics has failed"
)]

mod forge;

use std::fs::File;
use std::net::IpAddr;

use holter_capture::files::hear;
use holter_capture::{Bounds, Heard, Hearing, Limits, Listening};
use serde_json::Value;

#[test]
fn others_name_them_the_same() {
    let Some(paths) = forge::corpus() else { return };
    let folder = paths[0].parent().unwrap();
    let Ok(baseline) = std::fs::read_to_string(folder.join("baseline/suricata-7.0.10.jsonl")) else {
        return;
    };
    let (mut compared, mut wrong) = (0, Vec::new());
    let mut last: Option<(String, Heard)> = None;
    for line in baseline.lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        let file = row["file"].as_str().unwrap().to_owned();
        let path = folder.join(&file);
        if row["type"] != "tls" || !path.is_file() || file.ends_with(".gz") {
            continue;
        }
        if last.as_ref().is_none_or(|(name, _)| *name != file) {
            let mut hearing = Hearing::new(Listening::new(Bounds::default()), Limits::default());
            hear(File::open(&path).unwrap(), &mut hearing);
            last = Some((file.clone(), hearing.finish().0.finish()));
        }
        let heard = &last.as_ref().unwrap().1;
        compared += 1;
        wrong.extend(
            differences(&row, heard)
                .into_iter()
                .map(|what| format!("{file}: {what}")),
        );
    }
    println!("{compared} flows compared");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn differences(row: &Value, heard: &Heard) -> Vec<String> {
    let client: IpAddr = row["src"].as_str().unwrap().parse().unwrap();
    let server: IpAddr = row["dst"].as_str().unwrap().parse().unwrap();
    let port = row["dport"].as_u64().unwrap();
    let offers: Vec<_> = heard
        .clients
        .iter()
        .filter(|seen| seen.address == client)
        .flat_map(|seen| &seen.offers)
        .collect();
    let subject = heard
        .subjects
        .iter()
        .find(|subject| subject.subject.address == server && u64::from(subject.subject.port) == port);
    let mut wrong = Vec::new();
    let mut want = |what: &str, there: bool| {
        if let Some(text) = row[what].as_str()
            && !there
        {
            wrong.push(format!("{what} {text} of {client} -> {server}:{port}"));
        }
    };
    let text = |what: &str| row[what].as_str().unwrap_or_default().to_owned();
    want("ja3", offers.iter().any(|offer| offer.ja3 == text("ja3")));
    want(
        "ja4",
        offers.iter().any(|offer| same_ja4(&offer.ja4, &text("ja4"))),
    );
    let inventory = subject.map(|subject| &subject.inventory);
    // The ServerHello of drafts before the 22nd has another form, which is not read.
    let read = !["draft-<16", "draft-16", "draft-18"]
        .iter()
        .any(|old| text("version").contains(old));
    want(
        "ja3s",
        !read || inventory.is_some_and(|own| own.ja3.contains(&text("ja3s"))),
    );
    want(
        "sni",
        inventory.is_some_and(|own| own.names.contains(&text("sni"))),
    );
    let version = match text("version").as_str() {
        "TLSv1" => "TLS 1.0".to_owned(),
        other => other.to_owned(),
    };
    want(
        "version",
        // Drafts have numbers of their own, and where nobody answered there is no version.
        version == "UNDETERMINED"
            || version.contains("draft")
            || row["ja3s"].is_null()
            || inventory.is_some_and(|own| own.versions.contains(&version)),
    );
    wrong
}

/// Suricata 7.0.10 ends the list of extensions in an underscore where no signature schemes follow, which the definition of JA4 does
/// not; all before that has to be the same.
fn same_ja4(ours: &str, theirs: &str) -> bool {
    let lists = |print: &str| print.rsplit_once('_').map(|(before, _)| before.to_owned());
    ours == theirs || lists(ours) == lists(theirs)
}

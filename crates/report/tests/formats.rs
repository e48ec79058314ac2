//! Each format, of the same hand-made scan of a small hospital.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod hospital;

use holter_model::difference::Kind;
use holter_model::{Difference, Differences, LeftAlone};
use holter_report::{Format, Look, Preamble, Summary};

fn written(format: Format, look: Look, summary: Summary, services: &[holter_model::Service]) -> String {
    let mut document = format.document(look);
    let mut out = Vec::new();
    for service in services {
        document.service(service, &mut out).unwrap();
    }
    document.end(&summary, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn plain(format: Format) -> String {
    written(
        format,
        Look::default(),
        hospital::summary(),
        &hospital::services(),
    )
}

#[test]
fn text() {
    insta::assert_snapshot!(plain(Format::Text));
}

#[test]
fn narrow_text_in_colour() {
    let look = Look {
        colour: true,
        width: 60,
    };
    let text = written(Format::Text, look, hospital::summary(), &hospital::services());
    insta::assert_snapshot!(text.replace('\u{1b}', "^"));
}

#[test]
fn text_of_a_full_assessment() {
    let (summary, services) = (hospital::full::summary(), hospital::full::services());
    insta::assert_snapshot!(written(Format::Text, Look::default(), summary, &services));
}

#[test]
fn json() {
    insta::assert_snapshot!(plain(Format::Json));
}

#[test]
fn jsonl() {
    insta::assert_snapshot!(plain(Format::Jsonl));
}

#[test]
fn csv() {
    insta::assert_snapshot!(plain(Format::Csv).replace("\r\n", "\n"));
}

#[test]
fn json_and_jsonl_hold_the_same_objects() {
    let document: serde_json::Value = serde_json::from_str(&plain(Format::Json)).unwrap();
    let lines: Vec<serde_json::Value> = plain(Format::Jsonl)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    // One is in the order of addresses, the other in that in which services were done.
    let services = document["services"].as_array().unwrap();
    assert_eq!(services.len(), lines.len());
    assert!(lines.iter().all(|line| services.contains(line)));
    let addresses: Vec<_> = services
        .iter()
        .map(|service| service["address"].as_str())
        .collect();
    assert_eq!(
        addresses,
        [10, 11, 15, 16, 77, 78]
            .map(|last| format!("10.20.0.{last}"))
            .iter()
            .map(|address| Some(address.as_str()))
            .chain([None])
            .collect::<Vec<_>>()
    );
    assert_eq!(document["summary"]["affected"], 2);
}

#[test]
fn sarif_is_in_the_order_of_addresses() {
    let document: serde_json::Value = serde_json::from_str(&plain(Format::Sarif)).unwrap();
    let run = &document["runs"][0];
    let place = |item: &serde_json::Value| item["locations"][0]["logicalLocations"][0]["name"].to_string();
    let results: Vec<String> = run["results"].as_array().unwrap().iter().map(place).collect();
    assert!(
        results[0].contains("10.20.0.10") && results[1].contains("vpn."),
        "{results:?}"
    );
}

#[test]
fn an_empty_scan_is_a_whole_document_too() {
    let empty = |format| written(format, Look::default(), Summary::default(), &[]);
    let document: serde_json::Value = serde_json::from_str(&empty(Format::Json)).unwrap();
    assert_eq!(document["services"], serde_json::json!([]));
    assert_eq!(empty(Format::Jsonl), "");
    assert!(empty(Format::Csv).starts_with("target,name,address,"));
    assert!(empty(Format::Text).starts_with("No service was found"));
}

#[test]
fn the_first_line_is_the_whole_answer() {
    let first = |summary: Summary| {
        let text = written(Format::Text, Look::default(), summary, &[]);
        text.lines().next().unwrap().to_owned()
    };
    let sums = |services, not_affected, inconclusive| Summary {
        tried: services,
        services,
        not_affected,
        inconclusive,
        ..Summary::default()
    };
    assert_eq!(first(sums(1, 1, 0)), "The service does not leak memory.");
    assert_eq!(first(sums(2, 2, 0)), "Neither of the 2 services leaks memory.");
    assert_eq!(
        first(sums(4096, 4096, 0)),
        "None of the 4,096 services leaks memory."
    );
    assert_eq!(
        first(sums(12, 10, 2)),
        "No service was found to leak memory, but 2 of 12 could not be assessed."
    );
    let stopped = Summary {
        interrupted: true,
        ..sums(3, 3, 0)
    };
    assert_eq!(
        first(stopped),
        "Nothing affected was found before the scan was stopped."
    );
}

#[test]
fn a_broken_policy_is_no_good_news() {
    let mut service = hospital::full::new();
    service.assessment = hospital::full::old().assessment;
    let summary = Summary {
        tried: 1,
        services: 1,
        not_affected: 1,
        breaking_policy: 1,
        ..Summary::default()
    };
    let said = |format| written(format, Look::default(), summary, &[service.clone()]);
    let first = "No flaw was found, but the service breaks a policy that it is held against: Mozilla intermediate 5.7.";
    let text = said(Format::Text).replace('\n', " ");
    assert!(text.starts_with(first), "{text}");
    assert!(said(Format::Html).contains(&format!("<h1>{first}</h1>")));
    let json: serde_json::Value = serde_json::from_str(&said(Format::Json)).unwrap();
    assert_eq!(json["summary"]["breaking_policy"], 1);
    let broken = &json["summary"]["policies"][0];
    assert_eq!(
        (&broken["policy"], &broken["broken"]),
        (&"mozilla-intermediate".into(), &1.into())
    );
    let csv = said(Format::Csv);
    assert!(
        csv.lines().nth(1).unwrap().ends_with(",F,mozilla-intermediate"),
        "{csv}"
    );
    let sarif: serde_json::Value = serde_json::from_str(&said(Format::Sarif)).unwrap();
    let run = &sarif["runs"][0];
    assert_eq!(run["results"][0]["ruleId"], "policy/mozilla-intermediate");
    assert_eq!(run["invocations"][0]["exitCode"], 1);
}

#[test]
fn a_letter_that_is_not_given_is_missed_everywhere() {
    let mut service = hospital::full::new();
    let assessment = service
        .assessment
        .insert(hospital::full::old().assessment.unwrap());
    assessment.grade = None;
    assessment.ungraded = Some("what can lower it was not asked: ROBOT".to_owned());
    let said = |format| written(format, Look::default(), Summary::default(), &[service.clone()]);
    let text = said(Format::Text);
    assert!(
        text.contains("Grade           none: what can lower it was not asked: ROBOT"),
        "{text}"
    );
    assert!(said(Format::Html).contains("<strong>No grade: </strong>what can lower it"));
    assert!(said(Format::Jsonl).contains("\"ungraded\":\"what can lower it"));
    assert!(
        said(Format::Csv)
            .lines()
            .nth(1)
            .unwrap()
            .ends_with(",,mozilla-intermediate")
    );
    assert!(!said(Format::CycloneDx).contains("holter:grade"));
}

#[test]
fn many_of_a_kind_are_gathered_but_no_affected_one_is_left_out() {
    let services: Vec<_> = (0..200u8)
        .flat_map(|last| [hospital::portal(last), hospital::billing(last)])
        .collect();
    let text = written(
        Format::Text,
        Look::default(),
        Summary {
            affected: 200,
            ..Summary::default()
        },
        &services,
    );
    for last in 0..200u8 {
        assert!(text.contains(&format!("  10.20.0.{last}:443 ")), "{last}");
    }
    assert!(text.contains("and 190 others for the same reason"));
    assert!(text.lines().count() < 260);
}

#[test]
fn what_was_left_alone_is_shown_with_how_to_go_on() {
    let services = [hospital::controller(8)];
    let text = written(Format::Text, Look::default(), Summary::default(), &services);
    assert!(text.contains("scan it by itself: host:port"), "{text}");
    let line = written(Format::Jsonl, Look::default(), Summary::default(), &services);
    let line: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(line["facts"]["recognised"], serde_json::json!(["hp-ilo"]));
}

#[test]
fn a_host_that_was_left_alone_is_named_and_its_ports_are_not_taken_for_assessed() {
    let left = LeftAlone {
        at: "2026-11-21T20:00:00Z".parse().unwrap(),
        endpoint: hospital::portal(9).endpoint.unwrap(),
        why: "it accepted connections, and then refused one".to_owned(),
        not_asked: 41,
    };
    let summary = Summary {
        tried: 2,
        services: 1,
        not_affected: 1,
        breaking_policy: 0,
        nothing_there: 1,
        left_alone: 1,
        not_asked: 41,
        ..Summary::default()
    };
    let written = |format: Format| {
        let mut document = format.document(Look::default());
        let mut out = Vec::new();
        document.service(&hospital::billing(9), &mut out).unwrap();
        document.left_alone(&left);
        document.end(&summary, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    let text = written(Format::Text);
    assert!(
        text.starts_with(
            "No service was found to leak memory (Heartbleed), but 1 host was left alone before"
        )
    );
    assert!(
        text.contains("\n  10.20.0.9  it accepted connections, and then refused one (port 443); 41"),
        "{text}"
    );
    let document: serde_json::Value = serde_json::from_str(&written(Format::Json)).unwrap();
    assert_eq!(document["left_alone"][0]["address"], "10.20.0.9");
    assert_eq!(document["left_alone"][0]["not_asked"], 41);
}

#[test]
fn what_the_inventory_keeps_from_being_asked_is_counted() {
    let said = |services: &[holter_model::Service], summary| {
        written(Format::Text, Look::default(), summary, services)
    };
    let spared = Summary {
        spared: 3,
        ..Summary::default()
    };
    assert!(said(&[], spared).starts_with("Nothing was asked.\n3 endpoints not contacted, because the"));
    let some = Summary {
        tried: 1,
        services: 1,
        not_affected: 1,
        ..spared
    };
    assert!(
        said(&[hospital::billing(9)], some)
            .contains("\n3 endpoints not contacted, because the inventory calls")
    );
}

#[test]
fn what_a_peer_says_cannot_steer_a_terminal_or_a_spreadsheet() {
    let mut service = hospital::billing(9);
    service.oddities = vec!["\u{1b}]0;owned\u{7}".to_owned()];
    service.trouble = Some("=HYPERLINK(\"http://x\")\u{1b}[2J".to_owned());
    service.judgements.clear();
    let mut named = hospital::portal(10);
    if let Some(role) = &mut named.role {
        role.name = "=1+1\u{1b}[2J".to_owned();
    }
    let services = [service, named];
    let text = written(Format::Text, Look::default(), Summary::default(), &services);
    assert!(!text.contains('\u{1b}') && !text.contains('\u{7}'));
    let csv = written(Format::Csv, Look::default(), Summary::default(), &services);
    assert!(csv.contains("\"'=HYPERLINK(") && csv.contains(",'=1+1"));
    assert!(!csv.contains('\u{1b}') && !csv.contains('\u{7}'));
}

#[test]
fn who_allowed_the_scan_stands_in_the_document_and_nowhere_among_its_rows() {
    let mut preamble = Preamble::default();
    preamble.authorized_by = Some("J. Weber \u{1b}[2J\"Acme\", contract".to_owned());
    let written = |format: Format| {
        let mut document = format.document(Look::default());
        let mut out = Vec::new();
        document.begin(&preamble, &mut out).unwrap();
        document.service(&hospital::portal(7), &mut out).unwrap();
        document.end(&hospital::summary(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    let document: serde_json::Value = serde_json::from_str(&written(Format::Json)).unwrap();
    assert_eq!(document["authorized_by"], "J. Weber \u{1b}[2J\"Acme\", contract");
    let text = written(Format::Text);
    let said = "\nAuthorised by: J. Weber \\u{1b}[2J\"Acme\", contract\n";
    assert!(text.contains(said), "{text}");
    assert!(!written(Format::Csv).contains("Weber") && !written(Format::Jsonl).contains("Weber"));
}

fn compared(format: Format, items: Vec<Difference>) -> String {
    let mut document = format.document(Look::default());
    let mut out = Vec::new();
    document.service(&hospital::portal(7), &mut out).unwrap();
    document.left_alone(&LeftAlone {
        at: hospital::portal(7).started,
        endpoint: hospital::billing(77).endpoint.unwrap(),
        why: "it answered before, and then answered no connection any more".to_owned(),
        not_asked: 12,
    });
    document.differences(&Differences {
        since: "2026-11-21T14:05:30+01:00[Europe/Berlin]".parse().unwrap(),
        items,
    });
    document.end(&hospital::summary(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn difference(kind: Kind, last: u8, was: &str, now: &str) -> Difference {
    Difference {
        kind,
        endpoint: hospital::portal(last).endpoint.unwrap(),
        name: (last == 16).then(|| "vpn.hospital.example".to_owned()),
        flaw: (kind == Kind::Fixed).then(|| "CVE-2014-0160".to_owned()),
        was: was.to_owned(),
        now: now.to_owned(),
    }
}

fn differences() -> Vec<Difference> {
    let mut items: Vec<_> = (100..125)
        .map(|last| difference(Kind::New, last, "not there", "https, TLS 1.2, not affected"))
        .collect();
    items.push(difference(Kind::Fixed, 16, "affected", "not affected"));
    items.push(difference(
        Kind::Gone,
        9,
        "https, TLS 1.2, affected",
        "the port is closed",
    ));
    items.push(difference(Kind::Changed, 8, "\u{1b}[2J", "TLS 1.3"));
    items
}

#[test]
fn text_of_what_is_different_and_left_alone() {
    insta::assert_snapshot!(compared(Format::Text, differences()));
    let same = compared(Format::Text, Vec::new());
    assert!(
        same.contains("\nNothing is different since the run of 2026-11-21 14:05.\n"),
        "{same}"
    );
}

#[test]
fn json_of_what_is_different_and_left_alone() {
    let document: serde_json::Value = serde_json::from_str(&compared(Format::Json, differences())).unwrap();
    let items = document["differences"]["items"].as_array().unwrap();
    assert_eq!(document["differences"]["since"], "2026-11-21T13:05:30.000Z");
    assert_eq!(items.len(), 28, "all of them");
    assert_eq!(
        items[25],
        serde_json::json!({
            "kind": "fixed", "address": "10.20.0.16", "port": 443, "transport": "tcp",
            "name": "vpn.hospital.example", "flaw": "CVE-2014-0160", "was": "affected", "now": "not affected",
        })
    );
    assert_eq!(
        document["left_alone"],
        serde_json::json!([{
            "at": "2026-11-21T20:00:00.123Z", "address": "10.20.0.77", "port": 443, "transport": "tcp",
            "why": "it answered before, and then answered no connection any more", "not_asked": 12,
        }])
    );
    let same: serde_json::Value = serde_json::from_str(&compared(Format::Json, Vec::new())).unwrap();
    assert_eq!(same["differences"]["items"], serde_json::json!([]));
}

#[test]
fn rows_hold_nothing_but_services() {
    assert_eq!(compared(Format::Jsonl, differences()).lines().count(), 1);
    assert_eq!(compared(Format::Csv, differences()).lines().count(), 2);
}

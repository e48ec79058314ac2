//! Findings from the first scan to the proof, on both databases.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

#[path = "../../store/tests/both/mod.rs"]
mod both;

use holter_model::finding::{Next, State};
use holter_model::{
    Attempt, Basis, Endpoint, Fact, HeartbeatAnswer, Judgement, Method, Observation, Service, Stage,
    Transport, Verdict,
};
use holter_program::deeds::{self, By};
use holter_program::due::{self, Deadlines};
use holter_program::{Ingest, ProgramError, Taken, import, rejudge};
use holter_store::{AssetFilter, Finding, FindingFilter, NewAcceptance, NewScan, Page, Person, Scope, Store};
use jiff::Timestamp;

on_both! {
    the_same_file_twice_changes_nothing,
    only_a_positive_measurement_fixes,
    what_returns_comes_back_with_its_history,
    three_times_nothing_is_a_task,
    nobody_decides_their_own_request,
    false_positives_stay_false,
    history_is_judged_again,
    lists_of_others_are_brought_in,
    a_device_that_moved_keeps_its_findings,
    what_two_could_be_is_left_to_a_person,
    merged_and_split_by_hand,
    an_old_file_changes_nothing_newer,
    tallies_are_what_a_count_would_say,
}

const DEADLINES: &Deadlines = &due::ALL[0];

fn at(minute: i64) -> Timestamp {
    Timestamp::new(1_790_000_000 + 60 * minute, 0).unwrap()
}

fn scan_of(key: &str, targets: &[&str], minute: i64) -> NewScan {
    NewScan {
        key: key.to_owned(),
        method: "active".to_owned(),
        label: key.to_owned(),
        scope: Scope {
            targets: targets.iter().map(|target| (*target).to_owned()).collect(),
            checks: vec!["heartbleed".to_owned()],
        },
        actor: None,
        started: at(minute),
    }
}

/// A service that answered at this address, with this verdict of Heartbleed.
fn service(address: &str, minute: i64, verdict: Verdict) -> Service {
    let endpoint = Endpoint {
        address: address.parse().unwrap(),
        port: 443,
        transport: Transport::Tcp,
    };
    Service {
        target: address.to_owned(),
        endpoint: Some(endpoint),
        name: None,
        protocol: "https".to_owned(),
        role: None,
        started: at(minute),
        elapsed_ms: 12,
        connections: 2,
        bytes_sent: 4700,
        bytes_received: 9800,
        attempt: Attempt::Completed,
        trouble: None,
        observations: vec![Observation {
            at: at(minute),
            method: Method::Active,
            subject: endpoint,
            fact: Fact::Alpn {
                protocols: Vec::new(),
            },
        }],
        judgements: vec![Judgement::new(
            "heartbleed",
            "CVE-2014-0160",
            verdict,
            Basis::Behaviour,
            "it was asked",
        )],
        assessment: None,
        oddities: Vec::new(),
    }
}

fn silent(address: &str, minute: i64, attempt: Attempt) -> Service {
    Service {
        attempt,
        bytes_received: 0,
        observations: Vec::new(),
        judgements: Vec::new(),
        ..service(address, minute, Verdict::Inconclusive)
    }
}

async fn run(store: &Store, scan: NewScan, services: &[Service]) -> Taken {
    let ingest = Ingest::begin(store, scan.clone(), DEADLINES).await.unwrap();
    let mut taken = ingest.take(services).await.unwrap();
    let settled = ingest.end(scan.started, true).await.unwrap();
    taken.opened += settled.opened;
    taken.fixed += settled.fixed;
    taken.back += settled.back;
    taken
}

async fn once(store: &Store, key: &str, minute: i64, service: Service) -> Taken {
    run(store, scan_of(key, &["10.0.0.0/16"], minute), &[service]).await
}

async fn all(store: &Store) -> Vec<Finding> {
    let listed = store
        .findings(&FindingFilter::default(), &Page::default())
        .await
        .unwrap();
    listed.rows.into_iter().map(|row| row.finding).collect()
}

async fn only(store: &Store) -> Finding {
    let mut findings = all(store).await;
    assert_eq!(findings.len(), 1, "{findings:?}");
    findings.remove(0)
}

async fn happened(store: &Store, finding: i64) -> Vec<String> {
    let listed = store.events(finding, &Page::default()).await.unwrap();
    let mut kinds: Vec<String> = listed.rows.into_iter().map(|event| event.about.kind).collect();
    kinds.reverse();
    kinds
}

async fn two_people(store: &Store) -> (i64, i64) {
    let mut writing = store.write().await.unwrap();
    let mut ids = Vec::new();
    for name in ["Ada", "Grace"] {
        let person = Person {
            id: 0,
            name: name.to_owned(),
            email: None,
            department: None,
            active: true,
        };
        ids.push(writing.add_person(&person).await.unwrap());
    }
    writing.commit().await.unwrap();
    (ids[0], ids[1])
}

fn by(person: i64, minute: i64) -> By<'static> {
    By {
        person,
        at: at(minute),
        words: "because",
    }
}

/// The tallies are what counting would say.
async fn check_tallies(store: &Store) {
    let findings = all(store).await;
    let tallies = store.finding_tallies().await.unwrap();
    for state in State::ALL {
        let counted = findings.iter().filter(|finding| finding.state == state).count();
        let kept: i64 = tallies
            .iter()
            .filter(|tally| tally.state == state)
            .map(|tally| tally.findings)
            .sum();
        assert_eq!(i64::try_from(counted).unwrap(), kept, "{state:?}");
        let sums = store.finding_sums(None, None).await.unwrap();
        let summed: i64 = sums.iter().filter(|sum| sum.1 == state).map(|sum| sum.2).sum();
        assert_eq!(kept, summed);
    }
    let assets = store
        .assets(&AssetFilter::default(), &Page::default())
        .await
        .unwrap()
        .rows;
    let kept: i64 = store
        .asset_tallies()
        .await
        .unwrap()
        .iter()
        .map(|tally| tally.assets)
        .sum();
    assert_eq!(i64::try_from(assets.len()).unwrap(), kept);
    for asset in assets {
        let live: Vec<&Finding> = findings
            .iter()
            .filter(|finding| finding.asset == asset.id && finding.state.is_live())
            .collect();
        assert_eq!(i64::try_from(live.len()).unwrap(), asset.live_findings);
        let heaviest = live.iter().map(|finding| finding.weight).max().unwrap_or(0);
        assert_eq!(heaviest, asset.weight);
        assert_eq!(
            store.services(asset.id).await.unwrap().len(),
            usize::try_from(asset.services).unwrap()
        );
    }
}

async fn the_same_file_twice_changes_nothing(store: Store) {
    let services: Vec<Service> = (1..=20)
        .map(|host| {
            let verdict = if host % 2 == 0 {
                Verdict::Affected
            } else {
                Verdict::NotAffected
            };
            service(&format!("10.0.0.{host}"), host, verdict)
        })
        .collect();
    let scan = scan_of("a", &["10.0.0.0/24"], 0);
    let first = run(&store, scan.clone(), &services).await;
    assert_eq!((first.visits, first.opened, first.known), (20, 10, 0));
    let before = (all(&store).await, store.scans(&Page::default()).await.unwrap());
    for key in ["a", "another name for the same file"] {
        let again = run(
            &store,
            NewScan {
                key: key.to_owned(),
                ..scan.clone()
            },
            &services,
        )
        .await;
        assert_eq!(
            again,
            Taken {
                known: 20,
                ..Taken::default()
            }
        );
        assert_eq!(all(&store).await, before.0);
    }
    let scan = store.scan(before.1.rows[0].id).await.unwrap();
    assert_eq!(
        (scan.sums.services, scan.sums.affected, scan.whole),
        (20, 10, true)
    );
    let finding = &before.0[0];
    assert_eq!(finding.next, Next::Department);
    assert_eq!(
        finding.due.unwrap().duration_since(finding.first_seen).as_hours(),
        15 * 24
    );
    assert_eq!(store.coverage(finding.service.unwrap()).await.unwrap().len(), 1);
    check_tallies(&store).await;
}

async fn only_a_positive_measurement_fixes(store: Store) {
    let address = "10.0.0.1";
    once(&store, "1", 0, service(address, 0, Verdict::Affected)).await;
    let broken_off = |minute, attempt| Service {
        attempt,
        ..service(address, minute, Verdict::NotAffected)
    };
    let by_version = |minute| {
        let mut service = service(address, minute, Verdict::NotAffected);
        service.judgements[0].basis = Basis::Version;
        service
    };
    let silent_now = [
        silent(address, 1, Attempt::Refused),
        silent(address, 2, Attempt::TimedOut),
        silent(address, 3, Attempt::TlsDeclined),
        broken_off(4, Attempt::Interrupted),
        broken_off(5, Attempt::Closed),
        by_version(6),
        service(address, 7, Verdict::NotApplicable),
        service(address, 8, Verdict::Inconclusive),
    ];
    for (number, service) in silent_now.into_iter().enumerate() {
        let what = format!("{:?} {:?}", service.attempt, service.judgements);
        let taken = once(&store, &format!("s{number}"), 1, service).await;
        assert_eq!(taken.fixed, 0, "{what}");
        assert!(only(&store).await.state.is_live(), "{what}");
    }
    // Another check was declared, or another place.
    let mut other = scan_of("other check", &["10.0.0.0/16"], 9);
    other.scope.checks = vec!["robot".to_owned()];
    run(&store, other, &[service(address, 9, Verdict::NotAffected)]).await;
    let elsewhere = scan_of("elsewhere", &["10.9.0.0/16"], 10);
    run(&store, elsewhere, &[service(address, 10, Verdict::NotAffected)]).await;
    assert!(only(&store).await.state.is_live());
    // Another service of the same asset.
    let mut port = service(address, 11, Verdict::NotAffected);
    port.endpoint.as_mut().unwrap().port = 8443;
    once(&store, "port", 11, port).await;
    assert!(only(&store).await.state.is_live());

    let taken = once(&store, "2", 12, service(address, 12, Verdict::NotAffected)).await;
    assert_eq!(taken.fixed, 1);
    let fixed = only(&store).await;
    assert_eq!(
        (fixed.state, fixed.next, fixed.fixed_at),
        (State::Fixed, Next::Nobody, Some(at(12)))
    );
    assert!(fixed.visit.is_some());
    check_tallies(&store).await;
}

async fn what_returns_comes_back_with_its_history(store: Store) {
    let (ada, grace) = two_people(&store).await;
    once(&store, "1", 0, service("10.0.0.1", 0, Verdict::Affected)).await;
    let id = only(&store).await.id;
    let after = deeds::assign(&store, id, grace, by(ada, 1)).await.unwrap();
    assert_eq!((after.state, after.next), (State::Assigned, Next::Assignee));
    deeds::begin(&store, id, by(grace, 2)).await.unwrap();
    let after = deeds::say_done(&store, id, by(grace, 3)).await.unwrap();
    assert_eq!((after.state, after.next), (State::Fixing, Next::Measurement));
    assert_eq!(store.measurements_for(id).await.unwrap().len(), 1);
    once(&store, "2", 4, service("10.0.0.1", 4, Verdict::Affected)).await;
    assert_eq!(only(&store).await.next, Next::Assignee);
    deeds::say_done(&store, id, by(grace, 5)).await.unwrap();
    once(&store, "3", 6, service("10.0.0.1", 6, Verdict::NotAffected)).await;
    let taken = once(&store, "4", 7, service("10.0.0.1", 7, Verdict::Affected)).await;
    assert_eq!((taken.back, taken.opened), (1, 0));
    let back = only(&store).await;
    assert_eq!(
        (back.id, back.state, back.returns, back.assignee),
        (id, State::Back, 1, Some(grace))
    );
    assert_eq!(back.due, Some(DEADLINES.due(back.severity, None, at(7))));
    assert_eq!(
        happened(&store, id).await,
        [
            "found",
            "assigned",
            "begun",
            "said_done",
            "still_there",
            "said_done",
            "fixed",
            "back"
        ]
    );
    deeds::comment(&store, id, by(ada, 8)).await.unwrap();
    assert!(matches!(
        deeds::reopen(&store, id, by(ada, 9)).await,
        Err(ProgramError::Refused(_))
    ));
    check_tallies(&store).await;
}

async fn three_times_nothing_is_a_task(store: Store) {
    once(&store, "0", 0, service("10.0.0.1", 0, Verdict::Affected)).await;
    for minute in 1..=4 {
        let service = service("10.0.0.1", minute, Verdict::Inconclusive);
        once(&store, &minute.to_string(), minute, service).await;
        let waiting = store.tasks(None, &Page::default()).await.unwrap().rows;
        assert_eq!(waiting.len(), usize::from(minute >= 3));
        let next = only(&store).await.next;
        assert_eq!(next == Next::Person, minute >= 3, "{minute}");
    }
    once(&store, "5", 5, service("10.0.0.1", 5, Verdict::Affected)).await;
    assert!(store.tasks(None, &Page::default()).await.unwrap().rows.is_empty());
    assert_eq!(only(&store).await.next, Next::Department);
}

fn wanted(finding: i64, author: i64, is_false: bool, until: Option<i64>) -> NewAcceptance {
    NewAcceptance {
        finding,
        is_false,
        reason: "the device is replaced in spring".to_owned(),
        ground: "behind a proxy".to_owned(),
        until: until.map(at),
        author,
        asked_at: at(1),
    }
}

async fn nobody_decides_their_own_request(store: Store) {
    let (ada, grace) = two_people(&store).await;
    once(&store, "0", 0, service("10.0.0.1", 0, Verdict::Affected)).await;
    let id = only(&store).await.id;
    assert!(deeds::ask(&store, &wanted(id, ada, false, None)).await.is_err());
    assert!(
        deeds::ask(&store, &wanted(id, ada, false, Some(0)))
            .await
            .is_err()
    );
    let mut silent = wanted(id, ada, false, Some(60));
    silent.reason = " ".to_owned();
    assert!(deeds::ask(&store, &silent).await.is_err());
    assert!(deeds::decide(&store, id, true, by(grace, 2)).await.is_err());

    let asked = deeds::ask(&store, &wanted(id, ada, false, Some(60)))
        .await
        .unwrap();
    assert_eq!((asked.state, asked.next), (State::Open, Next::Approver));
    assert!(
        deeds::ask(&store, &wanted(id, grace, false, Some(60)))
            .await
            .is_err()
    );
    let own = deeds::decide(&store, id, true, by(ada, 2)).await;
    assert!(matches!(own, Err(ProgramError::OwnRequest)));
    assert_eq!(store.undecided(&Page::default()).await.unwrap().rows.len(), 1);
    let after = deeds::decide(&store, id, true, by(grace, 3)).await.unwrap();
    assert_eq!(
        (after.state, after.accepted_until),
        (State::Accepted, Some(at(60)))
    );
    once(&store, "1", 4, service("10.0.0.1", 4, Verdict::Affected)).await;
    assert_eq!(only(&store).await.state, State::Accepted);

    assert_eq!(deeds::expire(&store, at(59)).await.unwrap(), 0);
    assert_eq!(deeds::expire(&store, at(60)).await.unwrap(), 1);
    assert_eq!(deeds::expire(&store, at(61)).await.unwrap(), 0);
    let open = only(&store).await;
    assert_eq!((open.state, open.next), (State::Open, Next::Department));
    assert_eq!(store.acceptances(id).await.unwrap()[0].ended_at, Some(at(60)));

    deeds::ask(&store, &wanted(id, grace, false, Some(90)))
        .await
        .unwrap();
    let refused = deeds::decide(&store, id, false, by(ada, 62)).await.unwrap();
    assert_eq!((refused.state, refused.next), (State::Open, Next::Department));
    deeds::ask(&store, &wanted(id, grace, false, Some(90)))
        .await
        .unwrap();
    deeds::decide(&store, id, true, by(ada, 63)).await.unwrap();
    // A measurement ends what was accepted.
    once(&store, "2", 70, service("10.0.0.1", 70, Verdict::NotAffected)).await;
    let fixed = only(&store).await;
    assert_eq!((fixed.state, fixed.accepted_until), (State::Fixed, None));
    assert!(
        store
            .acceptances(id)
            .await
            .unwrap()
            .iter()
            .all(|one| one.ended_at.is_some())
    );
    check_tallies(&store).await;
}

async fn false_positives_stay_false(store: Store) {
    let (ada, grace) = two_people(&store).await;
    once(&store, "0", 0, service("10.0.0.1", 0, Verdict::Affected)).await;
    let id = only(&store).await.id;
    let mut bare = wanted(id, ada, true, None);
    bare.ground = String::new();
    assert!(deeds::ask(&store, &bare).await.is_err());
    deeds::ask(&store, &wanted(id, ada, true, None)).await.unwrap();
    deeds::decide(&store, id, true, by(grace, 2)).await.unwrap();
    for minute in 3..6 {
        once(
            &store,
            &minute.to_string(),
            minute,
            service("10.0.0.1", minute, Verdict::Affected),
        )
        .await;
        assert_eq!(only(&store).await.state, State::FalsePositive);
    }
    let open = deeds::reopen(&store, id, by(grace, 7)).await.unwrap();
    assert_eq!(open.state, State::Open);
}

/// The two heartbeats of a service that echoes what it must not, judged wrongly by an older Holter.
async fn history_is_judged_again(store: Store) {
    let mut measured = service("10.0.0.1", 0, Verdict::NotAffected);
    let beat = |padding, answer| Fact::Heartbeat {
        version: 0x0303,
        stage: Stage::MidHandshake,
        payload: 8000,
        padding,
        answer,
    };
    let echo = HeartbeatAnswer::Echo {
        padding: 16,
        zero_padding: false,
    };
    let hello = Fact::Hello {
        offered: 0x0303,
        version: 0x0303,
        suite: 0xc02f,
        heartbeat: Some(1),
        extensions: vec![0xff01, 0, 11, 35, 15],
        cut_short: false,
        client_certificate: false,
    };
    let subject = measured.endpoint.unwrap();
    measured.observations = [hello, beat(15, echo), beat(16, echo)]
        .into_iter()
        .map(|fact| Observation {
            at: at(0),
            method: Method::Active,
            subject,
            fact,
        })
        .collect();
    once(&store, "0", 0, measured).await;
    assert!(all(&store).await.is_empty());
    let sums = rejudge::all(&store, DEADLINES).await.unwrap();
    assert_eq!((sums.services, sums.changed, sums.opened), (1, 1, 1), "{sums:?}");
    let finding = only(&store).await;
    assert_eq!(
        (finding.flaw.as_str(), finding.state),
        ("CVE-2014-0160", State::Open)
    );
    let again = rejudge::all(&store, DEADLINES).await.unwrap();
    assert_eq!((again.changed, again.opened), (0, 0));
    check_tallies(&store).await;
}

async fn lists_of_others_are_brought_in(store: Store) {
    let sheet = b"address,name,owner,department,criticality\n10.0.0.1,pump.example,Ada,Ward 3,life\n10.0.0.2,ct.example,,Radiology,high\n";
    let (listed, _) = import::read(sheet).unwrap();
    let by = (None, at(0));
    let first = import::bring_in(&store, &listed, "sheet.csv", by).await.unwrap();
    assert_eq!((first.added, first.changed, first.same), (2, 0, 0), "{first:?}");
    let again = import::bring_in(&store, &listed, "sheet.csv", by).await.unwrap();
    assert_eq!((again.added, again.changed, again.same), (0, 0, 2));
    // A scan finds the service of an asset that was listed, and a person's word stands.
    once(&store, "0", 1, service("10.0.0.1", 1, Verdict::Affected)).await;
    let finding = only(&store).await;
    let asset = store.asset(finding.asset).await.unwrap();
    assert_eq!(asset.about.name, "pump.example");
    assert_eq!(asset.named.department.as_deref(), Some("Ward 3"));
    assert_eq!(finding.department, asset.about.department);
    let mut about = asset.about.clone();
    about.department = None;
    let mut writing = store.write().await.unwrap();
    let hand = ["department".to_owned()].into();
    writing.update_asset(asset.id, &about, &hand).await.unwrap();
    writing.commit().await.unwrap();
    assert_eq!(only(&store).await.department, None);
    import::bring_in(&store, &listed, "sheet.csv", by).await.unwrap();
    assert_eq!(store.asset(asset.id).await.unwrap().about.department, None);
    check_tallies(&store).await;
}

fn named(address: &str, name: &str, minute: i64, verdict: Verdict) -> Service {
    Service {
        name: Some(name.to_owned()),
        ..service(address, minute, verdict)
    }
}

async fn a_device_that_moved_keeps_its_findings(store: Store) {
    once(
        &store,
        "0",
        0,
        named("10.0.0.1", "pump.example", 0, Verdict::Affected),
    )
    .await;
    let before = only(&store).await;
    let gone = named("10.0.0.1", "pump.example", 10, Verdict::Affected);
    let gone = Service {
        attempt: Attempt::Unreachable,
        bytes_received: 0,
        judgements: Vec::new(),
        observations: Vec::new(),
        ..gone
    };
    let there = named("10.0.0.9", "pump.example", 10, Verdict::NotAffected);
    let taken = run(&store, scan_of("1", &["10.0.0.0/24"], 10), &[gone, there]).await;
    assert_eq!((taken.opened, taken.fixed), (0, 1));
    let after = only(&store).await;
    assert_eq!(
        (after.id, after.asset, after.state),
        (before.id, before.asset, State::Fixed)
    );
    let moved = store.service(after.service.unwrap()).await.unwrap();
    assert_eq!(moved.endpoint.to_string(), "10.0.0.9:443");
    assert_eq!(
        store
            .assets(&AssetFilter::default(), &Page::default())
            .await
            .unwrap()
            .rows
            .len(),
        1
    );
    let history = store
        .asset_events(after.asset, &Page::default())
        .await
        .unwrap()
        .rows;
    assert!(history.iter().any(|event| event.kind == "moved"), "{history:?}");
    assert!(store.tasks(None, &Page::default()).await.unwrap().rows.is_empty());
    let again = once(
        &store,
        "2",
        20,
        named("10.0.0.9", "pump.example", 20, Verdict::Affected),
    )
    .await;
    assert_eq!((again.back, again.opened), (1, 0));
    check_tallies(&store).await;
}

async fn what_two_could_be_is_left_to_a_person(store: Store) {
    for (host, minute) in [(1, 0), (2, 1)] {
        let one = named(
            &format!("10.0.0.{host}"),
            "node.example",
            minute,
            Verdict::Affected,
        );
        run(&store, scan_of(&format!("{host}"), &["10.0.0.0/24"], 0), &[one]).await;
    }
    // Both were new in what began at the same time: they share the name, and are two.
    assert_eq!(all(&store).await.len(), 2);
    let third = named("10.0.0.3", "node.example", 10, Verdict::NotAffected);
    let taken = run(&store, scan_of("3", &["10.0.0.0/24"], 10), &[third]).await;
    assert_eq!(taken.fixed, 0);
    assert!(all(&store).await.iter().all(|finding| finding.state.is_live()));
    let tasks = store.tasks(None, &Page::default()).await.unwrap().rows;
    assert_eq!(tasks.len(), 1);
    assert_eq!(tasks[0].about.kind, "identity");
    check_tallies(&store).await;
}

async fn merged_and_split_by_hand(store: Store) {
    for host in 1..=2 {
        let one = service(&format!("10.0.0.{host}"), host, Verdict::Affected);
        once(&store, &host.to_string(), host, one).await;
    }
    let findings = all(&store).await;
    let (from, into) = (findings[0].asset, findings[1].asset);
    let mut writing = store.write_alone().await.unwrap();
    writing.merge_assets(from, into).await.unwrap();
    assert!(writing.merge_assets(from, into).await.is_err());
    writing.commit().await.unwrap();
    assert!(all(&store).await.iter().all(|finding| finding.asset == into));
    assert_eq!(store.asset(from).await.unwrap().merged_into, Some(into));
    assert_eq!(store.marks(into).await.unwrap().len(), 2);
    check_tallies(&store).await;

    let mut writing = store.write_alone().await.unwrap();
    let about = holter_store::AssetAbout {
        name: "split off".to_owned(),
        ..Default::default()
    };
    let service = writing.services_of(into).await.unwrap().remove(0);
    let new = writing.add_asset(&about, at(9)).await.unwrap();
    writing.give_service(&service, new).await.unwrap();
    writing.commit().await.unwrap();
    assert_eq!(
        all(&store)
            .await
            .iter()
            .filter(|finding| finding.asset == new)
            .count(),
        1
    );
    check_tallies(&store).await;
}

async fn an_old_file_changes_nothing_newer(store: Store) {
    once(&store, "new", 100, service("10.0.0.1", 100, Verdict::NotAffected)).await;
    let taken = once(&store, "old", 0, service("10.0.0.1", 0, Verdict::Affected)).await;
    assert_eq!((taken.visits, taken.opened), (1, 0));
    assert!(all(&store).await.is_empty());
    once(&store, "newer", 200, service("10.0.0.1", 200, Verdict::Affected)).await;
    once(
        &store,
        "middle",
        150,
        service("10.0.0.1", 150, Verdict::NotAffected),
    )
    .await;
    assert_eq!(only(&store).await.state, State::Open);
}

async fn tallies_are_what_a_count_would_say(store: Store) {
    for round in 0..4 {
        let services: Vec<Service> = (1..=30)
            .map(|host| {
                let verdict = match (host + round) % 3 {
                    0 => Verdict::Affected,
                    1 => Verdict::NotAffected,
                    _ => Verdict::Inconclusive,
                };
                service(&format!("10.0.0.{host}"), 100 * round + host, verdict)
            })
            .collect();
        let scan = scan_of(&round.to_string(), &["10.0.0.0/24"], 100 * round);
        run(&store, scan, &services).await;
        check_tallies(&store).await;
    }
}

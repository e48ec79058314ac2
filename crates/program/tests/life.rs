//! Findings from the first scan to the proof, on both databases.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

#[path = "../../store/tests/both/mod.rs"]
mod both;
mod scanned;

use holter_model::finding::{Next, State};
use holter_model::{Attempt, Basis, Fact, HeartbeatAnswer, Method, Observation, Service, Stage, Verdict};
use holter_program::{ProgramError, Taken, deeds, rejudge};
use holter_store::{NewAcceptance, NewScan, Page, Store};
use scanned::{
    DEADLINES, all, at, by, check_tallies, happened, once, only, run, scan_of, service, silent, two_people,
};

on_both! {
    the_same_file_twice_changes_nothing,
    only_a_positive_measurement_fixes,
    what_returns_comes_back_with_its_history,
    three_times_nothing_is_a_task,
    nobody_decides_their_own_request,
    false_positives_stay_false,
    what_was_called_false_is_judged_anew_when_more_is_measured,
    history_is_judged_again,
    an_old_file_changes_nothing_newer,
    tallies_are_what_a_count_would_say,
}

/// What somebody does, in a transaction of its own.
macro_rules! done {
    ($store:expr, $deed:ident, $($given:expr),*) => {
        async {
            let mut writing = $store.write_alone().await?;
            let after = deeds::$deed(&mut writing, $($given),*).await?;
            writing.commit().await?;
            Ok::<_, ProgramError>(after)
        }
    };
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
    let after = done!(&store, assign, id, grace, by(ada, 1)).await.unwrap();
    assert_eq!((after.state, after.next), (State::Assigned, Next::Assignee));
    done!(&store, begin, id, by(grace, 2)).await.unwrap();
    let after = done!(&store, say_done, id, by(grace, 3)).await.unwrap();
    assert_eq!((after.state, after.next), (State::Fixing, Next::Measurement));
    assert_eq!(store.measurements_for(id).await.unwrap().len(), 1);
    once(&store, "2", 4, service("10.0.0.1", 4, Verdict::Affected)).await;
    assert_eq!(only(&store).await.next, Next::Assignee);
    done!(&store, say_done, id, by(grace, 5)).await.unwrap();
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
    done!(&store, comment, id, by(ada, 8)).await.unwrap();
    assert!(matches!(
        done!(&store, reopen, id, by(ada, 9)).await,
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
    assert!(done!(&store, ask, &wanted(id, ada, false, None)).await.is_err());
    assert!(
        done!(&store, ask, &wanted(id, ada, false, Some(0)))
            .await
            .is_err()
    );
    let mut silent = wanted(id, ada, false, Some(60));
    silent.reason = " ".to_owned();
    assert!(done!(&store, ask, &silent).await.is_err());
    assert!(done!(&store, decide, id, true, by(grace, 2)).await.is_err());

    let asked = done!(&store, ask, &wanted(id, ada, false, Some(60)))
        .await
        .unwrap();
    assert_eq!((asked.state, asked.next), (State::Open, Next::Approver));
    assert!(
        done!(&store, ask, &wanted(id, grace, false, Some(60)))
            .await
            .is_err()
    );
    let own = done!(&store, decide, id, true, by(ada, 2)).await;
    assert!(matches!(own, Err(ProgramError::OwnRequest)));
    assert_eq!(store.undecided(&Page::default()).await.unwrap().rows.len(), 1);
    let after = done!(&store, decide, id, true, by(grace, 3)).await.unwrap();
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

    done!(&store, ask, &wanted(id, grace, false, Some(90)))
        .await
        .unwrap();
    let refused = done!(&store, decide, id, false, by(ada, 62)).await.unwrap();
    assert_eq!((refused.state, refused.next), (State::Open, Next::Department));
    done!(&store, ask, &wanted(id, grace, false, Some(90)))
        .await
        .unwrap();
    done!(&store, decide, id, true, by(ada, 63)).await.unwrap();
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
    assert!(done!(&store, ask, &bare).await.is_err());
    done!(&store, ask, &wanted(id, ada, true, None)).await.unwrap();
    done!(&store, decide, id, true, by(grace, 2)).await.unwrap();
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
    let open = done!(&store, reopen, id, by(grace, 7)).await.unwrap();
    assert_eq!(open.state, State::Open);
}

async fn what_was_called_false_is_judged_anew_when_more_is_measured(store: Store) {
    let (ada, grace) = two_people(&store).await;
    let measured = |minute, verdict, basis| {
        let mut service = service("10.0.0.1", minute, verdict);
        service.judgements[0].basis = basis;
        service
    };
    let call_false = async |minute| {
        let id = only(&store).await.id;
        done!(&store, ask, &wanted(id, ada, true, None)).await.unwrap();
        done!(&store, decide, id, true, by(grace, minute)).await.unwrap();
    };
    let state = async |minute: i64, verdict, basis| {
        once(
            &store,
            &minute.to_string(),
            minute,
            measured(minute, verdict, basis),
        )
        .await;
        let finding = only(&store).await;
        (finding.state, finding.next)
    };
    let aside = (State::FalsePositive, Next::Nobody);
    let back = (State::Back, Next::Department);
    state(0, Verdict::Affected, Basis::Version).await;
    call_false(2).await;
    assert_eq!(state(3, Verdict::Affected, Basis::Version).await, aside);
    // What it does is more than what it calls itself.
    assert_eq!(state(4, Verdict::Affected, Basis::Behaviour).await, back);
    call_false(6).await;
    // Less proof in between makes the same proof no news.
    assert_eq!(state(7, Verdict::Affected, Basis::Version).await, aside);
    assert_eq!(state(8, Verdict::Affected, Basis::Behaviour).await, aside);
    // Nor does a measurement that decides nothing.
    assert_eq!(state(9, Verdict::Inconclusive, Basis::Behaviour).await, aside);
    assert_eq!(state(10, Verdict::Affected, Basis::Behaviour).await, aside);
    // It had gone, so what is there now is something else.
    assert_eq!(state(11, Verdict::NotAffected, Basis::Behaviour).await, aside);
    assert_eq!(state(12, Verdict::Affected, Basis::Behaviour).await, back);
    let id = only(&store).await.id;
    let asked = store.acceptances(id).await.unwrap();
    assert!(asked.iter().all(|one| one.ended_at.is_some()), "{asked:?}");
    assert_eq!(only(&store).await.returns, 2);
    check_tallies(&store).await;
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

//! Whatever happens in whatever order, some things never do.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use holter_model::finding::{Next, State};
use holter_model::{Basis, Severity, Verdict};
use holter_program::closing;
use holter_program::life::{self, Deed, Measured};
use holter_store::Finding;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Happening {
    Measured(Option<Verdict>, Basis, bool, i64),
    Done(Deed),
    Day(i64),
}

fn at(minute: i64) -> Timestamp {
    Timestamp::new(1_790_000_000 + 60 * minute, 0).unwrap()
}

fn fresh() -> Finding {
    Finding {
        id: 1,
        flaw: "CVE-2014-0160".to_owned(),
        check: "heartbleed".to_owned(),
        asset: 1,
        cause: "service:1".to_owned(),
        service: Some(1),
        state: State::Open,
        severity: Severity::Critical,
        weight: 400,
        verdict: Verdict::Affected,
        basis: Basis::Behaviour,
        evidence: "it echoed".to_owned(),
        foreign_bytes: 0,
        first_seen: at(0),
        last_seen: at(0),
        measured_at: at(0),
        visit: Some(1),
        fixed_at: None,
        due: Some(at(1000)),
        inconclusive: 0,
        returns: 0,
        assignee: None,
        accepted_until: None,
        next: Next::Department,
        site: None,
        department: None,
    }
}

fn happening() -> impl Strategy<Value = Happening> {
    let verdict = prop_oneof![
        Just(None),
        Just(Some(Verdict::Affected)),
        Just(Some(Verdict::NotAffected)),
        Just(Some(Verdict::Inconclusive)),
        Just(Some(Verdict::NotApplicable)),
    ];
    let basis = prop_oneof![
        Just(Basis::Behaviour),
        Just(Basis::Configuration),
        Just(Basis::Version),
        Just(Basis::Statement),
    ];
    let deed = prop_oneof![
        (1..4_i64).prop_map(|to| Deed::Assign { to }),
        Just(Deed::Begin),
        Just(Deed::SayDone { measurable: true }),
        Just(Deed::SayDone { measurable: false }),
        Just(Deed::Ask),
        (-5..50_i64).prop_map(|minute| Deed::Accept { until: at(minute) }),
        Just(Deed::CallFalse),
        Just(Deed::Refuse),
        Just(Deed::Reopen),
    ];
    prop_oneof![
        3 => (verdict, basis, any::<bool>(), -3..3_i64)
            .prop_map(|(verdict, basis, covers, late)| Happening::Measured(verdict, basis, covers, late)),
        3 => deed.prop_map(Happening::Done),
        1 => (0..30_i64).prop_map(Happening::Day),
    ]
}

proptest! {
    #[test]
    fn only_a_covering_measurement_of_behaviour_or_configuration_fixes(
        happenings in proptest::collection::vec(happening(), 0..60)
    ) {
        let mut finding = fresh();
        let mut now = 1;
        for happening in happenings {
            now += 1;
            let before = finding.clone();
            let step = match &happening {
                Happening::Measured(verdict, basis, covers, late) => Some(life::measured(&before, &Measured {
                    verdict: *verdict,
                    basis: *basis,
                    evidence: "it was asked".to_owned(),
                    foreign_bytes: 0,
                    at: at(now + late),
                    visit: now,
                    covers: *covers,
                    due: at(now).checked_add(SignedDuration::from_hours(24)).unwrap(),
                })),
                Happening::Done(deed) => life::done(&before, deed, at(now)).ok(),
                Happening::Day(minutes) => {
                    now += minutes;
                    Some(life::expired(&before, at(now)))
                }
            };
            let Some(step) = step else { continue };
            finding = step.after;
            if finding.state == State::Fixed && before.state != State::Fixed {
                let proves = matches!(
                    happening,
                    Happening::Measured(
                        Some(Verdict::NotAffected), Basis::Behaviour | Basis::Configuration, true, _
                    )
                );
                prop_assert!(proves, "{happening:?} fixed it");
                prop_assert!(finding.measured_at >= before.measured_at);
            }
            // What is fixed opens by a measurement alone, and is told to be back.
            if before.state == State::Fixed && finding.state != State::Fixed {
                prop_assert_eq!(finding.state, State::Back);
                prop_assert!(matches!(happening, Happening::Measured(Some(Verdict::Affected), ..)));
                prop_assert_eq!(finding.returns, before.returns + 1);
            }
            // Every change of state is told.
            prop_assert!(finding.state == before.state || step.event.is_some());
            // Somebody must act next exactly where something is to be done.
            prop_assert_eq!(finding.state.is_live(), finding.next != Next::Nobody, "{:?}", finding);
            prop_assert_eq!(finding.state == State::Accepted, finding.accepted_until.is_some());
            prop_assert!(finding.measured_at >= before.measured_at);
            prop_assert!(!finding.state.is_live() || finding.fixed_at.is_none());
            prop_assert!(!closing::what_closes(&finding, None).is_empty());
        }
    }
}

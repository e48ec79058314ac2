//! Conversations of both directions, in the clear, encrypted, and where one of them is either.

use super::*;

const GCM: Seal = Seal::Sealed(Cover::Known { fixed: 24, block: 0 });
const CBC: Seal = Seal::Sealed(Cover::Known { fixed: 36, block: 16 });

const HEARD: Heard = Heard {
    pads_least: [true; 2],
    late: false,
    begun: true,
    torn: false,
    missing: [0; 2],
    heard: [true; 2],
    client: Some(Side::Opener),
};

fn raw(start: Option<[u8; 3]>, length: u64) -> Raw {
    Raw {
        start,
        length,
        lost: 0,
        cut: 0,
        at: Moment(1),
    }
}

/// What the client's asking comes to: records of the client and of the server.
fn asked(datagrams: bool, holed: bool, records: &[(Side, Seal, Raw)]) -> Tally {
    let mut beats = Beats::new(datagrams, Moment(1), Company::default());
    if holed {
        beats.miss(Side::Opener, 45, 45);
    }
    for (side, seal, raw) in records {
        beats.record(*side, *seal, *raw, HEARD);
    }
    let missing = if holed { [45, 0] } else { [0; 2] };
    let over = Over {
        heard: [true; 2],
        missing,
        ended: [false; 2],
    };
    let [tally, _] = beats.finish(&over, Side::Opener);
    tally
}

#[test]
fn an_answer_in_the_clear_to_an_encrypted_request_goes_on_in_its_next_record() {
    let tally = asked(
        false,
        false,
        &[
            (Side::Opener, GCM, raw(Some([7, 7, 7]), 27)),
            (Side::Answerer, Seal::Open, raw(Some([2, 0x40, 0]), 16_384)),
            (Side::Answerer, Seal::Open, raw(Some([9, 9, 9]), 19)),
        ],
    );
    assert_eq!((tally.least, tally.most, tally.answers), (16_384, 16_384, 1));
}

#[test]
fn a_full_datagram_is_one_answer_and_may_be_padded() {
    let tally = asked(
        true,
        false,
        &[
            (Side::Opener, CBC, raw(None, 48)),
            (Side::Answerer, CBC, raw(None, 16_432)),
        ],
    );
    assert_eq!((tally.attempts, tally.answers), (1, 1));
    assert!(
        (tally.least..=tally.most).contains(&16_365),
        "{} {}",
        tally.least,
        tally.most
    );
}

#[test]
fn a_request_that_was_lost_may_have_brought_nothing() {
    let answer = |start, length| (Side::Answerer, Seal::Open, raw(Some(start), length));
    let tally = asked(
        false,
        true,
        &[answer([2, 0x40, 0], 16_384), answer([9, 9, 9], 19)],
    );
    assert_eq!((tally.least, tally.most), (3, 16_384));
    assert_eq!(tally.ladder, Ladder::LeakBounded);
}

#[test]
fn a_request_too_short_for_its_claim_is_answered_by_any() {
    let tally = asked(
        false,
        false,
        &[
            (Side::Opener, Seal::Open, raw(None, 1)),
            (Side::Answerer, Seal::Open, raw(Some([2, 1, 0]), 275)),
        ],
    );
    assert_eq!((tally.ladder, tally.least), (Ladder::LeakExact, 256));
}

#[test]
fn one_that_is_padded_amply_hides_nothing_of_what_others_leak() {
    let tally = asked(
        false,
        false,
        &[
            (Side::Opener, GCM, raw(None, 24 + 1000)),
            (Side::Opener, GCM, raw(None, 24 + 3)),
            (Side::Answerer, GCM, raw(None, 24 + 19 + 17)),
            (Side::Answerer, GCM, raw(None, 24 + 19 + 5000)),
        ],
    );
    assert!((tally.least..=tally.most).contains(&5000), "{}", tally.most);
}

#[test]
fn a_request_that_waited_for_a_hole_still_has_its_answer() {
    let unsure = Seal::Unknown(Cover::Known { fixed: 24, block: 0 });
    let tally = asked(
        false,
        false,
        &[
            (Side::Answerer, Seal::Open, raw(Some([2, 0, 100]), 119)),
            (Side::Opener, unsure, raw(Some([1, 0, 100]), 40)),
        ],
    );
    assert_eq!((tally.ladder, tally.least), (Ladder::LeakExact, 63));
}

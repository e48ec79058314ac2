//! Pairs in the clear, in order and out of it.

use super::*;
use holter_model::Verdict;

fn beat(kind: u8, claimed: u16, length: u64) -> Beat {
    let [high, low] = claimed.to_be_bytes();
    Beat {
        start: Some([kind, high, low]),
        length,
        slack: 0,
        unseen: 0,
        at: Moment(1),
    }
}

#[test]
fn the_line_between_legal_and_forbidden_is_openssls() {
    for (length, claimed, forbidden) in [
        (18, 0, true),
        (19, 0, false),
        (19, 1, true),
        (20, 1, false),
        (16_384, 16_365, false),
        (16_368, 16_365, true),
    ] {
        let asked = Asked {
            length,
            slack: 0,
            claimed,
            spoken: false,
            passed: false,
        };
        assert_eq!(asked.is_forbidden(), forbidden, "{length} {claimed}");
    }
}

#[test]
fn only_who_goes_on_in_answer_has_passed_it_over() {
    let verdict = |steps: fn(&mut Open)| {
        let mut open = Open::on(Ground::default(), false);
        open.ask(beat(1, 0x4000, 3));
        steps(&mut open);
        let (tally, _) = open.finish(0, false);
        (tally.ladder.verdict(tally.ignored), tally.ladder)
    };
    let unanswered = Ladder::AttemptUnanswered;
    assert_eq!(verdict(|_| {}), (Verdict::Inconclusive, unanswered));
    assert_eq!(
        verdict(Open::answerer_speaks),
        (Verdict::Inconclusive, unanswered)
    );
    let goes_on = |open: &mut Open| {
        open.asker_speaks();
        open.answerer_speaks();
    };
    assert_eq!(verdict(goes_on), (Verdict::NotAffected, unanswered));
    let with_hole = |open: &mut Open| {
        open.miss_answerer();
        open.asker_speaks();
        open.answerer_speaks();
    };
    assert_eq!(verdict(with_hole), (Verdict::Inconclusive, unanswered));
    let mut holed = Open::on(Ground::default(), false);
    holed.ask(beat(1, 0x4000, 3));
    holed.miss_answerer();
    let (tally, unmet) = holed.finish(0x10_0000, false);
    assert_eq!((tally.least, tally.most, unmet), (0, 0, 0x4000));
    let answered_later = |open: &mut Open| {
        open.asker_speaks();
        open.answerer_speaks();
        open.answer(beat(2, 0x4000, 16_384));
        open.answer(beat(9, 0x0909, 19));
    };
    assert_eq!(verdict(answered_later), (Verdict::Affected, Ladder::LeakExact));
}

#[test]
fn an_answer_that_an_honest_request_explains_accuses_nobody() {
    let mut open = Open::on(Ground::default(), false);
    open.ask(beat(1, 0, 3));
    open.ask(beat(1, 0, 19));
    open.answer(beat(2, 0, 19));
    assert_eq!(open.finish(0, false).0.ladder, Ladder::AttemptUnanswered);
    let mut open = Open::on(Ground::default(), false);
    open.ask(beat(1, 4, 3));
    open.ask(beat(1, 4, 23));
    open.answer(beat(2, 4, 23));
    open.answer(beat(2, 4, 23));
    let (tally, _) = open.finish(0, false);
    assert_eq!((tally.ladder, tally.least), (Ladder::LeakExact, 4));
}

#[test]
fn whatever_is_asked_between_an_honest_one_is_believed_before_a_forbidden_one() {
    let mut open = Open::on(Ground::default(), false);
    open.ask(beat(1, 44, 3));
    open.ask(beat(1, 100, 3));
    open.ask(beat(1, 44, 63));
    open.answer(beat(2, 44, 63));
    let (tally, _) = open.finish(0, false);
    assert_eq!((tally.ladder, tally.least), (Ladder::AttemptUnanswered, 0));
    assert_eq!((tally.most, tally.ignored), (44, false));
}

#[test]
fn a_thousand_requests_at_once_hide_no_answer() {
    for claim in [|_| 0x4000, |number: u16| 0x4000 + number] {
        let mut open = Open::on(Ground::default(), false);
        for number in 0..1000 {
            open.ask(beat(1, claim(number), 3));
        }
        for number in 0..1000 {
            open.answer(beat(2, claim(number), u64::from(claim(number)) + AROUND));
        }
        let (tally, _) = open.finish(0, false);
        let leaked: u64 = (0..1000).map(|number| u64::from(claim(number))).sum();
        assert_eq!((tally.least, tally.most), (leaked, leaked));
        assert_eq!(tally.ladder, Ladder::LeakExact);
    }
}

#[test]
fn an_honest_heartbeat_behind_it_shows_that_it_was_passed_over() {
    let mut open = Open::on(Ground::default(), false);
    open.ask(beat(1, 0x4000, 3));
    open.ask(beat(1, 4, 23));
    open.answer(beat(2, 4, 23));
    let (tally, _) = open.finish(0, false);
    assert_eq!(tally.ladder.verdict(tally.ignored), Verdict::NotAffected);
    assert_eq!((tally.attempts, tally.answers, tally.most), (1, 0, 0));
}

#[test]
fn an_answer_that_ends_short_is_exact_where_nothing_more_can_come() {
    let bounds = |steps: fn(&mut Open), ended| {
        let mut open = Open::on(Ground::default(), false);
        open.ask(beat(1, 0x4000, 3));
        open.answer(beat(2, 0x4000, 16_384));
        steps(&mut open);
        let (tally, _) = open.finish(0, ended);
        (tally.ladder, tally.least, tally.most)
    };
    let (exact, held_back) = (
        (Ladder::LeakExact, 16_381, 16_381),
        (Ladder::LeakBounded, 16_381, 16_384),
    );
    assert_eq!(bounds(|_| {}, false), held_back);
    assert_eq!(bounds(|_| {}, true), exact);
    assert_eq!(bounds(Open::answer_is_over, false), exact);
    // What is missing may have been the rest.
    assert_eq!(bounds(Open::miss_answerer, true), held_back);
    // It comes before the next answer, and begins with whatever lay in memory.
    let rest_comes = |open: &mut Open| {
        open.ask(beat(1, 0x2000, 3));
        open.answer(beat(1, 0x4000, 19));
        open.answer(beat(2, 0x2000, 0x2000 + AROUND));
    };
    assert_eq!(bounds(rest_comes, false), (Ladder::LeakExact, 0x6000, 0x6000));
    let rest_is_lost = |open: &mut Open| {
        open.ask(beat(1, 0x2000, 3));
        open.answer(beat(2, 0x2000, 0x2000 + AROUND));
    };
    assert_eq!(
        bounds(rest_is_lost, false),
        (Ladder::LeakExact, 0x6000 - 3, 0x6000)
    );
}

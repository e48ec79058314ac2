//! Runs again and again: each when it is due, one after the other, never in quiet hours.

use holter_engine::{QuietHours, Stop, When};
use jiff::Zoned;

use super::calendar::Calendar;
use crate::exit::{self, Outcome};

/// When something runs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Turn {
    /// Its name, where it has one.
    pub(crate) name: Option<String>,
    /// When it is due; `None`: once, now.
    pub(crate) when: Option<When>,
    /// When it must not begin.
    pub(crate) quiet: QuietHours,
}

/// Calls `one` with the place of each turn that is due, until none is left or the user stops; `say` tells of waiting
/// and `lament` of what went wrong. The answer is the last run's. What fails while somebody still watches ends it; what fails
/// after a wait is said, and tried again when it is due again.
pub(crate) async fn run(
    turns: &[&Turn],
    calendar: &Calendar,
    stop: &Stop,
    say: impl Fn(&str),
    lament: impl Fn(&str),
    mut one: impl AsyncFnMut(usize) -> anyhow::Result<Outcome>,
) -> anyhow::Result<Outcome> {
    let begin = calendar.now();
    let first = |turn: &&Turn| Some(turn.when.map_or(begin.clone(), |when| when.first(&begin)));
    let mut due: Vec<Option<Zoned>> = turns.iter().map(first).collect();
    let mut last = None;
    let (mut waited, mut told) = (false, None);
    loop {
        let now = calendar.now();
        let Some((place, turn, at)) = next(turns, &due, &now) else {
            return Ok(last.unwrap_or(Outcome::Clean));
        };
        if at > now {
            if told.replace((place, at.clone())) != Some((place, at.clone())) {
                say(&awaited(turn, &at, calendar));
            }
            waited = true;
            if calendar.wait(&at, stop).await {
                continue;
            }
            if last.is_none() {
                say("stopped before anything was scanned");
            }
            return Ok(last.unwrap_or(Outcome::Unassessed));
        }
        let outcome = match one(place).await {
            Err(error) if !waited => return Err(error),
            Err(error) => {
                let name = turn
                    .name
                    .as_ref()
                    .map_or_else(String::new, |name| format!("{name}: "));
                lament(&format!("{name}{}", exit::told(&error)));
                Outcome::Failed
            }
            Ok(outcome) => outcome,
        };
        last = Some(outcome);
        if stop.asked() {
            return Ok(outcome);
        }
        if let Some(due) = due.get_mut(place) {
            *due = turn.when.map(|when| when.after(&now, &calendar.now()));
        }
    }
}

/// What comes first, and when it may begin. Of two at the same time the one written first.
fn next<'a>(turns: &[&'a Turn], due: &[Option<Zoned>], now: &Zoned) -> Option<(usize, &'a Turn, Zoned)> {
    let begins = |(place, (turn, due)): (usize, (&&'a Turn, &Option<Zoned>))| {
        let due = due.as_ref()?;
        let free = turn.quiet.until(due.max(now));
        Some((place, *turn, free.unwrap_or_else(|| due.clone())))
    };
    turns
        .iter()
        .zip(due)
        .enumerate()
        .filter_map(begins)
        .min_by(|(_, _, one), (_, _, other)| one.max(now).cmp(other.max(now)))
}

fn awaited(turn: &Turn, at: &Zoned, calendar: &Calendar) -> String {
    if turn.quiet.until(&calendar.now()).as_ref() == Some(at) {
        return format!("quiet hours until {}; waiting, Ctrl-C ends", calendar.said(at));
    }
    let name = turn
        .name
        .as_ref()
        .map_or_else(String::new, |name| format!(" of {name}"));
    format!("next run{name} at {}; Ctrl-C ends", at.strftime("%Y-%m-%d %H:%M"))
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use holter_model::seam::Clock;
    use jiff::tz::TimeZone;
    use jiff::{SignedDuration, Timestamp};
    use tokio::time::{Duration, Instant};

    use super::*;

    /// Goes as tokio's own time goes.
    struct Watch(Timestamp, Instant);

    impl Clock for Watch {
        fn now(&self) -> Timestamp {
            self.0 + SignedDuration::try_from(self.1.elapsed()).unwrap()
        }
    }

    fn turn(name: &str, when: When, quiet: &str) -> Turn {
        Turn {
            name: Some(name.to_owned()),
            when: Some(when),
            quiet: quiet.parse().unwrap(),
        }
    }

    fn every(text: &str) -> When {
        When::Every(text.parse().unwrap())
    }

    fn at(text: &str) -> When {
        When::At(text.parse().unwrap())
    }

    /// What happens from 8:00 on Monday until so many runs are over, each taking so many minutes.
    async fn diary(
        turns: &[Turn],
        runs: usize,
        minutes: u64,
        fails: &[usize],
    ) -> (Vec<String>, anyhow::Result<Outcome>) {
        let start = "2026-11-23T08:00:00Z".parse().unwrap();
        let calendar = Calendar::new(Box::new(Watch(start, Instant::now())), TimeZone::UTC);
        let (stop, diary) = (Stop::default(), RefCell::new(Vec::new()));
        let write = |text: &str| {
            diary
                .borrow_mut()
                .push(format!("{} {text}", calendar.now().strftime("%a %H:%M")))
        };
        let mut count = 0;
        let turns: Vec<&Turn> = turns.iter().collect();
        let outcome = run(&turns, &calendar, &stop, write, write, async |place: usize| {
            write(&format!("run {}", turns[place].name.as_deref().unwrap_or("once")));
            tokio::time::sleep(Duration::from_secs(minutes * 60)).await;
            count += 1;
            if count == runs {
                stop.now();
            }
            if fails.contains(&count) {
                anyhow::bail!("no such file");
            }
            Ok(Outcome::Affected)
        })
        .await;
        (diary.take(), outcome)
    }

    #[tokio::test(start_paused = true)]
    async fn once_is_once() {
        let (diary, outcome) = diary(&[Turn::default()], 9, 1, &[]).await;
        assert_eq!(diary, ["Mon 08:00 run once"]);
        assert_eq!(outcome.unwrap(), Outcome::Affected);
    }

    #[tokio::test(start_paused = true)]
    async fn every_six_hours_is_counted_from_the_beginning() {
        let (diary, _) = diary(&[turn("a", every("6h"), "Sun")], 2, 30, &[]).await;
        assert_eq!(
            diary,
            [
                "Mon 08:00 run a",
                "Mon 08:30 next run of a at 2026-11-23 14:00; Ctrl-C ends",
                "Mon 14:00 run a"
            ]
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_run_that_takes_too_long_is_followed_at_once_and_once() {
        let (diary, _) = diary(&[turn("a", every("1h"), "Sun")], 3, 150, &[]).await;
        assert_eq!(diary, ["Mon 08:00 run a", "Mon 10:30 run a", "Mon 13:00 run a"]);
    }

    #[tokio::test(start_paused = true)]
    async fn quiet_hours_are_waited_out_and_do_not_make_runs_pile_up() {
        let (diary, _) = diary(&[turn("a", every("6h"), "07:00-19:00")], 3, 10, &[]).await;
        assert_eq!(
            diary,
            [
                "Mon 08:00 quiet hours until 19:00; waiting, Ctrl-C ends",
                "Mon 19:00 run a",
                "Mon 19:10 next run of a at 2026-11-24 01:00; Ctrl-C ends",
                "Tue 01:00 run a",
                "Tue 01:10 next run of a at 2026-11-24 19:00; Ctrl-C ends",
                "Tue 19:00 run a",
            ]
        );
    }

    #[tokio::test(start_paused = true)]
    async fn schedules_run_one_after_the_other() {
        let turns = [
            turn("nightly", at("02:30"), "Sun"),
            turn("portal", every("12h"), "Sun"),
            turn("early", at("02:40"), "Sun"),
        ];
        let (diary, _) = diary(&turns, 5, 20, &[]).await;
        let runs: Vec<&String> = diary
            .iter()
            .filter(|line| line.contains(" run ") && !line.contains("next"))
            .collect();
        assert_eq!(
            runs,
            [
                "Mon 08:00 run portal",
                "Mon 20:00 run portal",
                "Tue 02:30 run nightly",
                "Tue 02:50 run early",
                "Tue 08:00 run portal"
            ]
        );
    }

    #[tokio::test(start_paused = true)]
    async fn what_fails_ends_it_only_while_somebody_watches() {
        let once = [turn("a", every("6h"), "Sun")];
        assert!(diary(&once, 9, 1, &[1]).await.1.is_err());
        let (diary, outcome) = diary(&once, 3, 1, &[2]).await;
        assert!(
            diary.contains(&"Mon 14:01 a: no such file".to_owned()),
            "{diary:?}"
        );
        assert_eq!(outcome.unwrap(), Outcome::Affected);
    }
}

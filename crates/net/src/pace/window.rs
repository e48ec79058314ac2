//! How many connections may be busy at once: more while answers come promptly, half as many when something
//! gives way.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// Places among the busy connections, as many as the network and this machine bear (the additive increase and
/// multiplicative decrease of RFC 5681).
#[derive(Debug)]
pub(super) struct Window {
    places: Arc<Semaphore>,
    state: Mutex<State>,
    /// Tells that somebody rests.
    rests: Notify,
}

#[derive(Debug)]
struct State {
    /// How many places there should be.
    size: usize,
    /// How many there are; more than `size` only until somebody leaves.
    made: usize,
    least: usize,
    most: usize,
    /// Connections that are only waited for and have given their place away.
    resting: usize,
    /// Answers since the window last grew.
    answers: usize,
    /// Until the first trouble every answer makes room for one more.
    steep: bool,
    calm_after: Instant,
    late: Late,
    /// The smoothed time that a host takes to answer a connection.
    usual: Option<Duration>,
}

/// Answers that came only to a second SYN: the first was lost on the way.
#[derive(Debug)]
struct Late {
    since: Instant,
    answers: u32,
    late: u32,
}

/// When a SYN is sent again (RFC 6298 section 2), less the time that clocks differ.
const SENT_AGAIN: Duration = Duration::from_millis(900);

impl Late {
    /// Whether so many of the answers of this while are late that something on the way gives way. One far host is no
    /// trouble.
    fn too_many(&mut self, late: bool) -> bool {
        let now = Instant::now();
        if now.duration_since(self.since) > ONE_TROUBLE {
            *self = Self {
                since: now,
                answers: 0,
                late: 0,
            };
        }
        self.answers += 1;
        self.late += u32::from(late);
        self.late >= 3 && self.late.saturating_mul(20) >= self.answers
    }
}

/// One trouble seldom comes alone, and is one all the same.
const ONE_TROUBLE: Duration = Duration::from_millis(500);

impl Window {
    /// Begins at `start` and stays within `most`.
    pub(super) fn new(start: usize, most: usize) -> Self {
        let start = start.max(1);
        Self {
            places: Arc::new(Semaphore::new(start)),
            state: Mutex::new(State {
                size: start,
                made: start,
                resting: 0,
                least: start.min(4),
                most: most.max(start),
                answers: 0,
                steep: true,
                calm_after: Instant::now(),
                late: Late {
                    since: Instant::now(),
                    answers: 0,
                    late: 0,
                },
                usual: None,
            }),
            rests: Notify::new(),
        }
    }

    /// Waits for a place.
    pub(super) async fn enter(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.places).acquire_owned().await.ok()
    }

    /// Gives a place back; one too many vanishes.
    pub(super) fn leave(&self, place: OwnedSemaphorePermit) {
        let mut state = self.state();
        if state.made > state.size {
            state.made -= 1;
            place.forget();
        }
    }

    /// Somebody who has given its place back is waited for.
    pub(super) fn rest(&self) {
        self.state().resting += 1;
        self.rests.notify_one();
    }

    /// Somebody who rested is gone.
    pub(super) fn rested(&self) {
        let mut state = self.state();
        state.resting = state.resting.saturating_sub(1);
    }

    /// Somebody rests until this is dropped, though it never had a place.
    pub(super) fn resting(&self) -> Resting<'_> {
        self.rest();
        Resting(self)
    }

    /// For how many there is work: those that are busy, as many waiting as keep them so, and those that rest.
    pub(super) fn wanted(&self) -> usize {
        let state = self.state();
        state.size + state.size / 4 + 1 + state.resting
    }

    /// Waits until one more rests.
    pub(super) async fn one_more_rests(&self) {
        self.rests.notified().await;
    }

    /// A host answered a connection, after so long.
    pub(super) fn answered(&self, after: Duration) {
        let mut state = self.state();
        let usual = state.usual.unwrap_or(after);
        let late = after >= SENT_AGAIN && usual * 3 < SENT_AGAIN;
        if state.late.too_many(late) {
            drop(state);
            return self.gave_way();
        }
        if !late {
            state.usual = Some((usual * 7 + after) / 8);
        }
        state.answers += 1;
        let enough = if state.steep { 1 } else { state.size };
        if state.answers >= enough && state.size < state.most {
            state.answers = 0;
            state.size += 1;
            if state.made < state.size {
                state.made += 1;
                self.places.add_permits(1);
            }
        }
    }

    /// Something gave way: a host that lives was not heard, or this machine ran short.
    pub(super) fn gave_way(&self) {
        let now = Instant::now();
        let mut state = self.state();
        if now < state.calm_after {
            return;
        }
        state.calm_after = now + ONE_TROUBLE;
        state.steep = false;
        state.answers = 0;
        state.size = (state.size / 2).max(state.least);
        let surplus = state.made - state.size.min(state.made);
        state.made -= self.places.forget_permits(surplus);
    }

    /// How long a host usually takes to answer a connection.
    pub(super) fn usual(&self) -> Option<Duration> {
        self.state().usual
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Somebody who rests.
#[derive(Debug)]
pub(super) struct Resting<'a>(&'a Window);

impl Drop for Resting<'_> {
    fn drop(&mut self) {
        self.0.rested();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(window: &Window) -> (usize, usize) {
        (window.state().size, window.places.available_permits())
    }

    #[tokio::test(start_paused = true)]
    async fn it_grows_with_answers_and_halves_once_for_each_trouble() {
        let window = Window::new(8, 64);
        for _ in 0..100 {
            window.answered(Duration::from_millis(1));
        }
        assert_eq!(size(&window), (64, 64));
        window.gave_way();
        window.gave_way();
        assert_eq!(size(&window), (32, 32));
        for _ in 0..32 {
            window.answered(Duration::from_millis(1));
        }
        assert_eq!(size(&window), (33, 33), "after trouble it grows slowly");
    }

    #[tokio::test(start_paused = true)]
    async fn answers_to_second_syns_are_trouble_and_one_far_host_is_not() {
        let window = Window::new(64, 64);
        let (prompt, late) = (Duration::from_millis(5), Duration::from_millis(1005));
        let all = |answers: &[Duration]| answers.iter().for_each(|after| window.answered(*after));
        all(&[prompt, prompt, late, late, prompt]);
        assert_eq!(size(&window), (64, 64));
        all(&[late]);
        assert_eq!(size(&window), (32, 32));
    }

    #[tokio::test(start_paused = true)]
    async fn places_that_are_taken_vanish_when_they_are_given_back() {
        let window = Window::new(8, 8);
        let mut taken = Vec::new();
        for _ in 0..8 {
            taken.push(window.enter().await.unwrap());
        }
        window.gave_way();
        assert_eq!(size(&window), (4, 0));
        for place in taken {
            window.leave(place);
        }
        assert_eq!(size(&window), (4, 4));
        for _ in 0..10 {
            tokio::time::advance(ONE_TROUBLE).await;
            window.gave_way();
        }
        assert_eq!(size(&window), (4, 4), "it never closes");
    }
}

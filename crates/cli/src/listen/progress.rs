//! Progress, on standard error: a bar where there is a terminal, else a line now and then.

use std::io::Write as _;
use std::time::{Duration, Instant};

use holter_report::number;
use indicatif::ProgressBar;

use crate::screen::{self, Screen};

/// What takes less needs no progress.
const PATIENCE: Duration = Duration::from_secs(2);

/// How often a plain line is written.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// What a user sees while files are read.
pub(crate) struct Progress {
    total: u64,
    begun: Instant,
    next: Instant,
    bar: Option<ProgressBar>,
    quiet: bool,
    screen: Screen,
}

impl Progress {
    /// Nothing shown yet. `total` is 0 where nobody knows how much there is.
    pub(crate) fn new(quiet: bool, total: u64) -> Self {
        let now = Instant::now();
        Self {
            total,
            begun: now,
            next: now + PATIENCE,
            bar: None,
            quiet,
            screen: Screen::here(),
        }
    }

    /// Shows how far it is, when it is time to.
    pub(crate) fn draw(&mut self, bytes: u64, packets: u64) {
        let now = Instant::now();
        if self.quiet || now < self.next {
            return;
        }
        let line = self.line(bytes, packets, now);
        if self.screen == Screen::Lines {
            self.next = now + LINE_EVERY;
            // Where standard error is closed there is nobody to tell.
            let _ = writeln!(std::io::stderr(), "holter: {line}");
            return;
        }
        self.next = now + Duration::from_millis(200);
        let (screen, total) = (self.screen, self.total);
        let bar = self.bar.get_or_insert_with(|| bar(screen, total));
        bar.set_position(bytes);
        bar.set_message(line);
    }

    /// Writes something else, and lets the bar not stand in its way.
    pub(crate) fn aside(&self, write: impl FnOnce()) {
        match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    /// Takes the bar away.
    pub(crate) fn clear(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }

    fn line(&self, bytes: u64, packets: u64, now: Instant) -> String {
        const MEGA: u64 = 1_000_000;
        let millis = u64::try_from(now.duration_since(self.begun).as_millis()).unwrap_or(u64::MAX);
        let rate = bytes.saturating_mul(1000) / millis.max(1) / MEGA;
        let of = if self.total > 0 {
            format!(" of {}", number(self.total / MEGA))
        } else {
            String::new()
        };
        let heard = format!("{}{of} MB", number(bytes / MEGA));
        match self.screen {
            Screen::Narrow => format!("{heard}, {rate} MB/s"),
            _ => format!("{heard} heard, {} packets, {rate} MB/s", number(packets)),
        }
    }
}

fn bar(screen: Screen, total: u64) -> ProgressBar {
    let known = (total > 0).then_some(total);
    let bar = ProgressBar::with_draw_target(known, screen::target(5));
    let form = match (screen, known) {
        (Screen::Wide, Some(_)) => "{bar} {msg}, {eta} left",
        (Screen::Wide, None) => "{spinner} {msg}, {elapsed}",
        _ => "{msg}",
    };
    if let Some(style) = screen::style(form) {
        bar.set_style(style);
    }
    bar
}

//! Progress, on standard error: a bar where there is a terminal, else a line now and then.

use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Args;

/// A scan shorter than this needs no progress.
const PATIENCE: Duration = Duration::from_secs(2);

/// How often a plain line is written.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// What a user sees of a run. Counting is all that an endpoint costs; drawing goes by the clock.
pub(crate) struct Progress {
    /// Endpoints tried.
    pub(crate) tried: u64,
    /// Services affected.
    pub(crate) affected: u64,
    total: u64,
    begun: Instant,
    next_line: Instant,
    way: Way,
}

enum Way {
    Quiet,
    Lines,
    Bar(Option<ProgressBar>),
}

impl Progress {
    /// Nothing shown yet.
    pub(crate) fn new(args: &Args) -> Self {
        let way = match (args.quiet, std::io::stderr().is_terminal()) {
            (true, _) => Way::Quiet,
            (_, true) => Way::Bar(None),
            (_, false) => Way::Lines,
        };
        let now = Instant::now();
        Self {
            tried: 0,
            affected: 0,
            total: 0,
            begun: now,
            next_line: now + PATIENCE,
            way,
        }
    }

    /// The run begins.
    pub(crate) const fn begin(&mut self, endpoints: u64) {
        self.total = endpoints;
    }

    /// Shows where the run is.
    pub(crate) fn draw(&mut self) {
        let now = Instant::now();
        match &mut self.way {
            Way::Quiet => {}
            Way::Lines if now >= self.next_line => {
                self.next_line = now + LINE_EVERY;
                let _ = writeln!(
                    std::io::stderr(),
                    "holter: {} of {} endpoints asked, {} affected",
                    self.tried,
                    self.total,
                    self.affected
                );
            }
            Way::Lines => {}
            Way::Bar(bar) => {
                if bar.is_none() && now.duration_since(self.begun) < Duration::from_millis(300) {
                    return;
                }
                let bar = bar.get_or_insert_with(|| self::bar(self.total));
                bar.set_message(format!("{} affected", self.affected));
                bar.set_position(self.tried);
            }
        }
    }

    /// Writes something else, and lets the bar not stand in its way.
    pub(crate) fn aside(&self, write: impl FnOnce()) {
        match &self.way {
            Way::Bar(Some(bar)) => bar.suspend(write),
            _ => write(),
        }
    }

    /// Takes the bar away.
    pub(crate) fn clear(&mut self) {
        if let Way::Bar(Some(bar)) = &self.way {
            bar.finish_and_clear();
        }
    }
}

fn bar(total: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr_with_hz(10));
    let style = ProgressStyle::with_template("{bar:30} {pos} of {len} endpoints, {msg}, {eta} left");
    if let Ok(style) = style {
        bar.set_style(style);
    }
    bar
}

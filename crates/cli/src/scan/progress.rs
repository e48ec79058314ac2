//! Progress, on standard error: a bar where there is a terminal, else a line now and then.

use std::io::Write as _;
use std::time::{Duration, Instant};

use holter_report::number;
use indicatif::ProgressBar;

use super::Args;
use crate::screen::{self, Screen};

/// A scan shorter than this needs no progress.
const PATIENCE: Duration = Duration::from_secs(2);

/// How often a plain line is written.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// So many affected services are named while the run goes on.
const NAMED: u64 = 20;

/// What a user sees of a run. Counting is all that an endpoint costs; drawing goes by the clock.
pub(crate) struct Progress {
    /// Endpoints tried.
    pub(crate) tried: u64,
    affected: u64,
    total: u64,
    begun: Instant,
    next_line: Instant,
    /// How many had been tried when the last line was written.
    said: Option<u64>,
    way: Way,
}

enum Way {
    Quiet,
    Lines,
    Bar(Screen, Option<ProgressBar>),
}

impl Progress {
    /// Nothing shown yet.
    pub(crate) fn new(args: &Args) -> Self {
        let way = match (args.quiet, Screen::here()) {
            (true, _) => Way::Quiet,
            (_, Screen::Lines) => Way::Lines,
            (_, screen) => Way::Bar(screen, None),
        };
        let now = Instant::now();
        Self {
            tried: 0,
            affected: 0,
            total: 0,
            begun: now,
            next_line: now + PATIENCE,
            said: None,
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
                self.said = Some(self.tried);
                self.line();
            }
            Way::Lines => {}
            Way::Bar(screen, bar) => {
                if bar.is_none() && now.duration_since(self.begun) < Duration::from_millis(300) {
                    return;
                }
                let bar = bar.get_or_insert_with(|| self::bar(*screen, self.total));
                bar.set_message(format!("{} affected", number(self.affected)));
                bar.set_position(self.tried);
            }
        }
    }

    /// Writes something else, and lets the bar not stand in its way.
    pub(crate) fn aside(&self, write: impl FnOnce()) {
        match &self.way {
            Way::Bar(_, Some(bar)) => bar.suspend(write),
            _ => write(),
        }
    }

    /// Names one that is affected above the bar, the first few times; the document names them all.
    pub(crate) fn affected(&mut self, target: &str) {
        self.affected += 1;
        if let Way::Bar(_, Some(bar)) = &self.way
            && self.affected <= NAMED
        {
            let target = holter_report::terminal(target);
            bar.println(format!("affected: {target}"));
        }
    }

    /// Takes the bar away; the last line is not left short of the end.
    pub(crate) fn clear(&mut self) {
        match &self.way {
            Way::Bar(_, Some(bar)) => bar.finish_and_clear(),
            Way::Lines if self.said.is_some_and(|said| said < self.tried) => self.line(),
            _ => {}
        }
    }

    fn line(&self) {
        // Where standard error is closed there is nobody to tell.
        let _ = writeln!(
            std::io::stderr(),
            "holter: {} of {} endpoints asked, {} affected",
            number(self.tried),
            number(self.total),
            number(self.affected)
        );
    }
}

fn bar(screen: Screen, total: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(total), screen::target(10));
    let form = match screen {
        Screen::Wide => "{bar} {human_pos} of {human_len} endpoints, {msg}, {elapsed}",
        _ => "{human_pos} of {human_len}, {msg}",
    };
    if let Some(style) = screen::style(form) {
        bar.set_style(style);
    }
    bar
}

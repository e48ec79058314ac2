//! Listening without an end: to an interface, and to files that are still written. The user ends it, or the time that was given.

use std::time::{Duration, Instant};

use holter_capture::captured::Kind;
use holter_capture::files::Follow;
use holter_capture::{Coverage, Origin};

use super::course::{Course, Series, shown, trouble};
use super::progress::Progress;
use super::tap::Meter;

/// How often files that do not grow are looked at.
const AGAIN: Duration = Duration::from_millis(250);

impl Course<'_> {
    /// Files and folders that are still written.
    pub(super) fn follow(&mut self) -> anyhow::Result<()> {
        for path in self.args.files.iter().filter(|path| !path.exists()) {
            self.unread(shown(path), "there is no such file".to_owned());
        }
        self.progress = Progress::new(self.args.quiet, 0);
        let end = self.end_of_time();
        let mut follow = Follow::new(self.args.files.clone());
        let mut series = Series::new();
        let mut broken = None;
        loop {
            let polled = follow.poll(&mut series.hearing);
            for (path, found) in polled.finished {
                if let Some(what) = trouble(found, 1, false) {
                    broken.get_or_insert(format!("{}: {what}", path.display()));
                }
            }
            let coverage = series.hearing.coverage();
            self.progress.draw(coverage.bytes, coverage.packets);
            if self.is_over(end) {
                break;
            }
            if polled.packets == 0 {
                std::thread::sleep(AGAIN);
            }
        }
        let name = self
            .args
            .files
            .iter()
            .map(|path| shown(path))
            .collect::<Vec<_>>()
            .join(", ");
        let mut origin = of(name, Kind::Capture, series.hearing.coverage());
        origin.trouble = broken.or(origin.trouble);
        // Of several files, or of one that grows on, there is no hash that would hold.
        if let ([path], true) = (self.args.files.as_slice(), self.args.hashes())
            && path.is_file()
        {
            let meter = Meter::new(true);
            if let Ok(mut tap) = self.open(path, &meter)
                && tap.drain().is_ok()
            {
                origin.sha256 = meter.sha256();
            }
        }
        series.sources.push(origin);
        self.settle(Some(series))
    }

    /// An interface of this machine.
    #[cfg(all(target_os = "linux", feature = "live"))]
    pub(super) fn interface(&mut self, interface: &str) -> anyhow::Result<()> {
        use holter_capture::live::{Account, Live, give_up};

        /// So long it is waited for packets before it is asked whether the user stopped.
        const WAIT: Duration = Duration::from_millis(100);

        let mut live = Live::listen(interface)?;
        // What reads hostile bytes shall not be root; the answer's file is open already.
        give_up(Account::NOBODY)?;
        self.progress = Progress::new(self.args.quiet, 0);
        let end = self.end_of_time();
        let mut series = Series::new();
        let mut gone = None;
        while !self.is_over(end) {
            if let Err(error) = live.hear(&mut series.hearing, WAIT) {
                gone = Some(format!("the interface is gone: {error}"));
                break;
            }
            let coverage = series.hearing.coverage();
            self.progress.draw(coverage.bytes, coverage.packets);
        }
        let mut origin = of(interface.to_owned(), Kind::Interface, series.hearing.coverage());
        origin.trouble = gone.or(origin.trouble);
        series.sources.push(origin);
        self.settle(Some(series))
    }

    /// The same where it cannot be.
    #[cfg(not(all(target_os = "linux", feature = "live")))]
    pub(super) fn interface(&mut self, interface: &str) -> anyhow::Result<()> {
        anyhow::bail!(
            "{interface}: this build of Holter cannot listen to an interface; capture with tcpdump -w - and hand that to holter listen -"
        )
    }

    fn end_of_time(&self) -> Option<Instant> {
        Instant::now().checked_add(self.args.duration?)
    }

    fn is_over(&self, end: Option<Instant>) -> bool {
        self.stop.asked() || end.is_some_and(|end| Instant::now() >= end)
    }
}

/// What was read, by what was heard of it.
fn of(name: String, kind: Kind, coverage: &Coverage) -> Origin {
    let mut origin = Origin::new(name, kind);
    origin.bytes = coverage.bytes;
    origin.packets = coverage.packets;
    origin.spans(coverage.first, coverage.last);
    if coverage.packets == 0 {
        origin.trouble = Some("no packet came".to_owned());
    }
    origin
}

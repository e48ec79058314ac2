//! Listening without an end: to an interface, and to files that are still written. The user ends it, or the time that was given.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use holter_capture::captured::Kind;
use holter_capture::files::Follow;
#[cfg(all(target_os = "linux", feature = "live"))]
use holter_capture::live::{Account, Live, give_up};
use holter_capture::{Coverage, Origin};

use super::args::Form;
use super::course::{Course, ROOM, Series, shown, trouble};
use super::progress::Progress;
use super::tap::Meter;
use crate::memory::Memory;

/// There is none.
#[cfg(not(all(target_os = "linux", feature = "live")))]
pub(super) enum Live {}

/// How often files that do not grow are looked at.
const AGAIN: Duration = Duration::from_millis(250);

/// How often it is told what is known by now, in the form that can say so.
const NEWS_EVERY: Duration = Duration::from_secs(5);

/// When news are due, and how many packets there were then.
struct News(Option<(Instant, u64)>);

impl Course<'_> {
    /// Files and folders that are still written.
    pub(super) fn follow(&mut self) -> anyhow::Result<()> {
        for path in self.args.files.iter().filter(|path| !path.exists()) {
            self.unread(shown(path), "there is no such file".to_owned());
        }
        self.progress = Progress::new(self.args.quiet, 0);
        let end = self.end_of_time();
        let mut follow = Follow::new(self.args.files.clone());
        let names: Vec<String> = self.args.files.iter().map(|path| shown(path)).collect();
        let mut series = Series::of(Origin::new(names.join(", "), Kind::Capture));
        self.begin(&names.join(", "), None);
        let mut broken = None;
        let mut news = News::new(self.args.format);
        let Series { hearing, sources, .. } = &mut series;
        loop {
            let mut told = Ok(());
            let polled = follow.poll(hearing, |hearing| {
                if hearing.coverage().packets & ROOM == 0 {
                    told = self.handed_on(hearing, sources);
                    if told.is_err() || self.is_over(end) {
                        return ControlFlow::Break(());
                    }
                }
                ControlFlow::Continue(())
            });
            told?;
            for (path, found) in polled.finished {
                if let Some(what) = trouble(found, 1, false) {
                    broken.get_or_insert(format!("{}: {what}", path.display()));
                }
            }
            let coverage = hearing.coverage();
            self.progress.draw(coverage.bytes, coverage.packets);
            if self.is_over(end) {
                break;
            }
            if let Some(idle) = news.are_due(coverage.packets) {
                hearing.settle(idle);
                self.news(hearing, sources)?;
            }
            self.beat(hearing, sources)?;
            if polled.packets == 0 {
                std::thread::sleep(AGAIN);
            }
        }
        let mut origin = of(names.join(", "), Kind::Capture, hearing.coverage());
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
        series.sources = vec![origin];
        self.settle(Some(series))
    }

    /// An interface of this machine.
    #[cfg(all(target_os = "linux", feature = "live"))]
    pub(super) fn interface(&mut self, interface: &str, mut live: Live) -> anyhow::Result<()> {
        /// So long it is waited for packets before it is asked whether the user stopped.
        const WAIT: Duration = Duration::from_millis(100);

        self.progress = Progress::new(self.args.quiet, 0);
        let end = self.end_of_time();
        let mut series = Series::of(Origin::new(interface.to_owned(), Kind::Interface));
        self.begin(interface, None);
        let mut news = News::new(self.args.format);
        let Series { hearing, sources, .. } = &mut series;
        let mut gone = None;
        while !self.is_over(end) {
            if let Err(error) = live.hear(hearing, WAIT) {
                gone = Some(format!("the interface is gone: {error}"));
                break;
            }
            self.handed_on(hearing, sources)?;
            let coverage = hearing.coverage();
            self.progress.draw(coverage.bytes, coverage.packets);
            if let Some(idle) = news.are_due(coverage.packets) {
                hearing.settle(idle);
                self.news(hearing, sources)?;
            }
            self.beat(hearing, sources)?;
        }
        let mut origin = of(interface.to_owned(), Kind::Interface, hearing.coverage());
        origin.trouble = gone.or(origin.trouble);
        series.sources = vec![origin];
        self.settle(Some(series))
    }

    /// The same where it cannot be.
    #[cfg(not(all(target_os = "linux", feature = "live")))]
    pub(super) fn interface(&mut self, _: &str, live: Live) -> anyhow::Result<()> {
        match live {}
    }

    fn end_of_time(&self) -> Option<Instant> {
        Instant::now().checked_add(self.args.duration?)
    }

    fn is_over(&self, end: Option<Instant>) -> bool {
        self.stop.asked() || end.is_some_and(|end| Instant::now() >= end)
    }
}

impl News {
    fn new(form: Form) -> Self {
        Self((form == Form::Jsonl).then(|| (Instant::now(), 0)))
    }

    /// Whether they are, and then whether nothing has come since the last.
    fn are_due(&mut self, packets: u64) -> Option<bool> {
        let now = Instant::now();
        let (last, before) = self.0.as_mut()?;
        if now.duration_since(*last) < NEWS_EVERY {
            return None;
        }
        *last = now;
        Some(std::mem::replace(before, packets) == packets)
    }
}

/// Opens an interface, and gives up the rights that this took. Each thread has rights of its own: there must be no other yet. Who is
/// root becomes the one whose database is written to.
#[cfg(all(target_os = "linux", feature = "live"))]
pub(super) fn open(interface: &str, memory: Option<&Memory>) -> anyhow::Result<Live> {
    let account = match memory.map(Memory::owner).transpose()?.flatten() {
        Some((0, _)) => anyhow::bail!(
            "the database is root's, and whoever listens to an interface gives up root before the first packet is read: name one that is another user's with --db"
        ),
        Some((user, group)) => Account { user, group },
        None => Account::NOBODY,
    };
    let live = Live::listen(interface)?;
    // What reads hostile bytes shall not be root; the answer's file is open already.
    give_up(account)?;
    Ok(live)
}

/// The same where it cannot be.
#[cfg(not(all(target_os = "linux", feature = "live")))]
pub(super) fn open(interface: &str, _: Option<&Memory>) -> anyhow::Result<Live> {
    anyhow::bail!(
        "{interface}: this build of Holter cannot listen to an interface; capture with tcpdump -w - and hand that to holter listen -"
    )
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

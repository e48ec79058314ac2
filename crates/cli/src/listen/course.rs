//! The course through all that was named: capture by capture, and into the report.

use std::fs::File;
use std::io::{self, BufReader, Read as _};
use std::ops::ControlFlow;
use std::os::fd::AsFd as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use holter_capture::captured::Kind;
use holter_capture::files::{CaptureFile, LOOK, Unpacked, hear_on, kind};
use holter_capture::takeover::Log;
use holter_capture::{
    Bounds, Fault, Hearing, Limits, Listening, Moment, Origin, Part, Reader, SessionLog, Sink as _, Trouble,
    others,
};
use holter_engine::Stop;
use holter_model::seam::{Dice as _, SystemDice};
use holter_report::{Overheard, Unread, number};

use super::Args;
use super::progress::Progress;
use super::remembered::Remembered;
use super::series::follows;
use super::sources::Sources;
use super::tap::{Meter, Tap};
use crate::bounded;
use crate::exit::{complain, told};
use crate::scan::Output;

/// After so many packets the clock is looked at.
const GLANCE: u64 = 0x3fff;

/// After so many packets what was handed on is told: before its room is needed again.
pub(super) const ROOM: u64 = 0xff;

/// Everything while it is being listened to.
pub(crate) struct Course<'a> {
    pub(super) args: &'a Args,
    output: &'a mut Output,
    pub(super) report: Overheard,
    pub(super) remembered: Option<Remembered>,
    pub(super) stop: Stop,
    pub(super) progress: Progress,
    /// Bytes and packets of what has been read to its end.
    bytes: u64,
    packets: u64,
}

/// A capture of one file or of several that follow on each other.
pub(super) struct Series {
    pub(super) hearing: Hearing<Listening>,
    pub(super) sources: Vec<Origin>,
    last: Option<(PathBuf, Moment)>,
}

impl<'a> Course<'a> {
    pub(crate) fn new(
        args: &'a Args,
        output: &'a mut Output,
        (report, remembered): (Overheard, Option<Remembered>),
        stop: Stop,
    ) -> Self {
        Self {
            args,
            output,
            report,
            remembered,
            stop,
            progress: Progress::new(args.quiet, 0),
            bytes: 0,
            packets: 0,
        }
    }

    /// The logs of sessions.
    pub(crate) fn sessions(&mut self) -> anyhow::Result<()> {
        let columns = self.args.columns.clone().unwrap_or_default();
        for path in &self.args.sessions {
            let name = shown(path);
            let meter = Meter::new(self.args.hashes());
            let log = self
                .open(path, &meter)
                .map_err(Into::into)
                .and_then(|tap| Log::read(BufReader::new(tap), &columns));
            match log {
                Ok(log) => {
                    let mut log = SessionLog::of(name, &log);
                    log.sha256 = meter.sha256();
                    if let Some(remembered) = &mut self.remembered {
                        let said = remembered.sessions(&log, self.args.of.as_deref());
                        self.remembered_so(said);
                    }
                    self.report.sessions(&log)?;
                    self.write()?;
                }
                Err(error) => self.unread(name, error.to_string()),
            }
        }
        Ok(())
    }

    /// All captures, logs and streams.
    pub(crate) fn files(&mut self) -> anyhow::Result<()> {
        let sources = Sources::find(&self.args.files);
        for unread in sources.unread {
            self.unread(unread.file, unread.why);
        }
        if sources.left_out > 0 && !self.args.quiet {
            let left = number(sources.left_out);
            complain(&format!(
                "{left} files in the folders are no captures and were left out"
            ));
        }
        let total = if sources.streams.is_empty() {
            sources.bytes
        } else {
            0
        };
        self.progress = Progress::new(self.args.quiet, total);
        let mut series: Option<Series> = None;
        for file in sources.captures {
            if self.stop.asked() {
                break;
            }
            self.capture(&file, &mut series)?;
        }
        self.settle(series)?;
        for (path, kind) in sources.logs {
            if self.stop.asked() {
                break;
            }
            self.log(&path, kind)?;
        }
        for path in sources.streams {
            if self.stop.asked() {
                break;
            }
            self.stream(&path)?;
        }
        Ok(())
    }

    /// Gives back the report.
    pub(crate) fn end(mut self) -> anyhow::Result<Overheard> {
        self.progress.clear();
        self.write()?;
        Ok(self.report)
    }

    pub(super) fn open(&self, path: &Path, meter: &Meter) -> io::Result<Tap> {
        let file = if path == Path::new("-") {
            File::from(io::stdin().as_fd().try_clone_to_owned()?)
        } else {
            // Who is to write into a named pipe may come later: the tap waits, and until then can be stopped.
            bounded::open(path)?
        };
        Tap::new(file, meter.clone(), self.stop.clone())
    }

    /// One file: of the capture before, where it follows on it.
    fn capture(&mut self, file: &CaptureFile, series: &mut Option<Series>) -> anyhow::Result<()> {
        let path = &file.path;
        let meter = Meter::new(self.args.hashes());
        let opened = self
            .open(path, &meter)
            .and_then(|tap| Ok((path.metadata()?.len(), tap.again()?, Unpacked::new(tap)?)));
        let (length, rest, unpacked) = match opened {
            Ok(opened) => opened,
            Err(error) => {
                self.unread(shown(path), error.to_string());
                return Ok(());
            }
        };
        let goes_on = series
            .as_ref()
            .and_then(|series| series.last.as_ref())
            .zip(file.first)
            .is_some_and(|((before, last), first)| follows(before, *last, path, first));
        if !goes_on {
            let done = series.take();
            self.settle(done)?;
        }
        if series.is_none() {
            let first = head(path);
            self.begin(&shown(path), Some(&first));
        }
        let series = series.get_or_insert_with(Series::new);
        self.hear(Reader::new(unpacked), path, &meter, series)?;
        if let Some(source) = series.sources.last_mut()
            && source.trouble.is_none()
            && meter.bytes() < length
            && !self.stop.asked()
        {
            source.trouble = Some("it became shorter while it was read".to_owned());
        }
        self.whole(rest, &meter, series);
        Ok(())
    }

    /// Hears all packets of a file.
    fn hear<R: io::Read>(
        &mut self,
        mut reader: Reader<R>,
        path: &Path,
        meter: &Meter,
        series: &mut Series,
    ) -> anyhow::Result<()> {
        series.sources.push(Origin::new(shown(path), Kind::Capture));
        let Series { hearing, sources, .. } = series;
        let mut told = Ok(());
        let stretch = hear_on(&mut reader, hearing, |hearing, stretch| {
            if stretch.packets & ROOM == 0 {
                if let Some(source) = sources.last_mut() {
                    source.spans(stretch.first, None);
                }
                told = self.handed_on(hearing, sources);
            }
            if stretch.packets & GLANCE == 0 {
                self.progress
                    .draw(self.bytes + meter.bytes(), self.packets + stretch.packets);
            }
            if told.is_err() || (stretch.packets & GLANCE == 0 && self.stop.asked()) {
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        });
        hearing.dropped(reader.dropped());
        if let Some(source) = sources.last_mut() {
            source.packets = stretch.packets;
            source.spans(stretch.first, stretch.last);
            source.trouble = trouble(reader.trouble(), stretch.packets, self.stop.asked());
            source.bytes = meter.bytes();
        }
        if let Some(last) = stretch.last {
            series.last = Some((path.to_owned(), last));
        }
        self.packets += stretch.packets;
        told
    }

    /// Reads to the file's end, where that is to be hashed, and notes what came of it.
    fn whole(&mut self, mut rest: Tap, meter: &Meter, series: &mut Series) {
        let drained = if self.stop.asked() { Ok(()) } else { rest.drain() };
        let Some(source) = series.sources.last_mut() else {
            return;
        };
        match drained {
            // A hash of a part would be taken for the file's.
            Ok(()) if !self.stop.asked() => source.sha256 = meter.sha256(),
            Ok(()) => {}
            Err(error) => source.trouble = Some(format!("the file could not be read on: {error}")),
        }
        source.bytes = meter.bytes();
        self.bytes = self.bytes.saturating_add(meter.bytes());
    }

    /// A pipe, or standard input: a capture or a log, which is known when its first bytes come.
    fn stream(&mut self, path: &Path) -> anyhow::Result<()> {
        let meter = Meter::new(self.args.hashes());
        let begun = self.open(path, &meter).and_then(|tap| {
            let rest = tap.again()?;
            let mut unpacked = Unpacked::new(tap)?;
            let mut first = Vec::new();
            unpacked.by_ref().take(LOOK).read_to_end(&mut first)?;
            Ok((rest, unpacked, first))
        });
        let (rest, unpacked, first) = match begun {
            Ok(begun) => begun,
            Err(error) => {
                self.unread(shown(path), error.to_string());
                return Ok(());
            }
        };
        let kind = kind(&first);
        if kind.is_some() {
            self.begin(&shown(path), Some(&first));
        }
        let whole = io::Cursor::new(first).chain(unpacked);
        match kind {
            Some(Kind::Capture) => {
                let mut series = Series::new();
                self.hear(Reader::new(whole), path, &meter, &mut series)?;
                self.whole(rest, &meter, &mut series);
                self.settle(Some(series))
            }
            Some(kind) => self.told(whole, path, kind, &meter),
            None if self.stop.asked() => Ok(()),
            None if meter.bytes() == 0 => {
                self.unread(shown(path), "it is empty".to_owned());
                Ok(())
            }
            None => {
                self.unread(shown(path), NOTHING.to_owned());
                Ok(())
            }
        }
    }

    /// The log of another tool.
    fn log(&mut self, path: &Path, kind: Kind) -> anyhow::Result<()> {
        let meter = Meter::new(self.args.hashes());
        match self.open(path, &meter).and_then(Unpacked::new) {
            Ok(unpacked) => {
                self.begin(&shown(path), Some(&head(path)));
                self.told(unpacked, path, kind, &meter)
            }
            Err(error) => {
                self.unread(shown(path), error.to_string());
                Ok(())
            }
        }
    }

    fn told(&mut self, from: impl io::Read, path: &Path, kind: Kind, meter: &Meter) -> anyhow::Result<()> {
        let (mut captured, parts) = others::read(BufReader::new(from), kind, shown(path));
        for source in &mut captured.sources {
            source.bytes = meter.bytes();
            source.sha256 = meter.sha256();
        }
        // Of the coverage of what another tool saw it says nothing.
        for mut part in parts {
            if let Part::Subject(subject) = &mut part {
                shown(path).clone_into(&mut subject.file);
            }
            self.part(part, &captured.sources)?;
        }
        self.take(captured)
    }

    /// A capture begins, as far as the memory is to know.
    pub(super) fn begin(&mut self, name: &str, first: Option<&[u8]>) {
        if let Some(remembered) = &mut self.remembered {
            remembered.begin(name, first);
        }
    }

    /// Says what the memory came to. Where it failed, the report is the user's all the same.
    pub(super) fn remembered_so(&mut self, said: anyhow::Result<String>) {
        match said {
            Ok(_) if self.args.quiet => {}
            Ok(said) => self.progress.aside(|| complain(&said)),
            Err(error) => self.progress.aside(|| complain(&told(&error))),
        }
    }

    pub(super) fn unread(&mut self, file: String, why: String) {
        self.progress.aside(|| complain(&format!("{file}: {why}")));
        self.report.unread(Unread { file, why });
    }

    pub(super) fn write(&mut self) -> anyhow::Result<()> {
        self.output
            .write(self.report.out())
            .context("the answer cannot be written")?;
        if self.output.gone {
            self.stop.now();
        }
        Ok(())
    }
}

impl Series {
    pub(super) fn new() -> Self {
        let mut seed = [0; 8];
        SystemDice.fill(&mut seed);
        let limits = Limits {
            seed: u64::from_le_bytes(seed),
            ..Limits::default()
        };
        Self {
            hearing: Hearing::new(Listening::new(Bounds::default()), limits),
            sources: Vec::new(),
            last: None,
        }
    }

    /// Of one source, which has no end yet.
    pub(super) fn of(source: Origin) -> Self {
        Self {
            sources: vec![source],
            ..Self::new()
        }
    }
}

/// What is neither a capture nor a known log.
pub(crate) const NOTHING: &str = "it is neither pcap nor pcapng, nor a log of Zeek or Suricata";

/// What is wrong with a capture, in one sentence.
pub(super) fn trouble(trouble: Option<Trouble>, packets: u64, stopped: bool) -> Option<String> {
    match trouble {
        // Whoever stops cuts it off.
        Some(Trouble {
            what: Fault::Truncated,
            ..
        }) if stopped => None,
        Some(Trouble {
            offset,
            what: what @ Fault::Interface,
        }) if packets > 0 => Some(format!(
            "{what}, at byte {}; such packets were passed over",
            number(offset)
        )),
        Some(Trouble { offset, what }) => Some(format!(
            "{what}, at byte {}; the {} packets before that were heard",
            number(offset),
            number(packets)
        )),
        None if packets == 0 => Some("there is no packet in it".to_owned()),
        None => None,
    }
}

/// What a file begins with, unpacked; nothing where it cannot be read, which whoever reads all of it will say.
fn head(path: &Path) -> Vec<u8> {
    let mut first = Vec::new();
    let opened = File::open(path).and_then(Unpacked::new);
    let _ = opened.and_then(|unpacked| unpacked.take(LOOK).read_to_end(&mut first));
    first
}

/// A path as it is shown.
pub(super) fn shown(path: &Path) -> String {
    if path == Path::new("-") {
        "standard input".to_owned()
    } else {
        path.display().to_string()
    }
}

//! What a run writes down while it goes, so that one that was killed can go on: its header, then one line for each
//! handful of hosts that are done. A line that was cut off by the end counts for nothing.

mod line;

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead as _, BufReader, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use holter_model::{LeftAlone, Service};

use crate::header::Header;
use crate::intervals::Intervals;
use crate::{Event, Sink, Summary};

pub(crate) use self::line::{Batch, words};
use self::line::{Line, MOST};

/// A run's own file, held by this process alone.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    /// Where the lines of an earlier process end.
    past: u64,
    done: Intervals,
}

/// Why a run cannot be taken up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ResumeError {
    /// Another process is at it.
    #[error("the run in {} still goes on in another process: wait for its end, or end it", .0.display())]
    Busy(PathBuf),
    /// Not a journal, or one of another kind.
    #[error("{} is not the journal of a run that this Holter can take up", .0.display())]
    Foreign(PathBuf),
    /// It cannot be read or written.
    #[error("the journal {} cannot be used: {}", .0.display(), .1)]
    Io(PathBuf, io::Error),
}

impl Journal {
    /// Begins a journal. Nobody else may read it: it will hold a map of weaknesses.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub fn begin(path: &Path, header: &Header) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.read(true).append(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path)?;
        file.lock()?;
        let mut line = serde_json::to_vec(&Line::header(header))?;
        line.push(b'\n');
        if u64::try_from(line.len()).is_ok_and(|length| length > MOST) {
            std::fs::remove_file(path)?;
            return Err(io::Error::other("the list of targets is too long"));
        }
        file.write_all(&line)?;
        file.sync_all()?;
        Ok(Self {
            path: path.to_owned(),
            past: 0,
            done: Intervals::default(),
            file,
        })
    }

    /// Takes up the journal of a run that did not come to its end.
    ///
    /// # Errors
    /// See [`ResumeError`].
    pub fn resume(path: &Path) -> Result<(Header, Self), ResumeError> {
        let failed = |error| ResumeError::Io(path.to_owned(), error);
        let file = OpenOptions::new()
            .read(true)
            .append(true)
            .open(path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(ResumeError::Busy(path.to_owned())),
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        let mut header = None;
        let mut done = Intervals::default();
        let past = lines(&file, None, |line| match line {
            Line::Header(first) if header.is_none() => header = Some(*first),
            Line::Hosts(hosts) => {
                for (first, last) in hosts.done {
                    done.insert(first, last);
                }
            }
            _ => {}
        })
        .map_err(failed)?;
        let header = header.ok_or_else(|| ResumeError::Foreign(path.to_owned()))?;
        // What was cut off must not run into the next line.
        file.set_len(past).map_err(failed)?;
        let journal = Self {
            path: path.to_owned(),
            file,
            past,
            done,
        };
        Ok((header, journal))
    }

    /// Reads the header of a journal, of a run that may still go on.
    #[must_use]
    pub fn header(path: &Path) -> Option<Header> {
        let mut first = Vec::new();
        let file = File::open(path).ok()?;
        BufReader::new(io::Read::take(file, MOST))
            .read_until(b'\n', &mut first)
            .ok()?;
        match serde_json::from_slice(&first) {
            Ok(Line::Header(header)) => Some(*header),
            _ => None,
        }
    }

    /// Tells a listener all that a run has found, whether it came to its end, was cut off or still goes on. Returns its
    /// sums where it came to its end.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn relate(path: &Path, sink: &mut dyn Sink) -> io::Result<Option<Summary>> {
        let mut ended = None;
        lines(&File::open(path)?, None, |line| match line {
            Line::Hosts(hosts) => hosts.tell(&mut |past| sink.take(past.into())),
            Line::Ended(summary) => ended = Some(summary),
            Line::Header(_) => {}
        })?;
        Ok(ended)
    }

    /// Tells what a run has found that another process wrote down, and whether it came to its end.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(crate) fn told(path: &Path, mut each: impl FnMut(Past)) -> io::Result<bool> {
        let mut ended = false;
        lines(&File::open(path)?, None, |line| match line {
            Line::Hosts(hosts) => hosts.tell(&mut each),
            Line::Ended(_) => ended = true,
            Line::Header(_) => {}
        })?;
        Ok(ended)
    }

    /// The places that are done.
    pub(crate) const fn done(&self) -> &Intervals {
        &self.done
    }

    /// Tells again what an earlier process has found: services, endpoints with nothing there, hosts left alone. Nobody asks
    /// those hosts again, so it is all or an error.
    pub(crate) fn replay(&self, mut each: impl FnMut(Past)) -> io::Result<()> {
        if self.past == 0 {
            return Ok(());
        }
        let told = lines(&self.file, Some(self.past), |line| {
            if let Line::Hosts(hosts) = line {
                hosts.tell(&mut each);
            }
        })?;
        if told < self.past {
            return Err(io::Error::other("the journal has changed since it was taken up"));
        }
        Ok(())
    }

    /// Writes down what is done. Once it returns, a killed process loses none of it.
    pub(crate) fn write(&mut self, batch: &mut Batch) -> io::Result<()> {
        let written = self.file.write_all(batch.line());
        batch.clear();
        written
    }

    /// The run has come to its end and its answer is given: there is nothing to take up any more.
    ///
    /// # Errors
    /// When it cannot be written or renamed.
    pub fn end(mut self, summary: &Summary) -> io::Result<PathBuf> {
        let mut line = serde_json::to_vec(&Line::Ended(*summary))?;
        line.push(b'\n');
        self.file.write_all(&line)?;
        self.file.sync_all()?;
        let ended = self.path.with_extension(ENDED);
        std::fs::rename(&self.path, &ended)?;
        Ok(ended)
    }
}

/// What the name of a journal ends in while its run goes on.
pub(crate) const GOING: &str = "run";

/// What it ends in afterwards.
pub(crate) const ENDED: &str = "ended";

/// What an earlier process has found.
#[derive(Debug)]
pub(crate) enum Past {
    Service(Box<Service>),
    Left(LeftAlone),
    Nothing(u64),
    Spared(u64),
}

impl From<Past> for Event {
    fn from(past: Past) -> Self {
        match past {
            Past::Service(service) => Self::Tried { service },
            Past::Left(left) => Self::LeftAlone(left),
            Past::Nothing(endpoints) => Self::Nothing { endpoints },
            Past::Spared(endpoints) => Self::Spared { endpoints },
        }
    }
}

/// Reads line by line up to `end`, or to the first that is no line of a journal. Returns where that is.
fn lines(file: &File, end: Option<u64>, mut each: impl FnMut(Line)) -> io::Result<u64> {
    let mut reader = BufReader::new(file);
    reader.seek(SeekFrom::Start(0))?;
    let mut place = 0;
    let mut text = Vec::new();
    loop {
        text.clear();
        let read = io::Read::take(&mut reader, MOST).read_until(b'\n', &mut text)?;
        let read = u64::try_from(read).unwrap_or(u64::MAX);
        let whole = text.last() == Some(&b'\n') && end.is_none_or(|end| place + read <= end);
        match serde_json::from_slice(&text) {
            Ok(line) if whole => each(line),
            _ => return Ok(place),
        }
        place += read;
    }
}

#[cfg(test)]
mod tests {
    use holter_model::seam::{FixedClock, SystemDice};

    use super::*;
    use crate::Plan;

    #[test]
    fn a_journal_that_loses_lines_after_it_was_taken_up_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.run");
        let clock = FixedClock(jiff::Timestamp::UNIX_EPOCH);
        let header = Header::new(Plan::default(), Vec::new(), String::new(), (&clock, &SystemDice));
        let mut journal = Journal::begin(&path, &header).unwrap();
        for place in 0..2 {
            let mut batch = Batch::default();
            batch.add(place, (1, 0), &[]);
            journal.write(&mut batch).unwrap();
        }
        drop(journal);
        let (_, journal) = Journal::resume(&path).unwrap();
        assert_eq!(journal.done().count(), 2);
        assert!(journal.replay(|_| ()).is_ok());
        journal.file.set_len(journal.past - 1).unwrap();
        assert!(journal.replay(|_| ()).is_err(), "a host would be missing");
    }
}

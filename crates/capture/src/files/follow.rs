//! Files that are still written: one that grows, one that is replaced, and a folder into which a capturing program rotates.

use std::collections::BTreeSet;
use std::fs::{self, File, Metadata};
use std::path::{Path, PathBuf};

use super::{CaptureFile, Unpacked, Unreadable, gather};
use crate::hearing::Hearing;
use crate::listener::Listener;
use crate::reader::{Reader, Trouble};

/// Reads on where it stopped, each time it is asked. Whoever asks decides how often, and when it is enough.
pub struct Follow {
    paths: Vec<PathBuf>,
    done: BTreeSet<PathBuf>,
    now: Option<Reading>,
}

struct Reading {
    path: PathBuf,
    reader: Reader<Unpacked<File>>,
    packed: bool,
    identity: Option<Identity>,
    dropped: u64,
}

/// What tells a file from another that has taken its name.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Identity(u64, u64);

/// What came of asking once.
#[derive(Debug, Default)]
pub struct Progress {
    /// Packets that were heard.
    pub packets: u64,
    /// Files that were read to their end, and what was wrong with them.
    pub finished: Vec<(PathBuf, Option<Trouble>)>,
}

impl Follow {
    /// Follows these files and folders, from their first packet.
    #[must_use]
    pub fn new(paths: Vec<PathBuf>) -> Self {
        Self {
            paths,
            done: BTreeSet::new(),
            now: None,
        }
    }

    /// Hears what has come since the last time.
    pub fn poll<L: Listener>(&mut self, hearing: &mut Hearing<L>) -> Progress {
        let mut progress = Progress::default();
        loop {
            if self.now.is_none() {
                self.now = self.next().and_then(|file| Reading::open(&file.path));
            }
            // Asked before the file is read on: what was written until its successor came is not lost.
            let next = self.next();
            let Some(now) = &mut self.now else {
                return progress;
            };
            let replaced = now.is_replaced();
            progress.packets += now.read_on(hearing);
            if !replaced && next.is_none() {
                return progress;
            }
            progress.finished.push((now.path.clone(), now.reader.trouble()));
            if !replaced {
                self.done.insert(now.path.clone());
            }
            self.now = None;
        }
    }

    /// The earliest file that has not been read to its end and is not being read.
    fn next(&self) -> Option<CaptureFile> {
        let (files, _): (_, Vec<Unreadable>) = gather(&self.paths);
        let now = self.now.as_ref().map(|reading| reading.path.as_path());
        files
            .into_iter()
            .find(|file| !self.done.contains(&file.path) && now != Some(file.path.as_path()))
    }
}

impl Reading {
    fn open(path: &Path) -> Option<Self> {
        let file = File::open(path).ok()?;
        let identity = file.metadata().ok().as_ref().map(identity);
        let source = Unpacked::new(file).ok()?;
        Some(Self {
            identity,
            path: path.to_owned(),
            packed: matches!(source, Unpacked::Gzip(_)),
            reader: Reader::new(source),
            dropped: 0,
        })
    }

    /// Whether another file has taken its name, or it has been begun anew.
    fn is_replaced(&mut self) -> bool {
        match fs::metadata(&self.path) {
            Ok(metadata) => {
                self.identity.is_some_and(|known| known != identity(&metadata))
                    || (!self.packed && metadata.len() < self.reader.offset())
            }
            Err(_) => false,
        }
    }

    fn read_on<L: Listener>(&mut self, hearing: &mut Hearing<L>) -> u64 {
        let mut packets = 0;
        while let Some(packet) = self.reader.packet() {
            hearing.packet(&packet);
            packets += 1;
        }
        let dropped = self.reader.dropped();
        hearing.dropped(dropped.saturating_sub(self.dropped));
        self.dropped = dropped;
        packets
    }
}

#[cfg(unix)]
fn identity(metadata: &Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt;
    Identity(metadata.dev(), metadata.ino())
}

#[cfg(not(unix))]
fn identity(_: &Metadata) -> Identity {
    Identity(0, 0)
}

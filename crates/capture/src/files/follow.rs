//! Files that are still written: one that grows, one that is replaced, and a folder into which a capturing program rotates.

use std::collections::BTreeMap;
use std::fs::{self, File, Metadata};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::{CaptureFile, Unpacked, gather_but, hear_on};
use crate::hearing::Hearing;
use crate::listener::{Listener, Moment};
use crate::reader::{Reader, Trouble};

/// Reads on where it stopped, each time it is asked. Whoever asks decides how often, and when it is enough.
pub struct Follow {
    paths: Vec<PathBuf>,
    done: BTreeMap<PathBuf, Done>,
    now: Option<Reading>,
}

/// A file that was read to its end: a capturing program with a ring of names comes back to it.
struct Done {
    identity: Option<Identity>,
    len: u64,
    first: Option<Moment>,
}

struct Reading {
    path: PathBuf,
    first: Option<Moment>,
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
            done: BTreeMap::new(),
            now: None,
        }
    }

    /// Hears what has come since the last time, and lets `watch` look after each packet, which may end it.
    pub fn poll<L: Listener>(
        &mut self,
        hearing: &mut Hearing<L>,
        mut watch: impl FnMut(&mut Hearing<L>) -> ControlFlow<()>,
    ) -> Progress {
        let mut progress = Progress::default();
        loop {
            if self.now.is_none() {
                self.now = self.next().and_then(Reading::open);
            }
            // Asked before the file is read on: what was written until its successor came is not lost.
            let next = self.next();
            let Some(now) = &mut self.now else {
                return progress;
            };
            let replaced = now.is_replaced();
            let mut over = false;
            progress.packets += now.read_on(hearing, |hearing| {
                let course = watch(hearing);
                over = course.is_break();
                course
            });
            if over || (!replaced && next.is_none()) {
                return progress;
            }
            progress.finished.push((now.path.clone(), now.reader.trouble()));
            if !replaced {
                let metadata = fs::metadata(&now.path).ok();
                let done = Done {
                    identity: now.identity,
                    len: metadata.map_or(0, |metadata| metadata.len()),
                    first: now.first,
                };
                self.done.insert(now.path.clone(), done);
            }
            self.now = None;
        }
    }

    /// The earliest file that has not been read to its end and is not being read.
    fn next(&self) -> Option<CaptureFile> {
        let now = self.now.as_ref().map(|reading| reading.path.as_path());
        let known = |path: &Path| {
            let same = |done: &Done| {
                fs::metadata(path).is_ok_and(|metadata| {
                    done.identity == Some(identity(&metadata)) && done.len == metadata.len()
                })
            };
            now == Some(path) || self.done.get(path).is_some_and(same)
        };
        let (files, _) = gather_but(&self.paths, &known);
        files.into_iter().find(|file| {
            let same = |done: &Done| done.first == file.first && done.identity == look_at(&file.path);
            !self.done.get(&file.path).is_some_and(same)
        })
    }
}

impl Reading {
    fn open(file: CaptureFile) -> Option<Self> {
        let CaptureFile { path, first } = file;
        let file = File::open(&path).ok()?;
        let identity = file.metadata().ok().as_ref().map(identity);
        let source = Unpacked::new(file).ok()?;
        Some(Self {
            path,
            first,
            packed: matches!(source, Unpacked::Gzip(_)),
            reader: Reader::new(source),
            identity,
            dropped: 0,
        })
    }

    /// Whether another file has taken its name, or it has been begun anew.
    fn is_replaced(&self) -> bool {
        match fs::metadata(&self.path) {
            Ok(metadata) => {
                self.identity.is_some_and(|known| known != identity(&metadata))
                    || (!self.packed && metadata.len() < self.reader.offset())
            }
            Err(_) => false,
        }
    }

    fn read_on<L: Listener>(
        &mut self,
        hearing: &mut Hearing<L>,
        mut watch: impl FnMut(&mut Hearing<L>) -> ControlFlow<()>,
    ) -> u64 {
        let stretch = hear_on(&mut self.reader, hearing, |hearing, _| watch(hearing));
        let dropped = self.reader.dropped();
        hearing.dropped(dropped.saturating_sub(self.dropped));
        self.dropped = dropped;
        stretch.packets
    }
}

fn look_at(path: &Path) -> Option<Identity> {
    fs::metadata(path).ok().as_ref().map(identity)
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

//! Which files to read, and in which order: rotated captures follow on each other in time, whatever their names say.

mod follow;
mod packed;

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

pub use follow::{Follow, Progress};
pub use packed::Unpacked;

use crate::captured::Kind;
use crate::hearing::Hearing;
use crate::listener::{Listener, Moment};
use crate::others;
use crate::reader::{Fault, Reader, Trouble};

/// Folders within folders, at most: a link may lead back.
const DEPTH: u8 = 16;

/// How much of a file is read at first to see when it begins.
const FIRST: u64 = 16 * 1024;

/// As much of a file is looked at to say what it is.
pub const LOOK: u64 = 8192;

/// A file that may be read, and when its first packet was captured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaptureFile {
    /// Where it is.
    pub path: PathBuf,
    /// None where it holds no packet.
    pub first: Option<Moment>,
}

/// What cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {what}", path = path.display())]
pub struct Unreadable {
    /// Where it is.
    pub path: PathBuf,
    /// Why.
    pub what: Reason,
}

/// Why something cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Reason {
    /// The operating system says so.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It is no capture.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// What a file is by its first bytes, unpacked: a capture, or the log of another tool.
#[must_use]
pub fn kind(first: &[u8]) -> Option<Kind> {
    let mut reader = Reader::new(first);
    reader.packet();
    let strange = reader
        .trouble()
        .is_some_and(|trouble| trouble.what == Fault::Unknown);
    if !first.is_empty() && !strange {
        return Some(Kind::Capture);
    }
    others::kind(first)
}

/// What the named files are, and those in the named folders, the earliest first. What lies in a folder and is no capture is left out;
/// what was named and is none is said.
#[must_use]
pub fn gather(paths: &[PathBuf]) -> (Vec<CaptureFile>, Vec<Unreadable>) {
    gather_but(paths, &|_| false)
}

/// The same, without what need not be looked at.
fn gather_but(paths: &[PathBuf], known: &dyn Fn(&Path) -> bool) -> (Vec<CaptureFile>, Vec<Unreadable>) {
    let (mut files, mut unreadable) = (Vec::new(), Vec::new());
    let mut folders = HashSet::new();
    for path in paths {
        if let Err(what) = add(path, DEPTH, known, &mut folders, &mut files, &mut unreadable) {
            unreadable.push(Unreadable {
                path: path.clone(),
                what,
            });
        }
    }
    files.sort_by(|a, b| (a.first, &a.path).cmp(&(b.first, &b.path)));
    files.dedup();
    (files, unreadable)
}

fn add(
    path: &Path,
    depth: u8,
    known: &dyn Fn(&Path) -> bool,
    folders: &mut HashSet<PathBuf>,
    files: &mut Vec<CaptureFile>,
    unreadable: &mut Vec<Unreadable>,
) -> Result<(), Reason> {
    if !path.is_dir() {
        if !known(path) {
            files.push(look(path)?);
        }
        return Ok(());
    }
    // A link may lead back to a folder, in as many ways as it has links.
    if !folders.insert(fs::canonicalize(path)?) {
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        let inner = entry?.path();
        let Ok(about) = fs::metadata(&inner) else { continue };
        // Whoever opens a pipe waits for its other end.
        if about.is_dir() && depth == 0 || !about.is_dir() && !about.is_file() {
            continue;
        }
        match add(&inner, depth.saturating_sub(1), known, folders, files, unreadable) {
            Ok(()) | Err(Reason::Fault(_)) => {}
            Err(what) => unreadable.push(Unreadable { path: inner, what }),
        }
    }
    Ok(())
}

/// When the first packet was captured; mostly it stands in the first kilobytes.
fn look(path: &Path) -> Result<CaptureFile, Reason> {
    for most in [FIRST, u64::MAX] {
        let mut reader = Reader::new(Unpacked::new(File::open(path)?)?.take(most));
        let first = reader.packet().map(|packet| packet.at);
        if let Some(Trouble {
            what: what @ Fault::Unknown,
            ..
        }) = reader.trouble()
        {
            return Err(what.into());
        }
        if first.is_some() {
            return Ok(CaptureFile {
                path: path.to_owned(),
                first,
            });
        }
    }
    Ok(CaptureFile {
        path: path.to_owned(),
        first: None,
    })
}

/// How far a capture was heard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stretch {
    /// Packets.
    pub packets: u64,
    /// When the earliest of them was captured.
    pub first: Option<Moment>,
    /// When the latest was.
    pub last: Option<Moment>,
}

/// Hears the packets that a reader has, and lets `watch` look after each, which may end it.
pub fn hear_on<R: Read, L: Listener>(
    reader: &mut Reader<R>,
    hearing: &mut Hearing<L>,
    mut watch: impl FnMut(&mut Hearing<L>, &Stretch) -> ControlFlow<()>,
) -> Stretch {
    let mut stretch = Stretch::default();
    while let Some(packet) = reader.packet() {
        let at = packet.at;
        hearing.packet(&packet);
        stretch.packets += 1;
        stretch.first = Some(stretch.first.map_or(at, |first| first.min(at)));
        stretch.last = stretch.last.max(Some(at));
        if watch(hearing, &stretch).is_break() {
            break;
        }
    }
    stretch
}

/// Hears all packets of a capture, compressed or not: gives how many, and what was wrong with it.
pub fn hear<R: Read, L: Listener>(source: R, hearing: &mut Hearing<L>) -> (u64, Option<Trouble>) {
    let mut reader = match Unpacked::new(source) {
        Ok(source) => Reader::new(source),
        Err(error) => {
            let what = Fault::Read(error.kind());
            return (0, Some(Trouble { offset: 0, what }));
        }
    };
    let stretch = hear_on(&mut reader, hearing, |_, _| ControlFlow::Continue(()));
    hearing.dropped(reader.dropped());
    (stretch.packets, reader.trouble())
}

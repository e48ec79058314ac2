//! What the user named: which files there are, and what each of them is by its first bytes.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use holter_capture::captured::Kind;
use holter_capture::files::{CaptureFile, LOOK, Unpacked, gather, kind};
use holter_report::Unread;

use super::course::NOTHING;

/// Folders within folders, at most: a link may lead back.
const DEPTH: u8 = 16;

/// All that is to be listened to.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    /// Captures that are regular files, the earliest first.
    pub(crate) captures: Vec<CaptureFile>,
    /// Logs of other tools.
    pub(crate) logs: Vec<(PathBuf, Kind)>,
    /// Pipes and devices, which can be read once only.
    pub(crate) streams: Vec<PathBuf>,
    /// What was named and cannot be read.
    pub(crate) unread: Vec<Unread>,
    /// Files in named folders that are nothing to listen to.
    pub(crate) left_out: u64,
    /// The bytes of all files, as they lie there.
    pub(crate) bytes: u64,
    /// What has been looked at: links lead to the same again, and a folder may lie within itself.
    seen: HashSet<(u64, u64)>,
}

impl Sources {
    /// Looks at all that was named.
    pub(crate) fn find(paths: &[PathBuf]) -> Self {
        let mut sources = Self::default();
        let mut captures = Vec::new();
        for path in paths {
            if path == Path::new("-") {
                sources.streams.push(path.clone());
                continue;
            }
            let seen = sources.seen.len();
            let found = captures.len() + sources.logs.len() + sources.unread.len();
            if let Err(error) = sources.look(path, DEPTH, true, &mut captures) {
                sources.refuse(path, &said(&error));
            }
            let is_new = sources.seen.len() > seen;
            // Else a wrong folder would look like one in which nobody was attacked.
            if is_new && captures.len() + sources.logs.len() + sources.unread.len() == found && path.is_dir()
            {
                sources.refuse(path, "there is no capture in it");
            }
        }
        let (files, unreadable) = gather(&captures);
        for one in unreadable {
            sources.refuse(&one.path, &one.what.to_string());
        }
        sources.captures = files;
        sources
    }

    fn look(&mut self, path: &Path, depth: u8, named: bool, captures: &mut Vec<PathBuf>) -> io::Result<()> {
        let about = fs::metadata(path)?;
        // What is named twice is heard twice, which whoever names it can see.
        let new = self.seen.insert((about.dev(), about.ino()));
        if !new && !named {
            return Ok(());
        }
        if about.is_dir() {
            return self.folder(path, depth, captures);
        }
        if !about.is_file() {
            // A pipe in a folder is nobody's wish.
            if named {
                self.streams.push(path.to_owned());
            }
            return Ok(());
        }
        let mut first = Vec::new();
        Unpacked::new(File::open(path)?)?
            .take(LOOK)
            .read_to_end(&mut first)?;
        match kind(&first) {
            Some(Kind::Capture) => captures.push(path.to_owned()),
            Some(kind) => self.logs.push((path.to_owned(), kind)),
            None if named => {
                let why = if first.is_empty() { "it is empty" } else { NOTHING };
                self.refuse(path, why);
                return Ok(());
            }
            None => {
                self.left_out += 1;
                return Ok(());
            }
        }
        self.bytes = self.bytes.saturating_add(about.len());
        Ok(())
    }

    fn folder(&mut self, path: &Path, depth: u8, captures: &mut Vec<PathBuf>) -> io::Result<()> {
        let mut inner = fs::read_dir(path)?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<io::Result<Vec<_>>>()?;
        inner.sort();
        for path in inner {
            if depth == 0 && path.is_dir() {
                self.refuse(&path, "it lies too deep in folders");
            } else if let Err(error) = self.look(&path, depth.saturating_sub(1), false, captures) {
                self.refuse(&path, &said(&error));
            }
        }
        Ok(())
    }

    fn refuse(&mut self, path: &Path, why: &str) {
        self.unread.push(Unread {
            file: path.display().to_string(),
            why: why.to_owned(),
        });
    }
}

/// What the system says, without its number.
fn said(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "it may not be read by this user".to_owned(),
        _ => format!("it cannot be read: {error}"),
    }
}

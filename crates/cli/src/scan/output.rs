//! Where the document goes: standard output or a file. A reader that goes away ends the scan quietly; who reads the
//! file of a repeated scan sees one whole document or the other.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::ColorChoice;
use holter_report::Look;
use tempfile::NamedTempFile;

use crate::look;

/// The document's way out.
pub(crate) struct Output {
    to: Box<dyn Write>,
    /// What an earlier scan wrote into the file; it goes when there is something to take its place.
    earlier: Option<File>,
    /// Where a repeated scan writes until it is over, and the file whose place that takes then.
    beside: Option<(NamedTempFile, PathBuf)>,
    begun: bool,
    what: String,
    /// Whether the reader has gone away.
    pub(crate) gone: bool,
    /// How text looks there.
    pub(crate) look: Look,
}

impl Output {
    /// Opens the way out: `repeats` says that the same document is written again later.
    pub(crate) fn to(path: Option<&Path>, color: ColorChoice, repeats: bool) -> anyhow::Result<Self> {
        let path = path.filter(|path| *path != Path::new("-"));
        let (mut earlier, mut beside) = (None, None);
        let to: Box<dyn Write> = match path {
            Some(path) => {
                let wrong = || format!("{} cannot be written", path.display());
                let (file, before) = open(path).with_context(wrong)?;
                if before.is_some() && repeats {
                    let (new, place) = new_beside(path).with_context(wrong)?;
                    let file = new.as_file().try_clone().with_context(wrong)?;
                    beside = Some((new, place));
                    Box::new(file)
                } else {
                    earlier = before;
                    Box::new(file)
                }
            }
            None => Box::new(io::stdout()),
        };
        Ok(Self {
            to,
            earlier,
            beside,
            begun: false,
            what: path.map_or_else(|| "standard output".to_owned(), |path| path.display().to_string()),
            gone: false,
            look: look::of(color, path.is_some()),
        })
    }

    /// Writes and empties `bytes`. `Ok` also when nobody reads any more.
    pub(crate) fn write(&mut self, bytes: &mut Vec<u8>) -> anyhow::Result<()> {
        if !self.gone && !bytes.is_empty() {
            let emptied = self.earlier.take().map_or(Ok(()), |file| file.set_len(0));
            self.begun = true;
            let written = emptied
                .and_then(|()| self.to.write_all(bytes))
                .and_then(|()| self.to.flush());
            match written {
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => self.gone = true,
                other => other.with_context(|| format!("{} cannot be written", self.what))?,
            }
        }
        bytes.clear();
        Ok(())
    }

    /// Puts the document of a repeated scan into its place. One of which nothing was written leaves the earlier there.
    pub(crate) fn settle(self) -> anyhow::Result<()> {
        match self.beside {
            Some((new, place)) if self.begun => {
                new.persist(place)
                    .with_context(|| format!("{} cannot be written", self.what))?;
            }
            _ => {}
        }
        Ok(())
    }
}

/// A new file where this one is, which can take its place, and that place.
fn new_beside(path: &Path) -> io::Result<(NamedTempFile, PathBuf)> {
    // The place of what a link leads to, not of the link.
    let path = fs::canonicalize(path)?;
    let new = tempfile::Builder::new()
        .prefix(".holter-")
        .permissions(Permissions::from_mode(0o666))
        .tempfile_in(path.parent().unwrap_or(Path::new("/")))?;
    fs::set_permissions(new.path(), fs::metadata(&path)?.permissions())?;
    Ok((new, path))
}

/// Opens a file for writing and leaves what is in it. Pipes and devices hold nothing that could be emptied.
fn open(path: &Path) -> io::Result<(File, Option<File>)> {
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)?;
    let earlier = if file.metadata()?.is_file() {
        Some(file.try_clone()?)
    } else {
        None
    };
    Ok((file, earlier))
}

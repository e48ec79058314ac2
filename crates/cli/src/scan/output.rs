//! Where the document goes: standard output or a file. A reader that goes away ends the scan quietly.

use std::fs::{File, OpenOptions};
use std::io::{self, IsTerminal as _, Write};
use std::path::Path;

use anyhow::Context as _;
use holter_report::Look;

use super::Args;

/// The document's way out.
pub(crate) struct Output {
    to: Box<dyn Write>,
    /// What an earlier scan wrote into the file; it goes when there is something to take its place.
    earlier: Option<File>,
    what: String,
    /// Whether the reader has gone away.
    pub(crate) gone: bool,
    /// How text looks there.
    pub(crate) look: Look,
}

impl Output {
    /// Opens the way out.
    pub(crate) fn open(args: &Args) -> anyhow::Result<Self> {
        let path = args.output.as_deref().filter(|path| *path != Path::new("-"));
        let terminal = path.is_none() && io::stdout().is_terminal();
        let (to, earlier): (Box<dyn Write>, _) = match path {
            Some(path) => {
                let (file, earlier) =
                    open(path).with_context(|| format!("{} cannot be written", path.display()))?;
                (Box::new(file), earlier)
            }
            None => (Box::new(io::stdout()), None),
        };
        Ok(Self {
            to,
            earlier,
            what: path.map_or_else(|| "standard output".to_owned(), |path| path.display().to_string()),
            gone: false,
            look: Look {
                colour: coloured(args, terminal),
                width: width(terminal),
            },
        })
    }

    /// Writes and empties `bytes`. `Ok` also when nobody reads any more.
    pub(crate) fn write(&mut self, bytes: &mut Vec<u8>) -> anyhow::Result<()> {
        if !self.gone && !bytes.is_empty() {
            let emptied = self.earlier.take().map_or(Ok(()), |file| file.set_len(0));
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

fn coloured(args: &Args, terminal: bool) -> bool {
    match args.color {
        clap::ColorChoice::Always => true,
        clap::ColorChoice::Never => false,
        clap::ColorChoice::Auto => {
            terminal && anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never
        }
    }
}

fn width(terminal: bool) -> usize {
    let found = terminal.then(terminal_size::terminal_size).flatten();
    found.map_or(90, |(width, _)| usize::from(width.0).clamp(40, 100))
}

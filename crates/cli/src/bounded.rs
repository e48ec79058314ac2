//! The user's files, read no further than makes sense: a wrong name may be that of a device without an end.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use anyhow::{Context as _, bail};
use rustix::fs::{Mode, OFlags, fcntl_setfl, open as open_at_once};

/// What is kept in PEM: nobody has so many certificates.
pub(crate) const CERTIFICATES: u64 = 16 << 20;

/// Opens a file to read. A named pipe into which nobody writes is as good as empty: to wait for a writer could be for ever.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    let file = open_at_once(
        path,
        OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC,
        Mode::empty(),
    )?;
    // What somebody does write is waited for.
    fcntl_setfl(&file, OFlags::empty())?;
    Ok(file.into())
}

/// The bytes of a file. One that is longer than `most` is not the one that was meant.
pub(crate) fn bytes(path: &Path, most: u64) -> anyhow::Result<Vec<u8>> {
    whole(open(path)?, most)
}

/// The same as text.
pub(crate) fn text(path: &Path, most: u64) -> anyhow::Result<String> {
    String::from_utf8(bytes(path, most)?).context("it is not text in UTF-8")
}

/// Whether a file could not be read because it is not there.
pub(crate) fn is_absent(error: &anyhow::Error) -> bool {
    use io::ErrorKind::{NotADirectory, NotFound};

    let error = error.downcast_ref::<io::Error>();
    error.is_some_and(|error| matches!(error.kind(), NotFound | NotADirectory))
}

/// All that comes from there.
pub(crate) fn whole(from: impl Read, most: u64) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(most + 1).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > most {
        bail!("it is longer than {} MiB", most >> 20);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_end_is_given_up_and_what_has_no_writer_is_empty() {
        let endless = bytes(Path::new("/dev/zero"), 1 << 20).unwrap_err();
        assert_eq!(endless.to_string(), "it is longer than 1 MiB");
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success() && bytes(&pipe, 1 << 20).unwrap().is_empty());
        let opened = open(&pipe).unwrap();
        std::fs::write(&pipe, "late").unwrap();
        assert_eq!(whole(opened, 1 << 20).unwrap(), b"late");
        assert!(bytes(folder.path(), 1 << 20).is_err());
    }
}

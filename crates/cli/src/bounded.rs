//! The user's files, read no further than makes sense: a wrong name may be that of a device without an end.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context as _, bail};

/// What is kept in PEM: nobody has so many certificates.
pub(crate) const CERTIFICATES: u64 = 16 << 20;

/// The bytes of a file. One that is longer than `most` is not the one that was meant.
pub(crate) fn bytes(path: &Path, most: u64) -> anyhow::Result<Vec<u8>> {
    whole(File::open(path)?, most)
}

/// The same as text.
pub(crate) fn text(path: &Path, most: u64) -> anyhow::Result<String> {
    String::from_utf8(bytes(path, most)?).context("it is not text in UTF-8")
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

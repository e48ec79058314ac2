//! `holter backup` and `holter restore`: all that is remembered in one file, and back.

use std::io::{BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};

use crate::bounded;
use crate::exit::{Outcome, complain};
use crate::memory::Memory;

/// The arguments of both verbs.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    memory: Memory,
}

/// Writes the file, while the server runs or not.
pub(crate) fn write(args: &Args) -> anyhow::Result<Outcome> {
    let folder = args
        .file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    // To rename over a device or a pipe would take it away from everybody.
    if let Ok(about) = args.file.metadata()
        && !about.is_file()
    {
        let what = if about.is_dir() {
            "a folder: name a file in it"
        } else {
            "no ordinary file"
        };
        bail!("{} cannot be written: it is {what}", args.file.display());
    }
    // Its owner's alone, and there under its name only when it is whole.
    let written = tempfile::NamedTempFile::new_in(folder)
        // Where it would have stood for the time being is nobody's business.
        .map_err(|error| anyhow!("no file can be made in {}: {}", folder.display(), error.kind()))?;
    let mut out = BufWriter::new(written);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let rows = runtime.block_on(async {
        let store = args.memory.open().await?;
        let rows = store.backup(&mut out).await?;
        store.close().await;
        anyhow::Ok(rows)
    })?;
    out.flush()?;
    let written = out.into_inner().map_err(|error| error.into_error())?;
    written.as_file().sync_all()?;
    written
        .persist(&args.file)
        .map_err(|error| error.error)
        .with_context(|| format!("{} cannot be written", args.file.display()))?;
    let key = args.memory.beside("key")?;
    complain(&format!(
        "{} holds {}; keep it from strangers, and the key {} in another place: without it one-time codes and the audit log cannot be read",
        args.file.display(),
        holter_report::counted(rows, "row", "rows"),
        key.display()
    ));
    Ok(Outcome::Clean)
}

/// Puts the file into a database in which nothing is remembered yet.
pub(crate) fn restore(args: &Args) -> anyhow::Result<Outcome> {
    let file =
        bounded::open(&args.file).with_context(|| format!("{} cannot be read", args.file.display()))?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let rows = runtime.block_on(async {
        let store = args.memory.open().await?;
        let rows = store
            .restore(&mut BufReader::new(file))
            .await
            .with_context(|| args.file.display().to_string())?;
        store.close().await;
        anyhow::Ok(rows)
    })?;
    complain(&format!(
        "{} rows are back; the key that belongs to them goes to {}",
        holter_report::number(rows),
        args.memory.beside("key")?.display()
    ));
    Ok(Outcome::Clean)
}

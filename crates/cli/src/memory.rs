//! Where Holter remembers: the database, and beside it the key of what is sealed in it.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use holter_model::seam::SystemDice;
use holter_store::{Dialect, Store};
use holter_web::Key;

use crate::bounded;
use crate::scan::state_folder;

/// A key is a line.
const LONGEST_KEY: u64 = 1 << 20;

/// The arguments of every verb that remembers.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Memory {
    /// The database: a file, or postgres://user:password@host/name [default: holter.db in the state folder]
    #[arg(long, global = true, value_name = "FILE|URL")]
    db: Option<String>,
}

impl Memory {
    /// The database's name.
    pub(crate) fn url(&self) -> anyhow::Result<String> {
        if let Some(db) = &self.db {
            return Ok(db.clone());
        }
        let folder = state_folder()
            .context("no folder for the database is known, because HOME is not set: name it with --db")?;
        Ok(folder.join("holter.db").display().to_string())
    }

    /// Opens it.
    pub(crate) async fn open(&self) -> anyhow::Result<Store> {
        Ok(Store::open(&self.url()?).await?)
    }

    /// The user and the group whose file it is, or in whose folder it would be made; a server's is nobody's here.
    #[cfg(unix)]
    pub(crate) fn owner(&self) -> anyhow::Result<Option<(u32, u32)>> {
        use std::os::unix::fs::MetadataExt as _;

        let url = self.url()?;
        if Dialect::of(&url) != Dialect::Sqlite {
            return Ok(None);
        }
        let path = std::path::absolute(file(&url)).context("the database has no place")?;
        let known = path.ancestors().find_map(|place| place.metadata().ok());
        Ok(known.map(|about| (about.uid(), about.gid())))
    }

    /// A file that stands beside the database; beside a server's, in the state folder.
    pub(crate) fn beside(&self, ending: &str) -> anyhow::Result<PathBuf> {
        let url = self.url()?;
        if Dialect::of(&url) == Dialect::Sqlite {
            return Ok(PathBuf::from(format!("{}.{ending}", file(&url))));
        }
        let folder = state_folder().context("no folder for the key is known, because HOME is not set")?;
        Ok(folder.join(format!("holter.{ending}")))
    }

    /// The key: of the environment, or of the file beside the database, which is made if there is none.
    #[allow(
        clippy::disallowed_methods,
        reason = "this is the crate that reads the environment"
    )]
    pub(crate) fn key(&self) -> anyhow::Result<Key> {
        if let Ok(text) = std::env::var("HOLTER_KEY") {
            return Key::read(&text).context("HOLTER_KEY");
        }
        let path = self.beside("key")?;
        match bounded::text(&path, LONGEST_KEY) {
            Ok(text) => Key::read(&text).with_context(|| path.display().to_string()),
            Err(error) if bounded::is_absent(&error) => {
                let key = Key::new(&SystemDice)?;
                write_secret(&path, key.written().as_bytes())?;
                Ok(key)
            }
            Err(error) => Err(error.context(format!("the key {} cannot be read", path.display()))),
        }
    }
}

/// Where a verb whose work is something else remembers what it finds, if the user wants it to.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct Remembering {
    /// Remember what is found where `holter serve` shows it
    #[arg(long, help_heading = "Memory")]
    remember: bool,
    /// Remember it in this database: a file, or postgres://user:password@host/name [default: holter.db in the state folder]
    #[arg(long, value_name = "FILE|URL", help_heading = "Memory")]
    db: Option<String>,
}

impl Remembering {
    /// The database, where anything is to be remembered.
    pub(crate) fn memory(&self) -> Option<Memory> {
        let db = self.db.clone();
        (self.remember || db.is_some()).then_some(Memory { db })
    }

    /// Where a password stands among the words, they are not written down.
    pub(crate) fn has_secret(&self) -> bool {
        self.db
            .as_ref()
            .is_some_and(|db| Dialect::of(db) == Dialect::Postgres && db.contains('@'))
    }

    /// What is said here, or else there.
    pub(crate) fn or(self, other: Self) -> Self {
        if self.memory().is_some() { self } else { other }
    }
}

/// The path of SQLite's file.
fn file(url: &str) -> &str {
    let path = url.strip_prefix("sqlite:").unwrap_or(url);
    path.strip_prefix("//").unwrap_or(path)
}

/// Writes a new file for nobody's eyes but its owner's.
pub(crate) fn write_secret(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    if path.exists() {
        bail!("{} is there already", path.display());
    }
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options
        .open(path)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()));
    written.with_context(|| format!("{} cannot be written", path.display()))
}

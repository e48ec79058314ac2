//! A folder with a database in it, and what came into that.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use holter_store::{Page, Scan, Store};

use crate::command::{Said, command, said};

/// What takes longer has failed, on whatever machine.
const PATIENCE: Duration = Duration::from_secs(300);

/// The folder.
pub(crate) struct Place(tempfile::TempDir);

impl Place {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn db(&self) -> PathBuf {
        self.file("holter.db")
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.file(name);
        fs::write(&path, text).unwrap();
        path
    }

    /// Has a verb read a file into the database.
    pub(crate) fn run(&self, verb: &str, path: &Path) -> Said {
        let mut run = command(verb);
        said(run.arg(path).arg("--db").arg(self.db()).output().unwrap())
    }

    pub(crate) fn read<T>(&self, what: impl AsyncFnOnce(&Store) -> T) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let store = Store::open(self.db().to_str().unwrap()).await.unwrap();
            let read = what(&store).await;
            store.close().await;
            read
        })
    }

    pub(crate) fn scans(&self) -> Vec<Scan> {
        self.read(async |store| store.scans(&Page::first(50)).await.unwrap().rows)
    }
}

/// Until it is so; the answer.
pub(crate) fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < PATIENCE, "{what}: in vain");
        std::thread::sleep(Duration::from_millis(100));
    }
}

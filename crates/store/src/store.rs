//! The open database: one writer and some readers for SQLite, a handful of connections for PostgreSQL.

use std::fs::{self, OpenOptions};
use std::io::{self, Read as _};
use std::path::Path;
use std::time::Duration;

use sqlx::any::AnyPoolOptions;
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, AnyPool, Connection as _, Executor as _};

use crate::{Dialect, StoreError, Writing, migration};

/// So long a caller waits for a connection. A server that is started again is back by then.
const WAIT: Duration = Duration::from_secs(10);
/// So often a new file is tried that others open, too,
const TRIES: u32 = 50;
/// after so long.
const PAUSE: Duration = Duration::from_millis(50);
/// A server's connections are made anew now and then.
const LIFETIME: Duration = Duration::from_secs(30 * 60);
/// Pages are short reads, and there are two cores.
const READERS: u32 = 4;
/// PostgreSQL orders its writers itself.
const WRITERS: u32 = 4;
/// SQLite has whoever comes second ask again, at last only ten times a second, and then whoever writes much seldom leaves
/// a gap at the right moment. So a writer asks for its turn so often,
const TURN: Duration = Duration::from_millis(5);
/// until it has waited as long as for a connection;
const TURNS: u32 = 2000;
/// and whoever writes one transaction after another rests in between for so long.
pub(crate) const REST: Duration = Duration::from_millis(15);

/// How every file of SQLite begins.
const MARK: &[u8; 16] = b"SQLite format 3\0";

/// What every connection to SQLite is told. A commit is on the disk before anybody is told of it (`FULL`).
const EVERY: &str = "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
     PRAGMA foreign_keys = ON; PRAGMA cache_size = -16000; PRAGMA temp_store = MEMORY; \
     PRAGMA journal_size_limit = 67108864;";
/// A writer asks for its turn itself.
const WRITER: &str = "PRAGMA busy_timeout = 1;";
/// A reader cannot write, whatever it is told.
const READER: &str = "PRAGMA query_only = ON;";

/// The open database. Cheap to clone; all clones share the connections.
#[derive(Clone)]
pub struct Store {
    dialect: Dialect,
    url: std::sync::Arc<str>,
    writers: AnyPool,
    readers: AnyPool,
}

impl Store {
    /// Opens a database and brings its schema up to date: `postgres://…`, or a file, `sqlite:` before it or not. A file
    /// that is not there is made, for nobody's eyes but its owner's.
    ///
    /// # Errors
    /// When it cannot be opened, or a newer Holter has written it.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        Self::open_by(url, migration::STEPS).await
    }

    /// Opens a database with these steps of the schema: tests make what an earlier Holter would have left.
    pub(crate) async fn open_by(
        url: &str,
        steps: &[(i64, &'static str, &'static str)],
    ) -> Result<Self, StoreError> {
        sqlx::any::install_default_drivers();
        let dialect = Dialect::of(url);
        let place = shown(url);
        let failed = |why: String| StoreError::Open {
            place: place.clone(),
            why,
        };
        let refused = |error: sqlx::Error| {
            let why = error.to_string();
            match StoreError::from(error) {
                full @ StoreError::Full(_) => full,
                _ => failed(why),
            }
        };
        let (full, writers, every) = match dialect {
            Dialect::Sqlite => {
                let path = url.strip_prefix("sqlite:").unwrap_or(url);
                if let Some((scheme, _)) = url.split_once("://").filter(|(scheme, _)| *scheme != "sqlite") {
                    return Err(failed(format!(
                        "{scheme} is no database that Holter knows: name a file or postgres://user:password@host/name"
                    )));
                }
                let path = path.strip_prefix("//").unwrap_or(path);
                make(Path::new(path)).map_err(|error| failed(error.to_string()))?;
                (format!("sqlite://{}", escaped(path)), 1, EVERY)
            }
            Dialect::Postgres => (url.to_owned(), WRITERS, ""),
        };
        let mut writers = connected((writers, every, ""), &full).await.map_err(refused)?;
        let mut connection = writers.acquire().await?;
        migration::run(&mut connection, dialect, &place, steps).await?;
        drop(connection);
        if dialect == Dialect::Sqlite {
            // Whatever connection the writer gets from now on asks for its turn itself.
            let patient = writers;
            writers = connected((1, EVERY, WRITER), &full).await.map_err(refused)?;
            patient.close().await;
        }
        let readers = match dialect {
            Dialect::Sqlite => connected((READERS, EVERY, READER), &full).await?,
            Dialect::Postgres => connected((READERS, "", ""), &full).await?,
        };
        Ok(Self {
            dialect,
            url: url.into(),
            writers,
            readers,
        })
    }

    /// Which database it is.
    #[must_use]
    pub const fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// What it was opened by. A password may stand in it.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Begins to write.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn write(&self) -> Result<Writing, StoreError> {
        let mut turns = TURNS;
        loop {
            match self.writers.begin_with(self.dialect.begin()).await {
                Ok(transaction) => return Ok(Writing::new(transaction, self.dialect)),
                Err(error) if turns > 0 && is_locked(&error) => {
                    turns -= 1;
                    tokio::time::sleep(TURN).await;
                }
                Err(sqlx::Error::InvalidSavePointStatement) if turns > 0 => {
                    turns -= 1;
                    self.mend().await?;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Where its disk is full SQLite ends a transaction by itself. sqlx cannot end it a second time, takes it to be open
    /// for ever, and begins no other on that connection: the writer gets a new one.
    async fn mend(&self) -> Result<(), StoreError> {
        self.writers.acquire().await?.close().await?;
        Ok(())
    }

    /// Begins to write what first looks whether it is there: no other such transaction runs beside it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn write_alone(&self) -> Result<Writing, StoreError> {
        let mut writing = self.write().await?;
        if let Some(alone) = self.dialect.alone() {
            sqlx::query(alone).execute(writing.connection()).await?;
        }
        Ok(writing)
    }

    /// Whether the database answers now.
    ///
    /// # Errors
    /// When it does not.
    pub async fn answers(&self) -> Result<(), StoreError> {
        let mut reader = self.reader().await?;
        sqlx::query("SELECT 1").execute(&mut *reader).await?;
        Ok(())
    }

    /// Has the database look through all that it holds; it takes its time.
    ///
    /// # Errors
    /// What is wrong with it, or when it does not answer.
    pub async fn check(&self) -> Result<(), StoreError> {
        let text = match self.dialect {
            Dialect::Sqlite => "PRAGMA integrity_check",
            // PostgreSQL checks its pages as it reads them: reading the largest tables is what can be asked of it.
            Dialect::Postgres => {
                "SELECT 'ok' FROM (SELECT COUNT(*) FROM observation, (SELECT COUNT(*) FROM finding) AS f) AS c"
            }
        };
        let mut reader = self.reader().await?;
        let row = sqlx::query(text).fetch_one(&mut *reader).await?;
        let said: String = sqlx::Row::try_get(&row, 0)?;
        if said == "ok" {
            return Ok(());
        }
        Err(StoreError::Unreadable {
            what: "something",
            why: said,
        })
    }

    /// Writes a copy of the whole database to a new file, as it stands at one moment, while work goes on. For SQLite;
    /// PostgreSQL has `pg_dump`.
    ///
    /// # Errors
    /// When there is a file already, or it cannot be written.
    pub async fn back_up(&self, file: &Path) -> Result<(), StoreError> {
        let failed = |why: String| StoreError::Open {
            place: file.display().to_string(),
            why,
        };
        if self.dialect == Dialect::Postgres {
            return Err(failed("use pg_dump to back PostgreSQL up".to_owned()));
        }
        if file.exists() {
            return Err(failed("there is a file already".to_owned()));
        }
        make(file).map_err(|error| failed(error.to_string()))?;
        let mut connection = self.writers.acquire().await?;
        let path = file.display().to_string();
        sqlx::query("VACUUM INTO $1")
            .bind(path)
            .execute(&mut *connection)
            .await?;
        Ok(())
    }

    /// Closes every connection, which writes SQLite's log into its file.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writers.close().await;
    }

    /// A connection to read with.
    pub(crate) async fn reader(&self) -> Result<PoolConnection<Any>, StoreError> {
        Ok(self.readers.acquire().await?)
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store")
            .field("place", &shown(&self.url))
            .finish_non_exhaustive()
    }
}

/// Connects. Of several processes that open a new file at once only one can set it up, and no busy timeout
/// makes the others wait for it.
async fn connected(
    (most, every, also): (u32, &'static str, &'static str),
    url: &str,
) -> Result<AnyPool, sqlx::Error> {
    let mut tries = TRIES;
    loop {
        let error = match options(most, every, also).connect(url).await {
            Ok(pool) => return Ok(pool),
            Err(sqlx::Error::PoolTimedOut) => cause(url, [every, also]).await,
            Err(error) => error,
        };
        if !is_locked(&error) || tries == 0 {
            return Err(error);
        }
        tries -= 1;
        tokio::time::sleep(PAUSE).await;
    }
}

/// Why there is no connection: a pool tries again until its time is over, and keeps that to itself.
async fn cause(url: &str, words: [&'static str; 2]) -> sqlx::Error {
    let told = async {
        let mut connection = AnyConnection::connect(url).await?;
        for words in words.into_iter().filter(|words| !words.is_empty()) {
            connection.execute(sqlx::raw_sql(words)).await?;
        }
        Ok(())
    };
    match tokio::time::timeout(WAIT, told).await {
        Ok(Err(error)) => error,
        Ok(Ok(())) | Err(_) => sqlx::Error::PoolTimedOut,
    }
}

/// Whether another process writes just now.
fn is_locked(error: &sqlx::Error) -> bool {
    let refusal = error.as_database_error();
    refusal.is_some_and(|refusal| refusal.message().contains("locked"))
}

fn options(most: u32, every: &'static str, also: &'static str) -> AnyPoolOptions {
    let lifetime = every.is_empty().then_some(LIFETIME);
    AnyPoolOptions::new()
        .max_connections(most)
        .acquire_timeout(WAIT)
        // Who has given up its rights since cannot open the file again, and a file's connections do not wear out.
        .max_lifetime(lifetime)
        .idle_timeout(lifetime)
        .after_connect(move |connection, _| {
            Box::pin(async move {
                for words in [every, also] {
                    if !words.is_empty() {
                        connection.execute(sqlx::raw_sql(words)).await?;
                    }
                }
                Ok(())
            })
        })
}

/// Makes the file where there is none. SQLite gives its log the same rights.
fn make(path: &Path) -> io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder)?;
    }
    // To open a pipe may take for ever, and a device holds nothing.
    if path.metadata().is_ok_and(|about| !about.is_file()) {
        return Err(io::Error::other("it is no ordinary file"));
    }
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.read(true);
    let mut first = Vec::new();
    options.open(path)?.take(16).read_to_end(&mut first)?;
    if first.is_empty() || first == MARK {
        return Ok(());
    }
    Err(io::Error::other("it is no database of SQLite's"))
}

/// A path within a URL.
fn escaped(path: &str) -> String {
    path.replace('%', "%25").replace('?', "%3F").replace('#', "%23")
}

/// A URL without its password.
fn shown(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    match rest.rsplit_once('@') {
        Some((_, host)) => format!("{scheme}://…@{host}"),
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_disk_that_was_full_is_written_to_when_there_is_room_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("holter.db");
        let store = Store::open(path.to_str().unwrap()).await.unwrap();
        let mut writing = store.write().await.unwrap();
        writing.set_setting("kept", "before").await.unwrap();
        writing.commit().await.unwrap();
        let long = "x".repeat(5_000_000);
        for _ in 0..3 {
            let mut writing = store.write_alone().await.unwrap();
            // SQLite takes away nothing of what there is, and gives this connection no more.
            let full = sqlx::raw_sql("PRAGMA max_page_count = 1");
            writing.connection().execute(full).await.unwrap();
            let refused = writing.set_setting("too much", &long).await.unwrap_err();
            assert!(matches!(refused, StoreError::Full(_)), "{refused}");
            assert!(refused.is_away());
        }
        let (one, two) = tokio::join!(store.write(), store.answers());
        two.unwrap();
        let mut writing = one.unwrap();
        writing.set_setting("too much", &long).await.unwrap();
        writing.commit().await.unwrap();
        assert_eq!(store.setting("kept").await.unwrap().as_deref(), Some("before"));
        assert_eq!(store.setting("too much").await.unwrap(), Some(long));
        store.check().await.unwrap();
    }

    #[test]
    fn no_password_is_shown() {
        assert_eq!(
            shown("postgres://holter:p@ss@db/holter"),
            "postgres://…@db/holter"
        );
        assert_eq!(shown("/var/lib/holter.db"), "/var/lib/holter.db");
    }
}

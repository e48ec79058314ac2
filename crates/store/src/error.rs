//! What can go wrong with remembering.

/// Why something could not be remembered or recalled.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// It cannot be opened.
    #[error("the database {place} cannot be opened: {why}")]
    Open {
        /// Where, without a password.
        place: String,
        /// Why.
        why: String,
    },
    /// A newer Holter has written it.
    #[error(
        "the database {place} was written by a newer Holter (its schema has the step {step}, which this one does not know); use that Holter, or restore the backup from before"
    )]
    Newer {
        /// Where.
        place: String,
        /// The step of the schema that is not known here.
        step: i64,
    },
    /// The database does not answer now; it may later.
    #[error("the database does not answer: {0}")]
    Away(#[source] sqlx::Error),
    /// There is no room left where the database is; what was committed is there.
    #[error("the disk that holds the database is full: make room there")]
    Full(#[source] sqlx::Error),
    /// The database refused.
    #[error("the database refused: {0}")]
    Refused(#[source] sqlx::Error),
    /// What was read back makes no sense.
    #[error("the database holds {what} that cannot be read: {why}")]
    Unreadable {
        /// What.
        what: &'static str,
        /// Why.
        why: String,
    },
    /// A backup cannot be written.
    #[error("the backup cannot be written: {0}")]
    Unwritten(#[source] std::io::Error),
    /// A file that is to be restored is not what `backup` wrote.
    #[error("it cannot be restored: {0}")]
    Backup(String),
    /// There is no such thing.
    #[error("there is no {what} {id}")]
    Missing {
        /// What was looked for.
        what: &'static str,
        /// By what.
        id: String,
    },
    /// Somebody else changed it meanwhile, or it is there already.
    #[error("{0}")]
    Conflict(String),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error as E;
        match error {
            E::Io(_) | E::Tls(_) | E::PoolTimedOut | E::PoolClosed | E::WorkerCrashed | E::Protocol(_) => {
                Self::Away(error)
            }
            E::Database(ref refusal) if refusal.is_unique_violation() => {
                Self::Conflict(format!("it is there already ({refusal})"))
            }
            // 57P01 to 57P03: the server is shutting down or starting.
            E::Database(ref refusal) if refusal.code().is_some_and(|code| code.starts_with("57P")) => {
                Self::Away(error)
            }
            // SQLITE_BUSY and its kinds: another process has been writing for longer than anybody waits.
            E::Database(ref refusal)
                if refusal
                    .code()
                    .is_some_and(|code| matches!(&*code, "5" | "261" | "517" | "773")) =>
            {
                Self::Away(error)
            }
            // SQLITE_FULL, SQLITE_IOERR_SHMSIZE, and PostgreSQL's disk_full.
            E::Database(ref refusal)
                if refusal
                    .code()
                    .is_some_and(|code| matches!(&*code, "13" | "4874" | "53100")) =>
            {
                Self::Full(error)
            }
            _ => Self::Refused(error),
        }
    }
}

impl StoreError {
    /// Whether it is worth trying again.
    #[must_use]
    pub const fn is_away(&self) -> bool {
        matches!(self, Self::Away(_) | Self::Full(_))
    }

    /// No such thing.
    #[must_use]
    pub fn missing(what: &'static str, id: impl ToString) -> Self {
        Self::Missing {
            what,
            id: id.to_string(),
        }
    }
}

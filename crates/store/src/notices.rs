//! Notices: what is to be told of findings. A row is written in the transaction of what it tells of, so that no change
//! goes untold and nothing is told that did not happen.

use jiff::Timestamp;
use sqlx::any::AnyRow;

use crate::moment::micros;
use crate::sql::{Read as _, Sql};
use crate::{Store, StoreError, Writing};

/// Something to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewNotice {
    /// What kind: a word of the program's.
    pub kind: String,
    /// The finding.
    pub finding: i64,
    /// When it happened.
    pub at: Timestamp,
    /// Who did it; `None`: a measurement, or the calendar.
    pub actor: Option<i64>,
    /// What makes it the same notice when it comes up again.
    pub key: String,
}

/// Something to tell, as it is remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Its number.
    pub id: i64,
    /// What it is.
    pub about: NewNotice,
}

/// A finding that the calendar has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dated {
    /// The finding.
    pub finding: i64,
    /// Its date.
    pub at: Timestamp,
}

/// Which date of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Date {
    /// When it is due, where somebody still has to do something.
    Due,
    /// When its acceptance ends.
    AcceptanceEnd,
}

/// So many go into one statement.
const AT_ONCE: usize = 50;

const COLUMNS: &str =
    "SELECT notice.id, notice.kind, notice.finding, notice.at, notice.actor, notice.key FROM notice";

impl Writing {
    /// Adds what is to be told. What is there already is left as it is.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn add_notices(&mut self, notices: &[NewNotice]) -> Result<(), StoreError> {
        for some in notices.chunks(AT_ONCE) {
            let mut sql = Sql::new("INSERT INTO notice (kind, finding, at, actor, key) VALUES");
            sql.rows(some.iter().map(|notice| {
                vec![
                    notice.kind.as_str().into(),
                    notice.finding.into(),
                    micros(notice.at).into(),
                    notice.actor.into(),
                    notice.key.as_str().into(),
                ]
            }));
            sql.add(" ON CONFLICT (key) DO NOTHING");
            sql.run(self.connection()).await?;
        }
        Ok(())
    }

    /// Notes that these were told; false where somebody else told one of them meanwhile: then nothing of this
    /// transaction may last.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn told(&mut self, notices: &[i64], at: Timestamp) -> Result<bool, StoreError> {
        let mut told = 0;
        for some in notices.chunks(AT_ONCE) {
            let mut sql = Sql::new("UPDATE notice SET told = ");
            sql.bind(micros(at)).add(" WHERE told IS NULL AND id IN (");
            for (place, id) in some.iter().enumerate() {
                sql.add(if place > 0 { ", " } else { "" }).bind(*id);
            }
            sql.add(")");
            told += sql.run(self.connection()).await?;
        }
        Ok(usize::try_from(told).ok() == Some(notices.len()))
    }

    /// Takes away what was told before this moment and does not come up again by the calendar.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn forget_notices(&mut self, before: Timestamp) -> Result<u64, StoreError> {
        let mut sql = Sql::new(
            "DELETE FROM notice WHERE told IS NOT NULL AND kind NOT IN ('due_soon', 'overdue', 'acceptance_ending') \
             AND at < ",
        );
        sql.bind(micros(before));
        sql.run(self.connection()).await
    }
}

impl Store {
    /// What is to be told yet, the oldest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn untold(&self, most: i64) -> Result<Vec<Notice>, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        sql.add(" WHERE told IS NULL ORDER BY id LIMIT ").bind(most);
        let rows = sql.all(&mut *self.reader().await?).await?;
        rows.iter().map(notice).collect()
    }

    /// What happened of one kind to a department's findings from one moment to before another: the latest so many, the
    /// latest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn notices_of(
        &self,
        department: i64,
        kind: &str,
        (from, to): (Timestamp, Timestamp),
        most: i64,
    ) -> Result<Vec<Notice>, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        sql.add(" JOIN finding ON finding.id = notice.finding WHERE finding.department = ");
        sql.bind(department).add(" AND notice.kind = ").bind(kind);
        sql.add(" AND notice.at >= ").bind(micros(from));
        sql.add(" AND notice.at < ").bind(micros(to));
        sql.add(" ORDER BY notice.at DESC, notice.id DESC LIMIT ")
            .bind(most);
        let rows = sql.all(&mut *self.reader().await?).await?;
        rows.iter().map(notice).collect()
    }

    /// Findings whose date lies after a place and up to a moment, in the order of their dates, 500 at most. A place is
    /// the last one that was looked at.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn dated(
        &self,
        date: Date,
        after: Option<Dated>,
        until: Timestamp,
    ) -> Result<Vec<Dated>, StoreError> {
        let (mut sql, column) = match date {
            Date::Due => (
                Sql::new("SELECT id, due AS date FROM finding WHERE live = 1 AND due IS NOT NULL"),
                "due",
            ),
            Date::AcceptanceEnd => (
                Sql::new("SELECT id, accepted_until AS date FROM finding WHERE accepted_until IS NOT NULL"),
                "accepted_until",
            ),
        };
        sql.add(" AND ").add(column).add(" <= ").bind(micros(until));
        if let Some(after) = after {
            sql.add(" AND (").add(column).add(", id) > (");
            sql.bind(micros(after.at)).add(", ").bind(after.finding).add(")");
        }
        sql.add(" ORDER BY ").add(column).add(", id LIMIT 500");
        let rows = sql.all(&mut *self.reader().await?).await?;
        let dated = |row: &AnyRow| {
            Ok(Dated {
                finding: row.number("id")?,
                at: row.moment("date")?,
            })
        };
        rows.iter().map(dated).collect()
    }
}

fn notice(row: &AnyRow) -> Result<Notice, StoreError> {
    Ok(Notice {
        id: row.number("id")?,
        about: NewNotice {
            kind: row.text("kind")?,
            finding: row.number("finding")?,
            at: row.moment("at")?,
            actor: row.maybe_number("actor")?,
            key: row.text("key")?,
        },
    })
}

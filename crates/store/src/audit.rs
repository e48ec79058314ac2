//! The audit log: who did what. Each row carries a code over itself and the row before it, under a key that is not in
//! the database, so that nobody who can write here can change, take out or put in a row without being seen. Beside the
//! rows a code says which is the last. By these alone it is not seen when somebody brings the whole of an older log back, or
//! takes away that code together with every row since it was first written, which may be the whole log. That is what a
//! row noted elsewhere is for.

use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use sha2::Sha256;
use sqlx::any::AnyRow;

use crate::moment::micros;
use crate::sql::{Read as _, Sql};
use crate::{Listed, Page, Store, StoreError, Writing};

/// The key of the chain.
#[derive(Clone)]
pub struct AuditKey(pub [u8; 32]);

/// Something that somebody did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deed {
    /// Who: the name of an account, or what else acted.
    pub actor: String,
    /// From where.
    pub address: String,
    /// What: "finding.assign", "login.failed".
    pub deed: String,
    /// To what: "finding 17".
    pub subject: String,
    /// More, in words.
    pub detail: String,
}

impl Deed {
    /// As a database keeps it: without NUL. What is kept is what is vouched for.
    fn plain(&self) -> Self {
        let plain = |text: &String| text.replace('\0', "");
        Self {
            actor: plain(&self.actor),
            address: plain(&self.address),
            deed: plain(&self.deed),
            subject: plain(&self.subject),
            detail: plain(&self.detail),
        }
    }
}

/// A row of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audited {
    /// Its place, from 1 on without a gap.
    pub place: i64,
    /// When.
    pub at: Timestamp,
    /// What was done.
    pub deed: Deed,
    /// The code.
    pub mac: String,
}

/// A row as somebody wrote it down outside of the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    place: i64,
    mac: String,
}

impl Witness {
    /// Reads `place:code`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (place, mac) = text.split_once(':')?;
        Some(Self {
            place: place.trim().parse().ok().filter(|place| *place >= 0)?,
            mac: mac.trim().to_owned(),
        })
    }
}

/// What became of looking through the whole chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verified {
    /// Every row vouches for the one before it. Whoever notes the last row's code outside can later tell whether an older
    /// log was put in the place of this one.
    Whole {
        /// How many rows.
        rows: i64,
        /// The last row's code; empty where there is none.
        last: String,
    },
    /// From this place on it cannot be relied on.
    Broken {
        /// The first place that is wrong.
        place: i64,
        /// What is wrong there.
        why: &'static str,
    },
}

/// What stands before the first row.
const NOTHING: &str = "";

/// What a code vouches for, so that none can stand for another.
#[derive(Clone, Copy, Debug)]
enum Form {
    /// A row of before the log had an end: a bare list of its parts.
    Old,
    /// A row: there is an end beside it.
    Row,
    /// The end.
    End,
}

/// So many rows are looked at in one go.
const STRIDE: i64 = 1000;

const COLUMNS: &str = "SELECT place, at, actor, address, deed, subject, detail, mac FROM audit";

impl Writing {
    /// Adds a row. The transaction must be one of [`Store::write_alone`].
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn audit(&mut self, key: &AuditKey, deed: &Deed, at: Timestamp) -> Result<i64, StoreError> {
        let sql = Sql::new("SELECT place, mac FROM audit ORDER BY place DESC LIMIT 1");
        let rows = sql.all(self.connection()).await?;
        let (place, before) = match rows.first() {
            Some(row) => {
                let next = row.number("place")?.checked_add(1);
                (next.ok_or_else(full)?, row.text("mac")?)
            }
            None => (1, NOTHING.to_owned()),
        };
        let row = Audited {
            place,
            // What is kept is what is vouched for: microseconds.
            at: crate::moment::timestamp(micros(at)),
            deed: deed.plain(),
            mac: String::new(),
        };
        let mac = mac(key, Form::Row, &parts(&before, &row));
        let end = mac_of_end(key, place, &mac);
        let deed = &row.deed;
        let mut sql =
            Sql::new("INSERT INTO audit (place, at, actor, address, deed, subject, detail, mac) VALUES");
        sql.rows([vec![
            place.into(),
            micros(at).into(),
            deed.actor.as_str().into(),
            deed.address.as_str().into(),
            deed.deed.as_str().into(),
            deed.subject.as_str().into(),
            deed.detail.as_str().into(),
            mac.into(),
        ]]);
        sql.run(self.connection()).await?;
        let mut sql = Sql::new("UPDATE audit_end SET place = ");
        sql.bind(place).add(", mac = ").bind(end.as_str());
        if sql.run(self.connection()).await? == 0 {
            let mut sql = Sql::new("INSERT INTO audit_end (place, mac) VALUES");
            sql.rows([vec![place.into(), end.into()]]);
            sql.run(self.connection()).await?;
        }
        Ok(place)
    }
}

impl Store {
    /// Adds a row by itself.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn audit(&self, key: &AuditKey, deed: &Deed, at: Timestamp) -> Result<i64, StoreError> {
        let mut writing = self.write_alone().await?;
        let place = writing.audit(key, deed, at).await?;
        writing.commit().await?;
        Ok(place)
    }

    /// The log, the latest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn audited(&self, page: &Page) -> Result<Listed<Audited>, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        if let Some((place, _)) = page.place() {
            sql.add(" WHERE place < ").bind(place);
        }
        sql.add(" ORDER BY place DESC LIMIT ").bind(page.limit());
        let rows = sql.all(&mut *self.reader().await?).await?;
        let rows: Vec<Audited> = rows.iter().map(audited).collect::<Result<_, _>>()?;
        Ok(page.cut(rows, |row| (row.place, 0)))
    }

    async fn audit_end(&self) -> Result<Option<Witness>, StoreError> {
        let sql = Sql::new("SELECT place, mac FROM audit_end");
        let rows = sql.all(&mut *self.reader().await?).await?;
        let end = |row: &AnyRow| {
            Ok(Witness {
                place: row.number("place")?,
                mac: row.text("mac")?,
            })
        };
        rows.first().map(end).transpose()
    }

    /// Looks through the whole chain, in which what was noted must be there still.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn verify_audit(
        &self,
        key: &AuditKey,
        noted: Option<&Witness>,
    ) -> Result<Verified, StoreError> {
        // Looked at first: whoever writes meanwhile moves it on.
        let end = self.audit_end().await?;
        self.verify_to(key, noted, end).await
    }

    async fn verify_to(
        &self,
        key: &AuditKey,
        noted: Option<&Witness>,
        mut end: Option<Witness>,
    ) -> Result<Verified, StoreError> {
        let (mut rows, mut last, mut has_end) = (0, NOTHING.to_owned(), false);
        loop {
            let mut sql = Sql::new(COLUMNS);
            sql.add(" WHERE place > ")
                .bind(rows)
                .add(" ORDER BY place LIMIT ")
                .bind(STRIDE);
            let found = sql.all(&mut *self.reader().await?).await?;
            if found.is_empty() && has_end && end.is_none() {
                end = self.audit_end().await?;
                if end.is_some() {
                    // The first row that has an end beside it was written meanwhile.
                    (rows, last) = (0, NOTHING.to_owned());
                    continue;
                }
            }
            if found.is_empty() {
                let ended = match &end {
                    Some(end) => end.place <= rows,
                    None => !has_end,
                };
                let missing = noted.filter(|noted| noted.place > rows);
                return Ok(match missing {
                    _ if !ended => Verified::Broken {
                        place: rows.saturating_add(1),
                        why: "it is missing: the end was cut off",
                    },
                    Some(&Witness { place, .. }) => Verified::Broken {
                        place,
                        why: "it was noted, and is missing",
                    },
                    None => Verified::Whole { rows, last },
                });
            }
            for row in &found {
                let row = audited(row)?;
                let broken = |place, why| Ok(Verified::Broken { place, why });
                if row.place != rows + 1 {
                    return broken(rows + 1, "it is missing");
                }
                let said = parts(&last, &row);
                let is_new = row.mac == mac(key, Form::Row, &said);
                has_end |= is_new;
                // A server of before the end may write on where a newer Holter has brought the database up to date.
                if !is_new && row.mac != mac(key, Form::Old, &said) {
                    return broken(row.place, "it, or the row before it, is not as it was written");
                }
                let ends = end.as_ref().filter(|end| end.place == row.place);
                if ends.is_some_and(|end| end.mac != mac_of_end(key, row.place, &row.mac)) {
                    return broken(row.place, "what vouches for the end is not as it was written");
                }
                if noted.is_some_and(|noted| noted.place == row.place && noted.mac != row.mac) {
                    return broken(row.place, "it is not the one that was noted");
                }
                (rows, last) = (row.place, row.mac);
            }
        }
    }
}

/// A place that no honest log reaches.
fn full() -> StoreError {
    StoreError::Unreadable {
        what: "the audit log",
        why: "it has a row in the last place that there is".to_owned(),
    }
}

/// What a row says, and the code of the one before it.
fn parts(before: &str, row: &Audited) -> Vec<String> {
    let deed = &row.deed;
    vec![
        before.to_owned(),
        row.place.to_string(),
        micros(row.at).to_string(),
        deed.actor.clone(),
        deed.address.clone(),
        deed.deed.clone(),
        deed.subject.clone(),
        deed.detail.clone(),
    ]
}

fn mac_of_end(key: &AuditKey, place: i64, last: &str) -> String {
    mac(key, Form::End, &[place.to_string(), last.to_owned()])
}

/// Each part with its length before it, so that no two rows read the same.
fn mac(key: &AuditKey, form: Form, parts: &[String]) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&key.0) else {
        return String::new();
    };
    match form {
        Form::Old => {}
        // No list of parts begins like that.
        Form::Row => mac.update(b"row "),
        Form::End => mac.update(b"end "),
    }
    for part in parts {
        mac.update(part.len().to_string().as_bytes());
        mac.update(b":");
        mac.update(part.as_bytes());
    }
    mac.finalize()
        .into_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn audited(row: &AnyRow) -> Result<Audited, StoreError> {
    Ok(Audited {
        place: row.number("place")?,
        at: row.moment("at")?,
        deed: Deed {
            actor: row.text("actor")?,
            address: row.text("address")?,
            deed: row.text("deed")?,
            subject: row.text("subject")?,
            detail: row.text("detail")?,
        },
        mac: row.text("mac")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: AuditKey = AuditKey([7; 32]);

    /// Writes a row as it was written before there was an end.
    async fn old_row(store: &Store, place: i64, before: &str) -> String {
        let row = Audited {
            place,
            at: Timestamp::UNIX_EPOCH,
            deed: Deed::default(),
            mac: String::new(),
        };
        let mac = mac(&KEY, Form::Old, &parts(before, &row));
        let mut sql =
            Sql::new("INSERT INTO audit (place, at, actor, address, deed, subject, detail, mac) VALUES");
        sql.rows([vec![
            place.into(),
            0.into(),
            "".into(),
            "".into(),
            "".into(),
            "".into(),
            "".into(),
            mac.as_str().into(),
        ]]);
        let mut writing = store.write().await.unwrap();
        sql.run(writing.connection()).await.unwrap();
        writing.commit().await.unwrap();
        mac
    }

    #[tokio::test]
    async fn a_log_of_before_there_was_an_end_goes_on_in_either_form() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("holter.db");
        let store = Store::open(path.to_str().unwrap()).await.unwrap();
        let first = old_row(&store, 1, NOTHING).await;
        old_row(&store, 2, &first).await;
        let verified = store.verify_audit(&KEY, None).await.unwrap();
        let Verified::Whole { rows: 2, last } = verified else {
            panic!("{verified:?}");
        };
        let at = Timestamp::UNIX_EPOCH;
        store.audit(&KEY, &Deed::default(), at).await.unwrap();
        let verified = store.verify_audit(&KEY, None).await.unwrap();
        assert!(
            matches!(&verified, Verified::Whole { rows: 3, last: third } if *third != last),
            "{verified:?}"
        );
        let Verified::Whole { last, .. } = verified else {
            return;
        };
        // An old server that still runs, and the new one again.
        old_row(&store, 4, &last).await;
        let verified = store.verify_audit(&KEY, None).await.unwrap();
        assert!(
            matches!(verified, Verified::Whole { rows: 4, .. }),
            "{verified:?}"
        );
        store.audit(&KEY, &Deed::default(), at).await.unwrap();
        let verified = store.verify_audit(&KEY, None).await.unwrap();
        assert!(
            matches!(verified, Verified::Whole { rows: 5, .. }),
            "{verified:?}"
        );
        // Who looked for the end before it was first written looks again.
        let verified = store.verify_to(&KEY, None, None).await.unwrap();
        assert!(
            matches!(verified, Verified::Whole { rows: 5, .. }),
            "{verified:?}"
        );
        // There was an end, whoever wrote last.
        let mut writing = store.write().await.unwrap();
        let gone = Sql::new("DELETE FROM audit_end");
        gone.run(writing.connection()).await.unwrap();
        writing.commit().await.unwrap();
        let verified = store.verify_audit(&KEY, None).await.unwrap();
        assert!(
            matches!(verified, Verified::Broken { place: 6, .. }),
            "{verified:?}"
        );
        // Only a note sees that all is gone, for a new log looks like that.
        let mut writing = store.write().await.unwrap();
        let gone = Sql::new("DELETE FROM audit");
        gone.run(writing.connection()).await.unwrap();
        writing.commit().await.unwrap();
        let verified = store.verify_audit(&KEY, None).await.unwrap();
        assert!(
            matches!(verified, Verified::Whole { rows: 0, .. }),
            "{verified:?}"
        );
        let noted = Witness { place: 3, mac: last };
        let verified = store.verify_audit(&KEY, Some(&noted)).await.unwrap();
        assert!(
            matches!(verified, Verified::Broken { place: 3, .. }),
            "{verified:?}"
        );
    }
}

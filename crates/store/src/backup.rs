//! All that is remembered as one file: a line of JSON for each row, the same for both databases, so that what
//! was written from one can be put into the other. Sessions are left out: nobody stays signed in over a restore.
//! So is who has failed to come in.

use std::io::Write;

use futures_util::StreamExt as _;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sqlx::any::{AnyRow, AnyTypeInfoKind};
use sqlx::{Any, AssertSqlSafe, Column as _, Connection as _, Row as _, ValueRef as _};

use crate::tables::TABLES;
use crate::{Store, StoreError, migration};

/// What the names of the form and of all that follow it begin with.
pub(crate) const FORM: &str = "holter.backup/";

/// The name of the form.
pub(crate) const SCHEMA: &str = "holter.backup/1";

/// What whoever comes upon the file must know.
const ABOUT: &str = "All that Holter remembers: systems, their weaknesses, and people. Keep it from strangers. Passwords and tokens are in \
     it as hashes, other secrets sealed; the key that they are sealed under is not in it, and is needed with it.";

/// The first line.
#[derive(Serialize, Deserialize)]
pub(crate) struct Head {
    pub(crate) schema: String,
    pub(crate) step: i64,
    /// For people.
    #[serde(default)]
    pub(crate) about: String,
}

/// The line before the rows of a table.
#[derive(Serialize, Deserialize)]
pub(crate) struct Table {
    pub(crate) table: String,
    pub(crate) columns: Vec<String>,
}

/// The last line: without it, the file was cut off.
#[derive(Serialize, Deserialize)]
pub(crate) struct End {
    pub(crate) rows: u64,
}

impl Store {
    /// Writes all of it, as it is at one moment, while others read and write. How many rows.
    ///
    /// # Errors
    /// When the database does not answer, or the file cannot be written.
    pub async fn backup(&self, out: &mut (dyn Write + Send)) -> Result<u64, StoreError> {
        self.write_tables(out, migration::latest(), &TABLES).await
    }

    /// Writes these tables, as whoever knew the schema up to that step did.
    pub(crate) async fn write_tables(
        &self,
        out: &mut (dyn Write + Send),
        step: i64,
        tables: &[&'static str],
    ) -> Result<u64, StoreError> {
        let mut reader = self.reader().await?;
        let mut snapshot = reader.begin_with(self.dialect().snapshot()).await?;
        line(
            out,
            &Head {
                schema: SCHEMA.to_owned(),
                step,
                about: ABOUT.to_owned(),
            },
        )?;
        let mut count = 0;
        for table in tables {
            let text = format!("SELECT * FROM {table} ORDER BY 1");
            let mut rows = sqlx::query::<Any>(AssertSqlSafe(text)).fetch(&mut *snapshot);
            let mut is_first = true;
            while let Some(row) = rows.next().await {
                let row = row?;
                if is_first {
                    let columns = row
                        .columns()
                        .iter()
                        .map(|column| column.name().to_owned())
                        .collect();
                    line(
                        out,
                        &Table {
                            table: (*table).to_owned(),
                            columns,
                        },
                    )?;
                    is_first = false;
                }
                line(out, &values(&row)?)?;
                count += 1;
            }
        }
        line(out, &End { rows: count })?;
        out.flush().map_err(StoreError::Unwritten)?;
        Ok(count)
    }
}

/// The values of a row, in the order of its columns.
pub(crate) fn values(row: &AnyRow) -> Result<Vec<Json>, StoreError> {
    (0..row.columns().len())
        .map(|place| {
            let value = row.try_get_raw(place)?;
            if value.is_null() {
                return Ok(Json::Null);
            }
            let kind = value.type_info().kind();
            Ok(match kind {
                AnyTypeInfoKind::Text => Json::from(row.try_get::<String, _>(place)?),
                _ => Json::from(row.try_get::<i64, _>(place)?),
            })
        })
        .collect()
}

fn line(out: &mut (dyn Write + Send), value: &impl Serialize) -> Result<(), StoreError> {
    let mut text = crate::sql::json(value)?;
    text.push('\n');
    out.write_all(text.as_bytes()).map_err(StoreError::Unwritten)
}

pub(crate) fn wrong(why: &str) -> StoreError {
    StoreError::Backup(why.to_owned())
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::sql::{Read as _, Sql};
    use crate::{AuditKey, Deed, NewAccount, Person, Verified, Witness};

    /// Tables that are left out.
    const LEFT_OUT: [&str; 3] = ["failure", "schema_step", "session"];

    async fn store(folder: &tempfile::TempDir, name: &str) -> Store {
        Store::open(folder.path().join(name).to_str().unwrap())
            .await
            .unwrap()
    }

    async fn filled(folder: &tempfile::TempDir) -> Store {
        let store = store(folder, "full.db").await;
        let mut writing = store.write_alone().await.unwrap();
        let at = Timestamp::from_second(1_800_000_000).unwrap();
        writing.department_named("Radiology").await.unwrap();
        let person = Person {
            id: 0,
            name: "Mira".to_owned(),
            email: None,
            department: Some(1),
            active: true,
        };
        let person = writing.add_person(&person).await.unwrap();
        let account = NewAccount {
            person,
            name: "mira".to_owned(),
            role: "admin".to_owned(),
            password: "hash".to_owned(),
            created: at,
        };
        writing.add_account(&account).await.unwrap();
        writing.commit().await.unwrap();
        for subject in ["one", "two", "three"] {
            let deed = Deed {
                subject: subject.to_owned(),
                ..Deed::default()
            };
            store.audit(&AuditKey([7; 32]), &deed, at).await.unwrap();
        }
        store
    }

    #[tokio::test]
    async fn every_table_is_in_it_or_named_as_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder, "empty.db").await;
        let sql = Sql::new(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name",
        );
        let rows = sql.all(&mut store.reader().await.unwrap()).await.unwrap();
        let there: Vec<String> = rows.iter().map(|row| row.text("name").unwrap()).collect();
        let mut named: Vec<&str> = TABLES.into_iter().chain(LEFT_OUT).collect();
        named.sort_unstable();
        assert_eq!(there, named);
    }

    #[tokio::test]
    async fn what_was_written_is_put_back() {
        let folder = tempfile::tempdir().unwrap();
        let full = filled(&folder).await;
        let mut file = Vec::new();
        let rows = full.backup(&mut file).await.unwrap();
        let other = store(&folder, "other.db").await;
        assert_eq!(other.restore(&mut file.as_slice()).await.unwrap(), rows);
        let page = crate::Page::first(50);
        assert_eq!(
            other.accounts(&page).await.unwrap(),
            full.accounts(&page).await.unwrap()
        );
        let key = AuditKey([7; 32]);
        assert!(matches!(
            other.verify_audit(&key, None).await.unwrap(),
            Verified::Whole { rows: 3, .. }
        ));
        let mut again = Vec::new();
        other.backup(&mut again).await.unwrap();
        assert_eq!(again, file);
        // What is new afterwards has a number of its own.
        let mut writing = other.write().await.unwrap();
        assert_eq!(writing.department_named("Surgery").await.unwrap(), 2);
        writing.commit().await.unwrap();
        assert!(matches!(
            other.restore(&mut file.as_slice()).await,
            Err(StoreError::Conflict(_))
        ));
    }

    #[tokio::test]
    async fn a_file_that_was_cut_off_or_made_up_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = Vec::new();
        filled(&folder).await.backup(&mut file).await.unwrap();
        let text = String::from_utf8(file).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let other = store(&folder, "other.db").await;
        let without_last = lines[..lines.len() - 1].join("\n");
        let without_one = text.replacen(&format!("{}\n", lines[2]), "", 1);
        let newer = text.replace("\"step\":", "\"step\":9");
        for hostile in [
            "",
            "{}",
            "[1]\n",
            &without_last,
            &without_one,
            &newer,
            &text.replace("\"name\"", "\"name) VALUES (1); --\""),
            &text.replace("\"table\":\"department\"", "\"table\":\"sqlite_master\""),
        ] {
            let refused = other.restore(&mut hostile.as_bytes()).await;
            assert!(refused.is_err(), "{hostile}");
            assert!(!other.has_accounts().await.unwrap());
        }
    }

    #[tokio::test]
    async fn whoever_changes_the_log_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let full = filled(&folder).await;
        let key = AuditKey([7; 32]);
        let Verified::Whole { last, .. } = full.verify_audit(&key, None).await.unwrap() else {
            panic!("it is not whole");
        };
        let noted = format!("3:{last}");
        for (deed, broken) in [
            ("UPDATE audit SET subject = 'two!' WHERE place = 2", 2),
            ("UPDATE audit SET at = at + 1 WHERE place = 1", 1),
            ("DELETE FROM audit WHERE place = 2", 2),
            ("DELETE FROM audit WHERE place = 3", 3),
            ("DELETE FROM audit", 1),
            ("DELETE FROM audit_end", 4),
            ("UPDATE audit_end SET place = 2", 2),
            ("UPDATE audit_end SET mac = 'none'", 3),
            ("UPDATE audit SET place = place + 1 WHERE place = 3", 3),
            (
                "UPDATE audit SET mac = (SELECT mac FROM audit WHERE place = 1) WHERE place = 2",
                2,
            ),
        ] {
            let mut file = Vec::new();
            full.backup(&mut file).await.unwrap();
            let folder = tempfile::tempdir().unwrap();
            let other = store(&folder, "other.db").await;
            other.restore(&mut file.as_slice()).await.unwrap();
            let mut writing = other.write().await.unwrap();
            Sql::new(deed).run(writing.connection()).await.unwrap();
            writing.commit().await.unwrap();
            for noted in [None, Witness::parse(&noted)] {
                let found = other.verify_audit(&key, noted.as_ref()).await.unwrap();
                assert!(
                    matches!(found, Verified::Broken { place, .. } if place == broken),
                    "{deed}: {found:?}"
                );
            }
        }
        // Nor can a log be made up without the key.
        assert!(matches!(
            full.verify_audit(&AuditKey([8; 32]), None).await.unwrap(),
            Verified::Broken { place: 1, .. }
        ));
    }
}

//! What `backup` wrote, put into a database in which nothing is remembered yet. The file is not trusted.

use std::io::{self, BufRead};

use serde_json::Value as Json;
use sqlx::{Any, AssertSqlSafe};

use crate::backup::{End, FORM, Head, SCHEMA, Table, wrong};
use crate::sql::{Read as _, Sql};
use crate::tables::TABLES;
use crate::{Dialect, Store, StoreError, Writing, migration};

/// So many rows go into one statement,
const AT_ONCE: usize = 200;
/// with so many values at most.
const MOST_VALUES: usize = 16_000;
/// A line of a backup is one row, and no row comes near this.
const LONGEST: u64 = 64 << 20;

impl Store {
    /// Puts what was written into a database in which nothing is remembered yet: all of it, or nothing. How many rows.
    ///
    /// # Errors
    /// When something is remembered already, the file is none or was cut off, or a newer Holter has written it.
    pub async fn restore(&self, input: &mut (dyn BufRead + Send)) -> Result<u64, StoreError> {
        let head = line(input)?.ok_or_else(|| wrong("it is empty"))?;
        let head = known(&head)?;
        let mut writing = self.write_alone().await?;
        for table in TABLES {
            let mut sql = Sql::new("SELECT 1 AS there FROM ");
            sql.add(table).add(" LIMIT 1");
            if !sql.all(writing.connection()).await?.is_empty() {
                return Err(StoreError::Conflict(format!(
                    "something is remembered in this database already (in {table}): restore into one that is empty"
                )));
            }
        }
        let mut restoring = Restoring::default();
        loop {
            let value: Json = read(input)?.ok_or_else(|| wrong("its end is missing: it was cut off"))?;
            match value {
                Json::Array(row) => restoring.row(&mut writing, row).await?,
                value if value.get("table").is_some() => {
                    let table: Table =
                        serde_json::from_value(value).map_err(|error| wrong(&error.to_string()))?;
                    restoring.begin(&mut writing, table).await?;
                }
                value => {
                    let end: End =
                        serde_json::from_value(value).map_err(|error| wrong(&error.to_string()))?;
                    restoring.end(&mut writing).await?;
                    if end.rows != restoring.count {
                        return Err(wrong("rows are missing in it"));
                    }
                    if head.step < migration::PLACES {
                        writing.place_interfaces().await?;
                    }
                    break;
                }
            }
        }
        writing.commit().await?;
        Ok(restoring.count)
    }
}

/// A file on its way into the database.
#[derive(Default)]
struct Restoring {
    table: Option<(&'static str, Vec<String>)>,
    waiting: Vec<Vec<Json>>,
    /// Assets that turned out to be others, which may come later: they are told of when all are there.
    merged: Vec<(i64, i64)>,
    count: u64,
}

impl Restoring {
    async fn begin(&mut self, writing: &mut Writing, table: Table) -> Result<(), StoreError> {
        self.end(writing).await?;
        let known = TABLES.into_iter().find(|known| *known == table.table);
        let known = known.ok_or_else(|| wrong(&format!("there is no table {:?}", table.table)))?;
        let plain = |name: &String| {
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
        };
        if !table.columns.iter().all(plain) {
            return Err(wrong("a column has a name that is none"));
        }
        self.table = Some((known, table.columns));
        Ok(())
    }

    async fn row(&mut self, writing: &mut Writing, mut row: Vec<Json>) -> Result<(), StoreError> {
        let Some((table, columns)) = &self.table else {
            return Err(wrong("a row stands before its table"));
        };
        if row.len() != columns.len() {
            return Err(wrong("a row has not as many values as its table has columns"));
        }
        if *table == "asset" {
            let place = |name: &str| columns.iter().position(|column| column == name);
            let id = place("id").and_then(|at| row.get(at)).and_then(Json::as_i64);
            if let Some(into) = place("merged_into").and_then(|at| row.get_mut(at))
                && let Some((id, other)) = id.zip(into.as_i64())
            {
                self.merged.push((id, other));
                *into = Json::Null;
            }
        }
        let full = (self.waiting.len() + 1) * columns.len() > MOST_VALUES || self.waiting.len() >= AT_ONCE;
        if full {
            self.write(writing).await?;
        }
        self.waiting.push(row);
        self.count += 1;
        Ok(())
    }

    async fn write(&mut self, writing: &mut Writing) -> Result<(), StoreError> {
        let Some((table, columns)) = self.table.as_ref().filter(|_| !self.waiting.is_empty()) else {
            return Ok(());
        };
        let mut number = 0;
        let rows: Vec<String> = self
            .waiting
            .iter()
            .map(|row| {
                let places = row.iter().map(|value| {
                    if value.is_null() {
                        return "NULL".to_owned();
                    }
                    number += 1;
                    format!("${number}")
                });
                format!("({})", places.collect::<Vec<_>>().join(", "))
            })
            .collect();
        // Names were looked at when the table began, and values are bound.
        let text = format!(
            "INSERT INTO {table} ({}) VALUES {}",
            columns.join(", "),
            rows.join(", ")
        );
        let mut query = sqlx::query::<Any>(AssertSqlSafe(text));
        for value in std::mem::take(&mut self.waiting).into_iter().flatten() {
            query = match value {
                Json::Null => query,
                Json::String(text) => query.bind(text),
                value => query.bind(
                    value
                        .as_i64()
                        .ok_or_else(|| wrong("a value is neither a number nor a text"))?,
                ),
            };
        }
        query.execute(writing.connection()).await?;
        Ok(())
    }

    /// Ends a table.
    async fn end(&mut self, writing: &mut Writing) -> Result<(), StoreError> {
        self.write(writing).await?;
        for (id, into) in std::mem::take(&mut self.merged) {
            let mut sql = Sql::new("UPDATE asset SET merged_into = ");
            sql.bind(into).add(" WHERE id = ").bind(id);
            sql.run(writing.connection()).await?;
        }
        if let Some((table, columns)) = self.table.take()
            && writing.dialect() == Dialect::Postgres
            && columns.iter().any(|column| column == "id")
        {
            let mut sql = Sql::new("SELECT setval(pg_get_serial_sequence('");
            sql.add(table)
                .add("', 'id'), (SELECT COALESCE(MAX(id), 1) FROM ")
                .add(table)
                .add(")) AS at");
            let rows = sql.all(writing.connection()).await?;
            rows.first().map(|row| row.number("at")).transpose()?;
        }
        Ok(())
    }
}

/// The first line, where it is one that this Holter can go by.
fn known(line: &[u8]) -> Result<Head, StoreError> {
    let other = || wrong("it is not what `holter backup` writes");
    let newer = || wrong("a newer Holter has written it; restore it with that one");
    let head: Json = serde_json::from_slice(line).map_err(|_| other())?;
    let schema = head.get("schema").and_then(Json::as_str).unwrap_or_default();
    if !schema.starts_with(FORM) {
        return Err(other());
    }
    if schema != SCHEMA {
        return Err(newer());
    }
    let head: Head = serde_json::from_value(head).map_err(|_| other())?;
    if head.step > migration::latest() {
        return Err(newer());
    }
    Ok(head)
}

fn read<T: serde::de::DeserializeOwned>(input: &mut (dyn BufRead + Send)) -> Result<Option<T>, StoreError> {
    let read = |text: Vec<u8>| {
        serde_json::from_slice(&text).map_err(|error| wrong(&format!("a line that is no JSON: {error}")))
    };
    line(input)?.map(read).transpose()
}

fn line(input: &mut (dyn BufRead + Send)) -> Result<Option<Vec<u8>>, StoreError> {
    let mut text = Vec::new();
    let length = io::Read::take(input, LONGEST)
        .read_until(b'\n', &mut text)
        .map_err(|error| wrong(&error.to_string()))?;
    if u64::try_from(length).is_ok_and(|length| length == LONGEST) {
        return Err(wrong(
            "a line of it is longer than any that `holter backup` writes",
        ));
    }
    Ok((length > 0).then_some(text))
}

//! A statement that is put together of constant pieces, for lists with filters. Values are always bound.

use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, AnyConnection, AssertSqlSafe, Row as _};

use crate::StoreError;

/// A value that is bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    Number(i64),
    Text(String),
    NoNumber,
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<Option<i64>> for Value {
    fn from(number: Option<i64>) -> Self {
        number.map_or(Self::NoNumber, Self::Number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(kept(&text))
    }
}

/// A statement with its values.
#[derive(Clone, Debug)]
pub(crate) struct Sql {
    text: String,
    values: Vec<Value>,
}

impl Sql {
    pub(crate) fn new(text: &'static str) -> Self {
        Self {
            text: text.to_owned(),
            values: Vec::new(),
        }
    }

    /// Adds a constant piece.
    pub(crate) fn add(&mut self, text: &'static str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Adds a place for a value.
    pub(crate) fn bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.values.push(value.into());
        self.text.push('$');
        self.text.push_str(&self.values.len().to_string());
        self
    }

    /// Adds places for the numbers of an IN: `($1, $2)`. Of none, nothing is found.
    pub(crate) fn numbers(&mut self, numbers: impl IntoIterator<Item = i64>) -> &mut Self {
        self.add("(NULL");
        for number in numbers {
            self.add(", ").bind(number);
        }
        self.add(")")
    }

    /// Adds rows of values for an INSERT: `($1, $2), ($3, $4)`.
    pub(crate) fn rows(&mut self, rows: impl IntoIterator<Item = Vec<Value>>) -> &mut Self {
        for (number, row) in rows.into_iter().enumerate() {
            self.add(if number == 0 { " (" } else { ", (" });
            for (place, value) in row.into_iter().enumerate() {
                if place > 0 {
                    self.add(", ");
                }
                self.bind(value);
            }
            self.add(")");
        }
        self
    }

    pub(crate) async fn all(self, connection: &mut AnyConnection) -> Result<Vec<AnyRow>, StoreError> {
        Ok(self.ready().fetch_all(connection).await?)
    }

    pub(crate) async fn run(self, connection: &mut AnyConnection) -> Result<u64, StoreError> {
        Ok(self.ready().execute(connection).await?.rows_affected())
    }

    fn ready(self) -> Query<'static, Any, AnyArguments> {
        let mut query = sqlx::query(AssertSqlSafe(self.text));
        for value in self.values {
            query = match value {
                Value::Number(number) => query.bind(number),
                Value::Text(text) => query.bind(text),
                Value::NoNumber => query.bind(None::<i64>),
            };
        }
        query
    }
}

/// A row, read by the names of its columns.
pub(crate) trait Read {
    fn number(&self, column: &str) -> Result<i64, StoreError>;
    fn maybe_number(&self, column: &str) -> Result<Option<i64>, StoreError>;
    fn text(&self, column: &str) -> Result<String, StoreError>;
    fn maybe_text(&self, column: &str) -> Result<Option<String>, StoreError>;

    /// A count, or something else that is never less than nothing.
    fn count(&self, column: &str) -> Result<u64, StoreError> {
        Ok(u64::try_from(self.number(column)?).unwrap_or(0))
    }

    fn truth(&self, column: &str) -> Result<bool, StoreError> {
        Ok(self.number(column)? != 0)
    }

    fn maybe_truth(&self, column: &str) -> Result<Option<bool>, StoreError> {
        Ok(self.maybe_number(column)?.map(|number| number != 0))
    }

    fn moment(&self, column: &str) -> Result<jiff::Timestamp, StoreError> {
        self.number(column).map(crate::moment::timestamp)
    }

    fn maybe_moment(&self, column: &str) -> Result<Option<jiff::Timestamp>, StoreError> {
        Ok(self.maybe_number(column)?.map(crate::moment::timestamp))
    }

    /// What is kept as JSON.
    fn json<T: serde::de::DeserializeOwned>(&self, column: &'static str) -> Result<T, StoreError> {
        serde_json::from_str(&self.text(column)?).map_err(|error| StoreError::Unreadable {
            what: column,
            why: error.to_string(),
        })
    }
}

impl Read for AnyRow {
    fn number(&self, column: &str) -> Result<i64, StoreError> {
        Ok(self.try_get(column)?)
    }

    fn maybe_number(&self, column: &str) -> Result<Option<i64>, StoreError> {
        Ok(self.try_get(column)?)
    }

    fn text(&self, column: &str) -> Result<String, StoreError> {
        Ok(self.try_get(column)?)
    }

    fn maybe_text(&self, column: &str) -> Result<Option<String>, StoreError> {
        Ok(self.try_get(column)?)
    }
}

/// A text as it is kept: PostgreSQL holds no NUL in one, and only hostile texts have one.
pub(crate) fn kept(text: &str) -> String {
    text.replace('\0', "")
}

/// A name as it is kept: nobody's is longer, and an index takes no more of a hostile one.
pub(crate) fn short(name: &str) -> String {
    const MOST: usize = 200;
    name.trim()
        .chars()
        .filter(|letter| *letter != '\0')
        .take(MOST)
        .collect()
}

/// A value as it is kept as JSON.
pub(crate) fn json(value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Unreadable {
        what: "something to keep",
        why: error.to_string(),
    })
}

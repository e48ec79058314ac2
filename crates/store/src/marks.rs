//! Marks: what an asset is known by when it shows up again somewhere else.

use jiff::Timestamp;
use sqlx::any::AnyRow;

use crate::moment::micros;
use crate::sql::{Read as _, Sql, short};
use crate::{Store, StoreError, Writing};

/// Something that an asset is known by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// "address", "name", "key" (SHA-256 of a public key), "host_key", "import" (an id in somebody's list).
    pub kind: String,
    /// What it is.
    pub value: String,
    /// The asset.
    pub asset: i64,
    /// When it was first seen there.
    pub first_seen: Timestamp,
    /// When it was last seen there.
    pub last_seen: Timestamp,
}

const COLUMNS: &str = "SELECT kind, value, asset, first_seen, last_seen FROM asset_mark";

impl Writing {
    /// Notes that an asset is known by this; true where that is new.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn mark_asset(
        &mut self,
        asset: i64,
        kind: &str,
        value: &str,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        // Of a name that nobody has, an index takes no more than this.
        let short = short(value);
        let value = short.as_str();
        let mut sql = Sql::new("UPDATE asset_mark SET last_seen = ");
        sql.bind(micros(at)).add(" WHERE kind = ").bind(kind);
        sql.add(" AND value = ")
            .bind(value)
            .add(" AND asset = ")
            .bind(asset);
        if sql.run(self.connection()).await? > 0 {
            return Ok(false);
        }
        let mut sql = Sql::new("INSERT INTO asset_mark (kind, value, asset, first_seen, last_seen) VALUES");
        sql.rows([vec![
            kind.into(),
            value.into(),
            asset.into(),
            micros(at).into(),
            micros(at).into(),
        ]]);
        sql.run(self.connection()).await?;
        if matches!(kind, "address" | "name") {
            self.refresh_search(asset).await?;
        }
        Ok(true)
    }

    /// Who is known by this.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn marked(&mut self, kind: &str, value: &str) -> Result<Vec<Mark>, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        sql.add(" WHERE kind = ")
            .bind(kind)
            .add(" AND value = ")
            .bind(short(value));
        sql.add(" ORDER BY asset");
        sql.all(self.connection()).await?.iter().map(mark).collect()
    }

    /// What an asset is known by.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn marks_of(&mut self, asset: i64) -> Result<Vec<Mark>, StoreError> {
        of(asset).all(self.connection()).await?.iter().map(mark).collect()
    }

    /// Takes a mark away from an asset: it was another one's.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn unmark_asset(&mut self, asset: i64, kind: &str, value: &str) -> Result<(), StoreError> {
        let mut sql = Sql::new("DELETE FROM asset_mark WHERE kind = ");
        sql.bind(kind).add(" AND value = ").bind(short(value));
        sql.add(" AND asset = ").bind(asset);
        sql.run(self.connection()).await.map(drop)
    }
}

impl Store {
    /// Whether anything is known by this.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn is_marked(&self, kind: &str, value: &str) -> Result<bool, StoreError> {
        Ok(!self.marked(kind, value).await?.is_empty())
    }

    /// The assets that are known by this.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn marked(&self, kind: &str, value: &str) -> Result<Vec<Mark>, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        sql.add(" WHERE kind = ")
            .bind(kind)
            .add(" AND value = ")
            .bind(short(value));
        sql.add(" ORDER BY asset LIMIT 20");
        let rows = sql.all(&mut *self.reader().await?).await?;
        rows.iter().map(mark).collect()
    }

    /// What an asset is known by.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn marks(&self, asset: i64) -> Result<Vec<Mark>, StoreError> {
        let rows = of(asset).all(&mut *self.reader().await?).await?;
        rows.iter().map(mark).collect()
    }
}

fn of(asset: i64) -> Sql {
    let mut sql = Sql::new(COLUMNS);
    sql.add(" WHERE asset = ")
        .bind(asset)
        .add(" ORDER BY kind, value");
    sql
}

fn mark(row: &AnyRow) -> Result<Mark, StoreError> {
    Ok(Mark {
        kind: row.text("kind")?,
        value: row.text("value")?,
        asset: row.number("asset")?,
        first_seen: row.moment("first_seen")?,
        last_seen: row.moment("last_seen")?,
    })
}

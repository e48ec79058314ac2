//! Tokens of the API: what scripts come in with. Only their hashes are here.

use jiff::Timestamp;
use sqlx::any::AnyRow;

use crate::accounts::{self, Account};
use crate::moment::micros;
use crate::sql::{Read as _, Sql};
use crate::{Store, StoreError, Writing};

/// A token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiToken {
    /// Its number.
    pub id: i64,
    /// Whose it is.
    pub account: i64,
    /// What for.
    pub name: String,
    /// What it may do at most.
    pub role: String,
    /// When it was made.
    pub created: Timestamp,
    /// When it ends.
    pub expires: Timestamp,
    /// When it was last used, to the minute or so.
    pub used: Option<Timestamp>,
}

const COLUMNS: &str = "SELECT id, account, name, role, created, expires, used FROM api_token";

impl Writing {
    /// Adds a token, and forgets those of its account that are over; its `id` is not looked at.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn add_api_token(&mut self, token: &ApiToken, hash: &str) -> Result<i64, StoreError> {
        let mut over = Sql::new("DELETE FROM api_token WHERE account = ");
        over.bind(token.account);
        over.add(" AND expires < ").bind(micros(token.created));
        over.run(self.connection()).await?;
        let mut sql = Sql::new("INSERT INTO api_token (hash, account, name, role, created, expires) VALUES");
        sql.rows([vec![
            hash.into(),
            token.account.into(),
            token.name.as_str().into(),
            token.role.as_str().into(),
            micros(token.created).into(),
            micros(token.expires).into(),
        ]]);
        sql.add(" RETURNING id");
        self.one_number(sql).await
    }

    /// How many tokens of this account are not over.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn live_api_tokens(&mut self, account: i64, now: Timestamp) -> Result<u64, StoreError> {
        let mut sql = Sql::new("SELECT COUNT(*) AS tokens FROM api_token WHERE account = ");
        sql.bind(account).add(" AND expires > ").bind(micros(now));
        let rows = sql.all(self.connection()).await?;
        rows.first().map_or(Ok(0), |row| row.count("tokens"))
    }

    /// Takes a token of this account back.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn end_api_token(&mut self, account: i64, id: i64) -> Result<bool, StoreError> {
        let mut sql = Sql::new("DELETE FROM api_token WHERE id = ");
        sql.bind(id).add(" AND account = ").bind(account);
        Ok(sql.run(self.connection()).await? == 1)
    }

    /// Notes that a token is used.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn use_api_token(&mut self, id: i64, at: Timestamp) -> Result<(), StoreError> {
        let mut sql = Sql::new("UPDATE api_token SET used = ");
        sql.bind(micros(at)).add(" WHERE id = ").bind(id);
        sql.run(self.connection()).await.map(drop)
    }
}

impl Store {
    /// The token with this hash and whose it is, if it is not over.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn api_token(
        &self,
        hash: &str,
        now: Timestamp,
    ) -> Result<Option<(ApiToken, Account)>, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        sql.add(" WHERE hash = ").bind(hash);
        sql.add(" AND expires > ").bind(micros(now));
        let mut reader = self.reader().await?;
        let rows = sql.all(&mut reader).await?;
        let Some(token) = rows.first().map(token).transpose()? else {
            return Ok(None);
        };
        let mut sql = Sql::new(accounts::columns());
        sql.add(" WHERE account.active = 1 AND account.id = ")
            .bind(token.account);
        let rows = sql.all(&mut reader).await?;
        let account = rows.first().map(accounts::account).transpose()?;
        Ok(account.map(|account| (token, account)))
    }

    /// The tokens of an account, all of them: what is not shown is not taken back.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn api_tokens(&self, account: i64) -> Result<Vec<ApiToken>, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        sql.add(" WHERE account = ").bind(account).add(" ORDER BY id");
        let rows = sql.all(&mut *self.reader().await?).await?;
        rows.iter().map(token).collect()
    }
}

fn token(row: &AnyRow) -> Result<ApiToken, StoreError> {
    Ok(ApiToken {
        id: row.number("id")?,
        account: row.number("account")?,
        name: row.text("name")?,
        role: row.text("role")?,
        created: row.moment("created")?,
        expires: row.moment("expires")?,
        used: row.maybe_moment("used")?,
    })
}

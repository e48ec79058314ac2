//! Sessions, and links that open once. Of their tokens only hashes are here.

use jiff::Timestamp;
use sqlx::any::AnyRow;

use crate::accounts::{self, Account};
use crate::moment::micros;
use crate::sql::{Read as _, Sql};
use crate::{Store, StoreError, Writing};

/// A session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The hash of its token.
    pub hash: String,
    /// Whose it is.
    pub account: i64,
    /// When it began.
    pub created: Timestamp,
    /// When it was last used, to the minute or so.
    pub seen: Timestamp,
    /// When it ends at the latest.
    pub expires: Timestamp,
    /// Where it was opened from.
    pub address: String,
    /// What the browser said it was.
    pub agent: String,
}

const COLUMNS: &str = "SELECT hash, account, created, seen, expires, address, agent FROM session";

impl Writing {
    /// Opens a session, and forgets those that are over.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn open_session(&mut self, session: &Session) -> Result<(), StoreError> {
        let mut over = Sql::new("DELETE FROM session WHERE expires < ");
        over.bind(micros(session.created));
        over.run(self.connection()).await?;
        let mut sql =
            Sql::new("INSERT INTO session (hash, account, created, seen, expires, address, agent) VALUES");
        sql.rows([vec![
            session.hash.as_str().into(),
            session.account.into(),
            micros(session.created).into(),
            micros(session.seen).into(),
            micros(session.expires).into(),
            session.address.as_str().into(),
            session.agent.as_str().into(),
        ]]);
        sql.run(self.connection()).await.map(drop)
    }

    /// Notes that a session is used.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn use_session(&mut self, hash: &str, at: Timestamp) -> Result<(), StoreError> {
        let mut sql = Sql::new("UPDATE session SET seen = ");
        sql.bind(micros(at)).add(" WHERE hash = ").bind(hash);
        sql.run(self.connection()).await.map(drop)
    }

    /// Ends a session.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn end_session(&mut self, hash: &str) -> Result<(), StoreError> {
        let mut sql = Sql::new("DELETE FROM session WHERE hash = ");
        sql.bind(hash);
        sql.run(self.connection()).await.map(drop)
    }

    /// Ends all sessions of an account.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn end_sessions(&mut self, account: i64) -> Result<(), StoreError> {
        let mut sql = Sql::new("DELETE FROM session WHERE account = ");
        sql.bind(account);
        sql.run(self.connection()).await.map(drop)
    }

    /// Makes a link that opens once; one of before no longer does.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn invite(
        &mut self,
        account: i64,
        hash: &str,
        now: Timestamp,
        expires: Timestamp,
    ) -> Result<(), StoreError> {
        let mut sql = Sql::new("DELETE FROM invitation WHERE account = ");
        sql.bind(account);
        sql.run(self.connection()).await?;
        let mut sql = Sql::new("INSERT INTO invitation (hash, account, created, expires) VALUES");
        sql.rows([vec![
            hash.into(),
            account.into(),
            micros(now).into(),
            micros(expires).into(),
        ]]);
        sql.run(self.connection()).await.map(drop)
    }
}

impl Store {
    /// The session with this hash and whose it is, if it is not over.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn session(
        &self,
        hash: &str,
        now: Timestamp,
    ) -> Result<Option<(Session, Account)>, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        sql.add(" WHERE hash = ").bind(hash);
        sql.add(" AND expires > ").bind(micros(now));
        let mut reader = self.reader().await?;
        let rows = sql.all(&mut reader).await?;
        let Some(session) = rows.first().map(session).transpose()? else {
            return Ok(None);
        };
        let mut sql = Sql::new(accounts::columns());
        sql.add(" WHERE account.active = 1 AND account.id = ")
            .bind(session.account);
        let rows = sql.all(&mut reader).await?;
        let account = rows.first().map(accounts::account).transpose()?;
        Ok(account.map(|account| (session, account)))
    }

    /// The sessions of an account that are not over: the latest so many, the latest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn sessions(
        &self,
        account: i64,
        now: Timestamp,
        most: u32,
    ) -> Result<Vec<Session>, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        sql.add(" WHERE account = ").bind(account);
        sql.add(" AND expires > ").bind(micros(now));
        sql.add(" ORDER BY created DESC LIMIT ").bind(i64::from(most));
        let rows = sql.all(&mut *self.reader().await?).await?;
        rows.iter().map(session).collect()
    }

    /// How many sessions of an account are not over.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn session_count(&self, account: i64, now: Timestamp) -> Result<u64, StoreError> {
        let mut sql = Sql::new("SELECT COUNT(*) AS sessions FROM session WHERE account = ");
        sql.bind(account).add(" AND expires > ").bind(micros(now));
        let rows = sql.all(&mut *self.reader().await?).await?;
        rows.first().map_or(Ok(0), |row| row.count("sessions"))
    }

    /// Whom a link invites, if it has not been used and is not over.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn invited(&self, hash: &str, now: Timestamp) -> Result<Option<Account>, StoreError> {
        let mut sql = Sql::new(accounts::columns());
        sql.add(" JOIN invitation ON invitation.account = account.id WHERE invitation.hash = ")
            .bind(hash);
        sql.add(" AND account.active = 1 AND invitation.expires > ")
            .bind(micros(now));
        let rows = sql.all(&mut *self.reader().await?).await?;
        rows.first().map(accounts::account).transpose()
    }
}

fn session(row: &AnyRow) -> Result<Session, StoreError> {
    Ok(Session {
        hash: row.text("hash")?,
        account: row.number("account")?,
        created: row.moment("created")?,
        seen: row.moment("seen")?,
        expires: row.moment("expires")?,
        address: row.text("address")?,
        agent: row.text("agent")?,
    })
}

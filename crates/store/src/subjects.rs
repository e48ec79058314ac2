//! Whom a provider of sign-ins vouches for: its own name of somebody, bound to an account of ours.

use jiff::Timestamp;
use sqlx::any::AnyRow;

use crate::accounts::{self, Account};
use crate::moment::micros;
use crate::sql::{Read as _, Sql};
use crate::{Store, StoreError, Writing};

/// Somebody as a provider names them: for good, unlike an address for e-mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The provider.
    pub issuer: String,
    /// What it calls them.
    pub subject: String,
}

impl Writing {
    /// Binds a subject to an account; one that it was bound to before no longer is.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn bind_subject(
        &mut self,
        subject: &Subject,
        account: i64,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut sql = Sql::new("INSERT INTO subject (issuer, subject, account, bound) VALUES");
        sql.rows([vec![
            subject.issuer.as_str().into(),
            subject.subject.as_str().into(),
            account.into(),
            micros(at).into(),
        ]]);
        sql.add(
            " ON CONFLICT (issuer, subject) DO UPDATE SET account = excluded.account, bound = excluded.bound",
        );
        sql.run(self.connection()).await.map(drop)
    }

    /// Lets go of whatever is bound to an account: how many there were.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn free_subjects(&mut self, account: i64) -> Result<u64, StoreError> {
        let mut sql = Sql::new("DELETE FROM subject WHERE account = ");
        sql.bind(account);
        sql.run(self.connection()).await
    }
}

impl Store {
    /// The account that a subject is bound to, whether it opens anything or not.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn account_of_subject(&self, subject: &Subject) -> Result<Option<Account>, StoreError> {
        let mut sql = Sql::new(accounts::columns());
        sql.add(" JOIN subject ON subject.account = account.id WHERE subject.issuer = ")
            .bind(subject.issuer.as_str());
        sql.add(" AND subject.subject = ").bind(subject.subject.as_str());
        let rows = sql.all(&mut *self.reader().await?).await?;
        rows.first().map(accounts::account).transpose()
    }

    /// What is bound to an account.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn subjects(&self, account: i64) -> Result<Vec<Subject>, StoreError> {
        let mut sql = Sql::new("SELECT issuer, subject FROM subject WHERE account = ");
        sql.bind(account).add(" ORDER BY issuer, subject LIMIT 100");
        let rows = sql.all(&mut *self.reader().await?).await?;
        let subject = |row: &AnyRow| {
            Ok(Subject {
                issuer: row.text("issuer")?,
                subject: row.text("subject")?,
            })
        };
        rows.iter().map(subject).collect()
    }
}

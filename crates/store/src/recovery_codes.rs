//! Codes that open once in place of one-time codes, for whoever has lost the telephone. Only their hashes are here.

use crate::sql::{Read as _, Sql};
use crate::{Store, StoreError, Writing};

impl Writing {
    /// Gives an account these codes and no others.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn set_recovery_codes(&mut self, account: i64, hashes: &[String]) -> Result<(), StoreError> {
        let mut sql = Sql::new("DELETE FROM recovery_code WHERE account = ");
        sql.bind(account);
        sql.run(self.connection()).await?;
        if hashes.is_empty() {
            return Ok(());
        }
        let mut sql = Sql::new("INSERT INTO recovery_code (hash, account) VALUES");
        sql.rows(
            hashes
                .iter()
                .map(|hash| vec![hash.as_str().into(), account.into()]),
        );
        sql.run(self.connection()).await.map(drop)
    }

    /// Uses a code up. `false`: there is none such any more.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn use_recovery_code(&mut self, account: i64, hash: &str) -> Result<bool, StoreError> {
        let mut sql = Sql::new("DELETE FROM recovery_code WHERE hash = ");
        sql.bind(hash).add(" AND account = ").bind(account);
        Ok(sql.run(self.connection()).await? == 1)
    }
}

impl Store {
    /// How many codes an account has left.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn recovery_codes(&self, account: i64) -> Result<u64, StoreError> {
        let mut sql = Sql::new("SELECT COUNT(*) AS number FROM recovery_code WHERE account = ");
        sql.bind(account);
        let rows = sql.all(&mut *self.reader().await?).await?;
        rows.first().map_or(Ok(0), |row| row.count("number"))
    }
}

//! Settings of the server: a name and a value.

use sqlx::AnyConnection;

use crate::sql::{Read as _, Sql};
use crate::{Store, StoreError, Writing};

impl Writing {
    /// Sets one.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn set_setting(&mut self, name: &str, value: &str) -> Result<(), StoreError> {
        let mut sql = Sql::new("INSERT INTO setting (name, value) VALUES");
        sql.rows([vec![name.into(), value.into()]]);
        sql.add(" ON CONFLICT (name) DO UPDATE SET value = excluded.value");
        sql.run(self.connection()).await.map(drop)
    }

    /// The value of one, where it has been set.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn setting(&mut self, name: &str) -> Result<Option<String>, StoreError> {
        value(name, self.connection()).await
    }
}

impl Store {
    /// The value of one, where it has been set.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn setting(&self, name: &str) -> Result<Option<String>, StoreError> {
        value(name, &mut *self.reader().await?).await
    }
}

async fn value(name: &str, connection: &mut AnyConnection) -> Result<Option<String>, StoreError> {
    let mut sql = Sql::new("SELECT value FROM setting WHERE name = ");
    sql.bind(name);
    let rows = sql.all(connection).await?;
    rows.first().map(|row| row.text("value")).transpose()
}

//! A transaction: all of it is remembered, or nothing.

use sqlx::{Any, AnyConnection, Transaction};

use crate::{Dialect, StoreError};

/// What is being written. Dropped without [`Writing::commit`], nothing of it was.
#[derive(Debug)]
pub struct Writing {
    transaction: Transaction<'static, Any>,
    dialect: Dialect,
}

impl Writing {
    pub(crate) const fn new(transaction: Transaction<'static, Any>, dialect: Dialect) -> Self {
        Self { transaction, dialect }
    }

    /// Makes it last. Only when this has returned is anything acknowledged.
    ///
    /// # Errors
    /// When the database does not answer; then it is not known whether it lasts.
    pub async fn commit(self) -> Result<(), StoreError> {
        Ok(self.transaction.commit().await?)
    }

    pub(crate) fn connection(&mut self) -> &mut AnyConnection {
        &mut self.transaction
    }

    pub(crate) const fn dialect(&self) -> Dialect {
        self.dialect
    }
}

//! A transaction: all of it is remembered, or nothing.

use sqlx::{Any, AnyConnection, Transaction};

use crate::store::REST;
use crate::tally::Tally;
use crate::{Dialect, StoreError};

/// What is being written. Dropped without [`Writing::commit`], nothing of it was.
#[derive(Debug)]
pub struct Writing {
    transaction: Transaction<'static, Any>,
    dialect: Dialect,
    /// What the tallies still have to hear.
    pub(crate) tally: Tally,
}

impl Writing {
    pub(crate) fn new(transaction: Transaction<'static, Any>, dialect: Dialect) -> Self {
        Self {
            transaction,
            dialect,
            tally: Tally::default(),
        }
    }

    /// Makes it last. Only when this has returned is anything acknowledged.
    ///
    /// # Errors
    /// When the database does not answer; then it is not known whether it lasts.
    pub async fn commit(mut self) -> Result<(), StoreError> {
        self.settle().await?;
        Ok(self.transaction.commit().await?)
    }

    /// The same for whoever writes one transaction after another: it rests afterwards, so that others, a person's click
    /// above all, have their turn. PostgreSQL has more than one writer.
    ///
    /// # Errors
    /// As [`Writing::commit`].
    pub async fn commit_and_rest(self) -> Result<(), StoreError> {
        let dialect = self.dialect;
        self.commit().await?;
        if dialect == Dialect::Sqlite {
            tokio::time::sleep(REST).await;
        }
        Ok(())
    }

    pub(crate) fn connection(&mut self) -> &mut AnyConnection {
        &mut self.transaction
    }

    pub(crate) const fn dialect(&self) -> Dialect {
        self.dialect
    }
}

//! The schema, step by step. It brings itself up to date, one process at a time, and refuses what a newer Holter wrote.

use std::collections::BTreeSet;

use sqlx::migrate::{Migrate as _, MigrateError, Migration, MigrationType, Migrator};
use sqlx::{AnyConnection, AssertSqlSafe, Connection as _, SqlSafeStr as _};

use crate::{Dialect, StoreError};

/// Where sqlx notes the steps that have been taken.
const TABLE: &str = "schema_step";

/// The step by which interfaces got their places.
pub(crate) const PLACES: i64 = 140;

/// The steps, in order. One that has been released is never changed: what it should have said is another step.
/// Up to 120, numbers below 100 are the inventory, scans and findings, those from 100 on people's accounts and what the
/// server itself remembers. Since then they rise with time: the last one says how new a database or a backup is.
pub(crate) const STEPS: &[(i64, &str, &str)] = &[
    (1, "assets", include_str!("../migrations/0001_assets.sql")),
    (2, "scans", include_str!("../migrations/0002_scans.sql")),
    (3, "findings", include_str!("../migrations/0003_findings.sql")),
    (10, "filters", include_str!("../migrations/0010_filters.sql")),
    (20, "sinks", include_str!("../migrations/0020_sinks.sql")),
    (100, "accounts", include_str!("../migrations/0100_accounts.sql")),
    (110, "doors", include_str!("../migrations/0110_doors.sql")),
    (120, "notices", include_str!("../migrations/0120_notices.sql")),
    (
        PLACES,
        "interface_places",
        include_str!("../migrations/0140_interface_places.sql"),
    ),
    (160, "audit_end", include_str!("../migrations/0160_audit_end.sql")),
];

/// The last step that this Holter knows.
pub(crate) fn latest() -> i64 {
    STEPS.iter().map(|(step, ..)| *step).max().unwrap_or(0)
}

/// Takes the steps that are missing. Where the database has a lock for it, it is held from the first look on, since even
/// the table of steps can be made by one at a time only; SQLite has none, so that there all steps are one transaction
/// that no other process writes beside.
pub(crate) async fn run(
    connection: &mut AnyConnection,
    dialect: Dialect,
    place: &str,
    steps: &[(i64, &'static str, &'static str)],
) -> Result<(), StoreError> {
    if dialect == Dialect::Postgres {
        return take(connection, dialect, place, steps).await;
    }
    let mut alone = connection.begin_with(dialect.begin()).await?;
    take(&mut alone, dialect, place, steps).await?;
    Ok(alone.commit().await?)
}

async fn take(
    connection: &mut AnyConnection,
    dialect: Dialect,
    place: &str,
    steps: &[(i64, &'static str, &'static str)],
) -> Result<(), StoreError> {
    let failed = |error: MigrateError| StoreError::Open {
        place: place.to_owned(),
        why: format!("its schema cannot be brought up to date: {error}"),
    };
    let known: BTreeSet<i64> = steps.iter().map(|(step, ..)| *step).collect();
    // Who fails closes the connection, and the lock with it.
    connection.lock().await.map_err(failed)?;
    connection.ensure_migrations_table(TABLE).await.map_err(failed)?;
    let taken = connection.list_applied_migrations(TABLE).await.map_err(failed)?;
    if let Some(newer) = taken.iter().find(|step| !known.contains(&step.version)) {
        return Err(StoreError::Newer {
            place: place.to_owned(),
            step: newer.version,
        });
    }
    let steps = steps.iter().map(|(step, name, text)| {
        let text = text.replace("{ID}", dialect.id());
        let text = AssertSqlSafe(text).into_sql_str();
        Migration::new(*step, (*name).into(), MigrationType::Simple, text, false)
    });
    let mut migrator = Migrator::with_migrations(steps.collect());
    migrator.dangerous_set_table_name(TABLE);
    migrator.set_locking(false);
    migrator
        .run_direct(None, connection, false)
        .await
        .map_err(failed)?;
    connection.unlock().await.map_err(failed)
}

#[cfg(test)]
mod tests;

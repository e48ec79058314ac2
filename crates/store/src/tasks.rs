//! Tasks: what only a person can decide.

use jiff::Timestamp;
use serde_json::Value as Json;
use sqlx::any::AnyRow;

use crate::moment::micros;
use crate::sql::{Read as _, Sql};
use crate::{Listed, Page, Store, StoreError, Writing};

/// A task that comes up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTask {
    /// What kind: a word of the program's.
    pub kind: String,
    /// What makes it the same task when it comes up again before it is done.
    pub key: String,
    /// The finding that it is about.
    pub finding: Option<i64>,
    /// The asset that it is about.
    pub asset: Option<i64>,
    /// The department that it is for.
    pub department: Option<i64>,
    /// What to decide, in words.
    pub text: String,
    /// What else belongs to it.
    pub detail: Json,
    /// When it came up.
    pub created: Timestamp,
}

/// A task as it is remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// Its number.
    pub id: i64,
    /// What it is.
    pub about: NewTask,
    /// When it was done.
    pub done_at: Option<Timestamp>,
    /// By whom.
    pub done_by: Option<i64>,
    /// What was decided.
    pub outcome: String,
}

const COLUMNS: &str = "SELECT id, kind, key, finding, asset, department, text, detail, created, done_at, done_by, outcome FROM task";

impl Writing {
    /// Adds a task; one that waits already is left as it is.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn add_task(&mut self, task: &NewTask) -> Result<(), StoreError> {
        let mut sql = Sql::new(
            "INSERT INTO task (kind, key, finding, asset, department, text, detail, created) VALUES",
        );
        sql.rows([vec![
            task.kind.as_str().into(),
            task.key.as_str().into(),
            task.finding.into(),
            task.asset.into(),
            task.department.into(),
            task.text.as_str().into(),
            task.detail.to_string().into(),
            micros(task.created).into(),
        ]]);
        sql.add(" ON CONFLICT (kind, key) WHERE done_at IS NULL DO NOTHING");
        sql.run(self.connection()).await.map(drop)
    }

    /// Notes that a task is done; false where it was already.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn end_task(
        &mut self,
        id: i64,
        by: Option<i64>,
        outcome: &str,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut sql = Sql::new("UPDATE task SET done_at = ");
        sql.bind(micros(at)).add(", done_by = ").bind(by);
        sql.add(", outcome = ").bind(outcome);
        sql.add(" WHERE done_at IS NULL AND id = ").bind(id);
        Ok(sql.run(self.connection()).await? > 0)
    }

    /// A measurement has decided: what waited for a person about this finding does not any more.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn end_tasks_of(
        &mut self,
        finding: i64,
        kind: &str,
        outcome: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut sql = Sql::new("UPDATE task SET done_at = ");
        sql.bind(micros(at)).add(", outcome = ").bind(outcome);
        sql.add(" WHERE done_at IS NULL AND finding = ").bind(finding);
        sql.add(" AND kind = ").bind(kind);
        sql.run(self.connection()).await.map(drop)
    }
}

impl Store {
    /// Tasks that wait, the oldest first: all, or those of a department.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn tasks(&self, department: Option<i64>, page: &Page) -> Result<Listed<Task>, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        sql.add(" WHERE done_at IS NULL");
        if let Some(department) = department {
            sql.add(" AND department = ").bind(department);
        }
        if let Some((created, id)) = page.place() {
            sql.add(" AND (created, id) > (")
                .bind(created)
                .add(", ")
                .bind(id)
                .add(")");
        }
        sql.add(" ORDER BY created, id LIMIT ").bind(page.limit());
        let rows = sql.all(&mut *self.reader().await?).await?;
        let tasks: Vec<Task> = rows.iter().map(task).collect::<Result<_, _>>()?;
        Ok(page.cut(tasks, |task| (micros(task.about.created), task.id)))
    }

    /// Tasks about an asset that wait, the oldest first; none that is about a finding.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn tasks_of_asset(&self, asset: i64) -> Result<Vec<Task>, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        sql.add(" WHERE done_at IS NULL AND finding IS NULL AND asset = ")
            .bind(asset)
            .add(" ORDER BY id LIMIT 20");
        let rows = sql.all(&mut *self.reader().await?).await?;
        rows.iter().map(task).collect()
    }

    /// Tasks about a finding, the latest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn tasks_about(&self, finding: i64) -> Result<Vec<Task>, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        sql.add(" WHERE finding = ")
            .bind(finding)
            .add(" ORDER BY id DESC LIMIT 100");
        let rows = sql.all(&mut *self.reader().await?).await?;
        rows.iter().map(task).collect()
    }
}

fn task(row: &AnyRow) -> Result<Task, StoreError> {
    Ok(Task {
        id: row.number("id")?,
        about: NewTask {
            kind: row.text("kind")?,
            key: row.text("key")?,
            finding: row.maybe_number("finding")?,
            asset: row.maybe_number("asset")?,
            department: row.maybe_number("department")?,
            text: row.text("text")?,
            detail: row.json("detail")?,
            created: row.moment("created")?,
        },
        done_at: row.maybe_moment("done_at")?,
        done_by: row.maybe_number("done_by")?,
        outcome: row.text("outcome")?,
    })
}

//! Channels: the ways out for notices, as an admin set them up; and what findings are called at their other ends.

use holter_model::Severity;
use jiff::Timestamp;
use serde_json::Value as Json;
use sqlx::any::AnyRow;

use crate::findings::{grade, severity};
use crate::moment::micros;
use crate::sql::{Read as _, Sql, json, short};
use crate::{Store, StoreError, Writing};

/// A way out.
#[derive(Clone, PartialEq, Eq)]
pub struct Channel {
    /// Its number.
    pub id: i64,
    /// What kind: a word of the sender's.
    pub kind: String,
    /// What it is called here.
    pub name: String,
    /// Where and how, without secrets.
    pub config: Json,
    /// What is secret, sealed; empty: nothing.
    pub secret: String,
    /// Which kinds of notices go there.
    pub hears: Vec<String>,
    /// The least severity that goes there.
    pub severity: Severity,
    /// The one department whose notices go there; `None`: everybody's.
    pub department: Option<i64>,
    /// Whether anything goes there.
    pub active: bool,
    /// When it was set up.
    pub created: Timestamp,
}

/// What is sealed is not for logs either.
impl std::fmt::Debug for Channel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Channel")
            .field("id", &self.id)
            .field("kind", &self.kind)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

const COLUMNS: &str =
    "SELECT id, kind, name, config, secret, hears, severity, department, active, created FROM channel";

impl Writing {
    /// Sets one up; its number is given, whatever `id` says.
    ///
    /// # Errors
    /// When there is one of that name, or the database refuses.
    pub async fn add_channel(&mut self, channel: &Channel) -> Result<i64, StoreError> {
        let mut sql = Sql::new(
            "INSERT INTO channel (kind, name, config, secret, hears, severity, department, active, created) VALUES",
        );
        sql.rows([vec![
            channel.kind.as_str().into(),
            short(&channel.name).into(),
            channel.config.to_string().into(),
            channel.secret.as_str().into(),
            json(&channel.hears)?.into(),
            grade(channel.severity).into(),
            channel.department.into(),
            i64::from(channel.active).into(),
            micros(channel.created).into(),
        ]]);
        sql.add(" RETURNING id");
        self.one_number(sql).await
    }

    /// Writes what is new about one. What kind it is never changes.
    ///
    /// # Errors
    /// When another one is called so, or the database refuses.
    pub async fn update_channel(&mut self, channel: &Channel) -> Result<(), StoreError> {
        let mut sql = Sql::new("UPDATE channel SET name = ");
        sql.bind(short(&channel.name));
        sql.add(", config = ").bind(channel.config.to_string());
        sql.add(", secret = ").bind(channel.secret.as_str());
        sql.add(", hears = ").bind(json(&channel.hears)?);
        sql.add(", severity = ").bind(grade(channel.severity));
        sql.add(", department = ").bind(channel.department);
        sql.add(", active = ").bind(i64::from(channel.active));
        sql.add(" WHERE id = ").bind(channel.id);
        sql.run(self.connection()).await.map(drop)
    }

    /// Keeps what a finding is called at a channel's other end. The first name stays.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn keep_ticket(
        &mut self,
        (channel, finding): (i64, i64),
        key: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut sql = Sql::new("INSERT INTO ticket (channel, finding, key, created) VALUES");
        sql.rows([vec![
            channel.into(),
            finding.into(),
            key.into(),
            micros(at).into(),
        ]]);
        sql.add(" ON CONFLICT (channel, finding) DO NOTHING");
        sql.run(self.connection()).await.map(drop)
    }
}

impl Store {
    /// All of them, in the order in which they were set up: one that were left out would hear of nothing.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn channels(&self) -> Result<Vec<Channel>, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        sql.add(" ORDER BY id");
        let rows = sql.all(&mut *self.reader().await?).await?;
        rows.iter().map(channel).collect()
    }

    /// One of them.
    ///
    /// # Errors
    /// When there is none with this number, or the database does not answer.
    pub async fn channel(&self, id: i64) -> Result<Channel, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        sql.add(" WHERE id = ").bind(id);
        let rows = sql.all(&mut *self.reader().await?).await?;
        channel(rows.first().ok_or_else(|| StoreError::missing("channel", id))?)
    }

    /// What a finding is called at a channel's other end.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn ticket(&self, channel: i64, finding: i64) -> Result<Option<String>, StoreError> {
        let mut sql = Sql::new("SELECT key FROM ticket WHERE channel = ");
        sql.bind(channel).add(" AND finding = ").bind(finding);
        let rows = sql.all(&mut *self.reader().await?).await?;
        rows.first().map(|row| row.text("key")).transpose()
    }
}

fn channel(row: &AnyRow) -> Result<Channel, StoreError> {
    Ok(Channel {
        id: row.number("id")?,
        kind: row.text("kind")?,
        name: row.text("name")?,
        config: row.json("config")?,
        secret: row.text("secret")?,
        hears: row.json("hears")?,
        severity: severity(row.number("severity")?),
        department: row.maybe_number("department")?,
        active: row.truth("active")?,
        created: row.moment("created")?,
    })
}

//! Acceptances: somebody asks that a finding be lived with until a date, or be called false; somebody else decides.

use jiff::Timestamp;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use crate::moment::micros;
use crate::sql::{Read as _, Sql};
use crate::{Listed, Page, Store, StoreError, Writing};

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAcceptance {
    /// The finding.
    pub finding: i64,
    /// Whether it is called false; otherwise it is accepted.
    pub is_false: bool,
    /// Why.
    pub reason: String,
    /// What holds the risk down meanwhile, or the evidence that it is false.
    pub ground: String,
    /// Until when; an acceptance must have it.
    pub until: Option<Timestamp>,
    /// Who asks.
    pub author: i64,
    /// When.
    pub asked_at: Timestamp,
}

/// An acceptance as it is remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acceptance {
    /// Its number.
    pub id: i64,
    /// What is asked for.
    pub about: NewAcceptance,
    /// Who decided.
    pub decided_by: Option<i64>,
    /// When.
    pub decided_at: Option<Timestamp>,
    /// How.
    pub approved: Option<bool>,
    /// When it ended: its date came, or a measurement or a person ended it.
    pub ended_at: Option<Timestamp>,
}

const COLUMNS: &str = "SELECT id, finding, kind, reason, ground, until, author, asked_at, decided_by, decided_at, approved, \
     ended_at FROM acceptance";

impl Writing {
    /// Adds what is asked for.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn add_acceptance(&mut self, asked: &NewAcceptance) -> Result<i64, StoreError> {
        let mut sql = Sql::new(
            "INSERT INTO acceptance (finding, kind, reason, ground, until, author, asked_at) VALUES",
        );
        let kind = if asked.is_false {
            "false_positive"
        } else {
            "accepted"
        };
        sql.rows([vec![
            asked.finding.into(),
            kind.into(),
            asked.reason.as_str().into(),
            asked.ground.as_str().into(),
            asked.until.map(micros).into(),
            asked.author.into(),
            micros(asked.asked_at).into(),
        ]]);
        sql.add(" RETURNING id");
        self.one_number(sql).await
    }

    /// The acceptance of a finding that is in force or waits for a decision.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn standing_acceptance(&mut self, finding: i64) -> Result<Option<Acceptance>, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        sql.add(" WHERE finding = ").bind(finding);
        sql.add(" AND ended_at IS NULL AND (approved IS NULL OR approved = 1) ORDER BY id DESC LIMIT 1");
        Ok(many(sql, self.connection()).await?.pop())
    }

    /// Notes a decision; false where somebody has decided already.
    ///
    /// # Errors
    /// When the author decides, or the database refuses.
    pub async fn decide_acceptance(
        &mut self,
        id: i64,
        (by, at): (i64, Timestamp),
        approved: bool,
    ) -> Result<bool, StoreError> {
        let mut sql = Sql::new("UPDATE acceptance SET decided_by = ");
        sql.bind(by).add(", decided_at = ").bind(micros(at));
        sql.add(", approved = ").bind(i64::from(approved));
        sql.add(" WHERE decided_at IS NULL AND ended_at IS NULL AND id = ")
            .bind(id);
        Ok(sql.run(self.connection()).await? > 0)
    }

    /// Ends whatever of a finding is in force or waits.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn end_acceptances(&mut self, finding: i64, at: Timestamp) -> Result<(), StoreError> {
        let mut sql = Sql::new("UPDATE acceptance SET ended_at = ");
        sql.bind(micros(at))
            .add(" WHERE ended_at IS NULL AND finding = ")
            .bind(finding);
        sql.run(self.connection()).await.map(drop)
    }
}

impl Store {
    /// What was asked for about a finding, the latest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn acceptances(&self, finding: i64) -> Result<Vec<Acceptance>, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        sql.add(" WHERE finding = ")
            .bind(finding)
            .add(" ORDER BY id DESC LIMIT 100");
        many(sql, &mut *self.reader().await?).await
    }

    /// What waits for a decision, the oldest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn undecided(&self, page: &Page) -> Result<Listed<Acceptance>, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        sql.add(" WHERE decided_at IS NULL AND ended_at IS NULL");
        if let Some((asked, id)) = page.place() {
            sql.add(" AND (asked_at, id) > (")
                .bind(asked)
                .add(", ")
                .bind(id)
                .add(")");
        }
        sql.add(" ORDER BY asked_at, id LIMIT ").bind(page.limit());
        let found = many(sql, &mut *self.reader().await?).await?;
        Ok(page.cut(found, |asked| (micros(asked.about.asked_at), asked.id)))
    }
}

async fn many(sql: Sql, connection: &mut AnyConnection) -> Result<Vec<Acceptance>, StoreError> {
    sql.all(connection).await?.iter().map(acceptance).collect()
}

fn acceptance(row: &AnyRow) -> Result<Acceptance, StoreError> {
    Ok(Acceptance {
        id: row.number("id")?,
        about: NewAcceptance {
            finding: row.number("finding")?,
            is_false: row.text("kind")? == "false_positive",
            reason: row.text("reason")?,
            ground: row.text("ground")?,
            until: row.maybe_moment("until")?,
            author: row.number("author")?,
            asked_at: row.moment("asked_at")?,
        },
        decided_by: row.maybe_number("decided_by")?,
        decided_at: row.maybe_moment("decided_at")?,
        approved: row.maybe_truth("approved")?,
        ended_at: row.maybe_moment("ended_at")?,
    })
}

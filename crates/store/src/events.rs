//! What happened in the life of a finding: events are added, and never changed or taken away.

use holter_model::finding::State;
use jiff::Timestamp;
use serde_json::Value as Json;
use sqlx::any::AnyRow;

use crate::moment::micros;
use crate::sql::{Read as _, Sql};
use crate::visits::from_word;
use crate::{Listed, Page, Store, StoreError, Writing};

/// Something that happens to a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEvent {
    /// The finding.
    pub finding: i64,
    /// When.
    pub at: Timestamp,
    /// Who did it; `None`: a measurement, or the calendar.
    pub actor: Option<i64>,
    /// What: a word of the program's.
    pub kind: String,
    /// Where the finding stands after it.
    pub state: State,
    /// The visit that it rests on.
    pub visit: Option<i64>,
    /// In words: a comment, a reason, the evidence.
    pub text: String,
    /// What else belongs to it.
    pub detail: Json,
}

/// An event as it is remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its number.
    pub id: i64,
    /// What happened.
    pub about: NewEvent,
    /// The name of who did it.
    pub actor_name: Option<String>,
}

/// So many go into one statement.
const AT_ONCE: usize = 50;

impl Writing {
    /// Adds what happened.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn add_events(&mut self, events: &[NewEvent]) -> Result<(), StoreError> {
        for some in events.chunks(AT_ONCE) {
            let mut sql = Sql::new(
                "INSERT INTO finding_event (finding, at, actor, kind, state, visit, text, detail) VALUES",
            );
            sql.rows(some.iter().map(|event| {
                vec![
                    event.finding.into(),
                    micros(event.at).into(),
                    event.actor.into(),
                    event.kind.as_str().into(),
                    event.state.as_str().into(),
                    event.visit.into(),
                    event.text.as_str().into(),
                    event.detail.to_string().into(),
                ]
            }));
            sql.run(self.connection()).await?;
        }
        Ok(())
    }
}

const COLUMNS: &str = "SELECT finding_event.id, finding, at, actor, kind, state, visit, text, detail, person.name AS actor_name \
     FROM finding_event LEFT JOIN person ON person.id = actor";

impl Store {
    /// The life of a finding, the latest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn events(&self, finding: i64, page: &Page) -> Result<Listed<Event>, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        sql.add(" WHERE finding = ").bind(finding);
        if let Some((_, id)) = page.place() {
            sql.add(" AND finding_event.id < ").bind(id);
        }
        sql.add(" ORDER BY finding_event.id DESC LIMIT ")
            .bind(page.limit());
        self.happened(sql, page).await
    }

    /// What happened to any finding, the latest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn latest_events(&self, page: &Page) -> Result<Listed<Event>, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        if let Some((_, id)) = page.place() {
            sql.add(" WHERE finding_event.id < ").bind(id);
        }
        sql.add(" ORDER BY finding_event.id DESC LIMIT ")
            .bind(page.limit());
        self.happened(sql, page).await
    }

    async fn happened(&self, sql: Sql, page: &Page) -> Result<Listed<Event>, StoreError> {
        let rows = sql.all(&mut *self.reader().await?).await?;
        let events: Vec<Event> = rows.iter().map(event).collect::<Result<_, _>>()?;
        Ok(page.cut(events, |event| (0, event.id)))
    }
}

fn event(row: &AnyRow) -> Result<Event, StoreError> {
    Ok(Event {
        id: row.number("id")?,
        about: NewEvent {
            finding: row.number("finding")?,
            at: row.moment("at")?,
            actor: row.maybe_number("actor")?,
            kind: row.text("kind")?,
            state: from_word("state", &row.text("state")?)?,
            visit: row.maybe_number("visit")?,
            text: row.text("text")?,
            detail: row.json("detail")?,
        },
        actor_name: row.maybe_text("actor_name")?,
    })
}

//! Keys of session tickets: when each was first and last seen at a service, which only time gives a meaning.

use holter_model::{Endpoint, Fact, Method, Observation};
use jiff::Timestamp;
use sqlx::any::AnyRow;

use crate::moment::micros;
use crate::sql::{Read as _, Sql, json};
use crate::visits::{from_word, word};
use crate::{Store, StoreError, Writing};

/// A service that names a key anew in each ticket must not fill the database.
const MOST: i64 = 64;

/// A key that a service showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TicketKey {
    /// The service.
    pub service: i64,
    /// Where it is.
    pub endpoint: Endpoint,
    /// The host name that it is asked for by; empty: none.
    pub name: String,
    /// How it was seen.
    pub method: Method,
    /// When first.
    pub first_seen: Timestamp,
    /// When last.
    pub last_seen: Timestamp,
    fact: String,
}

impl TicketKey {
    /// The two sightings as observations; none where the fact is of a newer Holter.
    #[must_use]
    pub fn observations(&self) -> Vec<Observation> {
        let Ok(fact) = serde_json::from_str::<Fact>(&self.fact) else {
            return Vec::new();
        };
        let mut moments = vec![self.first_seen, self.last_seen];
        moments.dedup();
        let seen = moments.into_iter().map(|at| Observation {
            at,
            method: self.method,
            subject: self.endpoint,
            fact: fact.clone(),
        });
        seen.collect()
    }
}

impl Writing {
    /// Notes the keys of tickets among what was heard of a service.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn note_tickets(
        &mut self,
        service: i64,
        observations: &[Observation],
    ) -> Result<(), StoreError> {
        for observation in observations {
            let Fact::Ticket { key, .. } = &observation.fact else {
                continue;
            };
            let at = micros(observation.at);
            let mut sql = Sql::new("UPDATE ticket_key SET first_seen = CASE WHEN first_seen > ");
            sql.bind(at).add(" THEN ").bind(at);
            sql.add(" ELSE first_seen END, last_seen = CASE WHEN last_seen < ")
                .bind(at);
            sql.add(" THEN ")
                .bind(at)
                .add(" ELSE last_seen END WHERE service = ");
            sql.bind(service).add(" AND key = ").bind(key.as_str());
            if sql.run(self.connection()).await? > 0 {
                continue;
            }
            let mut sql = Sql::new("SELECT COUNT(*) AS keys FROM ticket_key WHERE service = ");
            sql.bind(service);
            if self.one_number_named(sql, "keys").await? >= MOST {
                continue;
            }
            let mut sql =
                Sql::new("INSERT INTO ticket_key (service, key, fact, method, first_seen, last_seen) VALUES");
            sql.rows([vec![
                service.into(),
                key.as_str().into(),
                json(&observation.fact)?.into(),
                word(&observation.method)?.into(),
                at.into(),
                at.into(),
            ]]);
            sql.run(self.connection()).await?;
        }
        Ok(())
    }
}

impl Store {
    /// Keys of tickets of the services after this one, of so many services at most.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn ticket_keys(&self, after: i64, most: u32) -> Result<Vec<TicketKey>, StoreError> {
        let mut sql = Sql::new(
            "SELECT t.service, t.fact, t.method, t.first_seen, t.last_seen, s.address, s.port, s.transport, s.name \
             FROM ticket_key AS t JOIN service AS s ON s.id = t.service",
        );
        sql.add(" WHERE t.service IN (SELECT DISTINCT service FROM ticket_key WHERE service > ");
        sql.bind(after)
            .add(" ORDER BY service LIMIT ")
            .bind(i64::from(most));
        sql.add(") ORDER BY t.service, t.first_seen");
        let rows = sql.all(&mut *self.reader().await?).await?;
        rows.iter().map(ticket).collect()
    }
}

fn ticket(row: &AnyRow) -> Result<TicketKey, StoreError> {
    let address = row.text("address")?;
    Ok(TicketKey {
        service: row.number("service")?,
        endpoint: Endpoint {
            address: address.parse().map_err(|_| StoreError::Unreadable {
                what: "address",
                why: format!("{address:?} is none"),
            })?,
            port: u16::try_from(row.number("port")?).unwrap_or_default(),
            transport: from_word("transport", &row.text("transport")?)?,
        },
        name: row.text("name")?,
        method: from_word("method", &row.text("method")?)?,
        first_seen: row.moment("first_seen")?,
        last_seen: row.moment("last_seen")?,
        fact: row.text("fact")?,
    })
}

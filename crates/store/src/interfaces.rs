//! Interfaces: which asset speaks with which, found by listening or declared by a person.

use jiff::Timestamp;
use sqlx::any::AnyRow;

use crate::moment::micros;
use crate::sql::{Read as _, Sql};
use crate::{Store, StoreError, Writing};

/// A directed connection between two assets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// Its number.
    pub id: i64,
    /// Who connects.
    pub from_asset: i64,
    /// Who answers.
    pub to_asset: i64,
    /// The protocol, an id of the roster.
    pub protocol: String,
    /// The port; 0: not known.
    pub port: u16,
    /// Whether a person declared it; otherwise it was heard.
    pub is_declared: bool,
    /// Whether it is encrypted, where that is known.
    pub encrypted: Option<bool>,
    /// What it is for: "lab results to the record".
    pub purpose: String,
    /// When it was first heard or declared.
    pub first_seen: Timestamp,
    /// When it was last heard or declared.
    pub last_seen: Timestamp,
}

/// An asset's part in the map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Linked {
    /// The interface.
    pub interface: Interface,
    /// The name of who connects.
    pub from_name: String,
    /// The name of who answers.
    pub to_name: String,
}

/// A map that nobody can look at is none.
const MOST: i64 = 5000;
const COLUMNS: &str = "SELECT interface.id, from_asset, to_asset, protocol, port, source, encrypted, purpose, first_seen, \
     last_seen, a.name AS from_name, b.name AS to_name FROM interface JOIN asset a ON a.id = from_asset \
     JOIN asset b ON b.id = to_asset";

impl Writing {
    /// Notes an interface. What a person declared stays declared when it is heard, and keeps its purpose.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn note_interface(&mut self, interface: &Interface) -> Result<i64, StoreError> {
        let mut sql = Sql::new(
            "INSERT INTO interface (from_asset, to_asset, protocol, port, source, encrypted, purpose, first_seen, last_seen) VALUES",
        );
        sql.rows([vec![
            interface.from_asset.into(),
            interface.to_asset.into(),
            interface.protocol.as_str().into(),
            i64::from(interface.port).into(),
            if interface.is_declared {
                "declared"
            } else {
                "found"
            }
            .into(),
            interface.encrypted.map(i64::from).into(),
            interface.purpose.as_str().into(),
            micros(interface.first_seen).into(),
            micros(interface.last_seen).into(),
        ]]);
        sql.add(
            " ON CONFLICT (from_asset, to_asset, protocol, port) DO UPDATE SET \
             source = CASE WHEN interface.source = 'declared' THEN 'declared' ELSE excluded.source END, \
             encrypted = COALESCE(excluded.encrypted, interface.encrypted), \
             purpose = CASE WHEN excluded.purpose = '' THEN interface.purpose ELSE excluded.purpose END, \
             last_seen = CASE WHEN excluded.last_seen > interface.last_seen THEN excluded.last_seen ELSE interface.last_seen END \
             RETURNING id",
        );
        self.one_number(sql).await
    }

    /// Takes an interface off the map: it was declared wrongly.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn remove_interface(&mut self, id: i64) -> Result<(), StoreError> {
        let mut sql = Sql::new("DELETE FROM interface WHERE id = ");
        sql.bind(id);
        sql.run(self.connection()).await.map(drop)
    }
}

impl Store {
    /// The interfaces of an asset, both ways.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn interfaces_of(&self, asset: i64) -> Result<Vec<Linked>, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        sql.add(" WHERE from_asset = ").bind(asset);
        sql.add(" OR to_asset = ").bind(asset);
        sql.add(" ORDER BY interface.id LIMIT ").bind(MOST);
        self.linked(sql).await
    }

    /// The map: all interfaces, or those that a department's assets take part in.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn interfaces(&self, department: Option<i64>) -> Result<Vec<Linked>, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        if let Some(department) = department {
            // From the department's assets on: a department that has few must not look through everybody's.
            sql.add(
                " WHERE interface.id IN (SELECT i.id FROM asset s JOIN interface i ON i.from_asset = s.id \
                 WHERE s.merged_into IS NULL AND s.department = ",
            )
            .bind(department);
            sql.add(
                " UNION SELECT i.id FROM asset s JOIN interface i ON i.to_asset = s.id \
                 WHERE s.merged_into IS NULL AND s.department = ",
            )
            .bind(department);
            sql.add(")");
        }
        sql.add(" ORDER BY interface.id LIMIT ").bind(MOST);
        self.linked(sql).await
    }

    async fn linked(&self, sql: Sql) -> Result<Vec<Linked>, StoreError> {
        let rows = sql.all(&mut *self.reader().await?).await?;
        rows.iter().map(linked).collect()
    }
}

fn linked(row: &AnyRow) -> Result<Linked, StoreError> {
    Ok(Linked {
        interface: Interface {
            id: row.number("id")?,
            from_asset: row.number("from_asset")?,
            to_asset: row.number("to_asset")?,
            protocol: row.text("protocol")?,
            port: u16::try_from(row.number("port")?).unwrap_or_default(),
            is_declared: row.text("source")? == "declared",
            encrypted: row.maybe_truth("encrypted")?,
            purpose: row.text("purpose")?,
            first_seen: row.moment("first_seen")?,
            last_seen: row.moment("last_seen")?,
        },
        from_name: row.text("from_name")?,
        to_name: row.text("to_name")?,
    })
}

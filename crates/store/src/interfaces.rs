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
    /// Conversations that were heard on it, over all captures; 0: none was.
    pub flows: i64,
    /// The departments of both.
    pub departments: [Option<i64>; 2],
}

/// A map that nobody can look at is none.
const MOST: i64 = 5000;
const COLUMNS: &str = "SELECT interface.id, from_asset, to_asset, protocol, port, source, encrypted, purpose, first_seen, \
     last_seen, flows, a.name AS from_name, b.name AS to_name, a.department AS from_department, \
     b.department AS to_department FROM interface JOIN asset a ON a.id = from_asset \
     JOIN asset b ON b.id = to_asset";

impl Writing {
    /// Notes an interface. What a person declared stays declared when it is heard, and keeps its purpose; whether it is encrypted
    /// is said by who heard it last.
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
             encrypted = CASE WHEN excluded.last_seen < interface.last_seen THEN COALESCE(interface.encrypted, excluded.encrypted) \
             ELSE COALESCE(excluded.encrypted, interface.encrypted) END, \
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

    /// Notes how many conversations one scan has heard on an interface by now; false where as many have been noted already,
    /// as when the same capture is heard again.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn hear_interface(&mut self, (id, scan): (i64, i64), flows: i64) -> Result<bool, StoreError> {
        let mut sql = Sql::new("SELECT flows FROM interface_heard WHERE interface = ");
        sql.bind(id).add(" AND scan = ").bind(scan);
        let rows = sql.all(self.connection()).await?;
        let before = rows.first().map(|row| row.number("flows")).transpose()?;
        if before.is_some_and(|before| flows <= before) {
            return Ok(false);
        }
        let mut sql = Sql::new("INSERT INTO interface_heard (interface, scan, flows) VALUES");
        sql.rows([vec![id.into(), scan.into(), flows.into()]]);
        sql.add(" ON CONFLICT (interface, scan) DO UPDATE SET flows = excluded.flows");
        sql.run(self.connection()).await?;
        let mut sql = Sql::new("UPDATE interface SET flows = flows + ");
        sql.bind(flows - before.unwrap_or(0)).add(" WHERE id = ").bind(id);
        sql.run(self.connection()).await?;
        Ok(true)
    }

    /// A person does not declare an interface any more: what was heard stays, as what was heard.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn withdraw_interface(&mut self, id: i64) -> Result<(), StoreError> {
        let mut sql = Sql::new("DELETE FROM interface WHERE flows = 0 AND id = ");
        sql.bind(id);
        sql.run(self.connection()).await?;
        let mut sql = Sql::new("UPDATE interface SET source = 'found', purpose = '' WHERE id = ");
        sql.bind(id);
        sql.run(self.connection()).await.map(drop)
    }

    /// What is said of an interface that was declared.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn describe_interface(
        &mut self,
        id: i64,
        encrypted: Option<bool>,
        purpose: &str,
    ) -> Result<(), StoreError> {
        let mut sql = Sql::new("UPDATE interface SET encrypted = ");
        sql.bind(encrypted.map(i64::from))
            .add(", purpose = ")
            .bind(purpose);
        sql.add(" WHERE id = ").bind(id);
        sql.run(self.connection()).await.map(drop)
    }

    /// The interfaces of one asset become another's; `ports`: only those to it at these ports. Where both have the same
    /// one, what was heard of both is heard of the one that stays; what would lead from an asset to itself is none.
    ///
    /// # Errors
    /// When the database refuses.
    pub(crate) async fn give_interfaces(
        &mut self,
        from: i64,
        into: i64,
        ports: Option<&[u16]>,
    ) -> Result<(), StoreError> {
        let mut sql = Sql::new(COLUMNS);
        sql.add(" WHERE from_asset = ").bind(from);
        sql.add(" OR to_asset = ").bind(from);
        let rows = sql.all(self.connection()).await?;
        for old in rows.iter().map(linked).collect::<Result<Vec<_>, _>>()? {
            let (id, mut after) = (old.interface.id, old.interface);
            match ports {
                Some(ports) if after.to_asset != from || !ports.contains(&after.port) => continue,
                Some(_) => after.to_asset = into,
                None => {
                    for end in [&mut after.from_asset, &mut after.to_asset] {
                        *end = if *end == from { into } else { *end };
                    }
                }
            }
            if after.from_asset != after.to_asset {
                let new = self.note_interface(&after).await?;
                self.move_heard(id, new).await?;
            }
            self.remove_interface(id).await?;
        }
        Ok(())
    }

    async fn move_heard(&mut self, from: i64, into: i64) -> Result<(), StoreError> {
        let mut sql = Sql::new("INSERT INTO interface_heard (interface, scan, flows) SELECT ");
        sql.bind(into)
            .add(", scan, flows FROM interface_heard WHERE interface = ");
        sql.bind(from);
        sql.add(
            " ON CONFLICT (interface, scan) DO UPDATE SET flows = interface_heard.flows + excluded.flows",
        );
        sql.run(self.connection()).await?;
        let mut sql = Sql::new(
            "UPDATE interface SET flows = (SELECT CAST(COALESCE(SUM(flows), 0) AS BIGINT) FROM interface_heard WHERE interface = ",
        );
        sql.bind(into).add(") WHERE id = ").bind(into);
        sql.run(self.connection()).await.map(drop)
    }

    /// An interface.
    ///
    /// # Errors
    /// When there is none with this number, or the database refuses.
    pub async fn interface(&mut self, id: i64) -> Result<Linked, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        sql.add(" WHERE interface.id = ").bind(id);
        let rows = sql.all(self.connection()).await?;
        linked(rows.first().ok_or_else(|| StoreError::missing("interface", id))?)
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

    /// The interfaces that lead to a port of an asset.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn interfaces_to(&self, asset: i64, port: u16) -> Result<Vec<Linked>, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        sql.add(" WHERE to_asset = ").bind(asset);
        sql.add(" AND port = ").bind(i64::from(port));
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

    /// An interface.
    ///
    /// # Errors
    /// When there is none with this number, or the database does not answer.
    pub async fn interface(&self, id: i64) -> Result<Linked, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        sql.add(" WHERE interface.id = ").bind(id);
        let found = self.linked(sql).await?.pop();
        found.ok_or_else(|| StoreError::missing("interface", id))
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
        flows: row.number("flows")?,
        departments: [
            row.maybe_number("from_department")?,
            row.maybe_number("to_department")?,
        ],
    })
}

//! Interfaces: which asset speaks with which, found by listening or declared by a person.

mod list;
mod places;
mod secrecy;

use jiff::Timestamp;
use sqlx::any::AnyRow;

use crate::moment::micros;
use crate::sql::{Read as _, Sql};
use crate::{Store, StoreError, Writing};

pub use self::list::InterfaceFilter;
pub(crate) use self::places::Ways;
pub use self::places::{Between, Fold};
pub use self::secrecy::Secrecy;

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

const COLUMNS: &str = "SELECT interface.id, from_asset, to_asset, protocol, port, source, encrypted, purpose, first_seen, \
     last_seen, flows, bare, a.name AS from_name, b.name AS to_name, from_department, to_department FROM interface \
     JOIN asset a ON a.id = from_asset JOIN asset b ON b.id = to_asset";

impl Writing {
    /// Notes an interface. What a person declared stays declared when it is heard, and keeps its purpose; whether it is
    /// encrypted is said by who heard it last. For a transaction of [`Store::write_alone`]: it looks what there is, and counts it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn note_interface(&mut self, interface: &Interface) -> Result<i64, StoreError> {
        let known = self.same_interface(interface).await?;
        let [from, to] = match &known {
            Some(known) => known.places,
            None => self.places_of([interface.from_asset, interface.to_asset]).await?,
        };
        let secrecy = Secrecy::of(interface.encrypted);
        let mut sql = Sql::new(
            "INSERT INTO interface (from_asset, to_asset, protocol, port, source, encrypted, purpose, first_seen, last_seen, \
             from_site, to_site, from_department, to_department, bare) VALUES",
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
            from.site.into(),
            to.site.into(),
            from.department.into(),
            to.department.into(),
            secrecy.bare().into(),
        ]]);
        sql.add(
            " ON CONFLICT (from_asset, to_asset, protocol, port) DO UPDATE SET \
             source = CASE WHEN interface.source = 'declared' THEN 'declared' ELSE excluded.source END, \
             encrypted = CASE WHEN excluded.encrypted IS NULL OR (interface.encrypted IS NOT NULL AND \
             excluded.last_seen < interface.last_seen) THEN interface.encrypted ELSE excluded.encrypted END, \
             bare = CASE WHEN excluded.encrypted IS NULL OR (interface.encrypted IS NOT NULL AND \
             excluded.last_seen < interface.last_seen) THEN interface.bare ELSE excluded.bare END, \
             purpose = CASE WHEN excluded.purpose = '' THEN interface.purpose ELSE excluded.purpose END, \
             last_seen = CASE WHEN excluded.last_seen > interface.last_seen THEN excluded.last_seen ELSE interface.last_seen END \
             RETURNING id, bare",
        );
        let rows = sql.all(self.connection()).await?;
        let row = rows
            .first()
            .ok_or_else(|| StoreError::missing("row", "returned"))?;
        let protocol = interface.protocol.as_str();
        if let Some(known) = known {
            self.count_interfaces([from, to], protocol, known.secrecy, -1);
        }
        self.count_interfaces([from, to], protocol, Secrecy::at(row.number("bare")?), 1);
        row.number("id")
    }

    /// Takes an interface off the map: it was declared wrongly.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn remove_interface(&mut self, id: i64) -> Result<(), StoreError> {
        if let Some(known) = self.placed_interface(id).await? {
            self.count_interfaces(known.places, &known.protocol, known.secrecy, -1);
        }
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
        if self.interface(id).await?.flows == 0 {
            return self.remove_interface(id).await;
        }
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
        let secrecy = Secrecy::of(encrypted);
        if let Some(known) = self.placed_interface(id).await? {
            self.count_interfaces(known.places, &known.protocol, known.secrecy, -1);
            self.count_interfaces(known.places, &known.protocol, secrecy, 1);
        }
        let mut sql = Sql::new("UPDATE interface SET encrypted = ");
        sql.bind(encrypted.map(i64::from))
            .add(", bare = ")
            .bind(secrecy.bare())
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
    /// The interfaces that lead to a port of an asset, at most so many.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn interfaces_to(&self, asset: i64, port: u16, most: u16) -> Result<Vec<Linked>, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        sql.add(" WHERE to_asset = ").bind(asset);
        sql.add(" AND port = ").bind(i64::from(port));
        sql.add(" ORDER BY interface.id LIMIT ").bind(i64::from(most));
        let rows = sql.all(&mut *self.reader().await?).await?;
        rows.iter().map(linked).collect()
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
            named(row.number("from_department")?),
            named(row.number("to_department")?),
        ],
    })
}

/// A place by its number; 0 stands for "nobody has said".
fn named(place: i64) -> Option<i64> {
    (place != 0).then_some(place)
}

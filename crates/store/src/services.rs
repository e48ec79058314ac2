//! Services: where an asset answers, and with what protocol.

use std::collections::{BTreeMap, BTreeSet};

use holter_model::{Endpoint, Transport};
use jiff::Timestamp;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use crate::moment::micros;
use crate::sql::{Read as _, Sql};
use crate::visits::{from_word, word};
use crate::{Store, StoreError, Writing};

/// A service as it is remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownService {
    /// Its number.
    pub id: i64,
    /// The asset that it belongs to.
    pub asset: i64,
    /// Where it is.
    pub endpoint: Endpoint,
    /// The host name that is asked for there; empty: none.
    pub name: String,
    /// The protocol spoken, an id of the roster.
    pub protocol: String,
    /// What it is there for, in a few words; empty: unknown.
    pub role: String,
    /// SHA-256 of the public key that it showed last, in hex; empty: none was seen.
    pub key: String,
    /// When it was first seen.
    pub first_seen: Timestamp,
    /// When it was last seen.
    pub last_seen: Timestamp,
    /// The last visit that reached it.
    pub last_visit: Option<i64>,
}

const COLUMNS: &str = "SELECT id, asset, address, port, transport, name, protocol, role, key, first_seen, last_seen, \
     last_visit FROM service";

impl Writing {
    /// The service at this endpoint, under this name.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn service_at(
        &mut self,
        endpoint: Endpoint,
        name: &str,
    ) -> Result<Option<KnownService>, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        sql.add(" WHERE address = ")
            .bind(endpoint.address.to_canonical().to_string());
        sql.add(" AND port = ").bind(i64::from(endpoint.port));
        sql.add(" AND transport = ").bind(endpoint.transport.to_string());
        sql.add(" AND name = ").bind(name);
        Ok(many(sql, self.connection()).await?.pop())
    }

    /// A service.
    ///
    /// # Errors
    /// When there is none with this number, or the database refuses.
    pub async fn service(&mut self, id: i64) -> Result<KnownService, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        sql.add(" WHERE id = ").bind(id);
        let found = many(sql, self.connection()).await?.pop();
        found.ok_or_else(|| StoreError::missing("service", id))
    }

    /// The services of an asset.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn services_of(&mut self, asset: i64) -> Result<Vec<KnownService>, StoreError> {
        of(asset, self.connection()).await
    }

    /// Adds a service; its number is given, whatever `id` says.
    ///
    /// # Errors
    /// When there is one at its place, or the database refuses.
    pub async fn add_service(&mut self, service: &KnownService) -> Result<i64, StoreError> {
        let mut sql = Sql::new(
            "INSERT INTO service (asset, address, port, transport, name, protocol, role, key, first_seen, last_seen, \
             last_visit) VALUES",
        );
        sql.rows([vec![
            service.asset.into(),
            service.endpoint.address.to_canonical().to_string().into(),
            i64::from(service.endpoint.port).into(),
            word(&service.endpoint.transport)?.into(),
            service.name.as_str().into(),
            service.protocol.as_str().into(),
            service.role.as_str().into(),
            service.key.as_str().into(),
            micros(service.first_seen).into(),
            micros(service.last_seen).into(),
            service.last_visit.into(),
        ]]);
        sql.add(" RETURNING id");
        let id = self.one_number(sql).await?;
        let mut count = Sql::new("UPDATE asset SET services = services + 1 WHERE id = ");
        count.bind(service.asset);
        count.run(self.connection()).await?;
        Ok(id)
    }

    /// Writes what is new about a service: where it is, what it speaks, its key and when it was seen.
    ///
    /// # Errors
    /// When another service is at its place, or the database refuses.
    pub async fn update_service(&mut self, service: &KnownService) -> Result<(), StoreError> {
        let mut sql = Sql::new("UPDATE service SET address = ");
        sql.bind(service.endpoint.address.to_canonical().to_string());
        sql.add(", port = ").bind(i64::from(service.endpoint.port));
        sql.add(", transport = ").bind(word(&service.endpoint.transport)?);
        sql.add(", name = ").bind(service.name.as_str());
        sql.add(", protocol = ").bind(service.protocol.as_str());
        sql.add(", role = ").bind(service.role.as_str());
        sql.add(", key = ").bind(service.key.as_str());
        sql.add(", last_seen = ").bind(micros(service.last_seen));
        sql.add(", last_visit = ").bind(service.last_visit);
        sql.add(" WHERE id = ").bind(service.id);
        sql.run(self.connection()).await.map(drop)
    }
}

impl Store {
    /// A service.
    ///
    /// # Errors
    /// When there is none with this number, or the database does not answer.
    pub async fn service(&self, id: i64) -> Result<KnownService, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        sql.add(" WHERE id = ").bind(id);
        let found = many(sql, &mut *self.reader().await?).await?.pop();
        found.ok_or_else(|| StoreError::missing("service", id))
    }

    /// The services that have these numbers, by them.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn services_numbered(
        &self,
        ids: &BTreeSet<i64>,
    ) -> Result<BTreeMap<i64, KnownService>, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        sql.add(" WHERE id IN ").numbers(ids.iter().copied());
        let found = many(sql, &mut *self.reader().await?).await?;
        Ok(found.into_iter().map(|service| (service.id, service)).collect())
    }

    /// Services in the order of their numbers, those after one.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn services_after(&self, id: i64, most: u32) -> Result<Vec<KnownService>, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        sql.add(" WHERE id > ")
            .bind(id)
            .add(" ORDER BY id LIMIT ")
            .bind(i64::from(most));
        many(sql, &mut *self.reader().await?).await
    }

    /// The services that a scan visited.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn services_of_scan(&self, scan: i64) -> Result<Vec<KnownService>, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        sql.add(" WHERE id IN (SELECT service FROM visit WHERE scan = ");
        sql.bind(scan).add(") ORDER BY id");
        many(sql, &mut *self.reader().await?).await
    }

    /// The services of an asset.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn services(&self, asset: i64) -> Result<Vec<KnownService>, StoreError> {
        of(asset, &mut *self.reader().await?).await
    }
}

async fn of(asset: i64, connection: &mut AnyConnection) -> Result<Vec<KnownService>, StoreError> {
    let mut sql = Sql::new(COLUMNS);
    sql.add(" WHERE asset = ").bind(asset).add(" ORDER BY id");
    many(sql, connection).await
}

async fn many(sql: Sql, connection: &mut AnyConnection) -> Result<Vec<KnownService>, StoreError> {
    sql.all(connection).await?.iter().map(service).collect()
}

fn service(row: &AnyRow) -> Result<KnownService, StoreError> {
    let address = row.text("address")?;
    let transport: Transport = from_word("transport", &row.text("transport")?)?;
    Ok(KnownService {
        id: row.number("id")?,
        asset: row.number("asset")?,
        endpoint: Endpoint {
            address: address.parse().map_err(|_| StoreError::Unreadable {
                what: "an address",
                why: format!("{address:?} is none"),
            })?,
            port: u16::try_from(row.number("port")?).unwrap_or_default(),
            transport,
        },
        name: row.text("name")?,
        protocol: row.text("protocol")?,
        role: row.text("role")?,
        key: row.text("key")?,
        first_seen: row.moment("first_seen")?,
        last_seen: row.moment("last_seen")?,
        last_visit: row.maybe_number("last_visit")?,
    })
}

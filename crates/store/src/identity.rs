//! Two assets that are one, one that is two, and a service that moved: everything that is remembered moves along.

use crate::sql::{Read as _, Sql};
use crate::{KnownService, StoreError, Writing};

impl Writing {
    /// All that is remembered of one asset becomes another's; the first stays behind as a signpost.
    ///
    /// # Errors
    /// When they are the same, one is merged already, or the database refuses.
    pub async fn merge_assets(&mut self, from: i64, into: i64) -> Result<(), StoreError> {
        let (old, new) = (self.asset(from).await?, self.asset(into).await?);
        if from == into || old.merged_into.is_some() || new.merged_into.is_some() {
            return Err(StoreError::Conflict(format!(
                "asset {from} cannot become asset {into}: one of them is merged already, or they are the same"
            )));
        }
        for service in self.services_of(from).await? {
            self.give_service(&service, into).await?;
        }
        self.give_findings(from, None, into).await?;
        for mark in self.marks_of(from).await? {
            self.mark_asset(into, &mark.kind, &mark.value, mark.last_seen)
                .await?;
            self.unmark_asset(from, &mark.kind, &mark.value).await?;
        }
        self.give_interfaces(from, into, None).await?;
        let mut sql = Sql::new("UPDATE asset SET merged_into = ");
        sql.bind(into).add(", services = 0 WHERE id = ").bind(from);
        sql.run(self.connection()).await?;
        self.count_asset(&old.about, -1);
        self.touch_asset(from);
        self.refresh_search(into).await
    }

    /// What speaks to one asset at these ports speaks to another from now on: its services there have gone.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn give_ports(&mut self, from: i64, into: i64, ports: &[u16]) -> Result<(), StoreError> {
        self.give_interfaces(from, into, Some(ports)).await
    }

    /// A service, with its findings, becomes another asset's.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn give_service(&mut self, service: &KnownService, into: i64) -> Result<(), StoreError> {
        for (asset, more) in [(service.asset, -1), (into, 1)] {
            let mut sql = Sql::new("UPDATE asset SET services = services + ");
            sql.bind(more).add(" WHERE id = ").bind(asset);
            sql.run(self.connection()).await?;
        }
        let mut sql = Sql::new("UPDATE service SET asset = ");
        sql.bind(into).add(" WHERE id = ").bind(service.id);
        sql.run(self.connection()).await?;
        self.give_findings(service.asset, Some(service.id), into).await
    }

    /// What was noted at a place turns out to be a service that moved there: its visits become the mover's, and the
    /// place is free. Only for one that has no findings yet.
    ///
    /// # Errors
    /// When it has findings, or the database refuses.
    pub async fn absorb_service(&mut self, noted: &KnownService, mover: i64) -> Result<(), StoreError> {
        if !self.findings_at(noted.id).await?.is_empty() {
            return Err(StoreError::Conflict(format!(
                "service {} has findings of its own",
                noted.id
            )));
        }
        for text in [
            // Both may have been asked in the same microsecond: where one was, and where it is.
            "UPDATE visit SET service = $1, started = started + (SELECT COUNT(*) FROM visit AS same \
             WHERE same.service = $1 AND same.started = visit.started) WHERE service = $2",
            "UPDATE measurement SET service = $1 WHERE service = $2",
        ] {
            let query = sqlx::query(text).bind(mover).bind(noted.id);
            query.execute(self.connection()).await?;
        }
        for text in [
            "DELETE FROM coverage WHERE service = $1",
            "DELETE FROM service WHERE id = $1",
        ] {
            sqlx::query(text)
                .bind(noted.id)
                .execute(self.connection())
                .await?;
        }
        let mut sql = Sql::new("UPDATE asset SET services = services - 1 WHERE id = ");
        sql.bind(noted.asset);
        sql.run(self.connection()).await.map(drop)
    }

    /// Services that showed this key, the oldest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn services_with_key(&mut self, key: &str) -> Result<Vec<i64>, StoreError> {
        let mut sql = Sql::new("SELECT id FROM service WHERE key <> '' AND key = ");
        sql.bind(key).add(" ORDER BY id LIMIT 200");
        let rows = sql.all(self.connection()).await?;
        rows.iter().map(|row| row.number("id")).collect()
    }

    /// Services that were asked for by this name, the oldest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn services_named(&mut self, name: &str) -> Result<Vec<i64>, StoreError> {
        let mut sql = Sql::new("SELECT id FROM service WHERE name <> '' AND name = ");
        sql.bind(name).add(" ORDER BY id LIMIT 200");
        let rows = sql.all(self.connection()).await?;
        rows.iter().map(|row| row.number("id")).collect()
    }

    async fn give_findings(&mut self, from: i64, service: Option<i64>, into: i64) -> Result<(), StoreError> {
        let asset = self.asset(into).await?;
        for before in self.findings_of(from).await? {
            if service.is_some() && before.service != service {
                continue;
            }
            let mut after = before.clone();
            after.asset = into;
            after.site = asset.about.site;
            after.department = asset.about.department;
            let mut sql = Sql::new("UPDATE finding SET asset = ");
            sql.bind(into).add(", site = ").bind(after.site);
            sql.add(", department = ").bind(after.department);
            sql.add(" WHERE id = ").bind(before.id);
            sql.run(self.connection()).await?;
            self.count_finding(&before, -1);
            self.count_finding(&after, 1);
        }
        Ok(())
    }
}

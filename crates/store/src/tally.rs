//! Tallies: numbers that are kept in step by whoever writes, so that no page counts a million rows.

use crate::sql::Sql;
use crate::{StoreError, Writing};

impl Writing {
    /// Findings move with their asset to another site or department.
    pub(crate) async fn move_findings(
        &mut self,
        asset: i64,
        site: Option<i64>,
        department: Option<i64>,
    ) -> Result<(), StoreError> {
        self.tally_findings_of(asset, false).await?;
        let mut sql = Sql::new("UPDATE finding SET site = ");
        sql.bind(site).add(", department = ").bind(department);
        sql.add(" WHERE asset = ").bind(asset);
        sql.run(self.connection()).await?;
        self.tally_findings_of(asset, true).await
    }

    /// Adds the findings of an asset to the tally, or takes them out of it.
    async fn tally_findings_of(&mut self, asset: i64, add: bool) -> Result<(), StoreError> {
        let mut sql = Sql::new("INSERT INTO finding_tally (site, department, severity, state, findings) ");
        sql.add("SELECT COALESCE(site, 0), COALESCE(department, 0), severity, state, ");
        sql.add(if add { "COUNT(*)" } else { "-COUNT(*)" });
        sql.add(" FROM finding WHERE asset = ").bind(asset);
        sql.add(" GROUP BY COALESCE(site, 0), COALESCE(department, 0), severity, state");
        sql.add(" ON CONFLICT (site, department, severity, state) DO UPDATE SET findings = finding_tally.findings + excluded.findings");
        sql.run(self.connection()).await.map(drop)
    }
}

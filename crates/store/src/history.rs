//! What happened to an asset: events are added, and never changed or taken away.

use jiff::Timestamp;
use serde_json::Value as Json;

use crate::moment::micros;
use crate::sql::{Read as _, Sql};
use crate::{Listed, Page, Store, StoreError, Writing};

/// Something that happened to an asset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssetEvent {
    /// Its number.
    pub id: i64,
    /// The asset.
    pub asset: i64,
    /// When.
    pub at: Timestamp,
    /// Who did it; `None`: a scan or an import.
    pub actor: Option<i64>,
    /// "created", "edited", "moved", "merged", "split", "imported".
    pub kind: String,
    /// Before and after, or whatever else tells it.
    pub detail: Json,
}

impl Writing {
    /// Adds what happened; its number is given, whatever `id` says.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn add_asset_event(&mut self, event: &AssetEvent) -> Result<(), StoreError> {
        let mut sql = Sql::new("INSERT INTO asset_event (asset, at, actor, kind, detail) VALUES");
        sql.rows([vec![
            event.asset.into(),
            micros(event.at).into(),
            event.actor.into(),
            event.kind.as_str().into(),
            event.detail.to_string().into(),
        ]]);
        sql.run(self.connection()).await.map(drop)
    }
}

impl Store {
    /// What happened to an asset, the latest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn asset_events(&self, asset: i64, page: &Page) -> Result<Listed<AssetEvent>, StoreError> {
        let mut sql = Sql::new("SELECT id, asset, at, actor, kind, detail FROM asset_event WHERE asset = ");
        sql.bind(asset);
        if let Some((_, id)) = page.place() {
            sql.add(" AND id < ").bind(id);
        }
        sql.add(" ORDER BY id DESC LIMIT ").bind(page.limit());
        let rows = sql.all(&mut *self.reader().await?).await?;
        let mut events = Vec::with_capacity(rows.len());
        for row in &rows {
            events.push(AssetEvent {
                id: row.number("id")?,
                asset: row.number("asset")?,
                at: row.moment("at")?,
                actor: row.maybe_number("actor")?,
                kind: row.text("kind")?,
                detail: row.json("detail")?,
            });
        }
        Ok(page.cut(events, |event| (0, event.id)))
    }
}

//! Who speaks with whom, as interfaces between assets.

use std::collections::HashMap;
use std::net::IpAddr;

use holter_capture::subject::InterfaceSeen;
use holter_store::{AssetAbout, AssetEvent, Interface, StoreError, Writing};
use jiff::Timestamp;
use serde_json::json;

use super::Ours;
use crate::assets::reweigh;
use crate::guess::is_public;

/// So many addresses are known without asking the database.
const KNOWN: usize = 1 << 15;

/// On so many interfaces the conversations of a capture are counted. Beyond them, what was counted is forgotten, and fewer may be
/// said than there were.
const COUNTED: usize = 1 << 18;

/// The map while a capture is drawn into it.
pub(super) struct Map<'a> {
    ours: Ours<'a>,
    scan: i64,
    actor: Option<i64>,
    /// The asset at each address; none: nobody's that is remembered.
    assets: HashMap<IpAddr, Option<i64>>,
    /// Conversations on each interface that the database has of this capture,
    counted: HashMap<i64, u64>,
    /// and those that are being written.
    fresh: HashMap<i64, u64>,
}

impl<'a> Map<'a> {
    pub(super) fn new(ours: Ours<'a>, scan: i64, actor: Option<i64>) -> Self {
        Self {
            ours,
            scan,
            actor,
            assets: HashMap::new(),
            counted: HashMap::new(),
            fresh: HashMap::new(),
        }
    }

    /// What was drawn has been written.
    pub(super) fn settled(&mut self) {
        for (interface, flows) in self.fresh.drain() {
            let all = self.counted.entry(interface).or_default();
            *all = all.saturating_add(flows);
        }
        if self.counted.len() > COUNTED {
            self.counted.clear();
        }
        if self.assets.len() > KNOWN {
            self.assets.clear();
        }
    }

    /// What was drawn has not been written.
    pub(super) fn undone(&mut self) {
        self.fresh.clear();
        self.assets.clear();
    }

    /// Draws conversations that nobody has drawn yet. False: an end of them is not remembered.
    pub(super) async fn draw(
        &mut self,
        writing: &mut Writing,
        seen: &InterfaceSeen,
    ) -> Result<bool, StoreError> {
        let server = self.end(writing, seen.server, seen.first).await?;
        if let Some(server) = server
            && is_public(seen.client.to_canonical())
            && !self.ours.has(seen.client)
        {
            reached_from_outside(writing, server).await?;
        }
        let client = self.end(writing, seen.client, seen.first).await?;
        let (Some(from), Some(to)) = (client, server) else {
            return Ok(false);
        };
        if from == to {
            // A machine that speaks with itself under two addresses.
            return Ok(true);
        }
        let interface = Interface {
            id: 0,
            from_asset: from,
            to_asset: to,
            protocol: seen.protocol.to_string(),
            port: seen.port,
            is_declared: false,
            encrypted: Some(seen.encrypted),
            purpose: String::new(),
            first_seen: seen.first,
            last_seen: seen.last,
        };
        let id = writing.note_interface(&interface).await?;
        let fresh = self.fresh.entry(id).or_default();
        *fresh = fresh.saturating_add(seen.sessions.into());
        let all = self.counted.get(&id).copied().unwrap_or(0).saturating_add(*fresh);
        let all = i64::try_from(all).unwrap_or(i64::MAX);
        writing.hear_interface((id, self.scan), all).await?;
        Ok(true)
    }

    /// The asset at an address; a new one where it is ours and none is known.
    async fn end(
        &mut self,
        writing: &mut Writing,
        address: IpAddr,
        at: Timestamp,
    ) -> Result<Option<i64>, StoreError> {
        let address = address.to_canonical();
        if let Some(known) = self.assets.get(&address) {
            return Ok(*known);
        }
        let text = address.to_string();
        let asset = match writing.marked("address", &text).await?.as_slice() {
            [only] => Some(only.asset),
            [] if self.ours.has(address) => {
                let about = AssetAbout {
                    name: text.clone(),
                    ..AssetAbout::default()
                };
                let asset = writing.add_asset(&about, at).await?;
                writing.mark_asset(asset, "address", &text, at).await?;
                let event = AssetEvent {
                    id: 0,
                    asset,
                    at,
                    actor: self.actor,
                    kind: "created".to_owned(),
                    detail: json!({ "scan": self.scan, "address": text }),
                };
                writing.add_asset_event(&event).await?;
                Some(asset)
            }
            // Nobody's, or of several nobody can tell whose it is.
            _ => None,
        };
        self.assets.insert(address, asset);
        Ok(asset)
    }
}

/// Somebody outside speaks with it: nobody need guess whether it can be reached.
async fn reached_from_outside(writing: &mut Writing, asset: i64) -> Result<(), StoreError> {
    let known = writing.asset(asset).await?;
    if known.about.internet_facing.is_some() || known.by_hand.contains("internet_facing") {
        return Ok(());
    }
    let about = AssetAbout {
        internet_facing: Some(true),
        ..known.about
    };
    writing.update_asset(asset, &about, &known.by_hand).await?;
    reweigh(writing, asset).await
}

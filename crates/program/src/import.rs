//! Other programs' lists of assets: CSV and nmap's results (by way of `inventory`), CycloneDX, NetBox. What a person has
//! set stands; what an import says twice changes nothing.

pub mod cyclonedx;
mod keys;
pub mod netbox;

use std::collections::BTreeSet;

use holter_model::target::Place;
use holter_model::{Asset, Criticality, Fragility};
use holter_store::{AssetAbout, AssetEvent, Store, Writing};
use jiff::Timestamp;
use serde_json::{Value, json};

pub use self::keys::Shared;
use crate::ProgramError;
use crate::assets::{hasten, reweigh};
use crate::guess::fill;

/// A larger file is a mistake.
const LARGEST: usize = 256 << 20;
/// So many are written in one transaction: others wait for its end.
pub const AT_ONCE: usize = 200;

/// What a list says of one asset.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listed {
    /// Its id in that list: "netbox:17", "bom:…".
    pub id: String,
    /// Its addresses.
    pub addresses: Vec<String>,
    /// Its host names.
    pub names: Vec<String>,
    /// The fingerprints of its SSH host keys.
    pub host_keys: Vec<String>,
    /// Its name for people.
    pub label: String,
    /// What it is there for.
    pub role: String,
    /// Its site.
    pub site: String,
    /// Its department.
    pub department: String,
    /// Who answers for it.
    pub owner: String,
    /// Its vendor.
    pub vendor: String,
    /// The product that it is.
    pub product: String,
    /// In which version.
    pub version: String,
    /// How much depends on it.
    pub criticality: Option<Criticality>,
    /// How carefully it must be touched.
    pub fragility: Option<Fragility>,
}

/// What an import came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Assets that are new.
    pub added: u64,
    /// Assets of which something new is known.
    pub changed: u64,
    /// Assets of which nothing new was said.
    pub same: u64,
    /// What was left out, and why.
    pub oddities: Vec<String>,
}

impl Imported {
    /// Counts in what another part of the list came to.
    pub fn add(&mut self, other: Self) {
        self.added += other.added;
        self.changed += other.changed;
        self.same += other.same;
        self.oddities.extend(other.oddities);
    }
}

/// Reads a list of any form that is known, told by its looks.
///
/// # Errors
/// When it is of no form that is known, or is wrong in a way that must not be passed over.
pub fn read(bytes: &[u8]) -> Result<(Vec<Listed>, Vec<String>), ProgramError> {
    if bytes.len() > LARGEST {
        return Err(ProgramError::Unreadable(
            "the file is larger than 256 MiB".to_owned(),
        ));
    }
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    if matches!(first, Some(b'{' | b'[')) {
        let document: Value = serde_json::from_slice(bytes)
            .map_err(|error| ProgramError::Unreadable(format!("it is not JSON: {error}")))?;
        if document.get("bomFormat").is_some() {
            return Ok(cyclonedx::read(&document));
        }
        if let Some(found) = netbox::read(&document) {
            return Ok(found);
        }
        let why = "it is JSON, but neither a CycloneDX document nor NetBox's devices or addresses";
        return Err(ProgramError::Unreadable(why.to_owned()));
    }
    let read = holter_inventory::read(bytes, &|_| Ok(()))
        .map_err(|error| ProgramError::Unreadable(error.to_string()))?;
    let mut oddities: Vec<String> = read.oddities.iter().map(ToString::to_string).collect();
    let mut listed: Vec<Listed> = Vec::new();
    for asset in &read.assets {
        match of_inventory(asset) {
            Some(one) => listed.push(one),
            None => oddities.push(format!("{:?} is a range, not an asset", asset.place)),
        }
    }
    for target in &read.targets {
        let one = of_inventory(&Asset::at(target.place.clone()));
        let Some(one) = one else { continue };
        let known = listed.iter().any(|other| {
            other
                .addresses
                .iter()
                .any(|address| one.addresses.contains(address))
                || other.names.iter().any(|name| one.names.contains(name))
        });
        if !known {
            listed.push(one);
        }
    }
    Ok((listed, oddities))
}

/// Brings a list into the store. `source` names it in the history.
///
/// # Errors
/// When the database does not answer.
pub async fn bring_in(
    store: &Store,
    listed: &[Listed],
    source: &str,
    by: (Option<i64>, Timestamp),
) -> Result<Imported, ProgramError> {
    let mut imported = Imported::default();
    let shared = Shared::of(listed);
    imported.oddities.extend(shared.oddities());
    for some in listed.chunks(AT_ONCE) {
        let mut writing = store.write_alone().await?;
        imported.add(bring_some(&mut writing, some, &shared, source, by).await?);
        writing.commit().await?;
    }
    Ok(imported)
}

/// Brings a part of a list, of [`AT_ONCE`] at most, without the keys that several of the whole list share, into the caller's transaction, which must be one of
/// [`Store::write_alone`].
///
/// # Errors
/// When the database does not answer.
pub async fn bring_some(
    writing: &mut Writing,
    some: &[Listed],
    shared: &Shared,
    source: &str,
    by: (Option<i64>, Timestamp),
) -> Result<Imported, ProgramError> {
    let mut imported = Imported::default();
    for one in some {
        let one = shared.taken_from(one);
        bring_one(writing, &one, source, by, &mut imported).await?;
    }
    Ok(imported)
}

async fn bring_one(
    writing: &mut Writing,
    one: &Listed,
    source: &str,
    (actor, at): (Option<i64>, Timestamp),
    imported: &mut Imported,
) -> Result<(), ProgramError> {
    let marks = marks(one);
    if marks.is_empty() {
        imported
            .oddities
            .push(format!("{:?} has neither an address nor a name", one.label));
        return Ok(());
    }
    let mut same = BTreeSet::new();
    for (kind, value) in &marks {
        let known = writing.marked(kind, value).await?;
        if *kind == keys::KIND && known.len() > 1 {
            // Shared by now: it tells nothing any more.
            continue;
        }
        same.extend(known.iter().map(|mark| mark.asset));
        if !same.is_empty() {
            // The strongest evidence stands first: what is weaker does not count beside it.
            break;
        }
    }
    let stands_apart = keys::stands_apart(writing, one, &same, at).await?;
    if let Some(other) = stands_apart {
        same = BTreeSet::from([other]);
    }
    if same.len() > 1 {
        imported.oddities.push(format!(
            "{:?} fits several assets ({same:?}); none was changed: merge them, or give it an id",
            one.label
        ));
        return Ok(());
    }
    let about = about(writing, one).await?;
    let (asset, new) = match same.first() {
        Some(asset) => (*asset, false),
        None => (writing.add_asset(&about, at).await?, true),
    };
    let known = writing.asset(asset).await?;
    let mut after = known.about.clone();
    // A name that is only an address gives way to a better one.
    if !new && known.about.name.parse::<std::net::IpAddr>().is_ok() && !known.by_hand.contains("name") {
        after.name.clone_from(&about.name);
    }
    fill(&mut after, &about, &known.by_hand);
    let mut fresh = false;
    for (kind, value) in &marks {
        if stands_apart.is_some() && *kind == keys::KIND {
            // Whose it is, a person says.
            continue;
        }
        fresh |= writing.mark_asset(asset, kind, value, at).await?;
    }
    let changed = after != known.about;
    if changed {
        writing.update_asset(asset, &after, &known.by_hand).await?;
        reweigh(writing, asset).await?;
        if after.criticality != known.about.criticality {
            hasten(writing, asset, at).await?;
        }
    }
    match (new, changed || fresh) {
        (true, _) => imported.added += 1,
        (false, true) => imported.changed += 1,
        (false, false) => imported.same += 1,
    }
    if new || changed || fresh {
        let event = AssetEvent {
            id: 0,
            asset,
            at,
            actor,
            kind: if new { "created" } else { "imported" }.to_owned(),
            detail: json!({ "source": source, "id": one.id }),
        };
        writing.add_asset_event(&event).await?;
    }
    Ok(())
}

async fn about(writing: &mut Writing, one: &Listed) -> Result<AssetAbout, ProgramError> {
    let mut about = AssetAbout {
        name: [&one.label]
            .into_iter()
            .chain(&one.names)
            .chain(&one.addresses)
            .find(|name| !name.is_empty())
            .cloned()
            .unwrap_or_default(),
        role: one.role.clone(),
        criticality: one.criticality,
        fragility: one.fragility,
        ..AssetAbout::default()
    };
    if !one.site.is_empty() {
        about.site = Some(writing.site_named(&one.site).await?);
    }
    if !one.department.is_empty() {
        about.department = Some(writing.department_named(&one.department).await?);
    }
    if !one.owner.is_empty() {
        about.owner = Some(writing.person_named(&one.owner).await?);
    }
    if !one.product.is_empty() {
        about.product = Some(
            writing
                .product_named(&one.vendor, &one.product, &one.version)
                .await?,
        );
    }
    Ok(about)
}

/// What it is known by, the strongest evidence first.
fn marks(one: &Listed) -> Vec<(&'static str, String)> {
    let mut marks = Vec::new();
    if !one.id.is_empty() {
        marks.push(("import", one.id.clone()));
    }
    marks.extend(one.host_keys.iter().map(|key| (keys::KIND, key.clone())));
    marks.extend(one.names.iter().map(|name| ("name", name.to_ascii_lowercase())));
    marks.extend(one.addresses.iter().map(|address| ("address", address.clone())));
    // The id alone is enough to find it again, but not to scan it.
    marks
}

fn of_inventory(asset: &Asset) -> Option<Listed> {
    let mut listed = Listed {
        names: asset.name.iter().cloned().collect(),
        host_keys: asset.host_keys.clone(),
        role: asset.role.clone().unwrap_or_default(),
        owner: asset.owner.clone().unwrap_or_default(),
        department: asset.department.clone().unwrap_or_default(),
        criticality: asset.criticality,
        fragility: asset.fragility,
        ..Listed::default()
    };
    match &asset.place {
        Place::Address(address) => listed.addresses.push(address.to_canonical().to_string()),
        Place::Name(name) => listed.names.insert(0, name.clone()),
        Place::Range(_) => return None,
    }
    Some(listed)
}

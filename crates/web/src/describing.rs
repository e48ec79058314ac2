//! What people say of systems, for the pages and for the API: written down, and written over by no scan and no list.

use holter_store::{AssetEvent, KnownAsset};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::guard::Caller;
use crate::trouble::Trouble;

/// A system that the caller may see. Every page and every deed comes to a system through here.
pub(crate) async fn of(app: &App, caller: &Caller, id: i64) -> Result<KnownAsset, Trouble> {
    let asset = app.store.asset(id).await?;
    caller.actor()?.within(asset.about.department)?;
    Ok(asset)
}

/// What somebody says of it.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Described {
    name: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    note: String,
    #[serde(default)]
    department: String,
    #[serde(default)]
    owner: String,
    #[serde(default)]
    site: String,
    #[serde(default)]
    criticality: String,
    #[serde(default)]
    fragility: String,
    #[serde(default)]
    holds_ephi: String,
    #[serde(default)]
    internet_facing: String,
    #[serde(default)]
    at_home: String,
    #[serde(default)]
    front_door: String,
}

/// Writes it down, for the page and for the API.
pub(crate) async fn write_down(app: &App, caller: &Caller, id: i64, said: &Described) -> Result<(), Trouble> {
    let asset = of(app, caller, id).await?;
    let mut about = asset.about.clone();
    let name = said.name.trim();
    if name.is_empty() || name.len() > 200 {
        return Err(Trouble::Wrong(
            "A system has a name of at most 200 characters.".to_owned(),
        ));
    }
    name.clone_into(&mut about.name);
    said.role.trim().clone_into(&mut about.role);
    said.note.trim().clone_into(&mut about.note);
    let department = said.department.parse().ok();
    caller.actor()?.within(department)?;
    about.department = department;
    about.criticality = said.criticality.parse().ok();
    about.fragility = said.fragility.parse().ok();
    about.holds_ephi = answer(&said.holds_ephi);
    about.internet_facing = answer(&said.internet_facing);
    about.at_home = answer(&said.at_home);
    about.front_door = answer(&said.front_door);
    let mut doing = app.begin().await?;
    about.owner = match said.owner.trim() {
        "" => None,
        name => Some(doing.person_named(name).await?),
    };
    about.site = match said.site.trim() {
        "" => None,
        name => Some(doing.site_named(name).await?),
    };
    let mut by_hand = asset.by_hand.clone();
    for (field, changed) in changed(&asset, &about) {
        if changed {
            by_hand.insert(field.to_owned());
        }
    }
    doing.update_asset(id, &about, &by_hand).await?;
    let event = AssetEvent {
        id: 0,
        asset: id,
        at: app.clock.now(),
        actor: Some(caller.actor()?.person),
        kind: "edited".to_owned(),
        detail: serde_json::json!({ "by_hand": by_hand }),
    };
    doing.add_asset_event(&event).await?;
    let fields: Vec<String> = by_hand.into_iter().collect();
    doing
        .keep(
            caller,
            "asset.described",
            format!("asset {id}"),
            fields.join(", "),
        )
        .await?;
    Ok(())
}

/// Yes, no, or that nobody has said.
pub(crate) fn answer(word: &str) -> Option<bool> {
    match word {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}

fn changed(before: &KnownAsset, after: &holter_store::AssetAbout) -> [(&'static str, bool); 11] {
    let before = &before.about;
    [
        ("name", before.name != after.name),
        ("role", before.role != after.role),
        ("site", before.site != after.site),
        ("department", before.department != after.department),
        ("owner", before.owner != after.owner),
        ("criticality", before.criticality != after.criticality),
        ("fragility", before.fragility != after.fragility),
        ("holds_ephi", before.holds_ephi != after.holds_ephi),
        ("internet_facing", before.internet_facing != after.internet_facing),
        ("at_home", before.at_home != after.at_home),
        ("front_door", before.front_door != after.front_door),
    ]
}

/// Asks for it, for the page and for the API.
pub(crate) async fn ask_measurement(
    app: &App,
    caller: &Caller,
    id: i64,
    service: i64,
) -> Result<i64, Trouble> {
    of(app, caller, id).await?;
    let known = app.store.service(service).await?;
    if known.asset != id {
        return Err(Trouble::Missing);
    }
    if known.endpoint.port == 0 {
        let why = "It was heard, and answers at no port, so Holter cannot measure it.";
        return Err(Trouble::Conflict(why.to_owned()));
    }
    let person = caller.actor()?.person;
    let mut doing = app.begin().await?;
    let asked = doing
        .ask_measurement((service, None), &[], Some(person), app.clock.now())
        .await?;
    doing
        .keep(caller, "measurement.asked", format!("service {service}"), "")
        .await?;
    Ok(asked)
}

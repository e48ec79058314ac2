//! What people say of systems, for the pages and for the API: written down, and written over by no scan and no list.

use std::str::FromStr;

use holter_program::assets;
use holter_program::deeds::By;
use holter_store::KnownAsset;
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
    // As it is while nobody else writes: what a scan says meanwhile is not taken back by this.
    let mut doing = app.begin().await?;
    let mut about = doing.asset(id).await?.about;
    caller.actor()?.within(about.department)?;
    let name = said.name.trim();
    if name.is_empty() || name.len() > 200 {
        return Err(Trouble::Wrong(
            "A system has a name of at most 200 characters.".to_owned(),
        ));
    }
    name.clone_into(&mut about.name);
    said.role.trim().clone_into(&mut about.role);
    said.note.trim().clone_into(&mut about.note);
    about.department = department(app, caller, &said.department).await?;
    about.criticality = meant("criticality", &said.criticality)?;
    about.fragility = meant("fragility", &said.fragility)?;
    for (field, word, answer) in [
        ("holds_ephi", &said.holds_ephi, &mut about.holds_ephi),
        (
            "internet_facing",
            &said.internet_facing,
            &mut about.internet_facing,
        ),
        ("at_home", &said.at_home, &mut about.at_home),
        ("front_door", &said.front_door, &mut about.front_door),
    ] {
        *answer = self::answer(field, word)?;
    }
    about.owner = match said.owner.trim() {
        "" => None,
        name => Some(doing.person_named(name).await?),
    };
    about.site = match said.site.trim() {
        "" => None,
        name => Some(doing.site_named(name).await?),
    };
    let by = By {
        person: caller.actor()?.person,
        at: app.clock.now(),
        words: "",
    };
    let after = assets::edit(&mut doing, id, &about, by).await?;
    let fields: Vec<String> = after.by_hand.into_iter().collect();
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

/// A department that there is, and that the caller may give things to; empty: none.
async fn department(app: &App, caller: &Caller, word: &str) -> Result<Option<i64>, Trouble> {
    let id = match word.trim() {
        "" => None,
        number => Some(number.parse().map_err(|_| none(number))?),
    };
    caller.actor()?.within(id)?;
    let known = app.store.departments().await?;
    match id.filter(|id| known.iter().all(|one| one.id != *id)) {
        Some(_) => Err(none(word)),
        None => Ok(id),
    }
}

fn none(word: &str) -> Trouble {
    Trouble::Wrong(format!("There is no department {:?}.", word.trim()))
}

/// One of the words that a field knows; empty: nobody has said. A word that was mistyped must not take back what was said.
fn meant<T: FromStr<Err = String>>(field: &str, word: &str) -> Result<Option<T>, Trouble> {
    match word.trim() {
        "" => Ok(None),
        word => word
            .parse()
            .map(Some)
            .map_err(|why| Trouble::Wrong(format!("{field}: {why}."))),
    }
}

/// Yes, no, or that nobody has said.
pub(crate) fn answer(field: &str, word: &str) -> Result<Option<bool>, Trouble> {
    match word.trim() {
        "" => Ok(None),
        "yes" => Ok(Some(true)),
        "no" => Ok(Some(false)),
        other => Err(Trouble::Wrong(format!(
            "{field}: {other:?} is neither yes nor no; empty, nobody has said."
        ))),
    }
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

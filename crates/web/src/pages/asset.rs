//! One system: what it is, where it answers, what was found, whom it speaks with, and all that happened.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use holter_model::{Criticality, Fragility, Verdict};
use holter_program::overheard::CLIENT;
use holter_store::{AssetEvent, Covered, Department, FindingFilter, KnownAsset, KnownService, Linked, Page};
use maud::{Markup, html};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::guard::Caller;
use crate::pages::{Done, assets, back, findings, identity, interface};
use crate::role::Deed;
use crate::shown::{Frame, badge, form, moment, safe};
use crate::trouble::Trouble;

/// A system that the caller may see. Every page and every deed comes to a system through here.
pub(crate) async fn of(app: &App, caller: &Caller, id: i64) -> Result<KnownAsset, Trouble> {
    let asset = app.store.asset(id).await?;
    caller.actor()?.within(asset.about.department)?;
    Ok(asset)
}

/// The page.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    Query(done): Query<Done>,
    caller: Caller,
) -> Result<Response, Trouble> {
    let asset = of(&app, &caller, id).await?;
    if let Some(into) = asset.merged_into {
        return Ok(axum::response::IntoResponse::into_response(
            axum::response::Redirect::to(&format!("/assets/{into}")),
        ));
    }
    let filter = FindingFilter {
        asset: Some(id),
        ..FindingFilter::default()
    };
    let found = app.store.findings(&filter, &Page::first(100)).await?;
    let mut services = Vec::new();
    for service in app.store.services(id).await?.into_iter().take(100) {
        let coverage = app.store.coverage(service.id).await?;
        services.push((service, coverage));
    }
    let marks = app.store.marks(id).await?;
    let linked = app.store.interfaces_of(id).await?;
    let events = app.store.asset_events(id, &Page::first(100)).await?;
    let departments = app.store.departments().await?;
    let doubts = app.store.tasks_of_asset(id).await?;
    let answering: Vec<&KnownService> = services.iter().map(|(service, _)| service).collect();
    let describes = caller.actor()?.may(Deed::Describe);
    let frame = Frame {
        title: &asset.about.name,
        caller: &caller,
        part: "/assets",
        done: done.done.as_deref(),
    };
    Ok(frame.around(&html! {
        p class="crumbs" { a href="/assets" { "Systems" } " › " (id) }
        h1 { (safe(&asset.about.name)) }
        @if !asset.about.role.is_empty() { p class="soft" { (safe(&asset.about.role)) } }
        (identity::doubts(&caller, &asset, &doubts, describes))
        div class="split" {
            div {
                h2 { "Findings" }
                @if found.rows.is_empty() { p { "None. What was asked of it stands below." } }
                (findings::table(&app, &found.rows, "What was found here", false))
                (services_of(&app, &caller, &services))
                (interfaces(&caller, id, &linked, describes))
                (history(&app, &events.rows))
            }
            aside aria-label="About it" {
                div class="card" { (about(&app, &asset)) }
                div class="card" { (identity::known_by(&app, &marks)) }
                @if describes {
                    div class="card act" { (edit(&caller, &asset, &departments)) (identity::forms(&caller, &asset, &answering)) }
                }
            }
        }
    }))
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

/// Writes down what somebody says. No scan and no list writes over it.
pub(crate) async fn describe(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    caller: Caller,
    Form(said): Form<Described>,
) -> Result<Response, Trouble> {
    write_down(&app, &caller, id, &said).await?;
    Ok(back(&format!("/assets/{id}"), "changed"))
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
    let mut writing = app.store.write().await?;
    about.owner = match said.owner.trim() {
        "" => None,
        name => Some(writing.person_named(name).await?),
    };
    about.site = match said.site.trim() {
        "" => None,
        name => Some(writing.site_named(name).await?),
    };
    let mut by_hand = asset.by_hand.clone();
    for (field, changed) in changed(&asset, &about) {
        if changed {
            by_hand.insert(field.to_owned());
        }
    }
    writing.update_asset(id, &about, &by_hand).await?;
    let event = AssetEvent {
        id: 0,
        asset: id,
        at: app.clock.now(),
        actor: Some(caller.actor()?.person),
        kind: "edited".to_owned(),
        detail: serde_json::json!({ "by_hand": by_hand }),
    };
    writing.add_asset_event(&event).await?;
    writing.commit().await?;
    let fields: Vec<String> = by_hand.into_iter().collect();
    app.note(
        caller,
        "asset.described",
        format!("asset {id}"),
        fields.join(", "),
    )
    .await?;
    Ok(())
}

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

/// Asks for a measurement of one of its services.
pub(crate) async fn measure(
    State(app): State<Arc<App>>,
    Path((id, service)): Path<(i64, i64)>,
    caller: Caller,
) -> Result<Response, Trouble> {
    ask_measurement(&app, &caller, id, service).await?;
    Ok(back(&format!("/assets/{id}"), "measuring"))
}

/// Asks for it, for the page and for the API.
pub(crate) async fn ask_measurement(
    app: &App,
    caller: &Caller,
    id: i64,
    service: i64,
) -> Result<i64, Trouble> {
    of(app, caller, id).await?;
    if app.store.service(service).await?.asset != id {
        return Err(Trouble::Missing);
    }
    let mut writing = app.store.write_alone().await?;
    let person = caller.actor()?.person;
    let asked = writing
        .ask_measurement((service, None), &[], Some(person), app.clock.now())
        .await?;
    writing.commit().await?;
    app.note(caller, "measurement.asked", format!("service {service}"), "")
        .await?;
    Ok(asked)
}

fn services_of(app: &App, caller: &Caller, services: &[(KnownService, Vec<Covered>)]) -> Markup {
    let works = caller.actor.as_ref().is_some_and(|actor| actor.may(Deed::Work));
    html! {
        h2 { "Where it answers" }
        @if services.is_empty() { p class="soft" { "No service of it is known." } }
        @for (service, coverage) in services {
            div class="card" {
                h3 {
                    @if !service.name.is_empty() { (safe(&service.name)) " · " }
                    @if service.protocol == CLIENT { (service.endpoint.address.to_string()) " as a client" } @else { (service.endpoint.to_string()) } " " span class="soft small" { (safe(&service.protocol)) @if !service.role.is_empty() { ", " (safe(&service.role)) } }
                }
                p class="small soft" { "First seen " (moment::at(service.first_seen, &app.zone)) ", last " (moment::ago(service.last_seen, app.clock.now(), &app.zone)) }
                (covered(coverage))
                @if !service.key.is_empty() { p class="small" { "Key " code { (safe(service.key.get(..16).unwrap_or(&service.key))) "…" } } }
                @if works && service.protocol != CLIENT {
                    form method="post" action={ "/assets/" (service.asset) "/services/" (service.id) "/measure" } {
                        (form::key(caller))
                        button class="quiet" { "Measure now" span class="soft small" { " " (service.endpoint.to_string()) } }
                    }
                }
            }
        }
    }
}

fn covered(coverage: &[Covered]) -> Markup {
    let of = |verdict: Verdict| coverage.iter().filter(move |one| one.verdict == verdict).count();
    let (bad, open, good) = (
        of(Verdict::Affected),
        of(Verdict::Inconclusive),
        of(Verdict::NotAffected),
    );
    html! {
        p {
            @if bad > 0 { (badge::word("critical", &format!("{bad} affected"))) " " }
            @if open > 0 { (badge::word("unsure", &format!("{open} not decided"))) " " }
            @if good > 0 { (badge::word("ok", &format!("{good} not affected"))) }
            @if coverage.is_empty() { span class="soft" { "Nothing has been asked to the end here." } }
        }
    }
}

fn interfaces(caller: &Caller, id: i64, linked: &[Linked], describes: bool) -> Markup {
    html! {
        @if !linked.is_empty() || describes {
            h2 { "Whom it speaks with" }
        }
        @if !linked.is_empty() {
            ul {
                @for one in linked {
                    li {
                        @let (other, name, way) = if one.interface.from_asset == id { (one.interface.to_asset, &one.to_name, "to") } else { (one.interface.from_asset, &one.from_name, "from") };
                        (way) " " a href={ "/assets/" (other) } { (safe(name)) } ", " a href={ "/interfaces/" (one.interface.id) } { (safe(&one.interface.protocol)) @if one.interface.port > 0 { " at port " (one.interface.port) } }
                        @if one.interface.encrypted == Some(false) { " " (badge::word("high", "in clear text")) }
                        @if !one.interface.purpose.is_empty() { ": " (safe(&one.interface.purpose)) }
                        " " span class="soft small" { (interface::because(one)) }
                    }
                }
            }
            p { a href={ "/map?asset=" (id) } { "As a map" } }
        }
        @if describes {
            details { summary { "Declare whom it connects to" } (interface::declaring(caller, Some(id))) }
        }
    }
}

fn about(app: &App, asset: &KnownAsset) -> Markup {
    let named = |name: Option<&str>| html! { @if let Some(name) = name { (safe(name)) } @else { span class="soft" { "nobody has said" } } };
    html! {
        h2 { "About it" }
        dl class="pairs" {
            dt { "Department" } dd { (named(asset.named.department.as_deref())) }
            dt { "Answers for it" } dd { (named(asset.named.owner.as_deref())) }
            dt { "Site" } dd { (named(asset.named.site.as_deref())) }
            dt { "Product" } dd { (named(asset.named.product.as_deref())) }
            dt { "Depends on it" } dd { (assets::marks(asset)) }
            dt { "To be touched" } dd { (named(asset.about.fragility.map(Fragility::as_str))) }
            dt { "Known since" } dd { (moment::day(asset.created, &app.zone)) }
            @if let Some(seen) = asset.seen { dt { "Last seen" } dd { (moment::at(seen, &app.zone)) } }
        }
        @if !asset.about.note.is_empty() { p { (safe(&asset.about.note)) } }
        @if !asset.by_hand.is_empty() { p class="soft small" { "Said by a person, and written over by nothing: " (asset.by_hand.iter().cloned().collect::<Vec<_>>().join(", ")) "." } }
    }
}

fn history(app: &App, events: &[AssetEvent]) -> Markup {
    html! {
        h2 { "History" }
        ol class="time" {
            @for event in events { li { strong { (safe(&event.kind)) } br; span class="soft small" { (moment::at(event.at, &app.zone)) } } }
        }
    }
}

fn edit(caller: &Caller, asset: &KnownAsset, departments: &[Department]) -> Markup {
    let about = &asset.about;
    let three = |name: &str, label: &str, value: Option<bool>| {
        html! {
            label for=(name) { (label) }
            select id=(name) name=(name) {
                (form::option("", "nobody has said", value.is_none()))
                (form::option("yes", "yes", value == Some(true)))
                (form::option("no", "no", value == Some(false)))
            }
        }
    };
    html! {
        details {
            summary { "Say more about it" }
            form method="post" action={ "/assets/" (asset.id) } {
                (form::key(caller))
                label for="name" { "Name" } input id="name" name="name" value=(safe(&about.name)) required maxlength="200";
                label for="role" { "What it is there for" } input id="role" name="role" value=(safe(&about.role)) maxlength="200";
                label for="department" { "Department" }
                select id="department" name="department" {
                    (form::option("", "none", about.department.is_none()))
                    @for one in departments { (form::option(&one.id.to_string(), &safe(&one.name), about.department == Some(one.id))) }
                }
                label for="owner" { "Who answers for it" } input id="owner" name="owner" value=(safe(asset.named.owner.as_deref().unwrap_or_default())) maxlength="100";
                label for="site" { "Site" } input id="site" name="site" value=(safe(asset.named.site.as_deref().unwrap_or_default())) maxlength="100";
                label for="criticality" { "What depends on it" }
                select id="criticality" name="criticality" {
                    (form::option("", "nobody has said", about.criticality.is_none()))
                    @for one in Criticality::ALL { (form::option(one.as_str(), one.as_str(), about.criticality == Some(one))) }
                }
                label for="fragility" { "How it must be touched" }
                select id="fragility" name="fragility" {
                    (form::option("", "nobody has said", about.fragility.is_none()))
                    @for one in Fragility::ALL { (form::option(one.as_str(), one.as_str(), about.fragility == Some(one))) }
                }
                (three("holds_ephi", "Holds patients' records", about.holds_ephi))
                (three("internet_facing", "Reached from the internet", about.internet_facing))
                (three("at_home", "Stands at somebody's home", about.at_home))
                (three("front_door", "A VPN or portal", about.front_door))
                label for="note" { "Note" } textarea id="note" name="note" maxlength="2000" { (safe(&about.note)) }
                button { "Keep" }
            }
        }
    }
}

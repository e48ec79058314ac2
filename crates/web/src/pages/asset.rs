//! One system: what it is, where it answers, what was found, whom it speaks with, and all that happened.

mod edit;

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use holter_model::{Fragility, Verdict};
use holter_program::overheard::{CLIENT, SESSIONS};
use holter_store::{AssetEvent, Covered, FindingFilter, InterfaceFilter, KnownAsset, KnownService, Page};
use maud::{Markup, html};

use crate::accounts;
use crate::app::App;
use crate::describing::{self, Described};
use crate::ends::{Names, Seen};
use crate::guard::Caller;
use crate::pages::{Done, assets, back, findings, identity, interface};
use crate::role::Deed;
use crate::shown::{Frame, badge, form, moment, safe};
use crate::trouble::Trouble;

/// So many places where it answers stand on its page.
const SERVICES: usize = 100;
/// So many of its interfaces stand on its page; the map has the others.
const LISTED: u32 = 20;

/// The page.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    Query(done): Query<Done>,
    caller: Caller,
) -> Result<Response, Trouble> {
    let asset = describing::of(&app, &caller, id).await?;
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
    let services: Vec<KnownService> = app.store.services(id).await?.into_iter().take(SERVICES).collect();
    let asked = services.iter().map(|service| service.id).collect();
    let mut coverage = app.store.coverage_of(&asked).await?;
    let services: Vec<(KnownService, Vec<Covered>)> = services
        .into_iter()
        .map(|service| {
            let covered = coverage.remove(&service.id).unwrap_or_default();
            (service, covered)
        })
        .collect();
    let marks = app.store.marks(id).await?;
    let around = InterfaceFilter {
        asset: Some(id),
        ..InterfaceFilter::default()
    };
    let linked = app.store.interfaces(&around, &Page::first(LISTED)).await?;
    let many = app.store.interfaces_of(&around).await?;
    let names = Names::all(&app).await?;
    let seen = linked.rows.into_iter().map(|one| Seen::by(&caller, &names, one));
    let seen = seen.collect::<Result<Vec<_>, _>>()?;
    let events = app.store.asset_events(id, &Page::first(100)).await?;
    let departments = accounts::departments(&app, &caller).await?;
    let doubts = identity::left(&app, &caller, id).await?;
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
                @if found.next.is_some() { p { a href={ "/findings?state=all&asset=" (id) } { "All of them" } } }
                (services_of(&app, &caller, &services))
                @if asset.services > i64::try_from(SERVICES).unwrap_or(i64::MAX) { p class="soft" { "And more, " (asset.services) " in all: " code { "/api/v1/assets/" (id) } " has them." } }
                (interfaces(&caller, id, (&seen, many), describes))
                (history(&app, &events.rows))
                @if events.next.is_some() { p class="soft" { "What was before is not shown." } }
            }
            aside aria-label="About it" {
                div class="card" { (about(&app, &asset)) }
                div class="card" { (identity::known_by(&app, &marks)) }
                @if describes {
                    div class="card act" { (edit::form(&caller, &asset, &departments)) (identity::forms(&caller, &asset, &answering)) }
                }
            }
        }
    }))
}

/// Writes down what somebody says. No scan and no list writes over it.
pub(crate) async fn describe(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    caller: Caller,
    Form(said): Form<Described>,
) -> Result<Response, Trouble> {
    describing::write_down(&app, &caller, id, &said).await?;
    Ok(back(&format!("/assets/{id}"), "changed"))
}

/// Asks for a measurement of one of its services.
pub(crate) async fn measure(
    State(app): State<Arc<App>>,
    Path((id, service)): Path<(i64, i64)>,
    caller: Caller,
) -> Result<Response, Trouble> {
    describing::ask_measurement(&app, &caller, id, service).await?;
    Ok(back(&format!("/assets/{id}"), "measuring"))
}

fn services_of(app: &App, caller: &Caller, services: &[(KnownService, Vec<Covered>)]) -> Markup {
    let works = caller.actor.as_ref().is_some_and(|actor| actor.may(Deed::Work));
    html! {
        h2 { "Where it answers" }
        @if services.is_empty() { p class="soft" { "No service of it is known." } }
        @for (service, coverage) in services {
            div class="card" {
                h3 {
                    @if service.protocol == SESSIONS { (safe(&service.name)) " " } @else {
                        @if !service.name.is_empty() { (safe(&service.name)) " · " }
                        @if service.protocol == CLIENT { (service.endpoint.address.to_string()) " as a client" } @else { (service.endpoint.to_string()) } " "
                    }
                    span class="soft small" { (safe(&service.protocol)) @if !service.role.is_empty() { ", " (safe(&service.role)) } }
                }
                p class="small soft" { "First seen " (moment::at(service.first_seen, &app.zone)) ", last " (moment::ago(service.last_seen, app.clock.now(), &app.zone)) }
                (covered(coverage))
                @if !service.key.is_empty() { p class="small" { "Key " code { (safe(service.key.get(..16).unwrap_or(&service.key))) "…" } } }
                @if works && service.endpoint.port > 0 {
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

fn interfaces(caller: &Caller, id: i64, (some, many): (&[Seen], i64), describes: bool) -> Markup {
    html! {
        @if !some.is_empty() || describes {
            h2 { "Whom it speaks with" }
        }
        @if !some.is_empty() {
            ul {
                @for seen in some {
                    li {
                        @let one = &seen.linked.interface;
                        @if one.from_asset == id { "to " } @else { "from " }
                        (seen.other(id).named()) ", " a href={ "/interfaces/" (one.id) } { (safe(&one.protocol)) @if one.port > 0 { " at port " (one.port) } }
                        @if one.encrypted == Some(false) { " " (badge::word("high", "in clear text")) }
                        @if !one.purpose.is_empty() { ": " (safe(&one.purpose)) }
                        " " span class="soft small" { (interface::because(&seen.linked)) }
                    }
                }
            }
            p { a href={ "/map?asset=" (id) } { @if many > i64::from(LISTED) { "All " (many) ", and as a map" } @else { "As a map" } } }
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

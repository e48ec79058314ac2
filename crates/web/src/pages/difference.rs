//! What is different in a scan from the last one that asked the same.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use holter_capture::flaws;
use holter_model::difference::Kind;
use holter_model::{Difference, Differences, Endpoint};
use holter_program::difference::{MOST, Told, since_last};
use holter_store::Scan;
use maud::{Markup, html};

use crate::app::App;
use crate::guard::Caller;
use crate::shown::{Frame, badge, safe};
use crate::trouble::Trouble;

/// The page.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    caller: Caller,
) -> Result<Response, Trouble> {
    let scan = app.store.scan(id).await?;
    let told = told(&app, &caller, &scan).await?;
    let frame = Frame {
        title: "What is different",
        caller: &caller,
        part: "/scans",
        done: None,
    };
    Ok(frame.around(&html! {
        p class="crumbs" { a href="/scans" { "Scans" } " › " a href={ "/scans/" (id) } { (id) } " › what is different" }
        h1 { "What is different" }
        @match &told {
            Told::First => p { "Nothing to compare with: no scan that asked the same has come to its end before this one." },
            Told::TooMany => p { "There are more than " (MOST) " services, which takes longer than anybody waits for a page: " code { "holter scan --diff" } " compares them." },
            Told::Since(last, differences) => (since(*last, differences)),
        }
        p class="soft" { "Only a measurement says “fixed”. Of what was not asked, nothing is said." }
    }))
}

/// What is different, as far as it is the caller's to see; for the page and for the API.
pub(crate) async fn told(app: &App, caller: &Caller, scan: &Scan) -> Result<Told, Trouble> {
    let told = since_last(&app.store, scan, &app.zone).await?;
    let (Told::Since(last, mut differences), Some(department)) = (told.clone(), caller.actor()?.department)
    else {
        return Ok(told);
    };
    let mut theirs: BTreeSet<Endpoint> = BTreeSet::new();
    for one in [scan.id, last] {
        for service in app.store.services_of_scan(one).await? {
            let asset = app.store.asset(service.asset).await?;
            if asset.about.department == Some(department) {
                theirs.insert(service.endpoint);
            }
        }
    }
    differences.items.retain(|item| theirs.contains(&item.endpoint));
    Ok(Told::Since(last, differences))
}

fn since(last: i64, differences: &Differences) -> Markup {
    html! {
        p {
            "Since " a href={ "/scans/" (last) } { "the scan of " (differences.since.strftime("%Y-%m-%d %H:%M").to_string()) }
            @if differences.items.is_empty() { " nothing is different." } @else { ":" }
        }
        @if !differences.items.is_empty() {
            dl class="tiles" {
                @for kind in Kind::ALL {
                    @let count = differences.count(kind);
                    @if count > 0 { div { dt { (word(kind)) } dd { (count) } } }
                }
            }
            div class="scroll" {
                table class="stack" {
                    caption { "Service by service" }
                    thead { tr { th scope="col" { "Service" } th scope="col" { "What" } th scope="col" { "It was" } th scope="col" { "It is" } } }
                    tbody { @for item in &differences.items { (row(item)) } }
                }
            }
        }
    }
}

fn row(item: &Difference) -> Markup {
    html! {
        tr {
            th scope="row" { @if let Some(name) = &item.name { (safe(name)) " · " } (item.endpoint.to_string()) }
            td data-l="What" {
                (badge::word(class(item.kind), word(item.kind)))
                @if let Some(flaw) = &item.flaw { " " (flaws::flaw(flaw).map_or(flaw.as_str(), |flaw| flaw.name.as_str())) }
            }
            td data-l="It was" { (safe(&item.was)) }
            td data-l="It is" { (safe(&item.now)) }
        }
    }
}

/// In plain words.
const fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Affected => "newly affected",
        Kind::Back => "back",
        Kind::Fixed => "fixed, as measured",
        Kind::New => "new",
        Kind::Gone => "gone",
        Kind::Changed => "changed",
    }
}

const fn class(kind: Kind) -> &'static str {
    match kind {
        Kind::Affected | Kind::Back => "critical",
        Kind::Fixed => "ok",
        Kind::New | Kind::Gone | Kind::Changed => "info",
    }
}

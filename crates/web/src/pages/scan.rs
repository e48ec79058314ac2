//! One scan: how far it is, or what came of it.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, Query, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use holter_capture::flaws;
use holter_checks::catalogue;
use holter_model::{Attempt, Verdict};
use holter_store::{KnownService, Page, Scan, Visit};
use maud::{Markup, html};
use serde::Deserialize;

use crate::app::App;
use crate::guard::Caller;
use crate::pages::scans::{Seen, ending, targets};
use crate::role::Deed;
use crate::scanning::progress::{Live, Progress};
use crate::shown::{Frame, badge, form, list, moment, safe};
use crate::trouble::Trouble;

/// The method of a scan that only listened.
const PASSIVE: &str = "passive";
/// Progress is shown no more often.
const OFTEN: Duration = Duration::from_millis(300);

/// Which page of its services.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    after: Option<String>,
    done: Option<String>,
}

/// The page.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    Query(asked): Query<Asked>,
    caller: Caller,
) -> Result<Response, Trouble> {
    // Asked before the store is: what ends in between has ended there, and is not taken for another process's.
    let running = app.scanner.live(id);
    let Seen { scan, sums } = Seen::by(&caller, app.store.scan(id).await?)?;
    let actor = caller.actor()?;
    let live = running.as_ref().filter(|_| actor.department.is_none());
    let visits = app
        .store
        .visits_of(
            id,
            &Page {
                after: asked.after.clone(),
                size: 50,
            },
        )
        .await?;
    let mut rows = Vec::new();
    let visited = visits.rows.iter().map(|visit| visit.about.service).collect();
    let services = app.store.services_numbered(&visited).await?;
    let theirs = services.values().map(|service| service.asset).collect();
    let assets = app.store.assets_numbered(&theirs).await?;
    for visit in &visits.rows {
        let Some(service) = services.get(&visit.about.service) else {
            continue;
        };
        let Some(asset) = assets.get(&service.asset) else {
            continue;
        };
        if actor.within(asset.about.department).is_ok() {
            rows.push(row(visit, service, &asset.about.name));
        }
    }
    let frame = Frame {
        title: "Scan",
        caller: &caller,
        part: "/scans",
        done: asked.done.as_deref(),
    };
    Ok(frame.around(&html! {
        p class="crumbs" { a href="/scans" { "Scans" } " › " (id) }
        h1 { (safe(&scan.about.label)) }
        p class="soft" {
            (targets(&scan)) " · begun " (moment::at(scan.about.started, &app.zone))
            @if let Some(ended) = scan.ended { ", ended " (moment::at(ended, &app.zone)) }
        }
        @match live {
            Some(live) => (under_way(id, &live.now(), actor.may(Deed::Scan), &caller)),
            None => {
                p { "It " (ending(&app, &scan, running.as_deref())) "." }
                @if app.scanner.can_go_on(&scan) && actor.may(Deed::Scan) {
                    form method="post" action={ "/scans/" (id) "/resume" } {
                        (form::key(&caller))
                        button { "Go on with it" }
                    }
                }
                @if let Some(sums) = &sums {
                    dl class="tiles" {
                        div { dt { "Services" } dd { (sums.services) } }
                        div { dt { "Affected" } dd { (sums.affected) } }
                        div { dt { "Not assessed in full" } dd { (sums.inconclusive) } }
                        div { dt { "Facts noted" } dd { (sums.observations) } }
                    }
                    @if sums.affected > 0 { p { a class="button" href="/" { "What to do next" } } }
                }
            }
        }
        @if live.is_none() && sums.is_some() && scan.about.method != PASSIVE { (looked_for(&scan)) }
        @if scan.ended.is_some() && !scan.fingerprint.is_empty() { p { a href={ "/scans/" (id) "/difference" } { "What is different from the last scan of the same" } } }
        @if !rows.is_empty() {
            div class="scroll" {
                table class="stack" {
                    caption { "What was heard" }
                    thead { tr { th scope="col" { "Service" } th scope="col" { "System" } th scope="col" { "Answer" } th scope="col" { "How it went" } } }
                    tbody { @for row in &rows { (row) } }
                }
            }
        }
        (list::pages(&format!("/scans/{id}"), &[], asked.after.as_deref(), visits.next.as_deref()))
        details {
            summary { "What it declared to ask" }
            p { "Checks: " (safe(&scan.about.scope.checks.join(", "))) "." }
            @if sums.is_some() { p { "Targets: " (safe(&scan.about.scope.targets.join(", "))) "." } }
            p class="soft" { "A scan closes only what it declared and achieved." }
        }
    }))
}

/// Goes on with it.
pub(crate) async fn resume(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    caller: Caller,
) -> Result<Response, Trouble> {
    go_on(&app, &caller, id).await?;
    Ok(crate::pages::back(&format!("/scans/{id}"), "resumed"))
}

/// Goes on with it, for the page and for the API.
pub(crate) async fn go_on(app: &App, caller: &Caller, id: i64) -> Result<(), Trouble> {
    app.scanner.take_up(app, caller, id).await
}

/// How far a scan is, for whoever may know: it is told for all departments together.
pub(crate) fn live(app: &App, caller: &Caller, id: i64) -> Result<Option<Arc<Live>>, Trouble> {
    let sees_all = caller.actor()?.department.is_none();
    Ok(app.scanner.live(id).filter(|_| sees_all))
}

/// Stops it.
pub(crate) async fn stop(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    caller: Caller,
) -> Result<Response, Trouble> {
    end(&app, &caller, id).await?;
    Ok(crate::pages::back(&format!("/scans/{id}"), "stopped"))
}

/// Stops it, for the page and for the API.
pub(crate) async fn end(app: &App, caller: &Caller, id: i64) -> Result<(), Trouble> {
    let live = app.scanner.live(id).ok_or(Trouble::Missing)?;
    app.note(caller, "scan.stopped", format!("scan {id}"), "").await?;
    live.stop.now();
    live.update(|progress| progress.state = "ending");
    Ok(())
}

/// Its progress as it happens.
pub(crate) async fn events(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    caller: Caller,
) -> Result<Response, Trouble> {
    let Some(live) = live(&app, &caller, id)? else {
        return over(&app, &caller, id).await;
    };
    let begin = (live.watch(), false);
    let told = stream::unfold(begin, |(mut watch, over)| async move {
        if over {
            return None;
        }
        let progress: Progress = watch.borrow_and_update().clone();
        let event = if progress.over {
            Event::default().event("end")
        } else {
            Event::default().event("state")
        };
        let event = event.json_data(&progress).unwrap_or_default();
        if !progress.over {
            tokio::time::sleep(OFTEN).await;
            // The one who tells is gone: nothing more comes.
            if watch.changed().await.is_err() {
                return None;
            }
        }
        Some((Ok::<_, Infallible>(event), (watch, progress.over)))
    });
    Ok(Sse::new(told).keep_alive(KeepAlive::default()).into_response())
}

/// A scan can end between a page and its stream: it is told then that it has.
async fn over(app: &App, caller: &Caller, id: i64) -> Result<Response, Trouble> {
    if caller.actor()?.department.is_some() {
        return Err(Trouble::Missing);
    }
    app.store.scan(id).await?;
    let end = Event::default().event("end").data("{}");
    Ok(Sse::new(stream::iter([Ok::<_, Infallible>(end)])).into_response())
}

/// Where it looked and nothing answered. "0 services" alone would leave open whether anybody looked.
fn looked_for(scan: &Scan) -> Markup {
    let reach = &scan.reach;
    let some = |count: i64, what: &str| {
        html! { @if count > 0 { li { (count) " " (what) } } }
    };
    html! {
        @if reach.endpoints > 0 {
            @if scan.sums.services == 0 && reach.nothing > 0 {
                p { strong { "Nothing answered." } " " (reach.endpoints) " " @if reach.endpoints == 1 { "place was" } @else { "places were" } " looked at, and no service was found there. That says nothing of what answers tomorrow, or to somebody else." }
            }
            ul class="soft" {
                (some(reach.endpoints, if reach.endpoints == 1 { "place (an address and a port) was to be asked" } else { "places (addresses and ports) were to be asked" }))
                (some(reach.nothing, "of them: nothing answered"))
                (some(reach.spared, "of them: too delicate to be contacted, as your inventory says"))
                (some(reach.left_alone, "hosts were left alone in the middle, because they suffered"))
                (some(reach.not_asked, "places were not asked because of that"))
            }
        }
        @if !reach.silent.is_empty() {
            details {
                summary { "What was named and did not answer" }
                ul { @for (target, why) in &reach.silent { li { (safe(target)) ": " (safe(why)) } } }
            }
        }
    }
}

fn under_way(id: i64, progress: &Progress, may: bool, caller: &Caller) -> Markup {
    html! {
        div class="card" data-live={ "/scans/" (id) "/events" } {
            h2 { "Under way: " span data-put="state" { (progress.state) } }
            progress data-put="tried" value=(progress.tried) max=(progress.endpoints.max(1)) aria-label="Endpoints tried" {}
            dl class="tiles" {
                div { dt { "Endpoints tried" } dd { span data-put="tried_count" { (progress.tried) } " of " span data-put="endpoints" { (progress.endpoints) } } }
                div { dt { "Services" } dd data-put="services" { (progress.services) } }
                div { dt { "Affected" } dd data-put="affected" { (progress.affected) } }
                div { dt { "Not assessed in full" } dd data-put="inconclusive" { (progress.inconclusive) } }
                div { dt { "Nothing there" } dd data-put="nothing" { (progress.nothing) } }
                div { dt { "Spared as too delicate" } dd data-put="spared" { (progress.spared) } }
                div { dt { "Left alone, for it suffered" } dd data-put="left_alone" { (progress.left_alone) } }
            }
            p class="soft" data-put="note" { (safe(&progress.note)) }
            @if may {
                form method="post" action={ "/scans/" (id) "/stop" } {
                    (form::key(caller))
                    button class="quiet" { "Stop it" }
                }
            }
            noscript { p { a href={ "/scans/" (id) } { "Look again" } } }
        }
    }
}

fn row(visit: &Visit, service: &KnownService, asset: &str) -> Markup {
    let about = &visit.about;
    let found: Vec<_> = about
        .judgements
        .iter()
        .filter(|one| one.verdict == Verdict::Affected)
        .collect();
    let mut found: Vec<_> = found
        .into_iter()
        .map(|one| (catalogue::severity(one), one))
        .collect();
    found.sort_by_key(|(severity, _)| std::cmp::Reverse(*severity));
    let open = about
        .judgements
        .iter()
        .any(|one| catalogue::weighed(one) == Verdict::Inconclusive);
    html! {
        tr {
            th scope="row" { (safe(&about.target)) br; span class="soft small" { (safe(&service.protocol)) } }
            td data-l="System" { a href={ "/assets/" (service.asset) } { (safe(asset)) } }
            td data-l="Answer" {
                @for (severity, one) in found.iter().take(6) {
                    (badge::severity(*severity)) " "
                    (safe(flaws::flaw(&one.flaw).map_or(one.flaw.as_str(), |flaw| flaw.name.as_str()))) br;
                }
                @if found.len() > 6 { "and " (found.len() - 6) " more" br; }
                @if open { (badge::word("unsure", "not assessed in full")) }
                @else if found.is_empty() && about.attempt == Attempt::Completed { (badge::word("ok", "not affected")) }
            }
            td data-l="How it went" {
                @if about.connections == 0 && about.attempt == Attempt::Completed { "listened to, and not asked" }
                @else if about.attempt == Attempt::Completed { "asked to the end" }
                @else { (about.attempt.explain()) @if !about.trouble.is_empty() { ": " (safe(&about.trouble)) } }
                @if about.connections > 0 { br; span class="soft small" { (about.connections) " connections, " (about.elapsed_ms) " ms" } }
            }
        }
    }
}

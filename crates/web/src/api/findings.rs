//! `/api/v1/findings`.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use utoipa::IntoParams;

use super::Body;
use super::shape::{AcceptanceShape, Done, Finding, FindingEvent, Paging, Rows};
use crate::app::App;
use crate::guard::Caller;
use crate::life::{self, Act};
use crate::pages::{finding, findings};
use crate::trouble::Trouble;

/// What is filtered by.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Asked {
    /// "live" (the default), "all", or a state.
    #[serde(default)]
    state: String,
    /// A severity.
    #[serde(default)]
    severity: String,
    /// A flaw's id.
    #[serde(default)]
    flaw: String,
    /// A department's number.
    #[serde(default)]
    department: String,
    /// "me": given to the holder of the token.
    #[serde(default)]
    who: String,
    /// "over": overdue.
    #[serde(default)]
    due: String,
    /// A system's number.
    #[serde(default)]
    asset: String,
    /// The `next` of the page before.
    after: Option<String>,
    /// How many rows at most, up to 500.
    size: Option<u32>,
}

/// Findings, what matters most first.
#[utoipa::path(get, path = "/api/v1/findings", params(Asked), responses((status = 200, body = Rows<Finding>)))]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    Query(asked): Query<Asked>,
    caller: Caller,
) -> Result<Json<Rows<Finding>>, Trouble> {
    let page = Paging {
        after: asked.after,
        size: asked.size,
    }
    .page();
    let filter = findings::Asked {
        state: asked.state,
        severity: asked.severity,
        flaw: asked.flaw,
        department: asked.department,
        who: asked.who,
        due: asked.due,
        asset: asked.asset,
        ..findings::Asked::default()
    };
    let listed = app.store.findings(&filter.filter(&app, &caller)?, &page).await?;
    Ok(Json(Rows::of(listed, Finding::of)))
}

/// A finding.
#[utoipa::path(get, path = "/api/v1/findings/{id}", params(("id" = i64, Path)), responses((status = 200, body = Finding)))]
pub(crate) async fn one(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    caller: Caller,
) -> Result<Json<Finding>, Trouble> {
    Ok(Json(Finding::of(&finding::of(&app, &caller, id).await?)))
}

/// What happened to a finding.
#[utoipa::path(get, path = "/api/v1/findings/{id}/events", params(("id" = i64, Path), Paging), responses((status = 200, body = Rows<FindingEvent>)))]
pub(crate) async fn events(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    Query(paging): Query<Paging>,
    caller: Caller,
) -> Result<Json<Rows<FindingEvent>>, Trouble> {
    finding::of(&app, &caller, id).await?;
    let listed = app.store.events(id, &paging.page()).await?;
    Ok(Json(Rows::of(listed, FindingEvent::of)))
}

/// What was asked for about a finding: that it be accepted, or called false.
#[utoipa::path(get, path = "/api/v1/findings/{id}/acceptances", params(("id" = i64, Path)), responses((status = 200, body = Vec<AcceptanceShape>)))]
pub(crate) async fn acceptances(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    caller: Caller,
) -> Result<Json<Vec<AcceptanceShape>>, Trouble> {
    finding::of(&app, &caller, id).await?;
    let all = app.store.acceptances(id).await?;
    Ok(Json(all.into_iter().map(AcceptanceShape::of).collect()))
}

/// Does something with a finding.
#[utoipa::path(post, path = "/api/v1/findings/{id}/events", params(("id" = i64, Path)), request_body = Act, responses((status = 200, body = Done)))]
pub(crate) async fn act(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    caller: Caller,
    Body(act): Body<Act>,
) -> Result<Json<Done>, Trouble> {
    life::act(&app, &caller, id, act).await?;
    Ok(Json(Done { done: true }))
}

//! `/api/v1/scans`.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use holter_program::difference::Told;
use serde::Serialize;
use utoipa::ToSchema;

use super::Body;
use super::shape::{Different, Done, Made, Paging, Rows, ScanShape};
use crate::app::App;
use crate::guard::Caller;
use crate::pages::scans::Seen;
use crate::pages::{difference, scan, scans};
use crate::scanning::progress::Progress;
use crate::trouble::Trouble;

/// Scans, the latest first.
#[utoipa::path(get, path = "/api/v1/scans", params(Paging), responses((status = 200, body = Rows<ScanShape>)))]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    Query(paging): Query<Paging>,
    caller: Caller,
) -> Result<Json<Rows<ScanShape>>, Trouble> {
    let listed = app.store.scans(&paging.page()).await?;
    let shape = |scan| Ok(ScanShape::of(&Seen::by(&caller, scan)?));
    Ok(Json(Rows::each(listed, shape)?))
}

/// A scan and how far it is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Whole {
    scan: ScanShape,
    /// How far it is, while it waits or runs.
    #[schema(value_type = Option<Object>)]
    progress: Option<Progress>,
}

/// A scan.
#[utoipa::path(get, path = "/api/v1/scans/{id}", params(("id" = i64, Path)), responses((status = 200, body = Whole)))]
pub(crate) async fn one(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    caller: Caller,
) -> Result<Json<Whole>, Trouble> {
    // Asked before the store is: who sees no progress any more sees how it ended.
    let live = scan::live(&app, &caller, id)?;
    let seen = Seen::by(&caller, app.store.scan(id).await?)?;
    Ok(Json(Whole {
        scan: ScanShape::of(&seen),
        progress: live.map(|live| live.now()),
    }))
}

/// Starts a scan.
#[utoipa::path(post, path = "/api/v1/scans", request_body = scans::New, responses((status = 200, body = Made)))]
pub(crate) async fn start(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(new): Body<scans::New>,
) -> Result<Json<Made>, Trouble> {
    Ok(Json(Made {
        id: scans::begin(&app, &caller, &new).await?,
    }))
}

/// Stops a scan. What is known by then is kept.
#[utoipa::path(post, path = "/api/v1/scans/{id}/stop", params(("id" = i64, Path)), responses((status = 200, body = Done)))]
pub(crate) async fn stop(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    caller: Caller,
) -> Result<Json<Done>, Trouble> {
    scan::end(&app, &caller, id).await?;
    Ok(Json(Done { done: true }))
}

/// Goes on with a scan that was broken off or stopped.
#[utoipa::path(post, path = "/api/v1/scans/{id}/resume", params(("id" = i64, Path)), responses((status = 200, body = Done)))]
pub(crate) async fn resume(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    caller: Caller,
) -> Result<Json<Done>, Trouble> {
    scan::go_on(&app, &caller, id).await?;
    Ok(Json(Done { done: true }))
}

/// What is different in a scan.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Compared {
    /// The scan that it is compared with; none: no scan that asked the same came to its end before, or there is too much
    /// to compare.
    since: Option<i64>,
    /// Each difference.
    items: Vec<Different>,
}

/// What is different from the last scan that asked the same and came to its end.
#[utoipa::path(get, path = "/api/v1/scans/{id}/difference", params(("id" = i64, Path)), responses((status = 200, body = Compared)))]
pub(crate) async fn difference(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    caller: Caller,
) -> Result<Json<Compared>, Trouble> {
    let known = app.store.scan(id).await?;
    let compared = match difference::told(&app, &caller, &known).await? {
        Told::Since(since, differences) => Compared {
            since: Some(since),
            items: differences.items.iter().map(Different::of).collect(),
        },
        Told::First | Told::TooMany => Compared {
            since: None,
            items: Vec::new(),
        },
    };
    Ok(Json(compared))
}

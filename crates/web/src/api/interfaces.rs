//! `/api/v1/interfaces`.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};

use super::Body;
use super::shape::{Done, Interface, Made};
use crate::app::App;
use crate::guard::Caller;
use crate::pages::interface;
use crate::trouble::Trouble;

/// Which systems speak with which.
#[utoipa::path(get, path = "/api/v1/interfaces", responses((status = 200, body = Vec<Interface>)))]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
) -> Result<Json<Vec<Interface>>, Trouble> {
    let linked = app.store.interfaces(caller.actor()?.department).await?;
    Ok(Json(linked.iter().map(Interface::of).collect()))
}

/// Declares an interface.
#[utoipa::path(post, path = "/api/v1/interfaces", request_body = interface::New, responses((status = 200, body = Made)))]
pub(crate) async fn declare(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(new): Body<interface::New>,
) -> Result<Json<Made>, Trouble> {
    Ok(Json(Made {
        id: interface::declare(&app, &caller, &new).await?,
    }))
}

/// Says what an interface is for. What is not said is taken back.
#[utoipa::path(post, path = "/api/v1/interfaces/{id}", params(("id" = i64, Path)), request_body = interface::Described, responses((status = 200, body = Done)))]
pub(crate) async fn describe(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    caller: Caller,
    Body(said): Body<interface::Described>,
) -> Result<Json<Done>, Trouble> {
    interface::write_down(&app, &caller, id, &said).await?;
    Ok(Json(Done { done: true }))
}

/// Takes back what was declared. An interface that was heard stays.
#[utoipa::path(post, path = "/api/v1/interfaces/{id}/end", params(("id" = i64, Path)), responses((status = 200, body = Done)))]
pub(crate) async fn end(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    caller: Caller,
) -> Result<Json<Done>, Trouble> {
    interface::withdraw(&app, &caller, id).await?;
    Ok(Json(Done { done: true }))
}

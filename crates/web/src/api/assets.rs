//! `/api/v1/assets`.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Body;
use super::shape::{Asset, Done, Made, Mark, Paging, Rows, Service};
use crate::app::App;
use crate::describing::{self, Described};
use crate::guard::Caller;
use crate::pages::{assets, identity, import};
use crate::trouble::Trouble;

/// What is filtered by.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Asked {
    /// Words in a name, an address or the role.
    #[serde(default)]
    words: String,
    /// A department's number.
    #[serde(default)]
    department: String,
    /// A criticality.
    #[serde(default)]
    criticality: String,
    /// The `next` of the page before.
    after: Option<String>,
    /// How many rows at most, up to 500.
    size: Option<u32>,
}

/// Systems, those with the weightiest findings first.
#[utoipa::path(get, path = "/api/v1/assets", params(Asked), responses((status = 200, body = Rows<Asset>)))]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    Query(asked): Query<Asked>,
    caller: Caller,
) -> Result<Json<Rows<Asset>>, Trouble> {
    let page = Paging {
        after: asked.after,
        size: asked.size,
    }
    .page();
    let filter = assets::Asked {
        words: asked.words,
        department: asked.department,
        criticality: asked.criticality,
        ..assets::Asked::default()
    };
    let listed = app.store.assets(&filter.filter(&caller)?, &page).await?;
    Ok(Json(Rows::of(listed, Asset::of)))
}

/// A system and where it answers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Whole {
    asset: Asset,
    services: Vec<Service>,
}

/// A system.
#[utoipa::path(get, path = "/api/v1/assets/{id}", params(("id" = i64, Path)), responses((status = 200, body = Whole)))]
pub(crate) async fn one(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    caller: Caller,
) -> Result<Json<Whole>, Trouble> {
    let asset = describing::of(&app, &caller, id).await?;
    let services = app.store.services(id).await?;
    Ok(Json(Whole {
        asset: Asset::of(&asset),
        services: services.iter().map(Service::of).collect(),
    }))
}

/// Says what a system is. What is not said is taken back.
#[utoipa::path(post, path = "/api/v1/assets/{id}", params(("id" = i64, Path)), request_body = Described, responses((status = 200, body = Done)))]
pub(crate) async fn describe(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    caller: Caller,
    Body(said): Body<Described>,
) -> Result<Json<Done>, Trouble> {
    describing::write_down(&app, &caller, id, &said).await?;
    Ok(Json(Done { done: true }))
}

/// What a list came to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Imported {
    created: u64,
    changed: u64,
    same: u64,
    /// What was left out, and why.
    oddities: Vec<String>,
}

/// Brings in a list: a CSV inventory, nmap's XML, a CycloneDX document or NetBox's JSON, told by its looks.
#[utoipa::path(post, path = "/api/v1/assets/import", request_body(content = String, content_type = "application/octet-stream"), responses((status = 200, body = Imported)))]
pub(crate) async fn import(
    State(app): State<Arc<App>>,
    caller: Caller,
    bytes: Bytes,
) -> Result<Json<Imported>, Trouble> {
    let imported = import::bring_in(&app, &caller, &bytes, "a script's list").await?;
    Ok(Json(Imported {
        created: imported.added,
        changed: imported.changed,
        same: imported.same,
        oddities: imported.oddities,
    }))
}

/// Asks for a measurement of a service.
#[utoipa::path(post, path = "/api/v1/assets/{id}/services/{service}/measure", params(("id" = i64, Path), ("service" = i64, Path)), responses((status = 200, body = Made)))]
pub(crate) async fn measure(
    State(app): State<Arc<App>>,
    Path((id, service)): Path<(i64, i64)>,
    caller: Caller,
) -> Result<Json<Made>, Trouble> {
    Ok(Json(Made {
        id: describing::ask_measurement(&app, &caller, id, service).await?,
    }))
}

/// Makes one of two systems: all that is known of this one becomes the other's. The answer is the number of the other.
#[utoipa::path(post, path = "/api/v1/assets/{id}/merge", params(("id" = i64, Path)), request_body = identity::Merged, responses((status = 200, body = Made)))]
pub(crate) async fn merge(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    caller: Caller,
    Body(merged): Body<identity::Merged>,
) -> Result<Json<Made>, Trouble> {
    Ok(Json(Made {
        id: identity::join(&app, &caller, id, &merged).await?,
    }))
}

/// Makes two of one system: these services are a new one's. The answer is its number.
#[utoipa::path(post, path = "/api/v1/assets/{id}/split", params(("id" = i64, Path)), request_body = identity::Split, responses((status = 200, body = Made)))]
pub(crate) async fn split(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    caller: Caller,
    Body(wanted): Body<identity::Split>,
) -> Result<Json<Made>, Trouble> {
    Ok(Json(Made {
        id: identity::part(&app, &caller, id, &wanted).await?,
    }))
}

/// What a system is recognised by.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Identity {
    /// The evidence.
    marks: Vec<Mark>,
    /// What is left to a person to decide.
    doubts: Vec<String>,
}

/// What a system is recognised by, and what is left to a person.
#[utoipa::path(get, path = "/api/v1/assets/{id}/identity", params(("id" = i64, Path)), responses((status = 200, body = Identity)))]
pub(crate) async fn identity(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    caller: Caller,
) -> Result<Json<Identity>, Trouble> {
    describing::of(&app, &caller, id).await?;
    let marks = app.store.marks(id).await?;
    let doubts = identity::left(&app, &caller, id).await?;
    Ok(Json(Identity {
        marks: marks.iter().map(Mark::of).collect(),
        doubts: doubts.into_iter().map(|task| task.about.text).collect(),
    }))
}

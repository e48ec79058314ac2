//! `/api/v1/audit`.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use holter_store::Verified;
use serde::Serialize;
use utoipa::ToSchema;

use super::shape::{Paging, Rows, time};
use crate::app::App;
use crate::trouble::Trouble;

/// A row of the log.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Row {
    place: i64,
    at: String,
    actor: String,
    address: String,
    deed: String,
    subject: String,
    detail: String,
    mac: String,
}

/// The log, the latest first.
#[utoipa::path(get, path = "/api/v1/audit", params(Paging), responses((status = 200, body = Rows<Row>)))]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    Query(paging): Query<Paging>,
) -> Result<Json<Rows<Row>>, Trouble> {
    let listed = app.store.audited(&paging.page()).await?;
    Ok(Json(Rows::of(listed, |row| Row {
        place: row.place,
        at: time(row.at),
        actor: row.deed.actor.clone(),
        address: row.deed.address.clone(),
        deed: row.deed.deed.clone(),
        subject: row.deed.subject.clone(),
        detail: row.deed.detail.clone(),
        mac: row.mac.clone(),
    })))
}

/// What became of looking through the whole log.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Looked {
    whole: bool,
    /// How many rows are as they were written; or the first that is not.
    place: i64,
    /// The last row's code; or what is wrong.
    detail: String,
}

/// Looks through the whole log.
#[utoipa::path(get, path = "/api/v1/audit/verify", responses((status = 200, body = Looked)))]
pub(crate) async fn verify(State(app): State<Arc<App>>) -> Result<Json<Looked>, Trouble> {
    let looked = match app.store.verify_audit(&app.audit_key, None).await? {
        Verified::Whole { rows, last } => Looked {
            whole: true,
            place: rows,
            detail: last,
        },
        Verified::Broken { place, why } => Looked {
            whole: false,
            place,
            detail: why.to_owned(),
        },
    };
    Ok(Json(looked))
}

//! `/api/v1/people` and `/api/v1/departments`.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Body;
use super::shape::{Made, Paging, PersonShape, Rows};
use crate::app::App;
use crate::guard::Caller;
use crate::pages::people;
use crate::trouble::Trouble;

/// Everybody.
#[utoipa::path(get, path = "/api/v1/people", params(Paging), responses((status = 200, body = Rows<PersonShape>)))]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    Query(paging): Query<Paging>,
) -> Result<Json<Rows<PersonShape>>, Trouble> {
    let listed = app.store.people("", &paging.page()).await?;
    Ok(Json(Rows::of(listed, PersonShape::of)))
}

/// Somebody who was added.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Added {
    /// Their number.
    id: i64,
    /// The link with which they choose a password, where they have an account.
    link: Option<String>,
}

/// Adds somebody, with an account where a name to sign in with is given.
#[utoipa::path(post, path = "/api/v1/people", request_body = people::New, responses((status = 200, body = Added)))]
pub(crate) async fn add(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(new): Body<people::New>,
) -> Result<Json<Added>, Trouble> {
    let (id, account) = people::take_in(&app, &caller, &new).await?;
    let link = match account {
        None => None,
        Some(account) => Some(people::new_link(&app, &caller, account).await?.0),
    };
    Ok(Json(Added { id, link }))
}

/// A department.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DepartmentShape {
    id: i64,
    name: String,
    site: Option<i64>,
}

/// All departments.
#[utoipa::path(get, path = "/api/v1/departments", responses((status = 200, body = Vec<DepartmentShape>)))]
pub(crate) async fn departments(State(app): State<Arc<App>>) -> Result<Json<Vec<DepartmentShape>>, Trouble> {
    let all = app.store.departments().await?;
    let shape = |one: holter_store::Department| DepartmentShape {
        id: one.id,
        name: one.name,
        site: one.site,
    };
    Ok(Json(all.into_iter().map(shape).collect()))
}

/// A department's name.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct Named {
    name: String,
}

/// Adds a department.
#[utoipa::path(post, path = "/api/v1/departments", request_body = Named, responses((status = 200, body = Made)))]
pub(crate) async fn add_department(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(named): Body<Named>,
) -> Result<Json<Made>, Trouble> {
    Ok(Json(Made {
        id: people::found_department(&app, &caller, &named.name).await?,
    }))
}

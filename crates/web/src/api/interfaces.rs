//! `/api/v1/interfaces`.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use holter_store::Secrecy;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Body;
use super::shape::{Done, Made, Paging, Rows, time};
use crate::app::App;
use crate::ends::{self, Names, Seen};
use crate::guard::Caller;
use crate::pages::{interface, map};
use crate::trouble::Trouble;

/// What is filtered by. 0 is a place that nobody has named.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Asked {
    /// A system's number: one end is it.
    #[serde(default)]
    asset: String,
    /// A department's number: that end is of it.
    #[serde(default)]
    department: String,
    /// A site's number: that end is there.
    #[serde(default)]
    site: String,
    /// With a department, or else with a site: the other end is of this one.
    #[serde(default)]
    with: String,
    /// A protocol, like "mllp".
    #[serde(default)]
    protocol: String,
    /// How it is on the way: "clear", "unknown" or "encrypted".
    #[serde(default)]
    secrecy: String,
    /// The `next` of the page before.
    after: Option<String>,
    /// How many rows at most, up to 500.
    size: Option<u32>,
}

/// An interface. Of an end that belongs to another department its owner is told the names alone.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Interface {
    id: i64,
    from: Option<i64>,
    from_name: String,
    from_department: Option<i64>,
    from_department_name: Option<String>,
    to: Option<i64>,
    to_name: String,
    to_department: Option<i64>,
    to_department_name: Option<String>,
    protocol: String,
    port: u16,
    declared: bool,
    encrypted: Option<bool>,
    /// The same as `secrecy` filters by.
    secrecy: String,
    purpose: String,
    /// Conversations that were heard on it.
    flows: i64,
    first_seen: String,
    last_seen: String,
}

impl Interface {
    fn of(seen: Seen) -> Self {
        let (one, [from, to]) = (seen.linked.interface, seen.ends);
        Self {
            id: one.id,
            from: from.asset,
            from_name: from.name,
            from_department: from.department,
            from_department_name: from.department_name,
            to: to.asset,
            to_name: to.name,
            to_department: to.department,
            to_department_name: to.department_name,
            protocol: one.protocol,
            port: one.port,
            declared: one.is_declared,
            encrypted: one.encrypted,
            secrecy: Secrecy::of(one.encrypted).as_str().to_owned(),
            purpose: one.purpose,
            flows: seen.linked.flows,
            first_seen: time(one.first_seen),
            last_seen: time(one.last_seen),
        }
    }
}

/// Which systems speak with which, what is in clear text first.
#[utoipa::path(get, path = "/api/v1/interfaces", params(Asked), responses((status = 200, body = Rows<Interface>)))]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    Query(asked): Query<Asked>,
    caller: Caller,
) -> Result<Json<Rows<Interface>>, Trouble> {
    let page = Paging {
        after: asked.after,
        size: asked.size,
    }
    .page();
    let filter = map::Asked {
        asset: asked.asset,
        department: asked.department,
        site: asked.site,
        with: asked.with,
        protocol: asked.protocol,
        secrecy: asked.secrecy,
        ..map::Asked::default()
    };
    let listed = app.store.interfaces(&filter.filter(&caller)?, &page).await?;
    let names = Names::all(&app).await?;
    let shape = |one| Ok(Interface::of(Seen::by(&caller, &names, one)?));
    Ok(Json(Rows::each(listed, shape)?))
}

/// Somebody who answers for a department.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Answering {
    name: String,
    email: Option<String>,
}

/// An interface, and whom to ask about the end that is not the caller's.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WholeInterface {
    interface: Interface,
    whom_to_ask: Vec<Answering>,
}

/// An interface.
#[utoipa::path(get, path = "/api/v1/interfaces/{id}", params(("id" = i64, Path)), responses((status = 200, body = WholeInterface)))]
pub(crate) async fn one(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    caller: Caller,
) -> Result<Json<WholeInterface>, Trouble> {
    let seen = interface::of(&app, &caller, id).await?;
    let people = ends::whom_to_ask(&app, &seen).await?.into_iter();
    Ok(Json(WholeInterface {
        interface: Interface::of(seen),
        whom_to_ask: people
            .map(|person| Answering {
                name: person.name,
                email: person.email,
            })
            .collect(),
    }))
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

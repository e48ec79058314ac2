//! `/api/v1/people`, `/api/v1/accounts` and `/api/v1/departments`.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use holter_store::Account;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Body;
use super::shape::{Done, Made, Paging, PersonShape, Rows, time};
use crate::accounts::{self, Altered, Link, New};
use crate::app::App;
use crate::guard::Caller;
use crate::trouble::Trouble;

/// Everybody; for the owner of a department those of it, and those who belong to none.
#[utoipa::path(get, path = "/api/v1/people", params(Paging), responses((status = 200, body = Rows<PersonShape>)))]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    Query(paging): Query<Paging>,
    caller: Caller,
) -> Result<Json<Rows<PersonShape>>, Trouble> {
    let listed = accounts::known(&app, &caller, "", &paging.page()).await?;
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
#[utoipa::path(post, path = "/api/v1/people", request_body = New, responses((status = 200, body = Added)))]
pub(crate) async fn add(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(new): Body<New>,
) -> Result<Json<Added>, Trouble> {
    let (id, account) = accounts::take_in(&app, &caller, &new).await?;
    let link = match account {
        None => None,
        Some(account) => {
            let account = app.store.account(account).await?;
            Some(accounts::link(&app, &caller, account).await?.address)
        }
    };
    Ok(Json(Added { id, link }))
}

/// What is new about somebody.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct Change {
    /// A department's number; none: they belong to no department.
    department: Option<i64>,
    /// Where notices go; empty: nowhere; none: where they went until now.
    #[serde(default)]
    email: Option<String>,
    /// Of their account, where they have one.
    #[serde(default)]
    role: String,
    /// Whether their account opens anything.
    #[serde(default)]
    active: bool,
}

/// Changes somebody's department, address of mail, role, and whether they may come in. What is not said is taken back, but
/// for the address.
#[utoipa::path(post, path = "/api/v1/people/{id}", params(("id" = i64, Path)), request_body = Change, responses((status = 200, body = Done)))]
pub(crate) async fn change(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    caller: Caller,
    Body(change): Body<Change>,
) -> Result<Json<Done>, Trouble> {
    let altered = Altered {
        department: change.department,
        email: change.email,
        role: change.role,
        active: change.active,
    };
    accounts::alter(&app, &caller, id, &altered).await?;
    Ok(Json(Done { done: true }))
}

/// A link with which somebody chooses a password.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LinkShape {
    link: String,
    /// Until when it opens, once.
    until: String,
}

impl LinkShape {
    fn of(link: Link) -> Self {
        Self {
            link: link.address,
            until: time(link.until),
        }
    }
}

/// Makes a link with which somebody chooses a password.
#[utoipa::path(post, path = "/api/v1/people/{id}/link", params(("id" = i64, Path)), responses((status = 200, body = LinkShape)))]
pub(crate) async fn link(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    caller: Caller,
) -> Result<Json<LinkShape>, Trouble> {
    let account = accounts::account_of(&app, id).await?;
    Ok(Json(LinkShape::of(accounts::link(&app, &caller, account).await?)))
}

/// Takes from an account its password, one-time codes and sessions, and makes a link to choose a password.
#[utoipa::path(post, path = "/api/v1/people/{id}/reset", params(("id" = i64, Path)), responses((status = 200, body = LinkShape)))]
pub(crate) async fn reset(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    caller: Caller,
) -> Result<Json<LinkShape>, Trouble> {
    let account = accounts::account_of(&app, id).await?;
    Ok(Json(LinkShape::of(
        accounts::reset(&app, &caller, account).await?,
    )))
}

/// An account.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AccountShape {
    person: i64,
    /// What is typed to come in.
    name: String,
    role: String,
    active: bool,
    /// Whether a password was chosen.
    password: bool,
    /// Whether one-time codes are asked for.
    second: bool,
    created: String,
    seen: Option<String>,
}

impl AccountShape {
    fn of(account: Account) -> Self {
        Self {
            person: account.person,
            name: account.name,
            role: account.role,
            active: account.active,
            password: !account.password.is_empty(),
            second: !account.second.is_empty(),
            created: time(account.created),
            seen: account.seen.map(time),
        }
    }
}

/// All accounts.
#[utoipa::path(get, path = "/api/v1/accounts", params(Paging), responses((status = 200, body = Rows<AccountShape>)))]
pub(crate) async fn accounts(
    State(app): State<Arc<App>>,
    Query(paging): Query<Paging>,
) -> Result<Json<Rows<AccountShape>>, Trouble> {
    let listed = app.store.accounts(&paging.page()).await?;
    Ok(Json(Rows {
        rows: listed.rows.into_iter().map(AccountShape::of).collect(),
        next: listed.next,
    }))
}

/// A department.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DepartmentShape {
    id: i64,
    name: String,
    site: Option<i64>,
}

/// All departments; for the owner of one, that one.
#[utoipa::path(get, path = "/api/v1/departments", responses((status = 200, body = Vec<DepartmentShape>)))]
pub(crate) async fn departments(
    State(app): State<Arc<App>>,
    caller: Caller,
) -> Result<Json<Vec<DepartmentShape>>, Trouble> {
    let all = accounts::departments(&app, &caller).await?;
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
        id: accounts::found_department(&app, &caller, &named.name).await?,
    }))
}

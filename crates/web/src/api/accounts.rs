//! `/api/v1/me`: whose token it is.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use crate::guard::Caller;
use crate::trouble::Trouble;

/// Who calls.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Me {
    person: i64,
    name: String,
    role: &'static str,
    /// The one department whose things they see; none: all.
    department: Option<i64>,
}

/// Who the holder of the token is, and what they may.
#[utoipa::path(get, path = "/api/v1/me", responses((status = 200, body = Me)))]
pub(crate) async fn me(caller: Caller) -> Result<Json<Me>, Trouble> {
    let actor = caller.actor()?;
    Ok(Json(Me {
        person: actor.person,
        name: actor.name.clone(),
        role: actor.role.as_str(),
        department: actor.department,
    }))
}

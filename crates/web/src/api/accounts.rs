//! `/api/v1/me`: whose token it is, and their own account.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use holter_store::ApiToken;
use serde::Serialize;
use utoipa::ToSchema;

use super::Body;
use super::shape::{Done, time};
use crate::app::App;
use crate::guard::Caller;
use crate::own::{self, Code, Confirmed, NewPassword, NewToken};
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

/// Changes the password. Every session ends with the old one; tokens stay.
#[utoipa::path(post, path = "/api/v1/me/password", request_body = NewPassword, responses((status = 200, body = Done)))]
pub(crate) async fn password(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(typed): Body<NewPassword>,
) -> Result<Json<Done>, Trouble> {
    own::password(&app, &caller, typed).await?.close().await?;
    Ok(Json(Done { done: true }))
}

/// A secret for one-time codes that nobody has yet.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Offer {
    /// For the authenticator app, `otpauth://…`.
    address: String,
    /// To be sent back with the app's code.
    sealed: String,
}

/// Offers a secret for one-time codes. Nothing is asked for before a code of it was sent.
#[utoipa::path(get, path = "/api/v1/me/second", responses((status = 200, body = Offer)))]
pub(crate) async fn offer(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<Offer>, Trouble> {
    let account = own::account(&app, &caller).await?;
    if !account.second.is_empty() {
        return Err(Trouble::Conflict("You are asked for codes already.".to_owned()));
    }
    let (secret, sealed) = own::offer(&app, &account, None)?;
    Ok(Json(Offer {
        address: own::address_of(&app, &account, &secret),
        sealed,
    }))
}

/// Codes for a lost telephone, shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Codes {
    codes: Vec<String>,
}

/// Asks for one-time codes from now on.
#[utoipa::path(post, path = "/api/v1/me/second", request_body = Code, responses((status = 200, body = Codes)))]
pub(crate) async fn second(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(typed): Body<Code>,
) -> Result<Json<Codes>, Trouble> {
    let codes = own::second(&app, &caller, &typed).await?;
    let codes = codes.map_err(|_| Trouble::Wrong("The code is not right.".to_owned()))?;
    Ok(Json(Codes { codes }))
}

/// Makes new codes for a lost telephone; those of before open nothing any more.
#[utoipa::path(post, path = "/api/v1/me/second/codes", request_body = Confirmed, responses((status = 200, body = Codes)))]
pub(crate) async fn new_codes(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(typed): Body<Confirmed>,
) -> Result<Json<Codes>, Trouble> {
    let codes = own::new_codes(&app, &caller, typed).await?;
    Ok(Json(Codes { codes }))
}

/// Asks for one-time codes no longer.
#[utoipa::path(post, path = "/api/v1/me/second/end", request_body = Confirmed, responses((status = 200, body = Done)))]
pub(crate) async fn end_second(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(typed): Body<Confirmed>,
) -> Result<Json<Done>, Trouble> {
    own::end_second(&app, &caller, typed).await?;
    Ok(Json(Done { done: true }))
}

/// A token, without what it opens with.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TokenShape {
    id: i64,
    name: String,
    role: String,
    created: String,
    expires: String,
    used: Option<String>,
}

impl TokenShape {
    fn of(token: ApiToken) -> Self {
        Self {
            id: token.id,
            name: token.name,
            role: token.role,
            created: time(token.created),
            expires: time(token.expires),
            used: token.used.map(time),
        }
    }
}

/// One's own tokens.
#[utoipa::path(get, path = "/api/v1/me/tokens", responses((status = 200, body = Vec<TokenShape>)))]
pub(crate) async fn tokens(
    State(app): State<Arc<App>>,
    caller: Caller,
) -> Result<Json<Vec<TokenShape>>, Trouble> {
    let tokens = app.store.api_tokens(caller.actor()?.account).await?;
    Ok(Json(tokens.into_iter().map(TokenShape::of).collect()))
}

/// A token that was made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FreshToken {
    id: i64,
    /// It is shown this once.
    token: String,
}

/// Makes a token. None lives longer than the one that it is made with.
#[utoipa::path(post, path = "/api/v1/me/tokens", request_body = NewToken, responses((status = 200, body = FreshToken)))]
pub(crate) async fn add_token(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(wanted): Body<NewToken>,
) -> Result<Json<FreshToken>, Trouble> {
    let (id, token) = own::add_token(&app, &caller, &wanted).await?;
    Ok(Json(FreshToken { id, token }))
}

/// Takes a token back.
#[utoipa::path(post, path = "/api/v1/me/tokens/{id}/end", params(("id" = i64, Path)), responses((status = 200, body = Done)))]
pub(crate) async fn end_token(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    caller: Caller,
) -> Result<Json<Done>, Trouble> {
    own::end_token(&app, &caller, id).await?;
    Ok(Json(Done { done: true }))
}

/// Ends every session in a browser.
#[utoipa::path(post, path = "/api/v1/me/sessions/end", responses((status = 200, body = Done)))]
pub(crate) async fn end_sessions(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<Done>, Trouble> {
    own::end_sessions(&app, &caller).await?.close().await?;
    Ok(Json(Done { done: true }))
}

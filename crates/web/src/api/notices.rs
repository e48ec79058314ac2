//! `/api/v1/channels`, `/api/v1/messages`, `/api/v1/digests` and `/api/v1/me/notices`.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Body;
use super::shape::{Done, Rows, time};
use crate::app::App;
use crate::guard::Caller;
use crate::notices::keep::{self, Wanted};
use crate::pages::notices;
use crate::pages::subscriptions::{self, Wishes};
use crate::trouble::Trouble;

/// A way out. Its secret is not shown.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChannelShape {
    id: i64,
    kind: String,
    name: String,
    #[schema(value_type = Object)]
    config: serde_json::Value,
    has_secret: bool,
    hears: Vec<String>,
    severity: String,
    department: Option<i64>,
    active: bool,
    created: String,
}

/// All channels.
#[utoipa::path(get, path = "/api/v1/channels", responses((status = 200, body = Vec<ChannelShape>)))]
pub(crate) async fn channels(State(app): State<Arc<App>>) -> Result<Json<Vec<ChannelShape>>, Trouble> {
    let shape = |one: holter_store::Channel| ChannelShape {
        id: one.id,
        kind: one.kind,
        name: one.name,
        config: one.config,
        has_secret: !one.secret.is_empty(),
        hears: one.hears,
        severity: one.severity.as_str().to_owned(),
        department: one.department,
        active: one.active,
        created: time(one.created),
    };
    Ok(Json(app.store.channels().await?.into_iter().map(shape).collect()))
}

/// A channel that was set up.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NewChannel {
    /// Its number.
    id: i64,
    /// The webhook's secret where Holter has made it: it is shown this once.
    secret: Option<String>,
}

/// Sets a channel up.
#[utoipa::path(post, path = "/api/v1/channels", request_body = Wanted, responses((status = 200, body = NewChannel)))]
pub(crate) async fn add(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(wanted): Body<Wanted>,
) -> Result<Json<NewChannel>, Trouble> {
    let (id, secret) = keep::add(&app, &caller, wanted).await?;
    Ok(Json(NewChannel { id, secret }))
}

/// Changes a channel.
#[utoipa::path(post, path = "/api/v1/channels/{id}", params(("id" = i64, Path)), request_body = Wanted, responses((status = 200, body = Done)))]
pub(crate) async fn change(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    caller: Caller,
    Body(wanted): Body<Wanted>,
) -> Result<Json<Done>, Trouble> {
    keep::change(&app, &caller, id, wanted).await?;
    Ok(Json(Done { done: true }))
}

/// Sends a trial by a channel.
#[utoipa::path(post, path = "/api/v1/channels/{id}/try", params(("id" = i64, Path)), responses((status = 200, body = Done)))]
pub(crate) async fn trial(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    caller: Caller,
) -> Result<Json<Done>, Trouble> {
    keep::trial(&app, &caller, id).await?;
    Ok(Json(Done { done: true }))
}

/// A message of the outbox.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MessageShape {
    id: i64,
    /// The same each time it is sent.
    key: String,
    channel: i64,
    person: Option<i64>,
    address: String,
    subject: String,
    finding: Option<i64>,
    /// "waiting", "sending", "sent" or "failed".
    state: String,
    tries: i64,
    next_at: String,
    created: String,
    ended_at: Option<String>,
    outcome: String,
}

/// Which messages.
#[derive(Debug, Default, Deserialize, IntoParams)]
pub(crate) struct Which {
    /// "waiting", "sending", "sent" or "failed"; none: all.
    state: Option<String>,
    /// The `next` of the page before.
    after: Option<String>,
    /// How many rows at most, up to 500.
    size: Option<u32>,
}

/// What waits, was sent or failed, the latest first.
#[utoipa::path(get, path = "/api/v1/messages", params(Which), responses((status = 200, body = Rows<MessageShape>)))]
pub(crate) async fn messages(
    State(app): State<Arc<App>>,
    Query(which): Query<Which>,
) -> Result<Json<Rows<MessageShape>>, Trouble> {
    let page = holter_store::Page {
        after: which.after,
        size: which.size.unwrap_or(100),
    };
    let listed = app.store.messages(which.state.as_deref(), &page).await?;
    let shape = |one: &holter_store::Message| MessageShape {
        id: one.id,
        key: one.about.key.clone(),
        channel: one.about.channel,
        person: one.about.person,
        address: one.about.address.clone(),
        subject: one.about.subject.clone(),
        finding: one.about.finding,
        state: one.state.clone(),
        tries: one.tries,
        next_at: time(one.next_at),
        created: time(one.about.created),
        ended_at: one.ended_at.map(time),
        outcome: one.outcome.clone(),
    };
    Ok(Json(Rows::of(listed, shape)))
}

/// Has a message tried now.
#[utoipa::path(post, path = "/api/v1/messages/{id}/again", params(("id" = i64, Path)), responses((status = 200, body = Done)))]
pub(crate) async fn again(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    caller: Caller,
) -> Result<Json<Done>, Trouble> {
    keep::again(&app, &caller, id).await?;
    Ok(Json(Done { done: true }))
}

/// Messages that are tried again.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Again {
    /// How many.
    messages: u64,
}

/// Has all of a channel's messages tried now that failed or wait for their next try.
#[utoipa::path(post, path = "/api/v1/channels/{id}/again", params(("id" = i64, Path)), responses((status = 200, body = Again)))]
pub(crate) async fn again_all(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    caller: Caller,
) -> Result<Json<Again>, Trouble> {
    let messages = keep::again_all(&app, &caller, id).await?;
    Ok(Json(Again { messages }))
}

/// How often a department is told.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DigestShape {
    department: i64,
    name: String,
    /// "day", "week" or "never".
    every: String,
    last: Option<String>,
}

/// How often each department is told.
#[utoipa::path(get, path = "/api/v1/digests", responses((status = 200, body = Vec<DigestShape>)))]
pub(crate) async fn digests(State(app): State<Arc<App>>) -> Result<Json<Vec<DigestShape>>, Trouble> {
    let usual = holter_program::notices::digest::USUAL;
    let shape = |one: holter_store::Digest| DigestShape {
        department: one.department,
        name: one.name,
        every: one.every.unwrap_or_else(|| usual.to_owned()),
        last: one.last.map(time),
    };
    Ok(Json(app.store.digests().await?.into_iter().map(shape).collect()))
}

/// How often a department is to be told.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct Every {
    department: i64,
    /// "day", "week" or "never".
    every: String,
}

/// Says how often a department is told.
#[utoipa::path(post, path = "/api/v1/digests", request_body = Every, responses((status = 200, body = Done)))]
pub(crate) async fn set_digest(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(every): Body<Every>,
) -> Result<Json<Done>, Trouble> {
    notices::set_digests(&app, &caller, &[(every.department, every.every)]).await?;
    Ok(Json(Done { done: true }))
}

/// What you are told.
#[utoipa::path(get, path = "/api/v1/me/notices", responses((status = 200, body = Wishes)))]
pub(crate) async fn mine(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<Wishes>, Trouble> {
    Ok(Json(subscriptions::of(&app, caller.actor()?.person).await?))
}

/// Says what you want to be told; what is not named is as usual from then on.
#[utoipa::path(post, path = "/api/v1/me/notices", request_body = Wishes, responses((status = 200, body = Done)))]
pub(crate) async fn wish(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(wishes): Body<Wishes>,
) -> Result<Json<Done>, Trouble> {
    subscriptions::keep(&app, &caller, &wishes).await?;
    Ok(Json(Done { done: true }))
}

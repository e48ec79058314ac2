//! `/api/v1/settings/provider`: who signs people in.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};

use super::Body;
use super::shape::Done;
use crate::access::provider::{Provider, written};
use crate::app::App;
use crate::guard::Caller;
use crate::oidc;
use crate::pages::provider::{self, Chosen};
use crate::trouble::Trouble;

/// What the document says of it.
#[derive(OpenApi)]
#[openapi(paths(show, change))]
pub(super) struct Document;

/// A provider, and what it may do here.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProviderShape {
    /// Its address; empty: there is none.
    issuer: String,
    client: String,
    /// Whether a secret is kept, which is not told.
    has_secret: bool,
    label: String,
    here: String,
    /// Where it sends browsers back to.
    back: String,
    scopes: String,
    groups: String,
    roles: String,
    takes_in: bool,
    newcomer: String,
    only: bool,
    emergency: String,
}

/// Who signs people in.
#[utoipa::path(get, path = "/api/v1/settings/provider", responses((status = 200, body = ProviderShape)))]
pub(crate) async fn show(State(app): State<Arc<App>>) -> Result<Json<ProviderShape>, Trouble> {
    let provider = Provider::of(&app.store).await?.unwrap_or_default();
    Ok(Json(ProviderShape {
        back: oidc::back_to(&app, &provider),
        roles: written(&provider.roles),
        has_secret: !provider.secret.is_empty(),
        issuer: provider.issuer,
        client: provider.client,
        label: provider.label,
        here: provider.here,
        scopes: provider.scopes,
        groups: provider.groups,
        takes_in: provider.takes_in,
        newcomer: provider.newcomer,
        only: provider.only,
        emergency: provider.emergency,
    }))
}

/// Says who signs people in. What is not said is taken back, but for the secret.
#[utoipa::path(post, path = "/api/v1/settings/provider", request_body = Chosen, responses((status = 200, body = Done)))]
pub(crate) async fn change(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(chosen): Body<Chosen>,
) -> Result<Json<Done>, Trouble> {
    provider::choose(&app, &caller, chosen).await?;
    Ok(Json(Done { done: true }))
}

//! One file a page.

pub(crate) mod account;
pub(crate) mod acknowledge;
pub(crate) mod asset;
pub(crate) mod assets;
pub(crate) mod audit;
mod channel_form;
pub(crate) mod deeds;
pub(crate) mod difference;
pub(crate) mod exposed;
pub(crate) mod finding;
pub(crate) mod findings;
pub(crate) mod identity;
pub(crate) mod import;
pub(crate) mod interface;
pub(crate) mod join;
pub(crate) mod login;
pub(crate) mod map;
pub(crate) mod notices;
pub(crate) mod people;
#[cfg(feature = "oidc")]
pub(crate) mod provider;
pub(crate) mod scan;
pub(crate) mod scans;
pub(crate) mod settings;
pub(crate) mod setup;
pub(crate) mod subscriptions;

use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use crate::guard::problem;
use crate::shown::trouble;

/// What the address says beside the path.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Done {
    pub(crate) done: Option<String>,
}

/// Whatever has no route. Nobody is asked who they are for that.
pub(crate) async fn missing(uri: Uri) -> Response {
    if uri.path().starts_with("/api/") {
        return problem(StatusCode::NOT_FOUND, "There is no such route.");
    }
    let mut page = trouble("There is no such page.", None);
    *page.status_mut() = StatusCode::NOT_FOUND;
    page
}

/// Back to a page, with a word about what happened.
pub(crate) fn back(path: &str, done: &str) -> Response {
    Redirect::to(&format!("{path}?done={done}")).into_response()
}

//! The JSON API, version 1: what a page can do, a script can do, under the same rules. A field is never renamed.

pub(crate) mod accounts;
pub(crate) mod assets;
pub(crate) mod audit;
pub(crate) mod exposure;
pub(crate) mod findings;
pub(crate) mod interfaces;
pub(crate) mod notices;
pub(crate) mod people;
#[cfg(feature = "oidc")]
pub(crate) mod provider;
pub(crate) mod scans;
pub(crate) mod settings;
pub(crate) mod shape;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, Request};
use serde::de::DeserializeOwned;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use crate::trouble::Trouble;

/// The document that describes it.
#[derive(OpenApi)]
#[openapi(
    info(title = "Holter", version = "1", description = "Everything that a page can do. Lists come a page at a time: `next` is the `after` of the next page."),
    paths(
        exposure::show,
        findings::list,
        findings::one,
        findings::events,
        findings::act,
        findings::acceptances,
        assets::list,
        assets::one,
        assets::describe,
        assets::import,
        assets::measure,
        assets::merge,
        assets::split,
        assets::identity,
        interfaces::list,
        interfaces::one,
        interfaces::declare,
        interfaces::describe,
        interfaces::end,
        scans::list,
        scans::one,
        scans::start,
        scans::stop,
        scans::resume,
        scans::difference,
        people::list,
        people::add,
        people::change,
        people::link,
        people::reset,
        people::accounts,
        people::departments,
        people::add_department,
        settings::show,
        settings::change,
        accounts::me,
        accounts::password,
        accounts::offer,
        accounts::second,
        accounts::new_codes,
        accounts::end_second,
        accounts::tokens,
        accounts::add_token,
        accounts::end_token,
        accounts::end_sessions,
        audit::list,
        audit::verify,
        notices::channels,
        notices::add,
        notices::change,
        notices::trial,
        notices::again_all,
        notices::messages,
        notices::again,
        notices::digests,
        notices::set_digest,
        notices::mine,
        notices::wish,
    ),
    modifiers(&Bearer),
    security(("token" = []))
)]
pub(crate) struct Document;

/// How a script comes in.
struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("A token from the page of your account"))
            .build();
        let components = document.components.get_or_insert_with(Default::default);
        components.add_security_scheme("token", SecurityScheme::Http(scheme));
    }
}

/// The document itself.
pub(crate) async fn document() -> Json<utoipa::openapi::OpenApi> {
    let document = Document::openapi();
    #[cfg(feature = "oidc")]
    let document = document.merge_from(provider::Document::openapi());
    Json(document)
}

/// A body of JSON, and what is wrong with one that is none, in the API's own form.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Trouble;

    async fn from_request(request: Request, state: &S) -> Result<Self, Trouble> {
        let read: Result<Json<T>, JsonRejection> = Json::from_request(request, state).await;
        read.map(|Json(value)| Self(value))
            .map_err(|error| Trouble::Wrong(error.body_text()))
    }
}

//! `/api/v1/settings`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use holter_program::due;
use serde::Serialize;
use utoipa::ToSchema;

use super::Body;
use super::shape::Done;
use crate::app::App;
use crate::guard::Caller;
use crate::life;
use crate::notices;
use crate::pages::settings::{self, Chosen};
use crate::trouble::Trouble;

/// The settings.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Settings {
    /// The rule for due dates that was chosen.
    deadlines: &'static str,
    /// Where readers of mail find the pages; empty: where the server listens.
    notices_url: String,
    /// The rules that there are.
    rules: Vec<Rule>,
}

/// A rule for due dates.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Rule {
    id: &'static str,
    name: &'static str,
    /// Where it comes from.
    source: &'static str,
    /// Days for what is critical, high, medium and low.
    days: [i64; 4],
}

/// What is set, and what could be.
#[utoipa::path(get, path = "/api/v1/settings", responses((status = 200, body = Settings)))]
pub(crate) async fn show(State(app): State<Arc<App>>) -> Result<Json<Settings>, Trouble> {
    let rule = |rule: &due::Deadlines| Rule {
        id: rule.id,
        name: rule.name,
        source: rule.source,
        days: rule.days.map(i64::from),
    };
    Ok(Json(Settings {
        deadlines: life::deadlines(&app.store).await?.id,
        notices_url: app.store.setting(notices::URL).await?.unwrap_or_default(),
        rules: due::ALL.iter().map(rule).collect(),
    }))
}

/// Chooses. What is due already stays due when it was.
#[utoipa::path(post, path = "/api/v1/settings", request_body = Chosen, responses((status = 200, body = Done)))]
pub(crate) async fn change(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(chosen): Body<Chosen>,
) -> Result<Json<Done>, Trouble> {
    settings::choose(&app, &caller, &chosen).await?;
    Ok(Json(Done { done: true }))
}

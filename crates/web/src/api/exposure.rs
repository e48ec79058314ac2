//! `/api/v1/exposure`: the numbers of the first page.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::guard::Caller;
use crate::trouble::Trouble;

/// How many findings there are, by state and severity.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Exposure {
    /// What is to be done, by severity.
    live: BTreeMap<String, i64>,
    /// All, by state.
    states: BTreeMap<String, i64>,
    /// Systems.
    assets: i64,
}

/// What is exposed, in numbers.
#[utoipa::path(get, path = "/api/v1/exposure", responses((status = 200, body = Exposure)))]
pub(crate) async fn show(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<Exposure>, Trouble> {
    let department = caller.actor()?.department;
    let own = |of: Option<i64>| department.is_none() || of == department;
    let (mut live, mut states) = (BTreeMap::new(), BTreeMap::new());
    for tally in app
        .store
        .finding_tallies()
        .await?
        .into_iter()
        .filter(|tally| own(tally.department))
    {
        *states.entry(tally.state.as_str().to_owned()).or_default() += tally.findings;
        if tally.state.is_live() {
            *live.entry(tally.severity.as_str().to_owned()).or_default() += tally.findings;
        }
    }
    let assets = app.store.asset_tallies().await?;
    let assets = assets
        .iter()
        .filter(|tally| own(tally.department))
        .map(|tally| tally.assets)
        .sum();
    Ok(Json(Exposure { live, states, assets }))
}

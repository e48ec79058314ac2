//! `/healthz`: whether it works, for whatever restarts it. It tells nothing else.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::app::App;
use crate::trouble::Trouble;

/// Asks the database.
pub(crate) async fn show(State(app): State<Arc<App>>) -> Result<Json<Value>, Trouble> {
    app.store.answers().await?;
    Ok(Json(json!({ "status": "ok" })))
}

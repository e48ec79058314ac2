//! `/api/v1/findings`.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::Body;
use super::shape::{Done, Finding, FindingEvent, Paging, Rows};
use crate::app::App;
use crate::guard::Caller;
use crate::life::{self, Request};
use crate::pages::{deeds, finding, findings};
use crate::role::Deed;
use crate::trouble::Trouble;

/// What is filtered by.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Asked {
    /// "live" (the default), "all", or a state.
    #[serde(default)]
    state: String,
    /// A severity.
    #[serde(default)]
    severity: String,
    /// A flaw's id.
    #[serde(default)]
    flaw: String,
    /// A department's number.
    #[serde(default)]
    department: String,
    /// "me": given to the holder of the token.
    #[serde(default)]
    who: String,
    /// "over": overdue.
    #[serde(default)]
    due: String,
    /// The `next` of the page before.
    after: Option<String>,
    /// How many rows at most, up to 500.
    size: Option<u32>,
}

/// Findings, what matters most first.
#[utoipa::path(get, path = "/api/v1/findings", params(Asked), responses((status = 200, body = Rows<Finding>)))]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    Query(asked): Query<Asked>,
    caller: Caller,
) -> Result<Json<Rows<Finding>>, Trouble> {
    let page = Paging {
        after: asked.after,
        size: asked.size,
    }
    .page();
    let filter = findings::Asked {
        state: asked.state,
        severity: asked.severity,
        flaw: asked.flaw,
        department: asked.department,
        who: asked.who,
        due: asked.due,
        ..findings::Asked::default()
    };
    let listed = app.store.findings(&filter.filter(&app, &caller)?, &page).await?;
    Ok(Json(Rows::of(listed, Finding::of)))
}

/// A finding.
#[utoipa::path(get, path = "/api/v1/findings/{id}", params(("id" = i64, Path)), responses((status = 200, body = Finding)))]
pub(crate) async fn one(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    caller: Caller,
) -> Result<Json<Finding>, Trouble> {
    Ok(Json(Finding::of(&finding::of(&app, &caller, id).await?)))
}

/// What happened to a finding.
#[utoipa::path(get, path = "/api/v1/findings/{id}/events", params(("id" = i64, Path), Paging), responses((status = 200, body = Rows<FindingEvent>)))]
pub(crate) async fn events(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    Query(paging): Query<Paging>,
    caller: Caller,
) -> Result<Json<Rows<FindingEvent>>, Trouble> {
    finding::of(&app, &caller, id).await?;
    let listed = app.store.events(id, &paging.page()).await?;
    Ok(Json(Rows::of(listed, FindingEvent::of)))
}

/// What somebody does with a finding.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "deed", rename_all = "snake_case")]
pub(crate) enum Act {
    /// Gives it to somebody.
    Assign {
        /// The person's number.
        person: i64,
    },
    /// Says that somebody is at work on it.
    Fixing {
        /// In words.
        #[serde(default)]
        text: String,
    },
    /// Says that it is done, which Holter then measures.
    SayDone {
        /// In words.
        #[serde(default)]
        text: String,
    },
    /// Takes back that it is accepted or false.
    Reopen {
        /// In words.
        #[serde(default)]
        text: String,
    },
    /// Adds a comment.
    Comment {
        /// In words.
        text: String,
    },
    /// Asks for a measurement.
    Measure,
    /// Asks that it be accepted.
    Accept {
        /// Why.
        reason: String,
        /// What holds the risk down meanwhile.
        ground: String,
        /// Until this day, like 2027-03-31.
        until: String,
    },
    /// Asks that it be called false.
    CallFalse {
        /// Why it was measured all the same.
        reason: String,
        /// The evidence.
        ground: String,
    },
    /// Decides what somebody else has asked.
    Decide {
        /// Whether it is approved.
        approve: bool,
    },
}

/// Does something with a finding.
#[utoipa::path(post, path = "/api/v1/findings/{id}/events", params(("id" = i64, Path)), request_body = Act, responses((status = 200, body = Done)))]
pub(crate) async fn act(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    caller: Caller,
    Body(act): Body<Act>,
) -> Result<Json<Done>, Trouble> {
    let row = finding::of(&app, &caller, id).await?;
    // The route asks for the least of these; what the deed itself needs is asked here.
    let needs = match act {
        Act::Comment { .. } => Deed::Comment,
        Act::Decide { .. } => Deed::Approve,
        _ => Deed::Work,
    };
    if !caller.actor()?.may(needs) {
        return Err(Trouble::Denied);
    }
    let (deed, detail, request) = match act {
        Act::Measure => {
            deeds::ask_measurement(&app, &caller, &row).await?;
            return Ok(Json(Done { done: true }));
        }
        Act::Assign { person } => (
            "finding.assigned",
            app.store.person(person).await?.name,
            Request::Assign(person),
        ),
        Act::Fixing { text } => (
            "finding.fixing",
            String::new(),
            Request::Fixing(deeds::words(&text, true)?),
        ),
        Act::SayDone { text } => (
            "finding.said-done",
            String::new(),
            Request::SayDone(deeds::words(&text, true)?),
        ),
        Act::Reopen { text } => (
            "finding.reopened",
            String::new(),
            Request::Reopen(deeds::words(&text, true)?),
        ),
        Act::Comment { text } => (
            "finding.commented",
            String::new(),
            Request::Comment(deeds::words(&text, false)?),
        ),
        Act::Accept {
            reason,
            ground,
            until,
        } => {
            let until = deeds::until(&app, &until)?;
            let (reason, ground) = (deeds::words(&reason, false)?, deeds::words(&ground, false)?);
            (
                "finding.acceptance-asked",
                reason.clone(),
                Request::Accept {
                    reason,
                    ground,
                    until,
                },
            )
        }
        Act::CallFalse { reason, ground } => {
            let (reason, ground) = (deeds::words(&reason, false)?, deeds::words(&ground, false)?);
            (
                "finding.false-asked",
                reason.clone(),
                Request::CallFalse { reason, ground },
            )
        }
        Act::Decide { approve } => {
            let deed = if approve {
                "finding.approved"
            } else {
                "finding.denied"
            };
            (deed, String::new(), Request::Decide(approve))
        }
    };
    life::act(&app, &caller, id, request).await?;
    app.note(&caller, deed, format!("finding {id}"), detail).await?;
    Ok(Json(Done { done: true }))
}

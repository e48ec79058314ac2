//! The audit log: who did what, when and from where.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::Response;
use holter_store::{Page, Verified};
use maud::html;
use serde::Deserialize;

use crate::app::App;
use crate::guard::Caller;
use crate::shown::{Frame, list, moment, safe};
use crate::trouble::Trouble;

/// Which page, and whether to look through the chain.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    after: Option<String>,
    verify: Option<String>,
}

/// The log, the latest first.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Query(asked): Query<Asked>,
    caller: Caller,
) -> Result<Response, Trouble> {
    let page = Page {
        after: asked.after.clone(),
        size: 100,
    };
    let listed = app.store.audited(&page).await?;
    let verified = match asked.verify {
        Some(_) => Some(app.store.verify_audit(&app.audit_key, None).await?),
        None => None,
    };
    let frame = Frame {
        title: "Audit log",
        caller: &caller,
        part: "/audit",
        done: None,
    };
    Ok(frame.around(&html! {
        h1 { "Audit log" }
        p class="soft" { "Nothing is ever changed or taken out here: each row vouches for the one before it. " code { "holter audit verify" } " looks through them all." }
        @match &verified {
            None => p { a class="button quiet" href="/audit?verify=1" { "Verify the whole log" } },
            Some(Verified::Whole { rows, last }) => {
                div class="said" role="status" {
                    "All " (rows) " rows are as they were written. Note the last one's code elsewhere, and a log that was cut off shows: "
                    code { (rows) ":" (last) }
                }
            },
            Some(Verified::Broken { place, why }) => p class="wrong" role="alert" { "Row " (place) ": " (why) ". From there on the log cannot be relied on." },
        }
        div class="scroll" {
            table class="stack" {
                caption { "What was done, the latest first" }
                thead { tr { th scope="col" class="n" { "Row" } th scope="col" { "When" } th scope="col" { "Who" } th scope="col" { "What" } th scope="col" { "To what" } th scope="col" { "More" } th scope="col" { "From" } } }
                tbody {
                    @for row in &listed.rows {
                        tr {
                            td class="n" data-l="Row" { (row.place) }
                            td data-l="When" { (moment::at(row.at, &app.zone)) }
                            td data-l="Who" { @if row.deed.actor.is_empty() { span class="soft" { "nobody signed in" } } @else { (safe(&row.deed.actor)) } }
                            th scope="row" { (safe(&row.deed.deed)) }
                            td data-l="To what" { (safe(&row.deed.subject)) }
                            td data-l="More" { (safe(&row.deed.detail)) }
                            td data-l="From" class="small" { (row.deed.address) }
                        }
                    }
                }
            }
        }
        (list::pages("/audit", &[], asked.after.as_deref(), listed.next.as_deref()))
    }))
}

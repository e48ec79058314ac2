//! Settings, and what there is to know about this server.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::Response;
use holter_store::Dialect;
use maud::html;

use crate::app::App;
use crate::guard::Caller;
use crate::pages::Done;
use crate::role::Role;
use crate::shown::Frame;
use crate::trouble::Trouble;

/// The page.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Query(done): Query<Done>,
    caller: Caller,
) -> Result<Response, Trouble> {
    let frame = Frame { title: "Settings", caller: &caller, part: "/settings", done: done.done.as_deref() };
    let now = app.clock.now().to_zoned(app.zone.clone());
    Ok(frame.around(&html! {
        h1 { "Settings" }
        div class="card" {
            h2 { "This server" }
            dl class="pairs" {
                dt { "Holter" } dd { (env!("CARGO_PKG_VERSION")) }
                dt { "Where" } dd { (app.url) }
                dt { "On the way" } dd { @if app.secure { "encrypted" } @else { "in clear text, and reached from this machine alone" } }
                dt { "Database" } dd { @match app.store.dialect() { Dialect::Sqlite => "SQLite, a file of this machine", Dialect::Postgres => "PostgreSQL" } }
                dt { "Time" } dd { (now.strftime("%Y-%m-%d %H:%M %:z").to_string()) }
            }
        }
        div class="card" {
            h2 { "Networks, exclusions, quiet hours, pace" }
            p { "They stand in " code { "holter.toml" } ", and hold for every scan that is started here as on the command line. The server reads it when it starts." }
            dl class="pairs" {
                dt { "Your own, though not private" } dd { (app.scanner.own()) }
                dt { "Never contacted" } dd { (app.scanner.excluded()) }
                dt { "Quiet hours" } dd { (app.scanner.quiet()) }
            }
        }
        div class="card" {
            h2 { "Roles" }
            dl class="pairs" { @for role in Role::ALL { dt { (role) } dd { (role.about()) } } }
        }
        div class="card" {
            h2 { "Backup" }
            p { code { "holter backup FILE" } " writes all that is remembered into one file, while the server runs; " code { "holter restore FILE" } " puts it into an empty database. Keep the key, which stands beside the database, in another place: without it nobody can sign in with one-time codes, and nobody can verify the audit log." }
        }
    }))
}

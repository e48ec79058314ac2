//! Settings, and what there is to know about this server.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Query, State};
use axum::response::Response;
use holter_program::due::{self, Deadlines};
use holter_store::Dialect;
use maud::html;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::access::provider;
use crate::app::App;
use crate::guard::Caller;
use crate::life;
use crate::notices;
use crate::pages::{Done, back};
use crate::role::Role;
use crate::shown::{Frame, form, safe};
use crate::trouble::Trouble;

/// The page.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Query(done): Query<Done>,
    caller: Caller,
) -> Result<Response, Trouble> {
    let frame = Frame {
        title: "Settings",
        caller: &caller,
        part: "/settings",
        done: done.done.as_deref(),
    };
    let chosen = life::deadlines(&app.store).await?;
    let provider = provider::offered(&app.store).await?;
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
            h2 { "When findings are due" }
            form method="post" action="/settings" {
                (form::key(&caller))
                fieldset {
                    legend { "The rule" }
                    @for rule in due::ALL {
                        label class="check" {
                            input type="radio" name="deadlines" value=(rule.id) checked[rule.id == chosen.id];
                            span {
                                (rule.name) ": " (rule.days[0]) " days for what is critical, " (rule.days[1]) ", " (rule.days[2]) " and " (rule.days[3]) " for the rest"
                                br; span class="soft small" { (rule.source) }
                            }
                        }
                    }
                }
                button { "Keep" }
            }
        }
        @if cfg!(feature = "oidc") {
            div class="card" {
                h2 { "Signing in" }
                p { "With a password and one-time codes" @if let Some(provider) = provider { ", and with " (safe(&provider)) } "." }
                p { a class="button quiet" href="/settings/provider" { "Sign in with a provider" } }
            }
        }
        div class="card" {
            h2 { "Notices" }
            p { a href="/settings/notices" { "Mail, webhooks, tickets and syslog" } ": who is told of what, by which way, and what became of it." }
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

/// What is chosen. What is not named stays as it is.
#[derive(Default, Deserialize, ToSchema)]
pub(crate) struct Chosen {
    /// A rule for due dates, by its id.
    #[serde(default)]
    pub(crate) deadlines: Option<String>,
    /// Where readers of mail find the pages; empty: where the server listens.
    #[serde(default)]
    pub(crate) notices_url: Option<String>,
}

/// Keeps it. What is due already stays due when it was.
pub(crate) async fn change(
    State(app): State<Arc<App>>,
    caller: Caller,
    Form(chosen): Form<Chosen>,
) -> Result<Response, Trouble> {
    choose(&app, &caller, &chosen).await?;
    Ok(back("/settings", "changed"))
}

/// Keeps it, for the page and for the API.
pub(crate) async fn choose(app: &App, caller: &Caller, chosen: &Chosen) -> Result<(), Trouble> {
    let mut settings = Vec::new();
    if let Some(id) = &chosen.deadlines {
        let rule = Deadlines::named(id);
        let rule = rule.ok_or_else(|| Trouble::Wrong("There is no such rule.".to_owned()))?;
        settings.push((life::DEADLINES, rule.id.to_owned()));
    }
    if let Some(url) = &chosen.notices_url {
        settings.push((notices::URL, notices::checked_url(url)?));
    }
    if settings.is_empty() {
        return Err(Trouble::Wrong("Say what is to be set.".to_owned()));
    }
    let mut doing = app.begin().await?;
    for (name, value) in settings {
        doing.set_setting(name, &value).await?;
        doing.add(caller, "settings.changed", name, value).await?;
    }
    Ok(doing.close().await?)
}

//! A link that opens once: somebody chooses a password, the first or a new one.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use maud::html;
use serde::Deserialize;

use crate::access::{password, provider, token};
use crate::app::App;
use crate::guard::Caller;
use crate::pages::login;
use crate::shown::{Frame, form};
use crate::trouble::Trouble;

/// What is typed.
#[derive(Deserialize)]
pub(crate) struct Chosen {
    password: String,
}

/// The form.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Path(link): Path<String>,
    caller: Caller,
) -> Result<Response, Trouble> {
    let account = app
        .store
        .invited(&token::hash(&link), app.clock.now())
        .await?
        .ok_or(Trouble::Missing)?;
    Ok(page(&caller, &link, &account.shown, &account.name, None))
}

/// Sets the password and signs in. A second factor that was set up stays.
pub(crate) async fn take(
    State(app): State<Arc<App>>,
    Path(link): Path<String>,
    caller: Caller,
    Form(chosen): Form<Chosen>,
) -> Result<Response, Trouble> {
    let account = app
        .store
        .invited(&token::hash(&link), app.clock.now())
        .await?
        .ok_or(Trouble::Missing)?;
    if let Some(why) = password::objection(&chosen.password, &account.name) {
        return Ok(page(&caller, &link, &account.shown, &account.name, Some(&why)));
    }
    let hash = login::hashed(&app, chosen.password).await?;
    let mut doing = app.begin().await?;
    doing.set_password(account.id, &hash).await?;
    let subject = format!("account {}", account.name);
    let how = "by a link that opens once";
    if account.second.is_empty() && provider::lets_in_by_password(&app.store, &account).await? {
        doing.add(&caller, "password.chosen", subject, how).await?;
        return login::let_in(&app, doing, &caller, &account, how, "/").await;
    }
    doing.keep(&caller, "password.chosen", subject, how).await?;
    Ok(crate::pages::back("/login", "changed"))
}

fn page(caller: &Caller, link: &str, shown: &str, name: &str, wrong: Option<&str>) -> Response {
    let frame = Frame {
        title: "Choose a password",
        caller,
        part: "",
        done: None,
    };
    frame.around(&html! {
        h1 { "Choose a password" }
        p { "For " (shown) ", who signs in as " strong { (name) } "." }
        (form::wrong(wrong))
        form method="post" action={ "/join/" (link) } {
            (form::key(caller))
            (form::whose(name))
            label for="password" { "Password" }
            p class="hint" id="rule" { "At least " (password::SHORTEST) " characters. Four words that have nothing to do with each other are good." }
            input id="password" name="password" type="password" required minlength=(password::SHORTEST) maxlength=(password::LONGEST) autocomplete="new-password" aria-describedby="rule" autofocus;
            button { "Keep it" }
        }
    })
}

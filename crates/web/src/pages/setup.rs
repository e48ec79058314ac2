//! The first start: whoever holds the link that was printed makes the first account, once.

use std::sync::{Arc, PoisonError};

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use holter_store::{NewAccount, Person};
use maud::html;
use serde::Deserialize;

use crate::access::{password, token};
use crate::app::App;
use crate::guard::Caller;
use crate::pages::login;
use crate::role::Role;
use crate::shown::{Frame, form};
use crate::trouble::Trouble;

/// What is asked.
#[derive(Deserialize)]
pub(crate) struct First {
    shown: String,
    name: String,
    password: String,
}

/// The form.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Path(link): Path<String>,
    caller: Caller,
) -> Result<Response, Trouble> {
    opens(&app, &link).await?;
    Ok(page(&caller, &link, None, "", ""))
}

/// Makes the account and signs in.
pub(crate) async fn take(
    State(app): State<Arc<App>>,
    Path(link): Path<String>,
    caller: Caller,
    Form(first): Form<First>,
) -> Result<Response, Trouble> {
    opens(&app, &link).await?;
    let (shown, name) = (first.shown.trim(), first.name.trim().to_lowercase());
    let objection = login::name_objection(&name)
        .or_else(|| {
            shown
                .is_empty()
                .then(|| "Say your name: others see who did what.".to_owned())
        })
        .or_else(|| password::objection(&first.password, &name));
    if let Some(why) = objection {
        return Ok(page(&caller, &link, Some(&why), shown, &first.name));
    }
    let hash = login::hashed(&app, first.password).await?;
    let now = app.clock.now();
    let mut doing = app.begin().await?;
    // Looked at again within the transaction's turn: two may hold the link, and one makes the account.
    if app.store.has_accounts().await? {
        return Err(Trouble::Missing);
    }
    let person = doing
        .add_person(&Person {
            id: 0,
            name: shown.to_owned(),
            email: None,
            department: None,
            active: true,
        })
        .await?;
    let account = NewAccount {
        person,
        name: name.clone(),
        role: Role::Admin.as_str().to_owned(),
        password: hash,
        created: now,
    };
    let id = doing.add_account(&account).await?;
    let detail = "the first account was made with the set-up link";
    doing
        .keep(&caller, "setup", format!("account {name}"), detail)
        .await?;
    app.setup.lock().unwrap_or_else(PoisonError::into_inner).take();
    let account = app.store.account(id).await?;
    let doing = app.begin().await?;
    login::let_in(&app, doing, &caller, &account, "with the set-up link", "/").await
}

async fn opens(app: &App, link: &str) -> Result<(), Trouble> {
    let wanted = app.setup.lock().unwrap_or_else(PoisonError::into_inner).clone();
    if wanted.is_none_or(|wanted| wanted != token::hash(link)) || app.store.has_accounts().await? {
        return Err(Trouble::Missing);
    }
    Ok(())
}

fn page(caller: &Caller, link: &str, wrong: Option<&str>, shown: &str, name: &str) -> Response {
    let frame = Frame {
        title: "Set up",
        caller,
        part: "",
        done: None,
    };
    frame.around(&html! {
        h1 { "Welcome to Holter" }
        p { "This makes the first account, which may do everything. Make accounts for the others afterwards." }
        (form::wrong(wrong))
        form method="post" action={ "/setup/" (link) } {
            (form::key(caller))
            label for="shown" { "Your name" }
            input id="shown" name="shown" value=(shown) required maxlength="100" autocomplete="name" autofocus;
            label for="name" { "Name to sign in with" }
            input id="name" name="name" value=(name) required maxlength="64" autocomplete="username" autocapitalize="none" spellcheck="false";
            label for="password" { "Password" }
            p class="hint" id="rule" { "At least " (password::SHORTEST) " characters. Four words that have nothing to do with each other are good." }
            input id="password" name="password" type="password" required minlength=(password::SHORTEST) maxlength=(password::LONGEST) autocomplete="new-password" aria-describedby="rule";
            button { "Make the account" }
        }
    })
}

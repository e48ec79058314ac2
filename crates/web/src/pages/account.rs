//! One's own account: password, one-time codes, tokens of the API, sessions.

mod cards;

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use maud::html;

use crate::access::provider;
use crate::app::App;
use crate::guard::Caller;
use crate::own::{self, Code, Confirmed, NewPassword, NewToken};
use crate::pages::{Done, back, login, subscriptions};
use crate::shown::{Frame, form, moment, safe};
use crate::trouble::Trouble;

/// So many places where somebody is signed in are shown.
const LISTED: u32 = 100;

/// The page.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Query(done): Query<Done>,
    caller: Caller,
) -> Result<Response, Trouble> {
    page(&app, &caller, done.done.as_deref(), None, None).await
}

/// Changes the password.
pub(crate) async fn password(
    State(app): State<Arc<App>>,
    caller: Caller,
    Form(typed): Form<NewPassword>,
) -> Result<Response, Trouble> {
    let account = own::account(&app, &caller).await?;
    let doing = match own::password(&app, &caller, typed).await {
        Ok(doing) => doing,
        Err(Trouble::Wrong(why)) => return page(&app, &caller, None, Some(&why), None).await,
        Err(trouble) => return Err(trouble),
    };
    let how = "with the password that was just changed";
    login::let_in(&app, doing, &caller, &account, how, "/account?done=password").await
}

/// Asks for one-time codes from now on.
pub(crate) async fn second(
    State(app): State<Arc<App>>,
    caller: Caller,
    Form(typed): Form<Code>,
) -> Result<Response, Trouble> {
    match own::second(&app, &caller, &typed).await? {
        Ok(codes) => Ok(cards::codes(&caller, &codes)),
        Err(secret) => {
            let why = "The code is not right. Is the telephone's clock? Take the next one.";
            page(&app, &caller, None, Some(why), Some(secret)).await
        }
    }
}

/// Makes new codes for a lost telephone, and shows them this once.
pub(crate) async fn new_codes(
    State(app): State<Arc<App>>,
    caller: Caller,
    Form(typed): Form<Confirmed>,
) -> Result<Response, Trouble> {
    Ok(cards::codes(
        &caller,
        &own::new_codes(&app, &caller, typed).await?,
    ))
}

/// Asks for one-time codes no longer.
pub(crate) async fn end_second(
    State(app): State<Arc<App>>,
    caller: Caller,
    Form(typed): Form<Confirmed>,
) -> Result<Response, Trouble> {
    own::end_second(&app, &caller, typed).await?;
    Ok(back("/account", "changed"))
}

/// Makes a token, and shows it this once.
pub(crate) async fn add_token(
    State(app): State<Arc<App>>,
    caller: Caller,
    Form(wanted): Form<NewToken>,
) -> Result<Response, Trouble> {
    let (_, fresh) = own::add_token(&app, &caller, &wanted).await?;
    let frame = Frame {
        title: "Your new token",
        caller: &caller,
        part: "/account",
        done: None,
    };
    Ok(frame.around(&html! {
        h1 { "Your new token" }
        p { "It is shown this once. Keep it where your script finds it and nobody else does." }
        pre { code id="token" { (fresh) } }
        p { a href="/account" { "Back to your account" } }
    }))
}

/// Takes a token back.
pub(crate) async fn end_token(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<i64>,
) -> Result<Response, Trouble> {
    own::end_token(&app, &caller, id).await?;
    Ok(back("/account", "ended"))
}

/// Ends every session but this one.
pub(crate) async fn end_sessions(State(app): State<Arc<App>>, caller: Caller) -> Result<Response, Trouble> {
    let account = own::account(&app, &caller).await?;
    let doing = own::end_sessions(&app, &caller).await?;
    let how = "with the session that ended all others";
    login::let_in(&app, doing, &caller, &account, how, "/account?done=ended").await
}

async fn page(
    app: &App,
    caller: &Caller,
    done: Option<&str>,
    wrong: Option<&str>,
    secret: Option<String>,
) -> Result<Response, Trouble> {
    let account = own::account(app, caller).await?;
    let now = app.clock.now();
    let tokens = app.store.api_tokens(account.id).await?;
    let sessions = app.store.sessions(account.id, now, LISTED).await?;
    let open = app.store.session_count(account.id, now).await?;
    let second = if account.second.is_empty() {
        cards::offer(app, caller, &account, secret)?
    } else {
        cards::guarded(caller, &account, app.store.recovery_codes(account.id).await?)
    };
    let told = subscriptions::show(app, caller).await?;
    let bound = app.store.subjects(account.id).await?;
    let provider = provider::offered(&app.store).await?;
    let frame = Frame {
        title: "Your account",
        caller,
        part: "/account",
        done,
    };
    Ok(frame.around(&html! {
        h1 { (safe(&account.shown)) }
        p class="soft" { "Signs in as " strong { (account.name) } ", " (account.role) "." }
        (form::wrong(wrong))
        div class="card" { (second) }
        div class="card" { (cards::change(caller, &account)) }
        div class="card" { (told) }
        @if let Some(provider) = provider { div class="card" { (cards::bound(caller, &provider, &bound)) } }
        div class="card" { (cards::tokens_of(app, caller, &tokens)) }
        div class="card" {
            h2 { "Where you are signed in" }
            @if open > u64::from(LISTED) { p class="soft" { "The newest " (LISTED) " of " (open) " are shown." } }
            ul {
                @for session in &sessions {
                    li {
                        (session.address) ", since " (moment::at(session.created, &app.zone))
                        " " span class="soft small" { (safe(&session.agent)) }
                    }
                }
            }
            form method="post" action="/account/sessions/end" {
                (form::key(caller))
                button class="quiet" { "Sign out everywhere else" }
            }
        }
    }))
}

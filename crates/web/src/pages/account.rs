//! One's own account: password, one-time codes, tokens of the API, sessions.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use holter_store::{Account, ApiToken};
use jiff::SignedDuration;
use maud::{Markup, html};
use serde::Deserialize;

use crate::access::{password, token, totp};
use crate::app::App;
use crate::guard::Caller;
use crate::pages::{Done, back, login, subscriptions};
use crate::role::Role;
use crate::shown::{Frame, form, moment, safe, square};
use crate::trouble::Trouble;

/// A token of the API lives no longer.
const LONGEST_TOKEN: i64 = 366;

/// The page.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Query(done): Query<Done>,
    caller: Caller,
) -> Result<Response, Trouble> {
    page(&app, &caller, done.done.as_deref(), None, None).await
}

/// A new password.
#[derive(Deserialize)]
pub(crate) struct NewPassword {
    old: String,
    new: String,
}

/// Changes the password.
pub(crate) async fn password(
    State(app): State<Arc<App>>,
    caller: Caller,
    Form(typed): Form<NewPassword>,
) -> Result<Response, Trouble> {
    let account = own(&app, &caller).await?;
    confirm(&app, &caller, &account, typed.old).await?;
    if let Some(why) = password::objection(&typed.new, &account.name) {
        return page(&app, &caller, None, Some(&why), None).await;
    }
    let hash = login::hashed(&app, typed.new).await?;
    let mut writing = app.store.write().await?;
    writing.set_password(account.id, &hash).await?;
    writing.commit().await?;
    app.note(&caller, "password.changed", subject(&account), "")
        .await?;
    login::let_in(&app, &caller, &account, "/account?done=password").await
}

/// A code of the app that was just set up.
#[derive(Deserialize)]
pub(crate) struct Code {
    sealed: String,
    code: String,
}

/// Asks for one-time codes from now on.
pub(crate) async fn second(
    State(app): State<Arc<App>>,
    caller: Caller,
    Form(typed): Form<Code>,
) -> Result<Response, Trouble> {
    let account = own(&app, &caller).await?;
    let opened = app.key.open(&typed.sealed, &login::of_second(account.id));
    let secret = opened.map_err(|error| Trouble::Wrong(error.to_string()))?;
    let Some(step) = totp::step(&secret, &typed.code, app.clock.now(), 0) else {
        let why = "The code is not right. Is the telephone's clock? Take the next one.";
        return page(&app, &caller, None, Some(why), Some(secret)).await;
    };
    let mut writing = app.store.write().await?;
    writing.set_second(account.id, &typed.sealed).await?;
    writing.use_second(account.id, step).await?;
    writing.commit().await?;
    app.note(&caller, "second.begun", subject(&account), "").await?;
    Ok(back("/account", "changed"))
}

/// The password, once more.
#[derive(Deserialize)]
pub(crate) struct Confirmed {
    password: String,
}

/// Asks for one-time codes no longer.
pub(crate) async fn end_second(
    State(app): State<Arc<App>>,
    caller: Caller,
    Form(typed): Form<Confirmed>,
) -> Result<Response, Trouble> {
    let account = own(&app, &caller).await?;
    confirm(&app, &caller, &account, typed.password).await?;
    let mut writing = app.store.write().await?;
    writing.set_second(account.id, "").await?;
    writing.commit().await?;
    app.note(&caller, "second.ended", subject(&account), "").await?;
    Ok(back("/account", "changed"))
}

/// A token that is wanted.
#[derive(Deserialize)]
pub(crate) struct NewToken {
    name: String,
    role: String,
    days: i64,
}

/// Makes a token, and shows it this once.
pub(crate) async fn add_token(
    State(app): State<Arc<App>>,
    caller: Caller,
    Form(wanted): Form<NewToken>,
) -> Result<Response, Trouble> {
    let actor = caller.actor()?;
    let role: Role = wanted.role.parse().map_err(Trouble::Wrong)?;
    if actor.role != Role::Admin && role != actor.role {
        return Err(Trouble::Denied);
    }
    let name: String = wanted.name.trim().chars().take(100).collect();
    if name.is_empty() || !(1..=LONGEST_TOKEN).contains(&wanted.days) {
        return Err(Trouble::Wrong(format!(
            "A token has a name, and lives 1 to {LONGEST_TOKEN} days."
        )));
    }
    let now = app.clock.now();
    let fresh = format!("{}{}", token::API_PREFIX, token::new(app.dice.as_ref())?);
    let made = ApiToken {
        id: 0,
        account: actor.account,
        name: name.clone(),
        role: role.as_str().to_owned(),
        created: now,
        expires: now
            .saturating_add(SignedDuration::from_hours(24 * wanted.days))
            .unwrap_or(now),
        used: None,
    };
    let mut writing = app.store.write().await?;
    let id = writing.add_api_token(&made, &token::hash(&fresh)).await?;
    writing.commit().await?;
    app.note(
        &caller,
        "token.made",
        format!("token {id}"),
        format!("{name}, as {role}, for {} days", wanted.days),
    )
    .await?;
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
    let mut writing = app.store.write().await?;
    let there = writing.end_api_token(caller.actor()?.account, id).await?;
    writing.commit().await?;
    if !there {
        return Err(Trouble::Missing);
    }
    app.note(&caller, "token.ended", format!("token {id}"), "")
        .await?;
    Ok(back("/account", "ended"))
}

/// Ends every session but this one.
pub(crate) async fn end_sessions(State(app): State<Arc<App>>, caller: Caller) -> Result<Response, Trouble> {
    let account = own(&app, &caller).await?;
    let mut writing = app.store.write().await?;
    writing.end_sessions(account.id).await?;
    writing.commit().await?;
    app.note(&caller, "sessions.ended", subject(&account), "").await?;
    login::let_in(&app, &caller, &account, "/account?done=ended").await
}

async fn own(app: &App, caller: &Caller) -> Result<Account, Trouble> {
    Ok(app.store.account(caller.actor()?.account).await?)
}

fn subject(account: &Account) -> String {
    format!("account {}", account.name)
}

/// Whoever sits down at a machine that was left open must not take the account over.
async fn confirm(app: &App, caller: &Caller, account: &Account, typed: String) -> Result<(), Trouble> {
    let (who, now) = (format!("name {}", account.name), app.clock.now());
    if let Some(wait) = app.throttle.wait([who.as_str()], now) {
        return Err(Trouble::Often(wait.as_secs().max(1)));
    }
    if login::is_right(app, typed, Some(account.password.clone())).await? {
        return Ok(());
    }
    app.throttle.failed(&who, now);
    app.note(caller, "password.refused", subject(account), "").await?;
    Err(Trouble::Wrong("The password is not right.".to_owned()))
}

async fn page(
    app: &App,
    caller: &Caller,
    done: Option<&str>,
    wrong: Option<&str>,
    secret: Option<String>,
) -> Result<Response, Trouble> {
    let account = own(app, caller).await?;
    let now = app.clock.now();
    let tokens = app.store.api_tokens(account.id).await?;
    let sessions = app.store.sessions(account.id, now).await?;
    let codes = if account.second.is_empty() {
        let secret = match secret {
            Some(secret) => secret,
            None => totp::secret(app.dice.as_ref())?,
        };
        offer(app, caller, &account, &secret)?
    } else {
        guarded(caller)
    };
    let told = subscriptions::show(app, caller).await?;
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
        div class="card" { (codes) }
        div class="card" { (change(caller)) }
        div class="card" { (told) }
        div class="card" { (tokens_of(app, caller, &tokens)) }
        div class="card" {
            h2 { "Where you are signed in" }
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

fn offer(app: &App, caller: &Caller, account: &Account, secret: &str) -> Result<Markup, Trouble> {
    let host = app.url.split("://").nth(1).unwrap_or("holter");
    let address = totp::address(secret, &account.name, host);
    let sealed = app
        .key
        .seal(secret, &login::of_second(account.id), app.dice.as_ref())?;
    Ok(html! {
        h2 { "One-time codes" }
        p { "A stolen password alone then opens nothing. Scan the square with an authenticator app, and type the code that it shows." }
        (square::of(&address, "The secret of your one-time codes, as a square for an authenticator app"))
        details { summary { "Without a camera" } p { code { (secret) } } }
        form method="post" action="/account/second" {
            (form::key(caller))
            input type="hidden" name="sealed" value=(sealed);
            label for="code" { "Code" }
            input id="code" name="code" inputmode="numeric" maxlength="9" required autocomplete="one-time-code";
            button { "Ask for codes from now on" }
        }
    })
}

fn guarded(caller: &Caller) -> Markup {
    html! {
        h2 { "One-time codes" }
        p { "You are asked for a code whenever you sign in." }
        details {
            summary { "End that" }
            form method="post" action="/account/second/end" {
                (form::key(caller))
                label for="confirm" { "Your password" }
                input id="confirm" name="password" type="password" required autocomplete="current-password";
                button class="quiet" { "No longer ask for codes" }
            }
        }
    }
}

fn change(caller: &Caller) -> Markup {
    html! {
        h2 { "Password" }
        details {
            summary { "Choose a new one" }
            form method="post" action="/account/password" {
                (form::key(caller))
                label for="old" { "The password until now" }
                input id="old" name="old" type="password" required autocomplete="current-password";
                label for="new" { "The new one" }
                p class="hint" id="rule" { "At least " (password::SHORTEST) " characters." }
                input id="new" name="new" type="password" required minlength=(password::SHORTEST) autocomplete="new-password" aria-describedby="rule";
                button { "Change it" }
            }
        }
    }
}

fn tokens_of(app: &App, caller: &Caller, tokens: &[ApiToken]) -> Markup {
    let own = caller.actor.as_ref().map(|actor| actor.role);
    html! {
        h2 { "Tokens for scripts" }
        p { "A script comes in with a token instead of a password: " code { "Authorization: Bearer TOKEN" } ". " a href="/api/v1/openapi.json" { "What the API can do" } }
        @if !tokens.is_empty() {
            div class="scroll" {
                table class="stack" {
                    caption { "Your tokens" }
                    thead { tr { th scope="col" { "For" } th scope="col" { "May do what a … may" } th scope="col" { "Until" } th scope="col" { "Last used" } th scope="col" { "End" } } }
                    tbody {
                        @for token in tokens {
                            tr {
                                th scope="row" { (safe(&token.name)) }
                                td data-l="May" { (token.role) }
                                td data-l="Until" { (moment::day(token.expires, &app.zone)) }
                                td data-l="Last used" { @if let Some(used) = token.used { (moment::ago(used, app.clock.now(), &app.zone)) } @else { "never" } }
                                td {
                                    form method="post" action={ "/account/tokens/" (token.id) "/end" } {
                                        (form::key(caller))
                                        button class="link" { "End it" }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
        details {
            summary { "Make one" }
            form method="post" action="/account/tokens" {
                (form::key(caller))
                label for="token-name" { "What for" }
                input id="token-name" name="name" required maxlength="100";
                label for="token-role" { "It may do what this role may" }
                select id="token-role" name="role" {
                    @for role in Role::ALL.into_iter().filter(|role| own == Some(Role::Admin) || own == Some(*role)) {
                        (form::option(role.as_str(), &format!("{role}: {}", role.about()), false))
                    }
                }
                label for="token-days" { "For how many days" }
                input id="token-days" name="days" type="number" min="1" max=(LONGEST_TOKEN) value="90" required;
                button { "Make a token" }
            }
        }
    }
}

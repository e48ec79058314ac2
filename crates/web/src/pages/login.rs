//! Signing in and out.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{AppendHeaders, IntoResponse as _, Redirect, Response};
use axum_extra::extract::cookie::Cookie;
use holter_store::{Account, Session};
use maud::html;
use serde::Deserialize;

use crate::access::{password, token, totp};
use crate::app::App;
use crate::guard::{Caller, WHOLE, cookie, cookie_name};
use crate::shown::{Frame, form};
use crate::trouble::Trouble;

/// Where to go afterwards.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Way {
    to: Option<String>,
    done: Option<String>,
}

/// What is typed.
#[derive(Deserialize)]
pub(crate) struct Typed {
    name: String,
    password: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    to: String,
}

/// The form.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Query(way): Query<Way>,
    caller: Caller,
) -> Result<Response, Trouble> {
    let to = within(way.to.as_deref());
    if caller.actor.is_some() {
        return Ok(Redirect::to(to).into_response());
    }
    let waits = !app.store.has_accounts().await?;
    Ok(page(&caller, to, None, "", way.done.as_deref(), waits))
}

/// Lets in, or does not say why not.
pub(crate) async fn take(
    State(app): State<Arc<App>>,
    caller: Caller,
    Form(typed): Form<Typed>,
) -> Result<Response, Trouble> {
    let to = within(Some(&typed.to)).to_owned();
    let name: String = typed.name.trim().to_lowercase().chars().take(64).collect();
    let now = app.clock.now();
    let (of_name, of_address) = (format!("name {name}"), format!("address {}", network(&caller)));
    if let Some(wait) = app.throttle.wait([of_name.as_str(), of_address.as_str()], now) {
        return Err(Trouble::Often(wait.as_secs().max(1)));
    }
    let found = app.store.account_named(&name).await?;
    let known = found
        .as_ref()
        .filter(|account| account.active && !account.password.is_empty());
    let right = is_right(
        &app,
        typed.password,
        known.map(|account| account.password.clone()),
    )
    .await?;
    let step = match known.filter(|account| !account.second.is_empty()) {
        None => Some(None),
        Some(account) => {
            let secret = app.key.open(&account.second, &of_second(account.id));
            let secret = secret.map_err(|error| Trouble::Own(error.to_string()))?;
            totp::step(&secret, &typed.code, now, account.second_step).map(Some)
        }
    };
    let (Some(account), true, Some(step)) = (known, right, step) else {
        return refuse(&app, &caller, &typed.name, &to, (&of_name, &of_address)).await;
    };
    if let Some(step) = step {
        let mut writing = app.store.write().await?;
        let first = writing.use_second(account.id, step).await?;
        writing.commit().await?;
        if !first {
            return refuse(&app, &caller, &typed.name, &to, (&of_name, &of_address)).await;
        }
    }
    app.throttle.forgive(&of_name);
    app.counters.login(true);
    let_in(&app, &caller, account, &to).await
}

async fn refuse(
    app: &App,
    caller: &Caller,
    name: &str,
    to: &str,
    who: (&str, &str),
) -> Result<Response, Trouble> {
    let now = app.clock.now();
    app.throttle.failed(who.0, now);
    app.throttle.failed(who.1, now);
    app.counters.login(false);
    let shown: String = name.trim().chars().take(64).collect();
    app.note(caller, "login.refused", format!("account {shown}"), "")
        .await?;
    let why = "The name, the password or the code is not right.";
    let mut response = page(caller, to, Some(why), &shown, None, false);
    *response.status_mut() = axum::http::StatusCode::UNAUTHORIZED;
    Ok(response)
}

/// Opens a session.
pub(crate) async fn let_in(
    app: &App,
    caller: &Caller,
    account: &Account,
    to: &str,
) -> Result<Response, Trouble> {
    let fresh = token::new(app.dice.as_ref())?;
    let now = app.clock.now();
    let session = Session {
        hash: token::hash(&fresh),
        account: account.id,
        created: now,
        seen: now,
        expires: now.saturating_add(WHOLE).unwrap_or(now),
        address: caller.address.to_string(),
        agent: caller.agent.clone(),
    };
    let mut writing = app.store.write().await?;
    writing.open_session(&session).await?;
    writing.came_in(account.id, now).await?;
    writing.commit().await?;
    app.note(caller, "login", format!("account {}", account.name), "")
        .await?;
    let cookie = cookie(app.secure, cookie_name(app.secure), fresh);
    Ok((
        AppendHeaders([(header::SET_COOKIE, cookie.to_string())]),
        Redirect::to(to),
    )
        .into_response())
}

/// Ends the session.
pub(crate) async fn leave(State(app): State<Arc<App>>, caller: Caller) -> Result<Response, Trouble> {
    if let Some(session) = caller.actor()?.session.as_deref() {
        let mut writing = app.store.write().await?;
        writing.end_session(session).await?;
        writing.commit().await?;
    }
    app.note(&caller, "logout", "", "").await?;
    let mut gone = Cookie::build((cookie_name(app.secure), ""))
        .path("/")
        .http_only(true)
        .secure(app.secure)
        .build();
    gone.make_removal();
    let headers = AppendHeaders([(header::SET_COOKIE, gone.to_string())]);
    Ok((headers, Redirect::to("/login?done=signed-out")).into_response())
}

/// The hash of a password, a few at a time and off the threads that answer.
pub(crate) async fn hashed(app: &Arc<App>, password: String) -> Result<String, Trouble> {
    let _turn = app.hashing.acquire().await.map_err(|_| Trouble::Away)?;
    let own = Arc::clone(app);
    let hashed = tokio::task::spawn_blocking(move || password::hash(&password, own.dice.as_ref())).await;
    Ok(hashed.map_err(|error| Trouble::Own(error.to_string()))??)
}

/// Whether a password is right, in the same way.
pub(crate) async fn is_right(app: &App, typed: String, hash: Option<String>) -> Result<bool, Trouble> {
    let _turn = app.hashing.acquire().await.map_err(|_| Trouble::Away)?;
    // Nobody's password is longer; whoever sends more wants to keep the machine busy.
    let typed = if typed.len() > password::LONGEST {
        String::new()
    } else {
        typed
    };
    let right = tokio::task::spawn_blocking(move || password::is_right(&typed, hash.as_deref())).await;
    right.map_err(|error| Trouble::Own(error.to_string()))
}

/// What is wrong with a name to sign in with.
pub(crate) fn name_objection(name: &str) -> Option<String> {
    let good = |character: char| {
        character.is_ascii_lowercase() || character.is_ascii_digit() || "._-@".contains(character)
    };
    ((2..=64).contains(&name.len()) && name.chars().all(good))
        .then_some(())
        .is_none()
        .then(|| {
            "A name to sign in with has 2 to 64 letters, digits, dots, hyphens or underscores.".to_owned()
        })
}

/// What the seal of an account's second factor says.
pub(crate) fn of_second(account: i64) -> String {
    format!("second factor of account {account}")
}

/// Only paths of our own: an address that somebody made up leads nowhere else.
fn within(to: Option<&str>) -> &str {
    let own = |to: &&str| {
        let rest = to.strip_prefix('/');
        rest.is_some_and(|rest| !rest.starts_with(['/', '\\']))
            && !to.contains(|c: char| c.is_control() || c == '\\')
    };
    to.filter(own).unwrap_or("/")
}

/// Failures count for a whole home or office of IPv6, which is one network of 64 bits.
fn network(caller: &Caller) -> String {
    match caller.address {
        std::net::IpAddr::V4(address) => address.to_string(),
        std::net::IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

fn page(
    caller: &Caller,
    to: &str,
    wrong: Option<&str>,
    name: &str,
    done: Option<&str>,
    waits: bool,
) -> Response {
    let frame = Frame {
        title: "Sign in",
        caller,
        part: "",
        done,
    };
    frame.around(&html! {
        h1 { "Sign in" }
        @if waits {
            p { "Nobody has an account yet. Open the link that " code { "holter serve" } " printed when it started." }
        } @else {
            (form::wrong(wrong))
            form method="post" action="/login" {
                (form::key(caller))
                input type="hidden" name="to" value=(to);
                label for="name" { "Name" }
                input id="name" name="name" value=(name) required maxlength="64" autocomplete="username" autocapitalize="none" spellcheck="false" autofocus;
                label for="password" { "Password" }
                input id="password" name="password" type="password" required autocomplete="current-password";
                label for="code" { "Code from your authenticator app" }
                p class="hint" id="when" { "Only if you have set one up." }
                input id="code" name="code" inputmode="numeric" maxlength="9" autocomplete="one-time-code" aria-describedby="when";
                button { "Sign in" }
            }
            p class="soft small" { "Forgotten? Whoever looks after Holter can send you a link to choose a new password." }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_address_leads_away() {
        for (to, expected) in [
            ("/findings?state=open", "/findings?state=open"),
            ("//evil.example", "/"),
            ("/\\evil.example", "/"),
            ("https://evil.example", "/"),
            ("javascript:alert(1)", "/"),
            ("/\t/evil.example", "/"),
            ("", "/"),
        ] {
            assert_eq!(within(Some(to)), expected, "{to}");
        }
    }

    #[test]
    fn names_are_plain() {
        assert_eq!(name_objection("mira.lopez"), None);
        for bad in ["", "m", "Mira", "a b", "<b>", "ü.b"] {
            assert!(name_objection(bad).is_some(), "{bad}");
        }
    }
}

//! Signing in and out.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{AppendHeaders, IntoResponse as _, Redirect, Response};
use holter_store::{Account, Session, Writing};
use maud::html;
use serde::Deserialize;

use crate::access::throttle::Trying;
use crate::access::{password, provider, recovery, token, totp};
use crate::app::App;
use crate::doing::Doing;
use crate::guard::{Caller, WHOLE, cookie, cookie_name, gone};
use crate::shown::{Frame, form, safe};
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
    let doors = match app.store.has_accounts().await? {
        true => Doors::Open(provider::offered(&app.store).await?),
        false => Doors::Shut,
    };
    Ok(page(&caller, to, None, "", way.done.as_deref(), &doors))
}

/// Lets in, or does not say why not.
pub(crate) async fn take(
    State(app): State<Arc<App>>,
    caller: Caller,
    Form(typed): Form<Typed>,
) -> Result<Response, Trouble> {
    let to = within(Some(&typed.to)).to_owned();
    let name: String = typed.name.trim().to_lowercase().chars().take(64).collect();
    let trying = Trying::of(&caller, &name);
    trying.may(&app).await?;
    let found = app.store.account_named(&name).await?;
    let known = found
        .as_ref()
        .filter(|account| account.active && !account.password.is_empty());
    let hash = known.map(|account| account.password.clone());
    let right = is_right(&app, typed.password, hash).await?;
    let Some(account) = known.filter(|_| right) else {
        return refuse(&app, &caller, &typed.name, &to, &trying).await;
    };
    let mut doing = app.begin().await?;
    let Some(by) = second(&app, &mut doing, account, &typed.code).await? else {
        drop(doing);
        return refuse(&app, &caller, &typed.name, &to, &trying).await;
    };
    trying.forgive(&mut doing).await?;
    if !provider::lets_in_by_password(&app.store, account).await? {
        doing
            .keep(
                &caller,
                "login.refused",
                subject(account),
                "only the provider lets in",
            )
            .await?;
        let why = "Your password is right, and opens nothing: this server wants everybody to sign in with the provider.";
        return refused(&app, &caller, &to, why, &account.name).await;
    }
    app.counters.login(true);
    let_in(&app, doing, &caller, account, by, &to).await
}

/// Whether the second factor is right, where one is asked for; what was typed is used up. In words, which it was.
async fn second(
    app: &App,
    writing: &mut Writing,
    account: &Account,
    typed: &str,
) -> Result<Option<&'static str>, Trouble> {
    if account.second.is_empty() {
        return Ok(Some("with a password"));
    }
    let secret = app.key.open(&account.second, &of_second(account.id));
    let secret = secret.map_err(|error| Trouble::Own(error.to_string()))?;
    if let Some(step) = totp::step(&secret, typed, app.clock.now(), account.second_step) {
        let first = writing.use_second(account.id, step).await?;
        return Ok(first.then_some("with a password and a one-time code"));
    }
    if let Some(hash) = recovery::hash(typed, account.id, &app.key) {
        let first = writing.use_recovery_code(account.id, &hash).await?;
        return Ok(first.then_some("with a password and a recovery code"));
    }
    Ok(None)
}

async fn refuse(
    app: &App,
    caller: &Caller,
    name: &str,
    to: &str,
    trying: &Trying,
) -> Result<Response, Trouble> {
    app.counters.login(false);
    let shown: String = name.trim().chars().take(64).collect();
    let mut doing = app.begin().await?;
    trying.failed(&mut doing, app.clock.now()).await?;
    doing
        .keep(caller, "login.refused", format!("account {shown}"), "")
        .await?;
    let why = "The name, the password or the code is not right.";
    refused(app, caller, to, why, &shown).await
}

async fn refused(app: &App, caller: &Caller, to: &str, why: &str, name: &str) -> Result<Response, Trouble> {
    let offered = provider::offered(&app.store).await?;
    let mut response = page(caller, to, Some(why), name, None, &Doors::Open(offered));
    *response.status_mut() = axum::http::StatusCode::UNAUTHORIZED;
    Ok(response)
}

/// Opens a session, together with whatever was done before it.
pub(crate) async fn let_in(
    app: &App,
    mut doing: Doing<'_>,
    caller: &Caller,
    account: &Account,
    how: &str,
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
    doing.open_session(&session).await?;
    doing.came_in(account.id, now).await?;
    doing.keep(caller, "login", subject(account), how).await?;
    let cookie = cookie(app.secure, cookie_name(app.secure), fresh);
    Ok((
        AppendHeaders([(header::SET_COOKIE, cookie.to_string())]),
        Redirect::to(to),
    )
        .into_response())
}

fn subject(account: &Account) -> String {
    format!("account {}", account.name)
}

/// Ends the session.
pub(crate) async fn leave(State(app): State<Arc<App>>, caller: Caller) -> Result<Response, Trouble> {
    let mut doing = app.begin().await?;
    if let Some(session) = caller.actor()?.session.as_deref() {
        doing.end_session(session).await?;
    }
    doing.keep(&caller, "logout", "", "").await?;
    let gone = gone(app.secure, cookie_name(app.secure));
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
pub(crate) fn within(to: Option<&str>) -> &str {
    let own = |to: &&str| {
        let rest = to.strip_prefix('/');
        rest.is_some_and(|rest| !rest.starts_with(['/', '\\']))
            && !to.contains(|c: char| c.is_control() || c == '\\')
    };
    to.filter(own).unwrap_or("/")
}

/// Whether anybody can come in, and how.
enum Doors {
    /// Nobody has an account yet.
    Shut,
    /// By password; and with a provider, under this name, where there is one.
    Open(Option<String>),
}

fn page(
    caller: &Caller,
    to: &str,
    wrong: Option<&str>,
    name: &str,
    done: Option<&str>,
    doors: &Doors,
) -> Response {
    let frame = Frame {
        title: "Sign in",
        caller,
        part: "",
        done,
    };
    frame.around(&html! {
        h1 { "Sign in" }
        @if matches!(doors, Doors::Shut) {
            p { "Nobody has an account yet. Open the link that " code { "holter serve" } " printed when it started." }
        } @else {
            (form::wrong(wrong))
            @if let Doors::Open(Some(provider)) = doors {
                p { a class="button" href={ "/login/provider?to=" (form::escaped(to)) } { "Sign in with " (safe(provider)) } }
            }
            form method="post" action="/login" {
                (form::key(caller))
                input type="hidden" name="to" value=(to);
                label for="name" { "Name" }
                input id="name" name="name" value=(name) required maxlength="64" autocomplete="username" autocapitalize="none" spellcheck="false" autofocus[name.is_empty()];
                label for="password" { "Password" }
                input id="password" name="password" type="password" required autocomplete="current-password" autofocus[!name.is_empty()];
                label for="code" { "Code from your authenticator app" }
                p class="hint" id="when" { "Only if you have set one up. Without the telephone: one of the recovery codes that you wrote down." }
                input id="code" name="code" maxlength="24" autocapitalize="none" spellcheck="false" autocomplete="one-time-code" aria-describedby="when";
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

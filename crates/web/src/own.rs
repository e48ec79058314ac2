//! What somebody does to their own account, for the pages and for the API.

use std::sync::Arc;

use holter_store::{Account, ApiToken, Writing};
use jiff::SignedDuration;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::access::throttle::Trying;
use crate::access::{password, recovery, token, totp};
use crate::app::App;
use crate::doing::Doing;
use crate::guard::Caller;
use crate::pages::login;
use crate::role::Role;
use crate::trouble::Trouble;

/// A token of the API lives no longer.
pub(crate) const LONGEST_TOKEN: i64 = 366;
/// So many that are not over has an account at most: more than these nobody looks through.
const MOST_TOKENS: u64 = 200;

/// The caller's account.
pub(crate) async fn account(app: &App, caller: &Caller) -> Result<Account, Trouble> {
    Ok(app.store.account(caller.actor()?.account).await?)
}

/// A new password.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NewPassword {
    /// The one until now.
    pub(crate) old: String,
    /// The one from now on.
    pub(crate) new: String,
}

/// Changes the password; every session ends with it. The change is handed on, so that the caller may open one anew.
pub(crate) async fn password<'a>(
    app: &'a Arc<App>,
    caller: &Caller,
    typed: NewPassword,
) -> Result<Doing<'a>, Trouble> {
    let account = account(app, caller).await?;
    confirm(app, caller, &account, typed.old).await?;
    if let Some(why) = password::objection(&typed.new, &account.name) {
        return Err(Trouble::Wrong(why));
    }
    let hash = login::hashed(app, typed.new).await?;
    let mut doing = app.begin().await?;
    doing.set_password(account.id, &hash).await?;
    doing
        .add(caller, "password.changed", subject(&account), "")
        .await?;
    Ok(doing)
}

/// A secret for one-time codes that nobody has yet, sealed for this account.
pub(crate) fn offer(
    app: &App,
    account: &Account,
    secret: Option<String>,
) -> Result<(String, String), Trouble> {
    let secret = match secret {
        Some(secret) => secret,
        None => totp::secret(app.dice.as_ref())?,
    };
    let sealed = app
        .key
        .seal(&secret, &login::of_second(account.id), app.dice.as_ref())?;
    Ok((secret, sealed))
}

/// What an authenticator app reads.
pub(crate) fn address_of(app: &App, account: &Account, secret: &str) -> String {
    let host = app.url.split("://").nth(1).unwrap_or("holter");
    totp::address(secret, &account.name, host)
}

/// A code of the app that was just set up.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Code {
    /// The sealed secret, as it was offered.
    pub(crate) sealed: String,
    /// What the app shows.
    pub(crate) code: String,
}

/// Asks for one-time codes from now on: the codes that stand in for a lost telephone, shown this once; or the secret
/// whose code was not right.
pub(crate) async fn second(
    app: &App,
    caller: &Caller,
    typed: &Code,
) -> Result<Result<Vec<String>, String>, Trouble> {
    let account = account(app, caller).await?;
    let opened = app.key.open(&typed.sealed, &login::of_second(account.id));
    let secret = opened.map_err(|error| Trouble::Wrong(error.to_string()))?;
    let Some(step) = totp::step(&secret, &typed.code, app.clock.now(), 0) else {
        return Ok(Err(secret));
    };
    let mut doing = app.begin().await?;
    doing.set_second(account.id, &typed.sealed).await?;
    doing.use_second(account.id, step).await?;
    let codes = fresh_codes(app, &mut doing, &account).await?;
    doing.keep(caller, "second.begun", subject(&account), "").await?;
    Ok(Ok(codes))
}

/// The password, once more.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Confirmed {
    pub(crate) password: String,
}

/// Makes new codes for a lost telephone, shown this once; those of before open nothing any more.
pub(crate) async fn new_codes(app: &App, caller: &Caller, typed: Confirmed) -> Result<Vec<String>, Trouble> {
    let account = account(app, caller).await?;
    confirm(app, caller, &account, typed.password).await?;
    if account.second.is_empty() {
        return Err(Trouble::Conflict(
            "You are not asked for one-time codes, so nothing has to stand in for them.".to_owned(),
        ));
    }
    let mut doing = app.begin().await?;
    let codes = fresh_codes(app, &mut doing, &account).await?;
    doing.keep(caller, "recovery.made", subject(&account), "").await?;
    Ok(codes)
}

async fn fresh_codes(app: &App, writing: &mut Writing, account: &Account) -> Result<Vec<String>, Trouble> {
    let codes = recovery::new(app.dice.as_ref())?;
    let hashes: Vec<String> = codes
        .iter()
        .filter_map(|code| recovery::hash(code, account.id, &app.key))
        .collect();
    writing.set_recovery_codes(account.id, &hashes).await?;
    Ok(codes)
}

/// Asks for one-time codes no longer.
pub(crate) async fn end_second(app: &App, caller: &Caller, typed: Confirmed) -> Result<(), Trouble> {
    let account = account(app, caller).await?;
    confirm(app, caller, &account, typed.password).await?;
    let mut doing = app.begin().await?;
    doing.set_second(account.id, "").await?;
    doing.keep(caller, "second.ended", subject(&account), "").await?;
    Ok(())
}

/// A token that is wanted.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NewToken {
    /// What for.
    pub(crate) name: String,
    /// It may do what this role may.
    pub(crate) role: String,
    /// For how many days.
    pub(crate) days: i64,
}

/// Makes a token: its number, and itself, which is shown this once. A script's token makes none that lives longer than it
/// does, so that one that was stolen dies in its time.
pub(crate) async fn add_token(
    app: &App,
    caller: &Caller,
    wanted: &NewToken,
) -> Result<(i64, String), Trouble> {
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
    let expires = now.saturating_add(SignedDuration::from_hours(24 * wanted.days));
    let expires = expires.unwrap_or(now);
    if actor.token_until.is_some_and(|until| until < expires) {
        return Err(Trouble::Wrong(
            "A token makes no token that lives longer than it does.".to_owned(),
        ));
    }
    let fresh = format!("{}{}", token::API_PREFIX, token::new(app.dice.as_ref())?);
    let made = ApiToken {
        id: 0,
        account: actor.account,
        name: name.clone(),
        role: role.as_str().to_owned(),
        created: now,
        expires,
        used: None,
    };
    let mut doing = app.begin().await?;
    if doing.live_api_tokens(actor.account, now).await? >= MOST_TOKENS {
        return Err(Trouble::Conflict(format!(
            "You have {MOST_TOKENS} tokens already: end one that nobody uses."
        )));
    }
    let id = doing.add_api_token(&made, &token::hash(&fresh)).await?;
    let detail = format!("{name}, as {role}, for {} days", wanted.days);
    doing
        .keep(caller, "token.made", format!("token {id}"), detail)
        .await?;
    Ok((id, fresh))
}

/// Takes a token back.
pub(crate) async fn end_token(app: &App, caller: &Caller, id: i64) -> Result<(), Trouble> {
    let mut doing = app.begin().await?;
    if !doing.end_api_token(caller.actor()?.account, id).await? {
        return Err(Trouble::Missing);
    }
    doing
        .keep(caller, "token.ended", format!("token {id}"), "")
        .await?;
    Ok(())
}

/// Ends every session. The change is handed on, so that the caller may open one anew.
pub(crate) async fn end_sessions<'a>(app: &'a App, caller: &Caller) -> Result<Doing<'a>, Trouble> {
    let account = account(app, caller).await?;
    let mut doing = app.begin().await?;
    doing.end_sessions(account.id).await?;
    doing.add(caller, "sessions.ended", subject(&account), "").await?;
    Ok(doing)
}

fn subject(account: &Account) -> String {
    format!("account {}", account.name)
}

/// Whoever sits down at a machine that was left open must not take the account over.
async fn confirm(app: &App, caller: &Caller, account: &Account, typed: String) -> Result<(), Trouble> {
    let trying = Trying::of(caller, &account.name);
    trying.may(app).await?;
    if login::is_right(app, typed, Some(account.password.clone())).await? {
        return Ok(());
    }
    let mut doing = app.begin().await?;
    trying.failed(&mut doing, app.clock.now()).await?;
    doing
        .keep(caller, "password.refused", subject(account), "")
        .await?;
    Err(Trouble::Wrong("The password is not right.".to_owned()))
}

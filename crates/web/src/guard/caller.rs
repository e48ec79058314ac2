//! Who calls: by the cookie of a session, by the token of a script, or nobody yet.

use std::net::IpAddr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use holter_store::Account;
use jiff::{SignedDuration, Timestamp};

use crate::access::token;
use crate::app::App;
use crate::role::{Deed, Role};
use crate::trouble::Trouble;

/// A session ends when it was not used for so long,
const IDLE: SignedDuration = SignedDuration::from_hours(2);
/// and so long after it began, whatever happens.
pub(crate) const WHOLE: SignedDuration = SignedDuration::from_hours(12);
/// Its use is noted so often: a write for every page would be many.
const NOTED: SignedDuration = SignedDuration::from_secs(60);
/// Who is signed in.
#[derive(Clone, Debug)]
pub(crate) struct Actor {
    pub(crate) account: i64,
    pub(crate) person: i64,
    /// What they type to come in.
    pub(crate) name: String,
    pub(crate) shown: String,
    pub(crate) role: Role,
    /// The one department whose things they see and work on; `None`: all.
    pub(crate) department: Option<i64>,
    /// The hash of the session; a token of the API has none.
    pub(crate) session: Option<String>,
    /// Until when the token holds; a session has none.
    pub(crate) token_until: Option<Timestamp>,
}

impl Actor {
    fn of(account: &Account, role: Role, session: Option<String>) -> Self {
        Self {
            account: account.id,
            person: account.person,
            name: account.name.clone(),
            shown: account.shown.clone(),
            role,
            // An owner without a department owns nothing.
            department: (role == Role::Owner).then(|| account.department.unwrap_or(-1)),
            session,
            token_until: None,
        }
    }

    /// Whether things of this department are theirs to see.
    pub(crate) fn within(&self, department: Option<i64>) -> Result<(), Trouble> {
        match self.department {
            Some(own) if department != Some(own) => Err(Trouble::Missing),
            _ => Ok(()),
        }
    }

    /// Whether they may.
    pub(crate) fn may(&self, deed: Deed) -> bool {
        self.role.may(deed)
    }
}

/// Who calls, signed in or not.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) actor: Option<Actor>,
    /// For the forms of the answer.
    pub(crate) form_key: String,
    pub(crate) address: IpAddr,
    pub(crate) agent: String,
}

impl Caller {
    /// Whoever is signed in. Behind a rule that wants it there always is somebody.
    pub(crate) fn actor(&self) -> Result<&Actor, Trouble> {
        self.actor.as_ref().ok_or(Trouble::Denied)
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Trouble> {
        let caller = parts.extensions.get::<Self>().cloned();
        caller.ok_or_else(|| Trouble::Own("a route stands outside the guard".to_owned()))
    }
}

pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    value.strip_prefix("Bearer ").map(str::trim)
}

/// The name of the session's cookie. Over TLS the browser itself holds that nobody else has set it.
pub(crate) const fn cookie_name(secure: bool) -> &'static str {
    if secure { "__Host-holter" } else { "holter" }
}

const fn visitor_name(secure: bool) -> &'static str {
    if secure {
        "__Host-holter-visitor"
    } else {
        "holter-visitor"
    }
}

/// A cookie of ours.
pub(crate) fn cookie(secure: bool, name: &'static str, value: String) -> Cookie<'static> {
    // Lax: a link in an e-mail must find its reader signed in. What changes something wants the form's key besides.
    Cookie::build((name, value))
        .path("/")
        .http_only(true)
        .secure(secure)
        .same_site(SameSite::Lax)
        .build()
}

/// Takes a cookie of ours back.
pub(crate) fn gone(secure: bool, name: &'static str) -> Cookie<'static> {
    let mut cookie = cookie(secure, name, String::new());
    cookie.make_removal();
    cookie
}

pub(super) async fn of_session(app: &App, headers: &HeaderMap) -> Result<Option<Actor>, Trouble> {
    let jar = CookieJar::from_headers(headers);
    let Some(cookie) = jar.get(cookie_name(app.secure)) else {
        return Ok(None);
    };
    let now = app.clock.now();
    let hash = token::hash(cookie.value());
    let Some((session, account)) = app.store.session(&hash, now).await? else {
        return Ok(None);
    };
    if passed(session.seen, now) > IDLE {
        let mut writing = app.store.write().await?;
        writing.end_session(&hash).await?;
        writing.commit().await?;
        return Ok(None);
    }
    if passed(session.seen, now) > NOTED {
        let mut writing = app.store.write().await?;
        writing.use_session(&hash, now).await?;
        writing.commit().await?;
    }
    let role = account.role.parse().map_err(Trouble::Own)?;
    Ok(Some(Actor::of(&account, role, Some(hash))))
}

pub(super) async fn of_token(app: &App, token: &str) -> Result<Option<Actor>, Trouble> {
    let now = app.clock.now();
    let Some((found, account)) = app.store.api_token(&token::hash(token), now).await? else {
        return Ok(None);
    };
    if found.used.is_none_or(|used| passed(used, now) > NOTED) {
        let mut writing = app.store.write().await?;
        writing.use_api_token(found.id, now).await?;
        writing.commit().await?;
    }
    let own: Role = account.role.parse().map_err(Trouble::Own)?;
    let role = found.role.parse().map_err(Trouble::Own)?;
    // A token made by an admin who is one no longer is worth what its account is worth: the weaker of both.
    let role = if own == Role::Admin { role } else { own };
    Ok(Some(Actor {
        token_until: Some(found.expires),
        ..Actor::of(&account, role, None)
    }))
}

fn passed(since: Timestamp, now: Timestamp) -> SignedDuration {
    now.duration_since(since)
}

/// Who is not signed in is known by a cookie of their own, so that nobody else can have them sign in.
pub(super) fn visiting(
    app: &App,
    headers: &HeaderMap,
    visitor: &mut Option<Cookie<'static>>,
) -> Result<String, Trouble> {
    let name = visitor_name(app.secure);
    if let Some(known) = CookieJar::from_headers(headers)
        .get(name)
        .filter(|cookie| cookie.value().len() == 43)
    {
        return Ok(token::hash(known.value()));
    }
    let fresh = token::new(app.dice.as_ref())?;
    let holder = token::hash(&fresh);
    *visitor = Some(cookie(app.secure, name, fresh));
    Ok(holder)
}

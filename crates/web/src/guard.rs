//! The one place that decides who comes in: every route is behind it with its rule. It finds out who calls, whether
//! they may, and whether a form that changes something is one of ours.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use holter_store::Account;
use jiff::{SignedDuration, Timestamp};

use crate::access::{form_key, token};
use crate::app::App;
use crate::role::{Deed, Role};
use crate::shown;
use crate::trouble::{Said, Trouble};

/// Who may use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// Everybody who reaches the server: signing in, and what tells nothing.
    Anyone,
    /// Whoever may do that.
    May(Deed),
}

/// What a route answers with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A page, for people.
    Page,
    /// JSON or text, for programs.
    Api,
}

/// A session ends when it was not used for so long,
const IDLE: SignedDuration = SignedDuration::from_hours(2);
/// and so long after it began, whatever happens.
pub(crate) const WHOLE: SignedDuration = SignedDuration::from_hours(12);
/// Its use is noted so often: a write for every page would be many.
const NOTED: SignedDuration = SignedDuration::from_secs(60);
/// The largest form.
const LARGEST: usize = 8 << 20;

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

/// What the guard needs to know of a route.
#[derive(Clone)]
pub(crate) struct Post {
    pub(crate) app: Arc<App>,
    pub(crate) rule: Rule,
    pub(crate) kind: Kind,
}

/// Lets through, or turns away.
pub(crate) async fn guard(State(post): State<Post>, request: Request, next: Next) -> Response {
    let path = request
        .uri()
        .path_and_query()
        .map_or("/", |path| path.as_str())
        .to_owned();
    let method = request.method().clone();
    post.app.counters.request();
    let mut visitor = None;
    let answered = pass(&post, request, next, &mut visitor).await;
    let (response, caller) = match answered {
        Ok((response, caller)) => (response, Some(caller)),
        Err((trouble, caller)) => (trouble.into_response(), caller),
    };
    let nobody = caller.as_ref().is_none_or(|caller| caller.actor.is_none());
    let mut response = if response.status() == StatusCode::FORBIDDEN && nobody && post.rule != Rule::Anyone {
        sign_in_first(&post, &method, &path)
    } else {
        said(&post, response, caller.as_ref())
    };
    if let Some(cookie) = visitor
        && let Ok(value) = HeaderValue::from_str(&cookie.to_string())
    {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

type Turned = (Trouble, Option<Caller>);

async fn pass(
    post: &Post,
    request: Request,
    next: Next,
    visitor: &mut Option<Cookie<'static>>,
) -> Result<(Response, Caller), Turned> {
    let app = &post.app;
    let headers = request.headers();
    let address = request
        .extensions()
        .get::<SocketAddr>()
        .map_or(IpAddr::from([0, 0, 0, 0]), SocketAddr::ip);
    let agent = headers
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let agent: String = agent.chars().take(200).collect();
    let by_token = bearer(headers).map(str::to_owned);
    let actor = match (&by_token, post.kind) {
        (Some(token), Kind::Api) => of_token(app, token).await,
        _ => of_session(app, headers).await,
    };
    let actor = actor.map_err(|trouble| (trouble, None))?;
    let holder = match actor.as_ref().and_then(|actor| actor.session.clone()) {
        Some(session) => session,
        None => visiting(app, headers, visitor).map_err(|trouble| (trouble, None))?,
    };
    let caller = Caller {
        actor,
        form_key: app.forms.of(&holder),
        address: address.to_canonical(),
        agent,
    };
    if let Rule::May(deed) = post.rule
        && !caller.actor.as_ref().is_some_and(|actor| actor.may(deed))
    {
        return Err((Trouble::Denied, Some(caller)));
    }
    let request = if is_safe(request.method()) || by_token.is_some() {
        request
    } else {
        match ours(app, &holder, request).await {
            Ok(request) => request,
            Err(trouble) => return Err((trouble, Some(caller))),
        }
    };
    let mut request = request;
    request.extensions_mut().insert(caller.clone());
    Ok((next.run(request).await, caller))
}

const fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
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

async fn of_session(app: &App, headers: &HeaderMap) -> Result<Option<Actor>, Trouble> {
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

async fn of_token(app: &App, token: &str) -> Result<Option<Actor>, Trouble> {
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
    Ok(Some(Actor::of(
        &account,
        if own == Role::Admin { role } else { own },
        None,
    )))
}

fn passed(since: Timestamp, now: Timestamp) -> SignedDuration {
    now.duration_since(since)
}

/// Who is not signed in is known by a cookie of their own, so that nobody else can have them sign in.
fn visiting(
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

/// Whether a request that changes something comes from a page of ours.
async fn ours(app: &App, holder: &str, request: Request) -> Result<Request, Trouble> {
    let refused = || {
        Trouble::Wrong(
            "This form is out of date, or it did not come from Holter. Go back, load the page anew and send it again."
                .to_owned(),
        )
    };
    let headers = request.headers();
    let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    if site.is_some_and(|site| site != b"same-origin" && site != b"none") {
        return Err(refused());
    }
    if let Some(key) = headers
        .get(form_key::HEADER)
        .and_then(|value| value.to_str().ok())
    {
        return if app.forms.is_right(holder, key) {
            Ok(request)
        } else {
            Err(refused())
        };
    }
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, LARGEST)
        .await
        .map_err(|_| Trouble::Wrong("That is more than a form can hold.".to_owned()))?;
    let fields: Vec<(String, String)> = serde_urlencoded::from_bytes(&bytes).unwrap_or_default();
    let key = fields
        .iter()
        .find(|(name, _)| name == form_key::FIELD)
        .map(|(_, value)| value.as_str());
    if !key.is_some_and(|key| app.forms.is_right(holder, key)) {
        return Err(refused());
    }
    Ok(Request::from_parts(parts, Body::from(bytes)))
}

fn sign_in_first(post: &Post, method: &Method, path: &str) -> Response {
    match post.kind {
        Kind::Api => {
            let mut response = problem(
                StatusCode::UNAUTHORIZED,
                "Sign in first: Authorization: Bearer TOKEN.",
            );
            let how = HeaderValue::from_static("Bearer");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, how);
            response
        }
        Kind::Page if is_safe(method) && path != "/" => {
            Redirect::to(&format!("/login?to={}", escaped(path))).into_response()
        }
        Kind::Page => Redirect::to("/login").into_response(),
    }
}

/// A path within a query.
fn escaped(path: &str) -> String {
    path.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'/' => {
                char::from(byte).to_string()
            }
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

/// Puts what was said into the form that the caller reads.
fn said(post: &Post, mut response: Response, caller: Option<&Caller>) -> Response {
    let status = response.status();
    let Some(Said(what)) = response.extensions_mut().remove::<Said>() else {
        return response;
    };
    match post.kind {
        Kind::Api => problem(status, &what),
        Kind::Page => {
            let mut page = shown::trouble(&what, caller).into_response();
            *page.status_mut() = status;
            page
        }
    }
}

fn problem(status: StatusCode, what: &str) -> Response {
    let body = serde_json::json!({ "error": { "status": status.as_u16(), "message": what } });
    (status, Json(body)).into_response()
}

//! The one place that decides who comes in: every route is behind it with its rule. It finds out who calls, whether
//! they may, and whether a form that changes something is one of ours.

mod caller;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum_extra::extract::cookie::Cookie;

pub(crate) use self::caller::{Caller, WHOLE, cookie, cookie_name, gone};
use self::caller::{bearer, of_session, of_token, visiting};
use crate::access::form_key;
use crate::app::App;
use crate::role::Deed;
use crate::shown::{self, form};
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

/// The largest form.
const LARGEST: usize = 8 << 20;

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
            Redirect::to(&format!("/login?to={}", form::escaped(path))).into_response()
        }
        Kind::Page => Redirect::to("/login").into_response(),
    }
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

/// What did not work, for a program.
pub(crate) fn problem(status: StatusCode, what: &str) -> Response {
    let body = serde_json::json!({ "error": { "status": status.as_u16(), "message": what } });
    (status, Json(body)).into_response()
}

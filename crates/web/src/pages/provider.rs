//! Signing in with a provider: to it and back, and what it may do here.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse as _, Redirect, Response};
use axum_extra::extract::CookieJar;
use maud::{Markup, html};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::access::provider::{Provider, SECRET, SETTING, read_roles, written};
use crate::access::throttle::Trying;
use crate::app::App;
use crate::guard::{Caller, cookie, gone};
use crate::oidc::{self, Errand, Provided, Refused, Returned};
use crate::pages::{Done, back as back_to, login};
use crate::role::Role;
use crate::shown::{Frame, form, safe};
use crate::trouble::Trouble;

/// The cookie that an errand is in.
const fn errand_name(secure: bool) -> &'static str {
    if secure {
        "__Host-holter-errand"
    } else {
        "holter-errand"
    }
}

/// Where to go afterwards.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Way {
    to: Option<String>,
}

/// Sends the browser to the provider.
pub(crate) async fn leave(
    State(app): State<Arc<App>>,
    Query(way): Query<Way>,
    caller: Caller,
) -> Result<Response, Trouble> {
    let sent = send(&app, &caller, login::within(way.to.as_deref()), None).await?;
    Ok(match sent {
        Ok((cookie, address)) => (cookie, Redirect::to(&address)).into_response(),
        Err(response) => response,
    })
}

/// Leads the browser to the provider to learn what it calls the holder of this account. Only a form of ours begins it:
/// otherwise a link could bind its maker's name to the account of whoever follows it. The way leads over a page, for a
/// form's answer may not lead elsewhere.
pub(crate) async fn bind(State(app): State<Arc<App>>, caller: Caller) -> Result<Response, Trouble> {
    let account = caller.actor()?.account;
    let sent = send(&app, &caller, "/account?done=bound", Some(account)).await?;
    let (cookie, address) = match sent {
        Ok(sent) => sent,
        Err(response) => return Ok(response),
    };
    let frame = Frame {
        title: "Sign in there once",
        caller: &caller,
        part: "/account",
        done: None,
    };
    let page = frame.around(&html! {
        h1 { "Sign in there once" }
        p { "Whoever signs in there now comes in to your account here from then on. Make sure that it is you." }
        p { a class="button" id="there" href=(address) { "Go on" } }
    });
    Ok((cookie, page).into_response())
}

/// The cookie of an errand, and where to go with it; or why not.
type Sent = Result<(AppendHeaders<[(HeaderName, String); 1]>, String), Response>;

async fn send(app: &App, caller: &Caller, to: &str, account: Option<i64>) -> Result<Sent, Trouble> {
    let provider = Provider::of(&app.store).await?.ok_or(Trouble::Missing)?;
    Trying::from(caller).may(app).await?;
    let errand = oidc::errand(app, to, account)?;
    let address = match oidc::leave(app, &provider, &errand).await {
        Ok(address) => address,
        Err(Refused::Own(trouble)) => return Err(trouble),
        Err(refused) => return Ok(Err(refusal(caller, &refused, StatusCode::BAD_GATEWAY))),
    };
    let sealed = errand.sealed(&app.key, app.dice.as_ref())?;
    let cookie = cookie(app.secure, errand_name(app.secure), sealed);
    let headers = AppendHeaders([(header::SET_COOKIE, cookie.to_string())]);
    Ok(Ok((headers, address)))
}

/// Takes the browser back, and whoever it was in.
pub(crate) async fn back(
    State(app): State<Arc<App>>,
    Query(returned): Query<Returned>,
    headers: HeaderMap,
    caller: Caller,
) -> Result<Response, Trouble> {
    let trying = Trying::from(&caller);
    trying.may(&app).await?;
    let gone = gone(app.secure, errand_name(app.secure)).to_string();
    let gone = AppendHeaders([(header::SET_COOKIE, gone)]);
    let entered = enter(&app, &headers, &returned, &caller).await;
    let refused = match entered {
        Ok(response) => return Ok((gone, response).into_response()),
        Err(Refused::Own(trouble)) => return Err(trouble),
        Err(refused) => refused,
    };
    app.counters.login(false);
    let mut doing = app.begin().await?;
    trying.failed(&mut doing, app.clock.now()).await?;
    doing
        .keep(&caller, "login.refused", "with the provider", refused.to_string())
        .await?;
    Ok((gone, refusal(&caller, &refused, StatusCode::UNAUTHORIZED)).into_response())
}

async fn enter(
    app: &App,
    headers: &HeaderMap,
    returned: &Returned,
    caller: &Caller,
) -> Result<Response, Refused> {
    let provider = Provider::of(&app.store).await?.ok_or(Trouble::Missing)?;
    let jar = CookieJar::from_headers(headers);
    let errand = jar
        .get(errand_name(app.secure))
        .and_then(|cookie| Errand::open(cookie.value(), &app.key, app.clock.now()))
        .ok_or(Refused::Unbelieved(
            "this browser has asked nothing, or too long ago",
        ))?;
    let claims = oidc::come_back(app, &provider, &errand, returned).await?;
    if let Some(account) = errand.account {
        oidc::bind(app, caller, &provider, &claims, account).await?;
        return Ok(Redirect::to(&errand.to).into_response());
    }
    let (account, doing) = oidc::enter(app, caller, &provider, &claims).await?;
    app.counters.login(true);
    Ok(login::let_in(app, doing, caller, &account, "with the provider", &errand.to).await?)
}

fn refusal(caller: &Caller, refused: &Refused, status: StatusCode) -> Response {
    let frame = Frame {
        title: "Not signed in",
        caller,
        part: "",
        done: None,
    };
    let mut response = frame.around(&html! {
        h1 { "Not signed in" }
        p { (safe(&sentence(refused))) }
        p { a href="/login" { "Back to where one signs in" } }
    });
    *response.status_mut() = status;
    response
}

/// As the first words of a paragraph.
fn sentence(refused: &Refused) -> String {
    let words = refused.to_string();
    let mut letters = words.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), letters.as_str())
}

/// A provider, as an admin sets it up.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct Chosen {
    /// Its address, which is its name as well; empty: there is none any more.
    issuer: String,
    /// What it calls this server.
    client: String,
    /// Its secret for this server; empty: as it was.
    secret: String,
    /// What people call it.
    label: String,
    /// Where people reach this server; empty: where it listens.
    here: String,
    /// What it is asked for; empty: openid email profile.
    scopes: String,
    /// The claim that says in which groups somebody is; empty: groups.
    groups: String,
    /// What those in a group may do, a group a line: GROUP = ROLE, or GROUP = owner of DEPARTMENT.
    roles: String,
    /// "yes": it may bring people whom nobody here knows.
    takes_in: String,
    /// As what, where no group says so.
    newcomer: String,
    /// "yes": nobody else comes in by a password,
    only: String,
    /// but this account.
    emergency: String,
}

/// The settings.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Query(done): Query<Done>,
    caller: Caller,
) -> Result<Response, Trouble> {
    let provider = Provider::of(&app.store).await?.unwrap_or_default();
    let frame = Frame {
        title: "Signing in with a provider",
        caller: &caller,
        part: "/settings",
        done: done.done.as_deref(),
    };
    Ok(frame.around(&html! {
        p class="crumbs" { a href="/settings" { "Settings" } " › provider" }
        h1 { "Signing in with a provider" }
        p { "Whoever has an account with it (OpenID Connect) signs in there, with its password and its second factor. Tell it this address to send browsers back to:" }
        pre { code id="back" { (oidc::back_to(&app, &provider)) } }
        div class="card" { (fields(&caller, &provider)) }
    }))
}

fn fields(caller: &Caller, provider: &Provider) -> Markup {
    let text = |name: &str, label: &str, hint: &str, value: &str| {
        let hint_id = format!("{name}-hint");
        html! {
            label for=(name) { (label) }
            p class="hint" id=(hint_id) { (hint) }
            input id=(name) name=(name) value=(safe(value)) maxlength="500" autocapitalize="none" spellcheck="false" autocomplete="off" aria-describedby=(hint_id);
        }
    };
    let secret = if provider.secret.is_empty() {
        "None is kept. It is sealed before it is kept."
    } else {
        "One is kept, sealed. Empty: it stays."
    };
    html! {
        form method="post" action="/settings/provider" {
            (form::key(caller))
            (text("issuer", "Its address", "The issuer, like https://login.hospital.example/realms/staff. Empty: there is no provider.", &provider.issuer))
            (text("label", "What people call it", "Stands on the button.", &provider.label))
            (text("client", "Client ID", "What it calls this server.", &provider.client))
            label for="secret" { "Client secret" }
            p class="hint" id="secret-hint" { (secret) }
            input id="secret" name="secret" type="password" maxlength="500" autocomplete="off" aria-describedby="secret-hint";
            (text("here", "Where people reach this server", "Like https://holter.hospital.example. Empty: where it listens.", &provider.here))
            (text("scopes", "Scopes", "What it is asked for. Empty: openid email profile.", &provider.scopes))
            (text("groups", "Claim with the groups", "Empty: groups.", &provider.groups))
            label for="roles" { "What those in a group may do" }
            p class="hint" id="roles-hint" { "A group a line, the first that fits counts: " code { "holter-admins = admin" } " or " code { "radiology-it = owner of Radiology" } ". Where a group stands here, whoever is in none of them does not come in." }
            textarea id="roles" name="roles" spellcheck="false" aria-describedby="roles-hint" { (safe_lines(&written(&provider.roles))) }
            label class="check" { input type="checkbox" name="takes_in" value="yes" checked[provider.takes_in]; "It may bring people whom nobody here knows" }
            label for="newcomer" { "As what, where no group says so" }
            select id="newcomer" name="newcomer" {
                @for role in Role::ALL { (form::option(role.as_str(), role.as_str(), provider.newcomer == role.as_str())) }
            }
            label class="check" { input type="checkbox" name="only" value="yes" checked[provider.only]; "Nobody else comes in by a password" }
            (text("emergency", "But this account", "An active admin with a password, for the day on which the provider is away.", &provider.emergency))
            button { "Keep" }
        }
    }
}

/// As [`safe`], line for line.
fn safe_lines(text: &str) -> String {
    text.lines().map(safe).collect::<Vec<_>>().join("\n")
}

/// Keeps them.
pub(crate) async fn change(
    State(app): State<Arc<App>>,
    caller: Caller,
    Form(chosen): Form<Chosen>,
) -> Result<Response, Trouble> {
    choose(&app, &caller, chosen).await?;
    Ok(back_to("/settings/provider", "changed"))
}

/// Keeps them, for the page and for the API, once the provider has answered and nobody is shut out by it.
pub(crate) async fn choose(app: &App, caller: &Caller, chosen: Chosen) -> Result<(), Trouble> {
    let before = Provider::of(&app.store).await?.unwrap_or_default();
    let issuer = chosen.issuer.trim().to_owned();
    let provider = if issuer.is_empty() {
        Provider::default()
    } else {
        let asked = Provided::of(&issuer).await;
        asked.map_err(|refused| Trouble::Wrong(format!("{issuer}: {refused}.")))?;
        read(app, chosen, before)?
    };
    if provider.only {
        let account = app.store.account_named(&provider.emergency).await?;
        let good = account.is_some_and(|account| {
            account.active && account.role == Role::Admin.as_str() && !account.password.is_empty()
        });
        if !good {
            return Err(Trouble::Wrong(
                "Name an active admin with a password who comes in while the provider is away.".to_owned(),
            ));
        }
    }
    let text = serde_json::to_string(&provider).map_err(|error| Trouble::Own(error.to_string()))?;
    let detail = match provider.only {
        true => format!("{issuer}; nobody but {} by a password", provider.emergency),
        false => issuer,
    };
    let mut doing = app.begin().await?;
    doing.set_setting(SETTING, &text).await?;
    doing.keep(caller, "settings.changed", SETTING, detail).await?;
    Ok(())
}

fn read(app: &App, chosen: Chosen, before: Provider) -> Result<Provider, Trouble> {
    let plain = |text: &str| text.trim().to_owned();
    let issuer = plain(&chosen.issuer);
    let client = plain(&chosen.client);
    if client.is_empty() {
        return Err(Trouble::Wrong(
            "Say what the provider calls this server.".to_owned(),
        ));
    }
    let secret = match chosen.secret.trim() {
        // A secret of one provider is not shown to another.
        "" if before.issuer == issuer => before.secret,
        "" => String::new(),
        secret => app.key.seal(secret, SECRET, app.dice.as_ref())?,
    };
    let newcomer: Role = match chosen.newcomer.as_str() {
        "" => Role::Viewer,
        role => role.parse().map_err(Trouble::Wrong)?,
    };
    let here = plain(&chosen.here);
    if !here.is_empty() && !here.starts_with("https://") && !here.starts_with("http://") {
        return Err(Trouble::Wrong(
            "Where people reach this server begins with https://.".to_owned(),
        ));
    }
    Ok(Provider {
        issuer,
        client,
        secret,
        label: plain(&chosen.label),
        here,
        scopes: plain(&chosen.scopes),
        groups: plain(&chosen.groups),
        roles: read_roles(&chosen.roles)?,
        takes_in: chosen.takes_in == "yes",
        newcomer: newcomer.to_string(),
        only: chosen.only == "yes",
        emergency: plain(&chosen.emergency).to_lowercase(),
    })
}

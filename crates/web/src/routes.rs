//! Every route there is, with its rule. Nothing is reached but through this table.

use std::sync::Arc;

use axum::Router;
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, get as on_get, post as on_post};

use crate::app::App;
use crate::guard::{Kind, Post, Rule, guard};
use crate::role::Deed::{Administer, Approve, Audit, Comment, Count, Describe, Oneself, Scan, See, Work};
use crate::{api, health, metrics, pages, stock};

/// A route.
pub(crate) struct Route {
    #[cfg_attr(not(test), allow(dead_code, reason = "tests walk through all of them"))]
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) rule: Rule,
    /// How a script does what this page does: every page that changes something says so.
    #[cfg_attr(not(test), allow(dead_code, reason = "tests walk through all of them"))]
    pub(crate) script: Script,
    handler: MethodRouter<Arc<App>>,
}

/// How a script does what a page does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(test), allow(dead_code, reason = "tests walk through all of them"))]
pub(crate) enum Script {
    /// Nothing is changed here.
    Nothing,
    /// By this route of the API.
    By(&'static str),
    /// Not at all, for this reason.
    Never(&'static str),
}

impl Route {
    /// A script does the same by this route of the API.
    const fn like(mut self, path: &'static str) -> Self {
        self.script = Script::By(path);
        self
    }

    /// No script does it.
    const fn by_hand(mut self, why: &'static str) -> Self {
        self.script = Script::Never(why);
        self
    }

    /// Whom it answers.
    pub(crate) fn kind(&self) -> Kind {
        match self.path {
            "/metrics" | "/healthz" => Kind::Api,
            path if path.starts_with("/api/") => Kind::Api,
            _ => Kind::Page,
        }
    }
}

fn get<H: Handler<T, Arc<App>>, T: 'static>(path: &'static str, rule: Rule, handler: H) -> Route {
    Route {
        method: Method::GET,
        path,
        rule,
        script: Script::Nothing,
        handler: on_get(handler),
    }
}

fn post<H: Handler<T, Arc<App>>, T: 'static>(path: &'static str, rule: Rule, handler: H) -> Route {
    Route {
        method: Method::POST,
        path,
        rule,
        script: Script::Nothing,
        handler: on_post(handler),
    }
}

const OPEN: Rule = Rule::Anyone;

/// All of them.
pub(crate) fn all() -> Vec<Route> {
    let mut routes = always();
    routes.extend(with_provider());
    routes
}

/// Those by which people sign in with a provider.
#[cfg(not(feature = "oidc"))]
const fn with_provider() -> Vec<Route> {
    Vec::new()
}

/// Those by which people sign in with a provider.
#[cfg(feature = "oidc")]
fn with_provider() -> Vec<Route> {
    use Rule::May;
    vec![
        get("/login/provider", OPEN, pages::provider::leave),
        // Signs in whoever the provider vouches for, and only with a cookie of the browser that was sent there.
        get(crate::oidc::BACK, OPEN, pages::provider::back),
        post("/account/provider", May(Oneself), pages::provider::bind)
            .by_hand("somebody signs in at the provider, in a browser"),
        get("/settings/provider", May(Administer), pages::provider::show),
        post("/settings/provider", May(Administer), pages::provider::change)
            .like("/api/v1/settings/provider"),
        get("/api/v1/settings/provider", May(Administer), api::provider::show),
        post(
            "/api/v1/settings/provider",
            May(Administer),
            api::provider::change,
        ),
    ]
}

/// Those that are always there.
fn always() -> Vec<Route> {
    use Rule::May;
    vec![
        get("/healthz", OPEN, health::show),
        get("/static/{name}", OPEN, stock::show),
        get("/setup/{token}", OPEN, pages::setup::show),
        post("/setup/{token}", OPEN, pages::setup::take)
            .by_hand("there is no account yet, so there is no token"),
        get("/login", OPEN, pages::login::show),
        post("/login", OPEN, pages::login::take).by_hand("a script comes in with a token"),
        get("/join/{token}", OPEN, pages::join::show),
        post("/join/{token}", OPEN, pages::join::take)
            .by_hand("whoever chooses a password has none to come in with"),
        // Whoever holds a signed link sees its one finding, and may say that they have it in hand.
        get("/acknowledge/{token}", OPEN, pages::acknowledge::show),
        post("/acknowledge/{token}", OPEN, pages::acknowledge::take)
            .by_hand("whoever got the link in a mail has no token"),
        post("/logout", May(Oneself), pages::login::leave).by_hand("a token is no session"),
        get("/account", May(Oneself), pages::account::show),
        post("/account/password", May(Oneself), pages::account::password).like("/api/v1/me/password"),
        post("/account/second", May(Oneself), pages::account::second).like("/api/v1/me/second"),
        post("/account/second/codes", May(Oneself), pages::account::new_codes)
            .like("/api/v1/me/second/codes"),
        post("/account/second/end", May(Oneself), pages::account::end_second).like("/api/v1/me/second/end"),
        post("/account/tokens", May(Oneself), pages::account::add_token).like("/api/v1/me/tokens"),
        post(
            "/account/tokens/{id}/end",
            May(Oneself),
            pages::account::end_token,
        )
        .like("/api/v1/me/tokens/{id}/end"),
        post(
            "/account/sessions/end",
            May(Oneself),
            pages::account::end_sessions,
        )
        .like("/api/v1/me/sessions/end"),
        post("/account/notices", May(Oneself), pages::subscriptions::change).like("/api/v1/me/notices"),
        get("/", May(See), pages::exposed::show),
        get("/findings", May(See), pages::findings::show),
        get("/findings/{id}", May(See), pages::finding::show),
        post("/findings/{id}/assign", May(Work), pages::deeds::assign).like("/api/v1/findings/{id}/events"),
        post("/findings/{id}/fixing", May(Work), pages::deeds::fixing).like("/api/v1/findings/{id}/events"),
        post("/findings/{id}/done", May(Work), pages::deeds::say_done).like("/api/v1/findings/{id}/events"),
        post("/findings/{id}/reopen", May(Work), pages::deeds::reopen).like("/api/v1/findings/{id}/events"),
        post("/findings/{id}/measure", May(Work), pages::deeds::measure).like("/api/v1/findings/{id}/events"),
        post("/findings/{id}/comment", May(Comment), pages::deeds::comment)
            .like("/api/v1/findings/{id}/events"),
        post("/findings/{id}/accept", May(Work), pages::deeds::accept).like("/api/v1/findings/{id}/events"),
        post("/findings/{id}/false", May(Work), pages::deeds::call_false)
            .like("/api/v1/findings/{id}/events"),
        post("/findings/{id}/decide", May(Approve), pages::deeds::decide)
            .like("/api/v1/findings/{id}/events"),
        get("/assets", May(See), pages::assets::show),
        get("/assets/import", May(Describe), pages::import::show),
        post("/assets/import", May(Describe), pages::import::take).like("/api/v1/assets/import"),
        get("/assets/{id}", May(See), pages::asset::show),
        post("/assets/{id}", May(Describe), pages::asset::describe).like("/api/v1/assets/{id}"),
        post(
            "/assets/{id}/services/{service}/measure",
            May(Work),
            pages::asset::measure,
        )
        .like("/api/v1/assets/{id}/services/{service}/measure"),
        post("/assets/{id}/merge", May(Describe), pages::identity::merge).like("/api/v1/assets/{id}/merge"),
        post("/assets/{id}/split", May(Describe), pages::identity::split).like("/api/v1/assets/{id}/split"),
        post(
            "/assets/{id}/doubts/{task}/confirm",
            May(Describe),
            pages::identity::confirm,
        )
        .by_hand("where the evidence does not decide, a person does"),
        post(
            "/assets/{id}/doubts/{task}/end",
            May(Describe),
            pages::identity::differ,
        )
        .by_hand("where the evidence does not decide, a person does"),
        get("/map", May(See), pages::map::show),
        post("/interfaces", May(Describe), pages::interface::take).like("/api/v1/interfaces"),
        get("/interfaces/{id}", May(See), pages::interface::show),
        post("/interfaces/{id}", May(Describe), pages::interface::describe).like("/api/v1/interfaces/{id}"),
        post("/interfaces/{id}/end", May(Describe), pages::interface::end)
            .like("/api/v1/interfaces/{id}/end"),
        get("/scans", May(See), pages::scans::show),
        post("/scans", May(Scan), pages::scans::start).like("/api/v1/scans"),
        get("/scans/{id}", May(See), pages::scan::show),
        get("/scans/{id}/events", May(See), pages::scan::events),
        post("/scans/{id}/stop", May(Scan), pages::scan::stop).like("/api/v1/scans/{id}/stop"),
        post("/scans/{id}/resume", May(Scan), pages::scan::resume).like("/api/v1/scans/{id}/resume"),
        get("/scans/{id}/difference", May(See), pages::difference::show),
        get("/people", May(See), pages::people::show),
        post("/people", May(Administer), pages::people::add).like("/api/v1/people"),
        post("/people/{id}", May(Administer), pages::people::change).like("/api/v1/people/{id}"),
        post("/people/{id}/link", May(Administer), pages::people::link).like("/api/v1/people/{id}/link"),
        post("/people/{id}/reset", May(Administer), pages::people::reset).like("/api/v1/people/{id}/reset"),
        post("/departments", May(Administer), pages::people::add_department).like("/api/v1/departments"),
        get("/audit", May(Audit), pages::audit::show),
        get("/settings", May(Administer), pages::settings::show),
        post("/settings", May(Administer), pages::settings::change).like("/api/v1/settings"),
        get("/settings/notices", May(Administer), pages::notices::show),
        post("/settings/notices/url", May(Administer), pages::notices::place).like("/api/v1/settings"),
        post(
            "/settings/notices/digests",
            May(Administer),
            pages::notices::digests,
        )
        .like("/api/v1/digests"),
        post("/settings/notices/channels", May(Administer), pages::notices::add).like("/api/v1/channels"),
        post(
            "/settings/notices/channels/{id}",
            May(Administer),
            pages::notices::change,
        )
        .like("/api/v1/channels/{id}"),
        post(
            "/settings/notices/channels/{id}/try",
            May(Administer),
            pages::notices::trial,
        )
        .like("/api/v1/channels/{id}/try"),
        post(
            "/settings/notices/channels/{id}/again",
            May(Administer),
            pages::notices::again_all,
        )
        .like("/api/v1/channels/{id}/again"),
        post(
            "/settings/notices/messages/{id}/again",
            May(Administer),
            pages::notices::again,
        )
        .like("/api/v1/messages/{id}/again"),
        get("/api/v1/openapi.json", May(See), api::document),
        get("/api/v1/me", May(Oneself), api::accounts::me),
        post("/api/v1/me/password", May(Oneself), api::accounts::password),
        get("/api/v1/me/second", May(Oneself), api::accounts::offer),
        post("/api/v1/me/second", May(Oneself), api::accounts::second),
        post("/api/v1/me/second/codes", May(Oneself), api::accounts::new_codes),
        post("/api/v1/me/second/end", May(Oneself), api::accounts::end_second),
        get("/api/v1/me/tokens", May(Oneself), api::accounts::tokens),
        post("/api/v1/me/tokens", May(Oneself), api::accounts::add_token),
        post(
            "/api/v1/me/tokens/{id}/end",
            May(Oneself),
            api::accounts::end_token,
        ),
        post(
            "/api/v1/me/sessions/end",
            May(Oneself),
            api::accounts::end_sessions,
        ),
        get("/api/v1/exposure", May(See), api::exposure::show),
        get("/api/v1/findings", May(See), api::findings::list),
        get("/api/v1/findings/{id}", May(See), api::findings::one),
        get("/api/v1/findings/{id}/events", May(See), api::findings::events),
        get(
            "/api/v1/findings/{id}/acceptances",
            May(See),
            api::findings::acceptances,
        ),
        // What a deed itself needs is asked by `act`; all of them want to say something at least.
        post("/api/v1/findings/{id}/events", May(Comment), api::findings::act),
        get("/api/v1/assets", May(See), api::assets::list),
        post("/api/v1/assets/import", May(Describe), api::assets::import),
        get("/api/v1/assets/{id}", May(See), api::assets::one),
        post("/api/v1/assets/{id}", May(Describe), api::assets::describe),
        post(
            "/api/v1/assets/{id}/services/{service}/measure",
            May(Work),
            api::assets::measure,
        ),
        post("/api/v1/assets/{id}/merge", May(Describe), api::assets::merge),
        post("/api/v1/assets/{id}/split", May(Describe), api::assets::split),
        get("/api/v1/assets/{id}/identity", May(See), api::assets::identity),
        get("/api/v1/interfaces", May(See), api::interfaces::list),
        post("/api/v1/interfaces", May(Describe), api::interfaces::declare),
        get("/api/v1/interfaces/{id}", May(See), api::interfaces::one),
        post(
            "/api/v1/interfaces/{id}",
            May(Describe),
            api::interfaces::describe,
        ),
        post("/api/v1/interfaces/{id}/end", May(Describe), api::interfaces::end),
        get("/api/v1/scans", May(See), api::scans::list),
        post("/api/v1/scans", May(Scan), api::scans::start),
        get("/api/v1/scans/{id}", May(See), api::scans::one),
        post("/api/v1/scans/{id}/stop", May(Scan), api::scans::stop),
        post("/api/v1/scans/{id}/resume", May(Scan), api::scans::resume),
        get("/api/v1/scans/{id}/difference", May(See), api::scans::difference),
        get("/api/v1/people", May(See), api::people::list),
        post("/api/v1/people", May(Administer), api::people::add),
        post("/api/v1/people/{id}", May(Administer), api::people::change),
        post("/api/v1/people/{id}/link", May(Administer), api::people::link),
        post("/api/v1/people/{id}/reset", May(Administer), api::people::reset),
        get("/api/v1/accounts", May(Administer), api::people::accounts),
        get("/api/v1/settings", May(Administer), api::settings::show),
        post("/api/v1/settings", May(Administer), api::settings::change),
        get("/api/v1/departments", May(See), api::people::departments),
        post(
            "/api/v1/departments",
            May(Administer),
            api::people::add_department,
        ),
        get("/api/v1/audit", May(Audit), api::audit::list),
        get("/api/v1/audit/verify", May(Audit), api::audit::verify),
        get("/api/v1/channels", May(Administer), api::notices::channels),
        post("/api/v1/channels", May(Administer), api::notices::add),
        post("/api/v1/channels/{id}", May(Administer), api::notices::change),
        post("/api/v1/channels/{id}/try", May(Administer), api::notices::trial),
        post(
            "/api/v1/channels/{id}/again",
            May(Administer),
            api::notices::again_all,
        ),
        get("/api/v1/messages", May(Administer), api::notices::messages),
        post(
            "/api/v1/messages/{id}/again",
            May(Administer),
            api::notices::again,
        ),
        get("/api/v1/digests", May(Administer), api::notices::digests),
        post("/api/v1/digests", May(Administer), api::notices::set_digest),
        get("/api/v1/me/notices", May(Oneself), api::notices::mine),
        post("/api/v1/me/notices", May(Oneself), api::notices::wish),
        get("/metrics", May(Count), metrics::show),
    ]
}

/// The routes, each behind the guard.
pub(crate) fn router(app: &Arc<App>) -> Router {
    let mut router: Router<Arc<App>> = Router::new().fallback(pages::missing);
    for route in all() {
        let post = Post {
            app: Arc::clone(app),
            rule: route.rule,
            kind: route.kind(),
        };
        router = router.route(route.path, route.handler.layer(from_fn_with_state(post, guard)));
    }
    router.with_state(Arc::clone(app))
}

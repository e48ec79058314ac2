//! Every route there is, with its rule. Nothing is reached but through this table.

use std::sync::Arc;

use axum::Router;
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, get as on_get, post as on_post};

use crate::app::App;
use crate::guard::{Kind, Post, Rule, guard};
use crate::role::Deed::{Administer, Approve, Audit, Comment, Describe, Oneself, Scan, See, Work};
use crate::{api, health, metrics, pages, stock};

/// A route.
pub(crate) struct Route {
    #[cfg_attr(not(test), allow(dead_code, reason = "tests walk through all of them"))]
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) rule: Rule,
    handler: MethodRouter<Arc<App>>,
}

impl Route {
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
        handler: on_get(handler),
    }
}

fn post<H: Handler<T, Arc<App>>, T: 'static>(path: &'static str, rule: Rule, handler: H) -> Route {
    Route {
        method: Method::POST,
        path,
        rule,
        handler: on_post(handler),
    }
}

const OPEN: Rule = Rule::Anyone;

/// All of them.
pub(crate) fn all() -> Vec<Route> {
    use Rule::May;
    vec![
        get("/healthz", OPEN, health::show),
        get("/static/{name}", OPEN, stock::show),
        get("/setup/{token}", OPEN, pages::setup::show),
        post("/setup/{token}", OPEN, pages::setup::take),
        get("/login", OPEN, pages::login::show),
        post("/login", OPEN, pages::login::take),
        get("/join/{token}", OPEN, pages::join::show),
        post("/join/{token}", OPEN, pages::join::take),
        // Whoever holds a signed link sees its one finding, and may say that they have it in hand.
        get("/acknowledge/{token}", OPEN, pages::acknowledge::show),
        post("/acknowledge/{token}", OPEN, pages::acknowledge::take),
        post("/logout", May(Oneself), pages::login::leave),
        get("/account", May(Oneself), pages::account::show),
        post("/account/password", May(Oneself), pages::account::password),
        post("/account/second", May(Oneself), pages::account::second),
        post("/account/second/end", May(Oneself), pages::account::end_second),
        post("/account/tokens", May(Oneself), pages::account::add_token),
        post(
            "/account/tokens/{id}/end",
            May(Oneself),
            pages::account::end_token,
        ),
        post(
            "/account/sessions/end",
            May(Oneself),
            pages::account::end_sessions,
        ),
        post("/account/notices", May(Oneself), pages::subscriptions::change),
        get("/", May(See), pages::exposed::show),
        get("/findings", May(See), pages::findings::show),
        get("/findings/{id}", May(See), pages::finding::show),
        post("/findings/{id}/assign", May(Work), pages::deeds::assign),
        post("/findings/{id}/fixing", May(Work), pages::deeds::fixing),
        post("/findings/{id}/done", May(Work), pages::deeds::say_done),
        post("/findings/{id}/reopen", May(Work), pages::deeds::reopen),
        post("/findings/{id}/measure", May(Work), pages::deeds::measure),
        post("/findings/{id}/comment", May(Comment), pages::deeds::comment),
        post("/findings/{id}/accept", May(Work), pages::deeds::accept),
        post("/findings/{id}/false", May(Work), pages::deeds::call_false),
        post("/findings/{id}/decide", May(Approve), pages::deeds::decide),
        get("/assets", May(See), pages::assets::show),
        get("/assets/import", May(Describe), pages::import::show),
        post("/assets/import", May(Describe), pages::import::take),
        get("/assets/{id}", May(See), pages::asset::show),
        post("/assets/{id}", May(Describe), pages::asset::describe),
        post(
            "/assets/{id}/services/{service}/measure",
            May(Work),
            pages::asset::measure,
        ),
        post("/assets/{id}/merge", May(Describe), pages::identity::merge),
        post("/assets/{id}/split", May(Describe), pages::identity::split),
        post(
            "/assets/{id}/doubts/{task}/confirm",
            May(Describe),
            pages::identity::confirm,
        ),
        post(
            "/assets/{id}/doubts/{task}/end",
            May(Describe),
            pages::identity::differ,
        ),
        get("/map", May(See), pages::map::show),
        post("/interfaces", May(Describe), pages::interface::take),
        get("/interfaces/{id}", May(See), pages::interface::show),
        post("/interfaces/{id}", May(Describe), pages::interface::describe),
        post("/interfaces/{id}/end", May(Describe), pages::interface::end),
        get("/scans", May(See), pages::scans::show),
        post("/scans", May(Scan), pages::scans::start),
        get("/scans/{id}", May(See), pages::scan::show),
        get("/scans/{id}/events", May(See), pages::scan::events),
        post("/scans/{id}/stop", May(Scan), pages::scan::stop),
        post("/scans/{id}/resume", May(Scan), pages::scan::resume),
        get("/scans/{id}/difference", May(See), pages::difference::show),
        get("/people", May(See), pages::people::show),
        post("/people", May(Administer), pages::people::add),
        post("/people/{id}", May(Administer), pages::people::change),
        post("/people/{id}/link", May(Administer), pages::people::link),
        post("/departments", May(Administer), pages::people::add_department),
        get("/audit", May(Audit), pages::audit::show),
        get("/settings", May(Administer), pages::settings::show),
        post("/settings", May(Administer), pages::settings::change),
        get("/settings/notices", May(Administer), pages::notices::show),
        post("/settings/notices/url", May(Administer), pages::notices::place),
        post(
            "/settings/notices/digests",
            May(Administer),
            pages::notices::digests,
        ),
        post("/settings/notices/channels", May(Administer), pages::notices::add),
        post(
            "/settings/notices/channels/{id}",
            May(Administer),
            pages::notices::change,
        ),
        post(
            "/settings/notices/channels/{id}/try",
            May(Administer),
            pages::notices::trial,
        ),
        post(
            "/settings/notices/messages/{id}/again",
            May(Administer),
            pages::notices::again,
        ),
        get("/api/v1/openapi.json", May(See), api::document),
        get("/api/v1/me", May(Oneself), api::accounts::me),
        get("/api/v1/exposure", May(See), api::exposure::show),
        get("/api/v1/findings", May(See), api::findings::list),
        get("/api/v1/findings/{id}", May(See), api::findings::one),
        get("/api/v1/findings/{id}/events", May(See), api::findings::events),
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
        get("/metrics", May(See), metrics::show),
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

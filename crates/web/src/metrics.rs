//! `/metrics` for Prometheus: counters of our own, as text.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::trouble::Trouble;

/// What is counted while the server runs.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    requests: AtomicU64,
    logins: AtomicU64,
    refused: AtomicU64,
    scans: AtomicU64,
    services: AtomicU64,
}

impl Counters {
    /// A request came.
    pub(crate) fn request(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    /// Somebody signed in, or was refused.
    pub(crate) fn login(&self, right: bool) {
        let counter = if right { &self.logins } else { &self.refused };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// A scan ended.
    pub(crate) fn scan(&self) {
        self.scans.fetch_add(1, Ordering::Relaxed);
    }

    /// So many services were measured.
    pub(crate) fn services(&self, count: u64) {
        self.services.fetch_add(count, Ordering::Relaxed);
    }
}

/// Writes them down.
pub(crate) async fn show(State(app): State<Arc<App>>) -> Result<Response, Trouble> {
    let counters = &app.counters;
    let mut text = String::new();
    let all = [
        (
            "holter_http_requests_total",
            "Requests answered.",
            &counters.requests,
        ),
        ("holter_logins_total", "People who signed in.", &counters.logins),
        (
            "holter_logins_refused_total",
            "Attempts to sign in that were refused.",
            &counters.refused,
        ),
        ("holter_scans_total", "Scans that ended.", &counters.scans),
        (
            "holter_services_measured_total",
            "Services measured.",
            &counters.services,
        ),
    ];
    for (name, help, counter) in all {
        let value = counter.load(Ordering::Relaxed);
        let _ = writeln!(
            text,
            "# HELP {name} {help}\n# TYPE {name} counter\n{name} {value}"
        );
    }
    Ok((
        [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")],
        text,
    )
        .into_response())
}

//! What programs read is read by people in a terminal, too: whatever would act there is spelled out in every answer that
//! is no page. Pages spell out what they show themselves.

use std::borrow::Cow;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::Response;

/// Spells it out.
pub(crate) async fn spell(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let Some(spell) = way(response.headers()) else {
        return response;
    };
    let (mut head, body) = response.into_parts();
    // It was made in one piece, so nothing is waited for and nothing can break off.
    let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
    head.headers.remove(header::CONTENT_LENGTH);
    let text = String::from_utf8_lossy(&bytes);
    Response::from_parts(head, Body::from(spell(&text).into_owned()))
}

/// How that is spelled out.
fn way(headers: &HeaderMap) -> Option<fn(&str) -> Cow<'_, str>> {
    let kind = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    match kind.split(';').next()?.trim() {
        "application/json" => Some(holter_report::spelled),
        "text/plain" => Some(lines),
        _ => None,
    }
}

fn lines(text: &str) -> Cow<'_, str> {
    let lines: Vec<Cow<'_, str>> = text.split('\n').map(holter_report::terminal).collect();
    Cow::Owned(lines.join("\n"))
}

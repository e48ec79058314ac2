//! Bringing in a list of systems: CSV, nmap's XML, CycloneDX, NetBox.

use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::response::Response;
use holter_program::import::{self, Imported, Shared};
use maud::{Markup, html};
use serde::Deserialize;

use crate::app::App;
use crate::guard::Caller;
use crate::shown::{Frame, form, safe};
use crate::trouble::Trouble;

/// So many oddities are shown.
const SHOWN: usize = 50;

/// The form.
pub(crate) async fn show(caller: Caller) -> Response {
    page(&caller, None, &html! {})
}

/// The list, as text.
#[derive(Deserialize)]
pub(crate) struct Text {
    list: String,
}

/// Reads it.
pub(crate) async fn take(
    State(app): State<Arc<App>>,
    caller: Caller,
    Form(text): Form<Text>,
) -> Result<Response, Trouble> {
    match bring_in(&app, &caller, text.list.as_bytes(), "a list that was pasted").await {
        Ok(imported) => Ok(page(&caller, None, &came_to(&imported))),
        Err(Trouble::Wrong(why)) => Ok(page(&caller, Some(&why), &html! {})),
        Err(trouble) => Err(trouble),
    }
}

/// Reads a list, for the page and for the API.
pub(crate) async fn bring_in(
    app: &App,
    caller: &Caller,
    bytes: &[u8],
    source: &str,
) -> Result<Imported, Trouble> {
    let actor = caller.actor()?;
    // Whoever sees one department must not write into others.
    if actor.department.is_some() {
        return Err(Trouble::Denied);
    }
    let owned = bytes.to_vec();
    let read = tokio::task::spawn_blocking(move || import::read(&owned)).await;
    let (listed, oddities) = read.map_err(|error| Trouble::Own(error.to_string()))??;
    let by = (Some(actor.person), app.clock.now());
    let shared = Shared::of(&listed);
    let mut imported = Imported {
        oddities: oddities.into_iter().chain(shared.oddities()).collect(),
        ..Imported::default()
    };
    // Each part is written down with what it came to: a long list is not one long transaction.
    let parts = listed.chunks(import::AT_ONCE).len();
    for (number, some) in listed.chunks(import::AT_ONCE).enumerate() {
        let mut doing = app.begin().await?;
        let part = import::bring_some(&mut doing, some, &shared, source, by).await?;
        let detail = format!(
            "part {} of {parts}: {} new, {} changed, {} as they were",
            number + 1,
            part.added,
            part.changed,
            part.same
        );
        doing.keep(caller, "assets.imported", source, detail).await?;
        imported.add(part);
    }
    Ok(imported)
}

fn came_to(imported: &Imported) -> Markup {
    html! {
        div class="said" role="status" {
            (imported.added) " new, " (imported.changed) " changed, " (imported.same) " as they were. "
            a href="/assets" { "See the systems" }
        }
        @if !imported.oddities.is_empty() {
            h2 { "Left out, or strange" }
            ul { @for oddity in imported.oddities.iter().take(SHOWN) { li { (safe(oddity)) } } }
            @if imported.oddities.len() > SHOWN { p { "And " (imported.oddities.len() - SHOWN) " more." } }
        }
    }
}

fn page(caller: &Caller, wrong: Option<&str>, above: &Markup) -> Response {
    let frame = Frame {
        title: "Bring in a list",
        caller,
        part: "/assets",
        done: None,
    };
    frame.around(&html! {
        p class="crumbs" { a href="/assets" { "Systems" } " › list" }
        h1 { "Bring in a list" }
        (above)
        (form::wrong(wrong))
        p { "What a person has said of a system is not written over. Systems that are known already are recognised by address, name and key." }
        form method="post" action="/assets/import" {
            (form::key(caller))
            label for="list" { "The list" }
            p class="hint" id="forms" { "CSV (address or name, role, criticality, department, owner, …), what nmap -oX wrote, CycloneDX, or NetBox's devices or addresses as JSON. Larger files: " code { "POST /api/v1/assets/import" } "." }
            textarea id="list" name="list" rows="14" required aria-describedby="forms" spellcheck="false" {}
            button { "Read it" }
        }
    })
}

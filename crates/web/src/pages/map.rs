//! The map of interfaces: which system speaks with which, as a picture and as a table that says the same. What is too much
//! for a picture is folded by department, or looked at around one system.

mod fold;
mod picture;

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::Response;
use holter_store::Linked;
use maud::{Markup, html};
use serde::Deserialize;

use self::picture::Picture;
use crate::accounts;
use crate::app::App;
use crate::describing;
use crate::guard::Caller;
use crate::pages::interface;
use crate::role::Deed;
use crate::shown::{Frame, safe};
use crate::trouble::Trouble;

/// More rows than these nobody reads on a page.
const ROWS: usize = 300;

/// What part of the map.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    /// Around this system.
    asset: Option<i64>,
    /// Of this department.
    department: Option<i64>,
    /// "departments": folded, "systems": not.
    by: Option<String>,
    done: Option<String>,
}

/// The page.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Query(asked): Query<Asked>,
    caller: Caller,
) -> Result<Response, Trouble> {
    let actor = caller.actor()?;
    let mut around = None;
    let linked = if let Some(id) = asked.asset {
        let center = describing::of(&app, &caller, id).await?;
        around = Some((id, center.about.name));
        app.store.interfaces_of(id).await?
    } else {
        let department = actor.department.or(asked.department);
        app.store.interfaces(department).await?
    };
    let departments = accounts::departments(&app, &caller).await?;
    let whole = Picture::of_systems(&linked, asked.asset);
    let folded = match asked.by.as_deref() {
        Some("departments") => true,
        Some("systems") => false,
        _ => !whole.fits(),
    };
    let picture = if folded {
        fold::by_department(&linked, &departments)
    } else {
        whole
    };
    let frame = Frame {
        title: "Map",
        caller: &caller,
        part: "/map",
        done: asked.done.as_deref(),
    };
    Ok(frame.around(&html! {
        h1 { "Who speaks with whom" }
        @if let Some((id, name)) = &around {
            p { "Around " a href={ "/assets/" (id) } { (safe(name)) } ". " a href="/map" { "The whole map" } }
        } @else {
            p class="soft" { "An interface is known because it was heard or declared. Whoever changes a system breaks off what leads to it here." }
        }
        @if linked.is_empty() {
            p { "No interface is known yet. " code { "holter listen --remember CAPTURE" } " hears them, and you can declare them." }
        } @else {
            (choices(&asked, folded))
            (picture.draw())
            (table(&linked))
        }
        @if actor.may(Deed::Describe) {
            details { summary { "Declare an interface" } (interface::declaring(&caller, asked.asset)) }
        }
    }))
}

fn choices(asked: &Asked, folded: bool) -> Markup {
    let place = match (asked.asset, asked.department) {
        (Some(id), _) => format!("asset={id}&"),
        (None, Some(id)) => format!("department={id}&"),
        (None, None) => String::new(),
    };
    html! {
        p class="small" {
            @if folded { "By department. " a href={ "/map?" (place) "by=systems" } { "System by system" } }
            @else { "System by system. " a href={ "/map?" (place) "by=departments" } { "By department" } }
            @if asked.department.is_some() { " · " a href="/map" { "The whole map" } }
        }
    }
}

fn table(linked: &[Linked]) -> Markup {
    html! {
        div class="scroll" {
            table class="stack" {
                caption { "Interfaces" }
                thead { tr { th scope="col" { "From" } th scope="col" { "To" } th scope="col" { "Protocol" } th scope="col" { "On the way" } th scope="col" { "What for" } th scope="col" { "Known because" } } }
                tbody {
                    @for one in linked.iter().take(ROWS) {
                        tr {
                            th scope="row" { a href={ "/assets/" (one.interface.from_asset) } { (safe(&one.from_name)) } }
                            td data-l="To" { a href={ "/assets/" (one.interface.to_asset) } { (safe(&one.to_name)) } }
                            td data-l="Protocol" { a href={ "/interfaces/" (one.interface.id) } { (safe(&one.interface.protocol)) @if one.interface.port > 0 { " · port " (one.interface.port) } } }
                            td data-l="On the way" { (interface::way(one.interface.encrypted)) }
                            td data-l="What for" { (safe(&one.interface.purpose)) }
                            td data-l="Known because" { (interface::because(one)) }
                        }
                    }
                }
            }
        }
        @if linked.len() > ROWS {
            p class="soft" { "And " (linked.len() - ROWS) " more: look around one system from its page, or ask " code { "/api/v1/interfaces" } " for all." }
        }
    }
}

//! The map of interfaces: which system speaks with which, as a picture and as a table that says the same.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use holter_store::Linked;
use maud::{Markup, html};

use crate::app::App;
use crate::guard::Caller;
use crate::shown::{Frame, badge, safe};
use crate::trouble::Trouble;

/// More systems than these make no picture.
const MOST: usize = 80;

const WIDTH: usize = 190;
const HEIGHT: usize = 44;
const ACROSS: usize = 330;
const DOWN: usize = 66;
const EDGE: usize = 24;

/// The page.
pub(crate) async fn show(State(app): State<Arc<App>>, caller: Caller) -> Result<Response, Trouble> {
    let linked = app.store.interfaces(caller.actor()?.department).await?;
    let frame = Frame {
        title: "Map",
        caller: &caller,
        part: "/map",
        done: None,
    };
    Ok(frame.around(&html! {
        h1 { "Who speaks with whom" }
        p class="soft" { "An interface is known because it was heard or declared. What is broken off by a change stands here." }
        @if linked.is_empty() {
            p { "No interface is known yet." }
        } @else {
            (picture(&linked))
            (table(&linked))
        }
    }))
}

/// Where a system stands: its column and its row.
type Places = BTreeMap<i64, (usize, usize)>;

/// Who only speaks stands left, who only answers right, and everybody right of whom they are spoken to by, as far as
/// that can be in a network that goes round in circles.
fn places(linked: &[Linked]) -> Places {
    let mut column: BTreeMap<i64, usize> = BTreeMap::new();
    for one in linked {
        column.entry(one.interface.from_asset).or_default();
        column.entry(one.interface.to_asset).or_default();
    }
    let most = 4.min(column.len());
    for _ in 0..most {
        for one in linked {
            let from = column.get(&one.interface.from_asset).copied().unwrap_or(0);
            let to = column.entry(one.interface.to_asset).or_default();
            if one.interface.from_asset != one.interface.to_asset && *to <= from && from + 1 < most {
                *to = from + 1;
            }
        }
    }
    let mut rows: BTreeMap<usize, usize> = BTreeMap::new();
    column
        .into_iter()
        .map(|(asset, column)| {
            let row = rows.entry(column).or_default();
            let place = (column, *row);
            *row += 1;
            (asset, place)
        })
        .collect()
}

fn picture(linked: &[Linked]) -> Markup {
    let places = places(linked);
    if places.len() > MOST {
        return html! { p class="soft" { (places.len()) " systems are more than a picture can show; the table has them all." } };
    }
    let mut names: BTreeMap<i64, &str> = BTreeMap::new();
    for one in linked {
        names.insert(one.interface.from_asset, &one.from_name);
        names.insert(one.interface.to_asset, &one.to_name);
    }
    let columns = places.values().map(|(column, _)| column + 1).max().unwrap_or(1);
    let rows = places.values().map(|(_, row)| row + 1).max().unwrap_or(1);
    let (width, height) = (
        EDGE * 2 + (columns - 1) * ACROSS + WIDTH,
        EDGE * 2 + (rows - 1) * DOWN + HEIGHT,
    );
    html! {
        svg class="map" role="img" aria-label={ "Map of " (places.len()) " systems and " (linked.len()) " interfaces; the table below says the same" }
            viewBox={ "0 0 " (width) " " (height) } {
            defs { marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto" { path class="head" d="M0 0 8 4 0 8z" {} } }
            @for one in linked { (way(&places, one)) }
            @for (asset, place) in &places {
                @let (x, y) = corner(*place);
                a href={ "/assets/" (asset) } {
                    rect x=(x) y=(y) width=(WIDTH) height=(HEIGHT) rx="8" {}
                    text x=(x + 12) y=(y + 27) { (safe(&short(names.get(asset).copied().unwrap_or_default()))) }
                }
            }
        }
    }
}

fn corner((column, row): (usize, usize)) -> (usize, usize) {
    (EDGE + column * ACROSS, EDGE + row * DOWN)
}

fn way(places: &Places, one: &Linked) -> Markup {
    let (Some(from), Some(to)) = (
        places.get(&one.interface.from_asset),
        places.get(&one.interface.to_asset),
    ) else {
        return html! {};
    };
    let ((from_x, from_y), (to_x, to_y)) = (corner(*from), corner(*to));
    let (start, end) = if from.0 < to.0 {
        (from_x + WIDTH, to_x)
    } else {
        (from_x, to_x + WIDTH)
    };
    let (from_y, to_y) = (from_y + HEIGHT / 2, to_y + HEIGHT / 2);
    let middle = usize::midpoint(start, end);
    let class = if one.interface.encrypted == Some(false) {
        "way clear"
    } else {
        "way"
    };
    html! {
        path class=(class) d={ "M" (start) " " (from_y) "C" (middle) " " (from_y) " " (middle) " " (to_y) " " (end) " " (to_y) } marker-end="url(#head)" {}
        text class="soft" x=(middle) y=(usize::midpoint(from_y, to_y).saturating_sub(5)) text-anchor="middle" { (safe(&one.interface.protocol)) }
    }
}

fn short(name: &str) -> String {
    if name.chars().count() <= 23 {
        return name.to_owned();
    }
    let first: String = name.chars().take(22).collect();
    format!("{first}…")
}

fn table(linked: &[Linked]) -> Markup {
    html! {
        div class="scroll" {
            table class="stack" {
                caption { "Interfaces" }
                thead { tr { th scope="col" { "From" } th scope="col" { "To" } th scope="col" { "Protocol" } th scope="col" { "On the way" } th scope="col" { "What for" } th scope="col" { "Known because" } } }
                tbody {
                    @for one in linked {
                        tr {
                            th scope="row" { a href={ "/assets/" (one.interface.from_asset) } { (safe(&one.from_name)) } }
                            td data-l="To" { a href={ "/assets/" (one.interface.to_asset) } { (safe(&one.to_name)) } }
                            td data-l="Protocol" { (safe(&one.interface.protocol)) @if one.interface.port > 0 { " · port " (one.interface.port) } }
                            td data-l="On the way" { @match one.interface.encrypted { Some(true) => "encrypted", Some(false) => (badge::word("high", "in clear text")), None => span class="soft" { "not known" } } }
                            td data-l="What for" { (safe(&one.interface.purpose)) }
                            td data-l="Known because" { @if one.interface.is_declared { "declared" } @else { "heard" } }
                        }
                    }
                }
            }
        }
    }
}

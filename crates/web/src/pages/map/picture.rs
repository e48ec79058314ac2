//! Boxes and the ways between them, as a drawing whose boxes are links: keys reach them, and the table beside it says all
//! that it says.

use std::collections::BTreeMap;

use maud::{Markup, html};

use crate::ends::Seen;
use crate::shown::safe;

/// The most boxes of a folded picture.
pub(super) const MOST: usize = 80;

const WIDTH: usize = 190;
const HEIGHT: usize = 44;
const ACROSS: usize = 330;
const DOWN: usize = 66;
const EDGE: usize = 24;
/// How far a way between two boxes of one column bulges.
const BULGE: usize = 60;

/// What is drawn. Whoever makes one keeps it so small that somebody can make something of it.
pub(super) struct Picture {
    pub(super) boxes: BTreeMap<i64, Tile>,
    pub(super) ways: Vec<Way>,
    /// What it stands for.
    pub(super) about: String,
    /// How many ways are not drawn.
    pub(super) more: usize,
}

/// A system, or several.
pub(super) struct Tile {
    pub(super) name: String,
    /// What stands under the name.
    pub(super) under: String,
    /// Where it leads, if somewhere.
    pub(super) href: Option<String>,
    pub(super) is_center: bool,
}

/// An interface, or several.
pub(super) struct Way {
    pub(super) from: i64,
    pub(super) to: i64,
    pub(super) word: String,
    pub(super) clear: bool,
}

/// Where a box stands: its column and its row.
type Places = BTreeMap<i64, (usize, usize)>;

impl Picture {
    /// System by system, with one in the middle or none.
    pub(super) fn of_systems(rows: &[Seen], center: Option<i64>) -> Self {
        let mut boxes = BTreeMap::new();
        for seen in rows {
            let one = &seen.linked.interface;
            for (asset, end) in [one.from_asset, one.to_asset].into_iter().zip(&seen.ends) {
                boxes.entry(asset).or_insert_with(|| Tile {
                    name: end.name.clone(),
                    under: end.department_name.clone().unwrap_or_default(),
                    href: end.asset.map(|id| format!("/assets/{id}")),
                    is_center: center == Some(asset),
                });
            }
        }
        let ways = rows.iter().map(|seen| Way {
            from: seen.linked.interface.from_asset,
            to: seen.linked.interface.to_asset,
            word: seen.linked.interface.protocol.clone(),
            clear: seen.linked.interface.encrypted == Some(false),
        });
        Self {
            about: format!("{} systems and {} interfaces", boxes.len(), rows.len()),
            boxes,
            ways: ways.collect(),
            more: 0,
        }
    }

    /// The drawing.
    pub(super) fn draw(&self) -> Markup {
        let places = self.places();
        let columns = places.values().map(|(column, _)| column + 1).max().unwrap_or(1);
        let rows = places.values().map(|(_, row)| row + 1).max().unwrap_or(1);
        let (width, height) = (
            EDGE * 2 + (columns - 1) * ACROSS + WIDTH + BULGE,
            EDGE * 2 + (rows - 1) * DOWN + HEIGHT,
        );
        html! {
            @if !self.boxes.is_empty() {
                svg class="map" role="group" aria-label={ "Map of " (self.about) "; the table below says the same" }
                    viewBox={ "0 0 " (width) " " (height) } {
                    defs { marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto" { path class="head" d="M0 0 8 4 0 8z" {} } }
                    @for way in &self.ways { (line(&places, way)) }
                    @for (id, place) in &places {
                        @if let Some(one) = self.boxes.get(id) {
                            @let class = one.is_center.then_some("warm");
                            @match &one.href {
                                Some(href) => a href=(href) class=[class] { (tile(one, *place)) },
                                None => g class=[class] { (tile(one, *place)) },
                            }
                        }
                    }
                }
            }
            @if self.more > 0 { p class="soft" { "Not drawn: " (self.more) " more ways, with less in clear text. The table has them." } }
        }
    }

    /// Who only speaks stands left, who only answers right, and everybody right of whom they are spoken to by, as far as
    /// that can be in a network that goes round in circles.
    fn places(&self) -> Places {
        let mut column: BTreeMap<i64, usize> = self.boxes.keys().map(|id| (*id, 0)).collect();
        let most = 4.min(column.len());
        for _ in 0..most {
            for way in &self.ways {
                let from = column.get(&way.from).copied().unwrap_or(0);
                let to = column.entry(way.to).or_default();
                if way.from != way.to && *to <= from && from + 1 < most {
                    *to = from + 1;
                }
            }
        }
        let mut rows: BTreeMap<usize, usize> = BTreeMap::new();
        column
            .into_iter()
            .map(|(id, column)| {
                let row = rows.entry(column).or_default();
                let place = (column, *row);
                *row += 1;
                (id, place)
            })
            .collect()
    }
}

fn corner((column, row): (usize, usize)) -> (usize, usize) {
    (EDGE + column * ACROSS, EDGE + row * DOWN)
}

fn tile(one: &Tile, place: (usize, usize)) -> Markup {
    let (x, y) = corner(place);
    html! {
        title { (safe(&one.name)) @if !one.under.is_empty() { ", " (safe(&one.under)) } }
        rect x=(x) y=(y) width=(WIDTH) height=(HEIGHT) rx="8" {}
        @if one.under.is_empty() {
            text x=(x + 12) y=(y + 27) { (safe(&short(&one.name))) }
        } @else {
            text x=(x + 12) y=(y + 19) { (safe(&short(&one.name))) }
            text class="soft" x=(x + 12) y=(y + 35) { (safe(&short(&one.under))) }
        }
    }
}

fn line(places: &Places, way: &Way) -> Markup {
    let (Some(from), Some(to)) = (places.get(&way.from), places.get(&way.to)) else {
        return html! {};
    };
    if way.from == way.to {
        // Within one department; the box says how many it has.
        return html! {};
    }
    let ((from_x, from_y), (to_x, to_y)) = (corner(*from), corner(*to));
    let (start, end, middle) = match from.0.cmp(&to.0) {
        std::cmp::Ordering::Less => (from_x + WIDTH, to_x, usize::midpoint(from_x + WIDTH, to_x)),
        std::cmp::Ordering::Equal => (from_x + WIDTH, to_x + WIDTH, from_x + WIDTH + BULGE),
        std::cmp::Ordering::Greater => (from_x, to_x + WIDTH, usize::midpoint(from_x, to_x + WIDTH)),
    };
    let (from_y, to_y) = (from_y + HEIGHT / 2, to_y + HEIGHT / 2);
    let class = if way.clear { "way clear" } else { "way" };
    html! {
        path class=(class) d={ "M" (start) " " (from_y) "C" (middle) " " (from_y) " " (middle) " " (to_y) " " (end) " " (to_y) } marker-end="url(#head)" {}
        text class="soft" x=(middle) y=(usize::midpoint(from_y, to_y).saturating_sub(5)) text-anchor="middle" { (safe(&short(&way.word))) }
    }
}

fn short(name: &str) -> String {
    if name.chars().count() <= 23 {
        return name.to_owned();
    }
    let first: String = name.chars().take(22).collect();
    format!("{first}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(boxes: i64, ways: &[(i64, i64)]) -> Picture {
        let one = |id: i64| Tile {
            name: format!("system {id}"),
            under: String::new(),
            href: (id < 3).then(|| format!("/assets/{id}")),
            is_center: id == 1,
        };
        Picture {
            boxes: (1..=boxes).map(|id| (id, one(id))).collect(),
            ways: ways
                .iter()
                .map(|(from, to)| Way {
                    from: *from,
                    to: *to,
                    word: "mllp".to_owned(),
                    clear: from == to,
                })
                .collect(),
            about: "everything".to_owned(),
            more: 4,
        }
    }

    #[test]
    fn who_answers_stands_right_of_who_asks() {
        let places = picture(3, &[(1, 2), (2, 3)]).places();
        assert_eq!([places[&1].0, places[&2].0, places[&3].0], [0, 1, 2]);
        // Round in circles nobody is lost, and nothing runs for ever.
        let places = picture(3, &[(1, 2), (2, 3), (3, 1), (2, 2)]).places();
        assert_eq!(places.len(), 3);
    }

    #[test]
    fn what_leads_nowhere_is_no_link_and_what_is_not_drawn_is_said() {
        let drawn = picture(3, &[(1, 2), (3, 2), (2, 2)]).draw().into_string();
        assert!(
            drawn.contains("href=\"/assets/2\"") && drawn.contains("role=\"group\""),
            "{drawn}"
        );
        assert!(
            !drawn.contains("/assets/3") && drawn.contains("system 3"),
            "{drawn}"
        );
        assert!(drawn.contains("4 more ways"), "{drawn}");
        assert!(!picture(0, &[]).draw().into_string().contains("<svg"));
    }
}

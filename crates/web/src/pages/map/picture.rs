//! Boxes and the ways between them, as a drawing whose boxes are links: keys reach them, and the table beside it says all
//! that it says.

use std::collections::BTreeMap;

use holter_store::Linked;
use maud::{Markup, html};

use crate::shown::safe;

/// More boxes than these make no picture.
const MOST: usize = 80;
/// More ways than these are a thicket.
const WAYS: usize = 400;

const WIDTH: usize = 190;
const HEIGHT: usize = 44;
const ACROSS: usize = 330;
const DOWN: usize = 66;
const EDGE: usize = 24;
/// How far a way between two boxes of one column bulges.
const BULGE: usize = 60;

/// What is drawn.
pub(super) struct Picture {
    pub(super) boxes: BTreeMap<i64, Tile>,
    pub(super) ways: Vec<Way>,
    /// How many systems and interfaces it stands for.
    pub(super) systems: usize,
    pub(super) interfaces: usize,
}

/// A system, or several.
pub(super) struct Tile {
    pub(super) name: String,
    pub(super) href: String,
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
    pub(super) fn of_systems(linked: &[Linked], center: Option<i64>) -> Self {
        let mut boxes = BTreeMap::new();
        for one in linked {
            let ends = [
                (one.interface.from_asset, &one.from_name),
                (one.interface.to_asset, &one.to_name),
            ];
            for (asset, name) in ends {
                boxes.entry(asset).or_insert_with(|| Tile {
                    name: name.clone(),
                    href: format!("/assets/{asset}"),
                    is_center: center == Some(asset),
                });
            }
        }
        let ways = linked.iter().map(|one| Way {
            from: one.interface.from_asset,
            to: one.interface.to_asset,
            word: one.interface.protocol.clone(),
            clear: one.interface.encrypted == Some(false),
        });
        Self {
            systems: boxes.len(),
            interfaces: linked.len(),
            boxes,
            ways: ways.collect(),
        }
    }

    /// Whether a person can make anything of it.
    pub(super) fn fits(&self) -> bool {
        self.boxes.len() <= MOST && self.ways.len() <= WAYS
    }

    /// The drawing.
    pub(super) fn draw(&self) -> Markup {
        if !self.fits() {
            return html! {
                p class="soft" {
                    (self.boxes.len()) " boxes and " (self.ways.len()) " ways are more than a picture can show. Look by department, or around one system from its page; the table has them."
                }
            };
        }
        let places = self.places();
        let columns = places.values().map(|(column, _)| column + 1).max().unwrap_or(1);
        let rows = places.values().map(|(_, row)| row + 1).max().unwrap_or(1);
        let (width, height) = (
            EDGE * 2 + (columns - 1) * ACROSS + WIDTH + BULGE,
            EDGE * 2 + (rows - 1) * DOWN + HEIGHT,
        );
        html! {
            svg class="map" role="group" aria-label={ "Map of " (self.systems) " systems and " (self.interfaces) " interfaces; the table below says the same" }
                viewBox={ "0 0 " (width) " " (height) } {
                defs { marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto" { path class="head" d="M0 0 8 4 0 8z" {} } }
                @for way in &self.ways { (line(&places, way)) }
                @for (id, place) in &places {
                    @let (x, y) = corner(*place);
                    @if let Some(one) = self.boxes.get(id) {
                        a href=(one.href) class=[one.is_center.then_some("warm")] {
                            title { (safe(&one.name)) }
                            rect x=(x) y=(y) width=(WIDTH) height=(HEIGHT) rx="8" {}
                            text x=(x + 12) y=(y + 27) { (safe(&short(&one.name))) }
                        }
                    }
                }
            }
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
            href: format!("/assets/{id}"),
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
            systems: 0,
            interfaces: ways.len(),
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
    fn what_is_too_much_is_said_and_not_drawn() {
        let drawn = picture(3, &[(1, 2), (3, 2), (2, 2)]).draw().into_string();
        assert!(
            drawn.contains("href=\"/assets/3\"") && drawn.contains("role=\"group\""),
            "{drawn}"
        );
        let much = picture(500, &[(1, 2)]).draw().into_string();
        assert!(
            !much.contains("<svg") && much.contains("more than a picture"),
            "{much}"
        );
    }
}

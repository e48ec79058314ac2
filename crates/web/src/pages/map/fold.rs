//! The map folded: a box for each department or site, and one way for all interfaces from one to another, those with the
//! most in clear text first. The table beside it has a row for each.

use std::collections::{BTreeMap, BTreeSet};

use holter_model::Severity;
use holter_store::{Between, Fold};
use maud::{Markup, html};

use super::filters::Asked;
use super::picture::{MOST, Picture, Tile, Way};
use crate::shown::{badge, safe};

/// More ways than these are a thicket.
const WAYS: usize = 80;
/// The most rows of the table.
const ROWS: usize = 500;

/// What is said of places, by their numbers; 0 is what nobody has placed.
pub(super) struct Labels {
    pub(super) fold: Fold,
    pub(super) names: BTreeMap<i64, String>,
    /// How many systems are there.
    pub(super) systems: BTreeMap<i64, i64>,
    /// How grave what was found there is.
    pub(super) gravest: BTreeMap<i64, Severity>,
}

/// The map folded.
pub(super) struct Folded<'a> {
    pub(super) fold: Fold,
    /// The place that it is about; `None`: all of them.
    pub(super) place: Option<i64>,
    pub(super) ways: &'a [Between],
    pub(super) labels: &'a Labels,
    pub(super) asked: &'a Asked,
}

/// What a row of the table adds up to.
#[derive(Default)]
struct Sums {
    within: i64,
    away: i64,
    here: i64,
    clear: i64,
}

impl Labels {
    pub(super) fn name(&self, place: i64) -> &str {
        let none = match self.fold {
            Fold::Department => "no department",
            Fold::Site => "no site",
        };
        self.names.get(&place).map_or(none, String::as_str)
    }
}

impl Folded<'_> {
    /// How many interfaces it stands for; `with`: with this other place alone.
    pub(super) fn total(&self, with: Option<i64>) -> i64 {
        let counts = |way: &&Between| with.is_none_or(|with| self.other(way) == with);
        self.ways.iter().filter(counts).map(|way| way.interfaces).sum()
    }

    /// The places at the other ends, by name.
    pub(super) fn others(&self) -> Vec<i64> {
        let all: BTreeSet<i64> = self.ways.iter().map(|way| self.other(way)).collect();
        let mut all: Vec<i64> = all.into_iter().collect();
        all.sort_by_key(|place| self.labels.name(*place));
        all
    }

    /// The end of a way that the map is not about.
    fn other(&self, way: &Between) -> i64 {
        let (from, to) = ends(way);
        if self.place == Some(from) { to } else { from }
    }

    /// As a drawing: of many ways those with the most in clear text.
    pub(super) fn picture(&self) -> Picture {
        let (mut shown, mut ways, mut more) = (BTreeSet::new(), Vec::new(), 0);
        shown.extend(self.place);
        for way in self.ways {
            let (from, to) = ends(way);
            let new = [from, to].iter().filter(|place| !shown.contains(*place)).count();
            if ways.len() >= WAYS || shown.len() + new > MOST {
                more += 1;
                continue;
            }
            shown.extend([from, to]);
            if from != to {
                ways.push(Way {
                    from,
                    to,
                    word: words(way),
                    clear: way.clear > 0,
                });
            }
        }
        let boxes = shown.into_iter().map(|place| (place, self.tile(place)));
        Picture {
            boxes: boxes.collect(),
            ways,
            about: format!("{} interfaces between places", self.total(None)),
            more,
        }
    }

    fn tile(&self, place: i64) -> Tile {
        let systems = self.labels.systems.get(&place);
        let gravest = self.labels.gravest.get(&place);
        let under = match (systems, gravest) {
            (Some(systems), Some(gravest)) => format!("{systems} systems, {}", gravest.as_str()),
            (Some(systems), None) => format!("{systems} systems"),
            (None, _) => String::new(),
        };
        Tile {
            name: self.labels.name(place).to_owned(),
            under,
            href: Some(self.href(place)),
            is_center: self.place == Some(place),
        }
    }

    /// From all places to one; from one to what is between it and another.
    fn href(&self, place: i64) -> String {
        let name = match (self.place, self.fold) {
            (Some(_), _) => "with",
            (None, Fold::Department) => "department",
            (None, Fold::Site) => "site",
        };
        self.asked
            .address(&[(name, place.to_string()), ("by", String::new())])
    }

    /// As a table.
    pub(super) fn table(&self) -> Markup {
        let mut sums = BTreeMap::<i64, Sums>::new();
        for way in self.ways {
            let (from, to) = ends(way);
            for place in BTreeSet::from([from, to]) {
                if self.place.is_some_and(|own| own == place && from != to) {
                    continue;
                }
                let sum = sums.entry(place).or_default();
                sum.clear += way.clear;
                let counts = match (from == to, place == from) {
                    (true, _) => &mut sum.within,
                    (false, true) => &mut sum.away,
                    (false, false) => &mut sum.here,
                };
                *counts += way.interfaces;
            }
        }
        let mut rows: Vec<(i64, Sums)> = sums.into_iter().collect();
        rows.sort_by_key(|(place, sum)| (-sum.clear, -(sum.within + sum.away + sum.here), *place));
        let more = rows.len().saturating_sub(ROWS);
        let (away, here) = match self.place {
            Some(_) => ("Connects to it", "Answers it"),
            None => ("Connects to others", "Answers others"),
        };
        html! {
            div class="scroll" {
                table class="stack" {
                    caption { @match self.place { Some(place) => { "Who speaks with " (safe(self.labels.name(place))) }, None => "Who has interfaces" } }
                    thead { tr { th scope="col" { @match self.fold { Fold::Department => "Department", Fold::Site => "Site" } } th scope="col" { "Gravest finding" } th scope="col" class="n" { "In clear text" } th scope="col" class="n" { "Within" } th scope="col" class="n" { (away) } th scope="col" class="n" { (here) } } }
                    tbody {
                        @for (place, sum) in rows.iter().take(ROWS) {
                            tr {
                                th scope="row" { a href=(self.href(*place)) { (safe(self.labels.name(*place))) } }
                                td data-l="Gravest finding" { @match self.labels.gravest.get(place) { Some(gravest) => (badge::severity(*gravest)), None => "–" } }
                                td data-l="In clear text" class="n" { (sum.clear) }
                                td data-l="Within" class="n" { (sum.within) }
                                td data-l=(away) class="n" { (sum.away) }
                                td data-l=(here) class="n" { (sum.here) }
                            }
                        }
                    }
                }
            }
            @if more > 0 { p class="soft" { "And " (more) " more: choose one below." } }
        }
    }
}

fn ends(way: &Between) -> (i64, i64) {
    (way.from.unwrap_or(0), way.to.unwrap_or(0))
}

fn words(way: &Between) -> String {
    let more = if way.protocols > 1 { ", …" } else { "" };
    format!("{} × {}{more}", way.interfaces, way.protocol)
}

//! What is different from the last run of the same plan. Of each service only a small record is kept, and runs
//! before the last are read only where the answer hangs on them.

mod look;
mod past;

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

use holter_model::difference::Kind;
use holter_model::{Difference, Differences, Endpoint, LeftAlone, Service};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use self::look::{Answer, Look, Seen};
use self::past::{Last, Past};
use crate::{Header, Runs, Visits};

/// Compares a run, while it goes, with the last one that came to its end.
#[derive(Debug)]
pub struct Comparison {
    since: Timestamp,
    /// What the last run found and this one has not met yet.
    was: HashMap<Place, Arc<Look>>,
    /// The runs before the last, the latest first.
    older: Vec<Older>,
    /// Each look once: most services of a network are alike.
    looks: HashSet<Arc<Look>>,
    /// Hosts of which this run did not ask all.
    unasked: HashSet<IpAddr>,
    /// Services whose answer hangs on the runs before the last.
    hanging: HashMap<Place, (Option<Arc<Look>>, Arc<Look>)>,
    items: Vec<Difference>,
}

/// Where a service is, and under which name it is asked.
type Place = (Endpoint, Option<Box<str>>);

/// A run before the last.
#[derive(Debug)]
enum Older {
    /// In its journal.
    Journal(PathBuf),
    /// As somebody remembers it.
    Told(Vec<Service>),
}

/// So many runs are read to find out whether something was affected before.
const MOST_RUNS: usize = 10;

impl Comparison {
    /// A comparison with the last run of this plan that came to its end and can be read; `None` where there is none.
    /// What this run does not ask for is nothing to compare.
    #[must_use]
    pub fn with_last(runs: &Runs, header: &Header, visits: &Visits) -> Option<Self> {
        let mut looks = HashSet::new();
        let inventory = &header.plan.inventory;
        let asks = |(endpoint, name): &Place| visits.asks(*endpoint, name.as_deref(), inventory);
        let mut ended = runs.ended(&header.fingerprint).into_iter().take(MOST_RUNS);
        let last = ended.find_map(|run| Last::read(&run, asks, &mut looks))?;
        let older: Vec<Older> = ended.map(Older::Journal).collect();
        let Last {
            since,
            found: mut was,
            unasked,
        } = last;
        if !unasked.is_empty() {
            past::fill_in(&mut was, &unasked, &older, asks, &mut looks);
        }
        Some(Self {
            since,
            was,
            older,
            looks,
            unasked: HashSet::new(),
            hanging: HashMap::new(),
            items: Vec::new(),
        })
    }

    /// A comparison with what somebody else remembers of the last run, and of those before it, the latest first.
    #[must_use]
    pub fn with_told(since: Timestamp, last: &[Service], older: Vec<Vec<Service>>) -> Self {
        let mut looks = HashSet::new();
        let mut was = HashMap::new();
        for service in last {
            if let (Some(place), Seen::There(look)) = (past::place_of(service), look::of(service)) {
                was.insert(place, look::shared(look, &mut looks));
            }
        }
        Self {
            since,
            was,
            older: older.into_iter().map(Older::Told).collect(),
            looks,
            unasked: HashSet::new(),
            hanging: HashMap::new(),
            items: Vec::new(),
        }
    }

    /// Takes what this run says of an endpoint.
    pub fn service(&mut self, service: &Service) {
        let Some(endpoint) = service.endpoint else { return };
        let place = (endpoint, service.name.as_deref().map(Box::from));
        match look::of(service) {
            Seen::NotAsked => {
                self.unasked.insert(endpoint.address);
            }
            Seen::NotThere => {
                if let Some(was) = self.was.remove(&place) {
                    self.items.push(gone(place, &was, service.attempt.explain()));
                }
            }
            Seen::There(now) => {
                let now = look::shared(now, &mut self.looks);
                let was = self.was.remove(&place);
                if hangs(was.as_deref(), &now) {
                    self.hanging.insert(place, (was, now));
                } else {
                    tell(&place, was.as_deref(), &now, &Past::default(), &mut self.items);
                }
            }
        }
    }

    /// Takes that a host was left alone: of what was not asked there nothing can be said.
    pub fn left_alone(&mut self, left: &LeftAlone) {
        self.unasked.insert(left.endpoint.address);
    }

    /// All that is different, in the order of kinds and addresses. A run that was stopped did not ask for all that
    /// it did not meet.
    #[must_use]
    pub fn end(mut self, interrupted: bool, zone: TimeZone) -> Differences {
        let past = Past::of(&self.hanging, &self.older);
        for (place, (was, now)) in &self.hanging {
            tell(place, was.as_deref(), now, &past, &mut self.items);
        }
        if !interrupted {
            let unasked = &self.unasked;
            let missing = self.was.into_iter();
            self.items.extend(
                missing
                    .filter(|((endpoint, _), _)| !unasked.contains(&endpoint.address))
                    .map(|(place, was)| gone(place, &was, "nothing answers there")),
            );
        }
        let order = |item: &Difference| (item.kind, item.endpoint, item.name.clone(), item.flaw.clone());
        self.items.sort_by_cached_key(order);
        Differences {
            since: self.since.to_zoned(zone),
            items: self.items,
        }
    }
}

/// Whether it has to be known if the service was affected before the last run.
fn hangs(was: Option<&Look>, now: &Look) -> bool {
    now.answers().any(|(flaw, now)| {
        let was = was.map(|was| was.answer(flaw));
        match now {
            Answer::Affected => was != Some(Answer::Affected),
            Answer::NotAffected => matches!(was, None | Some(Answer::NotAssessed)),
            _ => false,
        }
    })
}

/// Adds what is different about a service that is there.
fn tell(place: &Place, was: Option<&Look>, now: &Look, past: &Past, items: &mut Vec<Difference>) {
    let before = items.len();
    for flaw in now.flaws_with(was) {
        let pair = (was.map(|was| was.answer(flaw)), now.answer(flaw));
        if let Some((kind, was, now)) = verdict(pair, past.last_said(place, flaw)) {
            let flaw = Some(flaw.to_owned());
            items.push(item(kind, place.clone(), flaw, (was, now.to_owned())));
        }
    }
    if items.len() > before {
        return;
    }
    match was {
        None => {
            let words = ("not there".to_owned(), now.to_string());
            items.push(item(Kind::New, place.clone(), None, words));
        }
        Some(was) => {
            if let Some(words) = was.unlike(now) {
                items.push(item(Kind::Changed, place.clone(), None, words));
            }
        }
    }
}

/// What is different about one flaw: in which way, how it was, how it is. `before` is what the runs before the last
/// said at last, where one of them said that it is affected.
fn verdict(
    (was, now): (Option<Answer>, Answer),
    before: Option<Answer>,
) -> Option<(Kind, String, &'static str)> {
    use Answer::{Affected, NotAffected, NotAssessed};
    if was == Some(now) {
        return None;
    }
    let said = was.map_or("not there", Answer::words);
    let (kind, was) = match (was, now, before) {
        (Some(NotAssessed), Affected, Some(Affected)) => (Kind::Changed, said.to_owned()),
        (None | Some(NotAssessed), NotAffected, Some(Affected)) => {
            (Kind::Fixed, format!("affected, then {said}"))
        }
        (_, Affected, Some(_)) => (Kind::Back, format!("{said}, and affected before")),
        (_, Affected, None) => (Kind::Affected, said.to_owned()),
        (Some(Affected), NotAffected, _) => (Kind::Fixed, said.to_owned()),
        (None, ..) => return None,
        (Some(_), ..) => (Kind::Changed, said.to_owned()),
    };
    Some((kind, was, now.words()))
}

fn gone(place: Place, was: &Look, now: &str) -> Difference {
    item(Kind::Gone, place, None, (was.to_string(), now.to_owned()))
}

fn item(
    kind: Kind,
    (endpoint, name): Place,
    flaw: Option<String>,
    (was, now): (String, String),
) -> Difference {
    Difference {
        kind,
        endpoint,
        name: name.map(String::from),
        flaw,
        was,
        now,
    }
}

#[cfg(test)]
mod tests;

//! What earlier runs found, read from their journals.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use holter_model::Service;
use jiff::Timestamp;

use super::look::{self, Answer, Look, Seen};
use super::{Older, Place};
use crate::journal::{Journal, Past as Told};

/// The last run that came to its end.
pub(super) struct Last {
    pub(super) since: Timestamp,
    pub(super) found: HashMap<Place, Arc<Look>>,
    /// Hosts of which it did not ask all.
    pub(super) unasked: HashSet<IpAddr>,
}

impl Last {
    /// Reads it; `None` where its journal is not whole.
    pub(super) fn read(
        run: &Path,
        asks: impl Fn(&Place) -> bool,
        looks: &mut HashSet<Arc<Look>>,
    ) -> Option<Self> {
        let mut last = Self {
            since: Journal::header(run)?.begun,
            found: HashMap::new(),
            unasked: HashSet::new(),
        };
        let whole = Journal::told(run, |told| match told {
            Told::Service(service) => {
                let Some(place) = place_of(&service) else { return };
                match look::of(&service) {
                    Seen::There(look) if asks(&place) => {
                        last.found.insert(place, look::shared(look, looks));
                    }
                    Seen::NotAsked => {
                        last.unasked.insert(place.0.address);
                    }
                    _ => {}
                }
            }
            Told::Left(left) => {
                last.unasked.insert(left.endpoint.address);
            }
            Told::Nothing(_) | Told::Spared(_) => {}
        });
        whole.is_ok_and(|whole| whole).then_some(last)
    }
}

/// Adds what older runs, the latest first, found at hosts of which the last did not ask all.
pub(super) fn fill_in(
    found: &mut HashMap<Place, Arc<Look>>,
    unasked: &HashSet<IpAddr>,
    older: &[Older],
    asks: impl Fn(&Place) -> bool,
    looks: &mut HashSet<Arc<Look>>,
) {
    for run in older {
        each(run, |place, look| {
            if unasked.contains(&place.0.address) && asks(&place) {
                found.entry(place).or_insert_with(|| look::shared(look, looks));
            }
        });
    }
}

/// What the runs before the last said of services that were affected in one of them.
#[derive(Debug, Default)]
pub(super) struct Past(HashMap<Place, HashMap<String, Answer>>);

impl Past {
    /// Reads it for these services; the latest run comes first.
    pub(super) fn of<T>(services: &HashMap<Place, T>, older: &[Older]) -> Self {
        let mut past = Self::default();
        if services.is_empty() {
            return past;
        }
        for run in older.iter().rev() {
            each(run, |place, look| {
                if services.contains_key(&place) {
                    past.add(place, &look);
                }
            });
        }
        past
    }

    /// What was said at last of a flaw that was affected once.
    pub(super) fn last_said(&self, place: &Place, flaw: &str) -> Option<Answer> {
        self.0.get(place)?.get(flaw).copied()
    }

    fn add(&mut self, place: Place, look: &Look) {
        let decided = |answer| answer != Answer::NotAssessed;
        for (flaw, answer) in look.answers().filter(|(_, answer)| decided(*answer)) {
            let known = self.last_said(&place, flaw).is_some();
            if known || answer == Answer::Affected {
                let flaws = self.0.entry(place.clone()).or_default();
                flaws.insert(flaw.to_owned(), answer);
            }
        }
    }
}

/// Each service that a run found. One that cannot be read has found none.
fn each(run: &Older, mut tell: impl FnMut(Place, Look)) {
    let mut one = |service: &Service| {
        if let Some(place) = place_of(service)
            && let Seen::There(look) = look::of(service)
        {
            tell(place, look);
        }
    };
    match run {
        Older::Told(services) => services.iter().for_each(one),
        Older::Journal(path) => {
            let _ = Journal::told(path, |told| {
                if let Told::Service(service) = told {
                    one(&service);
                }
            });
        }
    }
}

pub(super) fn place_of(service: &Service) -> Option<Place> {
    Some((service.endpoint?, service.name.as_deref().map(Box::from)))
}

//! What earlier runs saw of a service that only time gives a meaning: session tickets, by which a key is known again.
//! Judges get it among the observations, each with its own moment, and no reader learns where it was kept.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

use holter_model::{Endpoint, Fact, Observation, Service};

use crate::Runs;
use crate::journal::{Journal, Past};

/// Earlier observations of services, by where each is and under which name it was asked.
#[derive(Debug, Default)]
pub struct Earlier(HashMap<(Endpoint, Option<Box<str>>), Tickets>);

/// The first and the last sighting of each key.
type Tickets = HashMap<Box<str>, (Observation, Observation)>;

/// A service that names a key anew in each ticket must not fill memory.
const MOST_KEYS: usize = 64;

impl Earlier {
    /// What the runs of this plan that came to their end wrote down. A journal that cannot be read has nothing to say.
    #[must_use]
    pub fn of_runs(runs: &Runs, fingerprint: &str) -> Self {
        let mut earlier = Self::default();
        for run in runs.ended(fingerprint) {
            let _ = Journal::told(&run, |told| {
                if let Past::Service(service) = told {
                    earlier.add(&service);
                }
            });
        }
        earlier
    }

    /// Adds what was seen of one service at some time.
    pub fn add(&mut self, service: &Service) {
        if let Some(endpoint) = service.endpoint {
            self.note((endpoint, service.name.as_deref()), &service.observations);
        }
    }

    /// Adds what was seen of a service at this place, which was asked for by this name.
    pub fn note(&mut self, (endpoint, name): (Endpoint, Option<&str>), observations: &[Observation]) {
        let tickets = observations
            .iter()
            .filter_map(|observation| match &observation.fact {
                Fact::Ticket { key, .. } => Some((key, observation)),
                _ => None,
            });
        for (key, observation) in tickets {
            let place = (endpoint, name.map(Box::from));
            let known = self.0.entry(place).or_default();
            let room = known.len() < MOST_KEYS;
            match known.entry(key.as_str().into()) {
                Entry::Occupied(mut seen) => {
                    let (first, last) = seen.get_mut();
                    if observation.at < first.at {
                        *first = observation.clone();
                    }
                    if observation.at > last.at {
                        *last = observation.clone();
                    }
                }
                Entry::Vacant(unseen) if room => {
                    unseen.insert((observation.clone(), observation.clone()));
                }
                Entry::Vacant(_) => {}
            }
        }
    }

    /// What is known of a service from before and from now, the oldest first.
    pub(crate) fn and<'a>(
        &self,
        (endpoint, name): (Endpoint, Option<&str>),
        now: &'a [Observation],
    ) -> Cow<'a, [Observation]> {
        let Some(known) = self.0.get(&(endpoint, name.map(Box::from))) else {
            return Cow::Borrowed(now);
        };
        let mut all: Vec<Observation> = known
            .values()
            .flat_map(|(first, last)| {
                let again = (last.at != first.at).then_some(last);
                [Some(first), again].into_iter().flatten().cloned()
            })
            .collect();
        all.sort_by_key(|observation| observation.at);
        all.extend_from_slice(now);
        Cow::Owned(all)
    }
}

#[cfg(test)]
mod tests;

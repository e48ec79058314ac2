//! Facts, each kept once however many servers show it: a farm of a thousand machines says the same a thousand times.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::quality::RandomState;
use holter_model::Fact;

/// Different facts of all servers together. Peers choose what they say, so that it has to end somewhere.
const MOST: usize = 16_384;

/// Where a fact stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct FactId(u32);

/// All of them.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    all: Vec<Arc<Fact>>,
    places: HashMap<Arc<Fact>, FactId, RandomState>,
}

impl Facts {
    /// Its place; `None`: there is no room for it.
    pub(crate) fn place(&mut self, fact: Fact) -> Option<FactId> {
        if let Some(place) = self.places.get(&fact) {
            return Some(*place);
        }
        if self.all.len() >= MOST {
            return None;
        }
        let place = FactId(u32::try_from(self.all.len()).ok()?);
        let fact = Arc::new(fact);
        self.all.push(Arc::clone(&fact));
        self.places.insert(fact, place);
        Some(place)
    }

    pub(crate) fn at(&self, place: FactId) -> Option<&Fact> {
        self.all.get(usize::try_from(place.0).ok()?).map(AsRef::as_ref)
    }
}

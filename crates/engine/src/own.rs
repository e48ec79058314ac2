//! Whose the targets are: what is neither private nor the user's own is scanned only with somebody's word for it.

use std::collections::HashSet;

use holter_model::Target;
use holter_net::resolve::Family;
use ipnet::IpNet;

use crate::{Permitted, Plan, Visits};

/// What is the user's own although it is not private.
#[derive(Clone, Debug, Default)]
pub struct Own {
    /// Addresses.
    pub ranges: Vec<IpNet>,
    /// Names; whatever address they have is the user's own.
    pub names: Vec<String>,
}

impl Own {
    /// What is foreign among the targets, each once, with the name that led there. Names may be looked up for it; nothing
    /// else is sent. What is excluded is never contacted, and needs nobody's word.
    pub async fn foreign(&self, visits: &Visits, excluded: &[IpNet], family: Family) -> Vec<String> {
        let named = |name: &str| self.names.iter().any(|own| own == name);
        let mut own = self.ranges.clone();
        own.extend(excluded);
        let of_names = visits.ranges().filter(|(_, name, _)| name.is_some_and(named));
        own.extend(of_names.flat_map(|(_, _, ranges)| ranges));
        if among(visits, &own).is_empty() {
            return Vec::new();
        }
        own.extend(self.looked_up(family).await);
        among(visits, &own)
    }

    /// The addresses of the names. One that has none permits nothing.
    async fn looked_up(&self, family: Family) -> Vec<IpNet> {
        let names = self.names.iter();
        let plan = Plan {
            targets: names.filter_map(|name| name.parse::<Target>().ok()).collect(),
            family,
            ..Plan::default()
        };
        match plan.lay_out().await {
            Ok((visits, _)) => visits
                .ranges()
                .flat_map(|(_, _, ranges)| ranges)
                .copied()
                .collect(),
            Err(_) => Vec::new(),
        }
    }
}

fn among(visits: &Visits, own: &[IpNet]) -> Vec<String> {
    let permitted = Permitted::new(own);
    let mut seen = HashSet::new();
    let shown = |name: Option<&str>, range: IpNet| {
        let place = if range.prefix_len() == range.max_prefix_len() {
            range.addr().to_string()
        } else {
            range.to_string()
        };
        name.map_or_else(|| place.clone(), |name| format!("{place} ({name})"))
    };
    visits
        .ranges()
        .flat_map(|(_, name, ranges)| {
            let found = permitted.foreign(ranges).into_iter();
            found.map(|range| shown(name, range)).collect::<Vec<_>>()
        })
        .filter(|place| seen.insert(place.clone()))
        .collect()
}

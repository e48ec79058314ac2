//! Whose the targets are. Somebody else's are scanned only with somebody's word for it.

use holter_engine::{Permitted, Plan, Visits};
use holter_model::Target;
use ipnet::IpNet;

use super::ScanRules;

/// So many are named in a refusal.
const FIRST: usize = 3;

/// Why these may not be scanned without somebody's word.
pub(crate) async fn objection(visits: &Visits, rules: &ScanRules) -> Option<String> {
    let mut own = rules.own.clone();
    // What is never contacted needs nobody's word.
    own.extend(&rules.exclude);
    let named = |name: &str| rules.own_names.iter().any(|own| own == name);
    let of_names = visits.ranges().filter(|(_, name, _)| name.is_some_and(named));
    own.extend(of_names.flat_map(|(_, _, ranges)| ranges));
    if foreign(visits, &own).is_empty() {
        return None;
    }
    own.extend(looked_up(rules).await);
    let foreign = foreign(visits, &own);
    if foreign.is_empty() {
        return None;
    }
    let first: Vec<String> = foreign.iter().take(FIRST).map(ToString::to_string).collect();
    let more = match foreign.len().saturating_sub(FIRST) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Some(format!(
        "{}{more}: neither a private address nor named as your own in holter.toml. Say who allowed the scan and on what ground.",
        first.join(", ")
    ))
}

fn foreign(visits: &Visits, own: &[IpNet]) -> Vec<IpNet> {
    let permitted = Permitted::new(own);
    visits
        .ranges()
        .flat_map(|(_, _, ranges)| permitted.foreign(ranges))
        .collect()
}

/// The addresses of the names that are the user's own.
async fn looked_up(rules: &ScanRules) -> Vec<IpNet> {
    let targets: Vec<Target> = rules
        .own_names
        .iter()
        .filter_map(|name| name.parse().ok())
        .collect();
    let plan = Plan {
        targets,
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

//! Whose the targets are. Somebody else's are scanned only with somebody's word for it.

use holter_engine::Visits;
use holter_net::resolve::Family;

use super::ScanRules;

/// So many are named in a refusal.
const FIRST: usize = 3;

/// Why these may not be scanned without somebody's word.
pub(crate) async fn objection(visits: &Visits, rules: &ScanRules) -> Option<String> {
    let foreign = rules.own.foreign(visits, &rules.exclude, Family::default()).await;
    if foreign.is_empty() {
        return None;
    }
    let first: Vec<&str> = foreign.iter().take(FIRST).map(String::as_str).collect();
    let more = match foreign.len().saturating_sub(FIRST) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Some(format!(
        "{}{more}: neither a private address nor named as your own in holter.toml. Say who allowed the scan and on what ground.",
        first.join(", ")
    ))
}

//! When a finding is due: days by how much the flaw lets out and how much depends on the asset.

use holter_model::{Criticality, Severity};
use holter_store::{Store, StoreError, Writing};
use jiff::{SignedDuration, Timestamp};

/// A rule for due dates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deadlines {
    /// Its id in settings.
    pub id: &'static str,
    /// Its name for people. What is only proposed is called so.
    pub name: &'static str,
    /// Where it stands, and what of it is Holter's own.
    pub source: &'static str,
    /// Days for a critical, a high, a medium and a low severity.
    pub days: [u16; 4],
}

/// The rules that can be chosen; the first is the usual one.
pub const ALL: &[Deadlines] = &[USUAL, STRICT];

const USUAL: Deadlines = Deadlines {
    id: "security-rule-proposed",
    name: "proposed HIPAA Security Rule (not in force)",
    source: "90 FR 898 (6 January 2025), proposed 45 CFR 164.308: 15 calendar days for a critical risk, 30 for a high \
             one. A proposal, not law; 90 and 180 days for the others are Holter's own.",
    days: [15, 30, 90, 180],
};

const STRICT: Deadlines = Deadlines {
    id: "strict",
    name: "strict",
    source: "Holter's own: what lets records out within a week.",
    days: [7, 14, 30, 90],
};

/// The setting that says which rule holds.
pub const SETTING: &str = "deadlines";

/// The rule that was chosen in the settings, or the usual one.
///
/// # Errors
/// When the database does not answer.
pub async fn chosen(store: &Store) -> Result<&'static Deadlines, StoreError> {
    Ok(named_or_usual(store.setting(SETTING).await?))
}

/// The same within a transaction.
pub(crate) async fn chosen_here(writing: &mut Writing) -> Result<&'static Deadlines, StoreError> {
    Ok(named_or_usual(writing.setting(SETTING).await?))
}

fn named_or_usual(chosen: Option<String>) -> &'static Deadlines {
    chosen.as_deref().and_then(Deadlines::named).unwrap_or(&USUAL)
}

impl Deadlines {
    /// The rule with this id.
    #[must_use]
    pub fn named(id: &str) -> Option<&'static Self> {
        ALL.iter().find(|rule| rule.id == id)
    }

    /// When it is due. Where a hospital or a life hangs on the asset, a flaw counts as one grade graver.
    #[must_use]
    pub fn due(&self, severity: Severity, criticality: Option<Criticality>, from: Timestamp) -> Timestamp {
        let [critical, high, medium, low] = self.days;
        let raised = criticality.is_some_and(|grade| grade >= Criticality::Highest);
        let days = match (severity, raised) {
            (Severity::Critical, _) | (Severity::High, true) => critical,
            (Severity::High, _) | (Severity::Medium, true) => high,
            (Severity::Medium, _) | (Severity::Low, true) => medium,
            (Severity::Low | Severity::Info, _) => low,
        };
        from.checked_add(SignedDuration::from_hours(24 * i64::from(days)))
            .unwrap_or(Timestamp::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_proposed_is_called_so() {
        let rule = &ALL[0];
        assert!(rule.name.contains("proposed") && rule.name.contains("not in force"));
        let days = |severity, criticality| {
            let from = Timestamp::UNIX_EPOCH;
            rule.due(severity, criticality, from)
                .duration_since(from)
                .as_hours()
                / 24
        };
        assert_eq!(days(Severity::Critical, None), 15);
        assert_eq!(days(Severity::High, Some(Criticality::Medium)), 30);
        assert_eq!(days(Severity::High, Some(Criticality::Life)), 15);
        assert_eq!(days(Severity::Info, None), 180);
        assert_eq!(Deadlines::named("strict").unwrap().days[0], 7);
    }
}

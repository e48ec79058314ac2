//! The survey: which versions, suites, groups and schemes a service accepts and which certificates it shows. All checks
//! share it, so that each question costs its connections once.

use crate::Visit;

/// Surveys a service, once a visit.
pub async fn survey(visit: &mut Visit<'_>) {
    let _ = visit;
}

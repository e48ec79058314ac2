//! What the user asked for.

use std::sync::Arc;
use std::time::Duration;

use holter_cert::{Store, Stores};
use holter_net::identity::Identity;
use holter_phone::Phone;
use holter_wire::heartbeat::ProveConsent;

/// By which the user allows that third parties are asked.
pub(crate) const PHONE_OUT: &str = "--phone-out";

/// What the user asked for, the same for all services of a run.
#[derive(Debug)]
pub struct Questions {
    /// The name to ask for by SNI instead of the target's own.
    pub sni: Option<String>,
    /// The user's word for `--prove`.
    pub prove: Option<ProveConsent>,
    /// The certificate to show where one is demanded.
    pub identity: Option<Identity>,
    /// How long to wait for the answer to a heartbeat; research says at least 3 s.
    pub heartbeat_wait: Duration,
    /// Who may be asked beside the targets: the user's `--phone-out`.
    pub phone: Option<Arc<Phone>>,
    /// Whether checks were asked for by name: one that may not ask then leaves its flaws open, and does not pass over them.
    pub by_name: bool,
    /// Whose roots a path is looked for to.
    pub trust: Stores,
}

impl Default for Questions {
    fn default() -> Self {
        Self {
            sni: None,
            prove: None,
            identity: None,
            heartbeat_wait: Duration::from_millis(3200),
            phone: None,
            by_name: false,
            trust: Stores::from(vec![Store::mozilla()]),
        }
    }
}

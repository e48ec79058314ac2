//! What every page works with.

use std::sync::Mutex;

use holter_model::seam::{Clock, Dice};
use holter_store::{AuditKey, Store};
use jiff::tz::TimeZone;
use tokio::sync::Semaphore;

use crate::access::form_key::FormKeys;
use crate::access::seal::Key;
use crate::metrics::Counters;
use crate::notices::links::LinkKeys;
use crate::scanning::Scanner;

/// The server's state.
pub(crate) struct App {
    /// What is remembered.
    pub(crate) store: Store,
    /// Seals what must be read again.
    pub(crate) key: Key,
    /// The key of the audit log's chain.
    pub(crate) audit_key: AuditKey,
    /// The keys of forms.
    pub(crate) forms: FormKeys,
    /// The keys of links that stand in mail.
    pub(crate) links: LinkKeys,
    /// So many passwords are hashed at once; each takes 19 MiB.
    pub(crate) hashing: Semaphore,
    /// The hash of the set-up link's token, while nobody has an account.
    pub(crate) setup: Mutex<Option<String>>,
    /// Whether it is spoken to over TLS.
    pub(crate) secure: bool,
    /// Whose clocks are shown.
    pub(crate) zone: TimeZone,
    /// Where its pages are, for links.
    pub(crate) url: String,
    /// The time.
    pub(crate) clock: Box<dyn Clock>,
    /// Chance.
    pub(crate) dice: Box<dyn Dice>,
    /// What is known of the provider that people sign in with.
    #[cfg(feature = "oidc")]
    pub(crate) providers: crate::oidc::Providers,
    /// Runs scans.
    pub(crate) scanner: Scanner,
    /// What `/metrics` tells.
    pub(crate) counters: Counters,
}

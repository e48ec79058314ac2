//! What every page works with.

use std::sync::Mutex;

use holter_model::seam::{Clock, Dice};
use holter_store::{AuditKey, Deed, Store, StoreError};
use jiff::tz::TimeZone;
use tokio::sync::Semaphore;

use crate::access::form_key::FormKeys;
use crate::access::seal::Key;
use crate::access::throttle::Throttle;
use crate::guard::Caller;
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
    /// Who has tried too often to come in.
    pub(crate) throttle: Throttle,
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
    /// Runs scans.
    pub(crate) scanner: Scanner,
    /// What `/metrics` tells.
    pub(crate) counters: Counters,
}

impl App {
    /// Writes into the audit log who did what. Nothing is answered before it stands there.
    pub(crate) async fn note(
        &self,
        caller: &Caller,
        deed: &str,
        subject: impl Into<String>,
        detail: impl Into<String>,
    ) -> Result<(), StoreError> {
        let actor = caller
            .actor
            .as_ref()
            .map_or_else(String::new, |actor| actor.name.clone());
        let deed = Deed {
            actor,
            address: caller.address.to_string(),
            deed: deed.to_owned(),
            subject: subject.into(),
            detail: detail.into(),
        };
        self.store
            .audit(&self.audit_key, &deed, self.clock.now())
            .await
            .map(drop)
    }
}
